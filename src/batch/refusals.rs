//! What a run into a folder would do to what is there, and why it does not: it never replaces what it reads, and without
//! `--overwrite` neither what others put there, nor what was done with other settings, nor what came from other inputs.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use super::done::Done;
use super::folder::FolderRun;
use super::settings::Settings;
use super::source::is_same_input;
use super::unit::output_name;
use crate::dump::Existing;
use crate::error::{Error, Result};

/// What to do instead.
const INSTEAD: &str = "give another folder, or --overwrite, which does all inputs again";

impl FolderRun<'_> {
    /// Refuses a run before it makes or opens anything.
    pub(super) fn refuse(&self, earlier: &Done, names: &[String], settings: &Settings) -> Result<()> {
        if !self.folder.overwrite {
            self.refuse_other_settings(earlier, names, settings)?;
            self.refuse_other_inputs(earlier, names, settings)?;
        }
        let mut claims = self.claims.clone();
        claims.read_inputs(self.all)?;
        for output in self.outputs_of(earlier, names) {
            let path = self.folder.folder.join(&output);
            let may_replace = self.folder.overwrite || self.is_ours(earlier, &output, &path);
            claims.write_below("-o", path, Existing::overwrite(may_replace));
        }
        if let Some(path) = &self.folder.hosts {
            let may_replace = self.folder.overwrite || earlier.wrote_hosts(path);
            claims.write("--by-host", path, Existing::overwrite(may_replace));
        }
        claims.check()
    }

    /// Refuses outputs that are there and not ours; also those that nobody could foresee.
    pub(super) fn refuse_strangers(&self, earlier: &Done, outputs: &[(String, u64)]) -> Result<()> {
        for (output, _) in outputs {
            let path = self.folder.folder.join(output);
            if !self.folder.overwrite && path.exists() && !self.is_ours(earlier, output, &path) {
                return Err(Error::input(path.display(), "it exists (-o); --overwrite replaces it"));
            }
        }
        Ok(())
    }

    fn is_ours(&self, earlier: &Done, output: &str, path: &Path) -> bool {
        path.metadata().is_ok_and(|metadata| earlier.wrote(output, metadata.len()))
    }

    /// All files that the run may write or remove, relative to the folder.
    fn outputs_of(&self, earlier: &Done, names: &[String]) -> BTreeSet<String> {
        let mut outputs = BTreeSet::new();
        let mut parts = HashMap::new();
        for (input, name) in self.inputs.iter().zip(names) {
            let part = self.folder.shard_bytes.map(|_| 0);
            let output = output_name(self.folder, self.options, input, name, part);
            let ending = output.strip_prefix(&format!("{name}-00000")).filter(|_| part.is_some());
            parts.extend(ending.map(|ending| (name.as_str(), ending.to_owned())));
            outputs.insert(output);
            outputs.extend(earlier.outputs_of(name).map(|(output, _)| output.clone()));
        }
        self.add_parts(&parts, &mut outputs);
        outputs
    }

    /// Files that are there and have the name of a later part of a unit.
    fn add_parts(&self, endings: &HashMap<&str, String>, outputs: &mut BTreeSet<String>) {
        let folders: BTreeSet<PathBuf> =
            endings.keys().filter_map(|name| Path::new(name).parent().map(Path::to_owned)).collect();
        for folder in folders {
            let Ok(entries) = std::fs::read_dir(self.folder.folder.join(&folder)) else { continue };
            for entry in entries.flatten() {
                let output = folder.join(entry.file_name()).to_string_lossy().into_owned();
                let Some((name, rest)) = output.rsplit_once('-') else { continue };
                let ending = rest.trim_start_matches(|c: char| c.is_ascii_digit());
                if endings.get(name).is_some_and(|expected| expected == ending) {
                    outputs.insert(output);
                }
            }
        }
    }

    /// One folder is one corpus.
    fn refuse_other_settings(&self, earlier: &Done, names: &[String], settings: &Settings) -> Result<()> {
        let ours = settings.hash();
        let last = earlier.runs.last().map(|run| &run.options).filter(|options| **options != ours);
        let stays = names
            .iter()
            .filter_map(|name| earlier.units.get(name))
            .find(|unit| unit.options != ours && !earlier.is_given_up(unit, &ours));
        let other = last.filter(|_| !earlier.is_empty()).or(stays.map(|unit| &unit.options));
        let Some(other) = other else { return Ok(()) };
        let run = earlier.runs.iter().rev().find(|run| run.options == *other);
        let mut differences = run.map(|run| settings.differences(&run.settings)).unwrap_or_default();
        if differences.is_empty() {
            differences.push("which is not noted".to_owned());
        }
        let reason = format!("it was filled with other settings: {}; {INSTEAD}", differences.join(", "));
        Err(Error::input(self.folder.folder.display(), reason))
    }

    /// Two inputs of one name are two inputs.
    fn refuse_other_inputs(&self, earlier: &Done, names: &[String], settings: &Settings) -> Result<()> {
        let ours = settings.hash();
        for (input, name) in self.inputs.iter().zip(names) {
            let other = earlier.units.get(name).filter(|unit| !is_same_input(input, unit));
            // Only a run with --overwrite may have agreed to that, and this one goes on from it.
            let Some(unit) = other.filter(|unit| !earlier.is_given_up(unit, &ours)) else { continue };
            let outputs: Vec<&str> = unit.outputs.iter().map(|(output, _)| output.as_str()).collect();
            let reason = match input {
                _ if input.is_pipe() => format!(
                    "{} was made from {} before, and whether this is the same nobody can tell",
                    outputs.join(", "),
                    unit.input
                ),
                _ => format!(
                    "its output would replace that of {}, which is another input of the same name ({})",
                    unit.path.as_ref().unwrap_or(&unit.input),
                    outputs.join(", ")
                ),
            };
            return Err(Error::input(input.name(), format!("{reason}; {INSTEAD}")));
        }
        Ok(())
    }
}
