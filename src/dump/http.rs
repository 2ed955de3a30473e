//! An HTTP response as a WARC record holds it: header, then a body that may be chunked and compressed.

use std::io::{self, Read};

use super::status::StatusSet;

/// HTTP headers for which there is room at first …
const USUAL_HEADERS: usize = 256;
/// … and at last.
const MAX_HEADERS: usize = 64 * USUAL_HEADERS;
/// Bytes of a body that show whether it is text.
const LOOKED_AT: usize = 4096;

/// A response, decoded.
#[derive(Debug)]
pub(super) struct Response {
    /// The status code.
    pub status: Option<u16>,
    /// The `Content-Type`, lower-cased; empty if there is none.
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
}

/// A response that was read, or its status where that makes it no page.
#[derive(Debug)]
pub(super) enum Reply {
    Page(Response),
    NoPage(u16),
}

/// Reads a response if its status is wanted. A body that ends early is read as far as it goes: crawlers cut long pages. One
/// that is not what its header says is taken as it is: some crawlers decode bodies and keep the header.
///
/// # Errors
///
/// The header cannot be read, the body is damaged or cut off before anything can be decoded, or it has more than `max_bytes`
/// when decoded.
pub(super) fn read_response(bytes: Vec<u8>, wanted: &StatusSet, max_bytes: usize) -> Result<Reply, String> {
    let (header, mut body) = split_header(bytes)?;
    if let Some(status) = header.status.filter(|&status| !wanted.contains(Some(status))) {
        return Ok(Reply::NoPage(status));
    }
    if let Some(joined) = header.is_chunked.then(|| dechunk(&body)).flatten() {
        body = joined;
    }
    // Codings are listed in the order in which they were applied.
    for coding in header.coding.rsplit(',') {
        if let Some(decoded) = decode(coding.trim(), &body, max_bytes)? {
            body = decoded;
        }
    }
    Ok(Reply::Page(Response { status: header.status, content_type: header.content_type, body }))
}

/// What is asked of a response's header.
struct Header {
    status: Option<u16>,
    content_type: String,
    coding: String,
    is_chunked: bool,
}

/// Parts the header from the body. What a server says before the response (100 Continue) is passed over.
fn split_header(mut bytes: Vec<u8>) -> Result<(Header, Vec<u8>), String> {
    let mut start = 0;
    loop {
        start = as_http_1(&mut bytes, start);
        let (header, length) = parse_header(bytes.get(start..).unwrap_or_default())?;
        start += length;
        let is_first = header.status.is_some_and(|status| (100..200).contains(&status));
        if !(is_first && bytes.get(start..).is_some_and(|rest| rest.starts_with(b"HTTP/"))) {
            bytes.drain(..start);
            return Ok((header, bytes));
        }
    }
}

/// Crawlers write `HTTP/2` or `HTTP/3`, of which nobody knows a text form, before a header like that of HTTP/1.1: gives it that
/// version. Returns where the header starts then.
fn as_http_1(bytes: &mut Vec<u8>, start: usize) -> usize {
    const VERSION: &[u8] = b"HTTP/1.1 ";
    let rest = bytes.get(start..).unwrap_or_default();
    let version = rest.strip_prefix(b"HTTP/").and_then(|rest| rest.get(..memchr::memchr(b' ', rest)?));
    let Some(version @ ([b'2' | b'3'] | [b'2' | b'3', b'.', b'0'])) = version else { return start };
    let status = start + b"HTTP/".len() + version.len() + 1;
    let lacking = VERSION.len().saturating_sub(status);
    bytes.splice(..0, std::iter::repeat_n(b' ', lacking));
    let end = status + lacking;
    let start = end - VERSION.len();
    if let Some(place) = bytes.get_mut(start..end) {
        place.copy_from_slice(VERSION);
    }
    start
}

/// Reads one header; returns its length too.
fn parse_header(bytes: &[u8]) -> Result<(Header, usize), String> {
    let mut room = USUAL_HEADERS;
    loop {
        let mut headers = vec![httparse::EMPTY_HEADER; room];
        let mut response = httparse::Response::new(&mut headers);
        let parsed = httparse::ParserConfig::default()
            .allow_spaces_after_header_name_in_responses(true)
            .ignore_invalid_headers_in_responses(true)
            .parse_response(&mut response, bytes);
        match parsed {
            Ok(httparse::Status::Complete(length)) => return Ok((Header::of(&response), length)),
            Ok(httparse::Status::Partial) => return Err("the HTTP header is cut off".to_owned()),
            Err(httparse::Error::TooManyHeaders) if room < MAX_HEADERS => room *= 8,
            Err(error) => return Err(format!("the HTTP header cannot be read: {error}")),
        }
    }
}

