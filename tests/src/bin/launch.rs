//! A program of a plan with something of everything, for the tests that drive programs. `LAUNCH` tells what steps do out
//! of the ordinary: `Build.frame fail, fail; Launching.ready reject too windy`, an act a call, in this process.

#![allow(missing_docs, reason = "they would repeat the names")]

use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use workflow_runtime::prelude::*;

/// What is to be launched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    pub name: String,
    pub parts: Vec<String>,
    pub thrust: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drawing {
    pub title: String,
    pub lines: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weather {
    /// In metres a second.
    pub wind: u32,
    pub sky: String,
}

fn calm(weather: &Weather) -> Verdict {
    Verdict::pass_if(
        weather.wind < 100,
        format!("a wind of {} m/s is no wind", weather.wind),
    )
}

workflow! {
    /// From a wish to a launch.
    pub workflow Launch(wish: Wish) {
        /// Looks at what was drawn.
        role Reviewer;
        /// Has a barometer.
        role Forecaster;

        /// How it will be.
        phase Design {
            /// Find out what is needed.
            #[estimate("1m..5m")]
            step gather(wish) -> needs: Vec<String>;
            /// Draw it to scale.
            #[retry(attempts = 3, backoff = "20ms")]
            step draw(wish, needs) -> drawing: Drawing;
            /// Somebody else looks at it.
            #[by(Reviewer)]
            manual gate review(drawing);
        }

        /// Everything at once.
        parallel phase Build {
            #[undo(melt_down)]
            step frame(drawing) -> frame: String;
            #[timeout("10s")]
            step engine(drawing) -> engine: String;
            step assemble(frame, engine) -> rocket: String;
        }

        /// Only for guests.
        optional(wish) phase Paint {
            step paint(rocket) -> colour: String;
        }

        phase Launching {
            #[by(Forecaster)]
            #[check(calm)]
            manual step forecast() -> weather: Weather;
            #[rework(to = Build, max = 1)]
            gate ready(rocket, weather);
            step lift_off(rocket, weather) -> height: u32;
        }
    }
}

/// Does what `LAUNCH` says.
struct Team {
    acts: Mutex<HashMap<String, VecDeque<String>>>,
}

impl Team {
    fn from_env() -> Result<Self, String> {
        let told = std::env::var("LAUNCH").unwrap_or_default();
        if told == "nobody" {
            return Err("`LAUNCH` says that nobody is there".to_owned());
        }
        let of_step = |line: &str| {
            let (step, acts) = line.trim().split_once(' ')?;
            let acts = acts.split(',').map(|act| act.trim().to_owned());
            Some((step.to_owned(), acts.collect()))
        };
        let acts = told.split(';').filter_map(of_step).collect();
        Ok(Team {
            acts: Mutex::new(acts),
        })
    }

    /// What the step does at this call: a word, and what comes after it.
    async fn act(&self, cx: &StepContext) -> StepResult<(String, String)> {
        let act = {
            let mut acts = self.acts.lock().unwrap_or_else(PoisonError::into_inner);
            acts.get_mut(cx.step()).and_then(VecDeque::pop_front)
        };
        let act = act.unwrap_or_default();
        let (word, rest) = act.split_once(' ').unwrap_or((&act, ""));
        match word {
            "fail" => return Err(StepError::new(rest.to_owned())),
            "give_up" => return Err(StepError::terminal(rest.to_owned())),
            "panic" => panic!("{rest}"),
            // In milliseconds, without a word.
            "pause" => tokio::time::sleep(Duration::from_millis(rest.parse()?)).await,
            // In milliseconds, with a word now and then.
            "slow" => {
                let all: u64 = rest.parse()?;
                for part in 1..=10 {
                    tokio::time::sleep(Duration::from_millis(all / 10)).await;
                    cx.say(format_args!("{part} of 10 parts"));
                }
            }
            "say" => cx.say(rest),
            // As long as there is no such file, with what it says meanwhile.
            "until" => {
                let (file, said) = rest.split_once(' ').unwrap_or((rest, ""));
                if !said.is_empty() {
                    cx.say(said);
                }
                while !Path::new(file).exists() {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
            // The same, but it awaits nothing, so nobody can stop it.
            "block" => {
                while !Path::new(rest).exists() {
                    std::thread::sleep(Duration::from_millis(10));
                }
            }
            _ => {}
        }
        Ok((word.to_owned(), rest.to_owned()))
    }
}

impl launch::Design for Team {
    async fn gather(&self, cx: &StepContext, wish: &Wish) -> StepResult<Vec<String>> {
        self.act(cx).await?;
        cx.say(format_args!("{} parts", wish.parts.len()));
        Ok(wish.parts.clone())
    }
    async fn draw(&self, cx: &StepContext, wish: &Wish, needs: &Vec<String>) -> StepResult<Drawing> {
        self.act(cx).await?;
        Ok(Drawing {
            title: wish.name.clone(),
            lines: u32::try_from(needs.len())? * 12,
        })
    }
}

impl launch::Build for Team {
    async fn frame(&self, cx: &StepContext, drawing: &Drawing) -> StepResult<String> {
        self.act(cx).await?;
        Ok(format!("a frame of {} lines", drawing.lines))
    }
    async fn engine(&self, cx: &StepContext, _: &Drawing) -> StepResult<String> {
        self.act(cx).await?;
        Ok("an engine".to_owned())
    }
    async fn assemble(&self, cx: &StepContext, frame: &String, engine: &String) -> StepResult<String> {
        self.act(cx).await?;
        Ok(format!("{frame} with {engine}"))
    }
    async fn melt_down(&self, cx: &StepContext, _: &Drawing, _: Option<&String>) -> StepResult<()> {
        match std::env::var("LAUNCH_UNDO").as_deref() {
            Ok("fail") => Err(StepError::new("the furnace is cold")),
            _ => {
                cx.say("molten");
                Ok(())
            }
        }
    }
}

impl launch::Paint for Team {
    async fn paint(&self, cx: &StepContext, _: &String) -> StepResult<String> {
        self.act(cx).await?;
        Ok("red".to_owned())
    }
    async fn waive(&self, cx: &StepContext, wish: &Wish) -> StepResult<Option<Waiver>> {
        let (word, why) = self.act(cx).await?;
        let is_plain = wish.name == "plain";
        Ok(match (word.as_str(), is_plain) {
            ("waive", _) => Some(Waiver::because(why)),
            (_, true) => Some(Waiver::because("nobody looks")),
            _ => None,
        })
    }
}

impl launch::Launching for Team {
    async fn ready(&self, cx: &StepContext, _: &String, weather: &Weather) -> StepResult<Verdict> {
        let (word, why) = self.act(cx).await?;
        Ok(match word.as_str() {
            "reject" => Verdict::reject(why),
            _ => Verdict::pass_if(weather.wind < 20, "too windy"),
        })
    }
    async fn lift_off(&self, cx: &StepContext, _: &String, _: &Weather) -> StepResult<u32> {
        self.act(cx).await?;
        cx.say("it flies");
        Ok(400)
    }
}

fn main() -> ExitCode {
    workflow_restate::install();
    Launch::main(Team::from_env)
}
