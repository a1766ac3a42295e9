//! The service, set up part by part.

use examples::authentication::Implementation;
use examples::authentication_plan::artifacts::{
    AuthEndpoints, AuthenticationMechanisms, KeyPlan, LockoutDesign, PasswordStorage, PasswordStore,
    RecoveryFlow, SecondFactor, SessionDesign, SessionService, SetUp, TokenDesign, TokenService,
    UserManagement,
};
use workflow_runtime::prelude::*;

use super::Team;
use crate::{analysis, building};

fn said(cx: &StepContext, part: &SetUp) {
    cx.say(part.seen.join("; "));
}

impl Implementation for Team {
    async fn set_up_password_storage(
        &self,
        cx: &StepContext,
        storage: &PasswordStorage,
    ) -> StepResult<PasswordStore> {
        let outputs = self.folders.of(cx)?;
        let assignment = analysis::assignment(&outputs)?;
        let (planted, mended) = building::weaknesses(&assignment, cx.round(), &outputs)?;
        if !planted.is_empty() {
            cx.say(format_args!(
                "{} weaknesses are planted for the drill",
                planted.len()
            ));
        }
        if !mended.is_empty() {
            cx.say(format_args!(
                "mended, because it was found: {}",
                mended.join(", ")
            ));
        }
        let store = building::password_storage(storage, planted, &outputs).await?;
        said(cx, &store.set_up);
        Ok(store)
    }

    async fn implement_endpoints(
        &self,
        cx: &StepContext,
        mechanisms: &AuthenticationMechanisms,
        users: &UserManagement,
        _store: &PasswordStore,
        lockout: &LockoutDesign,
    ) -> StepResult<AuthEndpoints> {
        let endpoints = building::endpoints(mechanisms, lockout, users, &self.folders.of(cx)?).await?;
        said(cx, &endpoints.set_up);
        Ok(endpoints)
    }

    async fn develop_tokens(
        &self,
        cx: &StepContext,
        design: &TokenDesign,
        keys: &KeyPlan,
    ) -> StepResult<TokenService> {
        let tokens = building::tokens(design, keys, &self.folders.of(cx)?).await?;
        said(cx, &tokens.set_up);
        Ok(tokens)
    }

    async fn create_session_management(
        &self,
        cx: &StepContext,
        design: &SessionDesign,
        _endpoints: &AuthEndpoints,
        _tokens: &TokenService,
    ) -> StepResult<SessionService> {
        let sessions = building::sessions(design, &self.folders.of(cx)?).await?;
        said(cx, &sessions.set_up);
        Ok(sessions)
    }

    async fn implement_recovery(
        &self,
        cx: &StepContext,
        lockout: &LockoutDesign,
        _users: &UserManagement,
        _endpoints: &AuthEndpoints,
    ) -> StepResult<RecoveryFlow> {
        let recovery = building::owners::recovery(lockout, &self.folders.of(cx)?).await?;
        said(cx, &recovery.set_up);
        Ok(recovery)
    }

    async fn add_multi_factor(
        &self,
        cx: &StepContext,
        mechanisms: &AuthenticationMechanisms,
        _endpoints: &AuthEndpoints,
        _sessions: &SessionService,
    ) -> StepResult<SecondFactor> {
        let factor = building::owners::second_factor(mechanisms, &self.folders.of(cx)?).await?;
        match &factor {
            SecondFactor::Added { set_up, .. } => said(cx, set_up),
            SecondFactor::NotRequired { because } => cx.say(format_args!("none: {because}")),
        }
        Ok(factor)
    }
}
