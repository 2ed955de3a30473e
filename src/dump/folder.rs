//! Folders of pages and texts.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::record::{Body, PageKind, RawRecord, Reject};
use super::{Item, ReadItems};
use crate::error::{Error, Result};

pub(super) struct FolderReader {
    root: PathBuf,
    files: std::vec::IntoIter<(PathBuf, PageKind)>,
    max_bytes: usize,
    number: u64,
}

impl FolderReader {
    /// Lists a folder's pages and texts, in the order of their paths.
    pub(super) fn new(root: &Path, max_bytes: usize) -> Result<FolderReader> {
        let mut files = Vec::new();
        for entry in walkdir::WalkDir::new(root).sort_by_file_name() {
            let entry = entry.map_err(|error| Error::input(root.display(), error))?;
            if let Some(kind) = page_kind(entry.path()).filter(|_| entry.file_type().is_file()) {
                files.push((entry.into_path(), kind));
            }
        }
        if files.is_empty() {
            return Err(Error::input(root.display(), "the folder has no .html, .htm, .xhtml or .txt file"));
        }
        Ok(FolderReader { root: root.to_owned(), files: files.into_iter(), max_bytes, number: 0 })
    }
}

/// What a file is by its name: a page, a text, or neither.
pub(super) fn page_kind(path: &Path) -> Option<PageKind> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "html" | "htm" | "xhtml" => Some(PageKind::Html),
        "txt" => Some(PageKind::Text),
        _ => None,
    }
}

/// Reads a stream to its end as one page.
pub(super) fn read_stream(
    stream: impl Read,
    id: String,
    kind: PageKind,
    number: u64,
    max_bytes: usize,
) -> Item {
    let mut bytes = Vec::new();
    let reason = match stream.take(max_bytes as u64 + 1).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() <= max_bytes => {
            let body = Body::Page { id, url: None, bytes, charset: None, kind };
            return Item::Record(RawRecord { number, offset: 0, body });
        }
        Ok(_) => format!("the page has more than {max_bytes} bytes (--max-record-bytes)"),
        Err(error) => format!("the page cannot be read: {error}"),
    };
    Item::Reject(Reject { id: Some(id), ..Reject::new(number, 0, reason) })
}

impl ReadItems for FolderReader {
    fn next_item(&mut self) -> Option<Item> {
        let (path, kind) = self.files.next()?;
        self.number += 1;
        let id = path.strip_prefix(&self.root).unwrap_or(&path).to_string_lossy().into_owned();
        Some(match File::open(&path) {
            Ok(file) => read_stream(file, id, kind, self.number, self.max_bytes),
            Err(error) => {
                let reason = format!("the file cannot be opened: {error}");
                Item::Reject(Reject { id: Some(id), ..Reject::new(self.number, 0, reason) })
            }
        })
    }
}
