//! What a record keeps, where its text is, and what is said when it has none.

mod common;

use std::process::Output;

use common::{PARAGRAPH, Sandbox, article, gzip, json_lines, stderr, stdout, warc_response};
use serde_json::json;

const PAYWALL: [&str; 3] =
    ["Subscribe now", "$4.99 per month, cancel anytime", "Already a subscriber? Log in"];

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

/// The reasons of the rejects of `out.jsonl`.
fn reasons(sandbox: &Sandbox) -> Vec<String> {
    let rejects = json_lines(&sandbox.read("out.rejects.jsonl"));
    rejects.iter().map(|reject| reject["reason"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn blank_html_gives_way_to_the_text() {
    let sandbox = Sandbox::new();
    let record = |id: u32, html: &str| json!({"id": id, "html": html, "text": article(&PAYWALL)}).to_string();
    let lines = [record(1, ""), record(2, " \n\t\u{a0}"), record(3, &format!("<p>{PARAGRAPH}"))];
    sandbox.write(
        "in.jsonl",
        lines.join("\n") + "\n{\"id\":4,\"html\":\"\",\"text\":\"\"}\n{\"id\":5,\"html\":\" \"}",
    );
    let output = sandbox.dechaff(&["filter", "in.jsonl"]);
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    let texts: Vec<String> = json_lines(&stdout(&output))
        .iter()
        .map(|record| record["text"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(texts, [article(&[]), article(&[]), PARAGRAPH.to_owned(), String::new(), String::new()]);
    sandbox.write("in.csv", format!("id,html,text\n1,\"\",{PARAGRAPH:?}\n2,\" \",{PARAGRAPH:?}\n"));
    let records = json_lines(&stdout(&sandbox.dechaff(&["filter", "in.csv"])));
    assert!(records.iter().all(|record| record["text"] == PARAGRAPH && record.get("html").is_none()));
    assert_eq!(records.len(), 2);
}

#[test]
fn of_a_key_that_stands_twice_the_last_is_cleaned_and_the_others_go() {
    let sandbox = Sandbox::new();
    let (dirty, clean) = (json!(article(&PAYWALL)), json!(article(&[])));
    let line = format!(r#"{{"text":"first, short","n":1,"n":2,"text":{dirty},"id":7}}"#);
    let output = sandbox.dechaff_with_stdin(&["filter", "-", "--quiet"], line);
    assert_eq!(stdout(&output), format!("{{\"n\":1,\"n\":2,\"text\":{clean},\"id\":7}}\n"));
    let line = format!(r#"{{"text":{dirty},"id":7,"text":{clean}}}"#);
    let output = sandbox.dechaff_with_stdin(&["filter", "-", "--quiet"], line);
    assert_eq!(stdout(&output), format!("{{\"id\":7,\"text\":{clean}}}\n"));
    let html = json!(format!("<p>{PARAGRAPH}"));
    let line = format!(r#"{{"html":"<p>Subscribe now","html":{html},"id":7}}"#);
    let output = sandbox.dechaff_with_stdin(&["filter", "-", "--quiet", "--keep-html"], line);
    assert_eq!(stdout(&output), format!("{{\"text\":{},\"html\":{html},\"id\":7}}\n", json!(PARAGRAPH)));
}

#[test]
fn a_text_of_which_nothing_is_dropped_comes_out_as_it_was_written() {
    let sandbox = Sandbox::new();
    let line = format!(
        r#" {{ "id" : 1 , "text" :"{PARAGRAPH} \u0046\u00e4hre \/ \u2028 ferry." ,"k\u00e9y": [ ] }}"#
    );
    let output = sandbox.dechaff_with_stdin(&["filter", "-", "--quiet"], format!("{line}\r\n"));
    assert_eq!(stdout(&output), format!("{}\n", line.trim()));
}

#[test]
fn a_byte_order_mark_costs_no_record() {
    let sandbox = Sandbox::new();
    let line = |id: u32| format!("\u{feff}{{\"id\":{id},\"text\":\"a\"}}\n");
    sandbox.write("in.jsonl", line(1) + &line(2));
    let ids = |output: &Output| -> Vec<u64> {
        assert_eq!(code(output), Some(0), "{}", stderr(output));
        json_lines(&stdout(output)).iter().map(|record| record["id"].as_u64().unwrap()).collect()
    };
    assert_eq!(ids(&sandbox.dechaff(&["filter", "in.jsonl"])), [1, 2]);
    assert_eq!(ids(&sandbox.dechaff_with_stdin(&["filter", "-"], line(3))), [3]);
}

#[test]
fn what_a_record_lacks_is_said_as_it_is() {
    let sandbox = Sandbox::new();
    let lines = [
        r#"{"id":1,"text":null}"#,
        r#"{"id":2,"text":null,"html":null}"#,
        r#"{"id":3,"html":null}"#,
        r#"{"id":4,"text":"a \ud83d b"}"#,
        r#"["id",5]"#,
        r#"{"id":6,"text":"\ud83d\ude00"}"#,
    ];
    sandbox.write("in.jsonl", lines.join("\n"));
    let output = sandbox.dechaff(&["filter", "in.jsonl", "-o", "out.jsonl"]);
    assert_eq!(code(&output), Some(1), "{}", stderr(&output));
    let expected = [
        "field `text` is null",
        "fields `text` and `html` are null",
        "field `html` is null, and there is no field `text`",
        r"field `text` has a lone surrogate \ud83d at byte 3",
        "is a JSON array, not a record",
    ];
    let reasons = reasons(&sandbox);
    assert_eq!(reasons.len(), expected.len(), "{reasons:?}");
    for (reason, expected) in reasons.iter().zip(expected) {
        assert!(reason.starts_with(expected), "{reason} is not {expected}");
    }
    assert_eq!(json_lines(&sandbox.read("out.jsonl")).len(), 1);
}

#[test]
fn one_array_of_records_is_refused_with_what_makes_lines_of_it() {
    let sandbox = Sandbox::new();
    let array = "[\n  {\n    \"id\": 1,\n    \"text\": \"a\"\n  }\n]\n";
    sandbox.write("in.json", array);
    for (input, stdin) in [("in.json", ""), ("-", array)] {
        let output = sandbox.dechaff_with_stdin(&["filter", input, "-o", "out.jsonl"], stdin);
        assert_eq!(code(&output), Some(2), "{input}");
        assert!(stderr(&output).contains("jq -c '.[]'"), "{}", stderr(&output));
        assert_eq!(sandbox.names(), ["in.json"]);
    }
}

#[test]
fn a_wrong_field_name_ends_the_run_after_a_hundred_records() {
    let sandbox = Sandbox::new();
    let lines = |count: usize| {
        (0..count).map(|n| json!({"id": n, "body": "a", "title": "b"}).to_string() + "\n").collect::<String>()
    };
    sandbox.write("in.jsonl", lines(150));
    let output = sandbox.dechaff(&["filter", "in.jsonl", "-o", "out.jsonl"]);
    assert_eq!(code(&output), Some(2), "{}", stderr(&output));
    let said = stderr(&output);
    for part in ["the first 100 records", "`text`", "`body`, `id`, `title`", "--text-field"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(sandbox.names(), ["in.jsonl"]);
    let folder = sandbox.dechaff(&["filter", "in.jsonl", "-o", "out/"]);
    assert_eq!(code(&folder), Some(2), "{}", stderr(&folder));
    let asked = sandbox.dechaff(&["filter", "in.jsonl", "-o", "out.jsonl", "--max-rejects", "1000"]);
    assert_eq!((code(&asked), reasons(&sandbox).len()), (Some(1), 150), "{}", stderr(&asked));
    sandbox.write("few.jsonl", lines(99));
    let few = sandbox.dechaff(&["filter", "few.jsonl", "-o", "few.out.jsonl"]);
    assert_eq!(code(&few), Some(1), "{}", stderr(&few));
    sandbox.write("some.jsonl", format!("{}{{\"text\":\"a\"}}\n{}", lines(50), lines(100)));
    let some = sandbox.dechaff(&["filter", "some.jsonl", "-o", "some.out.jsonl"]);
    assert_eq!(code(&some), Some(1), "{}", stderr(&some));
}

#[test]
fn a_field_inside_another_is_read_and_replaced_in_place() {
    let sandbox = Sandbox::new();
    let (dirty, clean) = (json!(article(&PAYWALL)), json!(article(&[])));
    let line = |text: &serde_json::Value| {
        format!(
            r#"{{"meta": {{"key": "k-1", "n":1.10 }},"data": {{"a" :[ 1 ], "text": {text} , "z":null}}}}"#
        )
    };
    sandbox.write("in.jsonl", line(&dirty));
    let names = ["--text-field", "data.text", "--id-field", "meta.key"];
    let filter = |arguments: &[&str]| {
        sandbox.dechaff(&[&["filter", "in.jsonl", "--quiet"], &names[..], arguments].concat())
    };
    assert_eq!(stdout(&filter(&[])), line(&clean) + "\n");
    let annotated = sandbox.dechaff(&[&["annotate", "in.jsonl"], &names[..]].concat());
    assert_eq!(json_lines(&stdout(&annotated))[0]["id"], "k-1");
    // The same through a table.
    let table = filter(&["-o", "out.parquet"]);
    assert_eq!(code(&table), Some(0), "{}", stderr(&table));
    let again = sandbox.dechaff(&[&["filter", "out.parquet", "--quiet"], &names[..]].concat());
    let again = &json_lines(&stdout(&again))[0];
    assert_eq!((&again["data"]["text"], &again["data"]["a"]), (&clean, &json!([1])));
    let refused = sandbox.dechaff(&[&["filter", "out.parquet", "-o", "no.parquet"], &names[..]].concat());
    assert_eq!(code(&refused), Some(2));
    assert!(stderr(&refused).contains("`data.text` is inside another column"), "{}", stderr(&refused));
}

#[test]
fn names_that_promise_what_is_not_written_are_refused_before_anything_is_read() {
    let sandbox = Sandbox::new();
    sandbox.write("in.jsonl", "{\"id\":1,\"text\":\"a\"}\n");
    for name in [
        "x.bz2",
        "x.jsonl.xz",
        "x.lz4",
        "x.csv",
        "x.csv.gz",
        "x.zip",
        "x.parquet.gz",
        "x.docx",
        "x.JSONL.BZ2",
    ] {
        let output = sandbox.dechaff(&["filter", "in.jsonl", "-o", name]);
        assert_eq!(code(&output), Some(2), "{name}");
        let said = stderr(&output);
        assert!(said.contains(name) && said.contains(".parquet"), "{said}");
        assert_eq!(sandbox.names(), ["in.jsonl"]);
    }
    let output = sandbox.dechaff(&["filter", "in.jsonl", "-o", "X.JSONL.GZ"]);
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    assert!(std::fs::read(sandbox.path("X.JSONL.GZ")).unwrap().starts_with(&[0x1f, 0x8b]));
    for arguments in [&["-o", "plain"][..], &["-o", "x.part", "--output-format", "jsonl"]] {
        let output = sandbox.dechaff(&[&["filter", "in.jsonl"], arguments].concat());
        assert_eq!(code(&output), Some(0), "{}", stderr(&output));
        assert!(sandbox.read(arguments[1]).starts_with("{\"id\":1"));
    }
}

#[test]
fn a_record_says_more_when_it_is_asked() {
    let sandbox = Sandbox::new();
    let all = "host,access,labels,language,date,status";
    let record =
        json!({"url": "https://www.a.example/1", "text": article(&PAYWALL), "language": "fr", "date": "own"});
    let output = sandbox.dechaff_with_stdin(&["filter", "-", "--quiet", "--with", all], record.to_string());
    let line = stdout(&output);
    let record = &json_lines(&line)[0];
    assert_eq!((&record["language"], &record["dechaff_language"]), (&json!("fr"), &json!("fr")));
    assert_eq!((&record["date"], record.get("dechaff_date")), (&json!("own"), None));
    assert_eq!(record["labels"]["content"], 4, "{record}");
    assert_eq!(record["labels"]["subscribe_prompt"], 1, "{record}");
    assert!(
        record["access"].is_string() && record["host"].as_str().unwrap().ends_with("a.example"),
        "{record}"
    );
    // Twice more: what an earlier run added is not replaced.
    let again = sandbox.dechaff_with_stdin(&["filter", "-", "--quiet", "--with", "access"], line.clone());
    let again = sandbox.dechaff_with_stdin(&["filter", "-", "--quiet", "--with", "access"], stdout(&again));
    let again = &json_lines(&stdout(&again))[0];
    assert_eq!((&again["access"], &again["dechaff_access"]), (&record["access"], &json!("open")));
    assert_eq!(again["dechaff_access_2"], "open");

    let page = format!("<html lang=de><p>{PARAGRAPH}</p>");
    let mut warc = warc_response("http://b.example/", "Content-Type: text/html", page.as_bytes());
    let header = b"WARC-Date: 2024-05-01T10:00:00Z\r\n";
    let at = warc.windows(13).position(|bytes| bytes == b"Content-Type:").unwrap();
    warc.splice(at..at, header.iter().copied());
    sandbox.write("in.warc.gz", gzip(&warc));
    let output = sandbox.dechaff(&["filter", "in.warc.gz", "--quiet", "--with", all]);
    let line = stdout(&output);
    let record = &json_lines(&line)[0];
    assert_eq!(
        (&record["date"], &record["status"]),
        (&json!("2024-05-01T10:00:00Z"), &json!(200)),
        "{record}"
    );
    assert_eq!((&record["language"], &record["host"]), (&json!("de"), &json!("b.example")), "{record}");
    let table = sandbox.dechaff(&["filter", "in.warc.gz", "-o", "out.parquet", "--with", all]);
    assert_eq!(code(&table), Some(0), "{}", stderr(&table));
    let row = &json_lines(&stdout(&sandbox.dechaff(&["filter", "out.parquet", "--quiet"])))[0];
    for name in ["date", "status", "language", "host"] {
        assert_eq!(row[name], record[name], "{row}");
    }
    assert_eq!((&row["labels"]["content"], &row["labels"]["ad"]), (&json!(1), &json!(0)), "{row}");
    let wet = sandbox.dechaff(&["filter", "in.warc.gz", "-o", "out.warc.wet", "--with", "date,host"]);
    assert_eq!(code(&wet), Some(2));
    assert!(stderr(&wet).contains("WET has no place for `host`"), "{}", stderr(&wet));
    let unknown = sandbox.dechaff(&["filter", "in.warc.gz", "--with", "colour"]);
    assert!(stderr(&unknown).contains("there are access, labels"), "{}", stderr(&unknown));
}

#[test]
fn names_by_which_a_field_would_be_lost_are_refused_before_anything_is_read() {
    let sandbox = Sandbox::new();
    let html = format!("<p>{PARAGRAPH}");
    sandbox.write("in.jsonl", json!({"id": 1, "url": "u", "content": html}).to_string());
    let filter = |arguments: &[&str]| {
        sandbox.dechaff(&[&["filter", "in.jsonl", "-o", "out.jsonl"], arguments].concat())
    };
    for (names, told) in [
        (
            ["--text-field", "content", "--html-field", "content"],
            "--text-field and --html-field both name `content`",
        ),
        (["--html-field", "content", "--text-field", "id"], "--text-field and --id-field both name `id`"),
        (["--html-field", "content", "--text-field", "url"], "--text-field and --url-field both name `url`"),
        (
            ["--html-field", "content", "--id-field", "content"],
            "--html-field and --id-field both name `content`",
        ),
    ] {
        let output = filter(&names);
        assert_eq!(code(&output), Some(2), "{names:?}");
        assert!(stderr(&output).contains(told), "{}", stderr(&output));
        assert_eq!(sandbox.names(), ["in.jsonl"]);
    }
    // Who only reads may take one field for two things.
    let output = filter(&["--html-field", "content", "--id-field", "url"]);
    assert_eq!(json_lines(&sandbox.read("out.jsonl")), [json!({"id": 1, "url": "u", "text": PARAGRAPH})]);
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    let names = ["annotate", "in.jsonl", "--html-field", "content", "--text-field", "content"];
    assert!(stdout(&sandbox.dechaff(&names)).contains("The council"));
}

#[test]
fn a_kept_text_never_takes_the_place_of_an_object() {
    let sandbox = Sandbox::new();
    let html = format!("<p>{PARAGRAPH}");
    let lines =
        [json!({"id": 1, "doc": {"html": html, "n": 1}}), json!({"id": 2, "doc": [1], "doc.html": html})];
    sandbox.write("in.jsonl", lines.map(|line| line.to_string()).join("\n"));
    let names = ["--text-field", "doc", "--html-field", "doc.html"];
    for out in ["out.jsonl", "out.parquet"] {
        let output =
            sandbox.dechaff(&[&["filter", "in.jsonl", "-o", out, "--overwrite"], &names[..]].concat());
        assert_eq!(code(&output), Some(1), "{}", stderr(&output));
        let reasons = reasons(&sandbox);
        assert_eq!(reasons.len(), 2, "{reasons:?}");
        assert!(
            reasons.iter().all(|reason| reason.starts_with("field `doc` is an object or array")),
            "{reasons:?}"
        );
    }
}

#[test]
fn fields_have_no_place_in_wet() {
    let sandbox = Sandbox::new();
    let record = json!({"id": "a", "title": "t", "text": PARAGRAPH});
    sandbox.write("in.jsonl", record.to_string());
    sandbox.write("in.csv", format!("id,text\na,{PARAGRAPH:?}\n"));
    sandbox.dechaff(&["filter", "in.jsonl", "-o", "in.parquet"]);
    for input in ["in.jsonl", "in.csv", "in.parquet"] {
        let output = sandbox.dechaff(&["filter", input, "-o", "out.warc.wet"]);
        assert_eq!(code(&output), Some(2), "{input}");
        let said = stderr(&output);
        assert!(
            said.contains(input) && said.contains("for which WET has no place; write JSON Lines"),
            "{said}"
        );
        assert_eq!(sandbox.names(), ["in.csv", "in.jsonl", "in.parquet"]);
    }
    sandbox.write("pages/a b.html", format!("<p>{PARAGRAPH}"));
    let output = sandbox.dechaff(&["filter", "pages", "-o", "out.warc.wet"]);
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    assert!(sandbox.read("out.warc.wet").contains("\r\nDechaff-Record-ID: a b.html\r\n"));
}

#[test]
fn what_is_no_json_lines_ends_its_run_after_a_hundred_records_with_what_to_do() {
    let sandbox = Sandbox::new();
    sandbox.write("x.jsonl", "x\n".repeat(150));
    let pretty = serde_json::to_string_pretty(&json!({"id": 1, "text": PARAGRAPH})).unwrap() + "\n";
    sandbox.write("pretty.jsonl", pretty.repeat(30));
    for (input, told) in [("x.jsonl", "expected a JSON object"), ("pretty.jsonl", "jq -c .")] {
        let output = sandbox.dechaff(&["filter", input, "-o", "out.jsonl"]);
        assert_eq!(code(&output), Some(2), "{input}");
        let said = stderr(&output);
        assert!(said.contains(told) && said.contains("none of its first 100 records"), "{said}");
        assert_eq!(sandbox.names(), ["pretty.jsonl", "x.jsonl"]);
    }
    let asked = sandbox.dechaff(&["filter", "x.jsonl", "-o", "out.jsonl", "--max-rejects", "1000"]);
    assert_eq!((code(&asked), reasons(&sandbox).len()), (Some(1), 150), "{}", stderr(&asked));
    // One record that can be read is enough, and in a folder an input costs itself only.
    sandbox
        .write("one.jsonl", format!("{record}\n{}", "x\n".repeat(150), record = json!({"text": PARAGRAPH})));
    let one = sandbox.dechaff(&["filter", "one.jsonl", "-o", "one.out.jsonl"]);
    assert_eq!(code(&one), Some(1), "{}", stderr(&one));
    let folder = sandbox.dechaff(&["filter", "x.jsonl", "one.jsonl", "-o", "out/", "--compression", "none"]);
    assert_eq!(code(&folder), Some(1), "{}", stderr(&folder));
    assert!(stderr(&folder).contains("failed: x.jsonl: none of its first"), "{}", stderr(&folder));
    assert_eq!(json_lines(&sandbox.read("out/one.jsonl")).len(), 1);
    assert!(!sandbox.path("out/x.jsonl").exists());
}

#[test]
fn lines_in_utf_16_or_parted_by_carriage_returns_are_told() {
    let sandbox = Sandbox::new();
    let line = json!({"id": 1, "text": "a"}).to_string();
    let wide = format!("\u{feff}{line}\n");
    let wide = wide.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    sandbox.write("wide.jsonl", wide);
    let output = sandbox.dechaff(&["filter", "wide.jsonl", "-o", "out.jsonl"]);
    assert_eq!(code(&output), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("iconv -f UTF-16 -t UTF-8"), "{}", stderr(&output));
    sandbox.write("mac.jsonl", format!("{line}\r{line}\r"));
    let output = sandbox.dechaff(&["filter", "mac.jsonl", "-o", "out.jsonl"]);
    assert_eq!(code(&output), Some(1), "{}", stderr(&output));
    assert!(reasons(&sandbox)[0].contains(r"tr '\r' '\n'"), "{:?}", reasons(&sandbox));
}

#[test]
fn a_reject_costs_little_however_long_the_line_is() {
    let sandbox = Sandbox::new();
    let long = format!("\"{}\"\n{{\"a\":\"b\",{}\n", "long ".repeat(5000), "x".repeat(5000));
    sandbox.write("in.jsonl", long + "{\"text\":\"a\"}");
    let output = sandbox.dechaff(&["filter", "in.jsonl", "-o", "out.jsonl"]);
    assert_eq!(code(&output), Some(1), "{}", stderr(&output));
    let rejects = sandbox.read("out.rejects.jsonl");
    assert!(rejects.lines().all(|line| line.len() < 150), "{rejects}");
    assert_eq!(reasons(&sandbox)[1], "invalid JSON at byte 9: key must be a string");
}

#[test]
fn a_sample_of_records_without_ids_follows_their_content() {
    let sandbox = Sandbox::new();
    let line =
        |n: usize, id: &str| format!("{{{id}\"url\":\"http://a.example/{}\",\"text\":\"t\"}}\n", n / 2);
    for id in ["", "\"id\":null,"] {
        let lines: String = (0..1000).map(|n| line(n, id)).collect();
        sandbox.write("in.jsonl", &lines);
        sandbox.write("shifted.jsonl", format!("{{\"text\":\"one more\"}}\n{lines}"));
        let draw = |input: &str| {
            let drawn = stdout(&sandbox.dechaff(&["sample", input, "--quiet", "--share", "10%"]));
            drawn.lines().filter(|line| !line.contains("one more")).map(str::to_owned).collect::<Vec<_>>()
        };
        let drawn = draw("in.jsonl");
        assert_eq!(drawn, draw("shifted.jsonl"));
        assert!((50..150).contains(&drawn.len()), "{}", drawn.len());
        assert!(drawn.chunks(2).all(|pair| pair[0] == pair[1]), "the same content has the same fate");
    }
}

#[test]
fn html_that_is_no_string_gives_way_to_the_text_and_stays() {
    let sandbox = Sandbox::new();
    let line = |html: &str| format!(r#"{{"id":1,"html":{html},"text":{}}}"#, json!(article(&PAYWALL)));
    let clean = |html: &str| format!("{{\"id\":1,\"html\":{html},\"text\":{}}}\n", json!(article(&[])));
    for html in ["5", "false", r#"{"a" : 1}"#] {
        let output = sandbox.dechaff_with_stdin(&["filter", "-", "--quiet"], line(html));
        assert_eq!((code(&output), stdout(&output)), (Some(0), clean(html)), "{}", stderr(&output));
    }
    sandbox.write("in.jsonl", line("5"));
    let output = sandbox.dechaff(&["filter", "in.jsonl", "-o", "out.parquet"]);
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    let output = sandbox.dechaff(&["filter", "out.parquet", "--quiet"]);
    let again = &json_lines(&stdout(&output))[0];
    assert_eq!((&again["html"], &again["text"]), (&json!(5), &json!(article(&[]))), "{}", stderr(&output));
    let alone = sandbox.dechaff_with_stdin(&["filter", "-"], r#"{"id":1,"html":5}"#);
    assert!(stderr(&alone).contains("field `html` is not a string"), "{}", stderr(&alone));
}

#[test]
fn an_id_of_null_stays_null_and_is_no_other_records_id() {
    let sandbox = Sandbox::new();
    let lines =
        [json!({"id": "2", "text": "a"}), json!({"id": null, "text": "b"}), json!({"id": null, "text": 5})];
    sandbox.write("in.jsonl", lines.map(|line| line.to_string()).join("\n"));
    for arguments in [&[][..], &["--attributes"]] {
        let output = sandbox
            .dechaff(&[&["annotate", "in.jsonl", "-o", "out.jsonl", "--overwrite"], arguments].concat());
        assert_eq!(code(&output), Some(1), "{}", stderr(&output));
        let written = json_lines(&sandbox.read("out.jsonl"));
        assert_eq!((&written[0]["id"], &written[1]["id"]), (&json!("2"), &json!(null)));
        let reject = &json_lines(&sandbox.read("out.rejects.jsonl"))[0];
        assert_eq!((&reject["record"], reject.get("id")), (&json!(3), None));
    }
}
