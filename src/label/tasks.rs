//! The documents to label.

use arrow_schema::SchemaRef;
use serde::Deserialize;
use serde_json::Value;

use super::formats::Import;
use super::store::{digest, distinct_id};
use crate::batch::{Drawing, Sink};
use crate::document::{Access, Label};
use crate::dump::{Input, Reject, View, Written};
use crate::error::{Error, Result};

/// A document to label, with the model's guess.
#[derive(Clone, Debug)]
pub struct Task {
    /// Its id.
    pub id: String,
    /// Its address.
    pub url: Option<String>,
    /// Its access, by the model.
    pub access: Access,
    /// Text, label and probability of each block, by the model.
    pub blocks: Vec<(String, Label, f32)>,
    /// Share of the blocks whose label is in doubt.
    pub doubt: f32,
}

impl Task {
    /// The texts of its blocks.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().map(|(text, ..)| text.as_str())
    }

    /// Takes labels from elsewhere as a guess, line by line where the text is the same.
    pub fn take(&mut self, import: &Import) {
        for ((text, label, probability), (line, imported)) in self.blocks.iter_mut().zip(&import.lines) {
            if let Some(imported) = imported.filter(|_| text == line) {
                (*label, *probability) = (imported, 1.0);
            }
        }
        self.access = import.access.unwrap_or(self.access);
    }
}

/// Collects a sample of documents.
#[derive(Default)]
pub struct TaskCollector {
    drawing: Drawing,
    /// The name of the input that is read, without its folder.
    input: String,
    records: u64,
    rejected: u64,
    first_reject: Option<String>,
}

#[derive(Deserialize)]
struct Head {
    id: String,
    #[serde(default)]
    is_number: bool,
    url: Option<String>,
    access: Access,
    doubt: f32,
}

#[derive(Deserialize)]
struct Body {
    blocks: Vec<(String, usize, u16)>,
}

impl TaskCollector {
    /// A sample of at most so many documents.
    pub fn new(documents: usize) -> TaskCollector {
        TaskCollector { drawing: Drawing::new(documents), ..TaskCollector::default() }
    }

    /// The documents that have blocks.
    ///
    /// # Errors
    ///
    /// There are none.
    pub fn into_tasks(self) -> Result<Vec<Task>> {
        let tasks = self.drawing.into_views().into_iter().map(|view| task(&view));
        let tasks = tasks.collect::<serde_json::Result<Vec<Task>>>();
        let tasks = tasks.map_err(|error| Error::input("label page", error))?;
        let tasks: Vec<Task> = tasks.into_iter().filter(|task| !task.blocks.is_empty()).collect();
        if tasks.is_empty() {
            let why = self.first_reject.map_or_else(String::new, |why| format!("; the first reject: {why}"));
            let reason = format!(
                "there is nothing to label: of {} records {} are rejected and none of the others has text{why}",
                self.records, self.rejected
            );
            return Err(Error::input("label page", reason));
        }
        Ok(tasks)
    }
}

fn task(view: &View) -> serde_json::Result<Task> {
    let head: Head = serde_json::from_slice(&view.head)?;
    let body: Body = serde_json::from_slice(&view.body)?;
    let label = |index: usize| Label::ALL.get(index).copied().unwrap_or(Label::Other);
    let blocks = body.blocks.into_iter();
    Ok(Task {
        id: head.id,
        url: head.url,
        access: head.access,
        doubt: head.doubt,
        blocks: blocks.map(|(text, index, p)| (text, label(index), f32::from(p) / 1000.0)).collect(),
    })
}

/// Gives a document without an id one that holds the name of its input and what stands in it: its number says something else
/// in another input, or in this one when a line is added.
fn name(view: &mut View, input: &str) -> serde_json::Result<()> {
    let head: Head = serde_json::from_slice(&view.head)?;
    if head.is_number {
        let mut fields: serde_json::Map<String, Value> = serde_json::from_slice(&view.head)?;
        let Body { blocks } = serde_json::from_slice(&view.body)?;
        let digest = digest(blocks.iter().map(|(text, ..)| text.as_str()));
        fields.insert("id".to_owned(), distinct_id(input, &digest).into());
        view.head = serde_json::to_vec(&fields)?;
    }
    Ok(())
}

impl Sink for TaskCollector {
    fn begin(&mut self, input: &Input, _: Option<SchemaRef>) -> Result<()> {
        let name = input.relative().file_name().unwrap_or_default();
        self.input = name.to_string_lossy().into_owned();
        Ok(())
    }

    fn write(&mut self, written: Written) -> Result<()> {
        if let Written::View(mut view) = written {
            self.records += 1;
            name(&mut view, &self.input).map_err(|error| Error::input("label page", error))?;
            self.drawing.add(*view);
        }
        Ok(())
    }

    fn reject(&mut self, reject: &Reject) -> Result<()> {
        self.records += 1;
        self.rejected += 1;
        let Reject { input, record, reason, .. } = reject;
        self.first_reject.get_or_insert_with(|| format!("{input}, record {record}: {reason}"));
        Ok(())
    }
}
