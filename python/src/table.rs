//! A column of an Arrow table to columns of results.

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::{
    Array, ArrayRef, BinaryArray, BinaryViewArray, LargeBinaryArray, RecordBatch, RecordBatchReader,
};
use arrow_schema::{DataType, Schema, SchemaRef};
use dechaff::segment::encoding;
use pyo3::exceptions::{PyKeyError, PyTypeError, PyValueError};
use pyo3::prelude::*;

use crate::columns::{Column, Found, batch_of, schema_of};
use crate::labeller::{CHUNK_BYTES, CHUNK_DOCUMENTS, Labeller};

/// What a cell may hold, as the command line by default. Of one with a block each two bytes, the names of the labels fit
const MAX_CELL_BYTES: usize = 100 << 20;

/// Which column is read, how, and what is wanted.
pub struct TableOptions {
    pub column: String,
    pub is_html: bool,
    pub output: Vec<Column>,
}

/// The bytes of a column. Strings too are looked at as bytes: another library made them, and Arrow's interface carries
/// nobody's word that they are UTF-8.
enum Cells {
    Small(BinaryArray),
    Large(LargeBinaryArray),
    View(BinaryViewArray),
    Null(usize),
}

struct TextColumn {
    cells: Cells,
    is_string: bool,
}

/// Labels a column of all batches. The schema stands for no batches too.
pub fn filter_table(
    py: Python<'_>,
    labeller: &Labeller,
    reader: Box<dyn RecordBatchReader + Send>,
    options: &TableOptions,
) -> PyResult<(SchemaRef, Vec<RecordBatch>)> {
    let place = check_column(&reader.schema(), &options.column)?;
    let (workers, schema) = (labeller.workers(py)?, schema_of(&options.output));
    let mut batches = Vec::new();
    for batch in reader {
        let batch = batch.map_err(|error| PyValueError::new_err(error.to_string()))?;
        let column = TextColumn::new(batch.column(place))?;
        let mut next = 0;
        while next < column.len() {
            py.check_signals()?;
            let rows: Vec<usize> = column.chunk(next).collect();
            next += rows.len();
            let results = py.detach(|| {
                workers.map(&rows, |&row| {
                    let source = column.document(row)?;
                    labeller.with_detection(&source, options.is_html, |detection| {
                        Found::new(detection, &source, &options.output)
                    })
                })
            });
            let batch = batch_of(&results, &options.output, &schema);
            batches.push(batch.map_err(|error| PyValueError::new_err(error.to_string()))?);
        }
    }
    Ok((schema, batches))
}

/// Where the column is, or what is wrong with it, before anything is read.
fn check_column(schema: &Schema, name: &str) -> PyResult<usize> {
    let Some((place, field)) = schema.column_with_name(name) else {
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        return Err(PyKeyError::new_err(format!(
            "there is no column `{name}`; there are: {}",
            names.join(", ")
        )));
    };
    match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Ok(place),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::Null => Ok(place),
        other => Err(wrong_type(name, other)),
    }
}

fn wrong_type(name: &str, data_type: &DataType) -> PyErr {
    PyTypeError::new_err(format!("column `{name}` holds {data_type}, not strings or bytes"))
}

impl TextColumn {
    fn new(column: &ArrayRef) -> PyResult<TextColumn> {
        let (cells, is_string) = match column.data_type() {
            DataType::Utf8 => (Cells::Small(column.as_string::<i32>().clone().into()), true),
            DataType::LargeUtf8 => (Cells::Large(column.as_string::<i64>().clone().into()), true),
            DataType::Utf8View => (Cells::View(column.as_string_view().clone().to_binary_view()), true),
            DataType::Binary => (Cells::Small(column.as_binary::<i32>().clone()), false),
            DataType::LargeBinary => (Cells::Large(column.as_binary::<i64>().clone()), false),
            DataType::BinaryView => (Cells::View(column.as_binary_view().clone()), false),
            DataType::Null => (Cells::Null(column.len()), false),
            other => return Err(wrong_type("", other)),
        };
        Ok(TextColumn { cells, is_string })
    }

    fn len(&self) -> usize {
        match &self.cells {
            Cells::Small(cells) => cells.len(),
            Cells::Large(cells) => cells.len(),
            Cells::View(cells) => cells.len(),
            Cells::Null(rows) => *rows,
        }
    }

    fn bytes(&self, row: usize) -> Option<&[u8]> {
        match &self.cells {
            Cells::Small(cells) => cells.is_valid(row).then(|| cells.value(row)),
            Cells::Large(cells) => cells.is_valid(row).then(|| cells.value(row)),
            Cells::View(cells) => cells.is_valid(row).then(|| cells.value(row)),
            Cells::Null(_) => None,
        }
    }

    /// Rows from `first` on that are worked on before Ctrl-C is heard; at least one.
    fn chunk(&self, first: usize) -> impl Iterator<Item = usize> {
        let mut bytes = 0;
        (first..self.len()).take(CHUNK_DOCUMENTS).take_while(move |&row| {
            let is_free = bytes < CHUNK_BYTES;
            bytes += self.bytes(row).map_or(0, <[u8]>::len);
            is_free
        })
    }

    /// The document in a cell, or why there is none.
    fn document(&self, row: usize) -> Result<Cow<'_, str>, String> {
        let bytes = self.bytes(row).ok_or("the cell is null")?;
        if bytes.len() > MAX_CELL_BYTES {
            return Err(format!("the cell has {} bytes, more than {MAX_CELL_BYTES}", bytes.len()));
        }
        if !self.is_string {
            return Ok(encoding::decode(bytes, None));
        }
        let text = std::str::from_utf8(bytes).map_err(|error| format!("the cell is not UTF-8: {error}"))?;
        Ok(Cow::Borrowed(text))
    }
}
