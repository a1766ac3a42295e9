//! Carries out a parallel phase on an engine: each attempt is a part that any service of the plan takes, begun in the
//! order of the plan.

use std::time::Duration;

use crate::engine::attempt::without_result;
use crate::engine::drive::{Break, Came, Left, Run};
use crate::engine::{Outcome, Part, Ticket, kept};

/// The members of a phase under way.
#[derive(Default)]
struct Members {
    /// Those that were not begun.
    open: Vec<u16>,
    /// Those that were, each with what it waits for.
    flying: Vec<Flying>,
    /// How the phase ends, if it does not go on to its end.
    end: Option<Result<Left, Break>>,
    is_stopped: bool,
}

struct Flying {
    ticket: Ticket,
    step: u16,
    waits_for: WaitsFor,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum WaitsFor {
    Attempt {
        attempt: u32,
    },
    /// The time of the next attempt.
    Time,
    Person,
}

impl Run<'_> {
    /// After a failure or a rejection nothing new starts, and what is in flight finishes; while something is waited for,
    /// everything else goes on.
    pub(super) async fn drive_parallel(&mut self, phase: u16) -> Result<Left, Break> {
        let layout = self.layout;
        let rejected = |step: u16| self.state.rejection(layout, step).is_some();
        if layout.members(phase).any(rejected) {
            return Err(Break::Halted);
        }
        let mut members = Members {
            open: layout
                .members(phase)
                .filter(|step| !self.state.step_is_done(*step))
                .collect(),
            ..Members::default()
        };
        loop {
            if members.end.is_none()
                && let Err(halt) = self.begin_ready(&mut members).await
            {
                members.ends(Err(halt));
            }
            members.is_stopped = self.is_cancelled;
            if members.is_over() {
                return match members.end {
                    // Where it was sent back to is where it goes on once it is told to.
                    Some(Ok(Left::Back)) if members.is_stopped => Err(Break::Halted),
                    end => end.unwrap_or(Ok(Left::Done)),
                };
            }
            let tickets: Vec<_> = members.awaited().collect();
            match self.durable.next(&tickets).await {
                Ok((ticket, outcome)) => {
                    let Some(flying) = members.landed(ticket) else {
                        continue;
                    };
                    if let Err(halt) = self.land(&mut members, flying, outcome).await {
                        members.ends(Err(halt));
                    }
                }
                Err(stopped) => members.ends(self.is_stopped(stopped)),
            }
        }
    }

    async fn begin_ready(&mut self, members: &mut Members) -> Result<(), Break> {
        let layout = self.layout;
        let is_ready = |run: &Self, step: &u16| {
            layout
                .awaits(*step)
                .iter()
                .all(|maker| run.state.step_is_done(*maker))
        };
        while let Some(at) = members.open.iter().position(|step| is_ready(self, step)) {
            let step = members.open.remove(at);
            if !layout.step(step).manual {
                self.begin_attempt(members, step).await?;
            } else if !self.stands(step).await? {
                let ticket = self.wait_for(step)?;
                members.flying.push(Flying {
                    ticket,
                    step,
                    waits_for: WaitsFor::Person,
                });
            }
        }
        Ok(())
    }

    async fn begin_attempt(&mut self, members: &mut Members, step: u16) -> Result<(), Break> {
        let attempt = self.attempt(step);
        self.begins(&attempt)?;
        let taken = kept::texts_of(self.layout, &self.texts, self.layout.step(step).takes)?;
        let number = attempt.attempt;
        let task = match attempt.task(self.layout, taken).text() {
            Ok(task) => task,
            Err(why) => {
                let line = self.cannot_be_made(step, number, why).await?;
                return self.came_to(step, &line).map(drop);
            }
        };
        let part = Part::Attempt {
            name: self.layout.path(step).to_owned(),
            task,
        };
        members.flying.push(Flying {
            ticket: self.durable.begin(part),
            step,
            waits_for: WaitsFor::Attempt { attempt: number },
        });
        Ok(())
    }

    /// Takes in what came of a part.
    async fn land(&mut self, members: &mut Members, flying: Flying, outcome: Outcome) -> Result<(), Break> {
        let step = flying.step;
        let line = match (outcome, flying.waits_for) {
            (Outcome::Rang, _) if !members.tries_again() => return Ok(()),
            (Outcome::Rang, _) => return self.begin_attempt(members, step).await,
            (Outcome::Text(line), _) => line,
            // It was stopped with the run.
            (Outcome::Lost(_), _) if members.end.is_some() => return Ok(()),
            (Outcome::Lost(why), waits_for) => {
                let attempt = match waits_for {
                    WaitsFor::Attempt { attempt } => attempt,
                    WaitsFor::Time | WaitsFor::Person => 1,
                };
                self.lost(step, attempt, &why).await?
            }
        };
        match self.came_to(step, &line)? {
            Came::To(Left::Done) => {}
            Came::To(Left::Back) => members.ends(Ok(Left::Back)),
            Came::Again(_) if !members.tries_again() => {}
            Came::Again(wait) => self.tries_after(members, step, wait),
        }
        Ok(())
    }

    fn tries_after(&mut self, members: &mut Members, step: u16, wait: Duration) {
        members.flying.push(Flying {
            ticket: self.durable.begin(Part::Timer(wait)),
            step,
            waits_for: WaitsFor::Time,
        });
    }

    /// The line of an attempt that the engine ended without a result.
    async fn lost(&mut self, step: u16, attempt: u32, why: &str) -> Result<String, Break> {
        let why = format!("the engine ended the attempt: {why}");
        self.cannot_be_made(step, attempt, why).await
    }

    /// The line of an attempt that nobody makes.
    async fn cannot_be_made(&mut self, step: u16, attempt: u32, why: String) -> Result<String, Break> {
        let failed = without_result(step, self.state.round, attempt, &why);
        self.keep(self.layout.path(step), &failed).await
    }
}

impl Members {
    /// The first reason counts; where the run was sent back, what failed beside that does not.
    fn ends(&mut self, end: Result<Left, Break>) {
        match (&self.end, &end) {
            (Some(Ok(_)), _) | (Some(Err(_)), Err(_)) => {}
            _ => self.end = Some(end),
        }
    }

    /// Whether nothing is left that will come to an end by itself, nor anything to wait for.
    fn is_over(&self) -> bool {
        self.awaited().next().is_none()
    }

    /// Whether what fails is tried again: also beside a failure, as it was in flight then.
    fn tries_again(&self) -> bool {
        matches!(self.end, None | Some(Err(Break::Halted))) && !self.is_stopped
    }

    /// What is waited for: once the phase ends, nobody.
    fn awaited(&self) -> impl Iterator<Item = Ticket> {
        let counts = |flying: &&Flying| match flying.waits_for {
            WaitsFor::Attempt { .. } => true,
            WaitsFor::Time => self.tries_again(),
            WaitsFor::Person => self.end.is_none(),
        };
        self.flying.iter().filter(counts).map(|flying| flying.ticket)
    }

    fn landed(&mut self, ticket: Ticket) -> Option<Flying> {
        let at = self.flying.iter().position(|flying| flying.ticket == ticket)?;
        Some(self.flying.remove(at))
    }
}
