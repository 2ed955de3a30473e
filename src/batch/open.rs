//! Opens an input for an output, and refuses what cannot be written there before the first record is read.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_schema::Schema;

use super::task::{RunOptions, Task};
use crate::dump::{Columns, Input, Meter, OutputFormat, ReadItems, Tabulated, is_text, refuse_for_json};
use crate::error::{Error, Result};

/// Opens an input. A library that panics on a damaged file costs that file. `columns` are those that the JSON records of the
/// run's inputs have in a table; the first input with such records tells them.
pub(super) fn open_input(
    input: &Input,
    options: &RunOptions,
    meter: &Arc<Meter>,
    columns: &mut Option<Arc<Columns>>,
) -> Result<Box<dyn ReadItems>> {
    let known = columns.clone();
    let opened = catch_unwind(AssertUnwindSafe(|| open(input, options, meter, known)));
    let (reader, found) = opened.unwrap_or_else(|_| Err(Error::input(input.name(), "it is damaged")))?;
    *columns = columns.take().or(found);
    Ok(reader)
}

type Opened = (Box<dyn ReadItems>, Option<Arc<Columns>>);

fn open(
    input: &Input,
    options: &RunOptions,
    meter: &Arc<Meter>,
    known: Option<Arc<Columns>>,
) -> Result<Opened> {
    let reader = input.open(&options.input, meter)?;
    let refused = |reason: String| Error::input(input.name(), reason);
    if let Some(schema) = reader.schema() {
        refuse_columns(&schema, options).map_err(refused)?;
    }
    if options.format == OutputFormat::Wet && reader.has_fields() {
        return Err(refused(
            "its records have fields, for which WET has no place; write JSON Lines (-o OUT.jsonl) or Parquet"
                .to_owned(),
        ));
    }
    if options.format != OutputFormat::Parquet {
        return Ok((reader, None));
    }
    let reader = Tabulated::new(reader, known).map_err(refused)?;
    let columns = reader.columns();
    Ok((Box::new(reader), columns))
}

/// Refuses a table that the output cannot hold.
fn refuse_columns(schema: &Schema, options: &RunOptions) -> std::result::Result<(), String> {
    // The kept text would take the place of something else.
    if let (Some((_, text)), Task::Filter(_)) = (schema.column_with_name(&options.fields.text), &options.task)
        && !is_text(text.data_type())
    {
        let (name, kind) = (text.name(), text.data_type());
        return Err(format!(
            "its column `{name}` is of type {kind}, not of text; --text-field names another"
        ));
    }
    let writes_rows = matches!(options.task, Task::Filter(_) | Task::Sample(_));
    if options.format == OutputFormat::Jsonl && writes_rows {
        return refuse_for_json(schema);
    }
    if options.format != OutputFormat::Parquet || !matches!(options.task, Task::Filter(_)) {
        return Ok(());
    }
    let names = [&options.fields.text, &options.fields.html];
    match names.into_iter().find(|name| is_inside(schema, name)) {
        Some(name) => Err(format!(
            "`{name}` is inside another column, where it cannot be replaced in Parquet; write JSON Lines (-o OUT.jsonl)"
        )),
        None => Ok(()),
    }
}

/// Whether a name's dots lead into a column.
fn is_inside(schema: &Schema, name: &str) -> bool {
    let there = |name: &str| schema.column_with_name(name).is_some();
    !there(name) && name.match_indices('.').any(|(dot, _)| name.get(..dot).is_some_and(there))
}
