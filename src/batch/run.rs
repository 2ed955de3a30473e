//! A run of all inputs into one output.

use std::time::Instant;

use arrow_schema::SchemaRef;

use super::pipeline::{Pipeline, Sink};
use super::progress::Progress;
use super::rejects::{RejectBudget, RejectLog};
use super::stop::Stop;
use super::summary::Summary;
use super::task::RunOptions;
use super::threads::sane_threads;
use crate::Detector;
use crate::dump::{Input, RecordWriter, Reject, Written};
use crate::error::{Error, Result};

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
    /// Asks the run to stop early.
    pub stop: &'a Stop,
}

impl Run<'_> {
    /// Runs, writing records and rejects. True if it was stopped before the end: then the records in hand are written.
    ///
    /// # Errors
    ///
    /// An input cannot be opened or changes while it is read, an output cannot be written, or too much is rejected. Broken
    /// records are no errors.
    pub fn execute(&self, writer: &mut RecordWriter, rejects: &mut RejectLog) -> Result<(Summary, bool)> {
        self.execute_into(&mut OneOutput { writer, rejects })
    }

    /// As [`Run::execute`], into any sink.
    ///
    /// # Errors
    ///
    /// As [`Run::execute`].
    pub fn execute_into(&self, sink: &mut dyn Sink) -> Result<(Summary, bool)> {
        let started = Instant::now();
        let budget = RejectBudget::new(self.options.max_rejects);
        let pool = thread_pool(self.options.threads)?;
        let pipeline = Pipeline {
            detector: self.detector,
            options: self.options,
            progress: self.progress,
            stop: self.stop,
            budget: &budget,
            pool: &pool,
        };
        let finished = pipeline.run(self.inputs, sink);
        self.progress.finish();
        let mut finished = finished?;
        finished.failed.map_or(Ok(()), Err)?;
        budget.judge()?;
        finished.summary.seconds = started.elapsed().as_secs_f64();
        Ok((finished.summary, finished.is_stopped))
    }
}

pub(super) fn thread_pool(threads: usize) -> Result<rayon::ThreadPool> {
    let builder = rayon::ThreadPoolBuilder::new().num_threads(sane_threads(threads));
    builder.build().map_err(|error| Error::input("threads", error))
}

struct OneOutput<'a> {
    writer: &'a mut RecordWriter,
    rejects: &'a mut RejectLog,
}

impl Sink for OneOutput<'_> {
    fn begin(&mut self, input: &Input, columns: Option<SchemaRef>) -> Result<()> {
        self.writer.begin(&input.name(), columns)
    }

    fn write(&mut self, written: Written) -> Result<()> {
        self.writer.write(written)
    }

    fn reject(&mut self, reject: &Reject) -> Result<()> {
        self.rejects.add(reject)
    }
}
