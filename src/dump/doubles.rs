//! Inputs that are named more than once, as by a pattern and by name.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::claims::resolved;
use super::expand::Expanded;
use super::input::Input;
use super::walk::Skipped;

pub(super) const DOUBLE: &str = "named more than once; it is read once";

/// Leaves out the inputs that are among those before them, and notes them. Two pipes are two, even of one name.
pub(super) fn leave_out_doubles(expanded: &mut Expanded) {
    let mut seen = Seen::default();
    for input in std::mem::take(&mut expanded.inputs) {
        match seen.take(input, &mut expanded.skipped) {
            Ok(input) => expanded.inputs.push(input),
            Err(double) => expanded.skipped.push(Skipped { path: double.name(), reason: DOUBLE.to_owned() }),
        }
    }
}

#[derive(Default)]
struct Seen {
    files: HashSet<PathBuf>,
    has_stdin: bool,
    #[cfg(feature = "cloud")]
    addresses: HashSet<String>,
}

impl Seen {
    /// The input, or those of a folder's pages that are new; an error if nothing of it is.
    fn take(&mut self, input: Input, skipped: &mut Vec<Skipped>) -> Result<Input, Input> {
        let is_new = match &input {
            Input::Stdin => !std::mem::replace(&mut self.has_stdin, true),
            Input::File { .. } if input.is_pipe() => true,
            Input::File { path, .. } => self.is_new(path),
            Input::Pages(pages) => {
                let all = pages.files().iter().cloned();
                let (new, doubles): (Vec<_>, Vec<_>) = all.partition(|(path, _)| self.is_new(path));
                if doubles.is_empty() {
                    return Ok(input);
                }
                if new.is_empty() {
                    return Err(input);
                }
                skipped.extend(doubles.iter().map(|(path, _)| Skipped::new(path, DOUBLE)));
                return Ok(Input::Pages(pages.with(new)));
            }
            #[cfg(feature = "cloud")]
            Input::Object { object, .. } => self.addresses.insert(object.url().to_owned()),
        };
        if is_new { Ok(input) } else { Err(input) }
    }

    fn is_new(&mut self, path: &Path) -> bool {
        self.files.insert(resolved(path))
    }
}

#[cfg(test)]
mod tests {
    use super::super::expand::{ExpandOptions, expand_inputs};
    use super::*;

    #[test]
    fn what_is_named_twice_is_read_once_and_told() {
        let sandbox = tempfile::tempdir().unwrap();
        let root = sandbox.path();
        for name in ["a.jsonl", "d/b.jsonl", "d/x/i.html", "d/x/j.html"] {
            std::fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
            std::fs::write(root.join(name), "").unwrap();
        }
        let found = |names: &[&str]| {
            let paths: Vec<PathBuf> = names
                .iter()
                .map(|name| if *name == "-" { PathBuf::from(name) } else { root.join(name) })
                .collect();
            let found = expand_inputs(&paths, &ExpandOptions::default()).unwrap();
            assert!(found.skipped.iter().all(|skipped| skipped.reason == DOUBLE), "{:?}", found.skipped);
            let pages = |input: &Input| match input {
                Input::Pages(pages) => pages.files().len(),
                _ => 1,
            };
            (found.inputs.iter().map(pages).collect::<Vec<_>>(), found.skipped.len())
        };
        assert_eq!(found(&["a.jsonl", "*.jsonl", "d/../a.jsonl", "-", "-"]), (vec![1, 1], 3));
        assert_eq!(found(&["d/x/i.html", "d", "d/x"]), (vec![1, 1, 1], 2));
        assert_eq!(found(&["d/x", "d"]), (vec![2, 1], 1));
    }
}
