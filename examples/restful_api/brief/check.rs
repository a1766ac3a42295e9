//! From the written brief to the meant one; every contradiction is reported, all in one go.

mod fields;
mod limits;
mod resources;

use std::path::Path;

use toml::Spanned;

use super::{Api, Brief, faults::Faults, faults::Found, names, written};

/// Reads the brief.
///
/// # Errors
/// Everything that is wrong with it, each with its line and its remedy; nothing is left half done, for nothing was begun.
pub fn read(path: &Path) -> Result<Brief, Faults> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Faults::whole(
            &file,
            "there is no such file; name a brief in TOML with `--brief FILE`",
        ),
        std::io::ErrorKind::InvalidData => Faults::whole(&file, "this is not text; save the brief as UTF-8"),
        _ => Faults::whole(
            &file,
            format!("cannot be read: {error}; name a readable file with `--brief FILE`"),
        ),
    })?;
    understand(&file, &text)
}

fn understand(file: &str, text: &str) -> Result<Brief, Faults> {
    let mut cx = Found::none_in(file, text);
    let written: written::Brief = match toml::from_str(text) {
        Ok(written) => written,
        Err(error) => {
            let at = error.span().unwrap_or(0..0);
            let key = if error.message() == "duplicate key" {
                text.get(at.clone()).unwrap_or_default()
            } else {
                ""
            };
            let fault = format!("{} {key}", error.message().replace('\n', ", "));
            let fault = fault.trim();
            cx.push(at, fault, remedy_for(error.message()));
            return Err(cx
                .into_result()
                .err()
                .unwrap_or_else(|| Faults::whole(file, "not a brief; see the shipped ones")));
        }
    };
    let api = check_api(&mut cx, &written.api);
    let resources = resources::check_resources(&mut cx, &written.resource, text);
    let roles = limits::check_roles(&mut cx, &written.role, &written.resource, &resources);
    let limits = limits::check_limits(&mut cx, &written.limits);
    let load = limits::check_load(&mut cx, &written.load);
    cx.into_result()?;
    Ok(Brief {
        api,
        resources,
        roles,
        limits,
        load,
    })
}

fn remedy_for(message: &str) -> &'static str {
    if message.contains("unknown field") {
        "remove the key or correct its spelling"
    } else if message.contains("missing field") {
        "add the missing key to this table"
    } else if message.contains("duplicate key") {
        "keep one of the two"
    } else if message.contains("invalid type") {
        "write a value of the expected type"
    } else {
        "correct the TOML at this line"
    }
}

fn check_api(cx: &mut Found<'_>, api: &written::Api) -> Api {
    let name = api.name.get_ref();
    if !names::is_kebab(name) {
        cx.push(
            api.name.span(),
            format_args!("the name `{name}` is not in kebab-case"),
            "use lower case, digits and `-`",
        );
    }
    if api.title.get_ref().trim().is_empty() {
        cx.push(api.title.span(), "the title is empty", "give the API a title");
    }
    if !(1..=99).contains(api.version.get_ref()) {
        cx.push(
            api.version.span(),
            format_args!("version {} is out of range", api.version.get_ref()),
            "use 1 to 99",
        );
    }
    let contact_email = api.contact_email.get_ref();
    if !contact_email
        .split_once('@')
        .is_some_and(|(user, host)| !user.is_empty() && host.contains('.'))
    {
        cx.push(
            api.contact_email.span(),
            format_args!("`{contact_email}` is not an address for mail"),
            "write it as `name@host.example`",
        );
    }
    Api {
        name: name.clone(),
        title: api.title.get_ref().clone(),
        description: api.description.clone(),
        version: *api.version.get_ref(),
        contact_email: contact_email.clone(),
    }
}

/// A name must be in `snake_case` and not one that the service gives a meaning.
fn check_name(cx: &mut Found<'_>, name: &written::Word) {
    let word = name.get_ref();
    if !names::is_snake(word) {
        cx.push(
            name.span(),
            format_args!("the name `{word}` is not in snake_case"),
            "use lower case, digits and `_`",
        );
    } else if names::RESERVED.contains(&word.as_str()) {
        cx.push(
            name.span(),
            format_args!("the name `{word}` is reserved, the service gives it a meaning"),
            "choose another name",
        );
    }
}

/// Each name stands once among its siblings.
fn check_once<'a>(cx: &mut Found<'_>, what: &str, names: impl IntoIterator<Item = &'a written::Word>) {
    let mut seen: Vec<&str> = Vec::new();
    for name in names {
        let word = name.get_ref().as_str();
        if seen.contains(&word) {
            cx.push(
                name.span(),
                format_args!("{what} `{word}` is written twice"),
                "rename or remove one of the two",
            );
        }
        seen.push(word);
    }
}

fn value<T: Copy>(spanned: Option<&Spanned<T>>, otherwise: T) -> T {
    spanned.map_or(otherwise, |value| *value.get_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = include_str!("../bookshop.toml");

    /// What is said when `from` is replaced by `to` in the good brief.
    fn said(from: &str, to: &str) -> String {
        assert!(GOOD.contains(from), "`{from}` is not in the brief");
        match understand("b.toml", &GOOD.replacen(from, to, 1)) {
            Ok(_) => String::from("nothing"),
            Err(faults) => faults.to_string(),
        }
    }

    #[test]
    fn the_shipped_briefs_are_good() {
        assert!(understand("b.toml", GOOD).is_ok());
        let clinic = understand("c.toml", include_str!("../clinic.toml"));
        assert!(clinic.is_ok(), "{clinic:?}");
    }

    #[test]
    fn each_contradiction_has_its_own_words_and_line() {
        let cases = [
            (
                "to = \"author\"",
                "to = \"autor\"",
                "`autor`, which is no resource; did you mean `author`?",
            ),
            (
                "name = \"isbn\"",
                "name = \"title\"",
                "field `title` is written twice",
            ),
            ("name = \"isbn\"", "name = \"Isbn\"", "not in snake_case"),
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
            (
                "version = 1",
                "version = \"one\"",
                "write a value of the expected type",
            ),
            ("version = 1", "version = ", "correct the TOML"),
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
            assert!(said.starts_with("error: b.toml:"), "no line in: {said}");
        }
    }

    #[test]
    fn an_empty_list_of_resources_is_refused() {
        let api = GOOD.split("[[resource]]").next().unwrap_or_default();
        let rest = &GOOD[GOOD.find("[[role]]").unwrap_or_default()..];
        let faults = understand("b.toml", &format!("{api}{rest}"));
        assert!(faults.is_err_and(|faults| faults.to_string().contains("no resource")));
    }
}
