//! Whoever holds a run hears of what others do to it.

use std::thread;
use std::time::{Duration, Instant};

use super::*;
use crate::bell::Bell;

fn rings(bell: &Bell, heard: impl Fn(&Bell) -> bool) -> bool {
    let began = Instant::now();
    while !heard(bell) && began.elapsed() < Duration::from_secs(10) {
        thread::sleep(Duration::from_millis(5));
    }
    heard(bell)
}

#[test]
fn what_was_done_before_a_run_was_watched_is_heard_too() {
    for stop in [false, true] {
        let place = Place::new();
        let (store, elsewhere) = (place.open(), place.open());
        // One that is watched already, so that the watch has seen all that is written so far.
        let other = store.create(run("other")).wait().expect("entered");
        let others_bell = Arc::default();
        store.watch(&other, 1, 0, &others_bell);
        let claim = store.create(run("a")).wait().expect("entered");
        if stop {
            let stood = elsewhere.stop("a", line("stop"), |_| Some(status("stopped")));
            assert_eq!(stood.wait().expect("kept"), status("running"));
        } else {
            let appended = elsewhere.append_if("a", 1, vec![line("news")], None);
            assert_eq!(appended.wait().expect("kept"), 2);
        }
        thread::sleep(Duration::from_millis(200));
        let bell = Arc::default();
        store.watch(&claim, 1, 0, &bell);
        assert!(rings(&bell, |bell| bell.rings() > 0), "stop: {stop}");
        assert_eq!(bell.is_stopped(), stop);
        assert!(others_bell.rings() == 0, "it is not about that one");
    }
}
