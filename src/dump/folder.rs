//! Folders of pages and texts.

use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::compression::open_decompressed;
use super::input::Input;
use super::names::readable;
use super::record::{Body, Page, PageKind, RawRecord, Reject};
use super::{Item, ReadItems};

/// The pages and texts that were found in a folder, as one input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageFolder {
    root: PathBuf,
    /// What the names of its pages begin with.
    above: PathBuf,
    files: Arc<[(PathBuf, PageKind)]>,
}

impl PageFolder {
    pub(super) fn new(root: &Path, files: Vec<(PathBuf, PageKind)>) -> PageFolder {
        PageFolder { root: root.to_owned(), above: PathBuf::new(), files: files.into() }
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

    /// What a page is called: its path below the folder, or below the one above all folders of the run.
    pub(super) fn name_of(&self, path: &Path) -> PathBuf {
        self.above.join(path.strip_prefix(&self.root).unwrap_or(path))
    }
}

/// Names the pages of several folders as if the folder above all of them had been given, so that no two are called the same.
pub(super) fn tell_apart(inputs: &mut [Input]) {
    let mut folders: Vec<&mut PageFolder> = inputs
        .iter_mut()
        .filter_map(|input| if let Input::Pages(pages) = input { Some(pages) } else { None })
        .collect();
    let places: Vec<PathBuf> = folders.iter().map(|pages| place(&pages.root)).collect();
    let Some(first) = places.first() else { return };
    let Some(above) = first.ancestors().find(|above| places.iter().all(|place| place.starts_with(above)))
    else {
        return;
    };
    for (pages, place) in folders.iter_mut().zip(&places) {
        pages.above = place.strip_prefix(above).unwrap_or(place).to_owned();
    }
}

/// Where a folder is, by the names that lead there; only `..` has to be followed.
fn place(root: &Path) -> PathBuf {
    let leads_up = root.components().any(|part| part == Component::ParentDir);
    let place = if leads_up { root.canonicalize() } else { std::path::absolute(root) };
    place.unwrap_or_else(|_| root.to_owned())
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
        let id = readable(&self.pages.name_of(path));
        Some(match open_decompressed(path) {
            Ok(file) => read_stream(file, id, *kind, number, self.max_bytes),
            Err(error) => {
                let reason = error.to_string();
                Item::Reject(Reject { id: Some(id), ..Reject::new(number, 0, reason) })
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(root: &Path, folders: &[&str]) -> Vec<String> {
        let pages = |folder: &&str| {
            let root = root.join(folder);
            let page = root.join("i.html");
            Input::Pages(PageFolder::new(&root, vec![(page, PageKind::Html)]))
        };
        let mut inputs: Vec<Input> = folders.iter().map(pages).collect();
        tell_apart(&mut inputs);
        let name = |input: &Input| match input {
            Input::Pages(pages) => readable(&pages.name_of(&pages.files()[0].0)),
            _ => String::new(),
        };
        inputs.iter().map(name).collect()
    }

    #[test]
    fn pages_of_several_folders_are_called_as_below_the_folder_above() {
        let sandbox = tempfile::tempdir().unwrap();
        let root = sandbox.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("pg/x")).unwrap();
        assert_eq!(names(&root, &["pg/x"]), ["i.html"]);
        assert_eq!(names(&root, &["pg/x", "pg/x/./"]), ["i.html", "i.html"]);
        assert_eq!(names(&root, &["pg/x", "pg/y"]), ["x/i.html", "y/i.html"]);
        std::fs::create_dir(root.join("pg/y")).unwrap();
        assert_eq!(names(&root, &["pg/x/../y", "pg/x"]), ["y/i.html", "x/i.html"]);
        assert_eq!(
            names(&root, &["a/pages", "b/pages", "b/pages/old"]),
            ["a/pages/i.html", "b/pages/i.html", "b/pages/old/i.html"]
        );
        assert_eq!(names(&root, &["pg", "pg/x"]), ["i.html", "x/i.html"]);
    }
}
