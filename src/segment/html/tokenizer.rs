//! A raw tokenizer: tags, the attributes somebody asks for, and text, as slices of the page.
//!
//! It follows the tokenization of the HTML standard, without its errors and without a tree builder to steer it: the tag
//! name alone decides whether text follows that holds no tags. What nobody asks for, such as scripts, styles, comments and
//! most attribute values, is skipped by searching for its end.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr2, memmem};

use super::attributes::{Attributes, Name};
use crate::limits::{Deadline, TimeUp};

/// Steps between two looks at the clock.
const STEPS: usize = 4096;

/// Takes the tokens of a page.
pub(crate) trait Sink {
    /// Where the attributes of the start tag being read go.
    fn attributes(&mut self) -> &mut Attributes;

    /// A start tag begins; its name is in lower case.
    fn open_start_tag(&mut self, name: &[u8]);

    /// A start tag ends. Says whether its element ends with it, so that no text without tags follows.
    fn close_start_tag(&mut self, self_closing: bool) -> bool;

    /// An end tag; its name is in lower case.
    fn end_tag(&mut self, name: &[u8]);

    /// Text with its character references read, and where it stood in the page.
    fn text(&mut self, value: &str, span: Range<usize>);

    /// Whether the rest of the page is of no use.
    fn is_full(&self) -> bool {
        false
    }
}

/// Feeds the tokens of `html` to a sink. `offset` is where `html` begins in the page: 0, or the inside of a `noscript`.
///
/// # Errors
///
/// The deadline has passed; the sink has what came before it.
pub(crate) fn tokenize(
    html: &str,
    offset: usize,
    sink: &mut impl Sink,
    deadline: Deadline,
) -> Result<(), TimeUp> {
    let mut tokenizer = Tokenizer { html, bytes: html.as_bytes(), at: 0, offset, sink, deadline };
    while (0..STEPS).try_for_each(|_| tokenizer.step()).is_some() && !tokenizer.sink.is_full() {
        deadline.check()?;
    }
    Ok(())
}

/// Bytes of text that are handed on at once.
const PIECE: usize = 1 << 20;

/// What follows a start tag.
enum Inside {
    /// Text and tags.
    Markup,
    /// Text with character references, up to the end tag.
    Escapable,
    /// Text as it stands, up to the end tag.
    Raw,
    /// A script: like raw text, but a comment in it may hide its end tag.
    Script,
    /// Markup, for whoever runs no script.
    Noscript,
    /// Text up to the end of the page.
    Plaintext,
}

impl Inside {
    fn of(name: &[u8]) -> Inside {
        match name {
            b"textarea" | b"title" => Inside::Escapable,
            b"style" | b"iframe" | b"xmp" | b"noembed" | b"noframes" => Inside::Raw,
            b"script" => Inside::Script,
            b"noscript" => Inside::Noscript,
            b"plaintext" => Inside::Plaintext,
            _ => Inside::Markup,
        }
    }
}

/// Whether an element goes on up to its end tag, whatever tags stand before.
pub(crate) fn seeks_end_tag(name: &[u8]) -> bool {
    !matches!(Inside::of(name), Inside::Markup)
}

struct Tokenizer<'h, 's, S> {
    html: &'h str,
    bytes: &'h [u8],
    at: usize,
    offset: usize,
    sink: &'s mut S,
    deadline: Deadline,
}

