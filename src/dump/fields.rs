//! A JSON record whose fields stay as they were written.

use std::borrow::Cow;
use std::ops::{Deref, Range};
use std::sync::Arc;

use super::json_object::{Object, Texts, Value, part};
use super::json_text::unescape;

/// Of a longer line nothing is held that is held elsewhere.
const LONG: usize = 8 << 20;

/// The fields of a JSON object in order: what is not asked for comes out byte for byte.
///
/// A field is named by its key, or by the keys that lead to it with dots between (`data.text`). Of a key that stands twice the
/// last counts, as readers have it.
#[derive(Clone, Debug)]
pub struct Fields {
    line: Arc<String>,
    object: Object,
}

/// The text of a record, lent to the detection.
#[derive(Clone, Debug)]
pub enum Source {
    /// Held by itself.
    Owned(String),
    /// A part of the record's line.
    Line(Arc<String>, Range<usize>),
}

impl Deref for Source {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Source::Owned(text) => text,
            Source::Line(line, place) => part(line, place),
        }
    }
}

impl Fields {
    /// Parses one record.
    ///
    /// # Errors
    ///
    /// The line is not UTF-8 or not a JSON object.
    pub fn parse(line: Vec<u8>) -> Result<Fields, String> {
        let line = String::from_utf8(line).map_err(|error| {
            format!("invalid UTF-8 at byte {} of the record", error.utf8_error().valid_up_to())
        })?;
        let trimmed = line.trim();
        if trimmed.starts_with('[') {
            return Err("is a JSON array, not a record: JSON Lines has one object a line; \
                 jq -c '.[]' makes lines of an array of records"
                .to_owned());
        }
        if !trimmed.starts_with('{') {
            return Err("invalid JSON: expected a JSON object".to_owned());
        }
        if trimmed.len() == 1 {
            return Err(
                "invalid JSON: its object goes on in the next line, and JSON Lines has one object a line; \
                 jq -c . makes lines of records over several"
                    .to_owned(),
            );
        }
        let start = line.len() - line.trim_start().len();
        let object = Object::parse(&line, start..start + trimmed.len())
            .map_err(|error| invalid(&error, start, trimmed.contains('\r')))?;
        Ok(Fields { line: Arc::new(line), object })
    }

