//! Reads ahead, works in parallel, writes in order.
//!
//! A reader thread collects items into chunks of bounded size; the pool works on one chunk while the reader fills
//! the next and a writer thread writes the last. The queues between them hold one chunk each, so memory is a few
//! chunks, however large the input is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant;

use rayon::prelude::*;

use super::process::{FieldNames, Outcome, Task, Worked, Worker};
use super::progress::Progress;
use super::summary::Summary;
use crate::Detector;
use crate::dump::{Input, InputOptions, Item, Output, RawRecord, Reject};
use crate::error::{Error, Result};

/// Bytes of records in a chunk; a single larger record is a chunk of its own.
const CHUNK_BYTES: usize = 8 << 20;
/// Records in a chunk.
const CHUNK_RECORDS: usize = 2048;

/// How a run goes about its work.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// How inputs are opened.
    pub input: InputOptions,
    /// Where a JSON record keeps what.
    pub fields: FieldNames,
    /// What happens to each record.
    pub task: Task,
    /// Threads that work on records; 0 for one each core.
    pub threads: usize,
}

/// A run over inputs.
pub struct Run<'a> {
    /// The detector.
    pub detector: &'a Detector,
    /// The options.
    pub options: &'a RunOptions,
    /// The inputs, in order.
    pub inputs: &'a [Input],
    /// The progress display.
    pub progress: &'a Progress,
}

struct Chunk {
    input: usize,
    items: Vec<Item>,
}

struct WorkedChunk {
    input: usize,
    items: Vec<WorkedItem>,
}

enum WorkedItem {
    Record { number: u64, offset: u64, bytes: usize, worked: Worked },
    Reject(Reject),
    NoPage(&'static str),
}

impl Run<'_> {
    /// Runs, writing records to `output` and rejects to `rejects` (or to the log of `on_reject` if there is no
    /// reject file).
    ///
    /// # Errors
    ///
    /// An input cannot be opened or the output cannot be written. Broken records are no errors.
    pub fn execute(
        &self,
        output: &mut Output,
        rejects: &mut dyn FnMut(&Reject) -> Result<()>,
    ) -> Result<Summary> {
        let started = Instant::now();
        self.inputs.iter().try_for_each(Input::check)?;
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.options.threads)
            .build()
            .map_err(|error| Error::input("threads", error))?;
        let stopped = AtomicBool::new(false);
        let mut summary = std::thread::scope(|scope| {
            let (send_chunk, chunks) = sync_channel::<Chunk>(1);
            let (send_worked, worked) = sync_channel::<WorkedChunk>(1);
            let reader = scope.spawn(|| self.read(send_chunk, &stopped));
            let workers = scope.spawn(|| self.work(&pool, chunks, send_worked));
            let written = self.write(worked, output, rejects);
            stopped.store(true, Ordering::Relaxed);
            let read = reader.join().unwrap_or_else(|_| Err(Error::input("reader", "it panicked")));
            let working = workers.join().map_err(|_| Error::input("workers", "they panicked"));
            written.and_then(|summary| read.and(working).map(|()| summary))
        })?;
        self.progress.finish();
        summary.seconds = started.elapsed().as_secs_f64();
        Ok(summary)
    }

    fn read(&self, chunks: SyncSender<Chunk>, stopped: &AtomicBool) -> Result<()> {
        for (index, input) in self.inputs.iter().enumerate() {
            let mut reader = input.open(&self.options.input, self.progress.counter())?;
            let mut chunk = Chunk { input: index, items: Vec::new() };
            let mut bytes = 0;
            while let Some(item) = reader.next_item() {
                bytes += if let Item::Record(record) = &item { record.len() } else { 0 };
                chunk.items.push(item);
                if bytes >= CHUNK_BYTES || chunk.items.len() >= CHUNK_RECORDS {
                    bytes = 0;
                    let full = std::mem::replace(&mut chunk, Chunk { input: index, items: Vec::new() });
                    if chunks.send(full).is_err() || stopped.load(Ordering::Relaxed) {
                        return Ok(());
                    }
                }
            }
            if chunks.send(chunk).is_err() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn work(&self, pool: &rayon::ThreadPool, chunks: Receiver<Chunk>, worked: SyncSender<WorkedChunk>) {
        let worker =
            Worker { detector: self.detector, task: &self.options.task, fields: &self.options.fields };
        for chunk in chunks {
            let items = pool.install(|| {
                chunk.items.into_par_iter().with_max_len(1).map(|item| work_on(&worker, item)).collect()
            });
            if worked.send(WorkedChunk { input: chunk.input, items }).is_err() {
                return;
            }
        }
    }

    fn write(
        &self,
        chunks: Receiver<WorkedChunk>,
        output: &mut Output,
        rejects: &mut dyn FnMut(&Reject) -> Result<()>,
    ) -> Result<Summary> {
        let mut summary = Summary::default();
        for chunk in chunks {
            let input = self.inputs[chunk.input].name();
            for item in chunk.items {
                self.write_item(item, &input, &mut summary, output, rejects)?;
            }
            self.progress.update(summary.records);
        }
        Ok(summary)
    }

    fn write_item(
        &self,
        item: WorkedItem,
        input: &str,
        summary: &mut Summary,
        output: &mut Output,
        rejects: &mut dyn FnMut(&Reject) -> Result<()>,
    ) -> Result<()> {
        let reject = match item {
            WorkedItem::NoPage(rule) => {
                *summary.skipped.entry(rule).or_default() += 1;
                return Ok(());
            }
            WorkedItem::Reject(reject) => {
                summary.records += 1;
                summary.rejected += 1;
                reject
            }
            WorkedItem::Record { number, offset, bytes, worked } => {
                summary.add(&worked, bytes);
                match worked.outcome {
                    Outcome::Dropped(_) => return Ok(()),
                    Outcome::Written(mut line) => {
                        line.push(b'\n');
                        return output.write(&line);
                    }
                    Outcome::Rejected { id, reason } => Reject { id, ..Reject::new(number, offset, reason) },
                }
            }
        };
        rejects(&Reject { input: input.to_owned(), ..reject })
    }
}

fn work_on(worker: &Worker<'_>, item: Item) -> WorkedItem {
    match item {
        Item::NoPage(rule) => WorkedItem::NoPage(rule),
        Item::Reject(reject) => WorkedItem::Reject(reject),
        Item::Record(record) => {
            let worked = work_safely(worker, &record);
            WorkedItem::Record { number: record.number, offset: record.offset, bytes: record.len(), worked }
        }
    }
}

/// A panic is a bug, but not a reason to lose a run of days.
fn work_safely(worker: &Worker<'_>, record: &RawRecord) -> Worked {
    catch_unwind(AssertUnwindSafe(|| worker.work(record))).unwrap_or_else(|_| {
        Worked::rejected(None, "dechaff failed on this record; please report it".to_owned())
    })
}
