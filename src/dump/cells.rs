//! The cells of a table's row, as text.

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;

use super::cell_json::{CellText, json_line};
use super::record::Row;
use crate::segment::encoding;

impl Row {
    /// The string in a column: `Ok(None)` if there is no such column or the cell is null. Bytes are decoded as a page. Dots lead
    /// into columns of structs.
    ///
    /// # Errors
    ///
    /// The column is not of strings or bytes.
    pub fn string(&self, name: &str) -> Result<Option<Cow<'_, str>>, String> {
        let Some(column) = self.cell(name) else { return Ok(None) };
        string_at(column, self.index).map_err(|reason| format!("column `{name}` {reason}"))
    }

    /// Any cell as a person would write it; `None` if there is no such column or the cell is null.
    pub fn display(&self, name: &str) -> Option<String> {
        let column = self.cell(name)?;
        CellText::new(column)?.at(self.index).ok()
    }

    /// The row as a line of JSON without one column, and with null in the place of another; nulls are written.
    ///
    /// # Errors
    ///
    /// A value is one that JSON cannot hold.
    pub fn to_json(&self, without: Option<&str>, null: Option<&str>) -> Result<Vec<u8>, String> {
        let row = self.batch.slice(self.index, 1);
        json_line(&row, without, null).map_err(|error| format!("the row cannot be written as JSON: {error}"))
    }

    /// Whether there is such a column.
    pub fn has_column(&self, name: &str) -> bool {
        self.column(name).is_some()
    }

    /// Whether a column can be read by [`Row::string`]; one that is not there can.
    pub fn is_text(&self, name: &str) -> bool {
        self.column(name).is_none_or(|column| is_text(column.data_type()))
    }

    fn cell(&self, name: &str) -> Option<&ArrayRef> {
        self.column(name).filter(|column| column.is_valid(self.index))
    }

    fn column(&self, name: &str) -> Option<&ArrayRef> {
        let find = |name: &str| self.batch.column_by_name(name);
        find(name).or_else(|| inside(&find, name, self.index))
    }
}

/// Whether a column of a type holds strings or bytes.
pub(crate) fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::FixedSizeBinary(_)
        | DataType::Null => true,
        DataType::Dictionary(_, values) => is_text(values),
        DataType::RunEndEncoded(_, values) => is_text(values.data_type()),
        _ => false,
    }
}

/// The column that a name's dots lead to; `None` where the row's struct is null.
fn inside<'a>(find: &dyn Fn(&str) -> Option<&'a ArrayRef>, name: &str, at: usize) -> Option<&'a ArrayRef> {
    name.match_indices('.').find_map(|(dot, _)| {
        let parent = find(name.get(..dot)?)?.as_struct_opt().filter(|parent| parent.is_valid(at))?;
        let child = |name: &str| parent.column_by_name(name);
        let rest = name.get(dot + 1..)?;
        child(rest).or_else(|| inside(&child, rest, at))
    })
}

fn string_at(column: &ArrayRef, at: usize) -> Result<Option<Cow<'_, str>>, String> {
    Ok(Some(match column.data_type() {
        DataType::Utf8 => Cow::Borrowed(column.as_string::<i32>().value(at)),
        DataType::LargeUtf8 => Cow::Borrowed(column.as_string::<i64>().value(at)),
        DataType::Utf8View => Cow::Borrowed(column.as_string_view().value(at)),
        DataType::Binary => encoding::decode(column.as_binary::<i32>().value(at), None),
        DataType::LargeBinary => encoding::decode(column.as_binary::<i64>().value(at), None),
        DataType::BinaryView => encoding::decode(column.as_binary_view().value(at), None),
        DataType::FixedSizeBinary(_) => encoding::decode(column.as_fixed_size_binary().value(at), None),
        DataType::Null => return Ok(None),
        DataType::Dictionary(_, values) => return unpacked(column, at, values),
        DataType::RunEndEncoded(_, values) => return unpacked(column, at, values.data_type()),
        other => return Err(format!("is of type {other}, not of text")),
    }))
}

/// The string of a cell that stands for another.
fn unpacked(column: &ArrayRef, at: usize, values: &DataType) -> Result<Option<Cow<'static, str>>, String> {
    let cell = arrow_cast::cast(&column.slice(at, 1), values)
        .map_err(|error| format!("cannot be read as text: {error}"))?;
    if cell.is_null(0) {
        return Ok(None);
    }
    string_at(&cell, 0).map(|text| text.map(|text| Cow::Owned(text.into_owned())))
}
