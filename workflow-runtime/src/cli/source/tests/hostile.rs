//! What is made to break the reader, and does not.

use proptest::prelude::*;

use super::*;

#[test]
fn what_is_nested_too_deep_is_refused() {
    let too_deep = "lists and tables stand in each other more than 127 deep";
    let open = |open: &str| open.repeat(100_000);
    check(&[
        (
            "a.json",
            &format!("{}{}", open("["), open("]")),
            &format!("a.json:1: {too_deep}"),
        ),
        (
            "a.json",
            &open("["),
            "a.json:1:100000: not JSON: EOF while parsing a list",
        ),
        (
            "a.json",
            &open("{\"a\":\n"),
            "a.json:100001:1: not JSON: EOF while parsing a value",
        ),
        (
            "a.yaml",
            &open("["),
            "a.yaml:1:256: not YAML: recursion limit exceeded",
        ),
        ("a.yaml", &open("- "), &format!("a.yaml:1: {too_deep}")),
        (
            "a.toml",
            &format!("a = {}", open("[")),
            "a.toml:1:85: not TOML: cannot recurse further; max recursion depth met",
        ),
        (
            "a.toml",
            &format!("a = {}", open("{a=")),
            "a.toml:1:245: not TOML: cannot recurse further; max recursion depth met",
        ),
        (
            "a.toml",
            &format!("{}a = 1", open("a.")),
            "a.toml:1:1: not TOML: recursion limit",
        ),
        (
            "a.toml",
            &format!("[{}a]", open("a.")),
            "a.toml:1:1: not TOML: recursion limit",
        ),
    ]);
    assert!(read("standard input", &open("[")).starts_with("standard input:1:100000: not JSON"));
}

#[test]
fn it_reads_as_deep_as_types_are_read() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for name in ["a.json", "a.yaml"] {
        assert_eq!(read(name, &nested(127)), nested(127));
        assert!(read(name, &nested(128)).contains("more than 127 deep"));
        serde_json::from_str::<serde_json::Value>(&read(name, &nested(127))).unwrap();
    }
}

#[test]
fn aliases_of_aliases_neither_fill_the_memory_nor_the_stack() {
    let tenfold = |(at, letter): (usize, char)| {
        let of = match at {
            0 => vec!["x".to_owned(); 10],
            _ => vec![format!("*{}", char::from(b'a' + at as u8 - 1)); 10],
        };
        format!("{letter}: &{letter} [{}]\n", of.join(", "))
    };
    let laughs: String = ('a'..='z').enumerate().map(tenfold).collect();
    let bigger = "with its aliases written out it is bigger than 64 MiB";
    assert_eq!(read("a.yaml", &laughs), format!("a.yaml:7: {bigger}"));
    let long = format!("a: &a {}\nb: [{}]", "x".repeat(1 << 20), "*a, ".repeat(100));
    assert_eq!(read("a.yaml", &long), format!("a.yaml:2: {bigger}"));

    let chained = |(at, letter): (usize, char)| {
        let of = match at {
            0 => "x".to_owned(),
            _ => format!("*{}", char::from(b'a' + at as u8 - 1)),
        };
        format!("{letter}: &{letter} {}{of} {}\n", "[".repeat(60), "]".repeat(60))
    };
    let chain: String = ('a'..='z').enumerate().map(chained).collect();
    assert_eq!(
        read("a.yaml", &chain),
        "a.yaml:3: lists and tables stand in each other more than 127 deep"
    );
}

/// Texts of pieces that mean something to one of the parsers.
fn any_text() -> impl Strategy<Value = String> {
    let pieces = [
        "{",
        "}",
        "[",
        "]",
        "\"",
        "'",
        ":",
        ": ",
        ",",
        "- ",
        "? ",
        "=",
        "&a ",
        "*a",
        "!!int ",
        "!x ",
        "|\n",
        ">-\n",
        "\n",
        "\n  ",
        "\r\n",
        "\t",
        "#",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "<<",
        "a",
        "1",
        "1e9",
        "-",
        ".inf",
        "0x",
        "null",
        "true",
        "\\",
        "\\u",
        "\\ud800",
        "ü",
        "\u{feff}",
        "\0",
        "\u{2028}",
        "[[a]]\n",
        "\"\"\"",
        "2020-01-02",
        ".",
        "_",
        "+",
    ];
    let piece =
        prop_oneof![9 => prop::sample::select(pieces.to_vec()).prop_map(str::to_owned), 1 => any::<String>()];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_text_makes_it_panic(text in any_text()) {
        for name in ["a.json", "a.toml", "a.yaml", "standard input"] {
            if let Ok(source) = source(name, &text) {
                let json = source.data.to_json();
                prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{}", json);
            }
        }
    }

    #[test]
    fn each_line_that_is_named_is_there(text in any_text()) {
        for name in ["a.json", "a.toml", "a.yaml"] {
            if let Err(fault) = source(name, &text) {
                let (_, line) = fault.target.as_deref().and_then(|target| target.split_once(':')).unwrap();
                let line: usize = line.parse().unwrap();
                let lines = text.split(['\n', '\r']).count();
                prop_assert!((1..=lines).contains(&line), "{}", fault);
            }
        }
    }
}
