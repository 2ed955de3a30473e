//! The labels so far, in memory and on the disk after each page.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::formats::{doccano_line, foreign_format, label_studio_line};
use super::lock::lock_beside;
use super::raw::relabelled;
use crate::corpus::{parse_record, text_or_number};
use crate::document::{Access, Label};
use crate::dump::{Output, OutputTarget, open_decompressed};
use crate::error::{Error, Result};

/// A document with labels: a record of the corpus schema.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelledPage {
    /// Its id.
    #[serde(deserialize_with = "text_or_number")]
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

impl LabelledPage {
    fn texts(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().map(|block| block.text.as_str())
    }
}

/// Files in other tools' formats, written beside the labels.
#[derive(Clone, Debug, Default)]
pub struct Exports {
    /// doccano's sequence labelling.
    pub doccano: Option<PathBuf>,
    /// Label Studio's tasks.
    pub label_studio: Option<PathBuf>,
    /// Exports that exist and hold something else than these labels are replaced.
    pub overwrite: bool,
}

/// How a page is written.
type LineOf = fn(&LabelledPage) -> serde_json::Result<Vec<u8>>;

impl Exports {
    fn files(&self) -> impl Iterator<Item = (&Path, LineOf)> {
        let doccano = self.doccano.as_deref().map(|path| (path, doccano_line as LineOf));
        let label_studio = self.label_studio.as_deref().map(|path| (path, label_studio_line as LineOf));
        doccano.into_iter().chain(label_studio)
    }
}

/// A line of the file; what is no text with labelled lines is kept as it is.
struct Entry {
    line: String,
    page: Option<LabelledPage>,
}

/// A file of labels. What is in it stays in it, in its order and with all its fields.
pub struct Store {
    path: PathBuf,
    exports: Exports,
    entries: Vec<Entry>,
    ids: BTreeSet<String>,
    /// Entries by id and text: a text of the same name is another page.
    places: BTreeMap<(String, String), usize>,
    /// Held as long as the store.
    _lock: File,
}

impl Store {
    /// Opens the labels in a file; there are none if there is no file.
    ///
    /// # Errors
    ///
    /// The file holds something else than a corpus, an export is in the way, another process has the file open, or its folder
    /// cannot be written.
    pub fn open(path: &Path, exports: Exports) -> Result<Store> {
        // Through a link the file is replaced, not the link.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if path.is_dir() || path.as_os_str() == "-" {
            return Err(Error::input(path.display(), "name a file for the labels"));
        }
        let lock = lock_beside(&path)?;
        let entries = if path.exists() { read_entries(&path)? } else { Vec::new() };
        let mut store = Store {
            path,
            exports,
            entries: Vec::new(),
            ids: BTreeSet::new(),
            places: BTreeMap::new(),
            _lock: lock,
        };
        for (id, entry) in entries {
            store.add(id, entry);
        }
        store.refuse_strangers()?;
        Ok(store)
    }

    fn add(&mut self, id: String, entry: Entry) {
        if let Some(page) = &entry.page {
            self.places.insert((id.clone(), digest(page.texts())), self.entries.len());
        }
        self.ids.insert(id);
        self.entries.push(entry);
    }

    /// The labels of a document with this id and these lines.
    pub fn get<'t>(&self, id: &str, texts: impl IntoIterator<Item = &'t str>) -> Option<&LabelledPage> {
        self.entries.get(self.place(id, &digest(texts))?)?.page.as_ref()
    }

    fn place(&self, id: &str, digest: &str) -> Option<usize> {
        let own = (id.to_owned(), digest.to_owned());
        let distinct = (distinct_id(id, digest), own.1.clone());
        self.places.get(&own).or_else(|| self.places.get(&distinct)).copied()
    }

    /// Number of labelled documents.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether nothing is labelled.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Keeps a document's labels, on the disk when this returns. They replace those of the same document; a document of the
    /// same id with another text is another, and gets an id that tells them apart.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    pub fn put(&mut self, mut page: LabelledPage) -> Result<()> {
        let failed = |error| Error::input(self.path.display(), error);
        let digest = digest(page.texts());
        let place = self.place(&page.id, &digest);
        match place.and_then(|place| self.entries.get_mut(place)) {
            Some(entry) => {
                entry.line = relabelled(&entry.line, &page).map_err(failed)?;
                if let Some(known) = &mut entry.page {
                    (known.access, known.blocks) = (page.access, page.blocks);
                }
            }
            None => {
                if self.ids.contains(&page.id) {
                    page.id = distinct_id(&page.id, &digest);
                }
                let line = serde_json::to_string(&page).map_err(failed)?;
                self.add(page.id.clone(), Entry { line, page: Some(page) });
            }
        }
        self.write()
    }

    /// The files appear whole: a crash leaves those before.
    fn write(&self) -> Result<()> {
        let mut output = Output::create(OutputTarget::File(self.path.clone()), true)?;
        for entry in &self.entries {
            output.write(entry.line.as_bytes())?;
            output.write(b"\n")?;
        }
        output.finish()?;
        for (path, line) in self.exports.files() {
            let mut output = Output::create(OutputTarget::from_argument(Some(path)), true)?;
            output.write(&self.exported(path, line)?)?;
            output.finish()?;
        }
        Ok(())
    }

    fn exported(&self, path: &Path, line: LineOf) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        for page in self.entries.iter().filter_map(|entry| entry.page.as_ref()) {
            bytes.extend(line(page).map_err(|error| Error::input(path.display(), error))?);
            bytes.push(b'\n');
        }
        Ok(bytes)
    }

    /// An export is replaced with every save. One that holds something else is somebody's work.
    fn refuse_strangers(&self) -> Result<()> {
        for (path, line) in self.exports.files() {
            if self.exports.overwrite || !path.exists() {
                continue;
            }
            let mut bytes = Vec::new();
            let read = open_decompressed(path)?.read_to_end(&mut bytes);
            read.map_err(|error| Error::io(path, "read", error))?;
            if bytes != self.exported(path, line)? {
                let reason =
                    "the export exists and holds something else than these labels; --overwrite replaces it";
                return Err(Error::input(path.display(), reason));
            }
        }
        Ok(())
    }
}

