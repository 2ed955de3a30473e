//! Several output folders, or several shards in one, together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::done::{Done, manifests};
use super::folder::read_hosts;
use super::manifest::{FOLDER, RunLine, Shard, Unit};
use super::summary::Summary;
use crate::dump::{Output, OutputTarget};
use crate::error::{Error, Result};

/// Names that a message tells.
const SHOWN: usize = 3;

/// What some runs did together.
#[derive(Clone, Debug, Default)]
pub struct Merged {
    /// The counts.
    pub summary: Summary,
    /// All units, by name.
    pub units: BTreeMap<String, Unit>,
    /// What does not fit together or is missing.
    pub problems: Vec<String>,
    /// The manifests and the outputs that they name.
    pub files: Vec<PathBuf>,
    /// The newest run of each shard of each folder.
    runs: Vec<RunLine>,
    /// Units that the runs were to do.
    expected: BTreeSet<String>,
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
        self.files.extend(manifests(folder)?);
        self.files.extend(done.outputs().map(|output| folder.join(output)));
        match done.expected() {
            Some(expected) => self.expected.extend(expected.into_iter().map(str::to_owned)),
            None => self.problems.push(format!(
                "{}: the manifest does not hold the list of inputs (it was cut off, or an older dechaff wrote it), so whether all \
                 are done cannot be told; run the same command again",
                folder.display()
            )),
        }
        self.runs.extend(done.newest_runs().into_iter().cloned());
        let mut units: Vec<(String, Unit)> = done.units.into_iter().collect();
        units.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (name, unit) in units {
            self.check_outputs(folder, &unit);
            self.summary.merge(&unit.summary);
            self.summary.hosts.merge(read_hosts(folder, &name)?);
            if self.units.insert(name.clone(), unit).is_some() {
                self.problems.push(format!("{name} is done in more than one folder, and counted as often"));
            }
        }
        Ok(())
    }

    /// What a manifest calls done is done only if its files are there.
    fn check_outputs(&mut self, folder: &Path, unit: &Unit) {
        for (name, bytes) in &unit.outputs {
            let path = folder.join(name);
            let problem = match path.metadata() {
                Ok(metadata) if metadata.len() == *bytes => continue,
                Ok(metadata) => {
                    format!("has {} bytes and not {bytes}, as when it was written", metadata.len())
                }
                Err(error) => format!("is not there ({error})"),
            };
            self.problems.push(format!("{}: the output of {} {problem}", path.display(), unit.unit));
        }
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
        let unlisted = self.judge_shards();
        let missing: Vec<&str> =
            self.expected.iter().filter(|name| !self.units.contains_key(*name)).map(String::as_str).collect();
        let (left, all) = (missing.len() + unlisted, self.expected.len() + unlisted);
        if left > 0 {
            let shown = missing.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
            let colon = if missing.is_empty() { "" } else { ": " };
            let more = if left > SHOWN.min(missing.len()) && !missing.is_empty() { ", …" } else { "" };
            self.problems.push(format!("{left} of {all} inputs are not done{colon}{shown}{more}"));
        }
    }

    /// Shards are parts of one list of inputs, and all of them ran. Returns how many inputs are those of shards that did not.
    fn judge_shards(&mut self) -> usize {
        let sharded = || self.runs.iter().filter_map(|run| run.shard.map(|shard| (shard, run)));
        let Some((Shard { of, .. }, _)) = sharded().max_by_key(|(_, run)| run.at) else { return 0 };
        let mut shards: Vec<(Shard, &RunLine)> = sharded().filter(|(shard, _)| shard.of == of).collect();
        shards.sort_by_key(|(shard, _)| shard.index);
        let ran: BTreeSet<usize> = shards.iter().map(|(shard, _)| shard.index).collect();
        let missing: Vec<usize> = (0..of).filter(|index| !ran.contains(index)).collect();
        let inputs = shards.iter().map(|(_, run)| run.inputs).max().unwrap_or(0);
        let unlisted = missing.iter().map(|index| inputs.saturating_sub(*index).div_ceil(of)).sum();
        let mut problems = Vec::new();
        if !missing.is_empty() {
            let missing: Vec<String> = missing.iter().map(|index| format!("{index}/{of}")).collect();
            problems.push(format!("shards that never ran: {}", missing.join(", ")));
        }
        let lists: BTreeSet<&str> = shards.iter().map(|(_, run)| run.all.as_str()).collect();
        if lists.len() > 1 {
            let counts: Vec<String> = shards
                .iter()
                .map(|(shard, run)| format!("{} for {}/{of}", run.inputs, shard.index))
                .collect();
            problems.push(format!(
                "the shards were given different lists of inputs ({}), so that some inputs may be no shard's: run them again \
                 with the same inputs",
                counts.join(", ")
            ));
        }
        self.problems.extend(problems);
        unlisted
    }

    /// Writes all units as one manifest.
    ///
    /// # Errors
    ///
    /// The file exists and `overwrite` is false, or it cannot be written.
    pub fn write(&self, path: &Path, overwrite: bool) -> Result<()> {
        let mut output = Output::create(OutputTarget::from_argument(Some(path)), overwrite)?;
        for unit in self.units.values() {
            let mut line = serde_json::to_vec(unit).map_err(|error| Error::input(path.display(), error))?;
            line.push(b'\n');
            output.write(&line)?;
        }
        output.finish()
    }
}
