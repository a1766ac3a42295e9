//! Those who drive a run: each person of the roster does what they are asked for, from the files that the sample ships.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Output,
    sync::{Mutex, PoisonError},
};

use serde_json::Value;

use crate::support::{Place, Tested, events, said, shipped};

pub(crate) const EXAMPLE: &str = "backend_development";

/// More actions than any run of these tests takes.
const ACTIONS: usize = 200;

/// A run, and the people who are at it.
pub(crate) struct Desk {
    pub(crate) place: Place,
    /// What is handed in instead of `hand_ins/STEP.toml`, once.
    instead: BTreeMap<String, PathBuf>,
    /// What driving it said, from the beginning.
    pub(crate) said: String,
    /// How the run stands, as its last line has it.
    standing: Value,
}

/// What somebody is asked for.
struct Action {
    verb: String,
    /// As in `RequirementsAnalysis.gather_requirements`.
    target: String,
    person: String,
}

impl Desk {
    /// A run that has just begun.
    pub(crate) fn begin() -> Result<Self, Box<dyn std::error::Error>> {
        let mut desk = Self::at(Place::new(EXAMPLE)?);
        let brief = shipped(EXAMPLE, "brief.toml");
        desk.drive(&["--input", &brief.display().to_string()])?;
        Ok(desk)
    }

    /// A run whose plan is approved, so that code is what it waits for, with a load that is soon over. The way there is gone
    /// once, and then copied.
    pub(crate) fn before_the_code() -> Result<Self, Box<dyn std::error::Error>> {
        static JOURNAL: Mutex<Option<Vec<u8>>> = Mutex::new(None);
        let mut journal = JOURNAL.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(journal) = &*journal {
            let place = Place::new(EXAMPLE)?;
            std::fs::write(place.path().join("journal.db"), journal)?;
            let mut desk = Self::at(place);
            desk.drive(&[])?;
            return Ok(desk);
        }
        let mut desk = Self::begin()?;
        let light = light_criteria(&desk.place)?;
        desk.instead.insert(String::from("establish_criteria"), light);
        desk.work_until_asked_for("develop_data_layer")?;
        *journal = Some(std::fs::read(desk.place.path().join("journal.db"))?);
        Ok(desk)
    }

    fn at(place: Place) -> Self {
        Desk {
            place,
            instead: BTreeMap::new(),
            said: String::new(),
            standing: Value::Null,
        }
    }

    /// Hands in another file of `variations/` for a step, the first time that it is asked for.
    pub(crate) fn hand_in_first(&mut self, step: &str, variation: &str) {
        let file = shipped(EXAMPLE, &format!("variations/{variation}.toml"));
        self.instead.insert(step.to_owned(), file);
    }

    /// What the program says to these words.
    pub(crate) fn ask(&self, words: &[&str]) -> std::io::Result<Output> {
        let mut command = self.place.command(words);
        command.env("WORKFLOW_ROSTER", shipped(EXAMPLE, "roster.toml"));
        command.output()
    }

    /// What somebody is told who hands that file in.
    pub(crate) fn hand_in(&self, person: &str, step: &str, file: &Path) -> std::io::Result<Output> {
        let file = file.display().to_string();
        self.ask(&[
            "done",
            step,
            "--artifact",
            &file,
            "--by",
            person,
            "--run",
            "sample",
        ])
    }

    /// Everything that is recorded.
    pub(crate) fn record(&self) -> Result<Value, Box<dyn std::error::Error>> {
        let record = self.ask(&["export", "sample", "--format", "json"])?;
        Ok(serde_json::from_slice(&record.stdout)?)
    }

    /// Lets the run go as far as it goes; what it says.
    pub(crate) fn drive(&mut self, words: &[&str]) -> Result<String, Box<dyn std::error::Error>> {
        let all = [&["run", "sample", "--json-lines"], words].concat();
        let text = said(&self.ask(&all)?);
        self.said.push_str(&text);
        let mut documents = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let last = documents.rfind(|document| document["schema"] == "workflow.run/1");
        self.standing = last.ok_or(text.clone())?;
        Ok(text)
    }

