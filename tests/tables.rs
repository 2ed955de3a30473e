//! Tables: every type of Arrow in and out, and tables made of JSON Lines and CSV.

mod common;

use std::sync::Arc;

use arrow_array::builder::{
    FixedSizeListBuilder, Int32Builder, Int64Builder, LargeListBuilder, LargeListViewBuilder, ListBuilder,
    ListViewBuilder, MapBuilder, StringBuilder, StringDictionaryBuilder,
};
use arrow_array::types::{Int8Type, Int32Type};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BinaryViewArray, BooleanArray, Date32Array, Date64Array, Decimal128Array,
    DictionaryArray, DurationMicrosecondArray, FixedSizeBinaryArray, Float32Array, Float64Array, Int8Array,
    Int64Array, IntervalDayTimeArray, IntervalYearMonthArray, LargeBinaryArray, LargeStringArray, NullArray,
    RecordBatch, RunArray, StringArray, StringViewArray, StructArray, Time32MillisecondArray,
    Time64NanosecondArray, TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
    TimestampSecondArray, UInt64Array,
};
use arrow_schema::{DataType, Field};
use common::{PARAGRAPH, Sandbox, article, json_lines, stderr, stdout};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::json;

fn parquet(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, column)| (name, column, true)),
    );
    let batch = batch.unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

fn rows(sandbox: &Sandbox, name: &str) -> RecordBatch {
    let file = std::fs::File::open(sandbox.path(name)).unwrap();
    let batches: Vec<RecordBatch> = ParquetRecordBatchReaderBuilder::try_new(file)
        .unwrap()
        .build()
        .unwrap()
        .map(Result::unwrap)
        .collect();
    arrow_select::concat::concat_batches(&batches[0].schema(), &batches).unwrap()
}

fn texts() -> ArrayRef {
    Arc::new(StringArray::from(vec![PARAGRAPH; 2]))
}

