//! The plan, driven as its people drive it: the built program, the sample's mandate and hand-ins, real folders, real attacks.

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;
use support::{Place, Tested, events, said, shipped, steps};

#[path = "../support/mod.rs"]
mod support;

const MEMBERS: usize = 30;

/// The sample's mandate, with the cheapest hashes that the standards allow, and whatever else the test wants of it.
fn mandate(place: &Place, change: impl Fn(&str) -> String) -> std::io::Result<PathBuf> {
    let text = std::fs::read_to_string(shipped("authentication", "mandate.toml"))?;
    let cheap = text.replace("hash_ms_at_most = 120", "hash_ms_at_most = 1");
    assert_ne!(text, cheap, "the mandate says otherwise how long a hash may take");
    let path = place.path().join("mandate.toml");
    std::fs::write(&path, change(&cheap))?;
    Ok(path)
}

fn with_weaknesses(text: &str, weaknesses: &[&str]) -> String {
    format!("{text}\n[mandate.drill]\nweaknesses = {weaknesses:?}\n")
}

fn script(place: &Place, script: &str, mandate: &Path) -> Command {
    let mut command = place.script(script);
    command.env("MANDATE", mandate);
    command
}

fn json(path: &Path) -> Result<Value, Box<dyn std::error::Error>> {
    let text = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(serde_json::from_slice(&text)?)
}

/// What the steps said of their work.
fn notes(text: &str) -> String {
    let said = events(text, "said");
    said.iter().map(Value::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_sample_becomes_a_login_that_is_attacked_deployed_and_taken_back() -> Tested {
    let place = Place::new("authentication")?;
    let mandate = mandate(&place, str::to_owned)?;
    let output = script(&place, "take_through.sh", &mandate).output()?;
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    every_automatic_step_was_done_once(&text);
    all_rules_were_tested(&place)?;
    the_pages_hold_examples(&place)?;
    nothing_secret_is_told(&place)?;
    what_is_live_lets_users_in(&place, "live/release")?;

    let again = script(&place, "take_through.sh", &mandate).output()?;
    assert!(again.status.success(), "{}", said(&again));
    assert_eq!(steps(&said(&again)), Vec::<String>::new());

    let undone = place.command(&["undo", "sample", "--yes"]).output()?;
    assert!(undone.status.success(), "{}", said(&undone));
    what_is_live_lets_users_in(&place, "live/former")?;
    Ok(())
}

fn every_automatic_step_was_done_once(text: &str) {
    let done = steps(text);
    let mut once = done.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), done.len(), "a step was done twice: {done:?}");
    let for_people = [
        "penetrate",
        "design_holds",
        "approve_design",
        "release",
        "establish_incident_response",
    ];
    let automatic = done
        .iter()
        .filter(|step| !for_people.iter().any(|name| step.ends_with(name)));
    assert_eq!(automatic.count(), MEMBERS - for_people.len(), "{done:?}");
}

fn all_rules_were_tested(place: &Place) -> Tested {
    let standards = json(&place.out().join("standards.json"))?;
    let rules = standards["rules"].as_array().ok_or("no rules")?;
    assert!(rules.len() >= 23, "{rules:?}");
    for rule in rules {
        let tested_by = rule["tested_by"].as_str().unwrap_or_default();
        let step = tested_by
            .strip_prefix("SecurityTesting.")
            .ok_or("a rule names no test")?;
        let report = json(&place.out().join(format!("reports/{step}.json")))?;
        let tested = report["rules_tested"]
            .as_array()
            .ok_or("a report names no rules")?;
        assert!(tested.contains(&rule["id"]), "{step} did not test {rule}");
        assert_eq!(report["findings"], Value::Array(Vec::new()));
    }
    let guessing = json(&place.out().join("reports/attack_by_brute_force.json"))?;
    let trials = guessing["trials"].as_array().ok_or("no trials")?;
    for kind in ["one_account", "spraying", "stuffing", "factor_codes"] {
        assert!(
            trials.iter().any(|trial| trial["kind"] == kind),
            "{kind}: {trials:?}"
        );
    }
    Ok(())
}

