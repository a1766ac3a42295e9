//! What is wrong with a text, and where.

use super::*;
use crate::cli::fault::Code;

#[test]
fn errors_of_syntax_give_line_and_column_and_the_words_of_the_parser() {
    check(&[
        (
            "a.json",
            "{\"a\": 1,\n  \"b\" 2}",
            "a.json:2:7: not JSON: expected `:`",
        ),
        (
            "a.json",
            "[1, 2",
            "a.json:1:5: not JSON: EOF while parsing a list",
        ),
        ("a.json", "[1] 2", "a.json:1:5: not JSON: trailing characters"),
        (
            "a.json",
            "[\n1,\n\"ü\", 01]",
            "a.json:3:7: not JSON: invalid number",
        ),
        // The text is right as a whole, and wrong in a piece of it.
        (
            "a.json",
            "{\"a\":\n [\"ü\", \"\\ud800\"]}",
            "a.json:2:15: not JSON: unexpected end of hex escape",
        ),
        (
            "a.toml",
            "a = 1\nb 2",
            "a.toml:2:3: not TOML: key with no value, expected `=`",
        ),
        (
            "a.toml",
            "ä = \"ü\" x",
            "a.toml:1:9: not TOML: unexpected key or value, expected newline, `#`",
        ),
        (
            "a.yaml",
            "a: 1\n b: 2",
            "a.yaml:2:3: not YAML: mapping values are not allowed in this context",
        ),
        (
            "a.yml",
            "ü: *x",
            "a.yml:1:4: not YAML: while parsing node, found unknown anchor",
        ),
    ]);
}

#[test]
fn what_ends_too_early_is_named_with_a_line_that_is_there() {
    let words = "not YAML: while parsing a flow sequence, expected ',' or ']'";
    check(&[
        ("a.yaml", "a: [1", &format!("a.yaml:1:6: {words}")),
        ("a.yaml", "a: 1\r\nb: [1", &format!("a.yaml:2:6: {words}")),
        ("a.yaml", "a: [1\n", &format!("a.yaml:2:1: {words}")),
        ("a.json", "[1\n", "a.json:2:1: not JSON: EOF while parsing a list"),
    ]);
}

#[test]
fn a_fault_of_a_file_is_an_input_at_a_line() {
    for (text, target) in [
        ("a: 1\nb: [", "a.yaml:2"),
        ("a: 1\nb: 1\na: 2", "a.yaml:3"),
        ("a: .nan", "a.yaml:1"),
    ] {
        let fault = source("a.yaml", text).unwrap_err();
        assert_eq!((fault.code, fault.target.as_deref()), (Code::Input, Some(target)));
    }
}

#[test]
fn a_key_stands_once() {
    check(&[
        (
            "a.json",
            "{\"x\": {\"a\": 1,\n\"b\": 1,\n\"\\u0061\": 2}}",
            "a.json:3: `a` is written twice, first on line 1",
        ),
        (
            "a.yaml",
            "a: 1\nb: 1\n\"a\": 2",
            "a.yaml:3: `a` is written twice, first on line 1",
        ),
        // Both would be the same in JSON.
        (
            "a.yaml",
            "1: 1\n\"1\": 2",
            "a.yaml:2: `1` is written twice, first on line 1",
        ),
        ("a.toml", "a = 1\nb = 1\na = 2", "a.toml:3: `a` is written twice"),
        ("a.toml", "[a]\n[a]", "a.toml:2: `a` is written twice"),
        ("a.json", "[{\"a\": 1}, {\"a\": 2}]", "[{\"a\":1},{\"a\":2}]"),
    ]);
}

#[test]
fn numbers_that_json_has_not_are_refused() {
    check(&[
        (
            "a.toml",
            "a = 1\nb = nan",
            "a.toml:2: `nan` cannot be kept: JSON has no such number",
        ),
        (
            "a.toml",
            "b = [\n-inf]",
            "a.toml:2: `-inf` cannot be kept: JSON has no such number",
        ),
        (
            "a.yaml",
            "a:\n- .nan",
            "a.yaml:2: `.nan` cannot be kept: JSON has no such number",
        ),
        (
            "a.yaml",
            "- -.Inf",
            "a.yaml:1: `-.Inf` cannot be kept: JSON has no such number",
        ),
        (
            "a.json",
            "[1,\n1e400]",
            "a.json:2: `1e400` is too big for a number",
        ),
        ("a.toml", "a = 1e400", "a.toml:1: `1e400` is too big for a number"),
        (
            "a.yaml",
            "a: -1e400",
            "a.yaml:1: `-1e400` is too big for a number",
        ),
        (
            "a.yaml",
            "0xfffffffffffffffffffffffffffffffff",
            "a.yaml:1: `0xfffffffffffffffffffffffffffffffff` is too big for a number",
        ),
    ]);
    let digits = "9".repeat(400);
    for (name, text) in [
        ("a.yaml", digits.clone()),
        ("a.json", digits.clone()),
        ("a.toml", format!("a = {digits}")),
    ] {
        assert_eq!(
            read(name, &text),
            format!("{name}:1: `{digits}` is too big for a number")
        );
    }
}