impl Header {
    fn of(response: &httparse::Response<'_, '_>) -> Header {
        let value = |name: &str| {
            let header = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
            let value =
                header.map(|header| String::from_utf8_lossy(header.value).trim().to_ascii_lowercase());
            value.unwrap_or_default()
        };
        Header {
            status: response.code,
            content_type: value("content-type"),
            coding: value("content-encoding"),
            is_chunked: value("transfer-encoding").contains("chunked"),
        }
    }
}

/// Joins the chunks of a chunked body (RFC 9112, 7.1); `None` if it is not chunked.
fn dechunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut joined = Vec::with_capacity(rest.len());
    let mut first = true;
    while let Some(end) = memchr::memchr(b'\n', rest) {
        let line = std::str::from_utf8(&rest[..end]).ok();
        let size = line.and_then(|line| usize::from_str_radix(line.split(';').next()?.trim(), 16).ok());
        let Some(size) = size else { return (!first).then_some(joined) };
        first = false;
        let chunk = &rest[end + 1..];
        joined.extend_from_slice(&chunk[..size.min(chunk.len())]);
        if size == 0 || size >= chunk.len() {
            break;
        }
        rest = &chunk[size..];
        rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).unwrap_or(rest);
    }
    (!first).then_some(joined)
}

/// Undoes one content coding; `None` if the body does not have it.
fn decode(coding: &str, body: &[u8], max_bytes: usize) -> Result<Option<Vec<u8>>, String> {
    let decoder: Box<dyn Read + '_> = match (coding, body) {
        ("gzip" | "x-gzip", [0x1f] | [0x1f, 0x8b, ..]) => Box::new(flate2::read::MultiGzDecoder::new(body)),
        ("deflate", [0x78, ..]) => Box::new(flate2::read::ZlibDecoder::new(body)),
        ("deflate", _) => Box::new(flate2::read::DeflateDecoder::new(body)),
        ("zstd", [0x28, 0xb5, 0x2f, 0xfd, ..]) => {
            Box::new(zstd::Decoder::with_buffer(body).map_err(|error| error.to_string())?)
        }
        ("br", _) => Box::new(brotli_decompressor::Decompressor::new(body, 4096)),
        _ => return Ok(None),
    };
    let mut decoded = Vec::new();
    match decoder.take(max_bytes as u64 + 1).read_to_end(&mut decoded) {
        Ok(_) if decoded.len() > max_bytes => {
            Err(format!("the page has more than {max_bytes} bytes when decompressed (--max-record-bytes)"))
        }
        // Without a magic number only the look of it tells a damaged body from one that was decoded before.
        Err(_) if !matches!(coding, "gzip" | "x-gzip" | "zstd") && looks_like_text(body) => Ok(None),
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
            Err(format!("its {coding} body cannot be read: {error}"))
        }
        Err(_) if decoded.is_empty() && !body.is_empty() => {
            Err(format!("its {coding} body is cut off before anything of it can be read"))
        }
        _ => Ok(Some(decoded)),
    }
}

