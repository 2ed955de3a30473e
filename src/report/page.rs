//! One HTML file that holds everything: its style, its script, its data.
//!
//! Data is text from hostile pages. It stands compressed in elements that no browser runs, and the script puts it on the page
//! as text only. The content security policy allows this style and this script, by their hashes, and nothing else.

use std::io::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// A page under construction.
pub(super) struct Page {
    html: String,
    /// The script comes last, behind the data that it reads.
    script: &'static str,
}

impl Page {
    /// Begins a page. `body` is markup of our own, without data.
    pub(super) fn new(title: &str, style: &str, script: &'static str, body: &str) -> Page {
        Page::with_policy(title, style, script, body, &inline_policy(style, script))
    }

    fn with_policy(title: &str, style: &str, script: &'static str, body: &str, policy: &str) -> Page {
        let title = escaped(title);
        let html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
            <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
            <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
            <meta name=\"referrer\" content=\"no-referrer\">\n<title>{title}</title>\n\
            <style>{style}</style>\n</head>\n<body>\n{body}\n"
        );
        Page { html, script }
    }

    /// Adds data under a name.
    pub(super) fn add_data(&mut self, name: &str, data: &[u8]) -> Result<()> {
        let packed = pack(data)?;
        self.html += &format!("<script type=\"text/plain\" id=\"{name}\">{packed}</script>\n");
        Ok(())
    }

    /// Bytes so far.
    pub(super) fn len(&self) -> usize {
        self.html.len()
    }

    pub(super) fn finish(self) -> String {
        format!("{}<script>{}</script>\n</body>\n</html>\n", self.html, self.script)
    }
}

/// A page that asks its own server for its data.
pub(crate) fn served_page(title: &str, style: &str, script: &'static str, body: &str) -> String {
    Page::with_policy(title, style, script, body, &served_policy(style, script)).finish()
}

/// As [`inline_policy`], and its own server may be asked.
pub(crate) fn served_policy(style: &str, script: &str) -> String {
    inline_policy(style, script) + "; connect-src 'self'"
}

/// A content security policy that allows a style and a script, by their hashes.
fn inline_policy(style: &str, script: &str) -> String {
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(style),
        hash(script)
    )
}

/// What a policy calls a style or script.
fn hash(text: &str) -> String {
    BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()))
}

/// Deflated, in base64: letters that need no escaping.
fn pack(data: &[u8]) -> Result<String> {
    let mut encoder = DeflateEncoder::new(Vec::with_capacity(data.len() / 3), Compression::best());
    let packed = encoder.write_all(data).and_then(|()| encoder.finish());
    packed.map(|bytes| BASE64_STANDARD.encode(bytes)).map_err(|error| Error::input("report", error))
}

/// Text as markup.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_cannot_end_its_element() {
        let mut page = Page::new("</title><script>x", "p{}", "1", "<main></main>");
        page.add_data("a", b"</script><script>alert(1)</script>").unwrap();
        let html = page.finish();
        assert_eq!(html.matches("<script").count(), 2, "{html}");
        assert!(html.contains("&lt;/title&gt;"), "{html}");
    }
}
