//! What detectors remember of words, for as many as work at the same time.

use std::sync::Mutex;

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
    ///
    /// Nobody waits here: a thread that finds the list in use makes a memory of its own. A process that was forked while
    /// another thread held the lock would wait for ever. If the work panics the memory is gone.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut WordMemory) -> T) -> T {
        let free = self.0.try_lock().ok().and_then(|mut memories| memories.pop());
        let mut memory = free.unwrap_or_default();
        let result = work(&mut memory);
        if let Ok(mut memories) = self.0.try_lock() {
            memories.push(memory);
        }
        result
    }
}