fn the_pages_hold_examples(place: &Place) -> Tested {
    for page in [
        "users.md",
        "developers.md",
        "clients/server.md",
        "clients/machine.md",
        "clients/device.md",
    ] {
        let text = std::fs::read_to_string(place.out().join("docs").join(page))?;
        assert!(text.starts_with("# "), "{page}: {text}");
        assert!(
            page == "users.md" || text.contains("is answered with 200"),
            "{page}: {text}"
        );
    }
    let alerts = std::fs::read_to_string(place.out().join("alerts.yml"))?;
    assert_eq!(alerts.matches("- alert:").count(), 10, "{alerts}");
    let plan = std::fs::read_to_string(shipped(
        "authentication",
        "hand_ins/establish_incident_response.toml",
    ))?;
    let answered_by = alerts
        .lines()
        .filter_map(|line| line.trim().strip_prefix("procedure: "));
    for procedure in answered_by {
        assert!(
            plan.contains(&format!("title = \"{procedure}\"")),
            "nobody knows what to do: {procedure}"
        );
    }
    Ok(())
}

/// Neither the journal nor a page, a report or a log holds what only the service may read; and nobody else may read that.
fn nothing_secret_is_told(place: &Place) -> Tested {
    let mut secrets = Vec::new();
    let mut told = vec![place.path().join("journal.db")];
    for file in files(&place.out())? {
        let name = file.display().to_string();
        if name.contains("/secrets/") || name.ends_with(".seed") {
            is_closed(&file)?;
            let text = std::fs::read_to_string(&file)?;
            match serde_json::from_str::<Value>(&text) {
                Ok(Value::Array(users)) => {
                    secrets.extend(
                        users
                            .iter()
                            .filter_map(|user| user["password"].as_str().map(str::to_owned)),
                    );
                }
                _ => secrets.push(text),
            }
        } else {
            told.push(file);
        }
    }
    assert!(
        secrets.len() >= 5,
        "two keys, or a token, or the users are missing"
    );
    for file in told {
        // A letter for each byte, so that text is found in what is no text.
        let text: String = std::fs::read(&file)?.into_iter().map(char::from).collect();
        for secret in &secrets {
            assert!(!text.contains(secret), "{} tells a secret", file.display());
        }
    }
    is_closed(&place.out().join("live/release/accounts.db"))
}

#[cfg(unix)]
fn is_closed(file: &Path) -> Tested {
    use std::os::unix::fs::PermissionsExt;
    let mode = file.metadata()?.permissions().mode();
    assert_eq!(mode & 0o077, 0, "{} is open to others", file.display());
    Ok(())
}

#[cfg(not(unix))]
fn is_closed(_: &Path) -> Tested {
    Ok(())
}

fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?)
        } else {
            found.push(path)
        }
    }
    Ok(found)
}

/// The login that is served is that one, and somebody with an account of before comes in.
fn what_is_live_lets_users_in(place: &Place, folder: &str) -> Tested {
    let live = json(&place.out().join("live/current.json"))?;
    assert_eq!(live["folder"], folder, "{live}");
    let out = place.out().display().to_string();
    let mut serving = place.command(&["serve", &out, "--port", "0", "--for", "60"]);
    let mut serving = serving.stdout(Stdio::piped()).spawn()?;
    let tried = try_login(&mut serving, place, live["version"].as_str().unwrap_or_default());
    let closed = what_it_keeps_is_closed(&place.out().join(folder));
    serving.kill()?;
    serving.wait()?;
    tried.and(closed)
}

/// Also what the store keeps beside itself while it is in use.
fn what_it_keeps_is_closed(folder: &Path) -> Tested {
    for file in ["accounts.db", "accounts.db-wal", "accounts.db-shm", "audit.log"] {
        is_closed(&folder.join(file)).map_err(|error| format!("{file}: {error}"))?;
    }
    Ok(())
}

