//! A JSON record whose fields stay as they were written.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The fields of a JSON object in order, their values unparsed: what is not asked for comes out byte for byte.
#[derive(Debug)]
pub struct Fields<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;
        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Vec<(Cow<'de, str>, Cow<'de, str>)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut fields = Vec::with_capacity(8);
                while let Some((Key(key), value)) = map.next_entry::<Key<'de>, &'de RawValue>()? {
                    fields.push((key, Cow::Borrowed(value.get())));
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(FieldsVisitor).map(Fields)
    }
}

/// A key that borrows where the JSON has no escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> Fields<'a> {
    /// Parses one record.
    ///
    /// # Errors
    ///
    /// The line is not UTF-8 or not a JSON object.
    pub fn parse(line: &'a [u8]) -> Result<Fields<'a>, String> {
        let line = std::str::from_utf8(line)
            .map_err(|error| format!("invalid UTF-8 at byte {} of the record", error.valid_up_to()))?;
        serde_json::from_str(line.trim()).map_err(|error| format!("invalid JSON: {error}"))
    }

    /// The string in a field: `Ok(None)` if there is no such field or it is null.
    ///
    /// # Errors
    ///
    /// The field is not a string.
    pub fn string(&self, name: &str) -> Result<Option<Cow<'_, str>>, String> {
        match self.raw(name) {
            None | Some("null") => Ok(None),
            Some(raw) => serde_json::from_str::<Text<'_>>(raw)
                .map(|Text(text)| Some(text))
                .map_err(|_| format!("field `{name}` is not a string")),
        }
    }

    /// The value of a field as it was written.
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| &**value)
    }

    /// Puts a string into field `name`; if there is none, where field `beside` is, else at the end.
    pub fn put(&mut self, name: &str, text: &str, beside: &str) {
        let value = Cow::Owned(serde_json::Value::from(text).to_string());
        if let Some((_, slot)) = self.0.iter_mut().find(|(key, _)| key == name) {
            *slot = value;
            return;
        }
        let at = self.0.iter().position(|(key, _)| key == beside).unwrap_or(self.0.len());
        self.0.insert(at, (Cow::Owned(name.to_owned()), value));
    }

    /// Takes a field out.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(key, _)| key != name);
    }

    /// Writes the record as one line, without the break.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.push(b'{');
        for (index, (key, value)) in self.0.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            out.extend_from_slice(serde_json::Value::from(&**key).to_string().as_bytes());
            out.push(b':');
            out.extend_from_slice(value.as_bytes());
        }
        out.push(b'}');
    }
}

#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(line: &str, edit: impl FnOnce(&mut Fields<'_>)) -> String {
        let mut fields = Fields::parse(line.as_bytes()).unwrap();
        edit(&mut fields);
        let mut out = Vec::new();
        fields.write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn untouched_fields_come_out_as_they_were() {
        let line = r#"{"n":1.10000000000000000001e5,"html":"<p>","k\u00e9y":{"a" : [1, 2]},"big":123456789012345678901}"#;
        let edited = edit(line, |fields| {
            fields.put("text", "a\n\"b\"", "html");
            fields.remove("html");
        });
        let expected = r#"{"n":1.10000000000000000001e5,"text":"a\n\"b\"","kéy":{"a" : [1, 2]},"big":123456789012345678901}"#;
        assert_eq!(edited, expected);
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert!(Fields::parse(b"{\"a\":").unwrap_err().contains("invalid JSON"));
        assert!(Fields::parse(b"{\"a\":\"\xff\"}").unwrap_err().contains("byte 6"));
        assert!(Fields::parse(b"[1]").unwrap_err().contains("a JSON object"));
        let fields = Fields::parse(br#"{"text":5,"none":null}"#).unwrap();
        assert!(fields.string("text").unwrap_err().contains("`text` is not a string"));
        assert_eq!(fields.string("none").unwrap(), None);
    }
}
