//! `dechaff train` and `dechaff evaluate`, and the model file, as a user meets them.

mod common;

use std::path::{Path, PathBuf};

use common::{PARAGRAPH, Sandbox, json_lines, repository, stderr, stdout};

/// A training run on the repository's own corpus, small enough for a test.
fn train(sandbox: &Sandbox, output: &str, extra: &[&str]) -> std::process::Output {
    let (text, html) = (repository("datasets/text.jsonl"), repository("datasets/html.jsonl"));
    let mut arguments = vec!["train", text.to_str().unwrap(), html.to_str().unwrap(), "-o", output];
    arguments.extend([
        "--trees",
        "12",
        "--rows",
        "1500",
        "--leaves",
        "8",
        "--rate",
        "0.5",
        "--vocabulary",
        "1500",
    ]);
    arguments.extend(extra);
    sandbox.dechaff(&arguments)
}

#[test]
fn the_same_seed_gives_the_same_model_and_the_model_works() {
    let sandbox = Sandbox::new();
    let first = train(&sandbox, "a.dechaff", &["--folds", "2"]);
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    assert!(stdout(&first).contains("paywall group"), "{}", stdout(&first));
    let (told, steps) = (stderr(&first), 1 + 2 * 5 + 5);
    assert!(told.contains(&format!("step 1 of {steps}: features of all documents")), "{told}");
    assert!(told.contains(&format!("step {steps} of {steps}: all documents, classifiers")), "{told}");
    assert!(told.lines().any(|line| line.starts_with("step 7") && line.ends_with(" left")), "{told}");
    let quiet = train(&sandbox, "b.dechaff", &["--folds", "2", "--quiet"]);
    assert!(!stderr(&quiet).contains("step"), "{}", stderr(&quiet));
    let bytes = std::fs::read(sandbox.path("a.dechaff")).unwrap();
    // Not `assert_eq`: it would print two models.
    assert!(bytes == std::fs::read(sandbox.path("b.dechaff")).unwrap(), "two runs gave two models");
    train(&sandbox, "c.dechaff", &["--folds", "2", "--seed", "2"]);
    assert!(bytes != std::fs::read(sandbox.path("c.dechaff")).unwrap(), "the seed changes nothing");

    let record =
        serde_json::json!({"text": format!("{PARAGRAPH}\n{PARAGRAPH}\nSubscribe now for $5 a month")});
    sandbox.write("in.jsonl", record.to_string());
    let output = sandbox.dechaff(&["annotate", "in.jsonl", "--model", "a.dechaff"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    // So small a model keeps what is in doubt, but it doubts the right line.
    let blocks = &json_lines(&stdout(&output))[0]["blocks"];
    assert!(blocks[0]["label"] == "content" && blocks[0]["probability"].as_f64().unwrap() > 0.9, "{blocks}");
    assert!(blocks[2]["label"] != "content" || blocks[2]["probability"].as_f64().unwrap() < 0.5, "{blocks}");

    let corpus = repository("datasets/text.jsonl");
    let report = sandbox.dechaff(&["evaluate", corpus.to_str().unwrap(), "--model", "a.dechaff", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&stdout(&report)).unwrap();
    // A text keeps what is in doubt, so its content is whole rather than pure.
    let content = &report["corpora"][0]["labels"]["content"];
    assert!(content["recall"].as_f64().unwrap() > 0.95, "{content}");
    let paywall = &report["corpora"][0]["paywall"];
    assert!(paywall["f1"].as_f64().unwrap() > 0.8, "{paywall}");
}

#[test]
fn a_model_that_cannot_be_used_is_a_clear_error() {
    let sandbox = Sandbox::new();
    let good = std::fs::read(repository("models/default.dechaff")).unwrap();
    let with = |change: fn(&mut Vec<u8>)| {
        let mut bytes = good.clone();
        change(&mut bytes);
        bytes
    };
    sandbox.write("in.jsonl", "{\"text\":\"a\"}\n");
    if Path::new("/dev/zero").exists() {
        // It has no end.
        let output = sandbox.dechaff(&["filter", "in.jsonl", "--model", "/dev/zero"]);
        assert!(stderr(&output).contains("no dechaff model"), "{}", stderr(&output));
    }
    for (bytes, reason) in [
        (with(|bytes| bytes.truncate(1000)), "damaged"),
        (with(|bytes| *bytes.last_mut().unwrap() ^= 1), "damaged"),
        (with(|bytes| bytes[8] = 200), "use a newer dechaff"),
        (with(|bytes| bytes[8] = 0), "train it again"),
        (with(|bytes| bytes[0] = b'X'), "no dechaff model"),
        (Vec::new(), "no dechaff model"),
    ] {
        sandbox.write("m.dechaff", bytes);
        let output = sandbox.dechaff(&["filter", "in.jsonl", "--model", "m.dechaff"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(reason), "{reason}: {}", stderr(&output));
        assert!(stderr(&output).contains("m.dechaff"));
    }
}

#[test]
fn wrong_parameters_and_corpora_are_named() {
    let sandbox = Sandbox::new();
    for (option, value) in [("--column-share", "1.5"), ("--vocabulary", "0"), ("--leaf-rows", "0")] {
        let wrong = sandbox.dechaff(&["train", "small.jsonl", "-o", "m.dechaff", option, value]);
        assert!(stderr(&wrong).contains(&format!("{option}: must be")), "{}", stderr(&wrong));
    }
    sandbox.write("broken.jsonl", "{\"id\":\"a\",\"blocks\":[]}\n{\"id\":\n");
    sandbox.write("small.jsonl", "{\"id\":\"a\",\"blocks\":[{\"text\":\"x\",\"label\":\"content\"}]}\n");
    for (corpus, reason) in [
        ("broken.jsonl", "broken.jsonl:2: "),
        ("small.jsonl", "no Html document has a block of content"),
        ("missing.jsonl", "missing.jsonl: cannot open"),
    ] {
        let output = sandbox.dechaff(&["train", corpus, "-o", "m.dechaff", "--folds", "0"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(reason), "{}", stderr(&output));
        assert!(!sandbox.path("m.dechaff").exists());
    }
}

#[test]
fn the_embedded_model_fits_its_limit() {
    let path: PathBuf = repository("models/default.dechaff");
    assert!(path.metadata().unwrap().len() < 4 << 20);
}
