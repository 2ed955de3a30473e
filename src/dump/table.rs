//! Parquet out: the columns of the input with the text replaced, and what `dechaff` found as columns of its own.

use std::sync::Arc;

use arrow_array::builder::{Float32Builder, ListBuilder, StringBuilder, StructBuilder, UInt64Builder};
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType, Field, FieldRef, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::extra::{Extra, extra_array};
use super::output::{Output, Whole};
use super::record::Row;
use super::table_columns::{Column, block_fields, columns_of_pages, columns_of_table};
use super::writer::TableOptions;
use crate::error::{Error, Result};

/// Rows that are collected before they are encoded.
const BUFFERED_ROWS: usize = 1024;
/// Bytes of text and HTML that are collected before they are encoded.
const BUFFERED_BYTES: usize = 8 << 20;
/// A row group is written when it has so many encoded bytes.
const GROUP_BYTES: usize = 64 << 20;

/// A row of the output.
#[derive(Clone, Debug)]
pub struct TableRow {
    /// Where the other columns come from.
    pub source: TableSource,
    /// What the text column holds; the input's own if `None`.
    pub text: Option<String>,
    /// Whether the page was behind a wall.
    pub access: &'static str,
    /// How sure that is.
    pub access_probability: f32,
    /// The labelled blocks, when annotating.
    pub blocks: Vec<TableBlock>,
    /// What else was asked for, in the order of [`TableOptions::extra`].
    pub extra: Vec<Extra>,
}

/// Where a row's columns come from.
#[derive(Clone, Debug)]
pub enum TableSource {
    /// A row of a table.
    Row(Row),
    /// A page of a WARC file or a folder.
    Page {
        /// Its id.
        id: String,
        /// Its address.
        url: Option<String>,
        /// Its HTML, if that is kept.
        html: Option<String>,
    },
}

/// A labelled block of a row.
#[derive(Clone, Copy, Debug)]
pub struct TableBlock {
    /// Start in the source.
    pub start: usize,
    /// End in the source.
    pub end: usize,
    /// The label.
    pub label: &'static str,
    /// Its probability.
    pub probability: f32,
}

/// Writes rows to a Parquet file.
pub struct TableWriter {
    schema: SchemaRef,
    columns: Vec<Column>,
    writer: ArrowWriter<Output>,
    rows: Vec<TableRow>,
    /// Bytes of the rows that are not encoded yet.
    bytes: usize,
    /// Bytes of all rows.
    all_bytes: u64,
}

impl TableWriter {
    pub(super) fn new(input: Option<&Schema>, options: &TableOptions, output: Output) -> Result<TableWriter> {
        let (fields, columns): (Vec<FieldRef>, Vec<Column>) = match input {
            Some(schema) => columns_of_table(schema, options),
            None => columns_of_pages(options),
        }
        .into_iter()
        .unzip();
        let metadata = input.map(|schema| schema.metadata().clone()).unwrap_or_default();
        let schema = Arc::new(Schema::new_with_metadata(fields, metadata));
        let properties =
            WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
        let writer = ArrowWriter::try_new(output, Arc::clone(&schema), Some(properties)).map_err(failed)?;
        Ok(TableWriter { schema, columns, writer, rows: Vec::new(), bytes: 0, all_bytes: 0 })
    }

    pub(super) fn write(&mut self, row: TableRow) -> Result<()> {
        let source = match &row.source {
            TableSource::Row(row) => row.bytes,
            TableSource::Page { html, .. } => html.as_ref().map_or(0, String::len),
        };
        let text = row.text.as_ref().map_or(0, String::len);
        let bytes = source + text + row.blocks.len() * size_of::<TableBlock>();
        self.bytes += bytes;
        self.all_bytes += bytes as u64;
        self.rows.push(row);
        if self.rows.len() >= BUFFERED_ROWS || self.bytes >= BUFFERED_BYTES { self.encode() } else { Ok(()) }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.all_bytes
    }

    pub(super) fn close(mut self) -> Result<Whole> {
        self.encode()?;
        self.writer.into_inner().map_err(failed)?.close()
    }