    fn asked_for(&self) -> Vec<Action> {
        let actions = self.standing["next"].as_array().into_iter().flatten();
        let asked = actions.filter_map(|action| {
            let text = |name: &str| action[name].as_str().map(str::to_owned);
            // The last who holds the role: whoever approves is not the one who hands in most.
            let people = action["people"].as_array()?;
            let person = people.last()?.as_str()?.to_owned();
            Some(Action {
                verb: text("verb")?,
                target: text("target")?,
                person,
            })
        });
        asked
            .filter(|action| ["done", "approve"].contains(&action.verb.as_str()))
            .collect()
    }

    /// Whether it is the turn of that step.
    pub(crate) fn is_asked_for(&self, step: &str) -> bool {
        self.asked_for().iter().any(|action| name(&action.target) == step)
    }

    fn is_done(&self) -> bool {
        self.standing["run"]["standing"] == "done"
    }

    /// Everyone does what they are asked for, until that step is asked for.
    pub(crate) fn work_until_asked_for(&mut self, step: &str) -> Tested {
        self.work(|desk, _| desk.is_asked_for(step))
    }

    /// The same until the run is done.
    pub(crate) fn work_until_done(&mut self) -> Tested {
        self.work(|desk, _| desk.is_done())
    }

    /// The same until a gate sends the run back; which gate, to which phase, and why.
    pub(crate) fn work_until_sent_back(&mut self) -> Result<[String; 3], Box<dyn std::error::Error>> {
        let mut found = None;
        self.work(|_, text| {
            found = sent_back(text);
            found.is_some()
        })?;
        found.ok_or_else(|| "nothing was sent back".into())
    }

    fn work(&mut self, mut is_enough: impl FnMut(&Self, &str) -> bool) -> Tested {
        let mut text = String::new();
        for _ in 0..ACTIONS {
            if is_enough(self, &text) {
                return Ok(());
            }
            let asked = self.asked_for();
            let action = asked.first().ok_or_else(|| format!("nobody is asked: {text}"))?;
            let step = name(&action.target);
            let done = if action.verb == "approve" {
                self.ask(&["approve", step, "--by", &action.person, "--run", "sample"])?
            } else {
                let shipped = || shipped(EXAMPLE, &format!("hand_ins/{step}.toml"));
                let file = self.instead.remove(step).unwrap_or_else(shipped);
                self.hand_in(&action.person, step, &file)?
            };
            if !done.status.success() {
                return Err(format!("{step}: {}", said(&done)).into());
            }
            text = self.drive(&[])?;
        }
        Err(format!("it does not end: {text}").into())
    }
}

/// The criteria of the sample with a lighter load, where the load is not what is tested.
fn light_criteria(place: &Place) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let mut text = std::fs::read_to_string(shipped(EXAMPLE, "hand_ins/establish_criteria.toml"))?;
    for (heavy, light) in [
        ("duration_s = 2", "duration_s = 1"),
        ("rows = 1500", "rows = 150"),
        ("requests_per_second = 600", "requests_per_second = 150"),
    ] {
        if !text.contains(heavy) {
            return Err(format!("the criteria no longer say `{heavy}`").into());
        }
        text = text.replace(heavy, light);
    }
    let path = place.path().join("light.toml");
    std::fs::write(&path, text)?;
    Ok(path)
}

/// The first rejection of a gate: the gate, where it sends the run, and why.
fn sent_back(text: &str) -> Option<[String; 3]> {
    let rejected = events(text, "rejected");
    let first = rejected.first()?;
    let text = |name: &str| first[name].as_str().unwrap_or_default().to_owned();
    Some([text("step"), text("back_to"), text("message")])
}

/// The step without its phase.
fn name(target: &str) -> &str {
    target.rsplit('.').next().unwrap_or(target)
}
