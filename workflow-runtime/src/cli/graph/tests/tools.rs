//! The tools that read the pictures read them.

use super::plans;
use crate::cli::graph::Picture;

/// Writes all pictures where `PICTURES` says, to be looked at.
#[test]
fn pictures_can_be_looked_at() {
    let Some(folder) = std::env::var_os("PICTURES").map(std::path::PathBuf::from) else {
        return;
    };
    for (name, plan) in plans::all_but_the_thousand()
        .into_iter()
        .chain([("thousand", plans::thousand())])
    {
        let marks = plans::half_way(plan);
        for (of, marks) in [("plan", None), ("run", Some(&marks))] {
            let picture = Picture { plan, marks };
            for (kind, text) in [
                ("mmd", picture.mermaid()),
                ("dot", picture.dot()),
                ("svg", picture.svg()),
            ] {
                std::fs::write(folder.join(format!("{name}_{of}.{kind}")), text).unwrap();
            }
        }
    }
}
