//! What a document may cost: time and blocks.

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

/// What a document may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// When it has to be done.
    pub deadline: Deadline,
    /// Blocks that it may have. Lines of a longer text are joined to as many larger blocks; a page with more is refused.
    pub max_blocks: usize,
}

impl Limits {
    /// No limits: for documents whose size the caller knows.
    pub const NONE: Limits = Limits { deadline: Deadline::NEVER, max_blocks: usize::MAX };

    /// Blocks that a document may have unless somebody asks for more: some 100 MB of memory, and more than a page that
    /// somebody wrote has.
    pub const MAX_BLOCKS: usize = 200_000;
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { max_blocks: Limits::MAX_BLOCKS, ..Limits::NONE }
    }
}

/// A document costs more than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LimitExceeded {
    /// It took too long.
    #[error(transparent)]
    Time(#[from] TimeUp),
    /// A page has too many blocks.
    #[error("the page has more than {0} blocks of text")]
    Blocks(usize),
}
