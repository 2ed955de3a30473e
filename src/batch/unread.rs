//! An input that is not of its format is a reject for each of its lines, which may be many times as large as it is: the run of
//! it ends when that is clear.

use super::pipeline::WorkedItem;
use super::rejects::RejectBudget;
use crate::error::Error;

/// Records that are looked at.
const RECORDS: u64 = 100;

/// The first records of a run, as long as none of them could be read.
#[derive(Debug, Default)]
pub(super) struct Unread {
    records: u64,
    /// Why the first could not be read.
    first: String,
    is_over: bool,
}

impl Unread {
    pub(super) fn new(budget: &RejectBudget) -> Unread {
        // Who says how much may be wrong is taken at their word.
        Unread { is_over: budget.limit.is_some(), ..Unread::default() }
    }

    /// One more item of an input. The error, if it is the hundredth record and none could be read.
    pub(super) fn add(&mut self, item: &WorkedItem, input: impl Fn() -> String) -> Option<Error> {
        if self.is_over {
            return None;
        }
        let Some(reason) = reason(item) else {
            self.is_over = true;
            return None;
        };
        self.records += 1;
        if self.records == 1 {
            self.first = reason.to_owned();
        }
        if self.records < RECORDS {
            return None;
        }
        self.is_over = true;
        let reason = format!(
            "none of its first {RECORDS} records could be read, the first because: {}. --format says what it is, and with \
             --max-rejects the run goes on",
            self.first
        );
        Some(Error::input(input(), reason))
    }
}

/// Why nothing of an item could be read, if it is so.
fn reason(item: &WorkedItem) -> Option<&str> {
    match item {
        WorkedItem::Reject(reject) => Some(&reject.reason),
        WorkedItem::Record { worked, .. } if worked.is_unread => worked.reason(),
        WorkedItem::Record { .. } | WorkedItem::NoPage(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::task::RejectLimit;
    use crate::dump::Reject;

    fn rejected(number: u64) -> WorkedItem {
        WorkedItem::Reject(Reject::new(number, 0, format!("reason {number}")))
    }

    fn told(unread: &mut Unread, items: impl Iterator<Item = WorkedItem>) -> Vec<String> {
        let input = || "in.jsonl".to_owned();
        items.filter_map(|item| unread.add(&item, input)).map(|error| error.to_string()).collect()
    }

    #[test]
    fn the_hundredth_record_that_cannot_be_read_tells_why_the_first_could_not() {
        let told = told(&mut Unread::default(), (1..=3 * RECORDS).map(rejected));
        assert_eq!(told.len(), 1);
        assert!(
            told[0].starts_with("in.jsonl: none of its first 100") && told[0].contains("reason 1."),
            "{told:?}"
        );
    }

    #[test]
    fn one_record_that_is_read_is_enough_and_so_is_a_limit() {
        let page = std::iter::once(WorkedItem::NoPage("request".into()));
        assert!(told(&mut Unread::default(), page.chain((0..3 * RECORDS).map(rejected))).is_empty());
        let budget = RejectBudget::new(Some(RejectLimit::Count(1000)));
        assert!(told(&mut Unread::new(&budget), (0..3 * RECORDS).map(rejected)).is_empty());
    }
}
