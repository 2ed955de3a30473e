//! What an input is, without working on it.

use std::fmt;
use std::sync::Arc;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::format::Format;
use super::input::{Input, InputOptions};
use super::meter::Meter;
use super::record::Body;
use super::{Item, ReadItems};
use crate::error::Result;

/// Items that are read to find a record.
const ITEMS: usize = 100;

/// What an input is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Inspected {
    /// The input's name.
    pub input: String,
    /// Its format; of standard input and pipes, which are not read, the one that was given or is in the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<&'static str>,
    /// Size in bytes, where it is known before reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Files, if the input is a folder of pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<usize>,
    /// The fields of the first record, the columns of a table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

impl Input {
    /// Tells what the input is: its format, its size, and the fields of its first record.
    ///
    /// # Errors
    ///
    /// As [`Input::open`].
    pub fn inspect(&self, options: &InputOptions) -> Result<Inspected> {
        let mut inspected = Inspected {
            input: self.name(),
            format: None,
            bytes: self.size(),
            pages: None,
            fields: Vec::new(),
        };
        match self {
            _ if self.is_pipe() => {
                inspected.format = options.format.or(Format::by_name(self.relative())).map(Format::name);
            }
            Input::Pages(pages) => {
                inspected.pages = Some(pages.files().len());
                inspected.bytes = Some(self.identity()?.size);
                inspected.format = Some("pages");
            }
            _ => {
                let (format, mut reader) = self.open_told(options, &Arc::new(Meter::default()))?;
                inspected.format = format.map(Format::name);
                inspected.fields = fields(&mut *reader);
            }
        }
        Ok(inspected)
    }
}

fn fields(reader: &mut dyn ReadItems) -> Vec<String> {
    if let Some(schema) = reader.schema() {
        return schema.fields().iter().map(|field| field.name().clone()).collect();
    }
    let mut items = std::iter::from_fn(|| reader.next_item()).take(ITEMS);
    let first = items.find_map(|item| match item {
        Item::Record(record) => Some(record.body),
        _ => None,
    });
    match first {
        Some(Body::JsonLine(line)) => {
            let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line);
            serde_json::from_slice::<Keys>(line).map(|keys| keys.0).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// The keys of a JSON object, in order.
struct Keys(Vec<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Keys, D::Error> {
        struct KeysVisitor;
        impl<'de> Visitor<'de> for KeysVisitor {
            type Value = Keys;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> std::result::Result<Keys, M::Error> {
                let mut keys = Vec::new();
                while let Some((key, IgnoredAny)) = map.next_entry()? {
                    keys.push(key);
                }
                Ok(Keys(keys))
            }
        }
        deserializer.deserialize_map(KeysVisitor)
    }
}
