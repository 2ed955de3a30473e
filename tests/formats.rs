//! The formats that go in and out, whole and damaged.

mod common;

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use common::{PARAGRAPH, Sandbox, article, gzip, json_lines, stderr, stdout, warc_response};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::properties::WriterProperties;

/// A table with ids and texts, some rows a group.
fn parquet(texts: &[Option<String>], group: usize) -> Vec<u8> {
    let ids: ArrayRef = Arc::new((0..texts.len() as i64).collect::<Int64Array>());
    let texts: ArrayRef = Arc::new(texts.iter().map(Option::as_deref).collect::<StringArray>());
    let batch =
        RecordBatch::try_from_iter_with_nullable([("id", ids, false), ("text", texts, true)]).unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group)).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

fn rows(sandbox: &Sandbox, name: &str) -> Vec<RecordBatch> {
    let file = std::fs::File::open(sandbox.path(name)).unwrap();
    ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap().map(Result::unwrap).collect()
}

#[test]
fn parquet_comes_back_with_its_columns_and_new_ones() {
    let sandbox = Sandbox::new();
    let texts: Vec<Option<String>> =
        (0..50).map(|n| (n != 7).then(|| article(&["Subscribe now", &format!("Log in {n}")]))).collect();
    sandbox.write("in.parquet", parquet(&texts, 20));
    let output = sandbox.dechaff(&["filter", "in.parquet", "-o", "out.parquet"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let batches = rows(&sandbox, "out.parquet");
    let schema = batches[0].schema();
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    assert_eq!(names, ["id", "text", "dechaff_access", "dechaff_access_probability"]);
    assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 49);
    let reject = &json_lines(&sandbox.read("out.rejects.jsonl"))[0];
    assert_eq!((&reject["record"], &reject["id"]), (&8.into(), &"7".into()));
    // As lines, the same texts.
    let lines = json_lines(&stdout(&sandbox.dechaff(&["filter", "in.parquet"])));
    let text = batches[0].column(1).as_any().downcast_ref::<StringArray>().unwrap().value(3);
    assert_eq!((lines.len(), lines[3]["text"].as_str().unwrap(), &lines[3]["id"]), (49, text, &3.into()));
    assert_eq!(text, article(&[]));
}

#[test]
fn a_parquet_file_cut_or_flipped_anywhere_is_accounted_for() {
    let sandbox = Sandbox::new();
    let texts: Vec<Option<String>> = (0..60).map(|n| Some(format!("{PARAGRAPH} Number {n}."))).collect();
    let whole = parquet(&texts, 20);
    let mut states = [0; 3];
    for at in (4..whole.len()).step_by(whole.len() / 40) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0xff;
        for bytes in [&flipped[..], &whole[..at]] {
            sandbox.write("in.parquet", bytes);
            let output =
                sandbox.dechaff(&["filter", "in.parquet", "-o", "out.jsonl", "--overwrite", "--json"]);
            let code = output.status.code().unwrap();
            states[code as usize] += 1;
            if code < 2 {
                let summary = &json_lines(&stderr(&output))[0];
                let records = summary["records"].as_u64().unwrap();
                assert_eq!(
                    summary["written"].as_u64().unwrap() + summary["rejected"].as_u64().unwrap(),
                    records
                );
                assert_eq!(
                    sandbox.read("out.jsonl").lines().count() as u64,
                    summary["written"].as_u64().unwrap()
                );
            }
        }
    }
    assert!(states[2] >= 40, "every cut file is refused: {states:?}");
}

#[test]
fn tables_and_pages_cannot_be_mixed_in_one_table() {
    let sandbox = Sandbox::new();
    sandbox.write("a.parquet", parquet(&[Some(PARAGRAPH.to_owned())], 10));
    sandbox.write("b.html", format!("<p>{PARAGRAPH}"));
    let mixed = sandbox.dechaff(&["filter", "a.parquet", "b.html", "-o", "out.parquet"]);
    assert!(stderr(&mixed).contains("columns are not those"), "{}", stderr(&mixed));
    let stream = sandbox.dechaff_with_stdin(&["filter", "-"], parquet(&[None], 10));
    assert!(stderr(&stream).contains("Parquet is read from its end"), "{}", stderr(&stream));
    let annotated = sandbox.dechaff(&["annotate", "b.html", "-o", "out.warc.wet"]);
    assert!(stderr(&annotated).contains("JSON Lines or Parquet"), "{}", stderr(&annotated));
}

