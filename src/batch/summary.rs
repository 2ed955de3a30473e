//! What a run did, for people and for machines.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::groups::{GroupCounts, Groups};
use super::skipped::SkippedInputs;
use super::work::{Outcome, Worked};
use crate::document::{Access, Label};
use crate::terminal::clean;

/// Rows of a table for people.
const SHOWN: usize = 20;

/// Counts by name.
type Counts = BTreeMap<Cow<'static, str>, u64>;

/// Counts of a run. `records = written + dropped + rejected`, always.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Records read.
    pub records: u64,
    /// Records in the output.
    pub written: u64,
    /// Records left out, by rule.
    pub dropped: Counts,
    /// Broken records.
    pub rejected: u64,
    /// Parts of a dump that hold no page, by reason; not counted as records.
    pub skipped: Counts,
    /// Blocks by label.
    pub blocks: Counts,
    /// Pages by access.
    pub access: Counts,
    /// Pages by language.
    pub languages: Groups,
    /// Pages by host, if they are counted. A run into a folder keeps them in a file of their own.
    #[serde(skip)]
    pub hosts: Groups,
    /// Words read.
    pub words: u64,
    /// Words of content in the records that were written.
    pub kept_words: u64,
    /// Bytes of the records, decompressed.
    pub bytes: u64,
    /// Seconds from start to end; of runs together, their sum.
    pub seconds: f64,
    /// Where the rejects are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reject_file: Option<String>,
    /// What was found beside the inputs.
    #[serde(default, skip_serializing_if = "SkippedInputs::is_empty")]
    pub skipped_inputs: SkippedInputs,
}

impl Summary {
    pub(super) fn add(&mut self, worked: &Worked, bytes: usize) {
        self.records += 1;
        self.bytes += bytes as u64;
        self.words += worked.words;
        // What is dropped is not kept, whatever of it was content.
        let is_written = matches!(worked.outcome, Outcome::Written(_));
        let kept_words = if is_written { worked.kept_words } else { 0 };
        self.kept_words += kept_words;
        match &worked.outcome {
            Outcome::Written(_) => self.written += 1,
            Outcome::Dropped(rule) => count(&mut self.dropped, rule, 1),
            Outcome::Rejected { .. } => self.rejected += 1,
        }
        for label in Label::ALL {
            count(&mut self.blocks, label.name(), worked.blocks[label.index()]);
        }
        let Some(access) = worked.access else { return };
        count(&mut self.access, access.name(), 1);
        let language = worked.language.clone().unwrap_or_else(|| "unknown".to_owned());
        self.languages.entry(language).add_page(Some(access), worked.words, kept_words);
        if let Some(host) = &worked.host {
            self.hosts.entry(host.clone()).add_page(Some(access), worked.words, kept_words);
        }
    }

    pub(super) fn skip(&mut self, rule: Cow<'static, str>) {
        *self.skipped.entry(rule).or_default() += 1;
    }

    /// Adds the counts of another run.
    pub fn merge(&mut self, other: &Summary) {
        self.records += other.records;
        self.written += other.written;
        self.rejected += other.rejected;
        self.words += other.words;
        self.kept_words += other.kept_words;
        self.bytes += other.bytes;
        self.seconds += other.seconds;
        for (ours, theirs) in [
            (&mut self.dropped, &other.dropped),
            (&mut self.skipped, &other.skipped),
            (&mut self.blocks, &other.blocks),
            (&mut self.access, &other.access),
        ] {
            theirs.iter().for_each(|(name, value)| *ours.entry(name.clone()).or_default() += value);
        }
        self.languages.merge(other.languages.clone());
        self.hosts.merge(other.hosts.clone());
        self.skipped_inputs.merge(&other.skipped_inputs);
    }

    /// Records left out by any rule.
    pub fn dropped_records(&self) -> u64 {
        self.dropped.values().sum()
    }

    fn megabytes_per_second(&self) -> f64 {
        self.bytes as f64 / 1e6 / self.seconds.max(1e-6)
    }
}

fn count(counts: &mut Counts, name: &'static str, more: u64) {
    if more > 0 {
        *counts.entry(Cow::Borrowed(name)).or_default() += more;
    }
}

