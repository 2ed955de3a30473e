//! `dechaff annotate` and `dechaff explain`, as a user runs them.

mod common;

use common::{PARAGRAPH, Sandbox, json_lines, stderr, stdout};

#[test]
fn an_annotated_record_has_labels_and_places() {
    let sandbox = Sandbox::new();
    let text = format!("{PARAGRAPH}\n\n  ✓ Abonnieren für 4,99 € im Monat  \n");
    sandbox.write("in.jsonl", serde_json::json!({"id": "a", "text": text}).to_string());
    for (unit, chars) in [("bytes", false), ("chars", true)] {
        let output = sandbox.dechaff(&["annotate", "in.jsonl", "--offsets", unit]);
        let record = &json_lines(&stdout(&output))[0];
        assert_eq!((&record["id"], &record["access"]), (&"a".into(), &"open".into()));
        let blocks = record["blocks"].as_array().unwrap();
        assert_eq!(blocks.len(), 2);
        assert_eq!(blocks[0]["label"], "content");
        assert_ne!(blocks[1]["label"], "content");
        for block in blocks {
            let (start, end) =
                (block["start"].as_u64().unwrap() as usize, block["end"].as_u64().unwrap() as usize);
            let found: String = if chars {
                text.chars().skip(start).take(end - start).collect()
            } else {
                text[start..end].to_owned()
            };
            assert_eq!(block["text"], found);
        }
    }
}

#[test]
fn an_annotated_record_keeps_its_shape() {
    let sandbox = Sandbox::new();
    let text = format!("{PARAGRAPH}\n{PARAGRAPH}\nAlready a subscriber? Log in");
    let output = sandbox
        .dechaff_with_stdin(&["annotate", "-"], serde_json::json!({"id": "a", "text": text}).to_string());
    insta::assert_snapshot!(masked(&masked(&stdout(&output), "\"label\":"), "\"probability\":"));
}

/// The line with every value after a key masked: labels and probabilities change with the model, the shape does not.
fn masked(line: &str, key: &str) -> String {
    let mut parts = line.split(key);
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find([',', '}']).unwrap();
        masked.push_str(key);
        masked.push('…');
        masked.push_str(&part[end..]);
    }
    masked
}

#[test]
fn html_blocks_point_into_the_source() {
    let sandbox = Sandbox::new();
    let html = format!("<main><p>\n {PARAGRAPH}</p></main><footer><a href=x>Imprint</a></footer>");
    sandbox.write("in.jsonl", serde_json::json!({"html": html}).to_string());
    let record = json_lines(&stdout(&sandbox.dechaff(&["annotate", "in.jsonl"]))).remove(0);
    assert_eq!(record["id"], "1");
    for block in record["blocks"].as_array().unwrap() {
        let range = block["start"].as_u64().unwrap() as usize..block["end"].as_u64().unwrap() as usize;
        assert_eq!(block["text"], html[range]);
    }
    let bare = sandbox.dechaff(&["annotate", "in.jsonl", "--no-text"]);
    assert!(!stdout(&bare).contains("council"));
}

#[test]
fn explain_shows_labels_and_reasons_without_colour_in_a_pipe() {
    let sandbox = Sandbox::new();
    sandbox.write("a.txt", format!("{PARAGRAPH}\n\u{1b}[31mSubscribe now for $1 a week\n"));
    let output = sandbox.dechaff(&["explain", "a.txt"]);
    let shown = stdout(&output);
    let mut lines = shown.lines();
    assert!(lines.next().is_some_and(|line| line.starts_with("access: open ")), "{shown}");
    assert!(lines.next().is_some_and(|line| line.starts_with("content ")), "{shown}");
    assert!(shown.contains("word_paywall") && !shown.contains('\u{1b}'), "{shown}");
    let json = sandbox.dechaff(&["explain", "a.txt", "--json", "--features", "5"]);
    let explanation: serde_json::Value = serde_json::from_str(&stdout(&json)).unwrap();
    let block = &explanation["blocks"][1];
    assert_eq!(block["for"].as_array().unwrap().len(), 5);
    assert!(block["for"].as_array().unwrap().iter().all(|feature| feature["weight"].as_f64().unwrap() > 0.0));
    assert!(
        block["against"].as_array().unwrap().iter().all(|feature| feature["weight"].as_f64().unwrap() <= 0.0)
    );
    let missing = sandbox.dechaff(&["explain", "none.txt"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(stderr(&missing).contains("none.txt: cannot open"), "{}", stderr(&missing));
}