#[test]
fn pages_become_a_table_or_wet() {
    let sandbox = Sandbox::new();
    let page = format!("<nav><a>Home</a></nav><p>{PARAGRAPH}</p><p>Again: {PARAGRAPH}</p>");
    let record = warc_response("http://a.example/", "Content-Type: text/html", page.as_bytes());
    sandbox.write("in.warc.gz", gzip(&record));
    assert_eq!(sandbox.dechaff(&["filter", "in.warc.gz", "-o", "out.parquet"]).status.code(), Some(0));
    let batch = rows(&sandbox, "out.parquet").remove(0);
    let column =
        |name: &str| batch.column_by_name(name).unwrap().as_any().downcast_ref::<StringArray>().unwrap();
    assert_eq!(column("id").value(0), "urn:test:http://a.example/");
    assert_eq!(column("url").value(0), "http://a.example/");
    assert_eq!(column("text").value(0), format!("{PARAGRAPH}\nAgain: {PARAGRAPH}"));
    assert_eq!(
        sandbox
            .dechaff(&[
                "filter",
                "in.warc.gz",
                "-o",
                "out/",
                "--output-format",
                "wet",
                "--compression",
                "gzip"
            ])
            .status
            .code(),
        Some(0)
    );
    let again = sandbox.dechaff(&["annotate", "out/in.warc.wet.gz"]);
    assert!(stdout(&again).contains("The council voted"), "{}", stderr(&again));
}

