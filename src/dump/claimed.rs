//! What earlier runs wrote: it is no input of the next, unless it is named itself.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::output::{Output, OutputTarget, folder_of};
use crate::error::{Error, Result};

/// The folder beside outputs that holds what is no output; never an input.
pub const OWN_FOLDER: &str = "_dechaff";
/// In that folder: the files that runs into one file left among inputs.
const OUTPUTS: &str = "outputs.jsonl";

/// A file that a run wrote, as a line of the list.
#[derive(Serialize, Deserialize)]
struct OutputLine {
    output: String,
    bytes: u64,
}

/// Whether a run into a folder wrote to this one: it holds a manifest.
pub(super) fn is_output_folder(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder.join(OWN_FOLDER)) else { return false };
    entries.flatten().any(|entry| is_manifest(&entry.path()))
}

/// Whether a file of `_dechaff` is the record of a run into a folder.
pub(crate) fn is_manifest(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("manifest") && name.ends_with(".jsonl")
}

/// Whether an entry of an input folder was written by an earlier run: an output folder, or the output of a run into one file,
/// as long as nobody changed its size. `_dechaff` itself is.
pub(super) fn is_claimed(path: &Path) -> bool {
    if path.file_name().is_some_and(|name| name == OWN_FOLDER) {
        return true;
    }
    if path.is_dir() { is_output_folder(path) } else { is_output_file(path) }
}

fn is_output_file(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let Ok(lines) = std::fs::read_to_string(list_beside(path)) else { return false };
    let last = lines.lines().rev().filter_map(|line| serde_json::from_str::<OutputLine>(line).ok());
    let size = path.metadata().map(|metadata| metadata.len()).ok();
    last.into_iter().find(|line| line.output == name).is_some_and(|line| Some(line.bytes) == size)
}

fn list_beside(path: &Path) -> PathBuf {
    folder_of(path).join(OWN_FOLDER).join(OUTPUTS)
}

/// Notes files that a run is about to leave among inputs, with their sizes, so that the next run does not read them.
///
/// # Errors
///
/// The list cannot be written.
pub fn claim_output(path: &Path, bytes: u64) -> Result<()> {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return Ok(()) };
    let list = list_beside(path);
    let folder = folder_of(&list);
    std::fs::create_dir_all(folder).map_err(|error| Error::io(folder, "make", error))?;
    let known = std::fs::read_to_string(&list).unwrap_or_default();
    let mut output = Output::create(OutputTarget::File(list.clone()), true)?;
    for line in known.lines() {
        let is_same = serde_json::from_str::<OutputLine>(line).is_ok_and(|line| line.output == name);
        if !is_same {
            output.write(line.as_bytes())?;
            output.write(b"\n")?;
        }
    }
    let line = OutputLine { output: name.to_owned(), bytes };
    output.write(&serde_json::to_vec(&line).map_err(|error| Error::input(list.display(), error))?)?;
    output.write(b"\n")?;
    output.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_claimed_and_what_others_put_there_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for name in
            ["in/mine.jsonl", "in/clean.jsonl", "in/out/_dechaff/manifest-0-of-2.jsonl", "in/out/a.jsonl"]
        {
            std::fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
            std::fs::write(root.join(name), "12345").unwrap();
        }
        claim_output(&root.join("in/clean.jsonl"), 7).unwrap();
        assert!(!is_claimed(&root.join("in/clean.jsonl")), "somebody else's: the size differs");
        claim_output(&root.join("in/clean.jsonl"), 5).unwrap();
        let claimed = |name: &str| is_claimed(&root.join(name));
        assert!(claimed("in/clean.jsonl") && claimed("in/out") && claimed("in/_dechaff"));
        assert!(!claimed("in/mine.jsonl") && !claimed("in"));
    }
}
