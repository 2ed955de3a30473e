//! JSON records on their way to a table: the first of them are looked at for its columns, and then yielded as all others.

use std::collections::VecDeque;
use std::sync::Arc;

use arrow_schema::SchemaRef;

use super::columns::Columns;
use super::record::{Body, RawRecord};
use super::{Item, ReadItems};

/// Records that columns are made of …
const RECORDS: usize = 1000;
/// … or as many as have so many bytes.
const BYTES: usize = 8 << 20;
/// Items that are looked at for them.
const ITEMS: usize = 10 * RECORDS;

/// A reader of records for a table.
pub struct Tabulated {
    inner: Box<dyn ReadItems>,
    ahead: VecDeque<Item>,
    columns: Option<Arc<Columns>>,
}

impl Tabulated {
    /// Looks at the first records of a reader. `known` are the columns of an input before it, which hold for this one too.
    ///
    /// # Errors
    ///
    /// JSON records have too many fields to be columns.
    pub fn new(mut inner: Box<dyn ReadItems>, known: Option<Arc<Columns>>) -> Result<Tabulated, String> {
        let mut ahead = VecDeque::new();
        if inner.schema().is_some() {
            return Ok(Tabulated { inner, ahead, columns: None });
        }
        let (mut records, mut bytes, mut is_json) = (0, 0, false);
        while let Some(item) = inner.next_item() {
            if let Item::Record(record) = &item {
                records += 1;
                bytes += record.len();
                is_json |= matches!(record.body, Body::JsonLine(_));
            }
            ahead.push_back(item);
            let tells_no_more = records > 0 && (known.is_some() || !is_json);
            if tells_no_more || records >= RECORDS || bytes >= BYTES || ahead.len() >= ITEMS {
                break;
            }
        }
        let columns = match known {
            Some(known) if is_json || records == 0 => Some(known),
            _ if is_json => Some(Arc::new(Columns::of(lines(&ahead))?)),
            _ => None,
        };
        Ok(Tabulated { inner, ahead, columns })
    }

    /// The columns, if the records are of JSON.
    pub fn columns(&self) -> Option<Arc<Columns>> {
        self.columns.clone()
    }
}

fn lines(items: &VecDeque<Item>) -> impl Iterator<Item = &[u8]> {
    items.iter().filter_map(|item| match item {
        Item::Record(RawRecord { body: Body::JsonLine(line), .. }) => Some(line.as_slice()),
        _ => None,
    })
}

impl ReadItems for Tabulated {
    fn next_item(&mut self) -> Option<Item> {
        let item = self.ahead.pop_front().or_else(|| self.inner.next_item())?;
        Some(match (item, &self.columns) {
            (Item::Record(RawRecord { number, offset, body: Body::JsonLine(line) }), Some(columns)) => {
                let body = Body::TableLine(line, Arc::clone(columns));
                Item::Record(RawRecord { number, offset, body })
            }
            (item, _) => item,
        })
    }

    fn schema(&self) -> Option<SchemaRef> {
        self.inner.schema().or_else(|| self.columns.as_ref().map(|columns| columns.schema()))
    }
}
