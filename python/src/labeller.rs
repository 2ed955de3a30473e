//! A detector with the threads for batches: what batches of documents and columns of tables have in common.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dechaff::Limits;
use pyo3::prelude::*;

use crate::threads::{Workers, number_of_threads};

/// Documents between two looks at whether Ctrl-C was pressed.
pub const CHUNK_DOCUMENTS: usize = 512;
/// Bytes of documents between two such looks.
pub const CHUNK_BYTES: usize = 8 << 20;

/// Labels documents.
pub struct Labeller {
    pub detector: dechaff::Detector,
    /// As asked for; the environment decides otherwise.
    pub threads: Option<usize>,
}

impl Labeller {
    /// Labels a document and looks at the result. A panic is a bug of the library, and costs this document only.
    pub fn with_detection<T>(
        &self,
        source: &str,
        is_html: bool,
        look: impl FnOnce(&dechaff::Detection<'_>) -> T,
    ) -> Result<T, String> {
        let detect = || {
            let limits = Limits::default();
            let detection = if is_html {
                self.detector.detect_html_within(source, limits)
            } else {
                self.detector.detect_text_within(source, limits)
            };
            detection.map(|detection| look(&detection)).map_err(|exceeded| exceeded.to_string())
        };
        catch_unwind(AssertUnwindSafe(detect))
            .unwrap_or_else(|_| Err("dechaff failed on this document; please report it".to_owned()))
    }

    /// The threads for a batch.
    pub fn workers(&self, py: Python<'_>) -> PyResult<Workers> {
        Workers::new(py, number_of_threads(self.threads)?)
    }
}