fn try_login(serving: &mut Child, place: &Place, version: &str) -> Tested {
    let mut line = String::new();
    BufReader::new(serving.stdout.take().ok_or("no output")?).read_line(&mut line)?;
    assert!(line.contains(version), "{line}");
    let address = line
        .split("http://")
        .nth(1)
        .and_then(|rest| rest.split(' ').next())
        .ok_or("no address")?;
    let port = address.rsplit(':').next().unwrap_or_default();
    let out = place.out().display().to_string();
    let taken = place.command(&["serve", &out, "--port", port]).output()?;
    assert_eq!(taken.status.code(), Some(2), "{}", said(&taken));
    assert!(
        said(&taken).contains("choose another with `--port`"),
        "{}",
        said(&taken)
    );
    let users = json(&place.out().join("secrets/former_users.json"))?;
    let user = users.get(1).ok_or("no user of before")?;
    assert!(post(address, "/login", user)?.contains("logged_in"));
    let wrong = serde_json::json!({ "name": user["name"], "password": "not it" });
    assert!(post(address, "/login", &wrong)?.starts_with("HTTP/1.1 401 "));
    Ok(())
}

fn post(address: &str, path: &str, body: &Value) -> std::io::Result<String> {
    let body = body.to_string();
    let mut stream = std::net::TcpStream::connect(address)?;
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// Which rules an attack finds broken, by step, on a service with these weaknesses.
fn found_with(
    place: &Place,
    weaknesses: &[&str],
) -> Result<Vec<(String, String)>, Box<dyn std::error::Error>> {
    let output: Output = place.command(&["drill"]).args(weaknesses).output()?;
    assert!(output.status.success(), "{weaknesses:?}: {}", said(&output));
    let mut found = Vec::new();
    for line in String::from_utf8(output.stdout)?.lines() {
        let line: Value = serde_json::from_str(line)?;
        let step = line["step"].as_str().unwrap_or_default();
        for rule in line["found"].as_array().into_iter().flatten() {
            found.push((step.to_owned(), rule.as_str().unwrap_or_default().to_owned()));
        }
    }
    Ok(found)
}

/// The steps that attack, in the order in which a drill tells of them.
const STEPS: [&str; 4] = [
    "attack_by_brute_force",
    "attack_tokens",
    "attack_sessions",
    "audit_passwords",
];

/// Each weakness, the step that finds it and the rule that it breaks.
const WEAKNESSES: &[(&str, &str, &str)] = &[
    ("no_lockout", "attack_by_brute_force", "G-1"),
    ("no_factor_limit", "attack_by_brute_force", "G-5"),
    ("no_address_limit", "attack_by_brute_force", "G-2"),
    ("unsigned_tokens", "attack_tokens", "T-1"),
    ("audience_unchecked", "attack_tokens", "T-2"),
    ("expiry_unchecked", "attack_tokens", "T-3"),
    ("refresh_reuse", "attack_tokens", "T-4"),
    ("withdrawn_keys", "attack_tokens", "T-5"),
    ("assertion_replay", "attack_tokens", "T-7"),
    ("session_fixation", "attack_sessions", "S-1"),
    ("logout_in_browser_only", "attack_sessions", "S-2"),
    ("password_change_keeps_sessions", "attack_sessions", "S-3"),
    ("no_idle_timeout", "attack_sessions", "S-4"),
    ("no_absolute_timeout", "attack_sessions", "S-5"),
    ("origin_unchecked", "attack_sessions", "S-6"),
    ("weak_passwords", "audit_passwords", "P-1"),
    ("enumeration_by_answer", "audit_passwords", "P-2"),
    ("enumeration_by_timing", "audit_passwords", "P-3"),
    ("plain_recovery", "audit_passwords", "P-4"),
    ("recovery_reuse", "audit_passwords", "P-5"),
];

#[test]
fn each_planted_weakness_is_found_by_its_step_and_nothing_else_is() -> Tested {
    let place = Place::new("authentication")?;
    assert_eq!(
        found_with(&place, &[])?,
        [],
        "something is found where nothing is planted"
    );
    let planted = examples::authentication_plan::artifacts::WEAKNESSES;
    assert_eq!(WEAKNESSES.len(), planted.len(), "a weakness is not drilled");
    // One of each step at a time: a weakness that another step finds too would show there.
    let of_step = |step: &'static str| {
        WEAKNESSES
            .iter()
            .filter(move |(_, found_by, _)| *found_by == step)
    };
    for nth in 0.. {
        let planted: Vec<_> = STEPS.iter().filter_map(|step| of_step(step).nth(nth)).collect();
        if planted.is_empty() {
            break;
        }
        let names: Vec<&str> = planted.iter().map(|(weakness, _, _)| *weakness).collect();
        let wanted: Vec<_> = planted
            .iter()
            .map(|(_, step, rule)| ((*step).to_owned(), (*rule).to_owned()))
            .collect();
        assert_eq!(found_with(&place, &names)?, wanted, "{names:?}");
    }
    let unknown = place.command(&["drill", "no_such_thing"]).output()?;
    assert_eq!(unknown.status.code(), Some(2));
    assert!(said(&unknown).contains("no_such_thing"), "{}", said(&unknown));
    Ok(())
}

