//! Counts by host and by language.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::document::Access;
use crate::error::{Error, Result};

/// What is counted for a host or a language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupCounts {
    /// Pages.
    pub records: u64,
    /// Pages behind a wall.
    pub gated: u64,
    /// Pages with a notice.
    pub metered: u64,
    /// Words read.
    pub words: u64,
    /// Words of content of the pages that were written.
    pub kept_words: u64,
}

impl GroupCounts {
    pub(super) fn add_page(&mut self, access: Option<Access>, words: u64, kept_words: u64) {
        self.records += 1;
        self.gated += u64::from(access == Some(Access::Gated));
        self.metered += u64::from(access == Some(Access::Metered));
        self.words += words;
        self.kept_words += kept_words;
    }

    fn add(&mut self, other: GroupCounts) {
        self.records += other.records;
        self.gated += other.gated;
        self.metered += other.metered;
        self.words += other.words;
        self.kept_words += other.kept_words;
    }

    /// Share of the words that were not written: chaff, and pages that were dropped.
    pub fn left_out(&self) -> f64 {
        1.0 - self.kept_words as f64 / self.words.max(1) as f64
    }
}

/// Counts by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Groups(pub BTreeMap<Cow<'static, str>, GroupCounts>);

impl Groups {
    pub(super) fn entry(&mut self, name: String) -> &mut GroupCounts {
        self.0.entry(Cow::Owned(name)).or_default()
    }

    /// Adds the counts of others.
    pub fn merge(&mut self, others: Groups) {
        for (name, counts) in others.0 {
            self.0.entry(name).or_default().add(counts);
        }
    }

    /// The groups with most records first.
    pub fn by_size(&self) -> Vec<(&str, GroupCounts)> {
        let mut groups: Vec<(&str, GroupCounts)> =
            self.0.iter().map(|(name, counts)| (&**name, *counts)).collect();
        groups.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.records));
        groups
    }

    /// The groups as CSV with a header row, `column` first.
    ///
    /// # Errors
    ///
    /// A name cannot be written, which does not happen.
    pub fn to_csv(&self, column: &str) -> Result<Vec<u8>> {
        let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
        let failed = |error: &dyn std::fmt::Display| Error::input("CSV", error);
        let head = [column, "records", "gated", "metered", "words", "kept_words"];
        writer.write_record(head).map_err(|error| failed(&error))?;
        for (name, counts) in &self.0 {
            writer.serialize((name, counts)).map_err(|error| failed(&error))?;
        }
        writer.into_inner().map_err(|error| failed(&error))
    }

    /// Reads what [`Groups::to_csv`] wrote.
    ///
    /// # Errors
    ///
    /// The bytes are no such table.
    pub fn from_csv(bytes: &[u8]) -> std::result::Result<Groups, String> {
        let mut groups = Groups::default();
        let mut reader = csv::Reader::from_reader(bytes);
        for row in reader.deserialize() {
            let (name, records, gated, metered, words, kept_words): (String, u64, u64, u64, u64, u64) =
                row.map_err(|error| error.to_string())?;
            groups.entry(name).add(GroupCounts { records, gated, metered, words, kept_words });
        }
        Ok(groups)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_come_back_from_csv_and_add_up() {
        let mut groups = Groups::default();
        groups.entry("a, \"b\".example".to_owned()).add_page(Some(Access::Gated), 10, 4);
        groups.entry("c.example".to_owned()).add_page(Some(Access::Open), 5, 5);
        let again = Groups::from_csv(&groups.to_csv("host").unwrap()).unwrap();
        assert_eq!(again, groups);
        groups.merge(again);
        assert_eq!(
            groups.0["c.example"],
            GroupCounts { records: 2, words: 10, kept_words: 10, ..Default::default() }
        );
        assert!(Groups::from_csv(b"host,records\na,x\n").is_err());
    }
}
