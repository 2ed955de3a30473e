//! Bytes to Unicode: byte order mark, then the transport's charset, then `<meta>`, then detection.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};

/// How far into a page a `<meta>` charset is looked for, in bytes.
const META_WINDOW: usize = 4096;
/// How much of a page the detector reads, in bytes.
const DETECTION_WINDOW: usize = 64 * 1024;

/// Decodes a page. `charset` is what the transport said (the HTTP `Content-Type` header). Malformed sequences
/// become U+FFFD: a page is never lost to its encoding.
pub fn decode<'a>(bytes: &'a [u8], charset: Option<&str>) -> Cow<'a, str> {
    if let Some((encoding, bom)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[bom..]).0;
    }
    let declared =
        charset.and_then(|name| Encoding::for_label(name.as_bytes())).or_else(|| meta_charset(bytes));
    match declared {
        // A page that declares UTF-8 but is not valid is decoded as declared only if nothing else fits better.
        Some(encoding) if encoding != UTF_8 => encoding.decode_without_bom_handling(bytes).0,
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) if declared.is_some() => UTF_8.decode_without_bom_handling(bytes).0,
            Err(_) => detect(bytes).decode_without_bom_handling(bytes).0,
        },
    }
}

fn detect(bytes: &[u8]) -> &'static Encoding {
    let window = &bytes[..bytes.len().min(DETECTION_WINDOW)];
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(window, window.len() == bytes.len());
    detector.guess(None, chardetng::Utf8Detection::Allow)
}

/// The encoding that `<meta charset>` or `<meta http-equiv>` names.
fn meta_charset(bytes: &[u8]) -> Option<&'static Encoding> {
    let window = bytes[..bytes.len().min(META_WINDOW)].to_ascii_lowercase();
    let mut rest = &window[..];
    while let Some(at) = memchr::memmem::find(rest, b"<meta") {
        let tag_end = memchr::memchr(b'>', &rest[at..]).map_or(rest.len(), |end| at + end);
        let tag = &rest[at..tag_end];
        if let Some(value) = memchr::memmem::find(tag, b"charset").map(|at| &tag[at + 7..]) {
            let name: Vec<u8> = value
                .iter()
                .copied()
                .skip_while(|byte| matches!(byte, b' ' | b'=' | b'"' | b'\''))
                .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':' | b'.'))
                .collect();
            if let Some(encoding) = Encoding::for_label(&name) {
                // A page that could be read up to here is no UTF-16, whatever it claims (WHATWG, prescan).
                let is_utf16 = encoding == encoding_rs::UTF_16LE || encoding == encoding_rs::UTF_16BE;
                return Some(if is_utf16 { UTF_8 } else { encoding });
            }
        }
        rest = &rest[tag_end..];
    }
    None
}

/// The `charset` parameter of a `Content-Type` value.
pub fn content_type_charset(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches(['"', '\'']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_byte_order_mark_beats_every_declaration() {
        assert_eq!(decode(b"\xef\xbb\xbfa\xc3\xa9", Some("windows-1251")), "aé");
        assert_eq!(decode(b"\xff\xfea\0b\0", Some("utf-8")), "ab");
    }

    #[test]
    fn the_transport_beats_the_page_and_the_page_beats_detection() {
        let page = "<meta charset=windows-1251><p>Подписка</p>";
        let bytes = encoding_rs::WINDOWS_1251.encode(page).0.into_owned();
        assert_eq!(decode(&bytes, None), page);
        let page = "<meta charset=utf-8><p>購読</p>";
        let bytes = encoding_rs::SHIFT_JIS.encode(page).0.into_owned();
        assert_eq!(decode(&bytes, content_type_charset("text/html; Charset=\"Shift_JIS\"")), page);
    }

    #[test]
    fn an_undeclared_encoding_is_detected() {
        let page = "Подписка на газету открывает доступ ко всем статьям и архиву. ".repeat(20);
        let bytes = encoding_rs::WINDOWS_1251.encode(&page).0.into_owned();
        assert_eq!(decode(&bytes, None), page);
    }

    #[test]
    fn broken_bytes_become_replacement_characters() {
        assert_eq!(decode(b"a\xffb", Some("utf-8")), "a\u{fffd}b");
        assert_eq!(decode(b"", None), "");
    }
}
