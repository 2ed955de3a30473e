//! Ctrl-C, SIGTERM and SIGHUP: the first asks the run to stop, and ends the process soon after if it does not; the second ends
//! it at once. Either way no temporary file stays.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use crate::batch::Stop;
use crate::error::{Error, Result};

#[cfg(unix)]
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
#[cfg(unix)]
use signal_hook::iterator::Signals as Incoming;

/// Time to finish the records in hand. A process ends within two seconds of the signal.
const GRACE: Duration = Duration::from_millis(1500);

/// Listens to signals.
pub(super) struct Signals {
    pub stop: Stop,
    /// The last signal; 0 if there was none.
    last: Arc<AtomicI32>,
}

impl Signals {
    /// Starts listening, for work that looks at [`Signals::stop`].
    pub(super) fn listen() -> Result<Signals> {
        Signals::listen_with(GRACE)
    }

    /// For work that cannot stop halfway: a signal ends the process at once.
    pub(super) fn end_at_once() -> Result<()> {
        Signals::listen_with(Duration::ZERO).map(drop)
    }

    fn listen_with(grace: Duration) -> Result<Signals> {
        let signals = Signals { stop: Stop::default(), last: Arc::default() };
        #[cfg(unix)]
        signals.watch(grace).map_err(|error| Error::input("signals", error))?;
        #[cfg(not(unix))]
        let _ = grace;
        Ok(signals)
    }

    #[cfg(unix)]
    fn watch(&self, grace: Duration) -> std::io::Result<()> {
        let heard = [SIGINT, SIGTERM].into_iter().chain(Some(SIGHUP).filter(|_| is_hangup_heard()));
        let mut incoming = Incoming::new(heard)?;
        let (stop, last) = (self.stop.clone(), Arc::clone(&self.last));
        let watch = move || {
            let mut asked = false;
            for signal in incoming.forever() {
                last.store(signal, Ordering::Relaxed);
                if asked || grace.is_zero() {
                    end(signal);
                }
                asked = true;
                stop.request();
                let timer = std::thread::Builder::new().spawn(move || {
                    std::thread::sleep(grace);
                    end(signal)
                });
                if timer.is_err() {
                    end(signal);
                }
            }
        };
        std::thread::Builder::new().name("signals".to_owned()).spawn(watch).map(drop)
    }

    /// The exit code of a process that a signal stopped.
    pub(super) fn exit_code(&self) -> ExitCode {
        let code = |signal: i32| u8::try_from(128 + signal).unwrap_or(super::EXIT_FAILED);
        ExitCode::from(match self.last.load(Ordering::Relaxed) {
            0 => super::EXIT_FAILED,
            signal => code(signal),
        })
    }
}

/// Ends the process, whatever its other threads are at.
#[cfg(unix)]
fn end(signal: i32) -> ! {
    crate::dump::remove_partial_files();
    signal_hook::low_level::exit(128 + signal)
}

/// Whether the end of the session is to be heard: not by a process that `nohup` started. Where that cannot be told, the system
/// does what it always does.
#[cfg(unix)]
fn is_hangup_heard() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.is_some_and(|mask| u64::from_str_radix(mask.trim(), 16).is_ok_and(|mask| mask & 1 == 0))
}
