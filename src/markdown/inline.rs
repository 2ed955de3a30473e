//! Inline markup of one block, from its place in the source.

use std::ops::Range;

use html5gum::{Token, Tokenizer};

/// Inline elements that may open right before a block's first letter.
const INLINE: [&str; 16] = [
    "a", "abbr", "b", "bdi", "cite", "code", "em", "font", "i", "kbd", "mark", "s", "small", "span",
    "strong", "u",
];

/// The text of a block with its links, emphasis and code, white space folded.
pub(super) fn to_markdown(source: &str, range: Range<usize>) -> String {
    let start = with_tags_before(source, range.start);
    let mut inline = Inline::default();
    for token in Tokenizer::new(source.get(start..range.end).unwrap_or_default()) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                let href = tag.attributes.get(b"href".as_slice()).map(|value| lossy(value));
                inline.open(&lossy(&tag.name), href);
            }
            Token::EndTag(tag) => inline.close(&lossy(&tag.name)),
            Token::String(text) => inline.text(&lossy(&text)),
            _ => {}
        }
    }
    inline.finish()
}

/// The text of a range with its white space, line breaks as `<br>` or in the source.
pub(super) fn raw(source: &str, range: Range<usize>) -> String {
    let mut text = String::new();
    for token in Tokenizer::new(source.get(range).unwrap_or_default()) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) if **tag.name == *b"br" => text.push('\n'),
            Token::String(value) => text.push_str(&lossy(&value)),
            _ => {}
        }
    }
    text
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Moves a start back over the inline tags that open right before it.
fn with_tags_before(source: &str, start: usize) -> usize {
    let mut start = start;
    loop {
        let before = source.get(..start).unwrap_or_default().trim_end();
        let tag = before.rfind('<').filter(|_| before.ends_with('>'));
        let Some((open, inside)) = tag.map(|open| (open, &before[open + 1..before.len() - 1])) else {
            return start;
        };
        let name = inside.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
        if !INLINE.iter().any(|inline| name.eq_ignore_ascii_case(inline)) {
            return start;
        }
        start = open;
    }
}

/// Markup that is open.
struct Open {
    name: String,
    /// Where its text begins.
    from: usize,
    href: Option<String>,
}

#[derive(Default)]
struct Inline {
    text: String,
    open: Vec<Open>,
}

impl Inline {
    fn open(&mut self, name: &str, href: Option<String>) {
        if matches!(name, "a" | "b" | "strong" | "em" | "i" | "code") {
            self.open.push(Open { name: name.to_owned(), from: self.text.len(), href });
        }
    }

    fn close(&mut self, name: &str) {
        let Some(at) = self.open.iter().rposition(|open| open.name == name) else { return };
        // What a page leaves open inside ends here too.
        for open in self.open.split_off(at).into_iter().rev() {
            self.wrap(&open);
        }
    }

    fn text(&mut self, text: &str) {
        let is_code = self.open.iter().any(|open| open.name == "code");
        for c in text.chars() {
            if c.is_whitespace() {
                if !self.text.is_empty() && !self.text.ends_with(' ') {
                    self.text.push(' ');
                }
            } else {
                if !is_code && matches!(c, '\\' | '`' | '*' | '[' | ']' | '<') {
                    self.text.push('\\');
                }
                self.text.push(c);
            }
        }
    }

    /// Puts marks around the text since an element opened; spaces stay outside.
    fn wrap(&mut self, open: &Open) {
        let inside = self.text.split_off(open.from.min(self.text.len()));
        let text = inside.trim();
        if text.is_empty() {
            self.text.push_str(&inside);
            return;
        }
        let (before, after) =
            (&inside[..inside.len() - inside.trim_start().len()], &inside[inside.trim_end().len()..]);
        let marked = match open.name.as_str() {
            "a" => link(text, open.href.as_deref()),
            "b" | "strong" => format!("**{text}**"),
            "em" | "i" => format!("*{text}*"),
            _ => format!("`{text}`"),
        };
        self.text.push_str(before);
        self.text.push_str(&marked);
        self.text.push_str(after);
    }

    fn finish(mut self) -> String {
        while let Some(open) = self.open.pop() {
            self.wrap(&open);
        }
        self.text.trim().to_owned()
    }
}

/// A link, or its bare text where it leads nowhere or runs a script.
fn link(text: &str, href: Option<&str>) -> String {
    let href = href.unwrap_or_default().trim();
    let runs =
        |scheme: &str| href.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    if href.is_empty() || href.starts_with('#') || runs("javascript:") || runs("data:") {
        return text.to_owned();
    }
    if href.contains(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '<' | '>')) {
        let safe: String = href.chars().filter(|c| !matches!(c, '<' | '>' | '\n' | '\r')).collect();
        return format!("[{text}](<{safe}>)");
    }
    format!("[{text}]({href})")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inline(source: &str, first: &str) -> String {
        to_markdown(source, source.find(first).unwrap()..source.len())
    }

    #[test]
    fn links_and_emphasis_before_the_first_letter_count() {
        assert_eq!(inline("<li><a href=\"/a b\"><b>Go </b>on</a> now", "Go"), "[**Go** on](</a b>) now");
        assert_eq!(inline("<p><span class=x>\n <em>Why</em></span>", "Why"), "*Why*");
    }

    #[test]
    fn code_is_not_escaped_and_scripts_are_no_links() {
        assert_eq!(inline("<code>a[0]*b</code> &amp; <i></i>[c]", "a[0]"), "`a[0]*b` & \\[c\\]");
        assert_eq!(inline("<a href='javascript:x()'>Go</a> <a href=#top>up</a>", "Go"), "Go up");
    }
}