#[test]
fn csv_rows_are_records() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "in.csv",
        format!("id,text,note\n1,\"{PARAGRAPH}\nSubscribe now\",\"a \"\"b\"\"\"\n2,x\n3,{PARAGRAPH:?},c\n"),
    );
    let output = sandbox.dechaff(&["filter", "in.csv", "-o", "out.jsonl"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let records = json_lines(&sandbox.read("out.jsonl"));
    assert_eq!(records[0], serde_json::json!({"id": "1", "text": PARAGRAPH, "note": "a \"b\""}));
    assert!(sandbox.read("out.rejects.jsonl").contains("has 2 fields, the header row 3"));
    sandbox.write("in.tsv", format!("id\ttext\n1\t{PARAGRAPH}\n"));
    assert_eq!(json_lines(&stdout(&sandbox.dechaff(&["filter", "in.tsv"])))[0]["text"], PARAGRAPH);
}

#[test]
fn a_sample_is_the_same_on_any_machine_and_grows_with_its_share() {
    let sandbox = Sandbox::new();
    let lines: String = (0..2000).map(|n| format!("{{\"id\": \"doc-{n}\",  \"text\":\"t\"}}\n")).collect();
    sandbox.write("in.jsonl", &lines);
    let draw = |arguments: &[&str]| {
        let arguments: Vec<&str> =
            ["sample", "in.jsonl", "--quiet"].iter().chain(arguments).copied().collect();
        stdout(&sandbox.dechaff(&arguments))
    };
    let (small, large) = (draw(&["--share", "2%"]), draw(&["--share", "10%", "--threads", "1"]));
    assert!(small.lines().all(|line| lines.contains(line) && large.contains(line)));
    assert!((20..60).contains(&small.lines().count()) && (150..250).contains(&large.lines().count()));
    assert_ne!(draw(&["--share", "2%", "--seed", "1"]), small);
    assert_eq!(draw(&["--share", "2%"]), small);
    assert_eq!(draw(&["--share", "100%"]), lines);
}

#[test]
fn attributes_have_a_row_for_every_record() {
    let sandbox = Sandbox::new();
    let text = format!("Fähre 渡し舟\n{PARAGRAPH}\nSubscribe now");
    let record = serde_json::json!({"id": "a", "text": text, "html": "<p>other"});
    sandbox.write("in.jsonl", format!("{record}\n{{\"id\":\"b\"}}\n"));
    let output = sandbox.dechaff(&["annotate", "in.jsonl", "--attributes", "-o", "out.jsonl"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let rows = json_lines(&sandbox.read("out.jsonl"));
    assert_eq!(rows[1], serde_json::json!({"id": "b", "attributes": {}}));
    let chars: Vec<char> = text.chars().collect();
    let mut blocks: Vec<(u64, String)> = Vec::new();
    for spans in rows[0]["attributes"].as_object().unwrap().values() {
        for span in spans.as_array().unwrap() {
            let (start, end) = (span[0].as_u64().unwrap(), span[1].as_u64().unwrap());
            blocks.push((start, chars[start as usize..end as usize].iter().collect()));
        }
    }
    blocks.sort();
    assert_eq!(blocks.into_iter().map(|(_, block)| block).collect::<Vec<_>>().join("\n"), text);
}

#[test]
fn encodings_are_told_from_header_meta_or_bytes() {
    let sandbox = Sandbox::new();
    let japanese = "町議会は火曜日、三月の嵐で桟橋が壊れて以来休止していた渡し舟の運航を再開することを決めた。修理には十一か月かかり、部品は海外から取り寄せられた。";
    let chinese = "镇议会周二投票决定恢复自三月风暴以来停运的渡轮航线。修理工作耗时十一个月，部分零件不得不从国外运来，发言人表示。";
    let russian = "Городской совет во вторник решил снова открыть паромную переправу, закрытую после мартовского шторма.";
    let utf16 = |text: &str| -> Vec<u8> {
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    };
    let page = |text: &str| format!("<html><body><main><p>{text}</p><p>{text}</p></main></body></html>");
    let meta = |charset: &str, text: &str| format!("<meta charset={charset}>{}", page(text));
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        (
            "Content-Type: text/html; charset=Shift_JIS",
            encoding_rs::SHIFT_JIS.encode(&page(japanese)).0.into(),
            japanese,
        ),
        ("Content-Type: text/html", encoding_rs::GB18030.encode(&meta("gb18030", chinese)).0.into(), chinese),
        ("Content-Type: text/html", encoding_rs::WINDOWS_1251.encode(&page(russian)).0.into(), russian),
        ("Content-Type: text/html", utf16(&page(russian)), russian),
    ];
    let mut warc = Vec::new();
    for (n, (headers, body, _)) in cases.iter().enumerate() {
        warc.extend(warc_response(&format!("http://a.example/{n}"), headers, body));
    }
    sandbox.write("in.warc", warc);
    let records = json_lines(&stdout(&sandbox.dechaff(&["annotate", "in.warc"])));
    for (record, (headers, _, text)) in records.iter().zip(&cases) {
        assert_eq!(record["blocks"][0]["text"], *text, "{headers}");
    }
    assert_eq!(records.len(), cases.len());
}

#[test]
fn a_warc_with_damaged_records_gives_the_others() {
    let sandbox = Sandbox::new();
    let page = format!("<p>{PARAGRAPH}</p>");
    let record = |n: usize| {
        warc_response(&format!("http://a.example/{n}"), "Content-Type: text/html", page.as_bytes())
    };
    let no_http = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 8\r\n\r\n<p>plain\r\n\r\n".to_vec();
    let image = warc_response("http://a.example/i", "Content-Type: image/png", b"\x89PNG");
    let mut packed = warc_response(
        "http://a.example/z",
        "Content-Type: text/html\r\nContent-Encoding: gzip",
        &gzip(page.as_bytes()),
    );
    sandbox.write("in.warc", [record(0), no_http, image, packed.clone(), record(1), record(1)].concat());
    let output = sandbox.dechaff(&["filter", "in.warc", "-o", "out.jsonl"]);
    assert_eq!(json_lines(&sandbox.read("out.jsonl")).len(), 4, "{}", stderr(&output));
    assert!(stderr(&output).contains("no HTML or text in this WARC record"), "{}", stderr(&output));
    assert!(sandbox.read("out.rejects.jsonl").contains("HTTP header"));
    // One bit of the gzip inside, one of the gzip outside.
    let middle = packed.len() - 60;
    packed[middle] ^= 1;
    sandbox.write("inside.warc", [record(0), packed, record(1)].concat());
    let inside = sandbox.dechaff(&["filter", "inside.warc", "-o", "inside.jsonl"]);
    assert_eq!(inside.status.code(), Some(1), "{}", stderr(&inside));
    assert_eq!(json_lines(&sandbox.read("inside.jsonl")).len(), 2);
    let mut outside: Vec<u8> = (0..6).flat_map(|n| gzip(&record(n))).collect();
    let middle = outside.len() / 2;
    outside[middle] ^= 1;
    sandbox.write("outside.warc.gz", outside);
    let outside = sandbox.dechaff(&["filter", "outside.warc.gz", "-o", "outside.jsonl"]);
    assert_eq!(outside.status.code(), Some(1), "{}", stderr(&outside));
    assert!(sandbox.read("outside.rejects.jsonl").contains("cannot be read further"));
}

#[test]
fn a_bomb_and_a_flipped_zstd_are_rejects() {
    let sandbox = Sandbox::new();
    let line = format!("{{\"id\":1,\"text\":\"{}\"}}\n", "a".repeat(1 << 20));
    sandbox.write("big.jsonl.gz", gzip(&[line.as_bytes(), b"{\"id\":2,\"text\":\"b\"}\n"].concat()));
    let output =
        sandbox.dechaff(&["filter", "big.jsonl.gz", "-o", "big.jsonl", "--max-record-bytes", "64KiB"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(sandbox.read("big.rejects.jsonl").contains("--max-record-bytes"));
    assert_eq!(json_lines(&sandbox.read("big.jsonl")).len(), 1);
    let lines: String = (0..5000).map(|n| format!("{{\"id\":{n},\"text\":\"line {n}\"}}\n")).collect();
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    std::io::Write::write_all(&mut encoder, lines.as_bytes()).unwrap();
    let mut packed = encoder.finish().unwrap();
    let middle = packed.len() / 2;
    packed[middle] ^= 0x10;
    sandbox.write("flip.jsonl.zst", packed);
    let output = sandbox.dechaff(&["filter", "flip.jsonl.zst", "-o", "flip.jsonl", "--json"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let summary = &json_lines(&stderr(&output))[0];
    assert_eq!(
        summary["records"].as_u64().unwrap(),
        summary["written"].as_u64().unwrap() + summary["rejected"].as_u64().unwrap()
    );
}

#[test]
fn progress_can_be_lines_of_json() {
    let sandbox = Sandbox::new();
    sandbox.write("in.jsonl", "{\"id\":1,\"text\":\"a\"}\n");
    let output = sandbox.dechaff(&["filter", "in.jsonl", "-o", "out.jsonl", "--progress", "json", "--json"]);
    let lines = json_lines(&stderr(&output));
    assert_eq!(
        (&lines[0]["inputs"], &lines[0]["records"], &lines[0]["bytes"]),
        (&1.into(), &1.into(), &20.into())
    );
}
