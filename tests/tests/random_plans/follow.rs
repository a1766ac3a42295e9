//! Follows what a run wrote down through the worlds that the rules allow.

use crate::rules::Next;
use crate::world::Rules;

/// What can be in none of them, in words.
pub(crate) fn follow(rules: &Rules<'_>, notes: &[&str]) -> Result<(), String> {
    let mut worlds = vec![rules.beginning()];
    for (line, note) in notes.iter().enumerate() {
        let next: Vec<Next> = worlds.iter().flat_map(|world| rules.next(world)).collect();
        worlds.clear();
        for (_, world) in next.iter().filter(|(expected, _)| expected.trim_end() == *note) {
            if !worlds.contains(world) {
                worlds.push(world.clone());
            }
        }
        if worlds.is_empty() {
            let expected: Vec<_> = next.iter().map(|(expected, _)| expected).collect();
            return Err(format!(
                "line {}: there is `{note}`, and expected is one of {expected:#?}",
                line + 1
            ));
        }
    }
    match worlds.iter().any(|world| rules.is_end(world)) {
        true => Ok(()),
        false => Err(format!("it is left before its end: {worlds:#?}")),
    }
}
