//! One session for one file of labels.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::error::{Error, Result};

/// Keeps other sessions away from a file as long as the returned one is open, by a lock on a hidden file beside it: the file
/// itself is replaced with each save. The system holds the lock, so that it ends with its process.
pub(super) fn lock_beside(path: &Path) -> Result<File> {
    let Some(name) = path.file_name() else {
        return Err(Error::input(path.display(), "name a file for the labels"));
    };
    let lock = path.with_file_name(format!(".{}.lock", name.to_string_lossy()));
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&lock);
    let file = file.map_err(|error| Error::io(&lock, "write", error))?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            let reason = "another dechaff writes labels to this file; end it first, or name another file";
            Err(Error::input(path.display(), reason))
        }
        // Some network file systems have no locks.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}
