//! What is wrong with a container file: the rules that reviewers of images hold everybody to.

use parse_dockerfile::{Command, Dockerfile, HealthcheckArguments, Instruction, Source};

/// A rule that is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The rule, in a word.
    pub rule: &'static str,
    /// What is wrong and how to mend it.
    pub fault: String,
}

/// Names that say that the value is a secret.
const SECRETS: &[&str] = &[
    "PASSWORD",
    "PASSWD",
    "SECRET",
    "TOKEN",
    "API_KEY",
    "APIKEY",
    "PRIVATE_KEY",
];

/// Everything that is wrong with it.
#[must_use]
pub fn lint(text: &str) -> Vec<Broken> {
    let file = match parse_dockerfile::parse(text) {
        Ok(file) => file,
        Err(error) => {
            return vec![Broken {
                rule: "readable",
                fault: format!("it cannot be read: {error}"),
            }];
        }
    };
    let mut broken = Vec::new();
    images(&file, &mut broken);
    secrets(&file, &mut broken);
    commands(&file, &mut broken);
    last_stage(&file, &mut broken);
    broken
}

fn found(broken: &mut Vec<Broken>, rule: &'static str, fault: impl Into<String>) {
    broken.push(Broken {
        rule,
        fault: fault.into(),
    });
}

/// Each image has a version that stays what it is.
fn images(file: &Dockerfile<'_>, broken: &mut Vec<Broken>) {
    let mut stages: Vec<&str> = Vec::new();
    for stage in file.stages() {
        let image = stage.from.image.value.as_ref();
        if !stages.contains(&image) && image != "scratch" {
            let last = image.rsplit('/').next().unwrap_or(image);
            let tag = last.split_once(':').map(|(_, tag)| tag);
            match tag {
                _ if image.contains("@sha256:") => {}
                None => found(
                    broken,
                    "pinned-base",
                    format!("`{image}` has no version; name one, as in `{image}:1.2.3`"),
                ),
                Some(tag) if tag.starts_with("latest") => found(
                    broken,
                    "no-latest",
                    format!("`{image}` is another image tomorrow; name a version"),
                ),
                Some(tag) if !tag.contains(|letter: char| letter.is_ascii_digit()) => found(
                    broken,
                    "pinned-base",
                    format!("`{image}` names no version; name one with digits"),
                ),
                Some(_) => {}
            }
        }
        if let Some((_, name)) = &stage.from.as_ {
            stages.push(name.value.as_ref());
        }
    }
}

/// Whoever has the image has what stands in it.
fn secrets(file: &Dockerfile<'_>, broken: &mut Vec<Broken>) {
    for instruction in &file.instructions {
        let arguments = match instruction {
            Instruction::Env(env) => &env.arguments.value,
            Instruction::Arg(arg) => &arg.arguments.value,
            _ => continue,
        };
        for word in arguments.split_whitespace() {
            let name = word.split('=').next().unwrap_or(word).to_ascii_uppercase();
            if SECRETS.iter().any(|secret| name.contains(secret)) {
                let fault =
                    format!("`{name}` stays readable in the image; mount it as a secret when it runs");
                found(broken, "no-secret", fault);
            }
        }
    }
}

fn commands(file: &Dockerfile<'_>, broken: &mut Vec<Broken>) {
    for instruction in &file.instructions {
        match instruction {
            Instruction::Entrypoint(it) => exec_form("ENTRYPOINT", &it.arguments, broken),
            Instruction::Cmd(it) => exec_form("CMD", &it.arguments, broken),
            Instruction::Add(add) if add.src.iter().any(is_plain_path) => found(
                broken,
                "copy-not-add",
                "`ADD` unpacks and downloads; use `COPY` for files",
            ),
            Instruction::Workdir(it) if !it.arguments.value.starts_with('/') => found(
                broken,
                "absolute-workdir",
                "`WORKDIR` is relative; begin it with `/`",
            ),
            Instruction::Maintainer(_) => {
                found(broken, "no-maintainer", "`MAINTAINER` is outdated; use `LABEL`");
            }
            Instruction::Run(run) => shell(&run.arguments, broken),
            _ => {}
        }
    }
}

fn is_plain_path(source: &Source<'_>) -> bool {
    matches!(source, Source::Path(path) if !path.value.contains("://") && !path.value.contains(".tar"))
}

/// A shell in between swallows the signal to stop.
fn exec_form(name: &str, command: &Command<'_>, broken: &mut Vec<Broken>) {
    if matches!(command, Command::Shell(_)) {
        let fault = format!("`{name}` is run by a shell, which keeps signals to itself; write it as a list");
        found(broken, "exec-form", fault);
    }
}

fn shell(command: &Command<'_>, broken: &mut Vec<Broken>) {
    let Command::Shell(text) = command else { return };
    for line in text.value.split("&&") {
        let words: Vec<_> = line.split_whitespace().collect();
        if words.contains(&"sudo") {
            found(
                broken,
                "no-sudo",
                "`sudo` is not needed while building; remove it",
            );
        }
        let installs = words.contains(&"apt-get") && words.contains(&"install");
        if installs && !words.contains(&"-y") {
            found(
                broken,
                "apt-yes",
                "`apt-get install` waits for an answer; add `-y`",
            );
        }
        if installs && !words.contains(&"--no-install-recommends") {
            let fault = "`apt-get install` brings more than is named; add `--no-install-recommends`";
            found(broken, "apt-little", fault);
        }
    }
}

/// What the image does when it runs.
fn last_stage(file: &Dockerfile<'_>, broken: &mut Vec<Broken>) {
    let Some(stage) = file.stages().last() else {
        return found(broken, "has-stage", "it has no `FROM`");
    };
    let user = stage.instructions.iter().rev().find_map(|it| match it {
        Instruction::User(user) => Some(user.arguments.value.as_ref()),
        _ => None,
    });
    match user {
        None => found(broken, "non-root", "it runs as root; name another by `USER`"),
        Some(user) if matches!(user.split(':').next(), Some("root" | "0")) => {
            found(broken, "non-root", "`USER` names root; name another");
        }
        Some(_) => {}
    }
    let checked = stage.instructions.iter().any(|it| {
        matches!(it, Instruction::Healthcheck(check) if matches!(check.arguments, HealthcheckArguments::Cmd { .. }))
    });
    if !checked {
        found(
            broken,
            "healthcheck",
            "nobody sees when it hangs; ask it by `HEALTHCHECK`",
        );
    }
    let starts = stage
        .instructions
        .iter()
        .any(|it| matches!(it, Instruction::Entrypoint(_) | Instruction::Cmd(_)));
    if !starts {
        found(broken, "starts", "it starts nothing; say what by `ENTRYPOINT`");
    }
    let copies_all = stage.instructions.iter().any(
        |it| matches!(it, Instruction::Copy(copy) if copy.options.is_empty() && copy.src.iter().any(|source| matches!(source, Source::Path(path) if path.value == "."))),
    );
    if copies_all {
        let fault = "`COPY .` puts everything into the image that runs; copy what it needs from a stage";
        found(broken, "little-in-image", fault);
    }
}
