//! Reads ahead, works in parallel, writes in order.
//!
//! A reader thread collects items into chunks of bounded size; the pool works on one chunk while the reader fills
//! the next and the caller's thread writes the last. The queues between them hold one chunk each, so memory is a few
//! chunks, however large the input is.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use arrow_schema::SchemaRef;
use rayon::prelude::*;

use super::open::open_input;
use super::progress::{InputProgress, Progress};
use super::rejects::RejectBudget;
use super::render::empty_attributes;
use super::stop::Stop;
use super::summary::Summary;
use super::task::RunOptions;
use super::unread::Unread;
use super::work::{Outcome, Worked, Worker};
use crate::Detector;
use crate::dump::{Identity, Input, Item, Meter, ReadItems, Reject, Written};
use crate::error::{Error, Result};

/// Bytes of records in a chunk; a single larger record is a chunk of its own.
const CHUNK_BYTES: usize = 8 << 20;
/// Records in a chunk.
const CHUNK_RECORDS: usize = 2048;

/// Takes what became of records, in their order.
pub trait Sink {
    /// An input begins; `columns` are those of a table.
    ///
    /// # Errors
    ///
    /// The input does not go with those before it.
    fn begin(&mut self, input: &Input, columns: Option<SchemaRef>) -> Result<()>;

    /// A record that is written.
    ///
    /// # Errors
    ///
    /// It cannot be.
    fn write(&mut self, written: Written) -> Result<()>;

    /// A record that is rejected.
    ///
    /// # Errors
    ///
    /// It cannot be noted.
    fn reject(&mut self, reject: &Reject) -> Result<()>;
}

/// What all inputs of a run share.
pub(super) struct Pipeline<'a> {
    pub detector: &'a Detector,
    pub options: &'a RunOptions,
    pub progress: &'a Progress,
    pub stop: &'a Stop,
    pub budget: &'a RejectBudget,
    pub pool: &'a rayon::ThreadPool,
}

/// What came of some inputs.
pub(super) struct Finished {
    pub summary: Summary,
    /// Somebody asked to stop before the end.
    pub is_stopped: bool,
    /// An input could not be opened, is not of its format, or changed while it was read.
    pub failed: Option<Error>,
    /// The last input as it was read, with the CRC-32 of its bytes where they were read in order.
    pub source: Option<(Identity, Option<u32>)>,
}

/// Some items of one input.
struct Chunk<T> {
    input: usize,
    /// The input's columns, with its first chunk.
    begins: Option<Option<SchemaRef>>,
    items: Vec<T>,
    /// Bytes of the input read so far, still compressed.
    bytes_read: u64,
    /// The input as it was read, with its last chunk.
    ends: Option<(Identity, Option<u32>)>,
}

