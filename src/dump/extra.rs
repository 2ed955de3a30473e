//! What `dechaff` found out about a record, as fields or columns of its own.

use std::sync::Arc;

use arrow_array::builder::UInt64Builder;
use arrow_array::{ArrayRef, StringArray, StructArray, UInt16Array};
use arrow_schema::{ArrowError, DataType, Field, Fields};
use serde::{Serialize, Serializer};

use crate::document::{Label, N_LABELS};

/// A column that a table gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtraColumn {
    /// Its name; another, such as `dechaff_NAME`, where the input has a column of that name.
    pub name: &'static str,
    /// What it holds.
    pub kind: ExtraKind,
}

/// What an extra column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtraKind {
    /// Strings.
    Text,
    /// Numbers.
    Number,
    /// Blocks by label.
    Labels,
}

/// A value of a record; of labels, JSON has those that there are.
#[derive(Clone, Debug, PartialEq)]
pub enum Extra {
    /// A string.
    Text(Option<String>),
    /// A number.
    Number(Option<u16>),
    /// Blocks by label.
    Labels([u64; N_LABELS]),
}

impl ExtraColumn {
    /// The field, in a table that may have one of its name.
    pub(super) fn field(&self, is_taken: impl Fn(&str) -> bool) -> Field {
        Field::new(free_name(self.name, is_taken), self.kind.data_type(), true)
    }
}

/// A name that no other field has: `name`, `dechaff_name`, `dechaff_name_2`, ….
pub(crate) fn free_name(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    if !is_taken(name) {
        return name.to_owned();
    }
    let ours = format!("dechaff_{name}");
    let suffix = free_suffix(&[&ours], is_taken);
    ours + &suffix
}

/// What makes names of others that no field has: nothing, or `_2`, `_3`, ….
pub(super) fn free_suffix(names: &[&str], is_taken: impl Fn(&str) -> bool) -> String {
    let is_free = |suffix: &String| names.iter().all(|name| !is_taken(&format!("{name}{suffix}")));
    let numbered = (2_u64..).map(|number| format!("_{number}"));
    std::iter::once(String::new()).chain(numbered).find(is_free).unwrap_or_default()
}

impl ExtraKind {
    fn data_type(self) -> DataType {
        match self {
            ExtraKind::Text => DataType::Utf8,
            ExtraKind::Number => DataType::UInt16,
            ExtraKind::Labels => DataType::Struct(label_fields()),
        }
    }
}

fn label_fields() -> Fields {
    Label::ALL.iter().map(|label| Field::new(label.name(), DataType::UInt64, false)).collect()
}

impl Serialize for Extra {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Extra::Text(text) => text.serialize(serializer),
            Extra::Number(number) => number.serialize(serializer),
            Extra::Labels(counts) => {
                let there = Label::ALL.iter().zip(counts).filter(|(_, count)| **count > 0);
                serializer.collect_map(there.map(|(label, count)| (label.name(), count)))
            }
        }
    }
}

/// A column of the values of rows.
pub(super) fn extra_array<'a>(
    kind: ExtraKind,
    values: impl Iterator<Item = Option<&'a Extra>> + Clone,
) -> Result<ArrayRef, ArrowError> {
    Ok(match kind {
        ExtraKind::Text => {
            let texts = values.map(|value| match value {
                Some(Extra::Text(text)) => text.as_deref(),
                _ => None,
            });
            Arc::new(texts.collect::<StringArray>())
        }
        ExtraKind::Number => {
            let numbers = values.map(|value| match value {
                Some(Extra::Number(number)) => *number,
                _ => None,
            });
            Arc::new(numbers.collect::<UInt16Array>())
        }
        ExtraKind::Labels => {
            let column = |label: Label| -> ArrayRef {
                let mut counts = UInt64Builder::new();
                values.clone().for_each(|value| match value {
                    Some(Extra::Labels(all)) => {
                        counts.append_value(all.get(label.index()).copied().unwrap_or(0));
                    }
                    _ => counts.append_value(0),
                });
                Arc::new(counts.finish())
            };
            let columns = Label::ALL.iter().map(|&label| column(label)).collect();
            Arc::new(StructArray::try_new(label_fields(), columns, None)?)
        }
    })
}
