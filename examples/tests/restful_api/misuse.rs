//! Bad briefs, files of somebody else, folders that cannot be used: refused in words, and nothing is lost.

use crate::{Tested, job, light, said, shipped};

/// What is written into the bookshop's brief instead of what, the line that is named, and part of what is said.
const BAD_BRIEFS: [(&str, &str, &str, &str); 14] = [
    (
        "to = \"author\"",
        "to = \"autor\"",
        "to = \"autor\"",
        "did you mean `author`?",
    ),
    (
        "name = \"isbn\"",
        "name = \"title\"",
        "name = \"title\"",
        "rename or remove one of the two",
    ),
    (
        "name = \"isbn\"",
        "name = \"ISBN\"",
        "name = \"ISBN\"",
        "use lower case, digits and `_`",
    ),
    (
        "name = \"isbn\"",
        "name = \"cursor\"",
        "name = \"cursor\"",
        "choose another name",
    ),
    (
        "type = \"email\"",
        "type = \"mail\"",
        "type = \"mail\"",
        "did you mean `email`?",
    ),
    (
        "type = \"date\"",
        "type = \"blob\"",
        "type = \"blob\"",
        "use one of `string`",
    ),
    (
        "minimum = 0\n",
        "minimum = 2000000\n",
        "minimum = 2000000",
        "no larger than that",
    ),
    (
        "burst_requests = 60\n",
        "burst_requests = 601\n",
        "burst_requests = 601",
        "no more at once",
    ),
    (
        "default_page_entries = 20",
        "default_page_entries = 101",
        "default_page_entries = 101",
        "no larger than the most",
    ),
    ("clients = 4", "clients = 0", "clients = 0", "use 1 to 64"),
    (
        "required = true\non_delete = \"restrict\"\n\n[[resource.rule]]",
        "required = true\non_delete = \"set_null\"\n\n[[resource.rule]]",
        "on_delete = \"set_null\"",
        "make it optional",
    ),
    (
        "after = \"shipped_at\"",
        "after = \"sent_at\"",
        "after = \"sent_at\"",
        "name a field of this resource",
    ),
    (
        "description = \"A person who writes books.\"\n",
        "",
        "[[resource]]",
        "add the missing key",
    ),
    ("[limits]", "[limits", "[limits", "correct the TOML"),
];

#[test]
fn a_bad_brief_is_refused_before_anything_is_made() -> Tested {
    let good = std::fs::read_to_string(shipped("bookshop.toml"))?;
    let folder = tempfile::tempdir()?;
    let (brief, out) = (folder.path().join("brief.toml"), folder.path().join("out"));
    for (from, to, marked, remedy) in BAD_BRIEFS {
        assert!(good.contains(from), "`{from}` is not in the brief");
        let bad = good.replacen(from, to, 1);
        // Where the change stands, or else the first line that is like it.
        let at = good
            .find(from)
            .and_then(|start| Some(start + bad.get(start..)?.find(marked)?));
        let at = at
            .filter(|_| !to.is_empty())
            .or_else(|| bad.find(marked))
            .ok_or("the mark is not there")?;
        let line = bad[..at].matches('\n').count() + 1;
        std::fs::write(&brief, &bad)?;
        let output = job(&brief, &out).output()?;
        let text = said(&output);
        assert_eq!(output.status.code(), Some(2), "{to}: {text}");
        assert!(
            text.contains(&format!("brief.toml:{line}: ")),
            "{to}: not line {line}: {text}"
        );
        assert!(text.contains(remedy), "{to}: {text}");
        assert!(!text.contains("panicked"), "{text}");
        assert!(!out.exists(), "{to}: something was made");
    }
    Ok(())
}

