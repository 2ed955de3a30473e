//! Several output folders, or several shards in one, together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::folder::read_hosts;
use super::manifest::{Done, FOLDER, RunLine, Unit};
use super::summary::Summary;
use crate::dump::{Output, OutputTarget};
use crate::error::{Error, Result};

/// What some runs did together.
#[derive(Clone, Debug, Default)]
pub struct Merged {
    /// The counts.
    pub summary: Summary,
    /// All units, by name.
    pub units: BTreeMap<String, Unit>,
    /// What does not fit together or is missing.
    pub problems: Vec<String>,
    runs: Vec<RunLine>,
}

/// Reads the manifests of folders.
///
/// # Errors
///
/// A folder has no manifest, or one cannot be read.
pub fn merge_folders(folders: &[PathBuf]) -> Result<Merged> {
    let mut merged = Merged::default();
    for folder in folders {
        let done = Done::read(folder)?;
        if done.runs.is_empty() {
            let reason =
                format!("there is no manifest ({FOLDER}/manifest*.jsonl); give an output folder of dechaff");
            return Err(Error::input(folder.display(), reason));
        }
        merged.add(folder, done)?;
    }
    merged.judge();
    Ok(merged)
}

impl Merged {
    fn add(&mut self, folder: &Path, done: Done) -> Result<()> {
        for (name, unit) in done.units {
            self.summary.merge(&unit.summary);
            self.summary.hosts.merge(read_hosts(folder, &name)?);
            if self.units.insert(name.clone(), unit).is_some() {
                self.problems.push(format!("{name} is done in more than one folder, and counted as often"));
            }
        }
        self.runs.extend(done.runs);
        Ok(())
    }

    fn judge(&mut self) {
        let models: BTreeSet<&str> = self.units.values().map(|unit| unit.model.as_str()).collect();
        if models.len() > 1 {
            let models: Vec<&str> = models.into_iter().collect();
            self.problems.push(format!("inputs were done with different models: {}", models.join(", ")));
        }
        let options: BTreeSet<&str> = self.units.values().map(|unit| unit.options.as_str()).collect();
        if options.len() > 1 {
            self.problems
                .push("inputs were done with different options; see `settings` in the manifests".to_owned());
        }
        let Some(last) = self.runs.last() else { return };
        if let Some(shard) = last.shard {
            let ran: BTreeSet<usize> = self
                .runs
                .iter()
                .filter_map(|run| run.shard)
                .filter(|ran| ran.of == shard.of)
                .map(|ran| ran.index)
                .collect();
            let missing: Vec<String> = (0..shard.of)
                .filter(|index| !ran.contains(index))
                .map(|index| format!("{index}/{}", shard.of))
                .collect();
            if !missing.is_empty() {
                self.problems.push(format!("shards that never ran: {}", missing.join(", ")));
            }
        }
        let inputs = last.inputs;
        if self.units.len() < inputs {
            self.problems.push(format!("{} of {inputs} inputs are not done", inputs - self.units.len()));
        }
    }

    /// Writes all units as one manifest.
    ///
    /// # Errors
    ///
    /// The file exists or cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let mut output = Output::create(OutputTarget::from_argument(Some(path)), false)?;
        for unit in self.units.values() {
            let mut line = serde_json::to_vec(unit).map_err(|error| Error::input(path.display(), error))?;
            line.push(b'\n');
            output.write(&line)?;
        }
        output.finish()
    }
}