fn percent(part: u64, whole: u64) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "records   {} read = {} written + {} dropped + {} rejected",
            self.records,
            self.written,
            self.dropped_records(),
            self.rejected
        )?;
        for (rule, count) in &self.dropped {
            writeln!(f, "dropped   {count} {}", clean(rule))?;
        }
        for (rule, count) in &self.skipped {
            writeln!(f, "skipped   {count} {}", clean(rule))?;
        }
        write!(f, "{}", self.skipped_inputs)?;
        if let Some(file) = self.reject_file.as_ref().filter(|_| self.rejected > 0) {
            writeln!(f, "rejects   {}", clean(file))?;
        }
        let access = Access::ALL.map(|access| {
            format!("{} {}", self.access.get(access.name()).copied().unwrap_or(0), access.name())
        });
        writeln!(f, "access    {}", access.join(", "))?;
        let share = percent(self.kept_words, self.words);
        writeln!(f, "words     {} read, {} kept ({share:.1} %)", self.words, self.kept_words)?;
        write!(
            f,
            "speed     {:.1} MB in {:.1} s, {:.1} MB/s",
            self.bytes as f64 / 1e6,
            self.seconds,
            self.megabytes_per_second()
        )?;
        write_labels(f, &self.blocks)?;
        write_groups(f, "language", &self.languages)?;
        write_groups(f, "host", &self.hosts)
    }
}

fn write_labels(f: &mut fmt::Formatter<'_>, blocks: &Counts) -> fmt::Result {
    if blocks.is_empty() {
        return Ok(());
    }
    let mut blocks: Vec<(&str, u64)> = blocks.iter().map(|(label, count)| (&**label, *count)).collect();
    blocks.sort_by_key(|&(label, count)| (std::cmp::Reverse(count), label));
    let all = blocks.iter().map(|(_, count)| count).sum();
    write!(f, "\n\n{:<18}{:>12}{:>9}", "label", "blocks", "share")?;
    for (label, count) in blocks {
        write!(f, "\n{:<18}{count:>12}{:>7.1} %", clean(label), percent(count, all))?;
    }
    Ok(())
}

fn write_groups(f: &mut fmt::Formatter<'_>, name: &str, groups: &Groups) -> fmt::Result {
    if groups.0.is_empty() {
        return Ok(());
    }
    let rows = groups.by_size();
    let shown: Vec<(String, GroupCounts)> =
        rows.iter().take(SHOWN).map(|(group, counts)| (clean(group), *counts)).collect();
    let width = shown.iter().map(|(group, _)| group.chars().count()).max().unwrap_or(0).max(18);
    write!(f, "\n\n{name:<width$}{:>12}{:>9}{:>9}{:>9}", "records", "gated", "metered", "left out")?;
    for (group, counts) in shown {
        let (gated, metered) =
            (percent(counts.gated, counts.records), percent(counts.metered, counts.records));
        let left_out = 100.0 * counts.left_out();
        write!(f, "\n{group:<width$}{:>12}{gated:>7.1} %{metered:>7.1} %{left_out:>7.1} %", counts.records)?;
    }
    match rows.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        more => write!(f, "\n… and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dump::Written;

    fn worked(outcome: Outcome) -> Worked {
        let host = Some("a.example".to_owned());
        let (access, language) = (Some(Access::Gated), Some("en".to_owned()));
        Worked {
            outcome,
            blocks: Default::default(),
            words: 100,
            kept_words: 40,
            access,
            language,
            host,
            fields: None,
            is_unread: false,
        }
    }

    #[test]
    fn words_of_dropped_records_are_not_kept() {
        let mut summary = Summary::default();
        summary.add(&worked(Outcome::Written(Written::Bytes(Vec::new()))), 1);
        summary.add(&worked(Outcome::Dropped("a rule")), 1);
        assert_eq!((summary.words, summary.kept_words), (200, 40));
        for groups in [&summary.languages, &summary.hosts] {
            let counts = groups.0.values().next().unwrap();
            assert_eq!((counts.records, counts.words, counts.kept_words), (2, 200, 40));
        }
    }

    #[test]
    fn names_of_groups_cannot_forge_lines() {
        let mut summary = Summary::default();
        let record = worked(Outcome::Dropped("a rule"));
        summary.add(&Worked { host: Some("a\u{1b}[2J\nrecords   9 read".to_owned()), ..record }, 1);
        let shown = summary.to_string();
        assert!(shown.contains(r"a\u{1b}[2J\nrecords   9 read"), "{shown}");
    }
}
