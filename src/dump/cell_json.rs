//! Cells of every type as JSON. `arrow-json` writes most of them; times, intervals and keys of maps are written here, since it
//! knows no named time zone, writes an error into the place of a time that no calendar has, and takes strings alone for keys.

use std::sync::{Arc, OnceLock};

use arrow_array::cast::AsArray;
use arrow_array::types::{
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, ArrayRef, MapArray, NullArray, RecordBatch, make_array};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_json::writer::{
    Encoder, EncoderFactory, EncoderOptions, LineDelimited, NullableEncoder, WriterBuilder, make_encoder,
};
use arrow_schema::{ArrowError, DataType, Field, FieldRef, Schema, TimeUnit};

use super::json_text::escape;

/// The instants of a column without its zone, which needs no table of time zones: they are written in UTC.
const UTC: &str = "+00:00";

/// Cells of a column as a person would write them.
pub(super) struct CellText(ArrayRef);

impl CellText {
    /// `None` if the type cannot be written.
    pub(super) fn new(column: &dyn Array) -> Option<CellText> {
        let column = in_utc(column);
        ArrayFormatter::try_new(&column, &FormatOptions::new()).ok()?;
        Some(CellText(column))
    }

    pub(super) fn at(&self, index: usize) -> Result<String, ArrowError> {
        let options = FormatOptions::new().with_display_error(false);
        ArrayFormatter::try_new(&self.0, &options)?.value(index).try_to_string()
    }
}

fn in_utc(column: &dyn Array) -> ArrayRef {
    let DataType::Timestamp(unit, Some(_)) = column.data_type() else {
        return make_array(column.to_data());
    };
    match unit {
        TimeUnit::Second => Arc::new(column.as_primitive::<TimestampSecondType>().clone().with_timezone(UTC)),
        TimeUnit::Millisecond => {
            Arc::new(column.as_primitive::<TimestampMillisecondType>().clone().with_timezone(UTC))
        }
        TimeUnit::Microsecond => {
            Arc::new(column.as_primitive::<TimestampMicrosecondType>().clone().with_timezone(UTC))
        }
        TimeUnit::Nanosecond => {
            Arc::new(column.as_primitive::<TimestampNanosecondType>().clone().with_timezone(UTC))
        }
    }
}

/// Makes the encoders that `arrow-json` lacks.
#[derive(Debug, Default)]
struct Encoders {
    /// The first value that could not be written.
    failed: Arc<OnceLock<String>>,
}

impl EncoderFactory for Encoders {
    fn make_default_encoder<'a>(
        &self,
        field: &'a FieldRef,
        array: &'a dyn Array,
        options: &'a EncoderOptions,
    ) -> Result<Option<NullableEncoder<'a>>, ArrowError> {
        let failed = Arc::clone(&self.failed);
        let encoder: Box<dyn Encoder + 'a> = match array.data_type() {
            DataType::Map(..) => Box::new(Map::new(field, array.as_map(), options, failed)?),
            kind if kind.is_temporal() => {
                let Some(cells) = CellText::new(array) else { return Ok(None) };
                Box::new(Quoted { cells, failed })
            }
            _ => return Ok(None),
        };
        Ok(Some(NullableEncoder::new(encoder, array.nulls().cloned())))
    }
}

/// Writes cells as strings.
struct Quoted {
    cells: CellText,
    failed: Arc<OnceLock<String>>,
}

impl Encoder for Quoted {
    fn encode(&mut self, index: usize, out: &mut Vec<u8>) {
        match self.cells.at(index) {
            Ok(text) => escape(&text, out),
            Err(error) => {
                out.extend_from_slice(b"null");
                // The first failure is reported.
                let _ = self.failed.set(error.to_string());
            }
        }
    }
}

/// Writes a map as an object, whatever its keys are.
struct Map<'a> {
    map: &'a MapArray,
    keys: Quoted,
    values: NullableEncoder<'a>,
}

impl<'a> Map<'a> {
    fn new(
        field: &'a FieldRef,
        map: &'a MapArray,
        options: &'a EncoderOptions,
        failed: Arc<OnceLock<String>>,
    ) -> Result<Map<'a>, ArrowError> {
        let keys = map.keys();
        let is_nested = keys.data_type().is_nested() && !matches!(keys.data_type(), DataType::Dictionary(..));
        let cells = CellText::new(keys).filter(|_| !is_nested).ok_or_else(|| {
            ArrowError::JsonError(format!("keys of type {} cannot be those of an object", keys.data_type()))
        })?;
        Ok(Map { map, keys: Quoted { cells, failed }, values: make_encoder(field, map.values(), options)? })
    }
}

