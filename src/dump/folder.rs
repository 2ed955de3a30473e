//! Folders of pages and texts.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::compression::open_decompressed;
use super::names::readable;
use super::record::{Body, Page, PageKind, RawRecord, Reject};
use super::{Item, ReadItems};

/// The pages and texts that were found in a folder, as one input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageFolder {
    root: PathBuf,
    files: Arc<[(PathBuf, PageKind)]>,
}

impl PageFolder {
    pub(super) fn new(root: &Path, files: Vec<(PathBuf, PageKind)>) -> PageFolder {
        PageFolder { root: root.to_owned(), files: files.into() }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The pages, in the order of their paths.
    pub fn files(&self) -> &[(PathBuf, PageKind)] {
        &self.files
    }

    /// The folder with some of its pages only.
    pub(super) fn with(&self, files: Vec<(PathBuf, PageKind)>) -> PageFolder {
        PageFolder::new(&self.root, files)
    }

    /// What a page is called in the folder.
    pub(super) fn below<'p>(&self, path: &'p Path) -> &'p Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }
}

pub(super) struct FolderReader {
    pages: PageFolder,
    next: usize,
    max_bytes: usize,
}

impl FolderReader {
    pub(super) fn new(pages: &PageFolder, max_bytes: usize) -> FolderReader {
        FolderReader { pages: pages.clone(), next: 0, max_bytes }
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
            let body =
                Body::Page(Page { id, url: None, date: None, status: None, bytes, charset: None, kind });
            return Item::Record(RawRecord { number, offset: 0, body });
        }
        Ok(_) => format!("the page has more than {max_bytes} bytes (--max-record-bytes)"),
        Err(error) => format!("the page cannot be read: {error}"),
    };
    Item::Reject(Reject { id: Some(id), ..Reject::new(number, 0, reason) })
}

impl ReadItems for FolderReader {
    fn next_item(&mut self) -> Option<Item> {
        let (path, kind) = self.pages.files().get(self.next)?;
        self.next += 1;
        let number = self.next as u64;
        let id = readable(self.pages.below(path));
        Some(match open_decompressed(path) {
            Ok(file) => read_stream(file, id, *kind, number, self.max_bytes),
            Err(error) => {
                let reason = error.to_string();
                Item::Reject(Reject { id: Some(id), ..Reject::new(number, 0, reason) })
            }
        })
    }
}