#[test]
fn a_brief_that_is_no_brief_is_refused() -> Tested {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("out");
    let (empty, binary) = (
        folder.path().join("empty.toml"),
        folder.path().join("binary.toml"),
    );
    std::fs::write(&empty, "")?;
    std::fs::write(&binary, [0xff, 0xfe, 0x00])?;
    for brief in [
        folder.path().join("missing.toml"),
        empty,
        binary,
        folder.path().to_owned(),
    ] {
        let output = job(&brief, &out).output()?;
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(
            said(&output).contains(&format!("error: {}", brief.display())),
            "{}",
            said(&output)
        );
        assert!(!out.exists());
    }
    Ok(())
}

#[test]
fn every_mistake_is_reported_at_once() -> Tested {
    let bad = std::fs::read_to_string(shipped("bookshop.toml"))?
        .replacen("to = \"author\"", "to = \"autor\"", 1)
        .replacen("clients = 4", "clients = 0", 1)
        .replacen("type = \"date\"", "type = \"dat\"", 1);
    let folder = tempfile::tempdir()?;
    let brief = folder.path().join("brief.toml");
    std::fs::write(&brief, bad)?;
    let output = job(&brief, &folder.path().join("out")).output()?;
    assert_eq!(said(&output).matches("error: ").count(), 3, "{}", said(&output));
    Ok(())
}

#[test]
fn a_file_of_somebody_else_is_left_alone() -> Tested {
    let briefs = tempfile::tempdir()?;
    let brief = light(briefs.path())?;
    let other = b"this is no database, and somebody still needs it".as_slice();
    let foreign = tempfile::NamedTempFile::new()?;
    rusqlite::Connection::open(foreign.path())?
        .execute_batch("CREATE TABLE precious (thing); INSERT INTO precious VALUES (1)")?;
    let foreign = std::fs::read(foreign.path())?;
    for (contents, what) in [(other, "no database"), (&foreign, "another program's")] {
        let folder = tempfile::tempdir()?;
        // In the place of the journal, nothing can begin.
        std::fs::write(folder.path().join("run.db"), contents)?;
        let output = job(&brief, folder.path()).output()?;
        assert_eq!(output.status.code(), Some(2), "{what}: {}", said(&output));
        assert!(said(&output).contains("run.db"), "{what}: {}", said(&output));
        assert_eq!(std::fs::read(folder.path().join("run.db"))?, contents, "{what}");
        assert!(!folder.path().join("openapi.json").exists());

        // In the place of the service's database, the run halts there, and goes on once the file is out of the way.
        let folder = tempfile::tempdir()?;
        let place = folder.path().join("service.db");
        std::fs::write(&place, contents)?;
        let output = job(&brief, folder.path()).output()?;
        assert_eq!(output.status.code(), Some(1), "{what}: {}", said(&output));
        assert!(
            said(&output).contains("move it away"),
            "{what}: {}",
            said(&output)
        );
        assert!(!said(&output).contains("panicked"), "{what}: {}", said(&output));
        assert_eq!(std::fs::read(&place)?, contents, "{what}");
        std::fs::rename(&place, folder.path().join("moved.db"))?;
        let output = job(&brief, folder.path()).output()?;
        assert!(output.status.success(), "{what}: {}", said(&output));
    }
    Ok(())
}

#[test]
fn a_folder_with_a_readme_of_somebody_else_is_left_alone() -> Tested {
    let folder = tempfile::tempdir()?;
    let readme = folder.path().join("README.md");
    std::fs::write(&readme, "mine")?;
    let output = job(&shipped("bookshop.toml"), folder.path()).output()?;
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("README.md"), "{}", said(&output));
    assert_eq!(std::fs::read_to_string(&readme)?, "mine");
    assert!(!folder.path().join("run.db").exists());
    Ok(())
}

#[test]
fn a_folder_that_cannot_be_used_is_named() -> Tested {
    let file = tempfile::NamedTempFile::new()?;
    for out in [file.path().to_owned(), file.path().join("below")] {
        let output = job(&shipped("bookshop.toml"), &out).output()?;
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(
            said(&output).contains(&out.display().to_string()),
            "{}",
            said(&output)
        );
        assert!(said(&output).contains("--out"), "{}", said(&output));
    }
    Ok(())
}
