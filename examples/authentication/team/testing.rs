//! The attacks, and what is made of them.

use examples::authentication::SecurityTesting;
use examples::authentication_plan::artifacts::{
    AttackReport, AuthEndpoints, BruteForceReport, KeyPlan, LockoutDesign, PasswordAudit, PasswordStorage,
    PasswordStore, PenetrationReport, SecurityStandards, SessionDesign, SessionService, TokenDesign,
    TokenService,
};
use examples::evidence::{Finding, RequirementId};
use examples::failure::During;
use workflow_runtime::prelude::*;

use super::Team;
use crate::{analysis, attack, building, findings};

impl Team {
    /// Remembers and says what was found.
    fn report(
        &self,
        cx: &StepContext,
        what: &str,
        rules: &[RequirementId],
        found: &[Finding],
        report: &impl serde::Serialize,
    ) -> StepResult<()> {
        let step = cx.step().rsplit('.').next().unwrap_or_default().to_owned();
        let outputs = self.folders.of(cx)?;
        outputs.write_json(&format!("reports/{step}.json"), report)?;
        findings::keep(&outputs, cx.round(), &step, found)?;
        cx.say(format_args!(
            "{what}; {} rules tested, {} did not hold",
            rules.len(),
            found.len()
        ));
        found.iter().for_each(|finding| cx.say(&finding.title));
        Ok(())
    }
}

impl SecurityTesting for Team {
    async fn attack_by_brute_force(
        &self,
        cx: &StepContext,
        _endpoints: &AuthEndpoints,
        lockout: &LockoutDesign,
    ) -> StepResult<BruteForceReport> {
        let _turn = self.attacks.lock().await;
        let outputs = self.folders.of(cx)?;
        let report =
            attack::brute_force::run(&building::read_definition(&outputs)?, lockout, &outputs).await?;
        let sum = |of: fn(&examples::authentication_plan::artifacts::GuessingTrial) -> u64| {
            report.trials.iter().map(of).sum::<u64>()
        };
        let what = format!(
            "{} guesses, {} looked at",
            sum(|trial| trial.guesses),
            sum(|trial| trial.guesses_evaluated)
        );
        self.report(cx, &what, &report.rules_tested, &report.findings, &report)?;
        Ok(report)
    }

    async fn attack_tokens(
        &self,
        cx: &StepContext,
        _tokens: &TokenService,
        _design: &TokenDesign,
        _keys: &KeyPlan,
    ) -> StepResult<AttackReport> {
        let _turn = self.attacks.lock().await;
        let outputs = self.folders.of(cx)?;
        let report = attack::tokens::run(&building::read_definition(&outputs)?, &outputs).await?;
        let what = format!("{} tokens presented", report.attacks.len());
        self.report(cx, &what, &report.rules_tested, &report.findings, &report)?;
        Ok(report)
    }

    async fn attack_sessions(
        &self,
        cx: &StepContext,
        _sessions: &SessionService,
        design: &SessionDesign,
    ) -> StepResult<AttackReport> {
        let _turn = self.attacks.lock().await;
        let outputs = self.folders.of(cx)?;
        let report = attack::sessions::run(&building::read_definition(&outputs)?, design, &outputs).await?;
        let what = format!("{} attacks on sessions", report.attacks.len());
        self.report(cx, &what, &report.rules_tested, &report.findings, &report)?;
        Ok(report)
    }

    async fn audit_passwords(
        &self,
        cx: &StepContext,
        _store: &PasswordStore,
        storage: &PasswordStorage,
        _endpoints: &AuthEndpoints,
    ) -> StepResult<PasswordAudit> {
        let _turn = self.attacks.lock().await;
        let outputs = self.folders.of(cx)?;
        let report = attack::passwords::run(&building::read_definition(&outputs)?, storage, &outputs).await?;
        let what = format!(
            "{} weak passwords, {} places with a secret, answers {:.1} ms apart where {:.1} may be",
            report.weak_tried,
            report.leaks.len(),
            report.timing_difference_ms,
            report.timing_tolerance_ms
        );
        self.report(cx, &what, &report.rules_tested, &report.findings, &report)?;
        Ok(report)
    }

    async fn withstands(
        &self,
        cx: &StepContext,
        penetration: &PenetrationReport,
        brute_force: &BruteForceReport,
        tokens: &AttackReport,
        sessions: &AttackReport,
        passwords: &PasswordAudit,
    ) -> StepResult<Verdict> {
        let outputs = self.folders.of(cx)?;
        findings::keep(&outputs, cx.round(), "penetrate", &penetration.findings)?;
        let standards: SecurityStandards = serde_json::from_slice(&outputs.read(analysis::STANDARDS_FILE)?)
            .during("reading the standards")?;
        let tested = [
            &brute_force.rules_tested,
            &tokens.rules_tested,
            &sessions.rules_tested,
            &passwords.rules_tested,
        ];
        let untested = standards
            .rules
            .iter()
            .filter(|rule| !tested.iter().any(|rules| rules.contains(&rule.id)));
        let untested = untested.map(|rule| format!("{}: no test of it ran", rule.id.0));
        // What lies in the design is not for the code to mend; `design_holds` looks at that.
        let of_people = penetration
            .findings
            .iter()
            .filter(|finding| findings::figure_of_design(finding).is_none());
        let found = of_people
            .chain(&brute_force.findings)
            .chain(&tokens.findings)
            .chain(&sessions.findings)
            .chain(&passwords.findings);
        let open = found
            .filter(|finding| finding.is_open(findings::OF_WEIGHT))
            .map(|finding| finding.title.clone());
        let objections: Vec<String> = untested.chain(open).collect();
        if objections.is_empty() {
            cx.say(format_args!(
                "{} rules hold, each was tested",
                standards.rules.len()
            ));
        }
        Ok(Verdict::pass_if(objections.is_empty(), objections.join("; ")))
    }
}