impl Encoder for Map<'_> {
    fn encode(&mut self, index: usize, out: &mut Vec<u8>) {
        let offsets = self.map.value_offsets();
        let place = |index: usize| offsets.get(index).map_or(0, |&at| at as usize);
        out.push(b'{');
        for (nth, entry) in (place(index)..place(index + 1)).enumerate() {
            out.extend_from_slice(if nth > 0 { b"," } else { b"" });
            self.keys.encode(entry, out);
            out.push(b':');
            if self.values.is_null(entry) {
                out.extend_from_slice(b"null");
            } else {
                self.values.encode(entry, out);
            }
        }
        out.push(b'}');
    }
}

/// One row as a line, without the column `without`, and with null in the column `null`.
pub(super) fn json_line(
    row: &RecordBatch,
    without: Option<&str>,
    null: Option<&str>,
) -> Result<Vec<u8>, ArrowError> {
    let (mut fields, mut columns): (Vec<FieldRef>, Vec<ArrayRef>) = (Vec::new(), Vec::new());
    for (field, column) in row.schema_ref().fields().iter().zip(row.columns()) {
        if without == Some(field.name()) {
            continue;
        }
        if null == Some(field.name()) {
            fields.push(Arc::new(Field::new(field.name(), DataType::Null, true)));
            columns.push(Arc::new(NullArray::new(row.num_rows())));
        } else {
            fields.push(Arc::clone(field));
            columns.push(Arc::clone(column));
        }
    }
    let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(row.num_rows()));
    let batch = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)?;
    let encoders = Encoders::default();
    let failed = Arc::clone(&encoders.failed);
    let mut line = Vec::new();
    let mut writer = WriterBuilder::new()
        .with_explicit_nulls(true)
        .with_encoder_factory(Arc::new(encoders))
        .build::<_, LineDelimited>(&mut line);
    writer.write(&batch)?;
    writer.finish()?;
    drop(writer);
    if let Some(reason) = failed.get() {
        return Err(ArrowError::JsonError(reason.clone()));
    }
    line.truncate(line.trim_ascii_end().len());
    Ok(line)
}

/// Says which column cannot be written as JSON, before any row is.
pub fn refuse_for_json(schema: &Schema) -> Result<(), String> {
    let options = EncoderOptions::default().with_encoder_factory(Arc::new(Encoders::default()));
    for field in schema.fields() {
        let empty = arrow_array::new_empty_array(field.data_type());
        make_encoder(field, &empty, &options).map_err(|error| {
            let (name, kind) = (field.name(), field.data_type());
            format!(
                "its column `{name}` of type {kind} cannot be written as JSON ({error}); write Parquet (-o OUT.parquet), \
                 or leave the column out of the input"
            )
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use arrow_array::builder::{Int32Builder, MapBuilder, StringBuilder};
    use arrow_array::{Date64Array, TimestampMicrosecondArray};
    use arrow_schema::{UnionFields, UnionMode};

    use super::*;

    fn line(columns: Vec<(&str, ArrayRef)>) -> Result<String, ArrowError> {
        let batch = RecordBatch::try_from_iter(columns)?;
        json_line(&batch, None, None).map(|line| String::from_utf8(line).unwrap())
    }

    #[test]
    fn instants_are_written_in_utc_whatever_the_zone() {
        for zone in ["UTC", "Europe/Berlin", "+02:00", "Etc/GMT-3"] {
            let times = TimestampMicrosecondArray::from(vec![1_700_000_000_000_001]).with_timezone(zone);
            let line = line(vec![("t", Arc::new(times))]).unwrap();
            assert_eq!(line, r#"{"t":"2023-11-14T22:13:20.000001Z"}"#, "{zone}");
        }
    }

    #[test]
    fn a_map_is_an_object_whatever_its_keys() {
        let mut map = MapBuilder::new(None, Int32Builder::new(), StringBuilder::new());
        map.keys().append_value(7);
        map.values().append_value("a\"b");
        map.keys().append_value(-1);
        map.values().append_null();
        map.append(true).unwrap();
        assert_eq!(line(vec![("m", Arc::new(map.finish()))]).unwrap(), r#"{"m":{"7":"a\"b","-1":null}}"#);
    }

    #[test]
    fn a_time_that_no_calendar_has_is_an_error_and_not_a_value() {
        let error = line(vec![("d", Arc::new(Date64Array::from(vec![i64::MAX])))]).unwrap_err();
        assert!(!error.to_string().is_empty());
    }

    #[test]
    fn what_json_cannot_hold_is_refused_by_name() {
        let fields = UnionFields::from_iter([(0, Arc::new(Field::new("i", DataType::Int32, false)))]);
        let schema = Schema::new(vec![
            Field::new("id", DataType::Int64, true),
            Field::new("odd", DataType::Union(fields, UnionMode::Sparse), true),
        ]);
        let reason = refuse_for_json(&schema).unwrap_err();
        assert!(reason.contains("`odd`") && reason.contains("write Parquet"), "{reason}");
    }
}