/// What became of an item.
pub(super) enum WorkedItem {
    Record { number: u64, offset: u64, bytes: usize, worked: Box<Worked> },
    Reject(Reject),
    NoPage(Cow<'static, str>),
}

impl Pipeline<'_> {
    /// Runs some inputs into a sink.
    ///
    /// # Errors
    ///
    /// The sink fails or too much is rejected. Broken records are no errors, and broken inputs are told apart.
    pub(super) fn run(&self, inputs: &[Input], sink: &mut dyn Sink) -> Result<Finished> {
        let abandoned = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let (send_chunk, chunks) = sync_channel(1);
            let (send_worked, worked) = sync_channel(1);
            let reader = scope.spawn(|| self.read(inputs, &sender(send_chunk), &abandoned));
            let workers = scope.spawn(|| self.work(chunks, &sender(send_worked)));
            let written = self.write(inputs, worked, sink);
            abandoned.store(true, Ordering::Relaxed);
            let read = reader.join().unwrap_or_else(|_| Err(Error::input("reader", "it panicked")));
            let working = workers.join().map_err(|_| Error::input("workers", "they panicked"));
            let mut finished = written?;
            let is_cut = working?;
            match read {
                // The reader was stopped because of it.
                _ if finished.failed.is_some() => {}
                Ok(is_stopped) => finished.is_stopped = is_stopped || is_cut,
                Err(error) => finished.failed = Some(error),
            }
            Ok(finished)
        })
    }

    /// Reads inputs to their ends; true if it was stopped before.
    fn read(
        &self,
        inputs: &[Input],
        send: &dyn Fn(Chunk<Item>) -> bool,
        abandoned: &AtomicBool,
    ) -> Result<bool> {
        let mut columns = None;
        for (index, input) in inputs.iter().enumerate() {
            let before = input.identity()?;
            let meter = Arc::new(Meter::default());
            let reader = open_input(input, self.options, &meter, &mut columns)?;
            let empty = |begins| Chunk { input: index, begins, items: Vec::new(), bytes_read: 0, ends: None };
            let mut chunk = empty(Some(reader.schema()));
            let mut reader = SafeReader { reader: Some(reader), number: 0 };
            let mut bytes = 0;
            while let Some(item) = reader.next() {
                bytes += if let Item::Record(record) = &item { record.len() } else { 0 };
                chunk.items.push(item);
                if bytes >= CHUNK_BYTES || chunk.items.len() >= CHUNK_RECORDS {
                    bytes = 0;
                    chunk.bytes_read = meter.bytes();
                    if !send(std::mem::replace(&mut chunk, empty(None))) || abandoned.load(Ordering::Relaxed)
                    {
                        return Ok(true);
                    }
                }
                if self.stop.is_requested() {
                    send(chunk);
                    return Ok(true);
                }
            }
            if input.identity()? != before {
                return Err(Error::input(
                    input.name(),
                    "it changed while it was read; run again when it is whole",
                ));
            }
            chunk.bytes_read = meter.bytes();
            let checksum = (meter.bytes() == before.size).then(|| meter.checksum());
            chunk.ends = Some((before, checksum));
            if !send(chunk) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Works on chunks; true if it was stopped before the last. A stop leaves out the chunks that wait.
    fn work(&self, chunks: Receiver<Chunk<Item>>, send: &dyn Fn(Chunk<WorkedItem>) -> bool) -> bool {
        let worker = Worker { detector: self.detector, options: self.options };
        for chunk in chunks {
            if self.stop.is_requested() {
                return true;
            }
            let Chunk { input, begins, items, bytes_read, ends } = chunk;
            let items = self.pool.install(|| {
                items.into_par_iter().with_max_len(1).map(|item| work_on(&worker, item)).collect()
            });
            if !send(Chunk { input, begins, items, bytes_read, ends }) {
                return true;
            }
        }
        false
    }

    fn write(
        &self,
        inputs: &[Input],
        chunks: Receiver<Chunk<WorkedItem>>,
        sink: &mut dyn Sink,
    ) -> Result<Finished> {
        let mut finished =
            Finished { summary: Summary::default(), is_stopped: false, failed: None, source: None };
        let mut progress: Option<InputProgress<'_>> = None;
        let (mut records, mut rejected) = (0, 0);
        let mut unread = Unread::new(self.budget);
        for chunk in chunks {
            let input = &inputs[chunk.input];
            if let Some(columns) = chunk.begins {
                progress = Some(self.progress.begin(input));
                (records, rejected) = (finished.summary.records, finished.summary.rejected);
                sink.begin(input, columns)?;
            }
            for item in chunk.items {
                finished.failed = unread.add(&item, || input.name());
                if finished.failed.is_some() {
                    return Ok(finished);
                }
                self.write_item(item, input, &mut finished.summary, sink)?;
            }
            if let Some(progress) = &mut progress {
                let summary = &finished.summary;
                progress.update(chunk.bytes_read, summary.records - records, summary.rejected - rejected);
            }
            if let Some(source) = chunk.ends {
                finished.source = Some(source);
                progress.take().into_iter().for_each(InputProgress::finish);
            }
        }
        Ok(finished)
    }

    fn write_item(
        &self,
        item: WorkedItem,
        input: &Input,
        summary: &mut Summary,
        sink: &mut dyn Sink,
    ) -> Result<()> {
        let reject = match item {
            WorkedItem::NoPage(rule) => {
                summary.skip(rule);
                return Ok(());
            }
            WorkedItem::Reject(reject) => {
                summary.records += 1;
                summary.rejected += 1;
                reject
            }
            WorkedItem::Record { number, offset, bytes, worked } => {
                summary.add(&worked, bytes);
                self.budget.lacking.record(&worked, &self.options.fields)?;
                match worked.outcome {
                    Outcome::Dropped(_) => return self.budget.record(false),
                    Outcome::Written(written) => {
                        self.budget.record(false)?;
                        return sink.write(written);
                    }
                    Outcome::Rejected { id, reason } => Reject { id, ..Reject::new(number, offset, reason) },
                }
            }
        };
        if self.options.keeps_rows() {
            let id = reject.id.clone().unwrap_or_else(|| reject.record.to_string());
            sink.write(empty_attributes(&id).map_err(|error| Error::input(input.name(), error))?)?;
        }
        sink.reject(&Reject { input: input.name(), ..reject })?;
        self.budget.record(true)
    }
}

/// Puts chunks into a queue; false if nobody takes them any more.
fn sender<T>(queue: SyncSender<Chunk<T>>) -> impl Fn(Chunk<T>) -> bool {
    move |chunk| queue.send(chunk).is_ok()
}

fn work_on(worker: &Worker<'_>, item: Item) -> WorkedItem {
    match item {
        Item::NoPage(rule) => WorkedItem::NoPage(rule),
        Item::Reject(reject) => WorkedItem::Reject(reject),
        Item::Record(record) => {
            let (number, offset, bytes) = (record.number, record.offset, record.len());
            let worked = Box::new(worker.work(record));
            WorkedItem::Record { number, offset, bytes, worked }
        }
    }
}

/// Reads items; if reading one panics, that is a reject and the end.
struct SafeReader {
    reader: Option<Box<dyn ReadItems>>,
    number: u64,
}

impl SafeReader {
    fn next(&mut self) -> Option<Item> {
        let reader = self.reader.as_mut()?;
        let item = catch_unwind(AssertUnwindSafe(|| reader.next_item())).unwrap_or_else(|_| {
            self.reader = None;
            Some(Item::Reject(Reject::new(
                self.number + 1,
                0,
                "the input cannot be read further: it is damaged",
            )))
        })?;
        self.number = match &item {
            Item::Record(record) => record.number,
            Item::Reject(reject) => reject.record,
            Item::NoPage(_) => self.number,
        };
        Some(item)
    }
}
