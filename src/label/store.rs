//! The labels so far, in memory and on the disk after each page.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::formats::{doccano_line, label_studio_line, read_labels};
use crate::document::{Access, Label};
use crate::dump::{Output, OutputTarget};
use crate::error::{Error, Result};

/// A document with labels: a record of the corpus schema.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelledPage {
    /// Its id.
    pub id: String,
    /// Its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Its access.
    #[serde(default)]
    pub access: Option<Access>,
    /// Its blocks.
    pub blocks: Vec<LabelledLine>,
}

/// A block with its label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelledLine {
    /// Text.
    pub text: String,
    /// Label.
    pub label: Label,
}

/// Files in other tools' formats, written beside the labels.
#[derive(Clone, Debug, Default)]
pub struct Exports {
    /// doccano's sequence labelling.
    pub doccano: Option<PathBuf>,
    /// Label Studio's tasks.
    pub label_studio: Option<PathBuf>,
}

/// Labels by document.
pub struct Store {
    path: PathBuf,
    exports: Exports,
    pages: BTreeMap<String, LabelledPage>,
}

impl Store {
    /// Opens the labels in a file; there are none if there is no file.
    ///
    /// # Errors
    ///
    /// The file holds something else.
    pub fn open(path: &Path, exports: Exports) -> Result<Store> {
        let pages = if path.exists() { read_labels(path)? } else { Vec::new() };
        let pages =
            pages.into_iter().filter_map(|page| page.with_blocks()).map(|page| (page.id.clone(), page));
        Ok(Store { path: path.to_owned(), exports, pages: pages.collect() })
    }

    /// The labels of a document.
    pub fn get(&self, id: &str) -> Option<&LabelledPage> {
        self.pages.get(id)
    }

    /// Number of labelled documents.
    pub fn len(&self) -> usize {
        self.pages.len()
    }

    /// Whether nothing is labelled.
    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// Keeps a document's labels, on the disk when this returns.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    pub fn put(&mut self, page: LabelledPage) -> Result<()> {
        self.pages.insert(page.id.clone(), page);
        self.write(&self.path, serde_json::to_vec)?;
        if let Some(path) = &self.exports.doccano {
            self.write(path, doccano_line)?;
        }
        if let Some(path) = &self.exports.label_studio {
            self.write(path, label_studio_line)?;
        }
        Ok(())
    }

    /// The file appears whole: a crash leaves the one before.
    fn write(&self, path: &Path, line: impl Fn(&LabelledPage) -> serde_json::Result<Vec<u8>>) -> Result<()> {
        let mut output = Output::create(OutputTarget::from_argument(Some(path)), true)?;
        for page in self.pages.values() {
            let mut bytes = line(page).map_err(|error| Error::input(path.display(), error))?;
            bytes.push(b'\n');
            output.write(&bytes)?;
        }
        output.finish()
    }
}