/// The lines of a corpus with their ids.
fn read_entries(path: &Path) -> Result<Vec<(String, Entry)>> {
    let mut entries = Vec::new();
    for (number, line) in open_decompressed(path)?.lines().enumerate() {
        let line = line.map_err(|error| Error::io(path, "read", error))?;
        if line.trim().is_empty() {
            continue;
        }
        let entry = read_entry(line).map_err(|reason| {
            let advice = "nothing was changed; give -o a corpus or a new file";
            Error::input(format!("{}, line {}", path.display(), number + 1), format!("{reason}; {advice}"))
        })?;
        entries.push(entry);
    }
    Ok(entries)
}

#[derive(Deserialize)]
struct Head {
    #[serde(deserialize_with = "text_or_number")]
    id: String,
    #[serde(default)]
    blocks: Option<serde::de::IgnoredAny>,
}

fn read_entry(line: String) -> std::result::Result<(String, Entry), String> {
    if let Some(tool) = foreign_format(&line) {
        return Err(format!("it has the format of {tool}, which --import reads"));
    }
    parse_record(&line, "").map_err(|error| format!("it is no record of a labelled corpus: {error}"))?;
    let read = |error: serde_json::Error| error.to_string();
    let head: Head = serde_json::from_str(&line).map_err(read)?;
    let page = match head.blocks {
        Some(_) => Some(serde_json::from_str(&line).map_err(read)?),
        None => None,
    };
    Ok((head.id, Entry { line, page }))
}

/// What tells a text from others: the first half of a SHA-256 of its lines.
pub(super) fn digest<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update(text.as_bytes());
        hasher.update(b"\n");
    }
    hasher.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// An id that another text has, made distinct.
