//! Folders of pages and texts.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::compression::open_decompressed;
use super::expand::files_below;
use super::format::Format;
use super::record::{Body, Page, PageKind, RawRecord, Reject};
use super::{Item, ReadItems};
use crate::error::Result;

pub(super) struct FolderReader {
    root: PathBuf,
    files: std::vec::IntoIter<(PathBuf, PageKind)>,
    max_bytes: usize,
    number: u64,
}

impl FolderReader {
    /// Lists a folder's pages and texts, in the order of their paths.
    pub(super) fn new(root: &Path, max_bytes: usize) -> Result<FolderReader> {
        let files = pages_below(root)?;
        Ok(FolderReader { root: root.to_owned(), files: files.into_iter(), max_bytes, number: 0 })
    }
}

/// The pages and texts of a folder.
pub(super) fn pages_below(root: &Path) -> Result<Vec<(PathBuf, PageKind)>> {
    let kind = |path: &Path| match Format::by_name(path)? {
        Format::Html => Some(PageKind::Html),
        Format::Text => Some(PageKind::Text),
        _ => None,
    };
    let files = files_below(root)?;
    Ok(files.into_iter().filter_map(|path| kind(&path).map(|kind| (path, kind))).collect())
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
        let (path, kind) = self.files.next()?;
        self.number += 1;
        let id = path.strip_prefix(&self.root).unwrap_or(&path).to_string_lossy().into_owned();
        Some(match open_decompressed(&path) {
            Ok(file) => read_stream(file, id, kind, self.number, self.max_bytes),
            Err(error) => {
                let reason = error.to_string();
                Item::Reject(Reject { id: Some(id), ..Reject::new(self.number, 0, reason) })
            }
        })
    }
}
