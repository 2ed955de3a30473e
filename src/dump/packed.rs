//! Packings that are not read, known by their first bytes, so that a message can name them.

/// Starts of files that hold other files.
const ARCHIVES: [(&[u8], &str); 4] = [
    (b"PK\x03\x04", "a zip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a rar archive"),
    (b"!<arch>\n", "an ar archive"),
];
/// Starts of compressed streams.
const STREAMS: [(&[u8], &str); 5] = [
    (b"\x04\x22\x4d\x18", "compressed with lz4"),
    (b"\x5d\0\0", "compressed as .lzma"),
    (b"LZIP\x01", "compressed with lzip"),
    (b"\x1f\x9d", "compressed with compress (.Z)"),
    (b"\xff\x06\0\0sNaPpY", "compressed with snappy"),
];
/// Bytes that show whether a file is binary.
const LOOKED_AT: usize = 1024;

/// How a file is packed, if in a way that is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packed {
    /// It holds other files.
    Archive(&'static str),
    /// It is a compressed stream.
    Stream(&'static str),
}

impl Packed {
    /// By a file's first bytes.
    pub(super) fn by_bytes(head: &[u8]) -> Option<Packed> {
        let known = |&&(magic, _): &&(&[u8], &str)| head.starts_with(magic);
        let archive = ARCHIVES.iter().find(known).map(|&(_, name)| Packed::Archive(name));
        let stream = || STREAMS.iter().find(known).map(|&(_, name)| Packed::Stream(name));
        let tar = || is_tar(head).then_some(Packed::Archive("a tar archive"));
        let zlib = || is_zlib(head).then_some(Packed::Stream("compressed with zlib"));
        archive.or_else(stream).or_else(tar).or_else(zlib)
    }

    /// What is said of such an input.
    pub(super) fn refusal(self) -> String {
        match self {
            Packed::Archive(name) => format!("it is {name}; unpack it and give the files in it"),
            Packed::Stream(name) => {
                format!(
                    "it is {name}; only gzip, zstd, bzip2 and xz are read: unpack it, or pipe it in unpacked"
                )
            }
        }
    }
}

fn is_tar(head: &[u8]) -> bool {
    head.get(257..262) == Some(b"ustar")
}

/// The two bytes of a zlib header are no proof: `x^` is text too.
fn is_zlib(head: &[u8]) -> bool {
    let is_control = |byte: &u8| byte.is_ascii_control() && !byte.is_ascii_whitespace();
    matches!(head, [0x78, 0x01 | 0x5e | 0x9c | 0xda, rest @ ..] if rest.iter().take(LOOKED_AT).any(is_control))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packing_is_known_by_its_first_bytes_and_text_is_none() {
        let told = |head: &[u8]| Packed::by_bytes(head).map(Packed::refusal).unwrap_or_default();
        assert!(told(b"PK\x03\x04\x14\0").contains("a zip archive; unpack it and give"));
        assert!(told(b"\x04\x22\x4d\x18\x64\x40").contains("compressed with lz4; only gzip"));
        assert!(told(b"\x5d\0\0\x80\0\xff").contains(".lzma"));
        assert!(told(b"x\x9c\xab\x56\x2a\x49\xad\0").contains("zlib"));
        let tar = [&[b'a'; 257][..], b"ustar\0"].concat();
        assert!(told(&tar).contains("a tar archive"));
        for text in [&b"x^2 and more text\n"[..], b"PK is a name", b"]\n", b""] {
            assert_eq!(Packed::by_bytes(text), None);
        }
    }
}
