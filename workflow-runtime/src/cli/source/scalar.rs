//! What a word of YAML is: the core schema of YAML 1.2, in which `no` is a string.

use crate::cli::source::data::{Kind, float, too_big};
use crate::cli::source::unread::Unread;

/// What a word without quotes is.
pub(super) fn plain(line: usize, word: &str) -> Result<Kind, Unread> {
    match word {
        "" | "~" | "null" | "Null" | "NULL" => Ok(Kind::Null),
        "true" | "True" | "TRUE" => Ok(Kind::Bool(true)),
        "false" | "False" | "FALSE" => Ok(Kind::Bool(false)),
        _ => match number(line, word)? {
            Some(number) => Ok(number),
            None => Ok(Kind::Text(word.into())),
        },
    }
}

fn number(line: usize, word: &str) -> Result<Option<Kind>, Unread> {
    if let Some(digits) = word.strip_prefix("0x").filter(|digits| is_all(digits, 16)) {
        return of_radix(line, word, digits, 16).map(Some);
    }
    if let Some(digits) = word.strip_prefix("0o").filter(|digits| is_all(digits, 8)) {
        return of_radix(line, word, digits, 8).map(Some);
    }
    let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
    if is_all(unsigned, 10) {
        return decimal(line, word, unsigned).map(Some);
    }
    let is_infinite = matches!(unsigned, ".inf" | ".Inf" | ".INF");
    if is_infinite || matches!(word, ".nan" | ".NaN" | ".NAN") {
        return float(line, word, f64::NAN).map(Some);
    }
    // Rust reads floats as the schema does, and words such as `inf` besides.
    let is_word = word.contains(|letter: char| !letter.is_ascii_digit() && !"+-.eE".contains(letter));
    match word.parse() {
        Ok(value) if !is_word => float(line, word, value).map(Some),
        _ => Ok(None),
    }
}

fn is_all(digits: &str, radix: u32) -> bool {
    !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix))
}

fn of_radix(line: usize, word: &str, digits: &str, radix: u32) -> Result<Kind, Unread> {
    match u128::from_str_radix(digits, radix) {
        Ok(number) => Ok(Kind::Number(number.to_string().into())),
        Err(_) => Err(too_big(line, word)),
    }
}

/// JSON writes neither a plus nor zeros in front.
fn decimal(line: usize, word: &str, digits: &str) -> Result<Kind, Unread> {
    if digits.parse().is_ok_and(f64::is_infinite) {
        return Err(too_big(line, word));
    }
    let digits = match digits.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    let sign = if word.starts_with('-') { "-" } else { "" };
    Ok(Kind::Number(format!("{sign}{digits}").into()))
}
