//! Why a call is refused, as the caller learns of it: by a status and a sentence that tells nothing of the inside.

use serde_json::{Value, json};

/// Why a call is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    Malformed,
    NotAuthenticated,
    NotPermitted,
    NotFound,
    Conflict,
    TooLarge,
    /// The field, and the rule that it breaks.
    BadInput(String),
    CarrierAway,
    CarrierSlow,
    CarrierNonsense,
    /// What the database said; for the log of somebody who mends it, not for callers.
    StorageAway(String),
}

impl Refusal {
    pub(super) fn status(&self) -> u16 {
        match self {
            Refusal::Malformed => 400,
            Refusal::NotAuthenticated => 401,
            Refusal::NotPermitted => 403,
            Refusal::NotFound => 404,
            Refusal::Conflict => 409,
            Refusal::TooLarge => 413,
            Refusal::BadInput(_) => 422,
            Refusal::CarrierNonsense => 502,
            Refusal::CarrierAway | Refusal::StorageAway(_) => 503,
            Refusal::CarrierSlow => 504,
        }
    }

    /// The class of the error policy.
    pub(super) fn class(&self) -> &'static str {
        match self {
            Refusal::Malformed => "malformed",
            Refusal::NotAuthenticated => "not authenticated",
            Refusal::NotPermitted => "not permitted",
            Refusal::NotFound => "not found",
            Refusal::Conflict => "conflict",
            Refusal::TooLarge => "too large",
            Refusal::BadInput(_) => "bad input",
            Refusal::CarrierAway => "carrier away",
            Refusal::CarrierSlow => "carrier slow",
            Refusal::CarrierNonsense => "carrier nonsense",
            Refusal::StorageAway(_) => "storage away",
        }
    }

    fn told(&self) -> &'static str {
        match self {
            Refusal::Malformed => "the body is not JSON",
            Refusal::NotAuthenticated => "send a token that is known, as `Authorization: Bearer ..`",
            Refusal::NotPermitted => "this caller may not do this",
            Refusal::NotFound => "there is no such thing",
            Refusal::Conflict => "the parcel is not in a state for this",
            Refusal::TooLarge => "the body is larger than 16 KiB",
            Refusal::BadInput(_) => "the input breaks a rule",
            Refusal::CarrierAway => "the carrier cannot be reached; try again later",
            Refusal::CarrierSlow => "the carrier takes too long; try again later",
            Refusal::CarrierNonsense => "the carrier answers what cannot be understood",
            Refusal::StorageAway(_) => "the parcels cannot be reached; try again later",
        }
    }

    pub(super) fn body(&self) -> Value {
        let mut body = json!({ "class": self.class(), "message": self.told() });
        if let Refusal::BadInput(rule) = self {
            body["rule"] = json!(rule);
        }
        body
    }
}
