//! A plan that is changed while its runs are under way.

use workflow_runtime::prelude::*;

use crate::deeds::Act;
use crate::plans::{Crew, Manned};
use crate::scene::Scene;

mod before {
    use super::*;

    workflow! {
        pub workflow Errand(what: String) {
            phase Going {
                step fetch(what) -> thing: String;
            }
        }
    }

    impl errand::Going for Crew {
        async fn fetch(&self, cx: &StepContext, what: &String) -> StepResult<String> {
            self.0.step(cx).await?;
            Ok(what.clone())
        }
    }
}

mod after {
    use super::*;

    workflow! {
        pub workflow Errand(what: String) {
            phase Going {
                step fetch(what) -> thing: String;
            }
            phase Coming {
                step return_home(thing);
            }
        }
    }

    impl errand::Going for Crew {
        async fn fetch(&self, cx: &StepContext, what: &String) -> StepResult<String> {
            self.0.step(cx).await?;
            Ok(what.clone())
        }
    }

    impl errand::Coming for Crew {
        async fn return_home(&self, cx: &StepContext, _: &String) -> StepResult<()> {
            self.0.step(cx).await
        }
    }
}

pub(crate) async fn a_run_under_way_meets_a_changed_plan(scene: &Scene) {
    let Manned { crew, runtime, .. } = Manned::at(scene).await;
    let deeds = &crew.0;
    deeds.at("Going.fetch", Act::Terminal("sold out"));
    let _old = scene.serve::<before::Errand, _>(&crew).await;
    let old = || before::Errand::run(&runtime, "a", &crew, "milk".to_owned());
    drop(old().await.unwrap_err());
    let _new = scene.serve::<after::Errand, _>(&crew).await;
    let new = |id| after::Errand::run(&runtime, id, &crew, "milk".to_owned());
    deeds.were(scene, &["Going.fetch"]);
    if scene.differs() {
        // The old one goes on by whoever has its plan; new ones begin with the new plan.
        let refused = new("a").await.unwrap_err();
        let error = refused.cause.journal().unwrap();
        assert!(
            error.is_plan_changed() && error.differences().len() == 1,
            "{error}"
        );
        drop(refused);
        let resumed = after::Errand::resume(&runtime, "a").await.unwrap_err();
        assert!(resumed.is_plan_changed(), "{resumed}");
        deeds.were(scene, &[]);
        drop(old().await.unwrap());
        deeds.were(scene, &["Going.fetch a2"]);
        drop(new("b").await.unwrap_err());
        deeds.were(scene, &["Going.fetch"]);
        drop(new("b").await.unwrap());
        deeds.were(scene, &["Going.fetch a2", "Coming.return_home"]);
    } else {
        drop(new("a").await.unwrap());
        deeds.were(scene, &["Going.fetch a2", "Coming.return_home"]);
    }
}