    fn encode(&mut self) -> Result<()> {
        let rows = std::mem::take(&mut self.rows);
        self.bytes = 0;
        if rows.is_empty() {
            return Ok(());
        }
        let arrays =
            self.columns.iter().zip(self.schema.fields()).map(|(&column, field)| array(column, field, &rows));
        let arrays = arrays.collect::<std::result::Result<Vec<ArrayRef>, ArrowError>>().map_err(failed)?;
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays).map_err(failed)?;
        self.writer.write(&batch).map_err(failed)?;
        if self.writer.in_progress_size() > GROUP_BYTES {
            self.writer.flush().map_err(failed)?;
        }
        Ok(())
    }
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::input("Parquet output", error)
}

fn array(column: Column, field: &Field, rows: &[TableRow]) -> std::result::Result<ArrayRef, ArrowError> {
    let page = |row: &TableRow, get: fn(&TableSource) -> Option<&str>| get(&row.source).map(str::to_owned);
    let strings = |get: fn(&TableSource) -> Option<&str>| -> ArrayRef {
        Arc::new(rows.iter().map(|row| page(row, get)).collect::<StringArray>())
    };
    Ok(match column {
        Column::Input(index) => gather(index, field.data_type(), rows)?,
        Column::Id => strings(|source| match source {
            TableSource::Page { id, .. } => Some(id),
            TableSource::Row(_) => None,
        }),
        Column::Url => strings(|source| match source {
            TableSource::Page { url, .. } => url.as_deref(),
            TableSource::Row(_) => None,
        }),
        Column::Html => strings(|source| match source {
            TableSource::Page { html, .. } => html.as_deref(),
            TableSource::Row(_) => None,
        }),
        Column::Text => {
            let texts = rows.iter().map(|row| row.text.as_deref()).collect::<StringArray>();
            arrow_cast::cast(&texts, field.data_type())?
        }
        Column::Extra(index, kind) => extra_array(kind, rows.iter().map(|row| row.extra.get(index)))?,
        Column::Access => Arc::new(rows.iter().map(|row| Some(row.access)).collect::<StringArray>()),
        Column::AccessProbability => {
            let mut builder = Float32Builder::with_capacity(rows.len());
            rows.iter().for_each(|row| builder.append_value(row.access_probability));
            Arc::new(builder.finish())
        }
        Column::Blocks => blocks(rows),
    })
}

/// One column of rows from any number of batches.
fn gather(column: usize, kind: &DataType, rows: &[TableRow]) -> std::result::Result<ArrayRef, ArrowError> {
    let mut batches: Vec<&RecordBatch> = Vec::new();
    let mut places = Vec::with_capacity(rows.len());
    for row in rows {
        let TableSource::Row(row) = &row.source else { continue };
        if batches.last().is_none_or(|last| !std::ptr::eq(*last, &*row.batch)) {
            batches.push(&row.batch);
        }
        places.push((batches.len() - 1, row.index));
    }
    let arrays = batches.iter().map(|batch| match batch.column(column) {
        same if same.data_type() == kind => Ok(Arc::clone(same)),
        other => arrow_cast::cast(other, kind),
    });
    let arrays = arrays.collect::<std::result::Result<Vec<ArrayRef>, ArrowError>>()?;
    let arrays: Vec<&dyn Array> = arrays.iter().map(AsRef::as_ref).collect();
    arrow_select::interleave::interleave(&arrays, &places)
}

fn blocks(rows: &[TableRow]) -> ArrayRef {
    let values: Vec<Box<dyn arrow_array::builder::ArrayBuilder>> = vec![
        Box::new(UInt64Builder::new()),
        Box::new(UInt64Builder::new()),
        Box::new(StringBuilder::new()),
        Box::new(Float32Builder::new()),
    ];
    let item = Field::new("item", DataType::Struct(block_fields()), false);
    let mut list = ListBuilder::new(StructBuilder::new(block_fields(), values)).with_field(item);
    for row in rows {
        for block in &row.blocks {
            let values = list.values();
            for (at, value) in [block.start, block.end].into_iter().enumerate() {
                if let Some(builder) = values.field_builder::<UInt64Builder>(at) {
                    builder.append_value(value as u64);
                }
            }
            if let Some(builder) = values.field_builder::<StringBuilder>(2) {
                builder.append_value(block.label);
            }
            if let Some(builder) = values.field_builder::<Float32Builder>(3) {
                builder.append_value(block.probability);
            }
            values.append(true);
        }
        list.append(true);
    }
    Arc::new(list.finish())
}
