//! Compressed streams, told apart by their first bytes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};

const BUFFER: usize = 256 * 1024;
/// The largest window a zstd stream may ask for: 2^27 bytes, what `zstd --long` asks for by default.
const ZSTD_WINDOW_LOG: u32 = 27;
/// Memory an xz stream may ask for, in KiB; `xz -9` needs 65 MiB.
const XZ_MEMORY_KIB: u32 = 256 * 1024;
/// No honest dump expands like this: over so many bytes …
const BOMB_WINDOW: u64 = 1 << 30;
/// … by this factor.
const BOMB_FACTOR: u64 = 1000;

/// Name endings of compressed files.
pub(super) const SUFFIXES: [&str; 4] = [".gz", ".zst", ".bz2", ".xz"];

/// A name without the ending of its compression, in capitals or not.
pub(super) fn without_suffix(name: &str) -> &str {
    let stem = |suffix: &&str| {
        let (stem, end) = name.split_at_checked(name.len().checked_sub(suffix.len())?)?;
        end.eq_ignore_ascii_case(suffix).then_some(stem)
    };
    SUFFIXES.iter().find_map(stem).unwrap_or(name)
}

/// Opens a file, decompressing gzip, zstd, bzip2 and xz (all members of each).
///
/// # Errors
///
/// The file cannot be opened or its first bytes cannot be read.
pub fn open_decompressed(path: &Path) -> Result<Box<dyn BufRead + Send>> {
    let file = File::open(path).map_err(|error| Error::io(path, "open", error))?;
    decompressed(file).map_err(|error| Error::io(path, "read", error))
}

/// Decompresses a stream if it is compressed.
pub(crate) fn decompressed(stream: impl Read + Send + 'static) -> io::Result<Box<dyn BufRead + Send>> {
    let packed = Arc::new(AtomicU64::new(0));
    let counted = Counted { inner: stream, bytes: Arc::clone(&packed) };
    let mut stream = BufReader::with_capacity(BUFFER, counted);
    let decoder: Box<dyn Read + Send> = match *stream.fill_buf()? {
        [0x1f, 0x8b, ..] => Box::new(flate2::bufread::MultiGzDecoder::new(stream)),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            let mut decoder = zstd::Decoder::with_buffer(stream)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG)?;
            Box::new(decoder)
        }
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => Box::new(bzip2::bufread::MultiBzDecoder::new(stream)),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => {
            Box::new(lzma_rust2::XzReader::new_mem_limit(stream, true, XZ_MEMORY_KIB))
        }
        _ => return Ok(Box::new(stream)),
    };
    Ok(Box::new(BufReader::with_capacity(BUFFER, Bounded { decoder, packed, packed_before: 0, unpacked: 0 })))
}

/// Counts the bytes that pass.
struct Counted<R> {
    inner: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.bytes.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Ends a stream that expands without measure.
struct Bounded {
    decoder: Box<dyn Read + Send>,
    packed: Arc<AtomicU64>,
    /// Packed bytes that had been read where the window started.
    packed_before: u64,
    /// Unpacked bytes of the window.
    unpacked: u64,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.decoder.read(buffer)?;
        self.unpacked += count as u64;
        if self.unpacked >= BOMB_WINDOW {
            let packed = self.packed.load(Ordering::Relaxed);
            if (packed - self.packed_before) * BOMB_FACTOR < self.unpacked {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!(
                        "it expands more than {BOMB_FACTOR}-fold, as a decompression bomb does; decompress it first if it is none"
                    ),
                ));
            }
            (self.packed_before, self.unpacked) = (packed, 0);
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn unpacked(bytes: Vec<u8>) -> io::Result<String> {
        let mut text = String::new();
        decompressed(io::Cursor::new(bytes))?.read_to_string(&mut text).map(|_| text)
    }

    #[test]
    fn every_member_of_every_compression_is_read() {
        type Pack = fn(&[u8]) -> Vec<u8>;
        let pack: [Pack; 3] = [
            |bytes| {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            },
            |bytes| {
                let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            },
            |bytes| zstd::bulk::compress(bytes, 1).unwrap(),
        ];
        for pack in pack {
            assert_eq!(unpacked([pack(b"one "), pack(b"two")].concat()).unwrap(), "one two");
            let cut = pack(b"a longer text that is cut off");
            assert!(unpacked(cut[..cut.len() - 6].to_vec()).is_err());
        }
        // `printf abc | xz`
        let xz = "fd377a585a000004e6d6b4460200210116000000742fe5a301000261626300002776271a4a09d82c00011b030b2fb9101fb6f37d010000000004595a";
        let xz: Vec<u8> =
            (0..xz.len()).step_by(2).map(|at| u8::from_str_radix(&xz[at..at + 2], 16).unwrap()).collect();
        assert_eq!(unpacked(xz).unwrap(), "abc");
        assert_eq!(unpacked(b"plain".to_vec()).unwrap(), "plain");
    }

    #[test]
    fn a_bomb_ends_before_it_is_unpacked() {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        let zeros = vec![0; 1 << 20];
        (0..1100).for_each(|_| encoder.write_all(&zeros).unwrap());
        let bomb = encoder.finish().unwrap();
        let mut stream = decompressed(io::Cursor::new(bomb)).unwrap();
        let error = io::copy(&mut stream, &mut io::sink()).unwrap_err();
        assert!(error.to_string().contains("bomb"), "{error}");
    }
}
