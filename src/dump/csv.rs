//! CSV with a header row: each row is a record whose fields are strings.

use std::io::BufRead;

use super::csv_rows::{BadRow, Fields, Rows};
use super::delimiter::told_from_header;
use super::record::{Body, RawRecord, Reject};
use super::{Item, ReadItems};

pub(super) struct CsvReader {
    rows: Rows,
    /// Names of the fields, as JSON.
    names: Result<Vec<String>, String>,
    number: u64,
    ended: bool,
}

impl CsvReader {
    /// Reads the header row; without a delimiter, it tells which one it is.
    pub(super) fn new(stream: Box<dyn BufRead + Send>, delimiter: Option<u8>, max_bytes: usize) -> CsvReader {
        let (delimiter, stream) = match delimiter {
            Some(delimiter) => (delimiter, stream),
            None => told_from_header(stream),
        };
        let mut rows = Rows::new(stream, delimiter, max_bytes);
        let names = match rows.next_row() {
            None => Ok(Vec::new()),
            Some((_, row)) => row.map_err(cause).and_then(names_of),
        };
        let names = names.map_err(|cause| format!("the header row cannot be read: {cause}"));
        CsvReader { rows, names, number: 0, ended: false }
    }
}

fn names_of(row: &Fields) -> Result<Vec<String>, String> {
    let name = |name| std::str::from_utf8(name).map(json_string).map_err(|_| "invalid UTF-8".to_owned());
    row.iter().map(name).collect()
}

impl ReadItems for CsvReader {
    fn has_fields(&self) -> bool {
        true
    }

    fn next_item(&mut self) -> Option<Item> {
        if self.ended {
            return None;
        }
        let number = self.number + 1;
        let names = match &self.names {
            Ok(names) => names,
            Err(reason) => {
                self.ended = true;
                return Some(Item::Reject(Reject::new(number, 0, reason)));
            }
        };
        let (offset, row) = self.rows.next_row()?;
        self.number = number;
        self.ended = matches!(row, Err(BadRow::Stream(_)));
        Some(match row.map_err(cause).and_then(|row| json_line(names, row)) {
            Ok(line) => Item::Record(RawRecord { number, offset, body: Body::JsonLine(line) }),
            Err(reason) => Item::Reject(Reject::new(number, offset, reason)),
        })
    }
}

fn json_line(names: &[String], row: &Fields) -> Result<Vec<u8>, String> {
    if row.len() != names.len() {
        return Err(format!("the row has {} fields, the header row {}", row.len(), names.len()));
    }
    let mut line = Vec::with_capacity(row.size() + 16 * names.len());
    line.push(b'{');
    for (index, (name, value)) in names.iter().zip(row.iter()).enumerate() {
        let value = std::str::from_utf8(value).map_err(|_| format!("invalid UTF-8 in field {name}"))?;
        line.extend_from_slice(if index > 0 { b"," } else { b"" });
        line.extend_from_slice(name.as_bytes());
        line.push(b':');
        line.extend_from_slice(json_string(value).as_bytes());
    }
    line.push(b'}');
    Ok(line)
}

