//! What a run did, for people and for machines.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::process::{Outcome, Worked};
use crate::document::{Access, Label, N_LABELS};

/// Counts of a run. `records = written + dropped + rejected`, always.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    /// Records read.
    pub records: u64,
    /// Records in the output.
    pub written: u64,
    /// Records left out, by rule.
    pub dropped: BTreeMap<&'static str, u64>,
    /// Broken records.
    pub rejected: u64,
    /// Parts of a dump that hold no page, by reason; not counted as records.
    pub skipped: BTreeMap<&'static str, u64>,
    /// Blocks by label.
    pub blocks: BTreeMap<&'static str, u64>,
    /// Pages by access.
    pub access: BTreeMap<&'static str, u64>,
    /// Words read.
    pub words: u64,
    /// Words kept.
    pub kept_words: u64,
    /// Bytes of the records, decompressed.
    pub bytes: u64,
    /// Seconds from start to end.
    pub seconds: f64,
    /// Where the rejects are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reject_file: Option<String>,
}

impl Summary {
    pub(super) fn add(&mut self, worked: &Worked, bytes: usize) {
        self.records += 1;
        self.bytes += bytes as u64;
        self.words += worked.words;
        self.kept_words += worked.kept_words;
        match &worked.outcome {
            Outcome::Written(_) => self.written += 1,
            Outcome::Dropped(rule) => *self.dropped.entry(rule).or_default() += 1,
            Outcome::Rejected { .. } => self.rejected += 1,
        }
        for label in Label::ALL {
            let count = worked.blocks[label.index()];
            if count > 0 {
                *self.blocks.entry(label.name()).or_default() += count;
            }
        }
        if let Some(access) = worked.access {
            *self.access.entry(access.name()).or_default() += 1;
        }
    }

    fn megabytes_per_second(&self) -> f64 {
        self.bytes as f64 / 1e6 / self.seconds.max(1e-6)
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "records   {} read, {} written, {} rejected", self.records, self.written, self.rejected)?;
        for (rule, count) in &self.dropped {
            writeln!(f, "dropped   {count} {rule}")?;
        }
        for (rule, count) in &self.skipped {
            writeln!(f, "skipped   {count} {rule}")?;
        }
        if let Some(file) = self.reject_file.as_ref().filter(|_| self.rejected > 0) {
            writeln!(f, "rejects   {file}")?;
        }
        let access = Access::ALL.map(|access| {
            format!("{} {}", self.access.get(access.name()).copied().unwrap_or(0), access.name())
        });
        writeln!(f, "access    {}", access.join(", "))?;
        let share = 100.0 * self.kept_words as f64 / self.words.max(1) as f64;
        writeln!(f, "words     {} read, {} kept ({share:.1} %)", self.words, self.kept_words)?;
        let mut blocks: Vec<(&str, u64)> =
            self.blocks.iter().map(|(label, count)| (*label, *count)).collect();
        blocks.sort_by_key(|&(label, count)| (std::cmp::Reverse(count), label));
        debug_assert!(blocks.len() <= N_LABELS);
        let blocks: Vec<String> = blocks.iter().map(|(label, count)| format!("{count} {label}")).collect();
        writeln!(f, "blocks    {}", blocks.join(", "))?;
        write!(
            f,
            "speed     {:.1} MB in {:.1} s, {:.1} MB/s",
            self.bytes as f64 / 1e6,
            self.seconds,
            self.megabytes_per_second()
        )
    }
}
