//! What detectors remember of words, for as many as work at the same time.

use std::sync::{Mutex, PoisonError};

use crate::features::WordMemory;

/// Memories that nobody uses right now. A copy starts without any.
#[derive(Debug, Default)]
pub(super) struct Memories(Mutex<Vec<WordMemory>>);

impl Clone for Memories {
    fn clone(&self) -> Memories {
        Memories::default()
    }
}

impl Memories {
    /// Lends a memory for one document.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut WordMemory) -> T) -> T {
        // The lock is not held meanwhile. If the work panics the memory is gone, and another is made.
        let free = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut memory = free.unwrap_or_default();
        let result = work(&mut memory);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
        result
    }
}
