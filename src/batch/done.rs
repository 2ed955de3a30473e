//! What the manifests of an output folder say: which inputs are done, by which runs.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::manifest::{FOLDER, HostsFile, Line, RunLine, Shard, Unit};
use crate::dump::{Input, is_manifest, resolved};
use crate::error::{Error, Result};

/// What manifests hold.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// The newest line of each unit.
    pub units: HashMap<String, Unit>,
    /// The runs that were begun, the newest last.
    pub runs: Vec<RunLine>,
    /// Counts by host that runs wrote.
    pub hosts: Vec<HostsFile>,
    lists: HashMap<String, BTreeSet<String>>,
    outputs: HashSet<(String, u64)>,
    outputs_of: HashMap<String, BTreeSet<(String, u64)>>,
}

impl Done {
    /// Reads the manifests of an output folder; nothing if there are none.
    ///
    /// # Errors
    ///
    /// A manifest cannot be read.
    pub fn read(folder: &Path) -> Result<Done> {
        let mut done = Done::default();
        for path in manifests(folder)? {
            done.add_manifest(&path)?;
        }
        done.runs.sort_by_key(|run| run.at);
        Ok(done)
    }

    fn add_manifest(&mut self, path: &Path) -> Result<()> {
        let bytes = std::fs::read(path).map_err(|error| Error::io(path, "read", error))?;
        // Within a manifest a later line is newer, even if the clock was set back.
        let mut newest = 0;
        for line in bytes.split(|&byte| byte == b'\n') {
            match serde_json::from_slice(line) {
                Ok(Line::Run { mut run }) => {
                    run.at = run.at.max(newest);
                    newest = run.at;
                    self.runs.push(run);
                }
                Ok(Line::Unit(mut unit)) => {
                    unit.at = unit.at.max(newest);
                    newest = unit.at;
                    self.add_unit(*unit);
                }
                Ok(Line::List { list, names }) => {
                    self.lists.insert(list, names.into_iter().collect());
                }
                Ok(Line::Publishes { publishes, outputs }) => self.add_outputs(&publishes, &outputs),
                Ok(Line::Hosts { hosts }) => self.hosts.push(hosts),
                // The last line of a run that was killed.
                Err(_) => {}
            }
        }
        Ok(())
    }

    fn add_unit(&mut self, unit: Unit) {
        self.add_outputs(&unit.unit, &unit.outputs);
        if self.units.get(&unit.unit).is_none_or(|other| other.at <= unit.at) {
            self.units.insert(unit.unit.clone(), unit);
        }
    }

    fn add_outputs(&mut self, unit: &str, outputs: &[(String, u64)]) {
        self.outputs.extend(outputs.iter().cloned());
        self.outputs_of.entry(unit.to_owned()).or_default().extend(outputs.iter().cloned());
    }

    /// Files that runs wrote for a unit, or were about to, with their sizes.
    pub(super) fn outputs_of(&self, unit: &str) -> impl Iterator<Item = &(String, u64)> {
        self.outputs_of.get(unit).into_iter().flatten()
    }

    /// Whether an earlier look at the same folder saw all that this one sees.
    pub(super) fn is_as_seen(&self, seen: &Done) -> bool {
        (self.runs.len(), self.outputs.len()) == (seen.runs.len(), seen.outputs.len())
    }

    /// Whether a run wrote this file of counts by host, and it is as it was left.
    pub(super) fn wrote_hosts(&self, path: &Path) -> bool {
        !self.hosts.is_empty()
            && std::fs::read(path).is_ok_and(|bytes| self.hosts.contains(&HostsFile::of(path, &bytes)))
    }

    /// Whether nothing was written.
    pub(super) fn is_empty(&self) -> bool {
        self.outputs.is_empty()
    }

    /// Whether a file, relative to the folder, is as a run left it, or was about to: a run may replace it.
    pub fn wrote(&self, output: &str, bytes: u64) -> bool {
        self.outputs.contains(&(output.to_owned(), bytes))
    }

    /// Files that runs wrote, relative to the folder.
    pub fn outputs(&self) -> impl Iterator<Item = &str> {
        self.outputs.iter().map(|(name, _)| name.as_str())
    }

    /// Whether a run with `--overwrite` and these settings was to replace the unit: runs that go on from it may.
    pub(super) fn is_given_up(&self, unit: &Unit, options: &str) -> bool {
        let has_unit =
            |run: &RunLine| self.lists.get(&run.units).is_some_and(|list| list.contains(&unit.unit));
        self.runs
            .iter()
            .any(|run| run.overwrite && run.options == options && run.at >= unit.at && has_unit(run))
    }

    /// Whether the manifest of one of the runs has this list of units.
    pub(super) fn has_list(&self, hash: &str) -> bool {
        self.lists.contains_key(hash)
    }

