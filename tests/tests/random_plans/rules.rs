//! What may be noted of a run next, by the rules of the language.
//!
//! Where they leave open what comes first, as among the members of a parallel phase, or whether something was recorded
//! before the process ended, each possibility leads to a world of its own; what is noted then tells which it was.

use crate::fate::{Act, Way};
use crate::world::{Driven, Flight, Progress, Rules, World, nth};

/// What is noted, and the world after it.
pub(crate) type Next = (String, World);

impl Rules<'_> {
    /// All that may be noted next.
    pub(crate) fn next(&self, world: &World) -> Vec<Next> {
        let Some(driven) = &world.driven else {
            return self.between_drives(world);
        };
        let flights = driven.flights.iter();
        let mut next: Vec<Next> = flights
            .filter_map(|flight| self.flies_on(world, flight))
            .collect();
        next.extend(self.goes_on(world, driven));
        let halts = next.is_empty() && driven.flights.is_empty();
        let halts = halts.then(|| self.halts(world, driven));
        next.extend(driven.late.iter().map(|flight| self.late_one(world, flight)));
        next.extend(self.process_ends(world, driven, halts.as_ref()));
        next.extend(halts);
        next
    }

    /// Whether this is an end: what is left was told, or a gate rejected for good.
    pub(crate) fn is_end(&self, world: &World) -> bool {
        world.told == self.plan.artifacts().len() || world.driven.is_none() && world.rejected.is_some()
    }

    /// What is waited for may be handed in, and the run may be driven in any way.
    fn between_drives(&self, world: &World) -> Vec<Next> {
        let mut after = world.clone();
        if let Some(rejection) = after.to_tell.take() {
            return vec![(rejection, after)];
        }
        let ways = [Way::Run, Way::Phase, Way::Step].map(|way| {
            let driven = Some(Driven::by(way));
            (
                format!("drive {way:?}"),
                World {
                    driven,
                    ..world.clone()
                },
            )
        });
        let by_hand = world.waiting.iter().map(|step| self.handed_in(world, *step));
        by_hand.chain(ways).collect()
    }

    fn handed_in(&self, world: &World, step: usize) -> Next {
        let mut after = world.clone();
        after.waiting.remove(&step);
        let path = self.path(world.phase, step, world.round);
        if self.rejects_in(world.phase, step, world.round) {
            let back_to = self.rejects(&mut after, step);
            after.to_tell = Some(format!("! {path} to {back_to}"));
        } else {
            self.is_done(&mut after, step, &["by hand".to_owned()]);
        }
        (format!("handed in {path}"), after)
    }

    /// It may end at any moment; then what had just come of a step or a decision, or that it waits, may have
    /// been recorded, or not.
    fn process_ends(&self, world: &World, driven: &Driven, halts: Option<&Next>) -> Vec<Next> {
        let mut worlds = vec![world.clone()];
        for flight in driven
            .flights
            .iter()
            .filter(|flight| flight.at == Progress::Ended)
        {
            let mut recorded = worlds.clone();
            for world in &mut recorded {
                self.record(world, flight);
            }
            worlds.extend(recorded);
        }
        worlds.extend(self.waived(world, driven));
        worlds.extend(halts.map(|(_, world)| world.clone()));
        let hangs = |flight: &Flight| flight.at == Progress::Working && flight.act == Act::Hang;
        let hangs = driven.flights.iter().any(hangs).then_some("in a step");
        let ends = hangs.into_iter().chain(["after a record"]);
        let ended = |at| {
            let left = worlds.iter().map(|world| World {
                driven: None,
                ..world.clone()
            });
            left.map(move |world| (format!("the process ends {at}"), world))
        };
        ends.flat_map(ended).collect()
    }

    /// A step ends; what came of it is recorded; and it is called again if it failed and may be.
    fn flies_on(&self, world: &World, flight: &Flight) -> Option<Next> {
        let mut after = world.clone();
        let flights = &mut after.driven.as_mut()?.flights;
        flights.retain(|other| other != flight);
        match flight.at {
            Progress::Working if flight.act == Act::Hang || self.is_one_late(world) => None,
            Progress::Working => {
                let at = Progress::Ended;
                flights.push(Flight { at, ..flight.clone() });
                let path = self.path(flight.phase, flight.step, flight.round);
                Some((format!("< {path}"), after))
            }
            Progress::Ended => {
                if flight.fails() && flight.is_tried_again() {
                    flights.push(Flight {
                        attempt: flight.attempt + 1,
                        left: flight.left - 1,
                        at: Progress::Again,
                        ..flight.clone()
                    });
                }
                Some((self.record(&mut after, flight), after))
            }
            Progress::Again => Some(self.is_called(after, flight.clone())),
        }
    }

    /// Members of a parallel phase that take nothing of each other are all called before the first of them ends.
    fn is_one_late(&self, world: &World) -> bool {
        let free = |step: &usize| {
            self.phase(world)
                .is_some_and(|phase| phase.parallel && phase.makers(*step).is_empty())
        };
        self.to_call(world).iter().any(free)
    }

    /// Whether an optional phase is waived is decided before anything of it is called; only `run` asks.
    fn goes_on(&self, world: &World, driven: &Driven) -> Vec<Next> {
        let Some(phase) = self.phase(world) else {
            return self.tells(world);
        };
        let decision = phase.optional.as_ref().filter(|_| world.is_untouched());
        if let Some(decision) = decision.filter(|_| driven.way == Way::Run && !driven.asked) {
            let given = self.given(world, &decision.looks_at).join(", ");
            let asked = Driven {
                asked: true,
                late: Vec::new(),
                ..driven.clone()
            };
            let asked = World {
                driven: Some(asked),
                ..world.clone()
            };
            return vec![(format!("? {}@{} {given}", phase.name, world.round), asked)];
        }
        if let Some(waived) = self.waived(world, driven) {
            return vec![(format!("~ {}@{}", phase.name, world.round), waived)];
        }
        let to_call = self.to_call(world).into_iter();
        to_call.map(|step| self.begins(world, step)).collect()
    }

    fn waived(&self, world: &World, driven: &Driven) -> Option<World> {
        let decision = self.phase(world)?.optional.as_ref()?;
        let is_decided = world.is_untouched() && (driven.way != Way::Run || driven.asked);
        let mut after = world.clone();
        self.comes_to(&mut after, world.phase + 1);
        (is_decided && decision.waived_in.contains(&world.round)).then_some(after)
    }

    fn begins(&self, world: &World, step: usize) -> Next {
        let flight = self.flight(world, step);
        let mut after = world.clone();
        if let Some(driven) = &mut after.driven {
            driven.late.clear();
        }
        self.is_called(after, flight)
    }

    fn late_one(&self, world: &World, flight: &Flight) -> Next {
        let mut after = world.clone();
        if let Some(driven) = &mut after.driven {
            driven.late.retain(|other| other != flight);
        }
        self.is_called(after, flight.clone())
    }

    fn is_called(&self, mut world: World, mut flight: Flight) -> Next {
        let of = (flight.phase, flight.step);
        let call = world.calls.entry(of).or_default();
        flight.act = self
            .fate
            .acts
            .get(&of)
            .and_then(|acts| acts.get(*call))
            .copied()
            .unwrap_or(Act::Work);
        flight.at = Progress::Working;
        *call += 1;
        let path = self.path(flight.phase, flight.step, flight.round);
        let noted = format!("> {path}{} {}", nth(flight.attempt), flight.given.join(", "));
        if let Some(driven) = &mut world.driven {
            driven.flights.push(flight);
        }
        (noted, world)
    }

    /// Nothing is in flight or can be called: something failed, was rejected, or is waited for.
    fn halts(&self, world: &World, driven: &Driven) -> Next {
        let rejection = || world.rejected.map(|gate| self.rejection(world, gate));
        let mut after = World {
            driven: None,
            ..world.clone()
        };
        if let Some(halt) = driven.halt.clone().or_else(rejection) {
            return (format!("halted {halt}"), after);
        }
        let waiting = self.ready(world, driven);
        let mut names: Vec<_> = waiting.iter().map(|step| self.name(world.phase, *step)).collect();
        names.sort_unstable();
        after.waiting.extend(waiting);
        (format!("halted waiting {}", names.join(" ")), after)
    }

    /// At its end, what is left is told.
    fn tells(&self, world: &World) -> Vec<Next> {
        let mut after = world.clone();
        after.told += 1;
        let artifacts = self.plan.artifacts();
        let next = artifacts.get(world.told).map(|name| {
            let value = world.artifacts.get(*name).map_or("-", String::as_str);
            (format!("= {name} {value}"), after)
        });
        next.into_iter().collect()
    }
}