#[test]
fn a_file_of_yaml_holds_one_document() {
    let fix = "take out what follows the `---`, or give it as a file of its own";
    let second = format!("a.yaml:3: a second document begins here, and a file holds one => {fix}");
    check(&[
        ("a.yaml", "---\na: 1\n---\na: 2", &second),
        ("a.yaml", "---\na: 1\n...\n", "{\"a\":1}"),
        ("a.yaml", "%YAML 1.2\n---\na: 1", "{\"a\":1}"),
        ("a.yaml", "# later\n", "a.yaml:1: nothing but comments is in it"),
    ]);
}

#[test]
fn aliases_are_written_out() {
    check(&[
        (
            "a.yaml",
            "a: &it [1, x]\nb: *it\nc: {d: *it}",
            "{\"a\":[1,\"x\"],\"b\":[1,\"x\"],\"c\":{\"d\":[1,\"x\"]}}",
        ),
        ("a.yaml", "&key a: *key", "{\"a\":\"a\"}"),
        (
            "a.yaml",
            "a: 1\nb: &x [*x]",
            "a.yaml:2: an alias stands in what it stands for",
        ),
    ]);
    let anchored = source("a.yaml", "a: &it\n  b: 1\nc: *it").unwrap();
    let copy = anchored.data.key("c").unwrap();
    assert_eq!((copy.line, copy.key("b").unwrap().line), (3, 2));
}

#[test]
fn what_yaml_has_and_json_has_not_is_refused() {
    let unknown = "leave it out; a variant with content is written as `Name: content`";
    let tagged = |line: u32, tag: &str| format!("a.yaml:{line}: the tag `{tag}` is not known => {unknown}");
    check(&[
        (
            "a.yaml",
            "a: 1\n<<: {b: 1}",
            "a.yaml:2: `<<` merges tables in YAML 1.1 only, which this is not => write out what it would merge",
        ),
        ("a.yaml", "\"<<\": 1", "{\"<<\":1}"),
        (
            "a.yaml",
            "\n? [a]\n: 1",
            "a.yaml:2: a key is a list, a table or an alias, and can only be a word",
        ),
        ("a.yaml", "a: 1\nb: !Circle 1", &tagged(2, "!Circle")),
        ("a.yaml", "!Circle {r: 1}", &tagged(1, "!Circle")),
        ("a.yaml", "a: !!set {x}", &tagged(1, "!!set")),
        ("a.yaml", "a: !int 1", &tagged(1, "!int")),
        (
            "a.yaml",
            "a: !<tag:x.org,2000:x> 1",
            &tagged(1, "tag:x.org,2000:x"),
        ),
        (
            "a.yaml",
            "a: !!int x",
            "a.yaml:1: the tag `!!int` is on what is `!!str`",
        ),
        (
            "a.yaml",
            "a: !!map [1]",
            "a.yaml:1: the tag `!!map` is on what is `!!seq`",
        ),
    ]);
}

#[test]
fn without_an_ending_the_first_format_that_fits_is_taken() {
    check(&[
        ("standard input", "{\"a\": [1]}", "{\"a\":[1]}"),
        ("standard input", "[a]\nb = 1", "{\"a\":{\"b\":1}}"),
        ("standard input", "a:\n- 1", "{\"a\":[1]}"),
        ("wish.txt", "a wish", "\"a wish\""),
        ("wish.txt", "YWI=", "\"YWI=\""),
        ("A.JSON", "a = 1", "A.JSON:1:1: not JSON: expected value"),
    ]);
}

#[test]
fn of_no_format_it_names_the_one_that_understood_most() {
    check(&[
        (
            "standard input",
            "a = 1\nb = \"x\nc = 3",
            "standard input:2:7: not TOML, nor JSON or YAML: invalid basic string, expected `\"`",
        ),
        (
            "standard input",
            "a = \"x",
            "standard input:1:7: not TOML, nor JSON or YAML: invalid basic string, expected `\"`",
        ),
        (
            "standard input",
            "a:\n  - 1\n b: 2",
            "standard input:3:2: not YAML, nor JSON or TOML: while parsing a block mapping, did not find expected key",
        ),
        (
            "standard input",
            "[1, 2\n}",
            "standard input:2:1: not JSON, nor TOML or YAML: expected `,` or `]`",
        ),
        // It is JSON, so there is nothing else to try.
        (
            "standard input",
            "{\"a\": 1,\n\"a\": 2}",
            "standard input:2: `a` is written twice, first on line 1",
        ),
        (
            "standard input",
            "a = nan",
            "standard input:1: `nan` cannot be kept: JSON has no such number",
        ),
    ]);
}
