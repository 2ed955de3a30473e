//! A progress bar on standard error, where that is a terminal.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::dump::Input;

/// Shows how far a run is.
pub struct Progress {
    bar: ProgressBar,
    read: Arc<AtomicU64>,
}

impl Progress {
    /// A progress display over all inputs; silent if `quiet` or standard error is no terminal.
    pub fn new(inputs: &[Input], quiet: bool) -> Progress {
        let total: Option<u64> = inputs.iter().map(Input::size).sum();
        let bar = match total {
            Some(total) if total > 0 => ProgressBar::new(total),
            _ => ProgressBar::new_spinner(),
        };
        if quiet || !std::io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        let template = match total {
            Some(total) if total > 0 => {
                "{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {msg} records, {eta} left"
            }
            _ => "{spinner} {bytes} {bytes_per_sec} {msg} records",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Progress { bar, read: Arc::default() }
    }

    /// The counter that readers add their bytes to.
    pub(super) fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.read)
    }

    pub(super) fn update(&self, records: u64) {
        self.bar.set_position(self.read.load(Ordering::Relaxed));
        self.bar.set_message(records.to_string());
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
