//! The record of what a run into a folder has done, so that the next run can go on.
//!
//! `_dechaff/manifest.jsonl` in the output folder has a line for each run that was begun and one for each input that is done,
//! written after its output has its name. A line that was cut off by a crash is no line: its input is done again, with the
//! same bytes.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::summary::Summary;
use crate::dump::Identity;
use crate::error::{Error, Result};

/// The folder in the output folder that holds what is no output.
pub const FOLDER: &str = "_dechaff";

/// Which part of the inputs a run takes: every `of`-th, from the one with index `index` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// From 0 to `of` − 1.
    pub index: usize,
    /// Number of shards.
    pub of: usize,
}

impl Shard {
    /// What files of a shard's own have at the end of their names.
    pub(super) fn suffix(shard: Option<Shard>) -> String {
        shard.map_or_else(String::new, |shard| format!("-{}-of-{}", shard.index, shard.of))
    }
}

/// A run, as a line of the manifest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunLine {
    /// Version of `dechaff`.
    pub dechaff: String,
    /// The model's id.
    pub model: String,
    /// The options' fingerprint.
    pub options: String,
    /// The options.
    pub settings: String,
    /// Number of inputs, of all shards.
    pub inputs: usize,
    /// The run's part of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
}

/// An input that is done, as a line of the manifest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unit {
    /// Its name in the output folder, without endings.
    pub unit: String,
    /// Where it came from.
    pub input: String,
    /// What it was.
    pub source: Identity,
    /// CRC-32 of its bytes, where they were read in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crc32: Option<String>,
    /// The model's id.
    pub model: String,
    /// The options' fingerprint.
    pub options: String,
    /// Files written, relative to the folder, and their sizes in bytes.
    pub outputs: Vec<(String, u64)>,
    /// What was counted.
    pub summary: Summary,
}

/// A line of the manifest.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Run { run: RunLine },
    Unit(Box<Unit>),
}

/// What manifests hold.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// The last line of each unit.
    pub units: HashMap<String, Unit>,
    /// The runs that were begun.
    pub runs: Vec<RunLine>,
}

impl Done {
    /// Reads the manifests of an output folder; nothing if there are none.
    ///
    /// # Errors
    ///
    /// A manifest cannot be read.
    pub fn read(folder: &Path) -> Result<Done> {
        let inner = folder.join(FOLDER);
        let mut done = Done::default();
        if !inner.exists() {
            return Ok(done);
        }
        let failed = |error| Error::io(&inner, "read", error);
        let entries = std::fs::read_dir(&inner)
            .map_err(failed)?
            .collect::<std::io::Result<Vec<_>>>()
            .map_err(failed)?;
        let mut paths: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
        paths.retain(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("manifest") && name.ends_with(".jsonl")
        });
        paths.sort();
        paths.iter().try_for_each(|path| done.add_manifest(path))?;
        Ok(done)
    }

    fn add_manifest(&mut self, path: &Path) -> Result<()> {
        let bytes = std::fs::read(path).map_err(|error| Error::io(path, "read", error))?;
        for line in bytes.split(|&byte| byte == b'\n') {
            match serde_json::from_slice(line) {
                Ok(Line::Run { run }) => self.runs.push(run),
                Ok(Line::Unit(unit)) => {
                    self.units.insert(unit.unit.clone(), *unit);
                }
                // The last line of a run that was killed.
                Err(_) => {}
            }
        }
        Ok(())
    }
}

/// The manifest that a run writes.
pub(super) struct Manifest {
    path: PathBuf,
    file: Mutex<File>,
    /// Held as long as the run.
    _locks: Vec<File>,
}

