//! The rules that the service is held to: each says what must hold, where it comes from, and which probe of which step tests it.
//!
//! For a drill, the first service can be built with one or more of the rules broken on purpose; the probe of the rule must find
//! that, and later services are built without what was found.

pub use examples::authentication_plan::artifacts::{WEAKNESSES, Weakness};
use examples::evidence::Finding;

/// A rule and what tests it.
#[derive(Debug)]
pub struct Rule {
    /// What findings and reports refer to.
    pub id: &'static str,
    /// What must hold.
    pub text: &'static str,
    /// Of OWASP ASVS 5.0.
    pub section: &'static str,
    /// The step that tests it.
    pub step: &'static str,
    /// The weakness that breaks it, where one can be planted.
    pub weakness: Option<Weakness>,
}

const fn rule(
    id: &'static str,
    text: &'static str,
    section: &'static str,
    step: &'static str,
    weakness: Option<Weakness>,
) -> Rule {
    Rule {
        id,
        text,
        section,
        step,
        weakness,
    }
}

const GUESSING: &str = "attack_by_brute_force";
const TOKENS: &str = "attack_tokens";
const SESSIONS: &str = "attack_sessions";
const PASSWORDS: &str = "audit_passwords";

/// In the order of the steps that test them.
#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    rule("G-1", "guesses at one account are stopped, from one address as from many", "6.3.1", GUESSING, Some(Weakness::NoLockout)),
    rule("G-2", "guesses of one address are stopped over all accounts", "6.3.1", GUESSING, Some(Weakness::NoAddressLimit)),
    rule("G-3", "a lock ends by itself, so that nobody is locked out for long", "6.1.1", GUESSING, None),
    rule("G-4", "a code of the second factor works once", "6.5.1", GUESSING, None),
    rule("G-5", "guesses at the second factor are stopped", "6.6.3", GUESSING, Some(Weakness::NoFactorLimit)),
    rule("T-1", "a token counts only with a signature of a key of ours, by EdDSA", "9.1.2", TOKENS, Some(Weakness::UnsignedTokens)),
    rule("T-2", "a token counts only where it is meant to", "9.2.3", TOKENS, Some(Weakness::AudienceUnchecked)),
    rule("T-3", "an expired token counts nowhere", "9.2.1", TOKENS, Some(Weakness::ExpiryUnchecked)),
    rule("T-4", "a refresh token that is used twice ends its family", "10.4.5", TOKENS, Some(Weakness::RefreshReuse)),
    rule("T-5", "a withdrawn key verifies nothing; a rotated one verifies until its last token has expired", "11.1.1", TOKENS, Some(Weakness::WithdrawnKeys)),
    rule("T-6", "an altered or forged token counts nowhere", "9.1.1", TOKENS, None),
    rule("T-7", "a provider's word counts from it, for us, for its groups, and once in the browser that asked", "10.5.1", TOKENS, Some(Weakness::AssertionReplay)),
    rule("S-1", "a login, a second factor and a change of the password bring a new session id", "7.2.4", SESSIONS, Some(Weakness::SessionFixation)),
    rule("S-2", "a session that was logged out is of no use, here or everywhere", "7.4.1", SESSIONS, Some(Weakness::LogoutInBrowserOnly)),
    rule("S-3", "a change of the password ends all other sessions", "7.4.3", SESSIONS, Some(Weakness::PasswordChangeKeepsSessions)),
    rule("S-4", "an idle session ends", "7.3.1", SESSIONS, Some(Weakness::NoIdleTimeout)),
    rule("S-5", "a session ends after a time in any case", "7.3.2", SESSIONS, Some(Weakness::NoAbsoluteTimeout)),
    rule("S-6", "no other site can send what changes something", "3.5.1", SESSIONS, Some(Weakness::OriginUnchecked)),
    rule("S-7", "the session id is out of reach for scripts, plain connections and other sites", "3.3.1", SESSIONS, None),
    rule("S-8", "a session that waits for its second factor opens nothing", "6.3.3", SESSIONS, None),
    rule("P-1", "weak and stolen passwords are refused", "6.2.4", PASSWORDS, Some(Weakness::WeakPasswords)),
    rule("P-2", "answers are alike whether an account exists or not", "6.3.8", PASSWORDS, Some(Weakness::EnumerationByAnswer)),
    rule("P-3", "answers take as long whether an account exists or not", "6.3.8", PASSWORDS, Some(Weakness::EnumerationByTiming)),
    rule("P-4", "a thief of the store, the log or the metrics reads no secret", "11.4.2", PASSWORDS, Some(Weakness::PlainRecovery)),
    rule("P-5", "a secret of recovery works once and not for long", "6.4.1", PASSWORDS, Some(Weakness::RecoveryReuse)),
    rule("P-6", "hashes are argon2id of the chosen cost, and old ones are raised", "11.4.3", PASSWORDS, None),
];

/// The rule of that id, as findings name it.
pub fn of_id(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

/// The rule that a finding says is broken: its title begins with the id.
pub fn of_finding(finding: &Finding) -> Option<&'static Rule> {
    of_id(finding.title.split(':').next()?.trim())
}
