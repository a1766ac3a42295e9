//! The plans that behaviours are shown with, and their teams.

use std::sync::Arc;

use workflow_runtime::prelude::*;

use crate::deeds::Deeds;
use crate::scene::{Scene, Served};

workflow! {
    /// Everything that a team does by itself.
    pub workflow Cruise(port: String) {
        phase Fitting {
            #[undo(unbuild)]
            step hull(port) -> hull: String;
            #[retry(attempts = 3, backoff = "5ms..20ms")]
            #[undo(unrig)]
            step rig(hull) -> rig: u32;
            #[timeout("300ms")]
            step stow(rig) -> cargo: u32;
        }
        optional(cargo) phase Painting {
            step paint(cargo) -> colour: String;
        }
        parallel phase Sailing {
            #[undo(unchart)]
            step chart(cargo) -> chart: u32;
            #[retry(attempts = 2, backoff = "5ms")]
            step watch(rig) -> watch: u32;
            step log(chart, watch) -> log: u32;
            gate calm(port);
        }
        phase Landing {
            step unload(log, colour) -> goods: String;
            #[rework(to = Sailing, max = 2)]
            gate inspect(goods);
        }
    }
}

workflow! {
    /// Much of it by hand.
    pub workflow Permit(site: String) {
        role Officer;
        phase Filing {
            step draft(site) -> draft: String;
            #[check(not_free)]
            manual step fee(draft) -> fee: u32;
        }
        parallel phase Review {
            #[undo(unsurvey)]
            step survey(draft) -> survey: u32;
            #[by(Officer)]
            #[rework(to = Filing, max = 1)]
            manual gate sign_off(draft);
            step stamp(survey, fee) -> stamp: u32;
        }
        phase Issuing {
            #[rework(to = Review, max = 1)]
            gate proofread(stamp);
            step print(stamp) -> permit: String;
        }
    }
}

workflow! {
    /// The smallest.
    pub workflow Hop(from: String) {
        phase Hopping {
            step hop(from) -> to: String;
        }
    }
}

workflow! {
    /// One that rests long before it tries again.
    pub workflow Stroll() {
        phase Slow {
            #[retry(attempts = 2, backoff = "20s")]
            step walk();
        }
    }
}

fn not_free(fee: &u32) -> Verdict {
    Verdict::pass_if(*fee > 0, "it is not free")
}

#[derive(Clone, Default)]
pub(crate) struct Crew(pub(crate) Deeds);

impl cruise::Fitting for Crew {
    async fn hull(&self, cx: &StepContext, port: &String) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(format!("a hull of {port}"))
    }
    async fn unbuild(&self, cx: &StepContext, port: &String, hull: Option<&String>) -> StepResult<()> {
        self.0.undo(cx, (port, hull)).await
    }
    async fn rig(&self, cx: &StepContext, hull: &String) -> StepResult<u32> {
        self.0.step(cx).await?;
        cx.say(format!("masts for {hull}"));
        Ok(u32::try_from(hull.len()).unwrap_or(0))
    }
    async fn unrig(&self, cx: &StepContext, hull: &String, rig: Option<&u32>) -> StepResult<()> {
        self.0.undo(cx, (hull, rig)).await
    }
    async fn stow(&self, cx: &StepContext, rig: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(rig * 10)
    }
}

impl cruise::Painting for Crew {
    async fn waive(&self, cx: &StepContext, _: &u32) -> StepResult<Option<Waiver>> {
        self.0.waive(cx, "Painting").await
    }
    async fn paint(&self, cx: &StepContext, cargo: &u32) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(format!("blue {cargo}"))
    }
}

impl cruise::Sailing for Crew {
    async fn chart(&self, cx: &StepContext, cargo: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(cargo + cx.round())
    }
    async fn unchart(&self, cx: &StepContext, cargo: &u32, chart: Option<&u32>) -> StepResult<()> {
        self.0.undo(cx, (cargo, chart)).await
    }
    async fn watch(&self, cx: &StepContext, rig: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(rig + 1)
    }
    async fn log(&self, cx: &StepContext, chart: &u32, watch: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(chart * 1000 + watch)
    }
    async fn calm(&self, cx: &StepContext, _: &String) -> StepResult<Verdict> {
        self.0.gate(cx).await
    }
}

