//! Ctrl-C and SIGTERM: the first asks the run to stop, the second ends the process.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::batch::Stop;
use crate::error::{Error, Result};

#[cfg(unix)]
use signal_hook::consts::{SIGINT, SIGTERM};

/// Listens to signals.
pub(super) struct Signals {
    pub stop: Stop,
    is_termination: Arc<AtomicBool>,
}

impl Signals {
    /// Starts listening.
    pub(super) fn listen() -> Result<Signals> {
        let signals = Signals { stop: Stop::default(), is_termination: Arc::default() };
        #[cfg(unix)]
        signals.register().map_err(|error| Error::input("signals", error))?;
        Ok(signals)
    }

    #[cfg(unix)]
    fn register(&self) -> std::io::Result<()> {
        use signal_hook::flag;
        for signal in [SIGINT, SIGTERM] {
            // In this order the first signal finds the flag unset, and only the second ends the process.
            flag::register_conditional_shutdown(signal, 128 + signal, self.stop.flag())?;
            flag::register(signal, self.stop.flag())?;
        }
        flag::register(SIGTERM, Arc::clone(&self.is_termination))?;
        Ok(())
    }

    /// The exit code of a process that a signal stopped.
    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(if self.is_termination.load(Ordering::Relaxed) { 143 } else { 130 })
    }
}
