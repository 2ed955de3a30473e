//! The record of what a run into a folder has done, so that the next run can go on.
//!
//! `_dechaff/manifest.jsonl` in the output folder has a line for each run that was begun and one for each input that is done,
//! written after its output has its name. A line that was cut off by a crash is no line: its input is done again, with the
//! same bytes. [`Done`](super::Done) reads it.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::settings::Settings;
use super::summary::Summary;
use crate::dump::{Identity, followed, resolved};
use crate::error::{Error, Result};

/// The folder in the output folder that holds what is no output.
pub use crate::dump::OWN_FOLDER as FOLDER;

/// Which part of the inputs a run takes: every `of`-th, from the one with index `index` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// The settings' hash.
    pub options: String,
    /// The settings.
    pub settings: Settings,
    /// Number of inputs, of all shards.
    pub inputs: usize,
    /// Hash of the names of all of them.
    #[serde(default)]
    pub all: String,
    /// Hash of the names of this run's units: a line before has them.
    #[serde(default)]
    pub units: String,
    /// The run's part of the inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// What earlier runs did is done again.
    #[serde(default)]
    pub overwrite: bool,
    /// When it was begun, in milliseconds from 1970.
    #[serde(default)]
    pub at: u64,
}

/// An input that is done, as a line of the manifest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unit {
    /// Its name in the output folder, without endings.
    pub unit: String,
    /// Where it came from.
    pub input: String,
    /// The same without links and `..`, from the root on; nothing for standard input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What it was.
    pub source: Identity,
    /// CRC-32 of its bytes, where they were read in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crc32: Option<String>,
    /// The model's id.
    pub model: String,
    /// The settings' hash.
    pub options: String,
    /// Files written, relative to the folder, and their sizes in bytes.
    pub outputs: Vec<(String, u64)>,
    /// What was counted.
    pub summary: Summary,
    /// When it was done, in milliseconds from 1970.
    #[serde(default)]
    pub at: u64,
}

/// A file of counts by host that a run wrote, as a line of the manifest: the next run may write it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HostsFile {
    /// Where it is.
    pub file: String,
    /// CRC-32 of its bytes.
    pub crc32: String,
}

impl HostsFile {
    /// A file with these bytes.
    pub(super) fn of(path: &Path, bytes: &[u8]) -> HostsFile {
        let file = resolved(&followed(path)).to_string_lossy().into_owned();
        HostsFile { file, crc32: format!("{:08x}", crc32fast::hash(bytes)) }
    }
}

/// A line of the manifest.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Line {
    Run {
        run: RunLine,
    },
    Unit(Box<Unit>),
    /// Names of units, by their hash.
    List {
        list: String,
        names: Vec<String>,
    },
    /// Files of a unit that are about to get their names: after a crash they are still ours.
    Publishes {
        publishes: String,
        outputs: Vec<(String, u64)>,
    },
    Hosts {
        hosts: HostsFile,
    },
}

/// Milliseconds from 1970.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
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
    pub(super) fn open(folder: &Path, shard: Option<Shard>) -> Result<Manifest> {
        let inner = folder.join(FOLDER);
        std::fs::create_dir_all(&inner).map_err(|error| Error::io(&inner, "make", error))?;
        let suffix = Shard::suffix(shard);
        let mut locks = vec![lock(&inner.join("lock"), shard.is_some())?];
        if shard.is_some() {
            locks.push(lock(&inner.join(format!("lock{suffix}")), false)?);
        }
        let path = inner.join(format!("manifest{suffix}.jsonl"));
        let failed = |error| Error::io(&path, "write", error);
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(&path).map_err(failed)?;
        end_last_line(&mut file).map_err(failed)?;
        Ok(Manifest { path, file: Mutex::new(file), _locks: locks })
    }

    /// Adds a line, on the disk when this returns.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub(super) fn add(&self, line: &Line) -> Result<()> {
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

    #[test]
    fn one_run_at_a_time_but_shards_together() {
        let folder = tempfile::tempdir().unwrap();
        let shard = |index| Some(Shard { index, of: 2 });
        let first = Manifest::open(folder.path(), shard(0)).unwrap();
        let second = Manifest::open(folder.path(), shard(1)).unwrap();
        for refused in [shard(0), None] {
            let error = Manifest::open(folder.path(), refused).err().unwrap().to_string();
            assert!(error.contains("another dechaff"), "{error}");
        }
        drop((first, second));
        Manifest::open(folder.path(), None).unwrap();
    }
}
