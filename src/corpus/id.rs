//! Ids of corpora: strings or numbers, as in all that is filtered.

use std::fmt;

use serde::Deserializer;
use serde::de::{Error, Visitor};

/// Reads an id; a number is the text that it is written as.
pub(crate) fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    deserializer.deserialize_any(Id)
}

struct Id;

impl Visitor<'_> for Id {
    type Value = String;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string or a number as id")
    }

    fn visit_str<E: Error>(self, id: &str) -> Result<String, E> {
        Ok(id.to_owned())
    }

    fn visit_string<E: Error>(self, id: String) -> Result<String, E> {
        Ok(id)
    }

    fn visit_u64<E: Error>(self, id: u64) -> Result<String, E> {
        Ok(id.to_string())
    }

    fn visit_i64<E: Error>(self, id: i64) -> Result<String, E> {
        Ok(id.to_string())
    }

    fn visit_f64<E: Error>(self, id: f64) -> Result<String, E> {
        serde_json::Number::from_f64(id).map(|id| id.to_string()).ok_or_else(|| E::custom("no number"))
    }
}
