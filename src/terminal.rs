//! What is said on a terminal: data can neither command the terminal nor forge a line, and a reader who has left is no reason
//! to panic.

use std::fmt::{Arguments, Display};
use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::error::{Error, Result};

/// Writes a line to standard error, as `eprintln!` does. Control characters are escaped, and nobody need listen.
macro_rules! say {
    ($($argument:tt)*) => { $crate::terminal::say_line(format_args!($($argument)*)) };
}
pub(crate) use say;

/// A value of the data as one line: what would move the cursor, colour, break the line or turn its direction is escaped.
pub(crate) fn clean(value: impl Display) -> String {
    let text = value.to_string();
    if text.chars().any(is_unsafe) { escaped(&text, |c| c.escape_default().to_string()) } else { text }
}

/// Writes what [`say!`] is given. Line breaks stay: values are cleaned where they are put in.
pub(crate) fn say_line(message: Arguments<'_>) {
    let message = message.to_string();
    let lines: Vec<String> = message.split('\n').map(clean).collect();
    write_quietly(&(lines.join("\n") + "\n"));
}

/// Writes a line with JSON to standard error.
pub(crate) fn say_json(prefix: &str, json: &str) {
    write_quietly(&format!("{prefix}{}\n", escaped(json, as_json)));
}

/// Only strings of JSON can hold unsafe characters, and there this is how they are escaped.
fn as_json(c: char) -> String {
    format!("\\u{:04x}", u32::from(c))
}

/// Writes text to standard output. A reader who has seen enough is no error.
pub(crate) fn show(text: impl Display) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.to_string().as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::io(Path::new("standard output"), "write", error))
        }
        _ => Ok(()),
    }
}

fn write_quietly(text: &str) {
    // In one piece, so that lines of several threads do not mix. If standard error is closed, there is nobody to tell.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

fn escaped(text: &str, escape: impl Fn(char) -> String) -> String {
    text.chars().map(|c| if is_unsafe(c) { escape(c) } else { c.to_string() }).collect()
}

/// Controls, line and paragraph separators, and what turns the direction of text.
fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_commands_a_terminal_is_escaped_and_the_rest_stays() {
        assert_eq!(clean("a\u{1b}[2J\u{9b}m\u{7f}\r\nb\u{202e}c"), r"a\u{1b}[2J\u{9b}m\u{7f}\r\nb\u{202e}c");
        assert_eq!(clean("Fähre 渡し舟 👍🏽 مرحبا"), "Fähre 渡し舟 👍🏽 مرحبا");
        assert_eq!(clean(clean("\u{1b}")), clean("\u{1b}"));
    }

    #[test]
    fn escaped_json_says_the_same() {
        let value = serde_json::json!({"host": "a\u{9b}\u{7f}\u{202e}\u{2028}b"});
        let line = escaped(&value.to_string(), as_json);
        assert!(!line.chars().any(is_unsafe), "{line}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap(), value);
    }
}
