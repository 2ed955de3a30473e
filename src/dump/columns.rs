//! The columns of a table that is made of JSON records: those of the first records, in the order in which they came.

use std::sync::Arc;

use arrow_json::ReaderBuilder;
use arrow_schema::{Field, Schema, SchemaRef};
use rustc_hash::{FxHashMap, FxHashSet};

use super::fields::Fields;
use super::json_text::escape;
use super::record::Row;
use super::shape::Shape;

/// More fields than this are no columns.
const MAX_COLUMNS: usize = 2000;

/// Columns for JSON records.
#[derive(Debug)]
pub struct Columns {
    shapes: FxHashMap<String, Shape>,
    schema: SchemaRef,
    /// Records that they were made of.
    records: usize,
}

impl Columns {
    /// The columns of some lines. Those that are no records say nothing.
    ///
    /// # Errors
    ///
    /// They have too many different fields.
    pub(super) fn of<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Result<Columns, String> {
        let mut names: Vec<String> = Vec::new();
        let mut shapes: FxHashMap<String, Shape> = FxHashMap::default();
        let mut records = 0;
        for line in lines {
            records += 1;
            let Ok(fields) = Fields::parse(line.to_vec()) else { continue };
            for name in fields.names().flatten() {
                let shape = Shape::of(fields.raw(&name).unwrap_or_default());
                match shapes.get_mut(&*name) {
                    Some(known) => *known = std::mem::replace(known, Shape::Unknown).merge(shape),
                    None => {
                        names.push(name.clone().into_owned());
                        shapes.insert(name.into_owned(), shape);
                    }
                }
            }
            if names.len() > MAX_COLUMNS {
                return Err(format!(
                    "its first {records} records have more than {MAX_COLUMNS} different fields, which are no columns; \
                     write JSON Lines (-o OUT.jsonl)"
                ));
            }
        }
        let shapes: FxHashMap<_, _> =
            shapes.into_iter().map(|(name, shape)| (name, shape.settled())).collect();
        let fields: Vec<Field> =
            names.iter().filter_map(|name| shapes.get(name).map(|shape| shape.field(name))).collect();
        Ok(Columns { shapes, schema: Arc::new(Schema::new(fields)), records })
    }

    /// The columns as a schema.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// Whether a field of the record itself is a column.
    pub fn has(&self, name: &str) -> bool {
        self.shapes.contains_key(name)
    }

    /// The reason for a reject of a record with another field.
    pub fn lacks(&self, name: &str) -> String {
        self.clash(&format!("field `{name}` is not in"))
    }

    fn clash(&self, clash: &str) -> String {
        format!(
            "{clash} the first {} records, which the columns are made of; write JSON Lines (-o OUT.jsonl), \
             or put such a record among the first",
            self.records
        )
    }

    /// A record as a row, without the fields in `without`. `lent` and `kept` are as in [`Fields::write`].
    ///
    /// # Errors
    ///
    /// It has a field that is no column, or that the column cannot hold.
    pub fn row(&self, fields: &Fields, without: &[&str], lent: &str, kept: &str) -> Result<Row, String> {
        let mut seen = FxHashSet::default();
        let mut line = vec![b'{'];
        let mut value = Vec::new();
        for name in fields.names() {
            let name = name.ok_or("the name of a field holds half a character")?;
            if without.contains(&&*name) {
                continue;
            }
            let shape = self.shapes.get(&*name);
            let shape = shape.ok_or_else(|| self.lacks(&name))?;
            line.extend_from_slice(if seen.is_empty() { b"" } else { b"," });
            escape(&name, &mut line);
            line.push(b':');
            value.clear();
            fields.write_value(&name, lent, kept, &mut value);
            let raw = std::str::from_utf8(&value).map_err(|error| error.to_string())?;
            shape.write(raw, &name, &mut line).map_err(|clash| self.clash(&clash))?;
            if !seen.insert(name.clone()) {
                return Err(self.clash(&format!("field `{name}` stands there twice, and once in")));
            }
        }
        line.push(b'}');
        let bytes = line.len();
        let failed = |error| format!("the record cannot be written as a row: {error}");
        let mut decoder = ReaderBuilder::new(self.schema()).build_decoder().map_err(failed)?;
        decoder.decode(&line).map_err(failed)?;
        let batch = decoder.flush().map_err(failed)?;
        let batch = batch.filter(|batch| batch.num_rows() == 1).ok_or("the record is no row")?;
        Ok(Row { batch: Arc::new(batch), index: 0, bytes })
    }
}
