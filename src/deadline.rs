//! A time by which a document has to be done.

use std::time::{Duration, Instant};

/// A point in time, or none. Stages ask between their steps whether it has passed, so that no thread is killed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deadline(Option<(Instant, Duration)>);

/// The document took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it takes longer than {} s", .0.as_secs_f64())]
pub struct TimeUp(pub Duration);

impl Deadline {
    /// None.
    pub const NEVER: Deadline = Deadline(None);

    /// From now on, so long; without a limit, never.
    pub fn after(limit: Option<Duration>) -> Deadline {
        Deadline(limit.map(|limit| (Instant::now(), limit)))
    }

    /// Whether there is time left.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn check(self) -> Result<(), TimeUp> {
        match self.0 {
            Some((start, limit)) if start.elapsed() >= limit => Err(TimeUp(limit)),
            _ => Ok(()),
        }
    }
}
