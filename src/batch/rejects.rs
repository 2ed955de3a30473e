//! Rejected records: their log, and when there are too many.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use super::lacking::Lacking;
use super::task::RejectLimit;
use crate::dump::{Compression, Output, OutputTarget, Reject, Whole, is_special};
use crate::error::{Error, Result};
use crate::terminal::say_json;

/// Records that a share is judged from.
const ENOUGH_RECORDS: u64 = 1000;

/// Writes rejects as JSON Lines to a file that is made when the first one comes, or to standard error.
pub struct RejectLog {
    path: Option<PathBuf>,
    temporary: Option<PathBuf>,
    overwrite: bool,
    output: Option<Output>,
}

impl RejectLog {
    /// A log. Without a path, rejects go to standard error.
    ///
    /// # Errors
    ///
    /// The file exists and `overwrite` is false.
    pub fn new(path: Option<PathBuf>, overwrite: bool) -> Result<RejectLog> {
        if let Some(path) = path.as_deref().filter(|path| !overwrite && path.exists() && !is_special(path)) {
            return Err(Error::input(path.display(), "the reject file exists; --overwrite replaces it"));
        }
        Ok(RejectLog { path, temporary: None, overwrite, output: None })
    }

    /// A log whose file is written in another folder until it is whole.
    pub(super) fn in_folder(path: PathBuf, temporary: PathBuf) -> RejectLog {
        RejectLog { path: Some(path), temporary: Some(temporary), overwrite: true, output: None }
    }

    /// Adds one.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn add(&mut self, reject: &Reject) -> Result<()> {
        let mut line = serde_json::to_vec(reject).map_err(|error| Error::input("rejects", error))?;
        line.push(b'\n');
        let Some(path) = &self.path else {
            say_json("rejected: ", String::from_utf8_lossy(&line).trim_end());
            return Ok(());
        };
        if self.output.is_none() {
            let target = OutputTarget::File(path.clone());
            let output = match &self.temporary {
                Some(folder) => Output::create_in(target, Compression::None, folder)?,
                None => Output::create(target, self.overwrite)?,
            };
            self.output = Some(output);
        }
        self.output.as_mut().map_or(Ok(()), |output| output.write(&line))
    }

    /// Ends the log; `None` if nothing was rejected. Rejects of an earlier run, which must not pass for this one's, are removed.
    ///
    /// # Errors
    ///
    /// As [`RejectLog::add`].
    pub fn close(self) -> Result<Option<(Whole, PathBuf)>> {
        match (self.output, self.path) {
            (Some(output), Some(path)) => Ok(Some((output.close()?, path))),
            (None, Some(path)) if self.temporary.is_none() && path.is_file() && !is_special(&path) => {
                std::fs::remove_file(&path).map_err(|error| Error::io(&path, "remove", error))?;
                Ok(None)
            }
            _ => Ok(None),
        }
    }
}

/// Counts records and rejects over all inputs of a run.
#[derive(Debug, Default)]
pub(super) struct RejectBudget {
    pub limit: Option<RejectLimit>,
    records: AtomicU64,
    rejected: AtomicU64,
    /// Records without the fields that were named.
    pub lacking: Lacking,
}

impl RejectBudget {
    pub(super) fn new(limit: Option<RejectLimit>) -> RejectBudget {
        // Who says how much may be wrong is taken at their word.
        let lacking = if limit.is_some() { Lacking::off() } else { Lacking::default() };
        RejectBudget { limit, lacking, ..RejectBudget::default() }
    }

    /// One more record.
    pub(super) fn record(&self, is_reject: bool) -> Result<()> {
        let records = self.records.fetch_add(1, Ordering::Relaxed) + 1;
        if !is_reject {
            return Ok(());
        }
        let rejected = self.rejected.fetch_add(1, Ordering::Relaxed) + 1;
        let too_many = match self.limit {
            Some(RejectLimit::Count(limit)) => rejected > limit,
            Some(RejectLimit::Share(limit)) => {
                records >= ENOUGH_RECORDS && rejected as f64 > limit * records as f64
            }
            None => false,
        };
        if too_many { Err(self.exceeded(records, rejected)) } else { Ok(()) }
    }

    /// Judges a share over few records, once they are all.
    pub(super) fn judge(&self) -> Result<()> {
        let (records, rejected) =
            (self.records.load(Ordering::Relaxed), self.rejected.load(Ordering::Relaxed));
        match self.limit {
            Some(RejectLimit::Share(limit)) if rejected as f64 > limit * records as f64 => {
                Err(self.exceeded(records, rejected))
            }
            _ => Ok(()),
        }
    }

    fn exceeded(&self, records: u64, rejected: u64) -> Error {
        Error::input(
            "rejects",
            format!(
                "{rejected} of {records} records are broken, more than --max-rejects allows; the run ended"
            ),
        )
    }
}
