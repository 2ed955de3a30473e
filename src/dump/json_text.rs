//! Strings of JSON: literals to text with one allocation, or none where nothing is escaped.

use std::borrow::Cow;

/// What is wrong with a literal.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    /// It is a number, an object, ….
    NoString,
    /// Half of a surrogate pair, which is no character; its number and its place in the literal, in bytes.
    LoneSurrogate(u16, usize),
}

impl Malformed {
    /// The reason for a reject.
    pub(super) fn reason(&self, name: &str) -> String {
        match self {
            Malformed::NoString => format!("field `{name}` is not a string"),
            Malformed::LoneSurrogate(half, at) => format!(
                "field `{name}` has a lone surrogate \\u{half:04x} at byte {at} of its value, which is half a character; \
                 write its other half, or \\ufffd in its place"
            ),
        }
    }
}

/// The text of a literal, which is JSON with its quotes.
pub(super) fn unescape(literal: &str) -> Result<Cow<'_, str>, Malformed> {
    let inner = literal.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let inner = inner.ok_or(Malformed::NoString)?;
    let Some(first) = memchr::memchr(b'\\', inner.as_bytes()) else { return Ok(Cow::Borrowed(inner)) };
    // Nothing that is escaped is shorter than what it stands for.
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    let mut next = Some(first);
    while let Some(at) = next {
        let (plain, escaped) = rest.split_at(at);
        text.push_str(plain);
        // The quote counts.
        let place = 1 + inner.len() - escaped.len();
        let (character, length) = escape_at(escaped, place)?;
        text.push(character);
        rest = escaped.get(length..).unwrap_or_default();
        next = memchr::memchr(b'\\', rest.as_bytes());
    }
    text.push_str(rest);
    Ok(Cow::Owned(text))
}

/// The character that an escape stands for, and the escape's length.
fn escape_at(escaped: &str, place: usize) -> Result<(char, usize), Malformed> {
    let simple = match escaped.as_bytes().get(1) {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(&quoted @ (b'"' | b'\\' | b'/')) => char::from(quoted),
        Some(b'u') => return unicode_escape(escaped, place),
        _ => return Err(Malformed::NoString),
    };
    Ok((simple, 2))
}

fn unicode_escape(escaped: &str, place: usize) -> Result<(char, usize), Malformed> {
    let unit = code_unit(escaped).ok_or(Malformed::NoString)?;
    if let Some(character) = char::from_u32(u32::from(unit)) {
        return Ok((character, 6));
    }
    let low = escaped.get(6..).and_then(code_unit);
    let pair = low.and_then(|low| char::decode_utf16([unit, low]).next().and_then(Result::ok));
    pair.map(|character| (character, 12)).ok_or(Malformed::LoneSurrogate(unit, place))
}

/// The number of `\uXXXX`.
fn code_unit(escaped: &str) -> Option<u16> {
    let digits = escaped.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

/// Appends a text as a literal.
pub(super) fn escape(text: &str, out: &mut Vec<u8>) {
    out.reserve(text.len() + 2);
    // A `Vec` takes all that is written to it.
    let _ = serde_json::to_writer(out, text);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_has_no_escapes_is_borrowed() {
        assert!(matches!(unescape("\"Fähre\""), Ok(Cow::Borrowed("Fähre"))));
        assert_eq!(
            unescape(r#""a\n\"\\\/\b\f\r\t\u00e4\ud83d\ude00z""#).unwrap(),
            "a\n\"\\/\u{8}\u{c}\r\tä😀z"
        );
    }

    #[test]
    fn half_a_pair_is_named_with_its_place() {
        for (literal, half, at) in [
            (r#""ab\ud800""#, 0xd800, 3),
            (r#""\udc00\ud800""#, 0xdc00, 1),
            (r#""\n\ud800\u0041""#, 0xd800, 3),
        ] {
            assert_eq!(unescape(literal), Err(Malformed::LoneSurrogate(half, at)), "{literal}");
        }
        let reason = Malformed::LoneSurrogate(0xd800, 3).reason("text");
        assert!(reason.contains(r"`text` has a lone surrogate \ud800 at byte 3"), "{reason}");
        assert_eq!(unescape("17"), Err(Malformed::NoString));
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in any::<String>()) {
            let mut literal = Vec::new();
            escape(&text, &mut literal);
            let literal = String::from_utf8(literal).unwrap();
            prop_assert_eq!(unescape(&literal).unwrap(), text.as_str());
        }

        #[test]
        fn any_literal_is_read_as_serde_json_reads_it(
            pieces in proptest::collection::vec("(\\\\u(d[89a-f][0-9]{2}|[0-9a-cef][0-9a-f]{3})|\\\\[nrt\"/]|[a-zäß😀 ]{0,3})", 0..12),
        ) {
            let literal = format!("\"{}\"", pieces.concat());
            let expected = serde_json::from_str::<String>(&literal).ok();
            prop_assert_eq!(unescape(&literal).ok().map(Cow::into_owned), expected);
        }
    }
}
