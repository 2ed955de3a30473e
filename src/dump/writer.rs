//! Writes what became of records, in one of the formats.

use std::io::Write;
use std::path::Path;

use arrow_schema::SchemaRef;
use flate2::write::GzEncoder;
use serde::Serialize;

use super::extra::ExtraColumn;
use super::format::Format;
use super::output::{Compression, Output, Whole};
use super::table::{TableRow, TableWriter};
use crate::document::Label;
use crate::error::{Error, Result};

/// The format of an output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OutputFormat {
    /// One JSON object a line.
    #[default]
    Jsonl,
    /// `conversion` records of a WARC file.
    Wet,
    /// Apache Parquet.
    Parquet,
}

impl OutputFormat {
    /// The format of a file by its name, JSON Lines if that tells nothing.
    pub fn by_name(path: &Path) -> OutputFormat {
        match Format::by_name(path) {
            Some(Format::Warc) => OutputFormat::Wet,
            Some(Format::Parquet) => OutputFormat::Parquet,
            _ => OutputFormat::Jsonl,
        }
    }

    /// The ending of a file's name that says so.
    pub fn suffix(self) -> &'static str {
        match self {
            OutputFormat::Jsonl => ".jsonl",
            OutputFormat::Wet => ".warc.wet",
            OutputFormat::Parquet => ".parquet",
        }
    }

    /// How the output's stream is compressed: WET compresses each record on its own, so that readers can seek, and
    /// Parquet its pages.
    pub fn packing(self, compression: Compression) -> Compression {
        if self == OutputFormat::Jsonl { compression } else { Compression::None }
    }
}

/// The columns of a Parquet output.
#[derive(Clone, Debug, Default)]
pub struct TableOptions {
    /// Column of ids, for pages.
    pub id: String,
    /// Column of text.
    pub text: String,
    /// Column of HTML.
    pub html: String,
    /// The column of HTML stays.
    pub keep_html: bool,
    /// Text stays as it is, and the blocks are a column of their own.
    pub annotates: bool,
    /// What else was asked for.
    pub extra: Vec<ExtraColumn>,
}

/// What became of a record that is written.
#[derive(Clone, Debug)]
pub enum Written {
    /// A line of JSON without its break, or a whole WARC record.
    Bytes(Vec<u8>),
    /// A row of a table.
    Row(Box<TableRow>),
    /// A document to look at.
    View(Box<View>),
}

/// What a report shows of a document.
#[derive(Clone, Debug)]
pub struct View {
    /// By which documents are drawn, from 0 to 1: the lowest stay.
    pub place: f64,
    /// What lists and filters need, as JSON.
    pub head: Vec<u8>,
    /// Blocks and verdict, as JSON.
    pub body: Vec<u8>,
    /// Lines that are no content.
    pub chaff: Vec<(String, Label)>,
}

/// Writes one output.
pub struct RecordWriter {
    sink: Sink,
}

enum Sink {
    Lines(Output),
    Records {
        output: Output,
        compression: Compression,
    },
    /// A table's columns are known with the first input.
    Table {
        writer: Option<Box<TableWriter>>,
        output: Option<Output>,
        options: TableOptions,
        schema: Option<SchemaRef>,
    },
}

impl RecordWriter {
    /// A writer to an output, which is to be opened with [`OutputFormat::packing`].
    pub fn new(
        output: Output,
        format: OutputFormat,
        compression: Compression,
        options: TableOptions,
    ) -> RecordWriter {
        let sink = match format {
            OutputFormat::Jsonl => Sink::Lines(output),
            OutputFormat::Wet => Sink::Records { output, compression },
            OutputFormat::Parquet => {
                Sink::Table { writer: None, output: Some(output), options, schema: None }
            }
        };
        RecordWriter { sink }
    }

    /// Tells the columns of the next input, `None` if it is no table. The first of an input's rows opens the table.
    ///
    /// # Errors
    ///
    /// They are not those of the inputs before it, and the output is a table.
    pub fn begin(&mut self, input: &str, columns: Option<SchemaRef>) -> Result<()> {
        let Sink::Table { writer, schema, .. } = &mut self.sink else { return Ok(()) };
        let fields = |schema: &Option<SchemaRef>| schema.as_ref().map(|schema| schema.fields().clone());
        let (before, now) = (fields(schema), fields(&columns));
        // Nothing was written yet, and nobody has named columns.
        let is_free = writer.is_none() && before.is_none();
        if before == now || is_free {
            *schema = columns;
            return Ok(());
        }
        Err(Error::input(
            input,
            "its columns are not those of the inputs before it; write to a folder (-o FOLDER/), one file for each",
        ))
    }

    /// Writes one record.
    ///
    /// # Errors
    ///
    /// As [`Output::write`].
    pub fn write(&mut self, written: Written) -> Result<()> {
        match (&mut self.sink, written) {
            (Sink::Lines(output), Written::Bytes(mut line)) => {
                line.push(b'\n');
                output.write(&line)
            }
            (Sink::Records { output, compression }, Written::Bytes(record)) => match compression {
                Compression::Gzip => output.write(&member(&record)?),
                _ => output.write(&record),
            },
            (Sink::Table { writer, output, options, schema }, Written::Row(row)) => {
                if let Some(output) = output.take() {
                    *writer = Some(Box::new(TableWriter::new(schema.as_deref(), options, output)?));
                }
                let writer = writer.as_mut().ok_or_else(|| Error::input("output", "it is not open"))?;
                writer.write(*row)
            }
            _ => Err(Error::input("output", "a record is not of the output's format")),
        }
    }

    /// Bytes so far, about.
    pub fn bytes(&self) -> u64 {
        match &self.sink {
            Sink::Lines(output) | Sink::Records { output, .. } => output.bytes(),
            Sink::Table { writer, .. } => writer.as_ref().map_or(0, |writer| writer.bytes()),
        }
    }

    /// Ends the output; a file keeps its temporary name.
    ///
    /// # Errors
    ///
    /// As [`Output::write`].
    pub fn close(self) -> Result<Whole> {
        match self.sink {
            Sink::Lines(output) | Sink::Records { output, .. } => output.close(),
            Sink::Table { writer: Some(writer), .. } => writer.close(),
            Sink::Table { output: Some(output), options, schema, .. } => {
                TableWriter::new(schema.as_deref(), &options, output)?.close()
            }
            Sink::Table { .. } => Err(Error::input("output", "it was closed before")),
        }
    }
}

fn member(record: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(record.len() / 2), flate2::Compression::default());
    encoder.write_all(record).and_then(|()| encoder.finish()).map_err(|error| Error::input("output", error))
}
