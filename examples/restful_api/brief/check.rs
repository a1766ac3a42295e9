//! From the written brief to the meant one; every contradiction is reported, all in one go.

mod fields;
mod limits;
mod resources;

use super::{
    Api, Brief,
    faults::{Faults, Found},
    names, written,
};

impl TryFrom<written::Brief> for Brief {
    type Error = Faults;

    fn try_from(written: written::Brief) -> Result<Self, Faults> {
        let mut cx = Found::default();
        check_api(&mut cx, &written.api);
        let resources = resources::check_resources(&mut cx, &written.resource);
        limits::check_roles(&mut cx, &written.role, &resources);
        limits::check_limits(&mut cx, &written.limits);
        limits::check_load(&mut cx, &written.load);
        cx.into_result()?;
        Ok(Brief {
            api: written.api,
            resources,
            roles: written.role,
            limits: written.limits,
            load: written.load,
        })
    }
}

fn check_api(cx: &mut Found, api: &Api) {
    let Api {
        name,
        title,
        version,
        contact_email,
        ..
    } = api;
    if !names::is_kebab(name) {
        cx.push(
            "`api.name`",
            format_args!("the name `{name}` is not in kebab-case"),
            "use lower case, digits and `-`",
        );
    }
    if title.trim().is_empty() {
        cx.push("`api.title`", "the title is empty", "give the API a title");
    }
    if !(1..=99).contains(version) {
        cx.push(
            "`api.version`",
            format_args!("version {version} is out of range"),
            "use 1 to 99",
        );
    }
    if !contact_email
        .split_once('@')
        .is_some_and(|(user, host)| !user.is_empty() && host.contains('.'))
    {
        cx.push(
            "`api.contact_email`",
            format_args!("`{contact_email}` is not an address for mail"),
            "write it as `name@host.example`",
        );
    }
}

/// A name must be in `snake_case` and not one that the service gives a meaning.
fn check_name(cx: &mut Found, at: &str, name: &str) {
    if !names::is_snake(name) {
        cx.push(
            at,
            format_args!("the name `{name}` is not in snake_case"),
            "use lower case, digits and `_`",
        );
    } else if names::RESERVED.contains(&name) {
        cx.push(
            at,
            format_args!("the name `{name}` is reserved, the service gives it a meaning"),
            "choose another name",
        );
    }
}

/// Each name stands once among its siblings.
fn check_once<'a>(cx: &mut Found, at: &str, what: &str, names: impl IntoIterator<Item = &'a String>) {
    let mut seen: Vec<&str> = Vec::new();
    for name in names {
        if seen.contains(&name.as_str()) {
            cx.push(
                at,
                format_args!("{what} `{name}` is written twice"),
                "rename or remove one of the two",
            );
        }
        seen.push(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = include_str!("../bookshop.toml");

    fn understand(text: &str) -> Result<Brief, toml::de::Error> {
        toml::from_str(text)
    }

    /// What is said when `from` is replaced by `to` in the good brief.
    fn said(from: &str, to: &str) -> String {
        assert!(GOOD.contains(from), "`{from}` is not in the brief");
        match understand(&GOOD.replacen(from, to, 1)) {
            Ok(_) => String::from("nothing"),
            Err(error) => error.message().to_owned(),
        }
    }

    #[test]
    fn the_shipped_briefs_are_good() {
        assert!(understand(GOOD).is_ok());
        let clinic = understand(include_str!("../clinic.toml"));
        assert!(clinic.is_ok(), "{clinic:?}");
    }

    #[test]
    fn what_is_kept_of_a_brief_reads_as_the_same_brief() {
        for text in [GOOD, include_str!("../clinic.toml")] {
            let brief = understand(text).expect("a shipped brief");
            let kept = serde_json::to_string(&brief).expect("a brief is data");
            assert_eq!(
                serde_json::from_str::<Brief>(&kept).expect("what was kept"),
                brief
            );
        }
    }

    #[test]
    fn each_contradiction_has_its_own_words() {
        let cases = [
            (
                "to = \"author\"",
                "to = \"autor\"",
                "resource `book`, relation `author`: points to `autor`, which is no resource; did you mean `author`?",
            ),
            (
                "name = \"isbn\"",
                "name = \"title\"",
                "field `title` is written twice",
            ),
            (
                "name = \"isbn\"",
                "name = \"Isbn\"",
                "resource `book`, field `Isbn`: the name `Isbn` is not in snake_case",
            ),
            ("name = \"isbn\"", "name = \"id\"", "is reserved"),
            (
                "type = \"email\"",
                "type = \"emial\"",
                "unknown type `emial`; did you mean `email`?",
            ),
            (
                "default_page_entries = 20",
                "default_page_entries = 200",
                "more than `max_page_entries`",
            ),
            (
                "burst_requests = 60",
                "burst_requests = 6000",
                "more than `requests_per_minute`",
            ),
            (
                "\"orders:write\"",
                "\"ordres:write\"",
                "did you mean `orders:write`?",
            ),
            ("version = 1", "version = 0", "out of range"),
            ("version = 1\n", "", "missing field `version`"),
            ("public_read = true", "pubic_read = true", "unknown field"),
            (
                "min_length = 1\nmax_length = 200",
                "min_length = 300\nmax_length = 200",
                "more than `max_length`",
            ),
            (
                "max_length = 200",
                "maximum = 200",
                "`maximum` means nothing for a `string`",
            ),
            (
                "on_delete = \"restrict\"",
                "on_delete = \"set_null\"",
                "is to many, where nothing can become null",
            ),
            ("default = \"placed\"", "default = \"lost\"", "default"),
        ];
        for (from, to, expected) in cases {
            let said = said(from, to);
            assert!(said.contains(expected), "{from} -> {to}: {said}");
        }
    }

    #[test]
    fn an_empty_list_of_resources_is_refused() {
        let api = GOOD.split("[[resource]]").next().unwrap_or_default();
        let rest = &GOOD[GOOD.find("[[role]]").unwrap_or_default()..];
        let faults = understand(&format!("{api}{rest}"));
        assert!(faults.is_err_and(|faults| faults.to_string().contains("no resource")));
    }
}
