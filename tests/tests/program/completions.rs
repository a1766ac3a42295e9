//! What shells are told to complete.

use crate::folder::{Folder, Said};

#[test]
fn bash_completes_verbs_and_the_names_of_the_plan() {
    let folder = Folder::new();
    let script = folder.well(&["completions", "bash"]).out;
    folder.write("launch.bash", script);
    let cases = [
        ("launch appr", "approve", "approve"),
        ("launch approve D", "D", "Design.review"),
        ("launch done L", "L", "Launching.forecast"),
        ("launch why B", "B", "Build.frame Build.engine Build.assemble"),
        ("launch skip P", "P", "Paint"),
        ("launch graph --format s", "s", "svg"),
    ];
    for (line, word, expected) in cases {
        let before = line.rsplit(' ').nth(1).unwrap_or_default();
        let count = line.split(' ').count() - 1;
        let ask = format!(
            "source ./launch.bash; COMP_WORDS=({line}); COMP_CWORD={count}; _launch launch '{word}' '{before}'; echo ${{COMPREPLY[*]}}"
        );
        let mut bash = folder.command("bash");
        let said = Said::of(bash.args(["-c", &ask]).output().expect("there is bash"));
        assert_eq!(said.out.trim(), expected, "{line}\n{}", said.err);
    }
}

#[test]
fn each_shell_takes_its_script() {
    let folder = Folder::new();
    for (shell, check) in [
        ("bash", "bash -n"),
        ("zsh", "zsh -n"),
        ("fish", "fish --no-execute"),
    ] {
        let script = folder.well(&["completions", shell]).out;
        assert!(script.contains("launch"), "{shell}");
        let file = format!("launch.{shell}");
        folder.write(&file, script);
        if folder.typed(&format!("command -v {shell}")).status == 0 {
            folder.typed(&format!("{check} {file}")).ends(0);
        }
    }
}
