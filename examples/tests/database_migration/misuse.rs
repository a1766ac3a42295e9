//! What is refused, by which words, and that nothing is lost by it.

use super::{
    shop::{Shop, dump, prepared},
    support::{Tested, said},
};

#[test]
fn an_input_that_cannot_be_is_refused_with_its_field() -> Tested {
    let table: [(&str, &str, &str); 4] = [
        (
            "batch_rows = 100",
            "batch_rows = 0",
            "`aims.batch_rows` is 0, and must be from 1 to 100000",
        ),
        (
            "production_file = \"shop.db\"",
            "",
            "`production_file` is missing",
        ),
        (
            "engine = \"sqlite\"",
            "engine = \"postgres\"",
            "`production_variable` is missing",
        ),
        ("batch_rows = 100", "batch_row = 100", "batch_row"),
    ];
    let shop = Shop::of(400)?;
    let good = std::fs::read_to_string(shop.input())?;
    for (from, to, words) in table {
        std::fs::write(shop.input(), good.replace(from, to))?;
        let output = shop.run().arg("--input").arg(shop.input()).output()?;
        assert_eq!(output.status.code(), Some(2), "{words}: {}", said(&output));
        assert!(said(&output).contains(words), "{words}: {}", said(&output));
        assert!(!shop.place.out().join("migrations").exists());
    }
    std::fs::write(shop.input(), good.replace("\"shop.db\"", "\"no-such.db\""))?;
    let output = shop.run().arg("--input").arg(shop.input()).output()?;
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(
        said(&output).contains("make one with `make-shop FILE`"),
        "{}",
        said(&output)
    );
    assert!(
        !shop.place.path().join("no-such.db").exists(),
        "a database was made by looking for it"
    );
    Ok(())
}

#[test]
fn a_script_that_was_changed_after_its_rehearsal_does_not_run() -> Tested {
    let shop = prepared(|prepared| prepared.waiting.copied())?;
    let original = dump(&shop.file())?;
    let script = shop.place.out().join("migrations/2-backfill.up.sql");
    let text = std::fs::read_to_string(&script)?;
    std::fs::write(&script, text.replace("lower(", "upper("))?;
    let output = shop.run().output()?;
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(
        said(&output).contains("is not what was rehearsed"),
        "{}",
        said(&output)
    );
    assert!(dump(&shop.file())? == original, "production was touched");
    std::fs::write(&script, text)?;
    assert!(shop.run().output()?.status.success());
    Ok(())
}

#[test]
fn a_shop_is_not_made_over_another() -> Tested {
    let shop = Shop::of(400)?;
    let before = std::fs::read(shop.file())?;
    let output = shop.place.command(&["make-shop", "shop.db"]).output()?;
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("is there already"), "{}", said(&output));
    assert!(std::fs::read(shop.file())? == before);
    Ok(())
}

#[test]
fn an_application_that_does_not_know_the_flag_is_sent_back_to_development() -> Tested {
    let shop = Shop::of(4_000)?;
    let hand_in = std::fs::read_to_string(super::support::shipped(
        "database_migration",
        "hand_ins/adapt_application.toml",
    ))?;
    let wrong = shop.place.path().join("wrong.toml");
    std::fs::write(
        &wrong,
        hand_in.replace("flag = \"new_schema\"", "flag = \"new_scheme\""),
    )?;
    super::succeeds(shop.run().arg("--input").arg(shop.input()))?;
    super::succeeds(&mut shop.place.command(&[
        "approve",
        "approve_plan",
        "--run",
        "sample",
        "--by",
        "selma",
    ]))?;
    super::succeeds(&mut shop.run())?;
    let mut done = shop.place.command(&[
        "done",
        "adapt_application",
        "--run",
        "sample",
        "--by",
        "amir",
        "--artifact",
    ]);
    super::succeeds(done.arg(&wrong))?;
    let output = shop.run().output()?;
    let rejected = super::events(&said(&output), "rejected");
    assert_eq!(rejected.len(), 1, "{}", said(&output));
    assert_eq!(rejected[0]["step"], "Testing.fit_for_production");
    assert_eq!(rejected[0]["back_to"], "Development");
    assert!(rejected[0].to_string().contains("new_scheme"), "{rejected:?}");
    // With the right one it goes on.
    assert!(shop.script().output()?.status.success());
    Ok(())
}
