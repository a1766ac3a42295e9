//! What is right, value by value.

use proptest::prelude::*;

use super::*;

#[test]
fn dates_and_times_of_toml_become_strings() {
    check(&[(
        "a.toml",
        "a = 2020-01-02T03:04:05.5Z\nb = 2020-01-02\nc = 07:32:00",
        r#"{"a":"2020-01-02T03:04:05.5Z","b":"2020-01-02","c":"07:32:00"}"#,
    )]);
}

#[test]
fn yaml_is_of_the_core_schema() {
    check(&[
        (
            "a.yaml",
            "[no, yes, on, off, y, n, NO]",
            r#"["no","yes","on","off","y","n","NO"]"#,
        ),
        (
            "a.yaml",
            "[null, Null, NULL, ~, nULL]",
            r#"[null,null,null,null,"nULL"]"#,
        ),
        ("a.yaml", "a:\nb: ''", r#"{"a":null,"b":""}"#),
        (
            "a.yaml",
            "[true, True, TRUE, false, False, FALSE, tRUE]",
            r#"[true,true,true,false,false,false,"tRUE"]"#,
        ),
        (
            "a.yaml",
            "[0, -1, +1, 007, -00, 0o17, 0xFf, 0b1, 1_000, 0o8, -0x1]",
            r#"[0,-1,1,7,-0,15,255,"0b1","1_000","0o8","-0x1"]"#,
        ),
        (
            "a.yaml",
            "[1.0, 1., .5, -.5, +1.5, 1e3, 1.5E-3, 1.e1]",
            "[1.0,1.0,0.5,-0.5,1.5,1000.0,0.0015,10.0]",
        ),
        (
            "a.yaml",
            "['1', \"true\", '', .e1, 1e, 1.2.3, '.', +, inf, -nan, Infinity, 12:30:45, 2020-01-02]",
            r#"["1","true","",".e1","1e","1.2.3",".","+","inf","-nan","Infinity","12:30:45","2020-01-02"]"#,
        ),
        (
            "a.yaml",
            "a: |\n  x\n  y\nb: >\n  x\n  y\n",
            r#"{"a":"x\ny\n","b":"x y\n"}"#,
        ),
        (
            "a.yaml",
            "1: a\ntrue: b\n0x1: c",
            r#"{"1":"a","true":"b","0x1":"c"}"#,
        ),
        (
            "a.yaml",
            "[!!str 1, ! 1, !!float 1, !!int 0x1f, !!null '', !!bool true, !!seq [], !!map {}]",
            r#"["1","1",1,31,null,true,[],{}]"#,
        ),
    ]);
}

#[test]
fn keys_keep_the_order_of_the_file() {
    let expect = r#"{"z":{"b":1,"a":2},"m":[],"a":"x"}"#;
    check(&[
        ("a.json", expect, expect),
        ("a.toml", "z = {b = 1, a = 2}\nm = []\na = 'x'", expect),
        ("a.yaml", "z: {b: 1, a: 2}\nm: []\na: x", expect),
    ]);
}

#[test]
fn numbers_lose_no_digit() {
    for number in [
        "0",
        "-1",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "18446744073709551615",
        "0.1",
        "-0.0",
        "1.7976931348623157e+308",
        "5e-324",
        "0.30000000000000004",
    ] {
        check(&[
            ("a.json", number, number),
            ("a.yaml", number, number),
            ("a.toml", &format!("a = {number}"), &format!("{{\"a\":{number}}}")),
        ]);
    }
    // Even those that only a type of the user's can hold.
    check(&[(
        "a.json",
        "[1.10, 340282366920938463463374607431768211455]",
        "[1.10,340282366920938463463374607431768211455]",
    )]);
}

/// What all three formats can write.
fn any_data() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        any::<f64>()
            .prop_map(Into::into)
            .prop_filter("a number", |value: &serde_json::Value| !value.is_null()),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|entries| serde_json::Map::from_iter(entries).into()),
        ]
    })
}

fn as_toml(data: &serde_json::Value) -> String {
    match data {
        serde_json::Value::Array(items) => {
            format!("[{}]", items.iter().map(as_toml).collect::<Vec<_>>().join(","))
        }
        serde_json::Value::Object(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| format!("{} = {}", in_toml(key), as_toml(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
        serde_json::Value::String(text) => in_toml(text),
        plain => plain.to_string(),
    }
}

fn in_toml(text: &str) -> String {
    let letters = text.chars().map(|letter| format!("\\U{:08x}", u32::from(letter)));
    format!("\"{}\"", letters.collect::<String>())
}

fn in_yaml(data: &serde_json::Value) -> String {
    let text = data.to_string();
    // JSON may write control characters as they are, from 0x7f on.
    let letters = text.chars().map(|letter| match letter {
        ' '..='~' => letter.to_string(),
        _ => format!("\\U{:08x}", u32::from(letter)),
    });
    letters.collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_same_data_is_read_from_each_format(data in any_data()) {
        let read_as = |name: &str, text: &str| {
            serde_json::from_str::<serde_json::Value>(&read(name, text)).unwrap()
        };
        prop_assert_eq!(&read_as("a.json", &serde_json::to_string_pretty(&data).unwrap()), &data);
        prop_assert_eq!(&read_as("a.yaml", &in_yaml(&data)), &data);
        prop_assert_eq!(&read_as("a.toml", &format!("a = {}", as_toml(&data)))["a"], &data);
    }
}
