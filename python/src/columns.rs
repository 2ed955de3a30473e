//! The columns of results.

use std::sync::Arc;

use arrow_array::builder::{Float32Builder, Int64Builder, ListBuilder, StringBuilder, StructBuilder};
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema, SchemaRef};
use dechaff::document::{Access, CodePoints, Label};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// A column of results.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Column {
    Content,
    Access,
    AccessProbability,
    Blocks,
    Reason,
}

impl Column {
    /// Every column, in order.
    pub const ALL: [Column; 5] =
        [Column::Content, Column::Access, Column::AccessProbability, Column::Blocks, Column::Reason];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Column::Content => "content",
            Column::Access => "access",
            Column::AccessProbability => "access_probability",
            Column::Blocks => "blocks",
            Column::Reason => "reason",
        }
    }

    /// The column of this name.
    pub fn from_name(name: &str) -> PyResult<Column> {
        let names = Column::ALL.map(Column::name);
        let found = Column::ALL.into_iter().find(|column| column.name() == name);
        found.ok_or_else(|| {
            PyValueError::new_err(format!("there is no result `{name}`; there are: {}", names.join(", ")))
        })
    }

    /// Types that every engine has: Spark knows no unsigned numbers and no large strings.
    fn data_type(self) -> DataType {
        match self {
            Column::Content | Column::Access | Column::Reason => DataType::Utf8,
            Column::AccessProbability => DataType::Float32,
            Column::Blocks => DataType::List(Arc::new(block_field())),
        }
    }
}

/// What was found in one cell.
pub struct Found {
    pub content: String,
    pub access: Access,
    pub access_probability: f32,
    pub blocks: Vec<FoundBlock>,
}

/// A labelled block; offsets in code points.
pub struct FoundBlock {
    start: usize,
    end: usize,
    label: Label,
    probability: f32,
}

impl Found {
    /// The columns that are wanted of a detection in `source`.
    pub fn new(detection: &dechaff::Detection<'_>, source: &str, wanted: &[Column]) -> Found {
        let mut code_points = CodePoints::of(source);
        let blocks = detection.blocks().map(|block| FoundBlock {
            start: code_points.before(block.start),
            end: code_points.before(block.end),
            label: block.label,
            probability: block.probability,
        });
        Found {
            content: if wanted.contains(&Column::Content) {
                detection.content().into_owned()
            } else {
                String::new()
            },
            access: detection.access(),
            access_probability: detection.verdict.probability,
            blocks: if wanted.contains(&Column::Blocks) { blocks.collect() } else { Vec::new() },
        }
    }
}

/// The schema of these columns.
pub fn schema_of(columns: &[Column]) -> SchemaRef {
    let fields = columns.iter().map(|column| Field::new(column.name(), column.data_type(), true));
    Arc::new(Schema::new(fields.collect::<Vec<Field>>()))
}

/// The columns of some rows. A row without a finding has its reason.
pub fn batch_of(
    rows: &[Result<Found, String>],
    columns: &[Column],
    schema: &SchemaRef,
) -> Result<RecordBatch, ArrowError> {
    let arrays: Vec<ArrayRef> = columns.iter().map(|column| array_of(rows, *column)).collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    RecordBatch::try_new_with_options(Arc::clone(schema), arrays, &options)
}

fn array_of(rows: &[Result<Found, String>], column: Column) -> ArrayRef {
    match column {
        Column::Content => {
            strings(rows.iter().map(|row| row.as_ref().ok().map(|found| found.content.as_str())))
        }
        Column::Access => strings(rows.iter().map(|row| row.as_ref().ok().map(|found| found.access.name()))),
        Column::Reason => strings(rows.iter().map(|row| row.as_ref().err().map(String::as_str))),
        Column::AccessProbability => {
            let mut builder = Float32Builder::with_capacity(rows.len());
            builder.extend(rows.iter().map(|row| row.as_ref().ok().map(|found| found.access_probability)));
            Arc::new(builder.finish())
        }
        Column::Blocks => {
            let values = StructBuilder::from_fields(block_fields(), rows.len());
            let mut builder = ListBuilder::new(values).with_field(block_field());
            for row in rows {
                if let Ok(found) = row {
                    found.blocks.iter().for_each(|block| append(builder.values(), block));
                }
                builder.append(row.is_ok());
            }
            Arc::new(builder.finish())
        }
    }
}

fn strings<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    let mut builder = StringBuilder::new();
    builder.extend(values);
    Arc::new(builder.finish())
}

fn append(values: &mut StructBuilder, block: &FoundBlock) {
    for (at, offset) in [block.start, block.end].into_iter().enumerate() {
        if let Some(builder) = values.field_builder::<Int64Builder>(at) {
            builder.append_value(offset as i64);
        }
    }
    if let Some(builder) = values.field_builder::<StringBuilder>(2) {
        builder.append_value(block.label.name());
    }
    if let Some(builder) = values.field_builder::<Float32Builder>(3) {
        builder.append_value(block.probability);
    }
    values.append(true);
}

fn block_field() -> Field {
    Field::new("item", DataType::Struct(block_fields()), true)
}

fn block_fields() -> Fields {
    Fields::from(vec![
        Field::new("start", DataType::Int64, true),
        Field::new("end", DataType::Int64, true),
        Field::new("label", DataType::Utf8, true),
        Field::new("probability", DataType::Float32, true),
    ])
}