impl cruise::Landing for Crew {
    async fn unload(&self, cx: &StepContext, log: &u32, colour: Option<&String>) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(format!("{log} {colour:?}"))
    }
    async fn inspect(&self, cx: &StepContext, _: &String) -> StepResult<Verdict> {
        self.0.gate(cx).await
    }
}

impl permit::Filing for Crew {
    async fn draft(&self, cx: &StepContext, site: &String) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(format!("a house at {site}"))
    }
}

impl permit::Review for Crew {
    async fn survey(&self, cx: &StepContext, draft: &String) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(u32::try_from(draft.len()).unwrap_or(0))
    }
    async fn unsurvey(&self, cx: &StepContext, draft: &String, survey: Option<&u32>) -> StepResult<()> {
        self.0.undo(cx, (draft, survey)).await
    }
    async fn stamp(&self, cx: &StepContext, survey: &u32, fee: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(survey * fee)
    }
}

impl permit::Issuing for Crew {
    async fn proofread(&self, cx: &StepContext, _: &u32) -> StepResult<Verdict> {
        self.0.gate(cx).await
    }
    async fn print(&self, cx: &StepContext, stamp: &u32) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(format!("permit {stamp}"))
    }
}

impl hop::Hopping for Crew {
    async fn hop(&self, cx: &StepContext, from: &String) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(format!("away from {from}"))
    }
}

impl stroll::Slow for Crew {
    async fn walk(&self, cx: &StepContext) -> StepResult<()> {
        self.0.step(cx).await
    }
}

/// A crew at a place where its plans are served.
pub(crate) struct Manned {
    pub(crate) crew: Arc<Crew>,
    pub(crate) runtime: Runtime,
    _served: Vec<Served>,
}

impl Manned {
    pub(crate) async fn at(scene: &Scene) -> Self {
        let crew = Arc::new(Crew::default());
        let _served = vec![
            scene.serve::<Cruise, _>(&crew).await,
            scene.serve::<Permit, _>(&crew).await,
            scene.serve::<Hop, _>(&crew).await,
        ];
        Manned {
            crew,
            runtime: scene.runtime.clone(),
            _served,
        }
    }

    pub(crate) fn deeds(&self) -> &Deeds {
        &self.crew.0
    }

    pub(crate) async fn cruise(&self, id: &str) -> Result<Cruise<cruise::Done>, cruise::Halted> {
        Cruise::run(&self.runtime, id, &self.crew, "Delft".to_owned()).await
    }

    pub(crate) async fn permit(&self, id: &str) -> Result<Permit<permit::Done>, permit::Halted> {
        Permit::run(&self.runtime, id, &self.crew, "the dike".to_owned()).await
    }

    pub(crate) async fn hop(&self, id: &str) -> Result<Hop<hop::Done>, hop::Halted> {
        Hop::run(&self.runtime, id, &self.crew, "here".to_owned()).await
    }

    /// How the run stands, as it is read.
    pub(crate) async fn standing(&self, id: &str) -> String {
        let history = self.runtime.history(id).await.expect("there is such a run");
        history.run.standing.to_string()
    }

    /// Hands in the fee.
    pub(crate) async fn pay(&self, id: &str, fee: u32) -> Result<(), RuntimeError> {
        permit::hand_in::fee(&self.runtime, id, Actor::new("bo"), fee).await
    }

    /// Hands in the verdict.
    pub(crate) async fn sign(&self, id: &str, verdict: Verdict) -> Result<(), RuntimeError> {
        permit::hand_in::sign_off(&self.runtime, id, Actor::new("ada"), verdict).await
    }
}

/// What a crew does with nothing in its way; where it paints.
pub(crate) const CRUISE: [&str; 11] = [
    "Fitting.hull",
    "Fitting.rig",
    "Fitting.stow",
    "Painting.waive",
    "Painting.paint",
    "Sailing.calm",
    "Sailing.chart",
    "Sailing.watch",
    "Sailing.log",
    "Landing.unload",
    "Landing.inspect",
];
