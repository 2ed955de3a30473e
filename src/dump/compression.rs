//! Compressed streams, told apart by their first bytes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use crate::error::{Error, Result};

const BUFFER: usize = 256 * 1024;
const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// The largest window a zstd stream may ask for: 2^27 bytes, what `zstd --long` asks for by default.
const ZSTD_WINDOW_LOG: u32 = 27;

/// Opens a file, decompressing gzip (all members) and zstd.
///
/// # Errors
///
/// The file cannot be opened or its first bytes cannot be read.
pub fn open_decompressed(path: &Path) -> Result<Box<dyn BufRead + Send>> {
    let file = File::open(path).map_err(|error| Error::io(path, "open", error))?;
    decompressed(file).map_err(|error| Error::io(path, "read", error))
}

/// Decompresses a stream if it is compressed.
pub(super) fn decompressed(stream: impl Read + Send + 'static) -> io::Result<Box<dyn BufRead + Send>> {
    let mut stream = BufReader::with_capacity(BUFFER, stream);
    let first = stream.fill_buf()?;
    if first.starts_with(&GZIP) {
        let decoder = flate2::bufread::MultiGzDecoder::new(stream);
        Ok(Box::new(BufReader::with_capacity(BUFFER, decoder)))
    } else if first.starts_with(&ZSTD) {
        let mut decoder = zstd::Decoder::with_buffer(stream)?;
        decoder.window_log_max(ZSTD_WINDOW_LOG)?;
        Ok(Box::new(BufReader::with_capacity(BUFFER, decoder)))
    } else {
        Ok(Box::new(stream))
    }
}