/// Whether bytes have none of the control characters that compressed ones are full of.
fn looks_like_text(bytes: &[u8]) -> bool {
    let is_control = |byte: &u8| byte.is_ascii_control() && !byte.is_ascii_whitespace() && *byte != 0x1b;
    !bytes.iter().take(LOOKED_AT).any(is_control)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn body(headers: &str, body: &[u8]) -> Result<String, String> {
        let bytes = [format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n").as_bytes(), body].concat();
        match read_response(bytes, &StatusSet::default(), 1000)? {
            Reply::Page(response) => Ok(String::from_utf8_lossy(&response.body).into_owned()),
            Reply::NoPage(status) => Err(status.to_string()),
        }
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn chunks_are_joined_and_codings_undone() {
        assert_eq!(
            body("Transfer-Encoding: chunked", b"3\r\n<p>\r\n1;x=y\r\na\r\n0\r\n\r\n").unwrap(),
            "<p>a"
        );
        assert_eq!(body("Content-Encoding: gzip", &gzip(b"<p>a")).unwrap(), "<p>a");
        let packed = gzip(b"<p>b");
        let chunked = [format!("{:x}\r\n", packed.len()).as_bytes(), &packed, b"\r\n0\r\n\r\n"].concat();
        assert_eq!(body("Content-Encoding: gzip\r\nTransfer-Encoding: chunked", &chunked).unwrap(), "<p>b");
    }

    #[test]
    fn a_body_that_was_decoded_before_is_taken_as_it_is() {
        for headers in ["Transfer-Encoding: chunked", "Content-Encoding: gzip", "Content-Encoding: br"] {
            assert_eq!(body(headers, b"<p>plain").unwrap(), "<p>plain", "{headers}");
        }
    }

    #[test]
    fn a_body_that_ends_early_is_read_as_far_as_it_goes() {
        assert_eq!(body("Transfer-Encoding: chunked", b"ff\r\n<p>a").unwrap(), "<p>a");
        let packed = gzip("<p>many words ".repeat(20).as_bytes());
        assert!(body("Content-Encoding: gzip", &packed[..packed.len() - 9]).unwrap().starts_with("<p>many"));
    }

    #[test]
    fn a_compressed_body_of_which_nothing_can_be_read_is_no_empty_page() {
        let mut zipped = Vec::new();
        let mut encoder = flate2::write::ZlibEncoder::new(&mut zipped, flate2::Compression::fast());
        encoder.write_all(b"<p>many words of a page").unwrap();
        encoder.finish().unwrap();
        let cut = [
            ("gzip", gzip(b"<p>many words of a page")[..10].to_vec()),
            ("gzip", vec![0x1f]),
            ("zstd", zstd::bulk::compress(b"<p>many words of a page", 1).unwrap()[..8].to_vec()),
            ("deflate", zipped[..3].to_vec()),
            // The head of `printf hello | brotli`.
            ("br", vec![0x0b, 0x02, 0x80]),
        ];
        for (coding, bytes) in cut {
            let reason = body(&format!("Content-Encoding: {coding}"), &bytes).unwrap_err();
            assert!(reason.contains(&format!("its {coding} body")), "{reason}");
        }
        assert_eq!(body("Content-Encoding: gzip", &gzip(b"")).unwrap(), "");
        assert_eq!(body("Content-Encoding: gzip", b"").unwrap(), "");
    }

    #[test]
    fn the_header_of_any_version_is_read_behind_what_comes_before_it() {
        let read = |head: &str| {
            let bytes = format!("{head}Content-Type: text/html\r\n\r\n<p>a").into_bytes();
            match read_response(bytes, &StatusSet::default(), 1000) {
                Ok(Reply::Page(response)) => {
                    let body = String::from_utf8_lossy(&response.body).into_owned();
                    Ok((response.status, response.content_type, body))
                }
                Ok(Reply::NoPage(status)) => Err(status.to_string()),
                Err(reason) => Err(reason),
            }
        };
        let page = Ok((Some(200), "text/html".to_owned(), "<p>a".to_owned()));
        let many: String = (0..2000).map(|number| format!("X-{number}: y\r\n")).collect();
        for head in [
            "HTTP/2 200\r\n",
            "HTTP/2 200 OK\r\n:status: 200\r\n",
            "HTTP/2.0 200 OK\r\n",
            "HTTP/3 200 \r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/2 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/2 200\r\n",
            &format!("HTTP/1.0 200 OK\r\n{many}"),
        ] {
            assert_eq!(read(head), page, "{:.60}", head);
        }
        assert_eq!(read("HTTP/2 404\r\n"), Err("404".to_owned()));
        assert_eq!(read("HTTP/1.1 100 Continue\r\n"), Err("100".to_owned()));
        assert!(read("HTTP/2x 200\r\n").unwrap_err().contains("cannot be read"));
        let hostile: String = (0..20_000).map(|number| format!("X-{number}: y\r\n")).collect();
        assert!(read(&format!("HTTP/1.0 200 OK\r\n{hostile}")).unwrap_err().contains("too many"));
    }

    #[test]
    fn a_response_of_another_status_is_not_read() {
        let missing = b"HTTP/1.1 404 Not Found\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b".to_vec();
        let reply = read_response(missing.clone(), &StatusSet::default(), 1000);
        assert!(matches!(reply, Ok(Reply::NoPage(404))), "{reply:?}");
        let asked = read_response(missing, &"4xx".parse().unwrap(), 1000);
        assert!(asked.unwrap_err().contains("cut off"));
    }

    #[test]
    fn a_bomb_and_a_damaged_body_are_named() {
        let bomb = body("Content-Encoding: gzip", &gzip(&[b' '; 5000])).unwrap_err();
        assert!(bomb.contains("--max-record-bytes"), "{bomb}");
        let mut damaged = gzip(b"<p>a");
        damaged[10] ^= 0xff;
        assert!(body("Content-Encoding: gzip", &damaged).unwrap_err().contains("gzip body"));
    }
}