    /// The line as it was read.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// Names of the record's fields, in order; `None` for one that holds half a character.
    pub fn names(&self) -> impl Iterator<Item = Option<Cow<'_, str>>> {
        let there = self.object.entries.iter().filter(|entry| !matches!(entry.value, Value::Gone));
        there.map(|entry| entry.name(&self.line))
    }

    /// The string in a field: `Ok(None)` if there is no such field or it is null.
    ///
    /// # Errors
    ///
    /// The field is not a string, or holds half of a surrogate pair.
    pub fn string(&self, name: &str) -> Result<Option<Cow<'_, str>>, String> {
        match self.raw(name) {
            None | Some("null") => Ok(None),
            Some(raw) => unescape(raw).map(Some).map_err(|malformed| malformed.reason(name)),
        }
    }

    /// Whether a field holds a string of nothing but white space.
    pub fn is_blank(&self, name: &str) -> bool {
        let Some(mut rest) = self.raw(name).and_then(|raw| raw.strip_prefix('"')) else { return false };
        // A long string is not to be read to its end for this.
        while let Some(after) = [" ", "\\n", "\\r", "\\t"].iter().find_map(|blank| rest.strip_prefix(blank)) {
            rest = after;
        }
        match rest.chars().next() {
            Some('"') => true,
            Some(first) if first == '\\' || first.is_whitespace() => {
                self.string(name).is_ok_and(|text| text.is_some_and(|text| text.trim().is_empty()))
            }
            _ => false,
        }
    }

    /// The string in a field, to be held beside the record. Where the line is long it then is in memory once.
    ///
    /// # Errors
    ///
    /// As [`Fields::string`].
    pub fn lend(&mut self, name: &str) -> Result<Option<Source>, String> {
        let Some(place) = self.place(name).filter(|place| part(&self.line, place) != "null") else {
            return Ok(None);
        };
        let text = match unescape(part(&self.line, &place)).map_err(|malformed| malformed.reason(name))? {
            Cow::Borrowed(_) => {
                return Ok(Some(Source::Line(Arc::clone(&self.line), place.start + 1..place.end - 1)));
            }
            Cow::Owned(text) => text,
        };
        if self.line.len() > LONG {
            self.set(name, Value::Lent);
            self.shrink();
        }
        Ok(Some(Source::Owned(text)))
    }

    /// The value of a field as it was written.
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.place(name).map(|place| part(&self.line, &place))
    }

    /// The kept text is to stand in field `name`; if there is none, where field `beside` is, else at the end.
    pub fn put(&mut self, name: &str, beside: &str) {
        if self.set(name, Value::Kept) {
            self.keep_last(name);
            return;
        }
        let Some(steps) = self.object.steps(&self.line, beside) else {
            self.object.insert(usize::MAX, name, Value::Kept);
            return;
        };
        let folder = beside.rsplit_once('.').filter(|_| steps.len() > 1).map(|(folder, _)| folder);
        let inner = folder.and_then(|folder| name.strip_prefix(folder)?.strip_prefix('.'));
        match (inner, steps.as_slice()) {
            (Some(inner), _) => {
                if let Some((object, index)) = self.object.holder(&self.line, &steps) {
                    object.insert(index, inner, Value::Kept);
                }
            }
            (None, [index]) => self.object.insert(*index, name, Value::Kept),
            (None, _) => self.object.insert(usize::MAX, name, Value::Kept),
        }
    }

    /// Adds a field at the end, as JSON; one of that name gives way.
    pub fn add(&mut self, name: &str, json: String) {
        match self.object.last(&self.line, name).and_then(|index| self.object.entries.get_mut(index)) {
            Some(entry) => entry.value = Value::New(json),
            None => self.object.insert(usize::MAX, name, Value::New(json)),
        }
    }

    /// Whether the record itself has a field.
    pub fn has(&self, name: &str) -> bool {
        self.object.last(&self.line, name).is_some()
    }

    /// Whether a name leads to a field.
    pub fn leads(&self, name: &str) -> bool {
        self.object.steps(&self.line, name).is_some()
    }

    /// Takes out a field, however often it stands there.
    pub fn remove(&mut self, name: &str) {
        self.remove_same(name, true);
    }

    /// Takes out what stands before the last field of a name: readers do not see it, and nobody cleaned it.
    pub fn keep_last(&mut self, name: &str) {
        self.remove_same(name, false);
    }

    /// Gives back memory of a long line whose largest value is not needed any more.
    pub fn shrink(&mut self) {
        if self.line.len() > LONG {
            self.compact();
        }
    }

    fn compact(&mut self) {
        let mut line = String::new();
        self.object = self.object.clone().moved(&self.line, &mut line);
        self.line = Arc::new(line);
    }

    /// Writes the record as one line, without the break. `lent` is what [`Fields::lend`] gave.
    pub fn write(&self, lent: &str, kept: &str, out: &mut Vec<u8>) {
        out.reserve(self.line.len());
        self.object.write(&self.line, Texts { lent, kept }, out);
    }

    /// Writes the last value of a key of the record; false if there is none.
    pub fn write_value(&self, key: &str, lent: &str, kept: &str, out: &mut Vec<u8>) -> bool {
        let entry = self.object.last(&self.line, key).and_then(|index| self.object.entries.get(index));
        let Some(entry) = entry else { return false };
        entry.value.write(&self.line, Texts { lent, kept }, out);
        true
    }

    fn place(&self, name: &str) -> Option<Range<usize>> {
        let steps = self.object.steps(&self.line, name)?;
        self.object.place(&self.line, &steps)
    }

    fn set(&mut self, name: &str, value: Value) -> bool {
        let Some(steps) = self.object.steps(&self.line, name) else { return false };
        let Some((object, index)) = self.object.holder(&self.line, &steps) else { return false };
        let Some(entry) = object.entries.get_mut(index) else { return false };
        entry.value = value;
        true
    }

    fn remove_same(&mut self, name: &str, all: bool) {
        let Some(steps) = self.object.steps(&self.line, name) else { return };
        if let Some((object, index)) = self.object.holder(&self.line, &steps) {
            object.remove_same(&self.line, index, all);
        }
    }
}

