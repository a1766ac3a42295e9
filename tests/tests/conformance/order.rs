//! What comes after what.

use crate::deeds::Act;
use crate::plans::{CRUISE, Manned};
use crate::scene::Scene;

pub(crate) async fn steps_run_in_the_order_of_the_plan(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let done = manned.cruise("a").await.unwrap();
    // What is done at once in `Sailing` is done in any order.
    manned.deeds().were_in_any_order(scene, &CRUISE);
    let made = done.artifacts();
    assert_eq!(
        (&**made.port(), &**made.hull(), *made.rig()),
        ("Delft", "a hull of Delft", 15)
    );
    assert_eq!((*made.cargo(), *made.log()), (150, 150_016));
    assert_eq!(made.goods(), "150016 Some(\"blue 150\")");
    assert_eq!(done.id(), "a");
}

pub(crate) async fn a_run_that_is_done_is_yielded_again_and_nothing_is_done(scene: &Scene) {
    let manned = Manned::at(scene).await;
    drop(manned.cruise("a").await.unwrap());
    manned.deeds().were_in_any_order(scene, &CRUISE);
    let again = manned.cruise("a").await.unwrap();
    assert_eq!(again.artifacts().goods(), "150016 Some(\"blue 150\")");
    manned.deeds().were(scene, &[]);
}

pub(crate) async fn members_at_once_start_when_what_they_take_is_there(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    deeds.at("Sailing.chart", Act::Behind("chart"));
    let both = async {
        // The others go on meanwhile, only `log` needs the chart.
        deeds.until("Sailing.watch").await;
        deeds.until("Sailing.calm").await;
        deeds.note("opened");
        deeds.open("chart");
    };
    let (done, ()) = tokio::join!(manned.cruise("a"), both);
    assert_eq!(*done.unwrap().artifacts().log(), 150_016);
    let notes = deeds.taken_in_short(scene);
    let place = |call: &str| notes.iter().position(|note| note == call).unwrap();
    assert!(place("opened") < place("Sailing.log"), "{notes:?}");
    assert!(place("Sailing.watch") < place("opened"), "{notes:?}");
}

pub(crate) async fn many_runs_go_on_at_once(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let ids = ["a", "b", "c", "d"];
    let all = ids.map(|id| manned.cruise(id));
    for (done, id) in futures_util::future::join_all(all).await.into_iter().zip(ids) {
        assert_eq!(done.unwrap().id(), id);
    }
    let listed = manned.runtime.runs().await.unwrap();
    assert_eq!(listed.len(), 4);
    let once: Vec<_> = CRUISE.iter().flat_map(|call| [*call; 4]).collect();
    if !scene.repeats() {
        manned.deeds().were_in_any_order(scene, &once);
    }
}
