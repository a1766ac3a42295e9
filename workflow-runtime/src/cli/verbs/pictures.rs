//! `graph`, `report` and `export`: a run, or its plan, for people's eyes and for other programs.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::Serialize;

use crate::cli::actions::actions;
use crate::cli::arguments::{Drawing, Exported};
use crate::cli::audit::audit;
use crate::cli::desk::{Desk, Wanted};
use crate::cli::fault::{Code, Fault};
use crate::cli::graph::Picture;
use crate::cli::harmless;
use crate::cli::junit::junit;
use crate::cli::output::Reply;
use crate::cli::report;

/// A picture, as scripts get it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PictureDocument {
    schema: &'static str,
    /// `mermaid`, `dot`, `svg`, `html`, `junit` or `json`.
    format: &'static str,
    /// The run that it shows.
    run: Option<String>,
    /// The file that it was written to.
    file: Option<String>,
    /// The picture itself, if it was written to no file.
    content: Option<String>,
}

impl PictureDocument {
    pub(crate) const SCHEMA: &str = "workflow.picture/1";
}

pub(super) async fn graph(
    desk: &Desk,
    format: Option<Drawing>,
    run: Option<Option<&str>>,
    output: Option<&Path>,
) -> Result<Reply, Fault> {
    let (plan, marks, run) = match run {
        None => (desk.plan, None, None),
        Some(id) => {
            let runtime = desk.open()?;
            let run = desk.run(&runtime, id, Wanted::Any).await?;
            let view = desk.view(&runtime, &run.id).await?;
            (view.history.plan, Some(view.marks()), Some(run.id))
        }
    };
    let picture = Picture {
        plan,
        marks: marks.as_ref(),
    };
    let by_ending = || match output?.extension()?.to_str()? {
        "svg" => Some(Drawing::Svg),
        "dot" | "gv" => Some(Drawing::Dot),
        _ => None,
    };
    let (format, drawn) = match format.or_else(by_ending).unwrap_or(Drawing::Mermaid) {
        Drawing::Mermaid => ("mermaid", picture.mermaid()),
        Drawing::Dot => ("dot", picture.dot()),
        Drawing::Svg => ("svg", picture.svg()),
    };
    given(desk, format, run, drawn, output)
}

pub(super) async fn report(desk: &Desk, id: Option<&str>, output: Option<&Path>) -> Result<Reply, Fault> {
    let runtime = desk.open()?;
    let run = desk.run(&runtime, id, Wanted::Any).await?;
    let view = desk.view(&runtime, &run.id).await?;
    let actions = actions(desk, &view, desk.roster()?);
    let html = report::report(&view, &actions, SystemTime::now());
    let default = || {
        // An id may be anything, a path among it.
        let is_plain = |c: char| c.is_alphanumeric() || "-_.".contains(c);
        let name: String = run
            .id
            .chars()
            .map(|c| if is_plain(c) { c } else { '-' })
            .collect();
        PathBuf::from(format!("{}.html", name.trim_start_matches('.')))
    };
    let file = match output {
        Some(file) => file.to_owned(),
        None => {
            let file = default();
            is_no_other(&file)?;
            file
        }
    };
    given(desk, "html", Some(run.id.clone()), html, Some(&file))
}

pub(super) async fn export(
    desk: &Desk,
    id: Option<&str>,
    format: Exported,
    output: Option<&Path>,
) -> Result<Reply, Fault> {
    let runtime = desk.open()?;
    let run = desk.run(&runtime, id, Wanted::Any).await?;
    let view = desk.view(&runtime, &run.id).await?;
    let unwritable = |error: &dyn std::fmt::Display| {
        Fault::new(Code::Io, format!("run `{}` cannot be exported: {error}", run.id))
    };
    let (format, content) = match format {
        Exported::Junit => ("junit", junit(&view).map_err(|error| unwritable(&error))?),
        Exported::Json => {
            let json = serde_json::to_string_pretty(&audit(&view)).map_err(|error| unwritable(&error))?;
            // Escaped, what a terminal would act on stays what it is; else it would be shown by a sign.
            ("json", harmless::json(&json).into_owned() + "\n")
        }
    };
    given(desk, format, Some(run.id.clone()), content, output)
}

