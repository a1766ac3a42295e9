//! What is different each time, replaced: times, spans of time, processes and folders.

/// The same text for the same behaviour.
pub(crate) fn stable(text: &str, folder: &std::path::Path) -> String {
    let text = text.replace(&folder.display().to_string(), "<folder>");
    let lines = text.split_inclusive('\n').map(|line| {
        let line = replaced(line, "<time>", time);
        let line = replaced(&line, "<span>", span);
        let line = replaced(&line, "process <number> on `<host>`", process);
        // Who is quick enough has no time told.
        let line = line.replace("  <span>, ", "  ");
        match line.strip_suffix("  <span>\n") {
            Some(quick) => quick.to_owned() + "\n",
            None => line,
        }
    });
    lines.collect()
}

/// Each place where `length` finds something is replaced.
fn replaced(text: &str, by: &str, length: fn(&str) -> usize) -> String {
    let (mut stable, mut rest, mut before) = (String::new(), text, ' ');
    while let Some(c) = rest.chars().next() {
        let taken = if before.is_alphanumeric() { 0 } else { length(rest) };
        if taken > 0 {
            stable.push_str(by);
            rest = &rest[taken..];
            before = '>';
        } else {
            stable.push(c);
            rest = &rest[c.len_utf8()..];
            before = c;
        }
    }
    stable
}

/// `2026-03-12 09:00:03`, or with a `T` and a fraction.
fn time(text: &str) -> usize {
    let shape = "0000-00-00?00:00:00";
    let fits = |(c, shape): (char, char)| match shape {
        '0' => c.is_ascii_digit(),
        '?' => c == ' ' || c == 'T',
        other => c == other,
    };
    if text.chars().count() < shape.len() || !text.chars().zip(shape.chars()).all(fits) {
        return 0;
    }
    let fraction = text[shape.len()..].find(|c: char| !(c.is_ascii_digit() || c == '.' || c == 'Z'));
    shape.len() + fraction.unwrap_or(text.len() - shape.len())
}

/// `320 ms`, `4.2 s`, `3 min 20 s`.
fn span(text: &str) -> usize {
    const UNITS: [&str; 5] = ["ms", "s", "min", "h", "d"];
    if text.starts_with("under 1 ms") {
        return "under 1 ms".len();
    }
    let digits = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(0);
    let Some(after) = text.get(digits..).and_then(|rest| rest.strip_prefix(' ')) else {
        return 0;
    };
    let letters = after
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(after.len());
    if digits == 0 || !UNITS.contains(&&after[..letters]) {
        return 0;
    }
    let one = digits + 1 + letters;
    match text[one..].strip_prefix(' ').map(span) {
        Some(more) if more > 0 => one + 1 + more,
        _ => one,
    }
}

/// ``process 4711 on `here` since ..``
fn process(text: &str) -> usize {
    let Some(rest) = text.strip_prefix("process ") else {
        return 0;
    };
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
    let host = rest[digits..]
        .strip_prefix(" on `")
        .and_then(|host| host.find('`'));
    match (digits, host) {
        (0, _) | (_, None) => 0,
        (digits, Some(host)) => "process ".len() + digits + " on `".len() + host + 1,
    }
}

#[test]
fn what_is_different_each_time_is_replaced() {
    let folder = std::path::Path::new("/tmp/x");
    let cases = [
        ("at 2026-11-26 08:33:32: it", "at <time>: it"),
        ("\"2026-11-26T08:33:32.250Z\"", "\"<time>\""),
        (
            "began 2 min 56 s ago, changed 60 ms ago",
            "began <span> ago, changed <span> ago",
        ),
        ("(under 1 ms)", "(<span>)"),
        ("[   0.12 s] x", "[   <span>] x"),
        ("  ✓ gather  12 ms\n", "  ✓ gather\n"),
        ("process 12 on `a-b` since", "process <number> on `<host>` since"),
        ("/tmp/x/launch.db", "<folder>/launch.db"),
        ("7 of 10 steps", "7 of 10 steps"),
    ];
    for (text, expected) in cases {
        assert_eq!(stable(text, folder), expected);
    }
}
