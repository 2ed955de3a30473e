//! What was found beside the inputs of a run.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::dump::{Expanded, Skipped};

/// Paths of a reason that are named.
const NAMED: usize = 3;

/// Files and folders that are no inputs of a run, and those that cannot be read, by reason.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SkippedInputs {
    /// Those that are no inputs.
    #[serde(default)]
    pub skipped: BTreeMap<String, Group>,
    /// Those that cannot be read.
    #[serde(default)]
    pub failed: BTreeMap<String, Group>,
}

/// Paths with one reason.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// How many.
    pub count: u64,
    /// The first of them.
    pub first: Vec<String>,
}

impl SkippedInputs {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.skipped.is_empty() && self.failed.is_empty()
    }

    /// Adds those of another run.
    pub fn merge(&mut self, other: &SkippedInputs) {
        for (ours, theirs) in [(&mut self.skipped, &other.skipped), (&mut self.failed, &other.failed)] {
            for (reason, group) in theirs {
                let ours = ours.entry(reason.clone()).or_default();
                ours.count += group.count;
                ours.first.extend(group.first.iter().cloned());
                ours.first.truncate(NAMED);
            }
        }
    }
}

impl From<&Expanded> for SkippedInputs {
    fn from(expanded: &Expanded) -> SkippedInputs {
        SkippedInputs { skipped: grouped(&expanded.skipped), failed: grouped(&expanded.failed) }
    }
}

fn grouped(files: &[Skipped]) -> BTreeMap<String, Group> {
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for Skipped { path, reason } in files {
        let group = groups.entry(reason.clone()).or_default();
        group.count += 1;
        if group.first.len() < NAMED {
            group.first.push(path.clone());
        }
    }
    groups
}

/// A line for each reason.
impl fmt::Display for SkippedInputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (heading, groups) in [("not read", &self.skipped), ("failed", &self.failed)] {
            for (reason, Group { count, first }) in groups {
                write!(f, "{heading:<9} {count} {reason}: {}", first.join(", "))?;
                match count.saturating_sub(first.len() as u64) {
                    0 => writeln!(f)?,
                    more => writeln!(f, " and {more} more")?,
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_names_of_each_reason_are_told_and_the_others_counted() {
        let skip = |path: &str, reason: &str| Skipped { path: path.to_owned(), reason: reason.to_owned() };
        let skipped = ["a", "b", "c", "d", "e"].map(|path| skip(path, "binary"));
        let expanded = Expanded {
            skipped: [&skipped[..], &[skip(".git", "hidden")]].concat(),
            failed: vec![skip("x", "a link that leads nowhere")],
            ..Expanded::default()
        };
        let mut told = SkippedInputs::from(&expanded);
        let lines = "not read  5 binary: a, b, c and 2 more\nnot read  1 hidden: .git\n\
            failed    1 a link that leads nowhere: x\n";
        assert_eq!(told.to_string(), lines);
        told.merge(&told.clone());
        assert_eq!((told.skipped["binary"].count, told.skipped["hidden"].first.len()), (10, 2));
    }
}