#[test]
fn what_the_attacks_find_is_sent_back_and_mended_even_if_the_run_is_killed_meanwhile() -> Tested {
    let place = Place::new("authentication")?;
    let planted = [
        "session_fixation",
        "enumeration_by_timing",
        "no_lockout",
        "unsigned_tokens",
        "refresh_reuse",
        "plain_recovery",
    ];
    let mandate = mandate(&place, |text| with_weaknesses(text, &planted))?;
    let mut text = String::new();
    for step in [
        "RequirementsAnalysis.define_mechanisms",
        "Implementation.develop_tokens",
        "SecurityTesting.attack_tokens",
    ] {
        text += &place.killed_after(script(&place, "take_through.sh", &mandate), step)?;
    }
    // In the second round, which the rejection began.
    text += &place.killed_after(
        script(&place, "take_through.sh", &mandate),
        "Implementation.develop_tokens",
    )?;
    text += &place.killed_after(
        script(&place, "take_through.sh", &mandate),
        "IntegrationAndDeployment.integrate",
    )?;
    let output = script(&place, "take_through.sh", &mandate).output()?;
    assert!(output.status.success(), "{}", said(&output));
    text += &said(&output);

    let rejected = events(&text, "rejected");
    assert_eq!(rejected.len(), 1, "{rejected:?}");
    assert_eq!(rejected[0]["step"], "SecurityTesting.withstands");
    assert_eq!(rejected[0]["back_to"], "Implementation");
    let reason = rejected[0].to_string();
    for rule in ["S-1:", "P-3:", "G-1:", "T-1:", "T-4:", "P-4:"] {
        assert!(reason.contains(rule), "{rule} was not found: {reason}");
    }
    for rule in ["S-2:", "P-1:", "P-2:", "G-2:", "T-2:"] {
        assert!(
            !reason.contains(rule),
            "{rule} was found, though it holds: {reason}"
        );
    }
    assert!(notes(&text).contains("mended, because it was found"), "{text}");
    let done = steps(&text);
    let times = |step: &str| done.iter().filter(|done| done.ends_with(step)).count();
    for once in [".define_mechanisms", ".design_tokens", ".integrate", ".deploy"] {
        assert!(times(once) <= 1, "{once} ran again: {done:?}");
    }
    for twice in [
        ".develop_tokens",
        ".attack_tokens",
        ".attack_sessions",
        ".set_up_password_storage",
    ] {
        assert!(times(twice) <= 2, "{twice} ran again in its round: {done:?}");
    }
    all_rules_were_tested(&place)?;
    what_is_live_lets_users_in(&place, "live/release")
}

#[test]
fn a_finding_in_the_design_is_sent_back_to_the_architects_who_choose_tighter() -> Tested {
    let place = Place::new("authentication")?;
    // Groups that nobody can do harm with: no second factor then.
    let harmless = |text: &str| {
        text.replace("harm = \"high\"", "harm = \"low\"")
            .replace("harm = \"medium\"", "harm = \"low\"")
    };
    let mandate = mandate(&place, harmless)?;
    let output = script(&place, "redesign.sh", &mandate).output()?;
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    let told = notes(&text);
    for lives in ["access tokens live for 900 s", "access tokens live for 450 s"] {
        assert!(told.contains(lives), "{lives}: {told}");
    }
    assert!(told.contains("a second factor is left out"), "{told}");
    assert!(!place.out().join("live/release/factors").exists());
    let definition = json(&place.out().join("live/release/service.json"))?;
    assert_eq!(definition["tokens"]["access_lives_s"], 450);
    assert_eq!(definition["factor"], Value::Null);
    Ok(())
}

