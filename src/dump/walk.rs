//! Walks through folders: the files below, and what is passed over on the way.

use std::ffi::OsStr;
use std::fs::FileType;
use std::path::{Path, PathBuf};

use serde::Serialize;
use walkdir::WalkDir;

use super::claimed::{OWN_FOLDER, is_claimed};
use super::names::readable;

/// Something that was found and is no input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Where it is.
    pub path: String,
    /// Why it is none.
    pub reason: String,
}

impl Skipped {
    pub(super) fn new(path: &Path, reason: impl Into<String>) -> Skipped {
        Skipped { path: readable(path), reason: reason.into() }
    }
}

/// What a walk found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Files, in the order of their paths.
    pub files: Vec<PathBuf>,
    /// What is no input.
    pub skipped: Vec<Skipped>,
    /// What cannot be read.
    pub failed: Vec<Skipped>,
}

/// What becomes of something on the way.
pub(super) enum Choice {
    /// It is an input.
    Take,
    /// It is not asked for.
    Ignore,
    /// It is no input, which may surprise.
    Skip(&'static str),
}

/// What a walk looks for. Depths count from 1, below the folder where the walk starts.
pub(super) trait Wanted {
    /// What becomes of a folder with all below it: it is walked through if this is `Take`.
    fn folder(&self, path: &Path, depth: usize) -> Choice;

    /// What becomes of anything else.
    fn file(&self, path: &Path, depth: usize, kind: FileType) -> Choice;

    /// Whether something that cannot be read is a loss.
    fn misses(&self, path: &Path, depth: usize) -> Choice;
}

/// All files of a folder but those whose names start with `.` or `_`.
struct All;

impl Wanted for All {
    fn folder(&self, path: &Path, _: usize) -> Choice {
        match path.file_name().and_then(passed_over) {
            Some(reason) => Choice::Skip(reason),
            None if is_claimed(path) => Choice::Skip(CLAIMED),
            None => Choice::Take,
        }
    }

    fn file(&self, path: &Path, _: usize, kind: FileType) -> Choice {
        match path.file_name().and_then(passed_over) {
            Some(reason) => Choice::Skip(reason),
            None if !kind.is_file() => Choice::Skip(NO_FILE),
            None if is_claimed(path) => Choice::Skip(CLAIMED),
            None => Choice::Take,
        }
    }

    fn misses(&self, path: &Path, _: usize) -> Choice {
        path.file_name().and_then(passed_over).map_or(Choice::Take, Choice::Skip)
    }
}

pub(super) const OWN_RECORDS: &str = "what dechaff notes about a run";
pub(super) const CLAIMED: &str = "written by dechaff; name it itself to read it";
pub(super) const NO_FILE: &str = "no regular file";

/// Why a name below a folder is passed over.
pub(super) fn passed_over(name: &OsStr) -> Option<&'static str> {
    match name.as_encoded_bytes().first() {
        _ if name == OWN_FOLDER => Some(OWN_RECORDS),
        Some(b'.') => Some("hidden"),
        Some(b'_') => Some("name starts with _"),
        _ => None,
    }
}

/// The files of a folder and its subfolders. Links are followed; names that start with `.` or `_` are passed over.
pub(super) fn files_below(root: &Path) -> Found {
    walk(root, WalkDir::new(root), &All)
}

/// Walks from a folder, in the order of the paths. What cannot be read costs itself only.
pub(super) fn walk(root: &Path, walker: WalkDir, wanted: &dyn Wanted) -> Found {
    let mut found = Found::default();
    let mut entries = walker.follow_links(true).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) if entry.depth() == 0 => continue,
            Ok(entry) => entry,
            Err(error) => {
                note_failure(root, &error, wanted, &mut found);
                continue;
            }
        };
        let (path, depth, kind) = (entry.path(), entry.depth(), entry.file_type());
        let choice = if kind.is_dir() { wanted.folder(path, depth) } else { wanted.file(path, depth, kind) };
        if kind.is_dir() && !matches!(choice, Choice::Take) {
            entries.skip_current_dir();
        }
        match choice {
            Choice::Take if kind.is_dir() => {}
            Choice::Take => found.files.push(entry.into_path()),
            Choice::Ignore => {}
            Choice::Skip(reason) => found.skipped.push(Skipped::new(path, reason)),
        }
    }
    found
}

/// A dead link, a loop, a folder that cannot be listed.
fn note_failure(root: &Path, error: &walkdir::Error, wanted: &dyn Wanted, found: &mut Found) {
    let path = error.path().unwrap_or(root);
    let choice = if error.depth() == 0 { Choice::Take } else { wanted.misses(path, error.depth()) };
    let reason = match (error.loop_ancestor(), error.io_error()) {
        (Some(above), _) => format!("a link to {}, which it is in", readable(above)),
        (None, Some(cause)) if path.is_symlink() && !path.exists() => {
            format!("a link that leads nowhere: {cause}")
        }
        (None, Some(cause)) => format!("cannot be read: {cause}"),
        (None, None) => error.to_string(),
    };
    match choice {
        Choice::Take => found.failed.push(Skipped::new(path, reason)),
        Choice::Skip(reason) => found.skipped.push(Skipped::new(path, reason)),
        Choice::Ignore => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn dead_links_and_loops_cost_themselves_only() {
        let sandbox = tempfile::tempdir().unwrap();
        let root = sandbox.path().join("d");
        for name in ["a.jsonl", "sub/b.jsonl", ".hidden/c.jsonl", "_SUCCESS"] {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        std::os::unix::fs::symlink("nowhere", root.join("dead.jsonl")).unwrap();
        std::os::unix::fs::symlink("nowhere", root.join(".#lock")).unwrap();
        std::os::unix::fs::symlink("..", root.join("sub/loop")).unwrap();
        let found = files_below(&root);
        assert_eq!(found.files, [root.join("a.jsonl"), root.join("sub/b.jsonl")]);
        let failed: Vec<&str> = found.failed.iter().map(|failed| failed.reason.as_str()).collect();
        assert!(failed[0].contains("leads nowhere") && failed[1].contains("which it is in"), "{failed:?}");
        assert_eq!(failed.len(), 2);
        let skipped: Vec<&str> = found.skipped.iter().map(|skipped| skipped.reason.as_str()).collect();
        assert_eq!(skipped, ["hidden", "hidden", "name starts with _"]);
    }
}
