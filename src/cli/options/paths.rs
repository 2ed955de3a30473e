//! What a command reads and writes, looked at before anything is opened.

use std::path::{Component, MAIN_SEPARATOR_STR, Path, PathBuf};

use super::{DumpArgs, ModelArgs, SourceArgs};
use crate::batch::leave_out_outputs;
use crate::dump::{Claims, Existing, Expanded, Input, Skipped, claim_output, followed, is_special, resolved};
use crate::error::{Error, Result};
use crate::terminal::{clean, say};

/// Signs of a pattern.
const WILD: [char; 3] = ['*', '?', '['];

impl ModelArgs {
    /// The model is read.
    pub(in crate::cli) fn claim(&self, claims: &mut Claims) {
        claims.read_all("--model", &self.model);
    }
}

impl SourceArgs {
    /// The inputs and the lists that name them are read.
    pub(in crate::cli) fn claim(&self, inputs: &[Input], claims: &mut Claims) -> Result<()> {
        let lists = self.inputs.iter().filter(|input| !input.exists());
        for list in lists.filter_map(|input| input.to_str()?.strip_prefix('@')) {
            claims.read("INPUT", Path::new(list));
        }
        claims.read_inputs(inputs)
    }

    /// The inputs without this command's own outputs of an earlier run, which stand among them and are not replaced.
    pub(in crate::cli) fn inputs_without(&self, own: &[&Path]) -> Result<Expanded> {
        let own: Vec<PathBuf> = own.iter().map(|path| resolved(path)).collect();
        let mut expanded = self.expand()?;
        let found = std::mem::take(&mut expanded.inputs);
        let is_own = |input: &Input| match input {
            Input::File { path, .. } => !self.is_named(path) && own.contains(&resolved(path)),
            _ => false,
        };
        let (left, inputs) = found.into_iter().partition(is_own);
        expanded.inputs = inputs;
        expanded.skipped.extend(passed_over(left, "this command writes it"));
        Ok(expanded)
    }

    /// Notes a file that a run leaves below one of its input folders, so that the next does not read it.
    pub(in crate::cli) fn claim_below(&self, path: &Path, bytes: u64) {
        if path == Path::new("-") || is_special(path) {
            return;
        }
        // A link and what it leads to may each stand among the inputs.
        let target = Some(followed(path)).filter(|target| target != path);
        for file in [path.to_owned()].into_iter().chain(target) {
            let place =
                file.parent().map(|folder| resolved(&Path::new(".").join(folder))).unwrap_or_default();
            if !self.folders().any(|folder| place.starts_with(resolved(&folder))) {
                continue;
            }
            // The output itself is worth more than the note.
            if let Err(error) = claim_output(&file, bytes) {
                say!("dechaff: {error}; a later run will take {} for an input", clean(file.display()));
            }
        }
    }

    /// The folders in which arguments find files.
    fn folders(&self) -> impl Iterator<Item = PathBuf> {
        self.inputs.iter().filter_map(|input| folder_of_many(input))
    }

    /// Whether an argument is this file, and not a folder or a pattern that leads to it.
    fn is_named(&self, path: &Path) -> bool {
        self.inputs.iter().any(|input| input == path)
    }

    /// Whether an argument stands for a folder of files.
    fn holds_folder(&self) -> bool {
        self.inputs.iter().any(|input| input.is_dir() || is_prefix(&input.to_string_lossy()))
    }
}

impl DumpArgs {
    /// Whether the output is a folder: it is one, is written as one, or takes what folders hold.
    pub(super) fn is_folder(&self) -> bool {
        let Some(path) = self.output.as_deref() else { return false };
        let is_new = path.symlink_metadata().is_err() && !is_special(path);
        path.is_dir()
            || path.as_os_str().as_encoded_bytes().ends_with(MAIN_SEPARATOR_STR.as_bytes())
            || is_new && path != Path::new("-") && path.extension().is_none() && self.source.holds_folder()
    }

