//! A line of a corpus with all its fields as they were written, whether we know them or not.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use super::store::LabelledPage;

/// A JSON object: its fields in order, their values byte for byte.
struct RawObject(Vec<(String, Box<RawValue>)>);

impl RawObject {
    fn set(&mut self, name: &str, value: &impl Serialize) -> serde_json::Result<()> {
        let value = to_raw_value(value)?;
        match self.0.iter_mut().find(|(field, _)| field == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
        Ok(())
    }
}

impl Serialize for RawObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.0.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for RawObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RawObject, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = RawObject;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawObject, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(RawObject(fields))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

#[derive(serde::Deserialize)]
struct Blocks {
    blocks: Vec<RawObject>,
}

/// The line of a page with its labels and its access replaced, and nothing else. The page has the line's blocks.
pub(super) fn relabelled(line: &str, page: &LabelledPage) -> serde_json::Result<String> {
    let mut object: RawObject = serde_json::from_str(line)?;
    let Blocks { mut blocks } = serde_json::from_str(line)?;
    for (block, labelled) in blocks.iter_mut().zip(&page.blocks) {
        block.set("label", &labelled.label)?;
    }
    object.set("blocks", &blocks)?;
    if page.access.is_some() {
        object.set("access", &page.access)?;
    }
    serde_json::to_string(&object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Access, Label};
    use crate::label::store::LabelledLine;

    #[test]
    fn only_labels_and_access_change() {
        let line = r#"{"language":"de","id":"a","n":1.50,"big":123456789012345678901,"access":"open","blocks":[{"note":"x","text":"Weiter","label":"other"}],"tags":{"b":1,"a":[ ]}}"#;
        let page = LabelledPage {
            id: "a".to_owned(),
            url: None,
            language: None,
            access: Some(Access::Gated),
            blocks: vec![LabelledLine { text: "Weiter".to_owned(), label: Label::LoginPrompt }],
        };
        let expected = line.replace(r#""other""#, r#""login_prompt""#).replace(r#""open""#, r#""gated""#);
        assert_eq!(relabelled(line, &page).unwrap(), expected);
    }
}
