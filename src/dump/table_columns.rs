//! Which columns a Parquet output has.

use std::sync::Arc;

use arrow_schema::{DataType, Field, FieldRef, Fields, Schema};

use super::cells::is_text;
use super::extra::{ExtraKind, free_suffix};
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
        if *name == options.html && is_text(field.data_type()) && !options.annotates {
            if !has_text {
                columns.push((Arc::new(Field::new(&options.text, DataType::Utf8, true)), Column::Text));
            }
            if options.keep_html {
                columns.push((with_type(field, wide_keys), Column::Input(index)));
            }
        } else if *name == options.text && !options.annotates {
            columns.push((with_type(field, text_type), Column::Text));
        } else if options.annotates || !is_of_blocks(field) {
            columns.push((with_type(field, wide_keys), Column::Input(index)));
        }
    }
    add_new_columns(&mut columns, options);
    columns
}

/// Whether a column is of blocks that an earlier run found: of a text that changes they are no longer right.
fn is_of_blocks(field: &Field) -> bool {
    let (DataType::List(item) | DataType::LargeList(item)) = field.data_type() else { return false };
    let DataType::Struct(parts) = item.data_type() else { return false };
    let names = |fields: &Fields| fields.iter().map(|field| field.name().clone()).collect::<Vec<_>>();
    field.name().starts_with("dechaff_blocks") && names(parts) == names(&block_fields())
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

/// Adds what was found out. Columns that are there stay: the verdict on a page that was cut since is not the one on the page.
fn add_new_columns(columns: &mut Vec<(FieldRef, Column)>, options: &TableOptions) {
    let block = Field::new("item", DataType::Struct(block_fields()), false);
    let mut new = vec![
        ("dechaff_access", DataType::Utf8, Column::Access),
        ("dechaff_access_probability", DataType::Float32, Column::AccessProbability),
    ];
    if options.annotates {
        new.push(("dechaff_blocks", DataType::List(Arc::new(block)), Column::Blocks));
    }
    let names: Vec<&str> = new.iter().map(|(name, ..)| *name).collect();
    let suffix = free_suffix(&names, |name| has(columns, name));
    for (name, kind, column) in new {
        columns.push((Arc::new(Field::new(format!("{name}{suffix}"), kind, false)), column));
    }
    for (index, extra) in options.extra.iter().enumerate() {
        let field = extra.field(|name| has(columns, name));
        columns.push((Arc::new(field), Column::Extra(index, extra.kind)));
    }
}

fn has(columns: &[(FieldRef, Column)], name: &str) -> bool {
    columns.iter().any(|(field, _)| field.name() == name)
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