fn json_string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn cause(bad: BadRow) -> String {
    match bad {
        BadRow::Row(reason) => reason,
        BadRow::Stream(error) => format!("the input cannot be read further: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(text: &'static [u8], max_bytes: usize) -> Vec<String> {
        let mut reader = CsvReader::new(Box::new(text), None, max_bytes);
        std::iter::from_fn(|| reader.next_item())
            .map(|item| match item {
                Item::Record(RawRecord { number, offset, body: Body::JsonLine(line) }) => {
                    format!("{number}@{offset} {}", String::from_utf8_lossy(&line))
                }
                Item::Reject(reject) => format!("{}@{} {}", reject.record, reject.offset, reject.reason),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn a_row_is_a_record_and_a_broken_one_is_rejected() {
        let found = items(b"\xef\xbb\xbfid,text\n1,\"a \"\"b\"\"\nc\"\n2\n3,\xff\n4,d\n", 1000);
        assert_eq!(
            found,
            [
                r#"1@11 {"id":"1","text":"a \"b\"\nc"}"#,
                "2@25 the row has 1 fields, the header row 2",
                "3@27 invalid UTF-8 in field \"text\"",
                r#"4@31 {"id":"4","text":"d"}"#
            ]
        );
    }

    #[test]
    fn the_header_row_tells_the_delimiter() {
        assert_eq!(items(b"id;text\n1;a, b\n", 1000), [r#"1@8 {"id":"1","text":"a, b"}"#]);
        assert_eq!(items(b"id|text\n1|a;b\n", 1000), [r#"1@8 {"id":"1","text":"a;b"}"#]);
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_its_row() {
        let reason = |line: u64| {
            format!(
                "the quote that opens a field in line {line} is not closed; reading goes on in the line after it"
            )
        };
        let at_the_end = items(b"id,text\n1,\"a\nb\"\n\"2\n2\",\"open\r\n3,\"\"\n4,\"c \"\"d\"\"", 1000);
        assert_eq!(
            at_the_end,
            [
                r#"1@8 {"id":"1","text":"a\nb"}"#.to_owned(),
                format!("2@16 {}", reason(5)),
                r#"3@29 {"id":"3","text":""}"#.to_owned(),
                format!("4@34 {}", reason(7)),
            ]
        );
        // Another field's quote cannot close it.
        let before_another = items(b"id,text\n1,\"open\n2,b\n3,\"c, d\"\n\n4,\"\"\"e\"\" f\"\n", 1000);
        assert_eq!(
            before_another,
            [
                format!("1@8 {}", reason(2)),
                r#"2@16 {"id":"2","text":"b"}"#.to_owned(),
                r#"3@20 {"id":"3","text":"c, d"}"#.to_owned(),
                r#"4@30 {"id":"4","text":"\"e\" f"}"#.to_owned(),
            ]
        );
        // Quotes that somebody forgot to double do not open a field.
        let sloppy = items(b"id,text\n1,\"a\nb \"c\" d\n2,\"e\" f\n", 1000);
        assert_eq!(sloppy, [r#"1@8 {"id":"1","text":"a\nb c\" d"}"#, r#"2@21 {"id":"2","text":"e f"}"#]);
    }

    #[test]
    fn a_long_row_and_a_quote_that_is_never_closed_end_within_bounds() {
        static ROWS: std::sync::LazyLock<Vec<u8>> =
            std::sync::LazyLock::new(|| [&b"id,text\n1,\"open\n"[..], &b"2,b\n".repeat(100_000)].concat());
        let found = items(&ROWS, 1000);
        assert_eq!(found.len(), 100_001);
        assert!(found[0].contains("is not closed"), "{}", found[0]);
        static LONG: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| {
            let long = "plain ".repeat(100_000);
            format!("id,text\n1,{long}\n2,b\n\"say \"\"3\"\" {long}\n9,x\n\",\"c\nc\"\n4,d\n").into_bytes()
        });
        let found = items(&LONG, 1000);
        let ends = [" (--max-record-bytes)", r#""text":"b"}"#, " (--max-record-bytes)", r#""text":"d"}"#];
        assert_eq!(found.len(), ends.len(), "{found:?}");
        assert!(found.iter().zip(ends).all(|(found, end)| found.ends_with(end)), "{found:?}");
    }

    #[test]
    fn parted_by_tabs_a_quote_is_a_sign_unless_the_field_also_ends_in_one() {
        let found = items(
            b"id\ttext\n1\t\"Quoted\" start\n2\t\"open\n3\t\"a\t\"\"b\"\"\nc\"\n4\tan \"end\"\n5\t\"last",
            1000,
        );
        assert_eq!(
            found,
            [
                r#"1@8 {"id":"1","text":"\"Quoted\" start"}"#,
                r#"2@25 {"id":"2","text":"\"open"}"#,
                r#"3@33 {"id":"3","text":"a\t\"b\"\nc"}"#,
                r#"4@47 {"id":"4","text":"an \"end\""}"#,
                r#"5@58 {"id":"5","text":"\"last"}"#
            ]
        );
    }

    /// Fields as any writer may quote them, and the bytes of a stream in pieces.
    #[test]
    fn what_the_csv_crate_writes_comes_back() {
        let field = "[a\",\t\n\r ]{0,6}";
        let rows = proptest::collection::vec((field, field), 1..8);
        proptest::proptest!(|(rows in rows, tabs: bool)| {
            let delimiter = if tabs { b'\t' } else { b',' };
            let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
            writer.write_record(["k", "v"]).unwrap();
            rows.iter().for_each(|(key, value)| writer.write_record([key, value]).unwrap());
            let bytes = std::io::Cursor::new(writer.into_inner().unwrap());
            let stream = std::io::BufReader::with_capacity(1, bytes);
            let mut reader = Rows::new(Box::new(stream), delimiter, 1000);
            reader.next_row();
            for (key, value) in &rows {
                let (_, row) = reader.next_row().unwrap();
                let read: Vec<&[u8]> = row.ok().unwrap().iter().collect();
                proptest::prop_assert_eq!(read, [key.as_bytes(), value.as_bytes()]);
            }
            proptest::prop_assert!(reader.next_row().is_none());
        });
    }
}
