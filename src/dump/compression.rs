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
        [0x1f, 0x8b, ..] => Box::new(GzipMembers::new(stream)),
        // The second begins a frame that holds no data; pzstd and seekable files have one before the first that does.
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
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

/// All members of a gzip stream. Zeros behind a member are padding, as on tapes and block devices.
struct GzipMembers<R> {
    /// None at the end.
    member: Option<flate2::bufread::GzDecoder<R>>,
}

impl<R: BufRead> GzipMembers<R> {
    fn new(stream: R) -> GzipMembers<R> {
        GzipMembers { member: Some(flate2::bufread::GzDecoder::new(stream)) }
    }
}

impl<R: BufRead> Read for GzipMembers<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let count = member.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            if skip_zeros(member.get_mut())? {
                let stream = self.member.take().map(flate2::bufread::GzDecoder::into_inner);
                self.member = stream.map(flate2::bufread::GzDecoder::new);
            } else {
                self.member = None;
            }
        }
        Ok(0)
    }
}

/// Passes over zeros; false if the stream ends with them.
fn skip_zeros(stream: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let available = match stream.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            available => available?,
        };
        let (zeros, length) = (available.iter().take_while(|&&byte| byte == 0).count(), available.len());
        stream.consume(zeros);
        if zeros < length {
            return Ok(true);
        }
        if length == 0 {
            return Ok(false);
        }
    }
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
    fn frames_without_data_and_padding_hold_nothing() {
        let zstd = |text: &[u8]| zstd::bulk::compress(text, 1).unwrap();
        let skippable = b"\x5a\x2a\x4d\x18\x03\0\0\0abc";
        let packed = [&skippable[..], &zstd(b"one "), skippable, &zstd(b"two")].concat();
        assert_eq!(unpacked(packed).unwrap(), "one two");
        let gzip = |text: &[u8]| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap()
        };
        for zeros in [1, 9, 10, 3 * BUFFER] {
            let padding = vec![0; zeros];
            assert_eq!(unpacked([&gzip(b"one"), &padding[..]].concat()).unwrap(), "one");
            let between = [&gzip(b"one "), &padding[..], &gzip(b""), &gzip(b"two")].concat();
            assert_eq!(unpacked(between).unwrap(), "one two");
            assert!(unpacked([&gzip(b"one"), &padding[..], b"x"].concat()).is_err());
        }
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
