//! What inputs are called in an output folder.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use super::source::origin;
use crate::dump::{Input, readable, without_endings};
use crate::error::{Error, Result};

/// Names the units of all inputs, those of other shards too: a path without the endings of format and compression. Of several
/// inputs that would have the same name, the one that has it in the manifest keeps it, else the first; the others keep their
/// endings, so that no name depends on what is added later.
///
/// # Errors
///
/// Two inputs have the same path below their folders, or a name that another one's endings make.
pub(super) fn unit_names(inputs: &[Input], has_name: impl Fn(&str, &Input) -> bool) -> Result<Vec<String>> {
    refuse_doubles(inputs, &inputs.iter().map(whole_name).collect::<Vec<_>>())?;
    let mut claims: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, input) in inputs.iter().enumerate() {
        claims.entry(unit_name(input.relative())).or_default().push(index);
    }
    let mut names = vec![String::new(); inputs.len()];
    for (name, claimants) in &claims {
        let keeps = |index: &&usize| inputs.get(**index).is_some_and(|input| has_name(name, input));
        let winner = claimants.iter().find(keeps).or(claimants.first());
        for index in claimants {
            if let (Some(slot), Some(input)) = (names.get_mut(*index), inputs.get(*index)) {
                *slot = if Some(index) == winner { name.clone() } else { whole_name(input) };
            }
        }
    }
    refuse_doubles(inputs, &names)?;
    Ok(names)
}

fn refuse_doubles(inputs: &[Input], names: &[String]) -> Result<()> {
    let mut first: HashMap<&str, &Input> = HashMap::new();
    for (input, name) in inputs.iter().zip(names) {
        if let Some(other) = first.insert(name, input) {
            let advice = advice(input, other);
            let reason = format!("its output would have the name of {}'s; {advice}", other.name());
            return Err(Error::input(input.name(), reason));
        }
    }
    Ok(())
}

/// What to do about two inputs of one name.
fn advice(one: &Input, other: &Input) -> &'static str {
    let (one, other) = (origin(one), origin(other));
    let folder = |place: &Option<String>| {
        place.as_deref().and_then(|place| Path::new(place).parent().map(Path::to_owned))
    };
    if one == other {
        "it is given twice; name it once"
    } else if folder(&one) == folder(&other) {
        "rename one of them, or give two output folders"
    } else {
        "give the folder above both, or two output folders"
    }
}

/// A path below the folder, without the endings of format and compression.
fn unit_name(relative: &Path) -> String {
    without_endings(&below(relative)).to_owned()
}

fn whole_name(input: &Input) -> String {
    let name = below(input.relative());
    if matches!(input, Input::Pages(_)) { name + ".pages" } else { name }
}

fn below(relative: &Path) -> String {
    readable(&relative.components().filter(|part| matches!(part, Component::Normal(_))).collect::<PathBuf>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(files: &[&str], known: &[(&str, &str)]) -> Vec<String> {
        let inputs: Vec<Input> = files.iter().map(|name| file(name)).collect();
        let has_name = |unit: &str, input: &Input| known.contains(&(unit, input.name().as_str()));
        unit_names(&inputs, has_name).unwrap()
    }

    fn file(name: &str) -> Input {
        Input::File { path: name.into(), relative: name.into() }
    }

    #[test]
    fn a_unit_is_called_as_its_input_and_stays_in_the_folder() {
        let files = ["a/CC.warc.gz", "x.JSONL.zst", "x.v2", "/../etc/x.parquet"];
        assert_eq!(names(&files, &[]), ["a/CC", "x", "x.v2", "etc/x"]);
    }

    #[test]
    fn of_inputs_with_one_name_each_has_its_own_and_keeps_it() {
        assert_eq!(names(&["a.jsonl", "a.warc.gz"], &[]), ["a", "a.warc.gz"]);
        // The second was there before the first.
        assert_eq!(names(&["a.jsonl", "a.warc.gz"], &[("a", "a.warc.gz")]), ["a.jsonl", "a"]);
        assert_eq!(names(&["a.csv", "a.jsonl", "a.jsonl.gz"], &[]), ["a", "a.jsonl", "a.jsonl.gz"]);
        assert_eq!(names(&["a.jsonl", "a.jsonl.gz"], &[]), ["a", "a.jsonl.gz"]);
    }

    #[test]
    fn files_of_one_name_are_refused_with_what_helps() {
        let refused = |files: &[&str]| {
            let inputs: Vec<Input> = files.iter().map(Input::file).collect();
            unit_names(&inputs, |_, _| false).unwrap_err().to_string()
        };
        let error = refused(&["x/a.jsonl", "y/a.jsonl"]);
        assert!(error.contains("y/a.jsonl") && error.contains("x/a.jsonl's"), "{error}");
        assert!(error.contains("the folder above both"), "{error}");
        let error = refused(&["x/a.csv", "x/a.jsonl", "x/a.jsonl.jsonl"]);
        assert!(error.contains("rename one") && !error.contains("above both"), "{error}");
        let error = refused(&["x/a.csv", "./x/a.csv"]);
        assert!(error.contains("given twice"), "{error}");
    }
}
