//! As much of HTTP/1.1 as one page needs: one request for each connection, bounded in size and time, so that a client that
//! sends slowly or never ends costs its own thread for some seconds and nothing else. (tiny_http gives no time limits, and
//! reads what is left of a body on the thread that answers.)

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

/// A larger head is refused.
const MAX_HEAD: usize = 16 << 10;
const MAX_HEADERS: usize = 64;
/// A larger body is refused.
const MAX_BODY: usize = 4 << 20;
/// Time for a head, and for a response.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// Time for a body.
const BODY_TIME: Duration = Duration::from_secs(30);
/// Time in which what is left of a refused request is read, so that the client sees the answer and not a reset.
const FAREWELL: Duration = Duration::from_secs(1);

/// What is answered: status, content type, body.
pub(super) type Answer = (u16, &'static str, Vec<u8>);

/// A client and the head of its request.
pub(super) struct Exchange {
    stream: TcpStream,
    /// What was read behind the head.
    rest: Vec<u8>,
    pub method: String,
    /// Path and query.
    pub target: String,
    headers: Vec<(String, String)>,
}

impl Exchange {
    /// Reads the head of a request. Where there is none there is nobody to answer.
    pub(super) fn begin(mut stream: TcpStream) -> Option<Exchange> {
        let deadline = Instant::now() + HEAD_TIME;
        let mut bytes = Vec::new();
        while bytes.len() < MAX_HEAD {
            if read_some(&mut stream, &mut bytes, deadline).ok()? == 0 {
                return None;
            }
            let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
            let mut request = httparse::Request::new(&mut headers);
            if let httparse::Status::Complete(length) = request.parse(&bytes).ok()? {
                let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
                let headers = request.headers.iter();
                let headers = headers.map(|header| (header.name.to_owned(), text(header.value))).collect();
                let (method, target) = (request.method?.to_owned(), request.path?.to_owned());
                let rest = bytes.get(length..)?.to_vec();
                return Some(Exchange { stream, rest, method, target, headers });
            }
        }
        None
    }

    /// The value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body, or why it is refused.
    pub(super) fn body(&mut self) -> Result<Vec<u8>, Answer> {
        let length = match (self.header("Transfer-Encoding"), self.header("Content-Length")) {
            (None, Some(length)) => length.trim().parse::<usize>().ok(),
            (None, None) => Some(0),
            (Some(_), _) => None,
        };
        let length = length.ok_or_else(|| refusal(411, "the body has no length"))?;
        if length > MAX_BODY {
            return Err(refusal(413, "the body is too large"));
        }
        if self.header("Expect").is_some() {
            let _ = self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n");
        }
        let deadline = Instant::now() + BODY_TIME;
        let mut body = std::mem::take(&mut self.rest);
        while body.len() < length {
            match read_some(&mut self.stream, &mut body, deadline) {
                Ok(0) => return Err(refusal(400, "the body ends early")),
                Ok(_) => {}
                Err(_) => return Err(refusal(408, "the body takes too long")),
            }
        }
        body.truncate(length);
        Ok(body)
    }

    /// Answers, and ends the connection.
    pub(super) fn end(mut self, (status, kind, body): &Answer, headers: &[(&str, &str)]) {
        let mut head = format!("HTTP/1.1 {status} {}\r\nContent-Type: {kind}\r\n", reason_of(*status));
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        // A browser that went away is no concern of ours.
        let _ = self.stream.set_write_timeout(Some(HEAD_TIME));
        let sent = self.stream.write_all(head.as_bytes()).and_then(|()| self.stream.write_all(body));
        if sent.and_then(|()| self.stream.shutdown(Shutdown::Write)).is_ok() {
            self.read_what_is_left();
        }
    }

    fn read_what_is_left(&mut self) {
        let deadline = Instant::now() + FAREWELL;
        let (mut bytes, mut read) = (Vec::new(), 0);
        while read < 2 * MAX_BODY {
            match read_some(&mut self.stream, &mut bytes, deadline) {
                Ok(0) | Err(_) => return,
                Ok(more) => read += more,
            }
            bytes.clear();
        }
    }
}

/// Adds some bytes; 0 at the end.
fn read_some(stream: &mut TcpStream, bytes: &mut Vec<u8>, deadline: Instant) -> io::Result<usize> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(ErrorKind::TimedOut.into());
    }
    stream.set_read_timeout(Some(left))?;
    let mut buffer = [0; 8 << 10];
    let count = stream.read(&mut buffer)?;
    bytes.extend_from_slice(buffer.get(..count).unwrap_or_default());
    Ok(count)
}

/// A plain text that says why not.
pub(super) fn refusal(status: u16, reason: &str) -> Answer {
    (status, "text/plain; charset=utf-8", reason.as_bytes().to_vec())
}

fn reason_of(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        408 => "Request Timeout",
        411 => "Length Required",
        413 => "Content Too Large",
        _ => "Internal Server Error",
    }
}
