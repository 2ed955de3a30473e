//! Which columns a Parquet output has.

use std::sync::Arc;

use arrow_schema::{DataType, Field, FieldRef, Fields, Schema};

use super::extra::ExtraKind;
use super::writer::TableOptions;

/// Where an output column comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Column {
    Input(usize),
    Id,
    Url,
    Html,
    Text,
    Access,
    AccessProbability,
    Blocks,
    Extra(usize, ExtraKind),
}

/// The columns of a table as they were, but for its text and HTML, and the new ones.
pub(super) fn columns_of_table(schema: &Schema, options: &TableOptions) -> Vec<(FieldRef, Column)> {
    let has_text = schema.column_with_name(&options.text).is_some();
    let mut columns: Vec<(FieldRef, Column)> = Vec::new();
    for (index, field) in schema.fields().iter().enumerate() {
        let name = field.name();
        if *name == options.html && !options.annotates {
            if !has_text {
                columns.push((Arc::new(Field::new(&options.text, DataType::Utf8, true)), Column::Text));
            }
            if options.keep_html {
                columns.push((with_type(field, wide_keys), Column::Input(index)));
            }
        } else if *name == options.text && !options.annotates {
            columns.push((with_type(field, text_type), Column::Text));
        } else if !is_replaced(schema, name, options) {
            columns.push((with_type(field, wide_keys), Column::Input(index)));
        }
    }
    add_new_columns(&mut columns, options);
    columns
}

/// Whether a column gives way to a new one. Blocks of a text that has changed are no longer right either.
fn is_replaced(schema: &Schema, name: &str, options: &TableOptions) -> bool {
    let extra = |taken: &str| options.extra.iter().any(|extra| extra.name == taken);
    match name.strip_prefix("dechaff_") {
        Some("access" | "access_probability" | "blocks") => true,
        Some(taken) => extra(taken) && schema.column_with_name(taken).is_some(),
        None => false,
    }
}

pub(super) fn columns_of_pages(options: &TableOptions) -> Vec<(FieldRef, Column)> {
    let text = |name: &str, nullable| Arc::new(Field::new(name, DataType::Utf8, nullable));
    let mut columns = vec![(text(&options.id, false), Column::Id), (text("url", true), Column::Url)];
    if !options.annotates {
        columns.push((text(&options.text, true), Column::Text));
        if options.keep_html {
            columns.push((text(&options.html, true), Column::Html));
        }
    }
    add_new_columns(&mut columns, options);
    columns
}

fn add_new_columns(columns: &mut Vec<(FieldRef, Column)>, options: &TableOptions) {
    columns.extend([
        (Arc::new(Field::new("dechaff_access", DataType::Utf8, false)), Column::Access),
        (
            Arc::new(Field::new("dechaff_access_probability", DataType::Float32, false)),
            Column::AccessProbability,
        ),
    ]);
    if options.annotates {
        let block = Field::new("item", DataType::Struct(block_fields()), false);
        let list = DataType::List(Arc::new(block));
        columns.push((Arc::new(Field::new("dechaff_blocks", list, false)), Column::Blocks));
    }
    for (index, extra) in options.extra.iter().enumerate() {
        let is_taken = columns.iter().any(|(field, _)| field.name() == extra.name);
        columns.push((Arc::new(extra.field(is_taken)), Column::Extra(index, extra.kind)));
    }
}

fn with_type(field: &FieldRef, kind: impl Fn(&DataType) -> DataType) -> FieldRef {
    let wanted = kind(field.data_type());
    if wanted == *field.data_type() {
        return Arc::clone(field);
    }
    Arc::new(field.as_ref().clone().with_data_type(wanted))
}

/// A type that holds any text, as near to the input's as can be.
fn text_type(kind: &DataType) -> DataType {
    match kind {
        DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView => kind.clone(),
        DataType::FixedSizeBinary(_) => DataType::Binary,
        // Cleaned texts can differ where those that were read were few.
        DataType::Dictionary(_, values) => match text_type(values) {
            view @ (DataType::Utf8View | DataType::BinaryView) => view,
            values => DataType::Dictionary(Box::new(DataType::Int32), Box::new(values)),
        },
        DataType::RunEndEncoded(_, values) => text_type(values.data_type()),
        _ => DataType::Utf8,
    }
}

/// A dictionary of eight or sixteen bits holds the values of its own file; those of several files are in one output.
fn wide_keys(kind: &DataType) -> DataType {
    match kind {
        DataType::Dictionary(keys, values) if keys.primitive_width().is_some_and(|width| width < 4) => {
            DataType::Dictionary(Box::new(DataType::Int32), values.clone())
        }
        other => other.clone(),
    }
}

pub(super) fn block_fields() -> Fields {
    Fields::from(vec![
        Field::new("start", DataType::UInt64, false),
        Field::new("end", DataType::UInt64, false),
        Field::new("label", DataType::Utf8, false),
        Field::new("probability", DataType::Float32, false),
    ])
}