#[test]
fn a_mandate_that_makes_no_sense_is_refused_with_every_fault_and_nothing_begins() -> Tested {
    let place = Place::new("authentication")?;
    let path = place.path().join("mandate.toml");
    let text = std::fs::read_to_string(shipped("authentication", "mandate.toml"))?;
    let refused = |text: &str, wanted: &[&str]| -> Tested {
        std::fs::write(&path, text)?;
        let output = place
            .command(&["run", "bad", "--input", &path.display().to_string()])
            .output()?;
        let told = said(&output);
        assert_eq!(output.status.code(), Some(2), "{told}");
        for fault in wanted {
            assert!(told.contains(fault), "{fault}: {told}");
        }
        assert!(
            !place.out().join("assignment.json").exists(),
            "something was begun"
        );
        Ok(())
    };
    let faults = text
        .replace("idle_min = 30", "idle_min = 0")
        .replace("absolute_h = 12", "absolute_h = 9000")
        .replace("name = \"booksellers\"", "name = \"customers\"")
        .replace("claims = [\"name\"]", "claims = [\"shoe size\"]");
    let wanted = [
        "`wishes.idle_min` is 0",
        "`wishes.absolute_h` is 9000, more than 720",
        "`user_groups[1].name` is there twice",
        "`shoe size`",
    ];
    refused(&faults, &wanted)?;
    refused(
        &with_weaknesses(&text, &["no_such_thing"]),
        &["no_such_thing", "session_fixation"],
    )
}

#[test]
fn people_without_the_role_are_refused_and_an_empty_folder_serves_nothing() -> Tested {
    let place = Place::new("authentication")?;
    let mandate = mandate(&place, str::to_owned)?.display().to_string();
    let roster = shipped("authentication", "roster.toml").display().to_string();
    let run = place
        .command(&["run", "sample", "--input", &mandate, "--roster", &roster])
        .output()?;
    assert!(run.status.success(), "{}", said(&run));
    let approve = [
        "approve",
        "approve_design",
        "--run",
        "sample",
        "--roster",
        &roster,
        "--by",
    ];
    let petra = place.command(&approve).arg("petra").output()?;
    assert_eq!(petra.status.code(), Some(3), "{}", said(&petra));
    assert!(said(&petra).contains("SecurityArchitect"), "{}", said(&petra));

    let serve = place
        .command(&["serve", &place.path().display().to_string()])
        .output()?;
    assert_eq!(serve.status.code(), Some(2), "{}", said(&serve));
    assert!(said(&serve).contains("nothing is live"), "{}", said(&serve));
    // What the run has begun in is not written over by another.
    let other = place.command(&["run", "other", "--input", &mandate]).output()?;
    assert_eq!(other.status.code(), Some(1), "{}", said(&other));
    assert!(said(&other).contains("AUTHENTICATION_OUT"), "{}", said(&other));
    Ok(())
}

#[test]
fn a_run_that_was_killed_in_its_first_step_begins_again() -> Tested {
    let place = Place::new("authentication")?;
    let mandate = mandate(&place, str::to_owned)?.display().to_string();
    // What a kill leaves: the folder is that of the run, and some of what the step writes is there.
    std::fs::create_dir_all(place.out())?;
    std::fs::write(place.out().join(".run"), "sample\n")?;
    std::fs::write(place.out().join("assignment.json"), "{}")?;
    let run = place.command(&["run", "sample", "--input", &mandate]).output()?;
    assert!(run.status.success(), "{}", said(&run));
    assert_eq!(
        json(&place.out().join("assignment.json"))?["system"],
        "Quayside Books"
    );
    Ok(())
}

#[test]
fn the_picture_on_the_page_is_what_the_program_draws() -> Tested {
    let place = Place::new("authentication")?;
    let drawn = place.command(&["graph", "--format", "svg"]).output()?;
    assert!(drawn.status.success(), "{}", said(&drawn));
    let shown = std::fs::read_to_string(shipped("authentication", "plan.svg"))?;
    assert!(
        String::from_utf8(drawn.stdout)? == shown,
        "draw it again: graph --format svg --output examples/authentication/plan.svg"
    );
    Ok(())
}
