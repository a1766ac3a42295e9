//! The inputs of a plan, from the file that holds them.

use crate::artifact::Value;
use crate::cli::fault::{Code, Fault};
use crate::cli::source::Source;
use crate::cli::source::data::{Data, Kind};
use crate::cli::source::example::{example, is_option};
use crate::nearest::nearest;
use crate::plan::{ArtifactPlan, Plan};
use crate::verdict::Verdict;

/// The inputs of a plan, each of its type, in the plan's order.
pub(crate) fn inputs(plan: &'static Plan, source: Option<&Source>) -> Result<Vec<Value>, Fault> {
    let inputs = plan.artifacts.get(..plan.inputs).unwrap_or_default();
    let values: Vec<Value> = match (inputs, source) {
        ([], None) => Ok(Vec::new()),
        ([], Some(source)) => Err(not_taken(plan, source)),
        (_, None) => Err(needed(plan, inputs)),
        ([only], Some(source)) => single(only, source).map(|value| vec![value]),
        (_, Some(source)) => {
            let named = source.named(inputs)?.into_iter().zip(inputs);
            let typed = named.map(|(data, input)| source.typed(data, Some(input.name), input));
            typed.collect()
        }
    }?;
    for (input, value) in inputs.iter().zip(&values) {
        if let (Some(source), Some(Verdict::Reject(reason))) =
            (source, input.check.map(|check| check(&**value)))
        {
            let name = input.name;
            let message = format!(
                "{}: input `{name}` was rejected by its check: {reason}",
                source.name
            );
            return Err(Fault::new(Code::Input, message).of(&*source.name));
        }
    }
    Ok(values)
}

fn not_taken(plan: &Plan, source: &Source) -> Fault {
    let message = format!("`{}` has no inputs, and `{}` was given", plan.name, source.name);
    Fault::new(Code::Usage, message).fix("leave out `--input`")
}

fn needed(plan: &Plan, inputs: &[ArtifactPlan]) -> Fault {
    let message = format!("`{}` needs {}, and no file was given", plan.name, listed(inputs));
    let example = example(inputs);
    Fault::new(Code::Usage, message).fix(format!("give `--input FILE`, with TOML such as\n\n{example}"))
}

/// The file holds a single input under its name, or is that input.
fn single(input: &ArtifactPlan, source: &Source) -> Result<Value, Fault> {
    let whole = || source.typed(&source.data, None, input);
    let Ok(named) = source.named(std::slice::from_ref(input)) else {
        return whole().map_err(|fault| source.not_the_whole(input, fault));
    };
    let Some(data) = named.first() else {
        return whole();
    };
    // A type may have a single field of the same name.
    source
        .typed(data, Some(input.name), input)
        .or_else(|fault| whole().map_err(|_| fault))
}

impl Source {
    /// What it holds under the names of the inputs, if it has these and no others.
    fn named<'s>(&'s self, inputs: &[ArtifactPlan]) -> Result<Vec<&'s Data>, Fault> {
        /// TOML has no way to write that there is none.
        const NONE: &Data = &Data {
            line: 1,
            kind: Kind::Null,
        };
        if !matches!(self.data.kind, Kind::Table(_)) {
            let message = format!("it is {}, not a table with {}", self.data.what(), listed(inputs));
            return Err(self.fault(self.data.line, &message));
        }
        let may_lack = |input: &ArtifactPlan| inputs.len() > 1 && is_option(input.ty);
        let mut named = Vec::new();
        let mut missing = Vec::new();
        for input in inputs {
            match self.data.key(input.name) {
                Some(data) => named.push(data),
                None if may_lack(input) => named.push(NONE),
                None => missing.push(input),
            }
        }
        let is_input = |key: &&str| inputs.iter().any(|input| input.name == *key);
        let unknown = self.data.keys().find(|key| !is_input(key));
        match (unknown, missing.is_empty()) {
            (None, true) => Ok(named),
            (None, false) => {
                let message = format!("it lacks {}", listed(missing));
                Err(self.fault(self.data.line, &message))
            }
            (Some(key), _) => Err(self.no_such_input(key, inputs, &missing)),
        }
    }

    fn no_such_input(&self, key: &str, inputs: &[ArtifactPlan], missing: &[&ArtifactPlan]) -> Fault {
        let line = self.data.key(key).map_or(self.data.line, |data| data.line);
        let lacks = match missing.is_empty() {
            true => String::new(),
            false => format!(", and the file lacks {}", listed(missing.iter().copied())),
        };
        let fault = self.fault(line, &format!("`{key}`: there is no such input{lacks}"));
        let fix = match nearest(key, missing.iter().map(|input| input.name)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("the inputs are {}", listed(inputs)),
        };
        fault.fix(fix)
    }

    /// The fault of a file that is not its single input, if it was meant to be.
    fn not_the_whole(&self, input: &ArtifactPlan, fault: Fault) -> Fault {
        let others: Vec<_> = self.data.keys().filter(|key| *key != input.name).collect();
        if self.data.key(input.name).is_some()
            && let Some(other) = others.first()
        {
            return self.no_such_input(other, std::slice::from_ref(input), &[]);
        }
        match others.as_slice() {
            [key] if nearest(key, [input.name]).is_some() => {
                fault.fix(format!("did you mean `{}`, the name of the input?", input.name))
            }
            _ => fault,
        }
    }
}

/// `` `wish: String` and `count: u32` ``.
fn listed<'a>(inputs: impl IntoIterator<Item = &'a ArtifactPlan>) -> String {
    let inputs = inputs.into_iter();
    let mut inputs: Vec<_> = inputs
        .map(|input| format!("`{}: {}`", input.name, input.ty))
        .collect();
    match inputs.pop() {
        Some(last) if inputs.is_empty() => last,
        Some(last) => format!("{} and {last}", inputs.join(", ")),
        None => String::new(),
    }
}
