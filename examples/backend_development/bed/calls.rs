//! Sample calls, with what earlier calls kept, as requests.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU32, Ordering},
};

use serde_json::Value;

use super::Bed;
use crate::{
    artifacts::{SampleCall, placeholders, split_route},
    client::{Call, Reply},
    failure::{Failure, Outcome, ensure},
};

/// What earlier calls kept, by name.
pub(crate) type Kept = BTreeMap<String, String>;

/// The next number that no other call has.
static UNIQUE: AtomicU32 = AtomicU32::new(100_000);

impl Bed {
    /// The request of a call, by its caller.
    pub(crate) fn request(&self, sample: &SampleCall, kept: &Kept) -> Outcome<Call> {
        let mut call = anonymous(sample, kept)?;
        if let Some(caller) = &sample.caller {
            let token = self.tokens.get(caller).ok_or_else(|| {
                Failure::new(format_args!("`{caller}` is none of the callers of the service"))
            })?;
            call = call.with_token(token);
        }
        Ok(call)
    }

    /// Makes a call that must succeed, and keeps what later ones need of it.
    pub(crate) async fn succeed(&mut self, sample: &SampleCall, kept: &mut Kept) -> Outcome<Reply> {
        let call = self.request(sample, kept)?;
        self.succeed_by(&call, sample, kept).await
    }

    /// The same by a request that was made of the call before.
    pub(crate) async fn succeed_by(
        &mut self,
        call: &Call,
        sample: &SampleCall,
        kept: &mut Kept,
    ) -> Outcome<Reply> {
        let reply = self.send(call).await?;
        let what = format!("`{}` ({})", sample.operation, sample.route);
        ensure(
            accepts(&reply),
            format_args!(
                "{what} was to succeed and was answered with {}; mend the call, or the service",
                reply.status
            ),
        )?;
        for (name, pointer) in &sample.keeps {
            let body = reply.json()?;
            let found = match body.pointer(pointer) {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Number(number)) => number.to_string(),
                _ => {
                    return Err(Failure::new(format_args!(
                        "the answer to {what} has nothing to keep at `{pointer}`"
                    )));
                }
            };
            kept.insert(name.clone(), found);
        }
        Ok(reply)
    }

    /// Makes all calls, one after the other; each must succeed.
    pub(crate) async fn succeed_all(&mut self, samples: &[SampleCall]) -> Outcome<Kept> {
        let mut kept = Kept::new();
        for sample in samples {
            self.succeed(sample, &mut kept).await?;
        }
        Ok(kept)
    }
}

/// Whether the answer is a success.
pub(crate) fn accepts(reply: &Reply) -> bool {
    (200..300).contains(&reply.status)
}

/// The request of a call, without a token.
fn anonymous(sample: &SampleCall, kept: &Kept) -> Outcome<Call> {
    let (method, path) = split_route(&sample.route)
        .ok_or_else(|| Failure::new(format_args!("`{}` is no method and path", sample.route)))?;
    let call = Call::new(method, filled(path, kept));
    Ok(match &sample.body {
        Some(body) => call.with_json(&filled_in(body, kept)),
        None => call,
    })
}

/// A text with what was kept.
fn filled(text: &str, kept: &Kept) -> String {
    let mut filled = text.to_owned();
    for word in placeholders(text) {
        let meaning = match word {
            "unique" => Some(UNIQUE.fetch_add(1, Ordering::Relaxed).to_string()),
            word => kept.get(word).cloned(),
        };
        if let Some(meaning) = meaning {
            filled = filled.replacen(&format!("{{{word}}}"), &meaning, 1);
        }
    }
    filled
}

fn filled_in(value: &Value, kept: &Kept) -> Value {
    match value {
        Value::String(text) => Value::String(filled(text, kept)),
        Value::Array(items) => items.iter().map(|item| filled_in(item, kept)).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), filled_in(value, kept)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}
