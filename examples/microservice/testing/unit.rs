//! The unit tests of the core, as data: an order, and the rules that it breaks.

use std::collections::BTreeSet;

use super::samples;
use crate::{
    evidence::TestFailure,
    service::core::{LINES_AT_MOST, Line, NewOrder, QUANTITY_AT_MOST, Rule, Standing},
};

/// What the unit tests said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UnitTests {
    /// How many passed.
    pub passed: u32,
    /// Those that failed.
    pub failures: Vec<TestFailure>,
    /// Rules of a hundred that were seen to decide.
    pub rules_percent: f64,
}

type Case = (&'static str, fn(&mut NewOrder), &'static [Rule]);

const CASES: &[Case] = &[
    ("a plain order is taken", |_| {}, &[]),
    (
        "a customer is named",
        |order| order.customer = " ".to_owned(),
        &[Rule::NamesItsCustomer],
    ),
    (
        "questions can be asked",
        |order| order.email.0 = "ada".to_owned(),
        &[Rule::CanBeAskedBack],
    ),
    (
        "something is ordered",
        |order| order.lines.clear(),
        &[Rule::HasLines],
    ),
    (
        "twenty lines are taken",
        |order| order.lines = lines(LINES_AT_MOST),
        &[],
    ),
    (
        "twenty-one lines are not",
        |order| order.lines = lines(LINES_AT_MOST + 1),
        &[Rule::HasFewLines],
    ),
    (
        "a thing has a name",
        |order| each(order, |line| line.sku = "Tea!".to_owned()),
        &[Rule::NamesItsThings],
    ),
    (
        "nothing is ordered twice",
        |order| order.lines.extend(order.lines.clone()),
        &[Rule::NamesThemOnce],
    ),
    (
        "none of a thing is no order",
        |order| each(order, |line| line.quantity = 0),
        &[Rule::WantsSensibleNumbers],
    ),
    (
        "a thousand of a thing are taken",
        |order| each(order, |line| line.quantity = QUANTITY_AT_MOST),
        &[],
    ),
    (
        "more than a thousand are not",
        |order| each(order, |line| line.quantity = QUANTITY_AT_MOST + 1),
        &[Rule::WantsSensibleNumbers],
    ),
    (
        "all that is wrong is said at once",
        |order| {
            order.customer.clear();
            order.lines.clear();
        },
        &[Rule::NamesItsCustomer, Rule::HasLines],
    ),
];

fn lines(number: usize) -> Vec<Line> {
    (0..number)
        .map(|line| Line {
            sku: format!("tea-{line}"),
            quantity: 1,
        })
        .collect()
}

fn each(order: &mut NewOrder, change: fn(&mut Line)) {
    order.lines.iter_mut().for_each(change);
}

/// Runs them.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
pub fn run() -> UnitTests {
    let mut tests = UnitTests::default();
    let mut decided = BTreeSet::new();
    for (name, change, expected) in CASES {
        let mut order = samples::order(1, 1);
        change(&mut order);
        let broken = order.broken();
        decided.extend(broken.iter().copied());
        tests.note(name, &format!("{expected:?}"), &format!("{broken:?}"));
    }
    let settled: Vec<bool> = [
        (Standing::Pending, Standing::Confirmed),
        (Standing::Pending, Standing::OutOfStock),
        (Standing::Confirmed, Standing::Pending),
        (Standing::OutOfStock, Standing::Confirmed),
    ]
    .into_iter()
    .map(|(before, after)| before.may_become(after))
    .collect();
    tests.note(
        "what was answered once stands",
        "[true, true, false, false]",
        &format!("{settled:?}"),
    );
    let printed = format!("{:?}", samples::order(1, 1));
    let hidden = if printed.contains(samples::EMAIL) {
        "printed"
    } else {
        "hidden"
    };
    tests.note("what is personal is not printed", "hidden", hidden);
    tests.rules_percent = decided.len() as f64 / Rule::ALL.len() as f64 * 100.0;
    tests
}

impl UnitTests {
    /// Notes a test with what was expected and what was seen.
    pub fn note(&mut self, test: &str, expected: &str, seen: &str) {
        if expected == seen {
            self.passed += 1;
        } else {
            self.failures.push(TestFailure {
                test: test.to_owned(),
                expected: expected.to_owned(),
                seen: seen.to_owned(),
            });
        }
    }
}
