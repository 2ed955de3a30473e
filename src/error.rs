//! Errors that carry their place.

use std::fmt;
use std::path::Path;

use crate::terminal::clean;

/// What stops a run. A broken record is no error: it is a reject. Names of files and what data says are shown with their
/// control characters escaped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or stream cannot be read, written, made or renamed.
    #[error("{}: cannot {action}: {}", clean(.place), clean(.source))]
    Io {
        /// The file, or what stands for it.
        place: String,
        /// What was tried: `read`, `write`, ….
        action: &'static str,
        /// The cause.
        source: std::io::Error,
    },
    /// The input does not hold what was asked of it.
    #[error("{}: {}", clean(.place), clean(.reason))]
    Input {
        /// The file, with the record's number where there is one.
        place: String,
        /// The cause, and what to do.
        reason: String,
    },
    /// A model file that cannot be used.
    #[error("model {}: {}", clean(.place), clean(.reason))]
    Model {
        /// The file.
        place: String,
        /// The cause, and what to do.
        reason: String,
    },
    /// Training cannot be done with these documents or parameters.
    #[error("training: {}", clean(.0))]
    Training(String),
}

/// A result with this crate's [`enum@Error`].
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An input or output error at a path.
    pub fn io(path: &Path, action: &'static str, source: std::io::Error) -> Error {
        Error::Io { place: path.display().to_string(), action, source }
    }

    /// An input that does not hold what was asked of it.
    pub fn input(place: impl fmt::Display, reason: impl fmt::Display) -> Error {
        Error::Input { place: place.to_string(), reason: reason.to_string() }
    }

    pub(crate) fn training(cause: impl fmt::Display) -> Error {
        Error::Training(cause.to_string())
    }

    /// Whether the reader of our output went away.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Error::Io { source, .. } if source.kind() == std::io::ErrorKind::BrokenPipe)
    }
}