    /// The units that runs were to do; `None` if a run's list is not there.
    pub(super) fn expected(&self) -> Option<BTreeSet<&str>> {
        let mut expected = BTreeSet::new();
        for run in &self.runs {
            expected.extend(self.lists.get(&run.units)?.iter().map(String::as_str));
        }
        Some(expected)
    }

    /// The newest run of each shard, or of all inputs.
    pub(super) fn newest_runs(&self) -> Vec<&RunLine> {
        let mut newest: HashMap<Option<Shard>, &RunLine> = HashMap::new();
        for run in &self.runs {
            newest.insert(run.shard, run);
        }
        let mut runs: Vec<&RunLine> = newest.into_values().collect();
        runs.sort_by_key(|run| run.at);
        runs
    }
}

/// The inputs without the files that runs into the folder wrote, which stand among them if it is an input folder too; what is
/// named itself stays.
///
/// # Errors
///
/// A manifest cannot be read.
pub fn leave_out_outputs(
    inputs: Vec<Input>,
    folder: &Path,
    is_named: &dyn Fn(&Path) -> bool,
) -> Result<(Vec<Input>, Vec<Input>)> {
    let done = Done::read(folder)?;
    let root = resolved(folder);
    let is_output = |path: &Path| {
        let place = resolved(path);
        let name = place.strip_prefix(&root).ok().map(Path::to_string_lossy);
        name.zip(path.metadata().ok()).is_some_and(|(name, metadata)| done.wrote(&name, metadata.len()))
    };
    let is_input = |input: &Input| match input {
        Input::File { path, .. } => done.is_empty() || is_named(path) || !is_output(path),
        _ => true,
    };
    Ok(inputs.into_iter().partition(is_input))
}

/// The manifests of an output folder.
///
/// # Errors
///
/// The folder's own folder cannot be listed.
pub(super) fn manifests(folder: &Path) -> Result<Vec<PathBuf>> {
    let inner = folder.join(FOLDER);
    if !inner.exists() {
        return Ok(Vec::new());
    }
    let failed = |error| Error::io(&inner, "read", error);
    let entries =
        std::fs::read_dir(&inner).map_err(failed)?.collect::<std::io::Result<Vec<_>>>().map_err(failed)?;
    let mut paths: Vec<PathBuf> =
        entries.into_iter().map(|entry| entry.path()).filter(|path| is_manifest(path)).collect();
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::super::manifest::Manifest;
    use super::*;
    use crate::batch::Summary;
    use crate::dump::Identity;

    fn unit(name: &str, at: u64) -> Unit {
        Unit {
            unit: name.to_owned(),
            input: format!("{name}.jsonl"),
            path: None,
            source: Identity { size: 5, modified: Some(7), etag: None },
            crc32: None,
            model: String::new(),
            options: String::new(),
            outputs: vec![(format!("{name}.jsonl"), 3)],
            summary: Summary { records: 2, written: 2, ..Summary::default() },
            at,
        }
    }

    fn add(manifest: &Manifest, unit: Unit) {
        manifest.add(&Line::Unit(Box::new(unit))).unwrap();
    }

    #[test]
    fn a_line_cut_off_by_a_crash_is_no_line_and_spoils_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = Manifest::open(folder.path(), None).unwrap();
        add(&manifest, unit("a", 1));
        add(&manifest, unit("b", 2));
        drop(manifest);
        let path = folder.path().join(FOLDER).join("manifest.jsonl");
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 9]).unwrap();
        let manifest = Manifest::open(folder.path(), None).unwrap();
        add(&manifest, unit("c", 3));
        let done = Done::read(folder.path()).unwrap();
        let mut names: Vec<&str> = done.units.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["a", "c"]);
        assert_eq!(done.units["a"], unit("a", 1));
        assert!(done.wrote("c.jsonl", 3) && !done.wrote("c.jsonl", 4) && !done.wrote("b.jsonl", 3));
    }

    #[test]
    fn the_newest_line_of_a_unit_counts_whatever_its_manifest_is_called() {
        let folder = tempfile::tempdir().unwrap();
        let shard = Manifest::open(folder.path(), Some(Shard { index: 0, of: 2 })).unwrap();
        add(&shard, unit("a", 9));
        add(&shard, unit("b", 9));
        drop(shard);
        // Its name comes last, its lines are older.
        let whole = Manifest::open(folder.path(), None).unwrap();
        add(&whole, Unit { crc32: Some("old".to_owned()), ..unit("a", 4) });
        // The clock was set back: the later line of one manifest is the newer one all the same.
        add(&whole, Unit { crc32: Some("new".to_owned()), ..unit("c", 4) });
        add(&whole, Unit { crc32: None, ..unit("c", 1) });
        let done = Done::read(folder.path()).unwrap();
        assert_eq!((done.units["a"].at, done.units["a"].crc32.clone()), (9, None));
        assert_eq!(done.units["c"].crc32, None);
    }
}
