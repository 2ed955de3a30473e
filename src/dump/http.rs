//! An HTTP response as a WARC record holds it: header, then a body that may be chunked and compressed.

use std::io::{self, Read};

/// HTTP headers that are read.
const MAX_HEADERS: usize = 256;

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

/// Reads a response. A body that ends early is read as far as it goes: crawlers cut long pages. One that is not what
/// its header says is taken as it is: some crawlers decode bodies and keep the header.
///
/// # Errors
///
/// The header cannot be read, the body is damaged, or it has more than `max_bytes` when decoded.
pub(super) fn read_response(bytes: Vec<u8>, max_bytes: usize) -> Result<Response, String> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let at = match httparse::ParserConfig::default()
        .allow_spaces_after_header_name_in_responses(true)
        .ignore_invalid_headers_in_responses(true)
        .parse_response(&mut response, &bytes)
    {
        Ok(httparse::Status::Complete(at)) => at,
        Ok(httparse::Status::Partial) => return Err("the HTTP header is cut off".to_owned()),
        Err(error) => return Err(format!("the HTTP header cannot be read: {error}")),
    };
    let header = |name: &str| {
        let header = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        header.map(|header| String::from_utf8_lossy(header.value).trim().to_ascii_lowercase())
    };
    let content_type = header("content-type").unwrap_or_default();
    let chunked = header("transfer-encoding").is_some_and(|value| value.contains("chunked"));
    let coding = header("content-encoding").unwrap_or_default();
    let status = response.code;
    let mut body = bytes;
    body.drain(..at);
    if let Some(joined) = chunked.then(|| dechunk(&body)).flatten() {
        body = joined;
    }
    // Codings are listed in the order in which they were applied.
    for coding in coding.rsplit(',') {
        if let Some(decoded) = decode(coding.trim(), &body, max_bytes)? {
            body = decoded;
        }
    }
    Ok(Response { status, content_type, body })
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
        ("gzip" | "x-gzip", [0x1f, 0x8b, ..]) => Box::new(flate2::read::MultiGzDecoder::new(body)),
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
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
            // Without a magic number there is no telling a damaged body from one that was decoded before.
            let has_magic = matches!(coding, "gzip" | "x-gzip" | "zstd");
            if has_magic { Err(format!("its {coding} body cannot be read: {error}")) } else { Ok(None) }
        }
        _ => Ok(Some(decoded)),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn body(headers: &str, body: &[u8]) -> Result<String, String> {
        let bytes = [format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n").as_bytes(), body].concat();
        read_response(bytes, 1000).map(|response| String::from_utf8_lossy(&response.body).into_owned())
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
    fn a_bomb_and_a_damaged_body_are_named() {
        let bomb = body("Content-Encoding: gzip", &gzip(&[b' '; 5000])).unwrap_err();
        assert!(bomb.contains("--max-record-bytes"), "{bomb}");
        let mut damaged = gzip(b"<p>a");
        damaged[10] ^= 0xff;
        assert!(body("Content-Encoding: gzip", &damaged).unwrap_err().contains("gzip body"));
    }
}
