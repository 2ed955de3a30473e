//! How far a run is: bars on a terminal, or a line of JSON every few seconds.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::dump::Input;
use crate::terminal::clean;

/// Time between two lines of JSON.
const PERIOD: Duration = Duration::from_secs(5);

/// How progress is shown, on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgressStyleName {
    /// Bars, if it is a terminal.
    Bar,
    /// A line of JSON every five seconds, and one at the end.
    Json,
    /// Not at all.
    None,
}

/// Shows how far a run is.
pub struct Progress {
    bars: MultiProgress,
    whole: ProgressBar,
    json: Option<Mutex<Instant>>,
    started: Instant,
    total_bytes: Option<u64>,
    inputs: usize,
    inputs_done: AtomicU64,
    bytes: AtomicU64,
    records: AtomicU64,
    rejected: AtomicU64,
}

/// How far one input is.
pub(super) struct InputProgress<'a> {
    progress: &'a Progress,
    bar: Option<ProgressBar>,
    bytes: u64,
    records: u64,
    rejected: u64,
}

#[derive(Serialize)]
struct Line {
    seconds: f64,
    inputs: usize,
    inputs_done: u64,
    bytes: u64,
    total_bytes: Option<u64>,
    records: u64,
    rejected: u64,
    megabytes_per_second: f64,
    seconds_left: Option<f64>,
}

impl Progress {
    /// A display over all inputs.
    pub fn new(inputs: &[Input], style: ProgressStyleName) -> Progress {
        let sizes: Option<u64> = inputs.iter().map(Input::size).sum();
        let total_bytes = sizes.filter(|&size| size > 0);
        let shown = style == ProgressStyleName::Bar && std::io::stderr().is_terminal();
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bars = MultiProgress::with_draw_target(target);
        let whole = bars.add(total_bytes.map_or_else(ProgressBar::new_spinner, ProgressBar::new));
        whole.set_style(bar_style(total_bytes.is_some()));
        Progress {
            bars,
            whole,
            json: (style == ProgressStyleName::Json).then(|| Mutex::new(Instant::now())),
            started: Instant::now(),
            total_bytes,
            inputs: inputs.len(),
            inputs_done: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            records: AtomicU64::new(0),
            rejected: AtomicU64::new(0),
        }
    }

    /// An input is begun. A bar of its own is shown if there are others.
    pub(super) fn begin(&self, input: &Input) -> InputProgress<'_> {
        let bar = (self.inputs > 1).then(|| {
            let size = input.size();
            let bar = self
                .bars
                .insert_before(&self.whole, size.map_or_else(ProgressBar::new_spinner, ProgressBar::new));
            bar.set_style(bar_style(size.is_some()));
            bar.set_message(clean(input.relative().display()));
            bar
        });
        InputProgress { progress: self, bar, bytes: 0, records: 0, rejected: 0 }
    }

    /// An input that was done by an earlier run.
    pub(super) fn pass(&self, input: &Input) {
        self.bytes.fetch_add(input.size().unwrap_or(0), Ordering::Relaxed);
        self.inputs_done.fetch_add(1, Ordering::Relaxed);
        self.show();
    }

    /// Ends the display.
    pub fn finish(&self) {
        self.whole.finish_and_clear();
        if self.json.is_some() {
            self.print();
        }
    }

    fn show(&self) {
        self.whole.set_position(self.bytes.load(Ordering::Relaxed));
        let records = self.records.load(Ordering::Relaxed);
        self.whole.set_message(match self.inputs {
            1 => format!("{records} records"),
            inputs => {
                let done = self.inputs_done.load(Ordering::Relaxed);
                format!("{done} of {inputs} inputs, {records} records")
            }
        });
        let Some(last) = &self.json else { return };
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() >= PERIOD {
            *last = Instant::now();
            self.print();
        }
    }

    fn print(&self) {
        let seconds = self.started.elapsed().as_secs_f64();
        let bytes = self.bytes.load(Ordering::Relaxed);
        let line = Line {
            seconds,
            inputs: self.inputs,
            inputs_done: self.inputs_done.load(Ordering::Relaxed),
            bytes,
            total_bytes: self.total_bytes,
            records: self.records.load(Ordering::Relaxed),
            rejected: self.rejected.load(Ordering::Relaxed),
            megabytes_per_second: bytes as f64 / 1e6 / seconds.max(1e-6),
            seconds_left: self
                .total_bytes
                .filter(|_| bytes > 0)
                .map(|total| seconds * total.saturating_sub(bytes) as f64 / bytes as f64),
        };
        if let Ok(line) = serde_json::to_string(&line) {
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }
}

impl InputProgress<'_> {
    /// So far, for this input: bytes read, still compressed, records and rejects.
    pub(super) fn update(&mut self, bytes: u64, records: u64, rejected: u64) {
        let progress = self.progress;
        progress.bytes.fetch_add(bytes.saturating_sub(self.bytes), Ordering::Relaxed);
        progress.records.fetch_add(records.saturating_sub(self.records), Ordering::Relaxed);
        progress.rejected.fetch_add(rejected.saturating_sub(self.rejected), Ordering::Relaxed);
        (self.bytes, self.records, self.rejected) = (bytes, records, rejected);
        if let Some(bar) = &self.bar {
            bar.set_position(bytes);
        }
        progress.show();
    }

    /// The input is done, or given up.
    pub(super) fn finish(self) {
        self.progress.inputs_done.fetch_add(1, Ordering::Relaxed);
        if let Some(bar) = &self.bar {
            self.progress.bars.remove(bar);
        }
        self.progress.show();
    }
}

fn bar_style(has_size: bool) -> ProgressStyle {
    let template = if has_size {
        "{bar:30} {bytes}/{total_bytes} {bytes_per_sec}, {eta} left, {wide_msg}"
    } else {
        "{spinner} {bytes} {bytes_per_sec}, {wide_msg}"
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
