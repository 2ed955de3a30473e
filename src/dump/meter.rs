//! Counts and sums up the bytes of an input as they are read.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// How much of an input was read, still compressed.
#[derive(Debug, Default)]
pub struct Meter {
    bytes: AtomicU64,
    checksum: Mutex<crc32fast::Hasher>,
}

impl Meter {
    /// Bytes so far.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// CRC-32 of the bytes so far; it means something where they were read from first to last.
    pub fn checksum(&self) -> u32 {
        self.checksum.lock().unwrap_or_else(PoisonError::into_inner).clone().finalize()
    }

    /// Bytes that are read in no order, and leave no checksum.
    pub(super) fn pass(&self, count: u64) {
        self.bytes.fetch_add(count, Ordering::Relaxed);
    }
}

/// A stream that tells a meter what passes.
pub(super) struct Metered<R> {
    pub inner: R,
    pub meter: Arc<Meter>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.meter.pass(count as u64);
        let mut checksum = self.meter.checksum.lock().unwrap_or_else(PoisonError::into_inner);
        checksum.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}