    /// The inputs of all shards.
    pub(super) fn inputs(&self) -> Result<Expanded> {
        self.refuse_stray_hosts_file()?;
        let mut expanded = self.source.inputs_without(&[])?;
        let Some(output) = self.output.as_deref().filter(|output| *output != Path::new("-")) else {
            return Ok(expanded);
        };
        if self.is_folder() {
            let found = std::mem::take(&mut expanded.inputs);
            let (inputs, left) = leave_out_outputs(found, output, &|path| self.source.is_named(path))?;
            expanded.inputs = inputs;
            expanded.skipped.extend(passed_over(left, "an earlier run wrote it there"));
        } else if output.extension().is_none() && expanded.inputs.len() > 1 && !is_special(output) {
            let name = output.display();
            let reason = format!(
                "several inputs go into a folder ({name}{MAIN_SEPARATOR_STR}) or into one file, whose name tells its format ({name}.jsonl): write one of the two"
            );
            return Err(Error::input(name, reason));
        }
        Ok(expanded)
    }

    /// What the command reads.
    pub(super) fn claims(&self, inputs: &[Input]) -> Result<Claims> {
        let mut claims = Claims::new();
        self.source.claim(inputs, &mut claims)?;
        self.model.claim(&mut claims);
        Ok(claims)
    }

    /// Refuses an output file, or rejects or counts, in a place that is not theirs.
    pub(super) fn check_files(&self, inputs: &[Input], rejects: Option<&Path>) -> Result<()> {
        let existing = Existing::overwrite(self.overwrite);
        let mut claims = self.claims(inputs)?;
        match &self.output {
            Some(output) => claims.write("-o", output, existing),
            None => claims.write("standard output", Path::new("-"), existing),
        }
        for (option, path) in [("--rejects", rejects), ("--by-host", self.hosts_file())] {
            path.into_iter().for_each(|path| claims.write(option, path, existing));
        }
        claims.check()
    }

    /// Where the counts by host go, if they go to a file.
    pub(super) fn hosts_file(&self) -> Option<&Path> {
        self.by_host.as_ref().and_then(Option::as_deref)
    }

    /// Refuses `--by-host FILE`: without `=` the file is an input.
    fn refuse_stray_hosts_file(&self) -> Result<()> {
        if !matches!(self.by_host, Some(None)) {
            return Ok(());
        }
        let mut words = std::env::args_os().skip_while(|word| word != "--by-host").skip(1);
        let Some(word) = words.next().map(PathBuf::from).filter(|word| self.source.is_named(word)) else {
            return Ok(());
        };
        let is_csv = word.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        let name = word.to_string_lossy();
        let is_other = name == "-" || name.starts_with('@') || name.contains("://") || name.contains(WILD);
        if !is_csv && (is_other || word.exists()) {
            return Ok(());
        }
        let advice = format!(
            "behind --by-host it would be an input; did you mean --by-host={name}? If it is an input, put it before --by-host"
        );
        Err(Error::input(name, advice))
    }
}

fn passed_over(inputs: Vec<Input>, reason: &str) -> impl Iterator<Item = Skipped> {
    inputs.into_iter().map(move |input| Skipped { path: input.name(), reason: reason.to_owned() })
}

/// An address that stands for all below it.
fn is_prefix(name: &str) -> bool {
    name.contains("://") && name.ends_with('/')
}

/// The folder of an argument that stands for the files in it.
fn folder_of_many(argument: &Path) -> Option<PathBuf> {
    if argument.is_dir() {
        return Some(argument.to_owned());
    }
    let is_wild = |part: &Component<'_>| part.as_os_str().to_string_lossy().contains(WILD);
    let folder: PathBuf = argument.components().take_while(|part| !is_wild(part)).collect();
    argument.components().any(|part| is_wild(&part)).then(|| Path::new(".").join(folder))
}