/// A column of each type with a value and a null, and the value as JSON.
fn every_type() -> Vec<(&'static str, ArrayRef, serde_json::Value)> {
    let micros = 1_700_000_000_000_001_i64;
    let zoned = |zone: &str| -> ArrayRef {
        Arc::new(TimestampMicrosecondArray::from(vec![Some(micros), None]).with_timezone(zone))
    };
    let utc = json!("2023-11-14T22:13:20.000001Z");
    let mut list = ListBuilder::new(Int32Builder::new());
    list.append_value([Some(1), None]);
    list.append_null();
    let mut large_list = LargeListBuilder::new(StringBuilder::new());
    large_list.append_value([Some("a")]);
    large_list.append_null();
    let mut list_view = ListViewBuilder::new(Int32Builder::new());
    list_view.append_value([Some(1)]);
    list_view.append_null();
    let mut large_list_view = LargeListViewBuilder::new(Int32Builder::new());
    large_list_view.append_value([Some(1)]);
    large_list_view.append_null();
    let mut fixed = FixedSizeListBuilder::new(Int32Builder::new(), 2);
    fixed.values().append_slice(&[1, 2, 0, 0]);
    fixed.append(true);
    fixed.append(false);
    let mut map = MapBuilder::new(None, StringBuilder::new(), Int64Builder::new());
    map.keys().append_value("k");
    map.values().append_value(5);
    map.append(true).unwrap();
    map.append(false).unwrap();
    let mut numbered = MapBuilder::new(None, Int32Builder::new(), StringBuilder::new());
    numbered.keys().append_value(7);
    numbered.values().append_value("seven");
    numbered.append(true).unwrap();
    numbered.append(false).unwrap();
    let mut dictionary = StringDictionaryBuilder::<Int8Type>::new();
    dictionary.append_value("de");
    dictionary.append_null();
    let time: ArrayRef = zoned("UTC");
    let inner = Arc::new(Field::new("t", time.data_type().clone(), true));
    let nested = StructArray::new(vec![inner].into(), vec![time], Some(vec![true, false].into()));
    vec![
        ("null", Arc::new(NullArray::new(2)), json!(null)),
        ("bool", Arc::new(BooleanArray::from(vec![Some(true), None])), json!(true)),
        ("i8", Arc::new(Int8Array::from(vec![Some(-5), None])), json!(-5)),
        ("i64", Arc::new(Int64Array::from(vec![Some(i64::MIN), None])), json!(i64::MIN)),
        ("u64", Arc::new(UInt64Array::from(vec![Some(u64::MAX), None])), json!(u64::MAX)),
        ("f16", cast(&Float32Array::from(vec![Some(0.5), None]), DataType::Float16), json!(0.5)),
        ("f32", Arc::new(Float32Array::from(vec![Some(0.25), None])), json!(0.25)),
        ("f64", Arc::new(Float64Array::from(vec![Some(1e300), None])), json!(1e300)),
        (
            "decimal128",
            Arc::new(
                Decimal128Array::from(vec![Some(12_345), None]).with_precision_and_scale(10, 2).unwrap(),
            ),
            json!(123.45),
        ),
        (
            "decimal256",
            cast(&Float64Array::from(vec![Some(-0.5), None]), DataType::Decimal256(50, 1)),
            json!(-0.5),
        ),
        ("utf8", Arc::new(StringArray::from(vec![Some("a\"b"), None])), json!("a\"b")),
        ("large_utf8", Arc::new(LargeStringArray::from(vec![Some("a"), None])), json!("a")),
        (
            "utf8_view",
            Arc::new(StringViewArray::from(vec![Some("a view of a string"), None])),
            json!("a view of a string"),
        ),
        ("binary", Arc::new(BinaryArray::from(vec![Some(&b"\x00\xff"[..]), None])), json!("00ff")),
        ("large_binary", Arc::new(LargeBinaryArray::from(vec![Some(&b"\x01"[..]), None])), json!("01")),
        ("binary_view", Arc::new(BinaryViewArray::from(vec![Some(&b"\x02"[..]), None])), json!("02")),
        (
            "fixed_binary",
            Arc::new(
                FixedSizeBinaryArray::try_from_sparse_iter_with_size([Some([3, 4]), None].into_iter(), 2)
                    .unwrap(),
            ),
            json!("0304"),
        ),
        ("date32", Arc::new(Date32Array::from(vec![Some(19_000), None])), json!("2022-01-08")),
        ("date64", Arc::new(Date64Array::from(vec![Some(86_400_000), None])), json!("1970-01-02T00:00:00")),
        ("time32", Arc::new(Time32MillisecondArray::from(vec![Some(1500), None])), json!("00:00:01.500")),
        ("time64", Arc::new(Time64NanosecondArray::from(vec![Some(1), None])), json!("00:00:00.000000001")),
        (
            "local",
            Arc::new(TimestampMicrosecondArray::from(vec![Some(micros), None])),
            json!("2023-11-14T22:13:20.000001"),
        ),
        ("utc", zoned("UTC"), utc.clone()),
        ("named_zone", zoned("Europe/Berlin"), utc.clone()),
        ("offset", zoned("+05:30"), utc.clone()),
        (
            "seconds",
            Arc::new(TimestampSecondArray::from(vec![Some(0), None]).with_timezone("UTC")),
            json!("1970-01-01T00:00:00Z"),
        ),
        (
            "millis",
            Arc::new(TimestampMillisecondArray::from(vec![Some(1), None]).with_timezone("Asia/Tokyo")),
            json!("1970-01-01T00:00:00.001Z"),
        ),
        (
            "nanos",
            Arc::new(TimestampNanosecondArray::from(vec![Some(1), None]).with_timezone("UTC")),
            json!("1970-01-01T00:00:00.000000001Z"),
        ),
        ("duration", Arc::new(DurationMicrosecondArray::from(vec![Some(1_500_000), None])), json!("PT1.5S")),
        ("months", Arc::new(IntervalYearMonthArray::from(vec![Some(14), None])), json!("1 years 2 mons")),
        (
            "days",
            Arc::new(IntervalDayTimeArray::from(vec![
                Some(arrow_array::types::IntervalDayTimeType::make_value(2, 0)),
                None,
            ])),
            json!("2 days"),
        ),
        ("list", Arc::new(list.finish()), json!([1, null])),
        ("large_list", Arc::new(large_list.finish()), json!(["a"])),
        ("list_view", Arc::new(list_view.finish()), json!([1])),
        ("large_list_view", Arc::new(large_list_view.finish()), json!([1])),
        ("fixed_list", Arc::new(fixed.finish()), json!([1, 2])),
        ("map", Arc::new(map.finish()), json!({"k": 5})),
        ("numbered", Arc::new(numbered.finish()), json!({"7": "seven"})),
        ("struct", Arc::new(nested), json!({"t": utc})),
        ("dictionary", Arc::new(dictionary.finish()), json!("de")),
    ]
}