pub(super) fn distinct_id(id: &str, digest: &str) -> String {
    format!("{id}#{}", digest.get(..16).unwrap_or(digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(id: &str, lines: &[(&str, Label)]) -> LabelledPage {
        let blocks = lines.iter().map(|&(text, label)| LabelledLine { text: text.to_owned(), label });
        LabelledPage {
            id: id.to_owned(),
            url: None,
            language: None,
            access: Some(Access::Open),
            blocks: blocks.collect(),
        }
    }

    fn open(path: &Path) -> Result<Store> {
        Store::open(path, Exports::default())
    }

    const CORPUS: &str = "\
        {\"id\":\"b\",\"host\":\"b.example\",\"language\":\"de\",\"page_type\":\"article\",\"access\":\"open\",\
        \"blocks\":[{\"text\":\"Eins\",\"label\":\"content\"}],\"note\":1.50}\n\
        {\"id\":\"p\",\"language\":\"fr\",\"label\":\"login_prompt\",\"phrases\":[\"Se connecter\"]}\n\
        {\"id\":\"a\",\"html\":\"<p data-label=\\\"content\\\">x</p>\"}\n";

    #[test]
    fn a_corpus_keeps_its_pages_their_order_and_all_their_fields() {
        let sandbox = tempfile::tempdir().unwrap();
        let path = sandbox.path().join("corpus.jsonl");
        std::fs::write(&path, CORPUS).unwrap();
        let mut store = open(&path).unwrap();
        assert_eq!(store.len(), 1);
        store.put(page("c", &[("Drei", Label::Content)])).unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().starts_with(CORPUS));
        store.put(page("b", &[("Eins", Label::Ad)])).unwrap();
        let expected = CORPUS.replacen("\"label\":\"content\"", "\"label\":\"ad\"", 1);
        assert!(std::fs::read_to_string(&path).unwrap().starts_with(&expected));
        assert_eq!(store.len(), 2);
    }

    #[test]
    fn a_text_of_the_same_id_is_another_document() {
        let sandbox = tempfile::tempdir().unwrap();
        let path = sandbox.path().join("labels.jsonl");
        let mut store = open(&path).unwrap();
        store.put(page("1", &[("one", Label::Content)])).unwrap();
        store.put(page("1", &[("two", Label::Ad)])).unwrap();
        store.put(page("1", &[("two", Label::Legal)])).unwrap();
        drop(store);
        let store = open(&path).unwrap();
        assert_eq!(store.len(), 2);
        let label = |text: &str| store.get("1", [text]).unwrap().blocks[0].label;
        assert_eq!((label("one"), label("two")), (Label::Content, Label::Legal));
        assert!(store.get("1", ["three"]).is_none());
    }

    #[test]
    fn what_is_no_corpus_is_refused_and_stays() {
        let sandbox = tempfile::tempdir().unwrap();
        let path = sandbox.path().join("x.jsonl");
        for (text, reason) in [
            (r#"{"id":"a","text":"mine"}"#, "no record of a labelled corpus"),
            (r#"{"id":"a","blocks":[{"text":"x","label":"banner"}]}"#, "banner"),
            (r#"{"id":7,"text":"one","label":[[0,3,"content"]]}"#, "doccano"),
            ("Dear diary", "line 1"),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = open(&path).err().unwrap().to_string();
            assert!(error.contains(reason), "{error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn two_sessions_on_one_file_are_refused() {
        let sandbox = tempfile::tempdir().unwrap();
        let path = sandbox.path().join("labels.jsonl");
        let first = open(&path).unwrap();
        let error = open(&path).err().unwrap().to_string();
        assert!(error.contains("another dechaff"), "{error}");
        drop(first);
        assert!(open(&path).is_ok());
    }

    #[test]
    fn an_export_that_holds_other_work_stays() {
        let sandbox = tempfile::tempdir().unwrap();
        let (path, export) = (sandbox.path().join("l.jsonl"), sandbox.path().join("d.jsonl"));
        let exports = |overwrite| Exports { doccano: Some(export.clone()), label_studio: None, overwrite };
        let mut store = Store::open(&path, exports(false)).unwrap();
        store.put(page("1", &[("one", Label::Content)])).unwrap();
        drop(store);
        assert!(Store::open(&path, exports(false)).is_ok(), "its own export goes on");
        std::fs::write(&export, "precious").unwrap();
        assert!(Store::open(&path, exports(false)).err().unwrap().to_string().contains("--overwrite"));
        assert!(Store::open(&path, exports(true)).is_ok());
        assert_eq!(std::fs::read_to_string(&export).unwrap(), "precious");
    }
}