impl<'h, S: Sink> Tokenizer<'h, '_, S> {
    /// Reads text and the tag or comment behind it. `None` is the end of the page.
    fn step(&mut self) -> Option<()> {
        let start = self.at;
        let tag = loop {
            let Some(next) = memchr(b'<', &self.bytes[self.at..]) else {
                self.text(start, self.bytes.len());
                return None;
            };
            let tag = self.at + next;
            match (self.bytes.get(tag + 1), self.bytes.get(tag + 2)) {
                (Some(b'/'), None) | (None, _) => {
                    self.text(start, self.bytes.len());
                    return None;
                }
                (Some(b'!' | b'?' | b'/' | b'a'..=b'z' | b'A'..=b'Z'), _) => break tag,
                // A lone `<` is text.
                _ => self.at = tag + 1,
            }
        };
        self.text(start, tag);
        self.at = tag + 1;
        match self.bytes[self.at] {
            b'/' => match self.bytes[tag + 2] {
                b'a'..=b'z' | b'A'..=b'Z' => {
                    self.at += 1;
                    self.end_tag()
                }
                _ => self.skip_past(memchr(b'>', &self.bytes[self.at..])),
            },
            b'!' if self.bytes[tag..].starts_with(b"<!--") => self.comment(),
            b'!' | b'?' => self.skip_past(memchr(b'>', &self.bytes[self.at..])),
            _ => self.start_tag(),
        }
    }

    /// Continues behind the byte that was found `ahead`.
    fn skip_past(&mut self, ahead: Option<usize>) -> Option<()> {
        self.at += ahead? + 1;
        Some(())
    }

    fn text(&mut self, mut start: usize, end: usize) {
        // Character references are read in pieces: their copy of a long text is short.
        while end - start > PIECE {
            let piece = &self.bytes[start..start + PIECE];
            let Some(space) = piece.iter().rposition(|&byte| is_space(byte)) else { break };
            self.piece_of_text(start, start + space + 1);
            start += space + 1;
        }
        self.piece_of_text(start, end);
    }

    fn piece_of_text(&mut self, start: usize, end: usize) {
        if start < end {
            let value = unescape(&self.html[start..end], htmlize::Context::General);
            self.sink.text(&value, self.offset + start..self.offset + end);
        }
    }

    fn raw_text(&mut self, start: usize, end: usize) {
        if start < end {
            self.sink.text(&self.html[start..end], self.offset + start..self.offset + end);
        }
    }

    fn comment(&mut self) -> Option<()> {
        self.at += "!--".len();
        let inside = &self.bytes[self.at..];
        if inside.starts_with(b">") || inside.starts_with(b"->") {
            return self.skip_past(memchr(b'>', inside));
        }
        loop {
            self.at += memmem::find(&self.bytes[self.at..], b"--")? + 2;
            while self.bytes.get(self.at) == Some(&b'-') {
                self.at += 1;
            }
            let rest = &self.bytes[self.at..];
            if rest.starts_with(b">") || rest.starts_with(b"!>") {
                return self.skip_past(memchr(b'>', rest));
            }
        }
    }

    fn end_tag(&mut self) -> Option<()> {
        let name = lower_case(self.name());
        self.attributes(false)?;
        self.sink.end_tag(&name);
        Some(())
    }

    fn start_tag(&mut self) -> Option<()> {
        let name = lower_case(self.name());
        self.sink.open_start_tag(&name);
        let self_closing = self.attributes(true)?;
        if self.sink.close_start_tag(self_closing) {
            return Some(());
        }
        let start = self.at;
        let rest = &self.bytes[start..];
        let inside = Inside::of(&name);
        let end_tag = match inside {
            Inside::Markup => return Some(()),
            Inside::Plaintext => None,
            Inside::Script => script_end(rest),
            Inside::Escapable | Inside::Raw | Inside::Noscript => raw_end(rest, &name),
        };
        self.at = end_tag.map_or(self.bytes.len(), |ahead| start + ahead);
        match inside {
            Inside::Escapable => self.text(start, self.at),
            // Inside a noscript a further one is text.
            Inside::Noscript if self.offset == 0 => {
                // Whoever called looks at the clock again.
                let _ = tokenize(&self.html[start..self.at], start, self.sink, self.deadline);
            }
            _ => self.raw_text(start, self.at),
        }
        Some(())
    }

    /// The tag's name.
    fn name(&mut self) -> &'h [u8] {
        self.take_until(|byte| is_space(byte) || matches!(byte, b'/' | b'>'))
    }

    fn take_until(&mut self, stops: impl Fn(u8) -> bool) -> &'h [u8] {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|&byte| stops(byte)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// Reads up to the end of the tag and says whether it closes itself; `None` where the page ends before.
    fn attributes(&mut self, wanted: bool) -> Option<bool> {
        loop {
            match *self.bytes.get(self.at)? {
                b'>' => {
                    self.at += 1;
                    return Some(false);
                }
                b'/' => {
                    self.at += 1;
                    if self.bytes.get(self.at) == Some(&b'>') {
                        self.at += 1;
                        return Some(true);
                    }
                }
                byte if is_space(byte) => self.at += 1,
                _ => self.attribute(wanted)?,
            }
        }
    }

    fn attribute(&mut self, wanted: bool) -> Option<()> {
        let start = self.at;
        // An equals sign in first place belongs to the name.
        self.at += 1;
        self.take_until(|byte| is_space(byte) || matches!(byte, b'/' | b'>' | b'='));
        let name = &self.bytes[start..self.at];
        let name = if wanted { Name::of(&lower_case(name)) } else { None };
        self.take_until(|byte| !is_space(byte));
        let value = match self.bytes.get(self.at)? {
            b'=' => {
                self.at += 1;
                self.value()?
            }
            _ => "",
        };
        if let Some(name) = name {
            self.sink.attributes().push(name, &unescape(value, htmlize::Context::Attribute));
        }
        Some(())
    }

    fn value(&mut self) -> Option<&'h str> {
        self.take_until(|byte| !is_space(byte));
        let quote = *self.bytes.get(self.at)?;
        if matches!(quote, b'"' | b'\'') {
            let start = self.at + 1;
            self.at = start + memchr(quote, &self.bytes[start..])? + 1;
            return Some(&self.html[start..self.at - 1]);
        }
        let start = self.at;
        self.take_until(|byte| is_space(byte) || byte == b'>');
        Some(&self.html[start..self.at])
    }
}

