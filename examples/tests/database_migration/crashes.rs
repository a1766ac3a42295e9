//! SIGKILL at random moments of the migration of production, and of its undo.

use std::{process::Stdio, time::Duration};

use super::{
    shop::{Shop, dump, prepared},
    succeeds,
    support::{Tested, kill_group, spawn_group},
};

/// Numbers that are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound.max(1)
    }
}

/// Begins it, and kills it after that time, if it is not over by then.
fn killed_within(
    mut command: std::process::Command,
    after: Duration,
) -> Result<bool, Box<dyn std::error::Error>> {
    let mut child = spawn_group(command.stdout(Stdio::null()).stderr(Stdio::null()))?;
    std::thread::sleep(after);
    let is_over = child.try_wait()?.is_some();
    if !is_over {
        kill_group(&mut child)?;
    }
    child.wait()?;
    Ok(!is_over)
}

fn undo(shop: &Shop) -> std::process::Command {
    shop.place.command(&["undo", "sample", "--yes"])
}

/// `CRASHES=100` does it a hundred times.
#[test]
fn killed_at_random_moments_it_goes_on_or_goes_back_and_loses_nothing() -> Tested {
    let rounds = std::env::var("CRASHES")
        .ok()
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(6);
    let mut chance = Chance(20_261_126);
    let (waiting, original, migrated, took) = prepared(|prepared| {
        let original = dump(&prepared.waiting.file())?;
        Ok((
            prepared.waiting.copied()?,
            original,
            prepared.migrated.clone(),
            prepared.took,
        ))
    })?;
    let took_ms = u64::try_from(took.as_millis())?;
    let mut killed = 0;
    for round in 0..rounds {
        let shop = waiting.copied()?;
        let after = Duration::from_millis(chance.below(took_ms));
        let was_killed = killed_within(shop.run(), after)?;
        killed += u32::from(was_killed);
        if round % 2 == 0 {
            // Once more in the middle, then to the end.
            killed_within(shop.run(), Duration::from_millis(chance.below(took_ms / 2)))?;
            succeeds(&mut shop.run())?;
            assert!(
                dump(&shop.file())? == migrated,
                "round {round}: killed after {after:?}, something else came out"
            );
        } else {
            killed_within(undo(&shop), Duration::from_millis(chance.below(took_ms / 4)))?;
            succeeds(&mut undo(&shop)).or_else(is_undone)?;
            assert!(
                dump(&shop.file())? == original,
                "round {round}: killed after {after:?}, not what it was"
            );
        }
    }
    assert!(
        killed * 2 > rounds,
        "only {killed} of {rounds} were killed in time"
    );
    Ok(())
}

/// An undo that was over before it was killed cannot be done again.
fn is_undone(error: Box<dyn std::error::Error>) -> Tested {
    if error.to_string().contains("undone") {
        Ok(())
    } else {
        Err(error)
    }
}
