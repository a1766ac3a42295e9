//! Examples for pages: each is sent to a live service as it is written down, with the answer that came. What is secret is masked.

use std::fmt::Write;

use examples::{
    client::{Call, Reply},
    failure::Outcome,
};
use serde_json::Value;

use crate::bed::{Browser, expect};

/// Members that nobody should find in a page.
const SECRET: &[&str] = &[
    "password",
    "new_password",
    "secret",
    "code",
    "access_token",
    "refresh_token",
    "url",
    "recovery_codes",
];
/// Where the service will be.
const HOST: &str = "https://accounts.quayside.example";

/// The page as far as it is written.
#[derive(Debug, Default)]
pub struct Transcript {
    /// In Markdown.
    pub text: String,
    /// Headings, in order.
    pub sections: Vec<String>,
    /// Examples that were run.
    pub run: u32,
}

impl Transcript {
    /// A page with a title.
    pub fn new(title: &str, first: &str) -> Self {
        Transcript {
            text: format!("# {title}\n\n{first}\n"),
            ..Transcript::default()
        }
    }

    /// A heading and what stands under it.
    pub fn section(&mut self, heading: &str, text: &str) {
        self.sections.push(heading.to_owned());
        let _ = writeln!(self.text, "\n## {heading}");
        if !text.is_empty() {
            let _ = writeln!(self.text, "\n{text}");
        }
    }

    /// Sends something and writes down how, and what came.
    ///
    /// # Errors
    /// When another status came than the example promises.
    pub async fn send(&mut self, browser: &mut Browser, example: &Example<'_>) -> Outcome<Reply> {
        let Example {
            method,
            path,
            body,
            token,
            status,
        } = *example;
        let mut call = Call::new(method, path);
        let mut command = format!("curl -X {method} {HOST}{path}");
        match token {
            None => command.push_str(" --cookie-jar jar --cookie jar"),
            Some(token) => {
                call = call.with_token(token);
                command.push_str(" -H 'authorization: Bearer …'");
            }
        }
        if let Some(body) = body {
            call = call.with_json(body);
            let _ = write!(
                command,
                " -H 'content-type: application/json' \\\n  -d '{}'",
                masked(body)
            );
        }
        let reply = browser.send(call).await?;
        expect(&reply, status, &format!("the example of {method} {path}"))?;
        self.run += 1;
        let came = masked(&reply.json()?);
        let _ = write!(
            self.text,
            "\n```sh\n{command}\n```\n\nis answered with {status}:\n\n```json\n{came}\n```\n"
        );
        Ok(reply)
    }
}

/// What is sent, and the status that it is answered with.
#[derive(Debug, Clone, Copy)]
pub struct Example<'a> {
    method: &'static str,
    path: &'a str,
    body: Option<&'a Value>,
    token: Option<&'a str>,
    status: u16,
}

impl<'a> Example<'a> {
    /// Something asked.
    pub fn get(path: &'a str, status: u16) -> Self {
        Example {
            method: "GET",
            path,
            body: None,
            token: None,
            status,
        }
    }

    /// Something sent.
    pub fn post(path: &'a str, body: &'a Value, status: u16) -> Self {
        Example {
            method: "POST",
            path,
            body: Some(body),
            token: None,
            status,
        }
    }

    /// With a token instead of a cookie.
    #[must_use]
    pub fn with_token(self, token: &'a str) -> Self {
        Example {
            token: Some(token),
            ..self
        }
    }
}

fn masked(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| {
                let value = if SECRET.contains(&name.as_str()) {
                    Value::from("…")
                } else {
                    masked(value)
                };
                (name.clone(), value)
            });
            Value::Object(members.collect())
        }
        Value::Array(values) => Value::Array(values.iter().map(masked).collect()),
        other => other.clone(),
    }
}
