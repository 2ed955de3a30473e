//! `dechaff filter`, as a user runs it.

mod common;

use common::{PARAGRAPH, Sandbox, article, gzip, json_lines, repository, stderr, stdout, warc_response};

const PAYWALL: [&str; 5] = [
    "You have read all your free articles this month",
    "Subscribe now",
    "Digital access",
    "$4.99 per month, cancel anytime",
    "Already a subscriber? Log in",
];

#[test]
fn the_sample_dump_is_cleaned_with_every_field_kept_in_order() {
    let sandbox = Sandbox::new();
    let sample = repository("datasets/sample.jsonl");
    let output = sandbox.dechaff(&["filter", sample.to_str().unwrap(), "-o", "clean.jsonl"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let clean = sandbox.read("clean.jsonl");
    let before = json_lines(&std::fs::read_to_string(&sample).unwrap());
    let after = json_lines(&clean);
    assert_eq!(before.len(), after.len());
    for (before, after) in before.iter().zip(&after) {
        assert_eq!((&before["id"], &before["crawled"]), (&after["id"], &after["crawled"]));
        assert!(after.get("html").is_none());
    }
    assert!(clean.lines().all(|line| line.starts_with("{\"id\": \"sample-0")));
    let first = after[0]["text"].as_str().unwrap();
    assert!(first.contains("lapwings nest on the mud") && !first.contains("£4.50"), "{first}");
    assert!(stderr(&output).contains("12 read = 12 written + 0 dropped + 0 rejected"), "{}", stderr(&output));
    assert_eq!(sandbox.names(), ["clean.jsonl"]);
}

#[test]
fn paywall_lines_go_and_the_article_stays() {
    let sandbox = Sandbox::new();
    let record = serde_json::json!({"id": 7, "text": article(&PAYWALL)}).to_string();
    let output = sandbox.dechaff_with_stdin(&["filter", "-", "--quiet"], record);
    assert_eq!(stderr(&output), "");
    let text = json_lines(&stdout(&output))[0]["text"].as_str().unwrap().to_owned();
    assert_eq!(text, article(&[]));
}

#[test]
fn labels_can_be_kept_and_gated_or_short_records_dropped() {
    let sandbox = Sandbox::new();
    let gated = format!(
        "Ferry line to reopen\nThe council voted on Tuesday to reopen the old ferry line, which …\n{}",
        PAYWALL.join("\n")
    );
    let lines = [article(&PAYWALL), gated, "Menu".to_owned()]
        .map(|text| serde_json::json!({"text": text}).to_string())
        .join("\n");
    sandbox.write("in.jsonl", lines);
    let all = sandbox.dechaff(&["filter", "in.jsonl", "--keep", "login_prompt"]);
    assert!(stdout(&all).contains("Log in") && !stdout(&all).contains("$4.99"), "{}", stdout(&all));
    let some = sandbox.dechaff(&["filter", "in.jsonl", "--drop-gated", "--min-words", "5", "--json"]);
    assert_eq!(stdout(&some).lines().count(), 1, "{}", stdout(&some));
    let summary = &json_lines(&stderr(&some))[0];
    assert_eq!((&summary["records"], &summary["written"]), (&3.into(), &1.into()));
    assert_eq!(summary["dropped"].as_object().unwrap().values().filter_map(|n| n.as_u64()).sum::<u64>(), 2);
    let unknown = sandbox.dechaff(&["filter", "in.jsonl", "--keep", "banner"]);
    assert!(stderr(&unknown).contains("unknown label `banner`"), "{}", stderr(&unknown));
}

#[test]
fn dropping_one_group_leaves_the_rest() {
    let sandbox = Sandbox::new();
    let offer = article(&["Subscribe now", "$4.99 per month, cancel anytime", "Log in"]);
    let text = format!("Share on Facebook\n{offer}");
    let record = serde_json::json!({"text": text}).to_string();
    let output = sandbox.dechaff_with_stdin(&["filter", "-", "--drop", "paywall"], record.clone());
    let kept = stdout(&output);
    assert!(kept.contains("Share on Facebook") && kept.contains("Ferry line"), "{kept}");
    assert!(!kept.contains("$4.99") && !kept.contains("Log in"), "{kept}");
    let both = sandbox.dechaff_with_stdin(&["filter", "-", "--drop", "share", "--keep", "ad"], record);
    assert_eq!(both.status.code(), Some(2));
}

#[test]
fn a_lower_content_loss_keeps_no_less() {
    let sandbox = Sandbox::new();
    let sample = repository("datasets/sample.jsonl");
    let kept = |loss: &str| {
        let output =
            sandbox.dechaff(&["filter", sample.to_str().unwrap(), "--json", "--max-content-loss", loss]);
        json_lines(&stderr(&output))[0]["kept_words"].as_u64().unwrap()
    };
    let words = [kept("0.1%"), kept("1%"), kept("10%")];
    assert!(words[0] >= words[1] && words[1] >= words[2] && words[2] > 0, "{words:?}");
}

#[test]
fn field_names_can_be_given() {
    let sandbox = Sandbox::new();
    sandbox.write("in.jsonl", serde_json::json!({"n": 1, "body": article(&PAYWALL)}).to_string());
    let output = sandbox.dechaff(&["filter", "in.jsonl", "--text-field", "body"]);
    assert_eq!(json_lines(&stdout(&output))[0]["body"], article(&[]));
    let wrong = sandbox.dechaff(&["filter", "in.jsonl", "-o", "out.jsonl"]);
    assert_eq!(wrong.status.code(), Some(1));
    let reject = &json_lines(&sandbox.read("out.rejects.jsonl"))[0];
    assert!(reject["reason"].as_str().unwrap().contains("--text-field"), "{reject}");
}

#[test]
fn a_warc_comes_back_record_for_record_whatever_the_number_of_threads() {
    let sandbox = Sandbox::new();
    let mut warc = Vec::new();
    for n in 0..150 {
        let page = format!("<title>Page {n}</title><nav><a>Home</a></nav><p>{PARAGRAPH} Number {n}.</p>");
        let record =
            warc_response(&format!("http://a.example/{n}"), "Content-Type: text/html", page.as_bytes());
        warc.extend(gzip(&record));
    }
    sandbox.write("in.warc.gz", warc);
    for threads in ["1", "2", "5"] {
        let name = format!("out{threads}.jsonl");
        let output = sandbox.dechaff(&["filter", "in.warc.gz", "-o", &name, "--threads", threads]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(sandbox.read(&name), sandbox.read("out1.jsonl"));
    }
    let records = json_lines(&sandbox.read("out1.jsonl"));
    assert_eq!(records.len(), 150);
    assert_eq!(records[149]["url"], "http://a.example/149");
    assert!(records[149]["text"].as_str().unwrap().contains("Number 149."));
}

#[test]
fn wet_zstd_folders_and_single_pages_are_read() {
    let sandbox = Sandbox::new();
    let text = article(&PAYWALL);
    let wet = format!(
        "WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: http://a.example/\r\nWARC-Record-ID: <urn:x:1>\r\n\
        Content-Type: text/plain\r\nContent-Length: {}\r\n\r\n{text}\r\n\r\n",
        text.len()
    );
    sandbox.write("in.warc.wet.gz", gzip(wet.as_bytes()));
    sandbox.write("in.jsonl.zst", zstd::bulk::compress(b"{\"id\":\"z\",\"text\":\"Menu\"}\n", 3).unwrap());
    sandbox.write("pages/b.txt", &text);
    sandbox.write("pages/a/one.html", format!("<p>{PARAGRAPH}</p>"));
    sandbox.write("pages/readme.md", "a text");
    let output =
        sandbox.dechaff(&["filter", "in.warc.wet.gz", "in.jsonl.zst", "pages", "-o", "out.jsonl.gz"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let mut out = String::new();
    let file = std::fs::File::open(sandbox.path("out.jsonl.gz")).unwrap();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(file), &mut out).unwrap();
    let records = json_lines(&out);
    let ids: Vec<&str> = records.iter().map(|record| record["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["urn:x:1", "z", "a/one.html", "b.txt", "readme.md"]);
    assert_eq!(records[0]["text"], article(&[]));
    assert_eq!(records[3]["text"], article(&[]));
}

#[test]
fn pages_are_decoded_as_their_transport_says() {
    let sandbox = Sandbox::new();
    let russian = "Городской совет во вторник решил снова открыть паромную переправу, закрытую после мартовского \
        шторма, который сорвал причал и унёс его на две мили вниз по реке.";
    let body = encoding_rs::WINDOWS_1251.encode(&format!("<p>{russian}</p>")).0.into_owned();
    let record = warc_response("http://a.example/", "Content-Type: text/html; charset=windows-1251", &body);
    sandbox.write("in.warc", record);
    let output = sandbox.dechaff(&["filter", "in.warc"]);
    assert_eq!(json_lines(&stdout(&output))[0]["text"], russian);
}

#[test]
fn markdown_keeps_what_the_page_marks_up() {
    let sandbox = Sandbox::new();
    let html = format!(
        "<html><body><nav><a href=/>Home</a></nav><main><article><h1>Ferry line to reopen</h1><p>{PARAGRAPH}</p>\
        <h2>What it costs to run</h2><p>{PARAGRAPH} The <a href=\"/report.pdf\">report of the engineer</a> has the details \
        of the repairs.</p><p>{PARAGRAPH}</p></article></main></body></html>"
    );
    let record = serde_json::json!({"id": 1, "html": html}).to_string();
    let output = sandbox.dechaff_with_stdin(&["filter", "-", "--quiet", "--text-format", "markdown"], record);
    let text = json_lines(&stdout(&output))[0]["text"].as_str().unwrap().to_owned();
    assert!(text.contains("[report of the engineer](/report.pdf)"), "{text}");
    assert!(text.contains("\n\n## What it costs to run\n\nThe council"), "{text}");
    assert!(!text.contains("Home"), "{text}");
}

#[test]
fn an_article_on_one_line_loses_its_offer_and_no_other_word() {
    let sandbox = Sandbox::new();
    let paragraphs = [
        "The council voted on Tuesday to reopen the old ferry line, which had been closed since a storm in March.",
        "Repairs took longer than planned because the engine had to come from abroad, a spokesman said.",
        "The first boat will leave at six in the morning, and the last one will come back at eleven at night.",
        "Tickets cost as much as before, and children under ten years travel free of charge on all days.",
        "Farmers on the island had asked for larger boats, since their tractors had to go the long way by road.",
        "The mayor promised to look into it next year, when the budget for the harbour will be discussed again.",
        "Last year the line carried forty thousand people, most of them in the three months of summer.",
    ];
    let offer = "You have reached your limit of free articles this month. Subscribe now for unlimited access to all articles.";
    let text = format!("{} {offer}", paragraphs.join(" "));
    let record = serde_json::json!({"id": 1, "text": text}).to_string();
    let output = sandbox.dechaff_with_stdin(&["filter", "-", "--quiet"], record.clone());
    assert_eq!(json_lines(&stdout(&output))[0]["text"], paragraphs.join(" "));
    let folded = sandbox.dechaff_with_stdin(&["filter", "-", "--quiet", "--layout", "fold"], record.clone());
    assert_eq!(json_lines(&stdout(&folded))[0]["text"], paragraphs.join(" "));
    // Offsets are those of the source, as ever.
    let annotated = sandbox.dechaff_with_stdin(&["annotate", "-", "--quiet"], record);
    for block in json_lines(&stdout(&annotated))[0]["blocks"].as_array().unwrap() {
        let place = |name: &str| block[name].as_u64().unwrap() as usize;
        assert_eq!(&text[place("start")..place("end")], block["text"].as_str().unwrap());
    }
}

#[test]
fn words_of_scripts_without_spaces_are_counted() {
    let sandbox = Sandbox::new();
    let thai = "สภาเมืองลงมติเมื่อวันอังคารให้เปิดเส้นทางเรือข้ามฟากสายเก่าอีกครั้ง หลังจากปิดไปตั้งแต่พายุในเดือนมีนาคม";
    let chinese =
        "市议会周二投票决定重新开放旧的渡轮航线，该航线自三月的暴风雨以来一直关闭。修理时间比计划的要长。";
    let lines = [thai, chinese].map(|line| {
        let text = [line; 8].join("\n");
        serde_json::json!({ "text": text }).to_string() + "\n"
    });
    let kept = |least: &str| {
        let output =
            sandbox.dechaff_with_stdin(&["filter", "-", "--quiet", "--min-words", least], lines.concat());
        stdout(&output).lines().count()
    };
    assert_eq!((kept("150"), kept("1000")), (2, 0));
}

#[test]
fn markdown_of_a_page_that_closes_nothing_is_made_in_time() {
    let sandbox = Sandbox::new();
    let page = format!("<p>{PARAGRAPH}{}", "<b>x<a href=y>z ".repeat(50_000));
    sandbox.write("in.jsonl", serde_json::json!({"id": 1, "html": page}).to_string());
    let output =
        sandbox.dechaff(&["filter", "in.jsonl", "--keep", "comment,other", "--text-format", "markdown"]);
    let records = json_lines(&stdout(&output));
    let text = records[0]["text"].as_str().unwrap();
    assert!(text.len() < 4 * page.len(), "{}", text.len());
}

#[test]
fn xhtml_by_its_content_type_loses_nothing_behind_a_script_that_closes_itself() {
    let sandbox = Sandbox::new();
    let page = format!(
        "<html><head><title/><script src=\"a.js\"/></head><body><p>{PARAGRAPH}</p><iframe src=\"b\"/>\
        <p>{PARAGRAPH} The report <script src=\"c.js\"/>has more.</p></body></html>"
    );
    let record = warc_response("http://a.example/", "Content-Type: application/xhtml+xml", page.as_bytes());
    sandbox.write("in.warc", record);
    let expected = format!("{PARAGRAPH}\n{PARAGRAPH} The report has more.");
    let plain = sandbox.dechaff(&["filter", "in.warc"]);
    assert_eq!(json_lines(&stdout(&plain))[0]["text"], expected);
    let markdown = sandbox.dechaff(&["filter", "in.warc", "--text-format", "markdown"]);
    assert_eq!(json_lines(&stdout(&markdown))[0]["text"], expected.replace('\n', "\n\n"));
    let declared = format!("<?xml version=\"1.0\"?>{page}");
    let record = serde_json::json!({"id": 1, "html": declared}).to_string();
    let output = sandbox.dechaff_with_stdin(&["filter", "-"], record);
    assert_eq!(json_lines(&stdout(&output))[0]["text"], expected);
}
