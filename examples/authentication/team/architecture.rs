//! The design, chosen from the requirements and from what is measured.

use examples::authentication::SecurityArchitecture;
use examples::authentication_plan::artifacts::{
    AuthenticationMechanisms, IntegrationPoints, KeyPlan, LockoutDesign, PasswordStorage, SecurityStandards,
    SessionDesign, SessionRequirements, TokenDesign, UserManagement,
};
use workflow_runtime::prelude::*;

use super::Team;
use crate::{analysis, design};

impl SecurityArchitecture for Team {
    async fn design_tokens(
        &self,
        cx: &StepContext,
        _standards: &SecurityStandards,
        sessions: &SessionRequirements,
        integrations: &IntegrationPoints,
    ) -> StepResult<TokenDesign> {
        let design = design::tokens(sessions, integrations, &self.found(cx)?);
        cx.say(format_args!(
            "Ed25519, for {}; access tokens live for {} s",
            design.audiences.join(", "),
            design.access_lives_s
        ));
        Ok(design)
    }

    async fn plan_key_rotation(
        &self,
        cx: &StepContext,
        design: &TokenDesign,
        _standards: &SecurityStandards,
    ) -> StepResult<KeyPlan> {
        let (plan, took_us) = design::keys(design, &self.folders.of(cx)?)?;
        cx.say(format_args!(
            "a new key each {} days; a withdrawal was tried and took {took_us} µs",
            plan.rotated_every_days
        ));
        Ok(plan)
    }

    async fn design_password_storage(
        &self,
        cx: &StepContext,
        _mechanisms: &AuthenticationMechanisms,
        _standards: &SecurityStandards,
    ) -> StepResult<PasswordStorage> {
        let wishes = analysis::assignment(&self.folders.of(cx)?)?.wishes;
        let found = self.found(cx)?;
        let measuring =
            tokio::task::spawn_blocking(move || design::passwords(wishes.hash_ms_at_most, &found));
        let (storage, measured) = measuring.await??;
        cx.say(format_args!("measured {}", measured.join("; ")));
        Ok(storage)
    }

    async fn design_session_handling(
        &self,
        cx: &StepContext,
        requirements: &SessionRequirements,
        _tokens: &TokenDesign,
    ) -> StepResult<SessionDesign> {
        let design = design::sessions(requirements, &self.found(cx)?);
        cx.say(format_args!(
            "{} bits, {} s idle, {} s in all",
            design.id_entropy_bits, design.idle_timeout_s, design.absolute_timeout_s
        ));
        Ok(design)
    }

    async fn design_lockout_and_recovery(
        &self,
        cx: &StepContext,
        standards: &SecurityStandards,
        users: &UserManagement,
    ) -> StepResult<LockoutDesign> {
        let design = design::lockout(standards, users, &self.found(cx)?);
        cx.say(format_args!(
            "slowed after {}, stopped after {} for {} s, {} a minute from one address",
            design.slowed_after_failures,
            design.locked_after_failures,
            design.locked_for_s,
            design.failures_per_address_per_min
        ));
        Ok(design)
    }
}