/// White space in tags; line breaks of any kind count as one.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\t' | b'\r' | b'\x0c')
}

fn lower_case(name: &[u8]) -> Cow<'_, [u8]> {
    if name.iter().any(u8::is_ascii_uppercase) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

fn unescape(value: &str, context: htmlize::Context) -> Cow<'_, str> {
    if memchr(b'&', value.as_bytes()).is_none() {
        return Cow::Borrowed(value);
    }
    htmlize::unescape_in(value, context)
}

/// Whether `html` begins with `opening` and a tag's name that ends there.
fn begins_tag(html: &[u8], opening: &[u8], name: &[u8]) -> bool {
    let Some(rest) = html.strip_prefix(opening) else { return false };
    let Some((start, rest)) = rest.split_at_checked(name.len()) else { return false };
    let ends = rest.first().is_some_and(|&byte| is_space(byte) || matches!(byte, b'/' | b'>'));
    ends && start.eq_ignore_ascii_case(name)
}

/// Where the end tag of text without tags begins.
fn raw_end(html: &[u8], name: &[u8]) -> Option<usize> {
    memmem::find_iter(html, b"</").find(|&at| begins_tag(&html[at..], b"</", name))
}

/// Where the end tag of a script begins. A script in a comment in the script hides one.
fn script_end(html: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"script";
    let (mut at, mut in_comment, mut hidden) = (0, false, false);
    loop {
        let rest = &html[at..];
        at += if in_comment { memchr2(b'<', b'-', rest) } else { memchr(b'<', rest) }?;
        let rest = &html[at..];
        let ends = begins_tag(rest, b"</", NAME);
        if ends && !hidden {
            return Some(at);
        } else if ends {
            hidden = false;
        } else if in_comment && rest.starts_with(b"-->") {
            (in_comment, hidden) = (false, false);
        } else if in_comment && begins_tag(rest, b"<", NAME) {
            hidden = true;
        } else if !in_comment && rest.starts_with(b"<!--") {
            in_comment = true;
            // The dashes that open a comment may close it: `<!-->`.
            at += 1;
        }
        at += 1;
    }
}
