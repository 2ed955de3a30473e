//! A wrong field name rejects a whole corpus one record at a time: the run ends when it is clear.

use std::sync::{Mutex, PoisonError};

use super::task::FieldNames;
use super::work::{Outcome, Worked};
use crate::error::{Error, Result};

/// Records that are looked at.
const RECORDS: u64 = 100;
/// Names of fields that a message tells.
const TOLD: usize = 20;
/// Characters of a name that it tells.
const LETTERS: usize = 60;

/// The first records of a run, as long as each of them lacks the fields that were named.
#[derive(Debug)]
pub(super) struct Lacking(Mutex<Option<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    records: u64,
    /// In the order in which they came.
    fields: Vec<String>,
}

impl Default for Lacking {
    fn default() -> Lacking {
        Lacking(Mutex::new(Some(Seen::default())))
    }
}

impl Lacking {
    /// For a run that nothing of this kind ends.
    pub(super) fn off() -> Lacking {
        Lacking(Mutex::new(None))
    }

    /// One more record.
    ///
    /// # Errors
    ///
    /// It is the hundredth, and none had what was named.
    pub(super) fn record(&self, worked: &Worked, names: &FieldNames) -> Result<()> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(first) = seen.as_mut() else { return Ok(()) };
        let fields = match &worked.outcome {
            // A line that cannot be read says nothing of its fields.
            _ if worked.is_unread => return Ok(()),
            Outcome::Rejected { .. } => worked.fields.as_deref(),
            _ => None,
        };
        let Some(fields) = fields else {
            *seen = None;
            return Ok(());
        };
        first.records += 1;
        for field in fields {
            if first.fields.len() <= TOLD && !first.fields.contains(field) {
                first.fields.push(field.clone());
            }
        }
        if first.records < RECORDS {
            return Ok(());
        }
        let error = first.error(names);
        *seen = None;
        Err(error)
    }
}

impl Seen {
    fn error(&self, names: &FieldNames) -> Error {
        let told: Vec<String> = self.fields.iter().take(TOLD).map(|name| quoted(name)).collect();
        let more = if self.fields.len() > TOLD { ", …" } else { "" };
        let there = match told[..] {
            [] => "no field at all".to_owned(),
            _ => format!("{}{more}", told.join(", ")),
        };
        Error::input(
            "fields",
            format!(
                "the first {RECORDS} records have neither {} nor {}; they have {there}: name the one that holds text or HTML \
                 with --text-field or --html-field (a.b is field b in object a), or go on with --max-rejects",
                quoted(&names.text),
                quoted(&names.html)
            ),
        )
    }
}

/// A name without what a terminal would obey.
fn quoted(name: &str) -> String {
    let letters: String = name.chars().take(LETTERS).collect();
    let more = if letters.len() < name.len() { "…" } else { "" };
    format!("`{}{more}`", letters.escape_debug())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> FieldNames {
        let [text, html, id, url] = ["text", "html", "id", "url"].map(str::to_owned);
        FieldNames { text, html, id, url }
    }

    fn worked(outcome: Outcome, fields: Option<&[&str]>) -> Worked {
        let fields = fields.map(|fields| fields.iter().map(|&name| name.to_owned()).collect());
        Worked { fields, ..Worked::new(outcome) }
    }

    fn rejected(id: Option<&str>, fields: Option<&[&str]>) -> Worked {
        worked(Outcome::Rejected { id: id.map(str::to_owned), reason: String::new() }, fields)
    }

    #[test]
    fn the_hundredth_record_without_the_field_names_those_that_are_there() {
        let lacking = Lacking::default();
        for _ in 1..RECORDS {
            lacking.record(&rejected(Some("a"), Some(&["body", "esc\u{1b}[2J"])), &names()).unwrap();
            let unread = Worked { is_unread: true, ..rejected(None, None) };
            lacking.record(&unread, &names()).unwrap();
        }
        let told = lacking.record(&rejected(Some("a"), Some(&["body"])), &names()).unwrap_err().to_string();
        assert!(told.contains(r"they have `body`, `esc\u{1b}[2J`: name"), "{told}");
    }

    #[test]
    fn one_record_that_has_it_is_enough() {
        for one in [worked(Outcome::Dropped("short"), None), rejected(Some("null"), None)] {
            let lacking = Lacking::default();
            lacking.record(&one, &names()).unwrap();
            for _ in 0..2 * RECORDS {
                lacking.record(&rejected(Some("a"), Some(&[])), &names()).unwrap();
            }
        }
    }
}
