//! Faults that can be planted in the first service, to see whether the attacks find them.

use serde::{Deserialize, Serialize};

macro_rules! weaknesses {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// A fault that can be planted.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Weakness { $($(#[$doc])* $name),+ }

        /// All of them.
        pub const WEAKNESSES: &[Weakness] = &[$(Weakness::$name),+];
    };
}

weaknesses! {
    /// Guesses at one account are never stopped.
    NoLockout,
    /// Guesses at the second factor are never stopped.
    NoFactorLimit,
    /// Guesses of one address are never stopped.
    NoAddressLimit,
    /// Unsigned tokens are taken.
    UnsignedTokens,
    /// Tokens for others are taken.
    AudienceUnchecked,
    /// Expired tokens are taken.
    ExpiryUnchecked,
    /// A refresh token that is used twice is not noticed.
    RefreshReuse,
    /// Keys that were withdrawn verify.
    WithdrawnKeys,
    /// The word of a provider is taken again, and in another browser.
    AssertionReplay,
    /// A login goes on with the session id that the browser brought.
    SessionFixation,
    /// Logging out only clears the cookie.
    LogoutInBrowserOnly,
    /// Other sessions outlive a change of the password.
    PasswordChangeKeepsSessions,
    /// A session lasts however long nobody uses it.
    NoIdleTimeout,
    /// A session in use lasts for ever.
    NoAbsoluteTimeout,
    /// Other sites may send what changes something.
    OriginUnchecked,
    /// Any password is taken.
    WeakPasswords,
    /// Names without an account get another answer.
    EnumerationByAnswer,
    /// Names without an account get a quicker answer.
    EnumerationByTiming,
    /// Secrets of recovery lie in the store as they are.
    PlainRecovery,
    /// A secret of recovery works again.
    RecoveryReuse,
}
