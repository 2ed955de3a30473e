//! The documents to label.

use arrow_schema::SchemaRef;
use serde::Deserialize;

use super::formats::Import;
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
pub struct TaskCollector(Drawing);

#[derive(Deserialize)]
struct Head {
    id: String,
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
        TaskCollector(Drawing::new(documents))
    }

    /// The documents that have blocks.
    ///
    /// # Errors
    ///
    /// A view cannot be read, which does not happen.
    pub fn into_tasks(self) -> Result<Vec<Task>> {
        let tasks = self.0.into_views().into_iter().map(|view| task(&view));
        let tasks = tasks.collect::<serde_json::Result<Vec<Task>>>();
        let tasks = tasks.map_err(|error| Error::input("label page", error))?;
        Ok(tasks.into_iter().filter(|task| !task.blocks.is_empty()).collect())
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

impl Sink for TaskCollector {
    fn begin(&mut self, _: &Input, _: Option<SchemaRef>) -> Result<()> {
        Ok(())
    }

    fn write(&mut self, written: Written) -> Result<()> {
        if let Written::View(view) = written {
            self.0.add(*view);
        }
        Ok(())
    }

    fn reject(&mut self, _: &Reject) -> Result<()> {
        Ok(())
    }
}