impl Manifest {
    /// Opens the manifest of a run and keeps others out of the folder; shards of one run may share it.
    ///
    /// # Errors
    ///
    /// Another run is writing to the folder, or it cannot be written.
    pub(super) fn open(folder: &Path, run: &RunLine) -> Result<Manifest> {
        let inner = folder.join(FOLDER);
        std::fs::create_dir_all(&inner).map_err(|error| Error::io(&inner, "make", error))?;
        let suffix = Shard::suffix(run.shard);
        let mut locks = vec![lock(&inner.join("lock"), run.shard.is_some())?];
        if run.shard.is_some() {
            locks.push(lock(&inner.join(format!("lock{suffix}")), false)?);
        }
        let path = inner.join(format!("manifest{suffix}.jsonl"));
        let failed = |error| Error::io(&path, "write", error);
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(&path).map_err(failed)?;
        end_last_line(&mut file).map_err(failed)?;
        let manifest = Manifest { path, file: Mutex::new(file), _locks: locks };
        manifest.add(&Line::Run { run: run.clone() })?;
        Ok(manifest)
    }

    /// An input is done.
    pub(super) fn add_unit(&self, unit: Unit) -> Result<()> {
        self.add(&Line::Unit(Box::new(unit)))
    }

    fn add(&self, line: &Line) -> Result<()> {
        let mut bytes = serde_json::to_vec(line).map_err(|error| Error::input("manifest", error))?;
        bytes.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&bytes)
            .and_then(|()| file.sync_all())
            .map_err(|error| Error::io(&self.path, "write", error))
    }
}

/// A line that a crash cut off must not run into the next.
fn end_last_line(file: &mut File) -> std::io::Result<()> {
    if file.metadata()?.len() == 0 {
        return Ok(());
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    if last == *b"\n" { Ok(()) } else { file.write_all(b"\n") }
}

fn lock(path: &Path, shared: bool) -> Result<File> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path);
    let file = file.map_err(|error| Error::io(path, "write", error))?;
    let locked = if shared { file.try_lock_shared() } else { file.try_lock() };
    match locked {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            let folder = path.parent().and_then(Path::parent).unwrap_or(path);
            Err(Error::input(
                folder.display(),
                "another dechaff is writing to this folder; wait for it, or give each its part with --shard I/N",
            ))
        }
        // Some network file systems have no locks.
        Err(std::fs::TryLockError::Error(_)) => Ok(file),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(shard: Option<Shard>) -> RunLine {
        let text = String::new;
        RunLine { dechaff: text(), model: text(), options: text(), settings: text(), inputs: 1, shard }
    }

    fn unit(name: &str) -> Unit {
        Unit {
            unit: name.to_owned(),
            input: format!("{name}.jsonl"),
            source: Identity { size: 5, modified: Some(7), etag: None },
            crc32: None,
            model: String::new(),
            options: String::new(),
            outputs: vec![(format!("{name}.jsonl"), 3)],
            summary: Summary { records: 2, written: 2, ..Summary::default() },
        }
    }

    #[test]
    fn a_line_cut_off_by_a_crash_is_no_line_and_spoils_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = Manifest::open(folder.path(), &run(None)).unwrap();
        manifest.add_unit(unit("a")).unwrap();
        manifest.add_unit(unit("b")).unwrap();
        drop(manifest);
        let path = folder.path().join(FOLDER).join("manifest.jsonl");
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 9]).unwrap();
        let manifest = Manifest::open(folder.path(), &run(None)).unwrap();
        manifest.add_unit(unit("c")).unwrap();
        let done = Done::read(folder.path()).unwrap();
        let mut names: Vec<&str> = done.units.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!((names, done.runs.len()), (vec!["a", "c"], 2));
        assert_eq!(done.units["a"], unit("a"));
    }

    #[test]
    fn one_run_at_a_time_but_shards_together() {
        let folder = tempfile::tempdir().unwrap();
        let shard = |index| Some(Shard { index, of: 2 });
        let first = Manifest::open(folder.path(), &run(shard(0))).unwrap();
        let second = Manifest::open(folder.path(), &run(shard(1))).unwrap();
        for refused in [shard(0), None] {
            let error = Manifest::open(folder.path(), &run(refused)).err().unwrap().to_string();
            assert!(error.contains("another dechaff"), "{error}");
        }
        drop((first, second));
        Manifest::open(folder.path(), &run(None)).unwrap();
    }
}
