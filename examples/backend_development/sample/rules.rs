//! The rules of the domain, without network and database: what a parcel and a scan must be, and who may do what.

use serde::Deserialize;
use serde_json::Value;

use super::refusal::Refusal;

/// What callers can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Health,
    Register,
    Read,
    List,
    Dispatch,
    Scan,
    Track,
}

impl Operation {
    pub(super) fn id(self) -> &'static str {
        match self {
            Operation::Health => "health",
            Operation::Register => "register_parcel",
            Operation::Read => "read_parcel",
            Operation::List => "list_parcels",
            Operation::Dispatch => "dispatch_parcel",
            Operation::Scan => "record_scan",
            Operation::Track => "track_parcel",
        }
    }

    /// Who may; everyone, where nobody is named.
    pub(super) fn callers(self) -> &'static [&'static str] {
        match self {
            Operation::Health | Operation::Track => &[],
            Operation::Register | Operation::Dispatch => &["packer"],
            Operation::Read | Operation::List => &["packer", "desk"],
            Operation::Scan => &["scanner"],
        }
    }
}

/// A parcel to be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewParcel {
    pub(super) order_number: String,
    pub(super) recipient: String,
    pub(super) postcode: String,
    pub(super) weight_g: i64,
    pub(super) contents: Vec<Content>,
}

/// Copies of a book.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Content {
    pub(super) isbn: String,
    pub(super) copies: i64,
}

/// Something that a scanner saw.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewScan {
    pub(super) kind: String,
    pub(super) place: String,
    pub(super) seen_at: String,
}

/// What a list is limited to.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    pub(super) status: Option<String>,
    pub(super) limit: Option<u32>,
}

/// The states of a parcel, in order.
pub(super) const STATES: [&str; 3] = ["registered", "dispatched", "delivered"];

/// Reads a body of JSON by the fields that it may have.
pub(super) fn read<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<T, Refusal> {
    let value: Value = serde_json::from_slice(body).map_err(|_| Refusal::Malformed)?;
    T::deserialize(value)
        .map_err(|_| Refusal::BadInput(String::from("a field is missing, unknown or of another kind")))
}

fn keep(holds: bool, rule: &str) -> Result<(), Refusal> {
    if holds {
        Ok(())
    } else {
        Err(Refusal::BadInput(rule.to_owned()))
    }
}

fn is_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl NewParcel {
    pub(super) fn check(&self, any_weight: bool) -> Result<(), Refusal> {
        let number = self
            .order_number
            .strip_prefix("B-")
            .is_some_and(|rest| is_digits(rest, 8));
        keep(number, "order_number: B- and eight digits")?;
        let length = self.recipient.chars().count();
        keep((1..=80).contains(&length), "recipient: 1 to 80 characters")?;
        keep(is_digits(&self.postcode, 5), "postcode: five digits")?;
        keep(
            any_weight || (1..=30_000).contains(&self.weight_g),
            "weight_g: 1 to 30000",
        )?;
        keep((1..=20).contains(&self.contents.len()), "contents: 1 to 20 books")?;
        for content in &self.contents {
            let isbn = content.isbn.starts_with("978") && is_digits(&content.isbn, 13);
            keep(isbn, "contents.isbn: 978 and ten digits")?;
            keep((1..=99).contains(&content.copies), "contents.copies: 1 to 99")?;
        }
        let distinct: std::collections::BTreeSet<_> =
            self.contents.iter().map(|content| &content.isbn).collect();
        keep(
            distinct.len() == self.contents.len(),
            "contents.isbn: each book once",
        )
    }
}

impl NewScan {
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let known = ["accepted", "in_transit", "delivered"].contains(&self.kind.as_str());
        keep(known, "kind: accepted, in_transit or delivered")?;
        let length = self.place.chars().count();
        keep((1..=60).contains(&length), "place: 1 to 60 characters")?;
        keep(
            is_instant(&self.seen_at),
            "seen_at: a moment such as 2027-01-31T08:15:00Z",
        )
    }
}

impl Wanted {
    pub(super) fn of(query: Option<&str>) -> Result<Self, Refusal> {
        let mut wanted = Wanted::default();
        for pair in query
            .unwrap_or_default()
            .split('&')
            .filter(|pair| !pair.is_empty())
        {
            match pair.split_once('=') {
                Some(("status", status)) if STATES.contains(&status) => {
                    wanted.status = Some(status.to_owned());
                }
                Some(("limit", limit)) => {
                    let limit = limit.parse().ok().filter(|limit| (1..=100).contains(limit));
                    keep(limit.is_some(), "limit: 1 to 100")?;
                    wanted.limit = limit;
                }
                _ => keep(false, "the query has status and limit, and nothing else")?,
            }
        }
        Ok(wanted)
    }
}

/// `2027-01-31T08:15:00Z`.
fn is_instant(text: &str) -> bool {
    let form = "####-##-##T##:##:##Z";
    let fits = text.len() == form.len()
        && text.bytes().zip(form.bytes()).all(|(byte, wanted)| match wanted {
            b'#' => byte.is_ascii_digit(),
            other => byte == other,
        });
    let part = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<u32>().ok());
    let within = |from, to, least, most| part(from, to).is_some_and(|part| (least..=most).contains(&part));
    fits && within(5, 7, 1, 12)
        && within(8, 10, 1, 31)
        && within(11, 13, 0, 23)
        && within(14, 16, 0, 59)
        && within(17, 19, 0, 59)
}
