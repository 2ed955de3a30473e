//! What a filtered record says besides its text, if that is asked for.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::record::{Carrier, Record};
use super::work::Worked;
use crate::document::{Access, N_LABELS};
use crate::dump::{Extra, ExtraColumn, ExtraKind, OutputFormat};
use crate::{Detection, corpus};

/// Something that a record can say besides its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum With {
    /// Whether the page was behind a wall.
    Access,
    /// Blocks by label.
    Labels,
    /// The language, as the summary counts it.
    Language,
    /// When the page was fetched, of WARC.
    Date,
    /// The page's HTTP status, of WARC.
    Status,
    /// The host of the page's address.
    Host,
}

impl With {
    /// All, in the order in which they are written.
    pub const ALL: [With; 6] =
        [With::Access, With::Labels, With::Language, With::Date, With::Status, With::Host];

    /// The field's name.
    pub fn name(self) -> &'static str {
        match self {
            With::Access => "access",
            With::Labels => "labels",
            With::Language => "language",
            With::Date => "date",
            With::Status => "status",
            With::Host => "host",
        }
    }

    /// Whether only a page of a crawl has it.
    fn is_of_pages(self) -> bool {
        matches!(self, With::Date | With::Status)
    }

    fn column(self) -> ExtraColumn {
        let kind = match self {
            With::Labels => ExtraKind::Labels,
            With::Status => ExtraKind::Number,
            _ => ExtraKind::Text,
        };
        ExtraColumn { name: self.name(), kind }
    }
}

impl fmt::Display for With {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for With {
    type Err = String;

    fn from_str(name: &str) -> Result<With, String> {
        With::ALL.into_iter().find(|with| with.name() == name).ok_or_else(|| {
            let names = With::ALL.map(With::name).join(", ");
            format!("there is no `{name}`; there are {names}")
        })
    }
}

/// Some of [`With`], in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct WithSet(Vec<With>);

impl FromIterator<With> for WithSet {
    fn from_iter<I: IntoIterator<Item = With>>(with: I) -> WithSet {
        let mut with: Vec<With> = with.into_iter().collect();
        with.sort();
        with.dedup();
        WithSet(with)
    }
}

impl WithSet {
    fn in_a_table(&self) -> impl Iterator<Item = With> {
        // A table has `dechaff_access` in any case.
        self.0.iter().copied().filter(|&with| with != With::Access)
    }

    /// The columns of a table.
    pub(super) fn columns(&self) -> Vec<ExtraColumn> {
        self.in_a_table().map(With::column).collect()
    }

    /// Why a format cannot carry it, if it cannot.
    ///
    /// # Errors
    ///
    /// The format is WET, and it is more than the date, which each WET record has.
    pub fn refuse_for(&self, format: OutputFormat) -> Result<(), String> {
        match self.0.iter().find(|&&with| format == OutputFormat::Wet && with != With::Date) {
            Some(with) => Err(format!(
                "WET has no place for `{with}`, but for the date alone; write JSON Lines or Parquet"
            )),
            None => Ok(()),
        }
    }
}

/// What was found out about a record.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub access: Access,
    pub access_probability: f32,
    labels: [u64; N_LABELS],
    language: Option<String>,
    host: Option<String>,
}

impl Found {
    pub(super) fn new(record: &Record, worked: &Worked, detection: &Detection<'_>) -> Found {
        let url = record.url.as_deref().unwrap_or(&detection.document.metadata.canonical);
        Found {
            access: detection.access(),
            access_probability: detection.verdict.probability,
            labels: worked.blocks,
            language: worked.language.clone(),
            host: corpus::host_of(url),
        }
    }

    fn value(&self, with: With, carrier: &Carrier) -> Extra {
        let page = if let Carrier::Page(page) = carrier { Some(page) } else { None };
        match with {
            With::Access => Extra::Text(Some(self.access.name().to_owned())),
            With::Labels => Extra::Labels(self.labels),
            With::Language => Extra::Text(self.language.clone()),
            With::Date => Extra::Text(page.and_then(|page| page.date.clone())),
            With::Status => Extra::Number(page.and_then(|page| page.status)),
            With::Host => Extra::Text(self.host.clone()),
        }
    }

    /// The fields of a JSON record. One that is no page of a crawl says of date and status what it said before.
    pub(super) fn fields(&self, with: &WithSet, carrier: &Carrier) -> Vec<(&'static str, Extra)> {
        let is_page = matches!(carrier, Carrier::Page(_));
        let there = with.0.iter().filter(|with| is_page || !with.is_of_pages());
        there.map(|&with| (with.name(), self.value(with, carrier))).collect()
    }

    /// The cells of a row.
    pub(super) fn cells(&self, with: &WithSet, carrier: &Carrier) -> Vec<Extra> {
        with.in_a_table().map(|with| self.value(with, carrier)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_its_own_order_and_names() {
        let set: WithSet = ["host", "access", "host"].iter().map(|name| name.parse().unwrap()).collect();
        assert_eq!(serde_json::to_string(&set).unwrap(), r#"["access","host"]"#);
        assert!("hosts".parse::<With>().unwrap_err().contains("there are access, labels"));
    }

    #[test]
    fn wet_carries_the_date_alone() {
        let date: WithSet = [With::Date].into_iter().collect();
        assert!(date.refuse_for(OutputFormat::Wet).is_ok());
        let more: WithSet = [With::Date, With::Host].into_iter().collect();
        assert!(more.refuse_for(OutputFormat::Wet).unwrap_err().contains("`host`"));
        assert!(more.refuse_for(OutputFormat::Parquet).is_ok());
    }
}