/// Writes it where it is wanted, `-` being standard output: whole, or not at all.
fn given(
    desk: &Desk,
    format: &'static str,
    run: Option<String>,
    content: String,
    file: Option<&Path>,
) -> Result<Reply, Fault> {
    let file = file.filter(|file| *file != Path::new("-"));
    let name = file.map(|file| file.display().to_string());
    let document = |content| PictureDocument {
        schema: PictureDocument::SCHEMA,
        format,
        run: run.clone(),
        file: name.clone(),
        content,
    };
    let Some(file) = file else {
        let document = document((!desk.output.is_text()).then(|| content.clone()));
        return Ok(Reply::new(content, &document));
    };
    keep_the_journal(desk, file)?;
    write_whole(file, content.as_bytes()).map_err(|error| {
        Fault::new(
            Code::Io,
            format!("`{}` cannot be written: {error}", file.display()),
        )
        .of(file.display().to_string())
        .fix("choose another file with `--output FILE`")
    })?;
    Ok(Reply::new(
        format!("written to `{}`\n", file.display()),
        &document(None),
    ))
}

/// A file that nobody named is written over only if it is a report.
fn is_no_other(file: &Path) -> Result<(), Fault> {
    let mut beginning = [0; 1_000];
    let Ok(mut there) = std::fs::File::open(file) else {
        return Ok(());
    };
    let length = there.read(&mut beginning).unwrap_or(0);
    let generator = format!("content=\"{}\"", report::GENERATOR);
    if length == 0 || String::from_utf8_lossy(&beginning[..length]).contains(&generator) {
        return Ok(());
    }
    let message = format!("`{}` is there, and is no report of a run", file.display());
    Err(Fault::new(Code::Usage, message)
        .of(file.display().to_string())
        .fix("say where to write it with `--output FILE`"))
}

/// A slip of the hand must not put a picture where the runs are.
fn keep_the_journal(desk: &Desk, file: &Path) -> Result<(), Fault> {
    let is_journal = match (file.canonicalize(), desk.journal().canonicalize()) {
        (Ok(file), Ok(journal)) => file == journal,
        _ => false,
    };
    if !is_journal {
        return Ok(());
    }
    let message = format!("`{}` is the journal, and is not overwritten", file.display());
    Err(Fault::new(Code::Usage, message).fix("choose another file with `--output FILE`"))
}

/// Beside the file first, so that whoever reads it meanwhile, or a crash, never meets a half. What is no file, as a pipe or
/// a device, is written to as it is.
fn write_whole(file: &Path, content: &[u8]) -> std::io::Result<()> {
    // What a link leads to is written, and the link stays.
    let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let there = file.metadata().ok();
    if there.as_ref().is_some_and(|there| !there.is_file()) {
        return std::fs::OpenOptions::new()
            .write(true)
            .open(&file)?
            .write_all(content);
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut beside = tempfile::Builder::new();
    beside.prefix(".workflow-");
    // A temporary file is for its owner alone; this one is for whom files are that this user makes.
    #[cfg(unix)]
    let beside = beside.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut beside = beside.tempfile_in(folder.unwrap_or(Path::new(".")))?;
    beside.write_all(content)?;
    if let Some(there) = there {
        beside.as_file().set_permissions(there.permissions())?;
    }
    beside.as_file().sync_all()?;
    beside.persist(&file)?;
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_link_stays_a_link_to_what_is_written() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        std::fs::write(&real, "old and longer")?;
        symlink(&real, &link)?;
        write_whole(&link, b"new")?;
        assert!(link.symlink_metadata()?.is_symlink());
        assert_eq!(std::fs::read_to_string(real)?, "new");
        Ok(())
    }

    #[test]
    fn what_is_no_file_is_not_replaced_by_one() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let nothing = folder.path().join("nothing");
        symlink("/dev/null", &nothing)?;
        write_whole(&nothing, b"new")?;
        assert!(nothing.metadata()?.file_type().is_char_device());
        assert!(std::fs::read_dir(folder.path())?.count() == 1);
        Ok(())
    }

    #[test]
    fn who_may_read_a_file_is_kept() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("secret");
        std::fs::write(&file, "old")?;
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600))?;
        write_whole(&file, b"new")?;
        assert_eq!(file.metadata()?.permissions().mode() & 0o777, 0o600);
        Ok(())
    }
}
