use super::*;
#[test]
fn probe() {
    for (name, text) in [
        ("a.json", "{\"a\": 1,\n  \"b\" 2}"),
        ("a.json", "{\"a\": \"\\ud800\"}"),
        ("a.json", "{\"a\": [1,\n 1e400]}"),
        ("a.json", "[1, 2"),
        ("a.json", "[1] 2"),
        ("a.json", "{\"a\":1,\n\"a\":2}"),
        ("a.json", "\"\n\""),
        ("a.json", "[\n\n"),
        ("a.json", "nul"),
        ("a.json", "[01]"),
        ("a.toml", "a = 1\nb = "),
        ("a.toml", "a = 1\na = 2"),
        ("a.toml", "a = \"x\nb = 1"),
        ("a.toml", "[a\nb = 1"),
        ("a.toml", "a = nan"),
        ("a.toml", "x = 1e999"),
        ("a.toml", "x = 99999999999999999999999"),
        ("a.toml", "[a]\n[a]"),
        ("a.toml", "a: 1"),
        ("a.toml", "a = 2020-13-01"),
        ("a.toml", "ä = \"ü\" x"),
        (
            "a.toml",
            "a = 2020-01-02T03:04:05.5Z\nb = 2020-01-02\nc = 07:32:00\nd=1_000\ne=0xff\nf=-0.0\ng=+1.5\nh=18446744073709551615\ni=0.1\nj=1e22",
        ),
        ("a.yaml", "a: 1\nb: [1, 2"),
        ("a.yaml", "a: 1\n b: 2"),
        ("a.yaml", "a: 1\na: 2"),
        ("a.yaml", "\ta: 1"),
        ("a.yaml", "a: *x"),
        ("a.yaml", "a: .nan"),
        ("a.yaml", "a: &x [*x]"),
        ("a.yaml", "- 1\n---\n- 2"),
        ("a.yaml", "<<: {a: 1}"),
        ("a.yaml", "a: !Foo 1"),
        ("a.yaml", "a: !!int x"),
        ("a.yaml", "a: !!set {x}"),
        ("a.yaml", "a: !<tag:x.org,2000:x> 1"),
        ("a.yaml", "? [a]\n: 1"),
        ("a.yaml", "# x\n"),
        ("a.yaml", "---\n"),
        (
            "a.yaml",
            "a: !!float 3\nb: !!str 3\nc: ! 3\nd: !!int 0x1F\ne: !!null ''\nf: !!map {}\ng: !!seq []",
        ),
        ("a.yaml", "a: 'x"),
        ("a.yaml", "a: %x"),
        ("a.yaml", "&a a: *a"),
        ("a.yaml", "a: \"\\q\""),
        ("a.yaml", "%YAML 1.1\n---\na: 1"),
        ("a.yaml", "a: 1\r\nb: 2\r\nc: [\r\n"),
        ("-", "a = \"x"),
        ("-", "a = 1\nb = \"x\nc = 3"),
        ("-", "{\"a\": 1,\n\"b\": }"),
        ("-", "{\"a\": 1,\n\"b\": 2"),
        ("-", "a:\n  - 1\n b: 2"),
        ("-", "hello"),
        ("-", "[a]\nb = 1"),
        ("-", "[[a]]\nb = ]"),
        ("-", "{\"a\":1,\"a\":2}"),
        ("-", "- 1\n- [2"),
    ] {
        eprintln!("{name} {text:?}\n    {}", refused(name, text));
    }
    let toml = source(
        "a.toml",
        "x.y = 1\n\nx.z = 2\n[a.b]\nc = 1\n[a]\nd = [\n1,\n2]\n[[l]]\nm=1\n\n[[l]]\nm=2\n[[l.o]]\np=1",
    )
    .unwrap();
    eprintln!("{:#?}", toml.data);
    let deep = "[".repeat(100_000);
    let t = std::time::Instant::now();
    for name in ["a.json", "a.yaml", "-"] {
        eprintln!("{name} {} {:?}", refused(name, &deep), t.elapsed());
    }
    eprintln!("{} {:?}", refused("a.toml", &format!("a = {deep}")), t.elapsed());
    eprintln!(
        "{} {:?}",
        refused("a.toml", &format!("a{} = 1", ".a".repeat(100_000))),
        t.elapsed()
    );
    eprintln!(
        "{} {:?}",
        refused("a.toml", &format!("[a{}]\nb=1", ".a".repeat(100_000))),
        t.elapsed()
    );
    let mut s = String::new();
    for i in 0..100 {
        s += &format!("[a{}]\nb{i}=1\n", ".a".repeat(i));
    }
    eprintln!("{} {:?}", &refused("a.toml", &s), t.elapsed());
    eprintln!(
        "{} {:?}",
        refused("a.toml", &format!("a = {}", "{a=".repeat(100_000))),
        t.elapsed()
    );
    eprintln!("{} {:?}", refused("a.yaml", &"- ".repeat(100_000)), t.elapsed());
    eprintln!("{} {:?}", refused("a.yaml", &"{a: ".repeat(100_000)), t.elapsed());
    eprintln!("{} {:?}", refused("a.yaml", &"? ".repeat(100_000)), t.elapsed());
    eprintln!("{} {:?}", refused("a.yaml", &"[[],".repeat(100_000)), t.elapsed());
    eprintln!(
        "{} {:?}",
        refused("a.json", &format!("{deep}{}", "]".repeat(100_000))),
        t.elapsed()
    );
    let ok = format!("{}{}", "[".repeat(127), "]".repeat(127));
    for name in ["a.json", "a.yaml"] {
        eprintln!("{name} {} {:?}", refused(name, &ok), t.elapsed());
    }
    let mut laughs = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (a, b) in ('a'..'z').zip('b'..='z') {
        laughs += &format!("{b}: &{b} [{}]\n", vec![format!("*{a}"); 10].join(","));
    }
    eprintln!("{} {:?}", refused("a.yaml", &laughs), t.elapsed());
}
