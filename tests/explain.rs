//! `dechaff explain`, for any record of any input.

mod common;

use common::{PARAGRAPH, Sandbox, article, gzip, stderr, stdout, warc_response};

fn explained(sandbox: &Sandbox, arguments: &[&str]) -> serde_json::Value {
    let mut all = vec!["explain", "--json"];
    all.extend(arguments);
    let output = sandbox.dechaff(&all);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
    serde_json::from_str(&stdout(&output)).unwrap()
}

fn dump() -> String {
    let records = [
        serde_json::json!({"id": "a", "text": article(&["Subscribe now"])}),
        serde_json::json!({"id": 17, "html": format!("<p>{PARAGRAPH}</p><nav>Home</nav>")}),
        serde_json::json!({"id": "c", "body": "Third"}),
    ];
    records.map(|record| record.to_string()).join("\n") + "\n"
}

#[test]
fn a_record_is_found_by_its_number_or_its_id_in_any_format() {
    let sandbox = Sandbox::new();
    sandbox.write("x.jsonl", dump());
    sandbox.write("x.gz", gzip(dump().as_bytes()));
    sandbox.write("x.csv", "id,text\na,One line of text\nb,Another line\n");
    let page = format!("<p>{PARAGRAPH}</p>");
    sandbox.write(
        "x.warc.gz",
        gzip(&warc_response("http://a.example/", "Content-Type: text/html", page.as_bytes())),
    );
    for file in ["x.jsonl", "x.gz"] {
        let first = explained(&sandbox, &[file]);
        assert_eq!((&first["record"], &first["id"]), (&1.into(), &"a".into()));
        assert_eq!(first["blocks"].as_array().unwrap().len(), 5);
        for wanted in ["2", "17", "id=17"] {
            let second = explained(&sandbox, &[file, "--record", wanted]);
            assert_eq!((&second["record"], &second["id"]), (&2.into(), &"17".into()), "{wanted}");
            assert_eq!(second["blocks"][1]["text"], "Home");
        }
    }
    assert_eq!(explained(&sandbox, &["x.csv", "--record", "b"])["blocks"][0]["text"], "Another line");
    assert_eq!(explained(&sandbox, &["x.warc.gz"])["blocks"][0]["text"], PARAGRAPH);
    let named = explained(&sandbox, &["x.jsonl", "--record", "c", "--text-field", "body"]);
    assert_eq!(named["blocks"][0]["text"], "Third");
}

#[test]
fn what_has_no_format_is_a_text_or_a_page() {
    let sandbox = Sandbox::new();
    sandbox.write("notes", "One line\nTwo lines");
    sandbox.write("page", "\n<!doctype html><p>One<p>Two");
    assert_eq!(explained(&sandbox, &["notes"])["blocks"][1]["text"], "Two lines");
    assert_eq!(explained(&sandbox, &["page"])["blocks"][1]["text"], "Two");
    let output = sandbox.dechaff_with_stdin(&["explain", "-", "--json"], gzip(b"One line\nTwo lines"));
    assert!(stdout(&output).contains("Two lines"), "{}", stderr(&output));
    let shown = sandbox.dechaff(&["explain", "notes"]);
    assert!(!stdout(&shown).contains("--record"), "there is no other record: {}", stdout(&shown));
}

#[test]
fn a_record_that_is_not_there_or_broken_is_named() {
    let sandbox = Sandbox::new();
    sandbox.write("x.jsonl", dump());
    sandbox.write("y.jsonl", dump());
    for (arguments, reason) in [
        (vec!["x.jsonl", "--record", "9"], "there are 3 records, and none is number 9"),
        (vec!["x.jsonl", "--record", "nobody"], "none of 3 records has the id nobody"),
        (vec!["x.jsonl", "--record", "3"], "x.jsonl, record 3: has neither"),
        (vec!["x.jsonl", "y.jsonl", "--record", "2"], "give an id"),
    ] {
        let mut all = vec!["explain"];
        all.extend(arguments);
        let output = sandbox.dechaff(&all);
        assert_eq!(output.status.code(), Some(2), "{all:?}");
        assert!(stderr(&output).contains(reason), "{}", stderr(&output));
    }
    let shown = sandbox.dechaff(&["explain", "x.jsonl", "--features", "0"]);
    assert!(stdout(&shown).starts_with("record 1 of x.jsonl, id a; --record"), "{}", stdout(&shown));
}

#[test]
fn the_reasons_are_those_of_the_pass_that_decided() {
    let sandbox = Sandbox::new();
    sandbox.write("a.txt", article(&["Subscribe now", "Only in our weekend edition", "Log in"]));
    let json = explained(&sandbox, &["a.txt", "--features", "1000"]);
    let blocks = json["blocks"].as_array().unwrap();
    let content = |block: &&serde_json::Value| block["label"] == "content";
    for block in blocks.iter().filter(content).filter(|block| block["decided_by"] == "first_pass") {
        let features = block["for"].as_array().unwrap().iter().chain(block["against"].as_array().unwrap());
        let names: Vec<&str> = features.map(|feature| feature["name"].as_str().unwrap()).collect();
        assert!(
            !names.is_empty() && !names.iter().any(|name| name.starts_with("first_content_")),
            "{names:?}"
        );
    }
    assert!(blocks.iter().filter(content).any(|block| block["decided_by"] == "first_pass"));
    let shown = sandbox.dechaff(&["explain", "a.txt"]);
    assert!(stdout(&shown).contains("decided by: first pass"), "{}", stdout(&shown));
}
