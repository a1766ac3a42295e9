//! The same readings as the scripts', written a second time and in another language, so that a mistake in one shows in the
//! other.

use examples::database_migration_plan::artifacts::Reading;

use crate::engine::Value;

/// What a new column must hold for an old value.
#[must_use]
pub fn read(reading: Reading, old: &Value) -> Value {
    let found = match reading {
        Reading::Cents => old.real().and_then(cents).map(Value::Integer),
        Reading::Email => old.text().and_then(email).map(Value::Text),
        Reading::Phone => old.text().and_then(phone).map(Value::Text),
    };
    found.unwrap_or(Value::Null)
}

#[expect(clippy::cast_possible_truncation, reason = "it is below 10^11")]
fn cents(amount: f64) -> Option<i64> {
    let cents = (amount * 100.0).round();
    let is_amount = (0.0..1e9).contains(&amount) && (amount * 100.0 - cents).abs() < 0.005;
    is_amount.then_some(cents as i64)
}

fn email(text: &str) -> Option<String> {
    let text = text.trim_matches(' ');
    if text.contains(' ') {
        return None;
    }
    let has_domain = |rest: &str| {
        rest.char_indices()
            .skip(1)
            .any(|(at, letter)| letter == '.' && at + 1 < rest.len())
    };
    let is_address = text
        .match_indices('@')
        .any(|(at, _)| at > 0 && has_domain(&text[at + 1..]));
    is_address.then(|| text.to_ascii_lowercase())
}

fn phone(text: &str) -> Option<String> {
    let kept: String = text.chars().filter(|letter| !" -/".contains(*letter)).collect();
    let digits: Vec<char> = kept.chars().filter(|letter| *letter != '+').collect();
    let is_number = (6..=15).contains(&digits.len()) && digits.iter().all(char::is_ascii_digit);
    is_number.then_some(kept)
}
