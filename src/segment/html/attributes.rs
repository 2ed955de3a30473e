//! The attributes that the segmenter keeps, and the words in their values.

use std::hash::Hasher;

use rustc_hash::FxHasher;

/// At most this many words of one element's attributes are kept.
const MAX_WORDS: usize = 24;
/// Attributes of one element and bytes of a value that are looked at.
const MAX_ATTRIBUTES: usize = 64;
const MAX_VALUE_BYTES: usize = 64 << 10;
/// A longer run of letters is no word but an identifier.
const MAX_WORD_BYTES: usize = 24;

/// Attributes that matter; the rest is skipped unread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Class,
    Id,
    Role,
    ItemProp,
    Style,
    Hidden,
    AriaHidden,
    Href,
    Rel,
    Type,
    Property,
    Content,
    Lang,
    ShadowRootMode,
}

impl Name {
    /// The attribute with this name in lower case, if it is one that matters.
    pub(super) fn of(name: &[u8]) -> Option<Name> {
        Some(match name {
            b"class" => Name::Class,
            b"id" => Name::Id,
            b"role" => Name::Role,
            b"itemprop" => Name::ItemProp,
            b"style" => Name::Style,
            b"hidden" => Name::Hidden,
            b"aria-hidden" => Name::AriaHidden,
            b"href" => Name::Href,
            b"rel" => Name::Rel,
            b"type" => Name::Type,
            b"name" | b"property" => Name::Property,
            b"content" => Name::Content,
            b"lang" => Name::Lang,
            b"shadowrootmode" => Name::ShadowRootMode,
            _ => return None,
        })
    }
}

/// The attributes of the start tag being read. Buffers are reused from tag to tag.
#[derive(Debug, Default)]
pub(crate) struct Attributes {
    values: Vec<(Name, usize, usize)>,
    bytes: Vec<u8>,
}

impl Attributes {
    pub(crate) fn clear(&mut self) {
        self.values.clear();
        self.bytes.clear();
    }

    pub(crate) fn push(&mut self, name: Name, value: &str) {
        if self.values.len() == MAX_ATTRIBUTES {
            return;
        }
        let value = &value.as_bytes()[..value.len().min(MAX_VALUE_BYTES)];
        let start = self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.values.push((name, start, self.bytes.len()));
    }

    pub(crate) fn get(&self, wanted: Name) -> Option<&[u8]> {
        self.values.iter().find(|(name, ..)| *name == wanted).map(|&(_, start, end)| &self.bytes[start..end])
    }

    pub(crate) fn text(&self, wanted: Name) -> String {
        self.get(wanted).map(|value| String::from_utf8_lossy(value).trim().to_owned()).unwrap_or_default()
    }

    /// Whether the element is hidden by attribute or inline style.
    pub(super) fn hides(&self) -> bool {
        self.get(Name::Hidden).is_some()
            || self.get(Name::AriaHidden).is_some_and(|value| value.eq_ignore_ascii_case(b"true"))
            || self.get(Name::Style).is_some_and(style_hides)
    }

    /// Appends the hashes of the words in class, id, role and itemprop: lower-cased runs of letters, cut at
    /// camel-case humps. Digits are dropped: they number instances.
    pub(super) fn words(&self, out: &mut Vec<u32>) {
        let limit = out.len() + MAX_WORDS;
        for &(name, start, end) in &self.values {
            if matches!(name, Name::Class | Name::Id | Name::Role | Name::ItemProp) {
                push_words(&self.bytes[start..end], limit, out);
            }
        }
    }
}

fn style_hides(style: &[u8]) -> bool {
    let compact: Vec<u8> =
        style.iter().filter(|byte| !byte.is_ascii_whitespace()).map(u8::to_ascii_lowercase).collect();
    memchr::memmem::find(&compact, b"display:none").is_some()
        || memchr::memmem::find(&compact, b"visibility:hidden").is_some()
}

fn push_words(value: &[u8], limit: usize, out: &mut Vec<u32>) {
    let mut word = Word::default();
    let mut after_lower = false;
    for &byte in value {
        let is_letter = byte.is_ascii_alphabetic() || byte >= 0x80;
        let is_hump = after_lower && byte.is_ascii_uppercase();
        if !is_letter || is_hump {
            word.end(limit, out);
        }
        if is_letter {
            word.push(byte);
        }
        after_lower = byte.is_ascii_lowercase();
    }
    word.end(limit, out);
}

/// A word on its way, hashed letter by letter.
#[derive(Default)]
struct Word {
    hasher: FxHasher,
    length: usize,
}

impl Word {
    fn push(&mut self, byte: u8) {
        self.hasher.write_u8(byte.to_ascii_lowercase());
        self.length += 1;
    }

    fn end(&mut self, limit: usize, out: &mut Vec<u32>) {
        let Word { hasher, length } = std::mem::take(self);
        if (2..=MAX_WORD_BYTES).contains(&length) && out.len() < limit {
            out.push(fold(&hasher));
        }
    }
}

/// Hash of a word without regard to ASCII case.
pub(super) fn word_hash(word: &[u8]) -> u32 {
    let mut whole = Word::default();
    word.iter().for_each(|&byte| whole.push(byte));
    fold(&whole.hasher)
}

fn fold(hasher: &FxHasher) -> u32 {
    let hash = hasher.finish();
    (hash >> 32) as u32 ^ hash as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(class: &[u8]) -> Vec<u32> {
        let mut words = Vec::new();
        push_words(class, MAX_WORDS, &mut words);
        words
    }

    #[test]
    fn class_words_split_at_punctuation_and_humps_and_ignore_case() {
        let expected: Vec<u32> = [&b"pay"[..], b"wall", b"box"].into_iter().map(word_hash).collect();
        assert_eq!(words_of(b"pay-wall__box-12"), expected);
        assert_eq!(words_of(b"payWallBox"), expected);
        assert_eq!(words_of(b"PAY wall_BOX"), expected);
    }

    #[test]
    fn an_element_is_hidden_by_attribute_or_style() {
        let with = |name: Name, value: &str| {
            let mut attributes = Attributes::default();
            attributes.push(name, value);
            attributes.hides()
        };
        assert!(with(Name::Style, "color:red; Display : none"));
        assert!(with(Name::AriaHidden, "true"));
        assert!(with(Name::Hidden, ""));
        assert!(!with(Name::AriaHidden, "false"));
        assert!(!with(Name::Style, "display:block"));
    }
}