/// The reason for a reject. The parser's number of the line, always 1, would pass for that of the input.
fn invalid(error: &serde_json::Error, start: usize, has_returns: bool) -> String {
    let told = error.to_string();
    let what = told.rsplit_once(" at line ").map_or(told.as_str(), |(what, _)| what);
    let advice = if has_returns {
        "; of lines that end with a carriage return alone, tr '\\r' '\\n' makes lines"
    } else {
        ""
    };
    format!("invalid JSON at byte {}: {what}{advice}", start + error.column().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn edit(line: &str, edit: impl FnOnce(&mut Fields)) -> String {
        let mut fields = Fields::parse(line.as_bytes().to_vec()).unwrap();
        edit(&mut fields);
        let mut out = Vec::new();
        fields.write("", "a\n\"b\"", &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn untouched_fields_come_out_as_they_were() {
        let line = r#" { "n" : 1.10000000000000000001e5, "html":"<p>","k\u00e9y":{"a" : [1, 2]},"big":123456789012345678901 } "#;
        let edited = edit(line, |fields| {
            fields.put("text", "html");
            fields.remove("html");
        });
        let expected = r#"{ "n" : 1.10000000000000000001e5,"text":"a\n\"b\"","k\u00e9y":{"a" : [1, 2]},"big":123456789012345678901 }"#;
        assert_eq!(edited, expected);
        assert_eq!(edit(line, |_| ()), line.trim());
    }

    #[test]
    fn the_first_and_the_last_field_can_go() {
        let remove = |names: &'static [&str]| {
            edit(r#"{"a":1, "b":2, "c":3}"#, |fields| names.iter().for_each(|name| fields.remove(name)))
        };
        assert_eq!(remove(&["a"]), r#"{"b":2, "c":3}"#);
        assert_eq!(remove(&["c"]), r#"{"a":1, "b":2}"#);
        assert_eq!(remove(&["a", "b"]), r#"{"c":3}"#);
        assert_eq!(remove(&["b", "a", "c", "x"]), "{}");
        assert_eq!(edit("{ }", |fields| fields.add("n", "7".to_owned())), r#"{"n":7 }"#);
    }

    #[test]
    fn of_a_key_that_stands_twice_the_last_is_read_and_the_others_go() {
        let line = r#"{"text":"first","n":1,"n":2,"te\u0078t":"last","id":3}"#;
        let fields = Fields::parse(line.as_bytes().to_vec()).unwrap();
        assert_eq!(fields.string("text").unwrap().unwrap(), "last");
        let expected = r#"{"n":1,"n":2,"te\u0078t":"a\n\"b\"","id":3}"#;
        assert_eq!(edit(line, |fields| fields.put("text", "html")), expected);
        let expected = r#"{"n":1,"n":2,"te\u0078t":"last","id":3}"#;
        assert_eq!(edit(line, |fields| fields.keep_last("text")), expected);
    }

    #[test]
    fn dots_lead_through_objects_unless_a_key_has_them() {
        let line = r#"{"id":1,"data" : {"x":[ 1 ], "a.b":{"text":"t"} , "html":"h"},"data.n":2}"#;
        let fields = Fields::parse(line.as_bytes().to_vec()).unwrap();
        assert_eq!(fields.string("data.a.b.text").unwrap().unwrap(), "t");
        assert_eq!((fields.raw("data.n"), fields.raw("data.m"), fields.raw("id.x")), (Some("2"), None, None));
        let expected = r#"{"id":1,"data" : {"x":[ 1 ], "a.b":{"text":"a\n\"b\""}},"data.n":2}"#;
        let edited = edit(line, |fields| {
            fields.put("data.a.b.text", "data.html");
            fields.remove("data.html");
        });
        assert_eq!(edited, expected);
        let expected = r#"{"id":1,"data" : {"x":[ 1 ], "a.b":{"text":"t"},"text":"a\n\"b\""},"data.n":2}"#;
        let edited = edit(line, |fields| {
            fields.put("data.text", "data.html");
            fields.remove("data.html");
        });
        assert_eq!(edited, expected);
    }

    #[test]
    fn a_long_line_gives_up_the_text_that_it_lent_and_comes_out_the_same() {
        let long = r"word\n".repeat(LONG / 4);
        let line = format!(r#"{{"id" : 7,"data":{{"text":"{long}"}}, "n":[1, 2]}}"#);
        let mut fields = Fields::parse(line.clone().into_bytes()).unwrap();
        let source = fields.lend("data.text").unwrap().unwrap();
        assert_eq!(&*source, "word\n".repeat(LONG / 4));
        assert!(fields.line().len() < 100, "{}", fields.line().len());
        assert_eq!(fields.string("id").unwrap_err(), "field `id` is not a string");
        let mut out = Vec::new();
        fields.write(&source, "", &mut out);
        assert_eq!(out, line.as_bytes());
        let plain = line.replace("\\n", " n");
        let mut fields = Fields::parse(plain.into_bytes()).unwrap();
        assert!(matches!(fields.lend("data.text").unwrap(), Some(Source::Line(..))), "one copy is enough");
        fields.put("data.text", "html");
        fields.shrink();
        assert!(fields.line().len() < 100);
    }

    #[test]
    fn white_space_is_blank_however_it_is_written() {
        let fields = r#"{"a":"","b":" \n\t ","c":"\u00a0\u3000","d":"\n<p>","e":null,"f":7,"g":"\u00a0x"}"#;
        let fields = Fields::parse(fields.as_bytes().to_vec()).unwrap();
        let blank: Vec<&str> = ["a", "b", "c", "d", "e", "f", "g", "h"]
            .into_iter()
            .filter(|name| fields.is_blank(name))
            .collect();
        assert_eq!(blank, ["a", "b", "c"]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let parse = |line: &[u8]| Fields::parse(line.to_vec());
        assert_eq!(parse(b" {\"a\":x}").unwrap_err(), "invalid JSON at byte 6: expected value");
        assert!(parse(b"{\"a\":").unwrap_err().contains("invalid JSON at byte 4: EOF"));
        assert!(parse(b" { \r").unwrap_err().contains("jq -c ."));
        assert!(parse(b"{\"a\":1}\r{\"a\":2}").unwrap_err().contains("carriage return"));
        assert!(parse(b"{\"a\":\"\xff\"}").unwrap_err().contains("byte 6"));
        assert!(parse(b" [1]").unwrap_err().contains("is a JSON array"));
        assert!(parse(b"7").unwrap_err().contains("expected a JSON object"));
        let fields = parse(br#"{"text":5,"none":null,"half":"\udfff"}"#).unwrap();
        assert!(fields.string("text").unwrap_err().contains("`text` is not a string"));
        assert!(fields.string("half").unwrap_err().contains(r"a lone surrogate \udfff"));
        assert_eq!(fields.string("none").unwrap(), None);
    }

    /// A line of JSON with odd white space, escapes and keys that stand twice.
    fn line() -> impl Strategy<Value = String> {
        let key = prop_oneof![
            Just(r#""text""#),
            Just(r#""te\u0078t""#),
            Just(r#""html""#),
            Just(r#""a""#),
            Just(r#""a.b""#),
            Just(r#""""#)
        ];
        let value = prop_oneof![
            Just(r#""x \n\"{y}, ""#),
            Just(r#"{ "text":[1,{"b":","}] , "html":null}"#),
            Just("{}"),
            Just("[ {}, []]"),
            Just("-1.50e+3"),
            Just("null")
        ];
        let blank = || prop_oneof![Just(""), Just(" "), Just("\t ")];
        let entry = (blank(), key, blank(), blank(), value, blank());
        let entry = entry.prop_map(|(a, key, b, c, value, d)| format!("{a}{key}{b}:{c}{value}{d}"));
        (blank(), proptest::collection::vec(entry, 0..6))
            .prop_map(|(a, entries)| format!("{a}{{{a}{}}}{a}", entries.join(",")))
    }

    proptest! {
        #[test]
        fn any_record_comes_out_as_it_was_but_for_what_is_changed(line in line(), is_long in any::<bool>()) {
            prop_assert_eq!(edit(&line, |_| ()), line.trim_matches([' ', '\t']));
            let edited = edit(&line, |fields| {
                fields.put("text", "html");
                fields.remove("html");
                if is_long {
                    fields.compact();
                }
            });
            let mut expected: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&line).unwrap();
            expected.insert("text".to_owned(), "a\n\"b\"".into());
            expected.remove("html");
            let found: serde_json::Value = serde_json::from_str(&edited).unwrap();
            prop_assert_eq!(found, serde_json::Value::Object(expected));
            let texts = Fields::parse(edited.into_bytes()).unwrap();
            prop_assert_eq!(texts.names().flatten().filter(|name| name == "text").count(), 1);
        }
    }
}
