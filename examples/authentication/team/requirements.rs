//! The requirements, derived from the mandate.

use examples::authentication::RequirementsAnalysis;
use examples::authentication_plan::artifacts::{
    AuthenticationMechanisms, IntegrationPoints, SecondFactorDecision, SecurityMandate, SecurityStandards,
    SessionRequirements, UserManagement,
};
use workflow_runtime::prelude::*;

use super::Team;
use crate::{analysis, release::deployment};

impl RequirementsAnalysis for Team {
    async fn define_mechanisms(
        &self,
        cx: &StepContext,
        mandate: &SecurityMandate,
    ) -> StepResult<AuthenticationMechanisms> {
        let outputs = self.folders.begin_or_go_on(cx)?;
        analysis::keep_assignment(mandate, &outputs)?;
        deployment::found_former(&outputs)?;
        let mechanisms = analysis::mechanisms(mandate);
        let factor = match &mechanisms.second_factor {
            SecondFactorDecision::Required { groups, .. } => format!("required of {}", groups.join(", ")),
            SecondFactorDecision::Offered { .. } => "offered".to_owned(),
            SecondFactorDecision::LeftOut { .. } => "left out".to_owned(),
        };
        cx.say(format_args!(
            "{} groups by password; a second factor is {factor}",
            mechanisms.password_groups.len()
        ));
        Ok(mechanisms)
    }

    async fn establish_standards(
        &self,
        cx: &StepContext,
        mandate: &SecurityMandate,
        mechanisms: &AuthenticationMechanisms,
    ) -> StepResult<SecurityStandards> {
        let standards = analysis::standards(mandate, mechanisms, &self.folders.of(cx)?)?;
        cx.say(format_args!(
            "{} rules of {}, each with its test",
            standards.rules.len(),
            standards.standards[0].title
        ));
        Ok(standards)
    }

    async fn document_user_management(
        &self,
        cx: &StepContext,
        mandate: &SecurityMandate,
        mechanisms: &AuthenticationMechanisms,
    ) -> StepResult<UserManagement> {
        let users = analysis::user_management(mandate, mechanisms);
        cx.say(format_args!(
            "{} things can happen to an account",
            users.flows.len()
        ));
        Ok(users)
    }

    async fn define_session_management(
        &self,
        cx: &StepContext,
        mechanisms: &AuthenticationMechanisms,
        _standards: &SecurityStandards,
    ) -> StepResult<SessionRequirements> {
        let wishes = analysis::assignment(&self.folders.of(cx)?)?.wishes;
        let sessions = analysis::sessions(mechanisms, &wishes);
        cx.say(format_args!(
            "{} s idle, {} s in all, {} devices",
            sessions.idle_timeout_s, sessions.absolute_timeout_s, sessions.devices_at_most
        ));
        Ok(sessions)
    }

    async fn identify_integrations(
        &self,
        cx: &StepContext,
        mandate: &SecurityMandate,
        _mechanisms: &AuthenticationMechanisms,
    ) -> StepResult<IntegrationPoints> {
        let points = analysis::integrations(mandate);
        let names: Vec<&str> = points.points.iter().map(|point| point.name.as_str()).collect();
        cx.say(names.join(", "));
        Ok(points)
    }
}
