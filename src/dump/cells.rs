//! The cells of a table's row, as text.

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, DataType};

use super::record::Row;
use crate::segment::encoding;

impl Row {
    /// The string in a column: `Ok(None)` if there is no such column or the cell is null. Bytes are decoded as a page.
    ///
    /// # Errors
    ///
    /// The column is not of strings or bytes.
    pub fn string(&self, name: &str) -> Result<Option<Cow<'_, str>>, String> {
        let Some(column) = self.cell(name) else { return Ok(None) };
        let at = self.index;
        Ok(Some(match column.data_type() {
            DataType::Utf8 => Cow::Borrowed(column.as_string::<i32>().value(at)),
            DataType::LargeUtf8 => Cow::Borrowed(column.as_string::<i64>().value(at)),
            DataType::Utf8View => Cow::Borrowed(column.as_string_view().value(at)),
            DataType::Binary => encoding::decode(column.as_binary::<i32>().value(at), None),
            DataType::LargeBinary => encoding::decode(column.as_binary::<i64>().value(at), None),
            DataType::BinaryView => encoding::decode(column.as_binary_view().value(at), None),
            DataType::Dictionary(..) => Cow::Owned(
                unpacked(column, at)
                    .map_err(|error| format!("column `{name}` cannot be read as text: {error}"))?,
            ),
            other => return Err(format!("column `{name}` is of type {other}, not of text")),
        }))
    }

    /// Any cell as a person would write it; `None` if there is no such column or the cell is null.
    pub fn display(&self, name: &str) -> Option<String> {
        let column = self.cell(name)?;
        let options = FormatOptions::default();
        let formatter = ArrayFormatter::try_new(column, &options).ok()?;
        formatter.value(self.index).try_to_string().ok()
    }

    /// The row as a line of JSON without one column; nulls are written.
    ///
    /// # Errors
    ///
    /// A column is of a type that JSON cannot hold.
    pub fn to_json(&self, without: Option<&str>) -> Result<Vec<u8>, String> {
        let row = self.batch.slice(self.index, 1);
        let kept: Vec<usize> = (0..row.num_columns())
            .filter(|&column| without.is_none_or(|name| row.schema_ref().field(column).name() != name))
            .collect();
        json_line(&row, &kept).map_err(|error| format!("the row cannot be written as JSON: {error}"))
    }

    fn cell(&self, name: &str) -> Option<&ArrayRef> {
        self.batch.column_by_name(name).filter(|column| column.is_valid(self.index))
    }
}

fn unpacked(column: &ArrayRef, at: usize) -> Result<String, ArrowError> {
    let cell = arrow_cast::cast(&column.slice(at, 1), &DataType::Utf8)?;
    Ok(cell.as_string::<i32>().value(0).to_owned())
}

fn json_line(row: &RecordBatch, kept: &[usize]) -> Result<Vec<u8>, ArrowError> {
    let mut line = Vec::new();
    let mut writer = arrow_json::WriterBuilder::new()
        .with_explicit_nulls(true)
        .build::<_, arrow_json::writer::LineDelimited>(&mut line);
    writer.write(&row.project(kept)?)?;
    writer.finish()?;
    drop(writer);
    line.truncate(line.trim_ascii_end().len());
    Ok(line)
}
