//! Parquet: each row is a record. Row groups are read one by one, so that a damaged one costs its own rows only.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use arrow_schema::SchemaRef;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::file::reader::{ChunkReader, Length};

use super::meter::Meter;
use super::record::{Body, RawRecord, Reject, Row};
use super::{Item, ReadItems};

/// Bytes of a batch, about.
const BATCH_BYTES: i64 = 4 << 20;
/// Rows of a batch.
const BATCH_ROWS: i64 = 1024;

/// Where the bytes of a Parquet file come from.
#[derive(Clone)]
pub(super) enum Source {
    File(Arc<File>),
    #[cfg(feature = "cloud")]
    Object(super::object::ObjectReader),
}

impl Length for Source {
    fn len(&self) -> u64 {
        match self {
            Source::File(file) => Length::len(&**file),
            #[cfg(feature = "cloud")]
            Source::Object(object) => object.size(),
        }
    }
}

impl ChunkReader for Source {
    type T = Box<dyn Read + Send>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        Ok(match self {
            Source::File(file) => Box::new(ChunkReader::get_read(&**file, start)?),
            #[cfg(feature = "cloud")]
            Source::Object(object) => Box::new(object.read_from(start)),
        })
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<bytes::Bytes> {
        match self {
            Source::File(file) => file.get_bytes(start, length),
            #[cfg(feature = "cloud")]
            Source::Object(object) => Ok(object.read_range(start, length)?),
        }
    }
}

pub(super) struct ParquetReader {
    source: Source,
    metadata: ArrowReaderMetadata,
    meter: Arc<Meter>,
    next_group: usize,
    group: Option<Group>,
    number: u64,
}

/// The row group that is being read.
struct Group {
    batches: Option<ParquetRecordBatchReader>,
    batch: Option<Row>,
    rows_left: u64,
    packed_bytes: u64,
    lost: String,
}

impl ParquetReader {
    pub(super) fn new(source: Source, meter: Arc<Meter>) -> io::Result<ParquetReader> {
        let metadata = ArrowReaderMetadata::load(&source, ArrowReaderOptions::new())?;
        Ok(ParquetReader { source, metadata, meter, next_group: 0, group: None, number: 0 })
    }

    fn open_group(&mut self) -> Option<Group> {
        let index = self.next_group;
        let metadata = self.metadata.metadata().row_groups().get(index)?;
        self.next_group += 1;
        let rows = metadata.num_rows().max(0);
        let average = (metadata.total_byte_size() / rows.max(1)).max(1);
        let batch_rows = (BATCH_BYTES / average).clamp(1, BATCH_ROWS) as usize;
        let built =
            ParquetRecordBatchReaderBuilder::new_with_metadata(self.source.clone(), self.metadata.clone())
                .with_row_groups(vec![index])
                .with_batch_size(batch_rows)
                .build();
        let lost =
            |error: &dyn std::fmt::Display| format!("row group {index} cannot be read further: {error}");
        let (batches, lost) = match built {
            Ok(batches) => (Some(batches), lost(&"it ends early")),
            Err(error) => (None, lost(&error)),
        };
        let packed_bytes = metadata.compressed_size().max(0) as u64;
        Some(Group { batches, batch: None, rows_left: rows as u64, packed_bytes, lost })
    }
}

impl Group {
    /// The next row, or why there is none.
    fn next_row(&mut self) -> Result<Row, String> {
        if let Some(row) = &mut self.batch
            && row.index + 1 < row.batch.num_rows()
        {
            row.index += 1;
            return Ok(row.clone());
        }
        self.batch = None;
        let batches = self.batches.as_mut().ok_or_else(|| self.lost.clone())?;
        match batches.next() {
            Some(Ok(batch)) if batch.num_rows() > 0 => {
                let bytes = batch.get_array_memory_size() / batch.num_rows();
                let row = Row { batch: Arc::new(batch), index: 0, bytes };
                self.batch = Some(row.clone());
                Ok(row)
            }
            Some(Err(error)) => {
                self.batches = None;
                let lost = self.lost.split(": ").next().unwrap_or_default();
                self.lost = format!("{lost}: {error}");
                Err(self.lost.clone())
            }
            _ => {
                self.batches = None;
                Err(self.lost.clone())
            }
        }
    }
}

impl ReadItems for ParquetReader {
    fn next_item(&mut self) -> Option<Item> {
        loop {
            if self.group.is_none() {
                self.group = Some(self.open_group()?);
            }
            let group = self.group.as_mut()?;
            if group.rows_left == 0 {
                self.meter.pass(group.packed_bytes);
                self.group = None;
                continue;
            }
            let number = self.number + 1;
            let item = match group.next_row() {
                Ok(row) => Item::Record(RawRecord { number, offset: 0, body: Body::Row(row) }),
                Err(reason) if group.rows_left > Length::len(&self.source).saturating_mul(8) => {
                    // A damaged footer can promise any number of rows.
                    group.rows_left = 1;
                    Item::Reject(Reject::new(
                        number,
                        0,
                        format!("{reason}; the rows after it are not counted"),
                    ))
                }
                Err(reason) => Item::Reject(Reject::new(number, 0, reason)),
            };
            group.rows_left -= 1;
            self.number = number;
            return Some(item);
        }
    }

    fn schema(&self) -> Option<SchemaRef> {
        Some(Arc::clone(self.metadata.schema()))
    }
}
