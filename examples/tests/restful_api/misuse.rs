//! Bad briefs, files of somebody else, folders that cannot be used: refused in words, and nothing is lost.

use crate::{Tested, job, journal, light, said, shipped};

/// What is written into the bookshop's brief instead of what, and what is said: the place, then part of fault and remedy.
const BAD_BRIEFS: [(&str, &str, &str, &str); 16] = [
    (
        "to = \"author\"",
        "to = \"autor\"",
        "resource `book`, relation `author`: ",
        "did you mean `author`?",
    ),
    (
        "name = \"isbn\"",
        "name = \"title\"",
        "resource `book`: field `title`",
        "rename or remove one of the two",
    ),
    (
        "name = \"isbn\"",
        "name = \"ISBN\"",
        "resource `book`, field `ISBN`: ",
        "use lower case, digits and `_`",
    ),
    (
        "name = \"isbn\"",
        "name = \"cursor\"",
        "resource `book`, field `cursor`: ",
        "choose another name",
    ),
    (
        "type = \"email\"",
        "type = \"mail\"",
        "resource `order`, field `customer_email`: ",
        "did you mean `email`?",
    ),
    (
        "type = \"date\"",
        "type = \"blob\"",
        "resource `author`, field `born_on`: ",
        "use one of `string`",
    ),
    (
        "minimum = 0\n",
        "minimum = 2000000\n",
        "resource `book`, field `price_cents`: ",
        "no larger than that",
    ),
    (
        "burst_requests = 60\n",
        "burst_requests = 601\n",
        "`limits.burst_requests`: ",
        "no more at once",
    ),
    (
        "default_page_entries = 20",
        "default_page_entries = 101",
        "`limits.default_page_entries`: ",
        "no larger than the most",
    ),
    ("clients = 4", "clients = 0", "`load.clients`: ", "use 1 to 64"),
    (
        "required = true\non_delete = \"restrict\"\n\n[[resource.rule]]",
        "required = true\non_delete = \"set_null\"\n\n[[resource.rule]]",
        "resource `order`, relation `book`: ",
        "make it optional",
    ),
    (
        "after = \"shipped_at\"",
        "after = \"sent_at\"",
        "resource `order`: ",
        "name a field of this resource",
    ),
    // What is no brief is found where it stands.
    (
        "description = \"A person who writes books.\"\n",
        "",
        "brief.toml:10: `resource[0]`: ",
        "missing field `description`",
    ),
    (
        "public_read = true",
        "pubic_read = true",
        "brief.toml:13: `resource[0].pubic_read`: ",
        "did you mean `public_read`?",
    ),
    (
        "version = 1\n",
        "version = \"one\"\n",
        "brief.toml:7: `api.version`: ",
        "expected u32",
    ),
    ("[limits]", "[limits", "brief.toml:", "not TOML"),
];

#[test]
fn a_bad_brief_is_refused_before_anything_is_made() -> Tested {
    let good = std::fs::read_to_string(shipped("bookshop.toml"))?;
    let folder = tempfile::tempdir()?;
    let (brief, out) = (folder.path().join("brief.toml"), folder.path().join("out"));
    for (from, to, place, fault) in BAD_BRIEFS {
        assert!(good.contains(from), "`{from}` is not in the brief");
        std::fs::write(&brief, good.replacen(from, to, 1))?;
        let output = job(&brief, &out).output()?;
        let text = said(&output);
        assert_eq!(output.status.code(), Some(2), "{to}: {text}");
        assert!(text.contains("brief.toml:"), "{to}: {text}");
        assert!(text.contains(place), "{to}: not at {place}: {text}");
        assert!(text.contains(fault), "{to}: {text}");
        assert!(!text.contains("panicked"), "{text}");
        assert!(!out.exists(), "{to}: something was made");
        assert!(!journal(&out).exists(), "{to}: a journal was made");
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
            said(&output).contains(&brief.display().to_string()),
            "{}",
            said(&output)
        );
        assert!(!out.exists());
    }
    Ok(())
}

#[test]
fn every_contradiction_is_reported_at_once() -> Tested {
    let bad = std::fs::read_to_string(shipped("bookshop.toml"))?
        .replacen("to = \"author\"", "to = \"autor\"", 1)
        .replacen("clients = 4", "clients = 0", 1)
        .replacen("type = \"date\"", "type = \"dat\"", 1);
    let folder = tempfile::tempdir()?;
    let brief = folder.path().join("brief.toml");
    std::fs::write(&brief, bad)?;
    let output = job(&brief, &folder.path().join("out")).output()?;
    let text = said(&output);
    for part in ["3 mistakes", "`autor`", "`dat`", "`load.clients`"] {
        assert!(text.contains(part), "{part}: {text}");
    }
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
    for (contents, what, refused) in [(other, "no database", 4), (&foreign, "another program's", 2)] {
        let folder = tempfile::tempdir()?;
        let out = folder.path().join("out");
        // In the place of the journal, nothing can begin.
        std::fs::write(journal(&out), contents)?;
        let output = job(&brief, &out).output()?;
        assert_eq!(output.status.code(), Some(refused), "{what}: {}", said(&output));
        assert!(said(&output).contains("journal.db"), "{what}: {}", said(&output));
        assert_eq!(std::fs::read(journal(&out))?, contents, "{what}");
        assert!(!out.exists());

        // In the place of the service's database, the run halts there, and goes on once the file is out of the way.
        let folder = tempfile::tempdir()?;
        let out = folder.path().join("out");
        std::fs::create_dir(&out)?;
        let place = out.join("service.db");
        std::fs::write(&place, contents)?;
        let output = job(&brief, &out).output()?;
        assert_eq!(output.status.code(), Some(1), "{what}: {}", said(&output));
        assert!(
            said(&output).contains("move it away"),
            "{what}: {}",
            said(&output)
        );
        assert!(!said(&output).contains("panicked"), "{what}: {}", said(&output));
        assert_eq!(std::fs::read(&place)?, contents, "{what}");
        std::fs::rename(&place, folder.path().join("moved.db"))?;
        let output = job(&brief, &out).output()?;
        assert!(output.status.success(), "{what}: {}", said(&output));
    }
    Ok(())
}

#[test]
fn a_folder_with_a_readme_of_somebody_else_is_left_alone() -> Tested {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("out");
    let readme = out.join("README.md");
    std::fs::create_dir(&out)?;
    std::fs::write(&readme, "mine")?;
    let output = job(&shipped("bookshop.toml"), &out).output()?;
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("README.md"), "{}", said(&output));
    assert_eq!(std::fs::read_to_string(&readme)?, "mine");
    assert!(!journal(&out).exists());
    Ok(())
}

#[test]
fn a_folder_that_cannot_be_used_is_named() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("file");
    std::fs::write(&file, "")?;
    for out in [file.clone(), file.join("below")] {
        let mut command = job(&shipped("bookshop.toml"), &folder.path().join("out"));
        let output = command.env("RESTFUL_API_OUT", &out).output()?;
        let text = said(&output);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains(&out.display().to_string()), "{text}");
        assert!(text.contains("RESTFUL_API_OUT"), "{text}");
    }
    Ok(())
}
