//! What the service is for: orders and their rules. Knows neither the network nor the store.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

/// What a customer wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    /// The customer, by number.
    pub customer: String,
    /// Where questions go; personal, and in no log.
    pub email: Personal,
    /// What is ordered.
    pub lines: Vec<Line>,
}

/// So much of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The thing, as in `tea-250`.
    pub sku: String,
    /// How many.
    pub quantity: u32,
}

/// An order that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its number.
    pub id: String,
    /// Who ordered.
    pub customer: String,
    /// Where questions go.
    pub email: Personal,
    /// What was ordered.
    pub lines: Vec<Line>,
    /// How it stands.
    pub standing: Standing,
}

/// How an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Taken, but the stock has not answered yet.
    Pending,
    /// All of it is reserved.
    Confirmed,
    /// Some of it is not to be had.
    OutOfStock,
}

/// Something about a person: it is stored and sent, but printed by nothing that prints for people.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Personal(pub String);

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(personal)")
    }
}

/// What must hold of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Somebody ordered.
    NamesItsCustomer,
    /// Questions can be asked.
    CanBeAskedBack,
    /// Something is ordered.
    HasLines,
    /// No more than can be reserved in one go.
    HasFewLines,
    /// Each thing is a thing.
    NamesItsThings,
    /// Each thing is ordered once.
    NamesThemOnce,
    /// At least one, and no more than anybody could carry.
    WantsSensibleNumbers,
}

/// The most lines that an order may have.
pub const LINES_AT_MOST: usize = 20;
/// The most of one thing.
pub const QUANTITY_AT_MOST: u32 = 1_000;

impl Rule {
    /// All of them.
    pub const ALL: [Rule; 7] = [
        Rule::NamesItsCustomer,
        Rule::CanBeAskedBack,
        Rule::HasLines,
        Rule::HasFewLines,
        Rule::NamesItsThings,
        Rule::NamesThemOnce,
        Rule::WantsSensibleNumbers,
    ];

    /// Whether an order keeps it.
    #[must_use]
    pub fn is_kept(self, order: &NewOrder) -> bool {
        let lines = &order.lines;
        match self {
            Rule::NamesItsCustomer => !order.customer.trim().is_empty(),
            Rule::CanBeAskedBack => order.email.0.contains('@'),
            Rule::HasLines => !lines.is_empty(),
            Rule::HasFewLines => lines.len() <= LINES_AT_MOST,
            Rule::NamesItsThings => lines.iter().all(|line| is_sku(&line.sku)),
            Rule::NamesThemOnce => {
                let things: BTreeSet<_> = lines.iter().map(|line| &line.sku).collect();
                things.len() == lines.len()
            }
            Rule::WantsSensibleNumbers => lines
                .iter()
                .all(|line| (1..=QUANTITY_AT_MOST).contains(&line.quantity)),
        }
    }

    /// What to tell whoever broke it.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Rule::NamesItsCustomer => "`customer` is empty; give the customer's number",
            Rule::CanBeAskedBack => "`email` is no address; give one",
            Rule::HasLines => "`lines` is empty; order something",
            Rule::HasFewLines => "`lines` has more than 20; split the order",
            Rule::NamesItsThings => "a `sku` is not of letters, digits and `-`; take it from the catalogue",
            Rule::NamesThemOnce => "a `sku` stands twice; add the quantities up",
            Rule::WantsSensibleNumbers => "a `quantity` is not between 1 and 1000; ask sales for more",
        }
    }
}

fn is_sku(text: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    !text.is_empty() && text.len() <= 40 && text.chars().all(plain)
}

impl NewOrder {
    /// The rules that it breaks, in order.
    #[must_use]
    pub fn broken(&self) -> Vec<Rule> {
        Rule::ALL.into_iter().filter(|rule| !rule.is_kept(self)).collect()
    }

    /// The order that comes of it.
    #[must_use]
    pub fn taken(self, id: String, standing: Standing) -> Order {
        Order {
            id,
            customer: self.customer,
            email: self.email,
            lines: self.lines,
            standing,
        }
    }
}

impl Standing {
    /// Whether an order may come to stand otherwise: what was answered once stands.
    #[must_use]
    pub fn may_become(self, next: Standing) -> bool {
        self == Standing::Pending && next != Standing::Pending
    }
}
