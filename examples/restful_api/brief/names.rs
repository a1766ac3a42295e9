//! How names must look, and how one form becomes another.

/// Properties and parameters that the service itself gives a meaning.
pub(super) const RESERVED: [&str; 7] = [
    "id",
    "created_at",
    "updated_at",
    "limit",
    "cursor",
    "items",
    "next",
];

/// Words that SQLite reads as its own, so that a table of that name would need quoting for ever.
pub(super) const SQL_WORDS: [&str; 24] = [
    "all",
    "as",
    "check",
    "column",
    "constraint",
    "default",
    "from",
    "group",
    "groups",
    "index",
    "indexes",
    "limit",
    "order",
    "primary",
    "references",
    "select",
    "set",
    "table",
    "tables",
    "transaction",
    "trigger",
    "union",
    "values",
    "where",
];

/// `snake_case` that starts with a letter: `order_line`.
pub(super) fn is_snake(name: &str) -> bool {
    is_words(name, '_')
}

/// `kebab-case` that starts with a letter: `order-lines`.
pub(super) fn is_kebab(name: &str) -> bool {
    is_words(name, '-')
}

fn is_words(name: &str, joint: char) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.split(joint).all(|word| {
            !word.is_empty()
                && word
                    .chars()
                    .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
        })
}

/// `order_line` becomes `OrderLine`.
pub(super) fn pascal(name: &str) -> String {
    name.split('_').map(capital).collect()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
        .unwrap_or_default()
}

/// The regular English plural, where the brief gives none.
pub(super) fn plural(name: &str) -> String {
    let vowel_before = |ending: &str| {
        name.strip_suffix(ending)
            .is_some_and(|stem| stem.ends_with(['a', 'e', 'i', 'o', 'u']))
    };
    if let Some(stem) = name.strip_suffix('y')
        && !vowel_before("y")
    {
        format!("{stem}ies")
    } else if ["s", "x", "z", "ch", "sh"]
        .iter()
        .any(|ending| name.ends_with(ending))
    {
        format!("{name}es")
    } else {
        format!("{name}s")
    }
}

/// ``; did you mean `x`?`` for the nearest of the known names, if one is near.
pub(super) fn did_you_mean<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(wrong, name), name))
        .filter(|(distance, name)| *distance > 0 && *distance <= 1 + name.len() / 4)
        .min()
        .map(|(_, name)| format!("did you mean `{name}`?"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_change_form() {
        for (name, many, type_name) in [
            ("author", "authors", "Author"),
            ("city", "cities", "City"),
            ("day", "days", "Day"),
            ("bus_box", "bus_boxes", "BusBox"),
        ] {
            assert_eq!(plural(name), many);
            assert_eq!(pascal(name), type_name);
        }
    }

    #[test]
    fn only_snake_case_is_snake_case() {
        assert!(is_snake("order_line2"));
        for wrong in [
            "",
            "Order",
            "order-line",
            "_order",
            "order__line",
            "2nd",
            "order_",
        ] {
            assert!(!is_snake(wrong), "{wrong}");
        }
    }

    #[test]
    fn near_misses_are_suggested() {
        assert_eq!(
            did_you_mean("autor", ["book", "author"]),
            "did you mean `author`?"
        );
        assert_eq!(did_you_mean("zebra", ["book", "author"]), "");
    }
}