fn cast(column: &dyn Array, kind: DataType) -> ArrayRef {
    arrow_cast::cast(column, &kind).unwrap()
}

#[test]
fn every_type_comes_out_as_lines_and_as_a_table() {
    let sandbox = Sandbox::new();
    for (name, column, expected) in every_type() {
        sandbox.write("in.parquet", parquet(vec![("text", texts()), (name, Arc::clone(&column))]));
        let output = sandbox.dechaff(&["filter", "in.parquet"]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", stderr(&output));
        let lines = json_lines(&stdout(&output));
        assert_eq!((&lines[0][name], &lines[1][name]), (&expected, &json!(null)), "{name}");
        let output = sandbox.dechaff(&["filter", "in.parquet", "-o", "out.parquet", "--overwrite"]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", stderr(&output));
        let (before, after) = (rows(&sandbox, "in.parquet"), rows(&sandbox, "out.parquet"));
        let (before, after) = (before.column_by_name(name).unwrap(), after.column_by_name(name).unwrap());
        // Narrow dictionaries get wider keys, since one output may hold the values of many files.
        let after = if let DataType::Dictionary(..) = before.data_type() {
            &arrow_cast::cast(after, before.data_type()).unwrap()
        } else {
            after
        };
        assert_eq!(before.to_data(), after.to_data(), "{name}");
    }
}

#[test]
fn an_id_of_any_type_is_told_as_people_write_it() {
    let sandbox = Sandbox::new();
    let times = TimestampMicrosecondArray::from(vec![0, 1]).with_timezone("America/Lima");
    sandbox.write("in.parquet", parquet(vec![("text", texts()), ("id", Arc::new(times))]));
    let lines = json_lines(&stdout(&sandbox.dechaff(&["annotate", "in.parquet"])));
    assert_eq!(lines[0]["id"], "1970-01-01T00:00:00Z");
}

#[test]
fn text_is_read_from_columns_of_any_kind_of_string() {
    let sandbox = Sandbox::new();
    let (dirty, clean) = (article(&["Subscribe now", "$4.99 per month, cancel anytime"]), article(&[]));
    let bytes = dirty.as_bytes();
    let values: ArrayRef = Arc::new(BinaryArray::from(vec![bytes]));
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("utf8", Arc::new(StringArray::from(vec![&*dirty]))),
        ("large", Arc::new(LargeStringArray::from(vec![&*dirty]))),
        ("view", Arc::new(StringViewArray::from(vec![&*dirty]))),
        ("binary", Arc::new(BinaryArray::from(vec![bytes]))),
        ("large binary", Arc::new(LargeBinaryArray::from(vec![bytes]))),
        ("binary view", Arc::new(BinaryViewArray::from(vec![bytes]))),
        ("fixed", Arc::new(FixedSizeBinaryArray::try_from_iter([bytes].into_iter()).unwrap())),
        ("dictionary", Arc::new([&*dirty].into_iter().collect::<DictionaryArray<Int8Type>>())),
        ("dictionary of bytes", Arc::new(DictionaryArray::<Int32Type>::new(vec![0].into(), values))),
        ("runs", Arc::new([Some(&*dirty)].into_iter().collect::<RunArray<Int32Type>>())),
    ];
    for (name, column) in columns {
        sandbox.write("in.parquet", parquet(vec![("text", column)]));
        let output = sandbox.dechaff(&["filter", "in.parquet"]);
        assert_eq!(json_lines(&stdout(&output))[0]["text"], *clean, "{name}: {}", stderr(&output));
        let output = sandbox.dechaff(&["filter", "in.parquet", "-o", "out.parquet", "--overwrite"]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", stderr(&output));
        let text = rows(&sandbox, "out.parquet").column_by_name("text").unwrap().clone();
        let text = arrow_cast::cast(&text, &DataType::Utf8).unwrap();
        assert_eq!(text.as_any().downcast_ref::<StringArray>().unwrap().value(0), clean, "{name}");
    }
}

#[test]
fn a_narrow_dictionary_holds_the_texts_of_many_rows_and_the_values_of_many_files() {
    let sandbox = Sandbox::new();
    for file in 0..3 {
        let mut hosts = StringDictionaryBuilder::<Int8Type>::new();
        (0..100).for_each(|n| hosts.append_value(format!("h{n}.file{file}.example")));
        let texts: Vec<String> = (0..100).map(|n| format!("{PARAGRAPH} Number {n} of {file}.")).collect();
        let texts: DictionaryArray<Int8Type> = texts.iter().map(String::as_str).collect();
        let table = parquet(vec![("text", Arc::new(texts)), ("host", Arc::new(hosts.finish()))]);
        sandbox.write(&format!("in{file}.parquet"), table);
    }
    let output =
        sandbox.dechaff(&["filter", "in0.parquet", "in1.parquet", "in2.parquet", "-o", "out.parquet"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let lines = json_lines(&stdout(&sandbox.dechaff(&["filter", "out.parquet"])));
    assert_eq!(lines.len(), 300);
    assert_eq!(
        (&lines[299]["host"], &lines[0]["host"]),
        (&json!("h99.file2.example"), &json!("h0.file0.example"))
    );
}

#[test]
fn blank_html_of_a_table_gives_way_to_the_text() {
    let sandbox = Sandbox::new();
    let html: ArrayRef = Arc::new(StringArray::from(vec!["", " \n"]));
    sandbox.write("in.parquet", parquet(vec![("html", html), ("text", texts())]));
    let lines = json_lines(&stdout(&sandbox.dechaff(&["filter", "in.parquet"])));
    assert_eq!(lines, [json!({"text": PARAGRAPH}), json!({"text": PARAGRAPH})]);
}

#[test]
fn a_time_that_no_calendar_has_is_a_reject_and_the_others_are_written() {
    let sandbox = Sandbox::new();
    let times = TimestampSecondArray::from(vec![0, i64::MAX]).with_timezone("UTC");
    sandbox.write("in.parquet", parquet(vec![("text", texts()), ("t", Arc::new(times))]));
    let output = sandbox.dechaff(&["filter", "in.parquet", "-o", "out.jsonl"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(json_lines(&sandbox.read("out.jsonl"))[0]["t"], "1970-01-01T00:00:00Z");
    assert!(sandbox.read("out.rejects.jsonl").contains("cannot be written as JSON"));
}

#[test]
fn lines_become_a_table_of_the_fields_of_the_first_records() {
    let sandbox = Sandbox::new();
    let record = |n: usize| {
        let is_even = n.is_multiple_of(2);
        let mut record = json!({
            "id": n,
            "text": article(&["Subscribe now", &format!("Page {n} of the archive")]),
            "score": if is_even { json!(n) } else { json!(n as f64 + 0.5) },
            "tags": ["a", format!("t{n}")],
            "meta": {"lang": "en", "big": 9_007_199_254_740_993_i64, "none": null},
            "mixed": if is_even { json!(7) } else { json!("seven") },
        });
        if n.is_multiple_of(3) {
            record["sometimes"] = json!(true);
        }
        record
    };
    let mut lines: Vec<String> = (0..1100).map(|n| record(n).to_string()).collect();
    for (n, field, value) in
        [(1050, "id", json!("text")), (1060, "new", json!(1)), (1070, "meta", json!({"lang": "en", "x": 1}))]
    {
        let mut odd = record(n);
        odd[field] = value;
        lines[n] = odd.to_string();
    }
    lines[1080] = "{broken".to_owned();
    sandbox.write("in.jsonl", lines.join("\n"));
    let output = sandbox.dechaff(&["filter", "in.jsonl", "-o", "out.parquet"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let rejects = json_lines(&sandbox.read("out.rejects.jsonl"));
    let reasons: Vec<String> =
        rejects.iter().map(|r| format!("{} {}", r["record"], r["reason"].as_str().unwrap())).collect();
    let expected = [
        "1051 field `id` is a string, and a whole number in the first 1000 records",
        "1061 field `new` is not in the first 1000 records",
        "1071 field `meta.x` is not in",
        "1081 invalid JSON",
    ];
    assert_eq!(reasons.len(), expected.len(), "{reasons:?}");
    for (reason, expected) in reasons.iter().zip(expected) {
        assert!(reason.starts_with(expected), "{reason} is not {expected}");
    }
    let table = rows(&sandbox, "out.parquet");
    let schema = table.schema();
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let mut expected: Vec<String> = record(0).as_object().unwrap().keys().cloned().collect();
    expected.extend(["dechaff_access", "dechaff_access_probability"].map(str::to_owned));
    assert_eq!(names, expected);
    assert_eq!(*schema.field_with_name("score").unwrap().data_type(), DataType::Float64);
    let lines = json_lines(&stdout(&sandbox.dechaff(&["filter", "out.parquet", "--quiet"])));
    assert_eq!(lines.len(), 1096);
    for n in [0, 1, 1049] {
        let (line, record) = (&lines[n], record(n));
        for name in ["id", "tags", "meta"] {
            assert_eq!(line[name], record[name], "{n}");
        }
        let sometimes = record.get("sometimes").unwrap_or(&serde_json::Value::Null);
        assert_eq!((line["score"].as_f64(), &line["sometimes"]), (record["score"].as_f64(), sometimes));
        assert_eq!(line["mixed"], if n.is_multiple_of(2) { "7" } else { "seven" });
        assert!(!line["text"].as_str().unwrap().contains("Subscribe"));
    }
    let bytes = |name: &str| std::fs::read(sandbox.path(name)).unwrap();
    sandbox.dechaff(&["filter", "in.jsonl", "-o", "one.parquet", "--threads", "1"]);
    assert_eq!(bytes("one.parquet"), bytes("out.parquet"));
}

#[test]
fn html_lines_csv_and_several_inputs_become_tables() {
    let sandbox = Sandbox::new();
    let html =
        |id: &str| json!({"id": id, "html": format!("<nav>Home</nav><p>{PARAGRAPH}"), "n": 1}).to_string();
    sandbox.write("empty.jsonl", "");
    sandbox.write("a.jsonl", html("a"));
    sandbox.write("b.jsonl", html("b") + "\n{\"id\":\"c\",\"text\":\"Menu\"}");
    let inputs = ["filter", "empty.jsonl", "a.jsonl", "empty.jsonl", "b.jsonl"];
    let output = sandbox.dechaff(&[&inputs[..], &["-o", "out.parquet"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let lines =
        json_lines(&stdout(&sandbox.dechaff(&["filter", "out.parquet", "--keep", "other,navigation"])));
    let ids: Vec<&str> = lines.iter().map(|line| line["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["a", "b", "c"]);
    assert_eq!(
        (&lines[1]["text"], &lines[1]["n"], lines[1].get("html")),
        (&json!(PARAGRAPH), &json!(1), None)
    );
    let output = sandbox.dechaff(&[&inputs[..], &["-o", "with.parquet", "--keep-html"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(rows(&sandbox, "with.parquet").column_by_name("html").unwrap().is_valid(0));
    let annotated = sandbox.dechaff(&["annotate", "a.jsonl", "-o", "blocks.parquet"]);
    assert_eq!(annotated.status.code(), Some(0), "{}", stderr(&annotated));
    assert!(rows(&sandbox, "blocks.parquet").column_by_name("dechaff_blocks").is_some());
    sandbox.write("in.csv", format!("id,text,views\n007,{PARAGRAPH:?},12\n8,{PARAGRAPH:?},\n"));
    let output = sandbox.dechaff(&["filter", "in.csv", "-o", "csv.parquet"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let lines = json_lines(&stdout(&sandbox.dechaff(&["filter", "csv.parquet"])));
    assert_eq!(
        (&lines[0]["id"], &lines[0]["views"], &lines[1]["views"]),
        (&json!("007"), &json!("12"), &json!(""))
    );
}

/// The names of a table's columns, sorted.
fn columns(sandbox: &Sandbox, name: &str) -> Vec<String> {
    let schema = rows(sandbox, name).schema();
    let mut names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    names.sort();
    names
}

#[test]
fn no_column_gives_way_to_a_new_one() {
    let sandbox = Sandbox::new();
    let text = |value: &str| -> ArrayRef { Arc::new(StringArray::from(vec![value; 2])) };
    let first = vec![("text", texts()), ("language", text("fr")), ("dechaff_access", text("gated"))];
    sandbox.write("0.parquet", parquet(first));
    let passes: [(&[&str], &[&str]); 3] = [
        (
            &["--with", "language,host"],
            &["dechaff_access_2", "dechaff_access_probability_2", "dechaff_language", "host"],
        ),
        (
            &["--with", "language"],
            &["dechaff_access_3", "dechaff_access_probability_3", "dechaff_language_2"],
        ),
        (&[], &["dechaff_access_4", "dechaff_access_probability_4"]),
    ];
    let mut expected = columns(&sandbox, "0.parquet");
    for (pass, (with, new)) in passes.iter().enumerate() {
        let (from, to) = (format!("{pass}.parquet"), format!("{}.parquet", pass + 1));
        let output = sandbox.dechaff(&[&["filter", &from, "-o", &to], *with].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        expected.extend(new.iter().map(|name| (*name).to_owned()));
        expected.sort();
        assert_eq!(columns(&sandbox, &to), expected, "{to}");
    }
    let rows = json_lines(&stdout(&sandbox.dechaff(&["filter", "3.parquet", "--quiet"])));
    assert_eq!((&rows[1]["dechaff_access"], &rows[1]["dechaff_access_2"]), (&json!("gated"), &json!("open")));
}

#[test]
fn blocks_stay_as_long_as_their_text_does() {
    let sandbox = Sandbox::new();
    let own: ArrayRef = Arc::new(StringArray::from(vec!["own"; 2]));
    sandbox.write("0.parquet", parquet(vec![("text", texts()), ("dechaff_blocks_x", own)]));
    let run = |command: &str, from: &str, to: &str| {
        let output = sandbox.dechaff(&[command, from, "-o", to]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let names = columns(&sandbox, to);
        names.into_iter().filter(|name| name.starts_with("dechaff_blocks")).collect::<Vec<_>>()
    };
    assert_eq!(run("annotate", "0.parquet", "1.parquet"), ["dechaff_blocks", "dechaff_blocks_x"]);
    assert_eq!(
        run("annotate", "1.parquet", "2.parquet"),
        ["dechaff_blocks", "dechaff_blocks_2", "dechaff_blocks_x"]
    );
    assert_eq!(run("filter", "2.parquet", "3.parquet"), ["dechaff_blocks_x"]);
}

#[test]
fn a_column_that_is_no_text_is_not_replaced_by_text() {
    let sandbox = Sandbox::new();
    let html: ArrayRef = Arc::new(StringArray::from(vec![format!("<p>{PARAGRAPH}"); 2]));
    sandbox
        .write("in.parquet", parquet(vec![("text", Arc::new(Int64Array::from(vec![1, 2]))), ("html", html)]));
    for out in ["out.jsonl", "out.parquet"] {
        let refused = sandbox.dechaff(&["filter", "in.parquet", "-o", out]);
        assert_eq!(refused.status.code(), Some(2));
        assert!(stderr(&refused).contains("column `text` is of type Int64"), "{}", stderr(&refused));
    }
    let other = sandbox.dechaff(&["filter", "in.parquet", "--quiet", "--text-field", "kept"]);
    let other = json_lines(&stdout(&other)).remove(1);
    assert_eq!((&other["text"], &other["kept"]), (&json!(2), &json!(PARAGRAPH)));
}
