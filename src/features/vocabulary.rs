//! The trained sub-word vocabulary, compiled for lookup.
//!
//! Training uses the `tokenizers` library (WordPiece, BERT normalisation). The library's encoder keeps offsets and
//! alignments for every token and is too slow for a dump, so this module holds the same greedy longest-match as a
//! byte trie; a test proves equal ids.

use std::collections::HashMap;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use unicode_categories::UnicodeCategories;

/// A longer run without spaces or punctuation is one unknown token.
pub const MAX_WORD_CHARS: usize = 256;
/// Prefix of a piece that continues a word.
pub const CONTINUATION: &str = "##";
/// The piece for words outside the vocabulary; its id is 0.
pub const UNKNOWN: &str = "[UNK]";

/// Sub-word pieces in the order of their ids, and a trie over them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Vocabulary {
    pieces: Vec<String>,
    /// The short pieces that start a word, by their bytes. Most words are one of them as a whole: one lookup instead of one
    /// a letter.
    words: FxHashMap<u128, u32>,
    trie: Trie,
}

impl From<Vec<String>> for Vocabulary {
    fn from(pieces: Vec<String>) -> Vocabulary {
        let (mut words, mut trie) = (FxHashMap::default(), Trie::default());
        for (id, piece) in pieces.iter().enumerate() {
            match piece.strip_prefix(CONTINUATION) {
                Some(rest) if !rest.is_empty() => trie.insert(Trie::CONTINUING, rest, id as u32),
                _ => {
                    if let Some(key) = short_key(piece.as_bytes()) {
                        words.insert(key, id as u32);
                    }
                    trie.insert(Trie::STARTING, piece, id as u32);
                }
            }
        }
        Vocabulary { pieces, words, trie }
    }
}

impl From<Vocabulary> for Vec<String> {
    fn from(vocabulary: Vocabulary) -> Vec<String> {
        vocabulary.pieces
    }
}

impl Vocabulary {
    /// Number of pieces.
    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Whether there is no piece at all.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The pieces in the order of their ids.
    pub fn pieces(&self) -> &[String] {
        &self.pieces
    }

    fn encode_pieces(&self, word: &str, ids: &mut Vec<u32>) {
        let before = ids.len();
        let bytes = word.as_bytes();
        let mut at = 0;
        let mut root = Trie::STARTING;
        let too_long = word.len() > MAX_WORD_CHARS && word.chars().count() > MAX_WORD_CHARS;
        while at < bytes.len() && !too_long {
            match self.trie.longest(root, &bytes[at..]) {
                Some((id, length)) => {
                    ids.push(id);
                    at += length;
                    root = Trie::CONTINUING;
                }
                None => break,
            }
        }
        if at < bytes.len() {
            ids.truncate(before);
            ids.push(0);
        }
    }
}

/// How many words are remembered: most of those that a page and its neighbours in a dump repeat, in a cache's size.
pub(super) const KNOWN: usize = 4096;

/// Where a short word is remembered, of [`KNOWN`] places.
pub(super) fn place_of(key: u128) -> usize {
    let mixed = (key as u64 ^ (key >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> (u64::BITS - KNOWN.trailing_zeros())) as usize
}

/// Turns texts into ids of pieces and remembers the words it met, so that most are not looked up again. For one vocabulary
/// alone.
#[derive(Debug)]
pub struct Encoder {
    /// The word so far.
    word: String,
    /// The last short word that fell on each place.
    known: Vec<Known>,
}

/// A word's pieces, if they are few.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    key: u128,
    ids: [u32; 3],
    count: u32,
}

impl Default for Encoder {
    fn default() -> Encoder {
        Encoder { word: String::with_capacity(32), known: vec![Known::default(); KNOWN] }
    }
}

impl Encoder {
    /// Appends the ids of the pieces of `text`. Every ASCII digit counts as 0: a price is a price.
    pub fn encode(&mut self, vocabulary: &Vocabulary, text: &str, ids: &mut Vec<u32>) {
        for c in text.chars() {
            match class_of(c) {
                CharClass::Letter => push_lower(c, &mut self.word),
                CharClass::Dropped => {}
                CharClass::Space => self.end_word(vocabulary, ids),
                CharClass::Alone => {
                    self.end_word(vocabulary, ids);
                    push_lower(c, &mut self.word);
                    self.end_word(vocabulary, ids);
                }
            }
        }
        self.end_word(vocabulary, ids);
    }

    fn end_word(&mut self, vocabulary: &Vocabulary, ids: &mut Vec<u32>) {
        if self.word.is_empty() {
            return;
        }
        match short_key(self.word.as_bytes()) {
            Some(key) => self.encode_short(vocabulary, key, ids),
            None => vocabulary.encode_pieces(&self.word, ids),
        }
        self.word.clear();
    }

    fn encode_short(&mut self, vocabulary: &Vocabulary, key: u128, ids: &mut Vec<u32>) {
        let known = &mut self.known[place_of(key)];
        if known.key == key {
            ids.extend_from_slice(&known.ids[..known.count as usize]);
            return;
        }
        let before = ids.len();
        match vocabulary.words.get(&key) {
            Some(&id) => ids.push(id),
            None => vocabulary.encode_pieces(&self.word, ids),
        }
        let pieces = &ids[before..];
        if pieces.len() <= known.ids.len() {
            known.key = key;
            known.count = pieces.len() as u32;
            known.ids[..pieces.len()].copy_from_slice(pieces);
        }
    }
}

/// A word of up to sixteen bytes as a number. No word holds a zero byte, so no two have the same.
pub(super) fn short_key(word: &[u8]) -> Option<u128> {
    let mut bytes = [0; 16];
    bytes.get_mut(..word.len())?.copy_from_slice(word);
    Some(u128::from_le_bytes(bytes))
}

/// Appends a character in lower case; every ASCII digit counts as 0.
pub(super) fn push_lower(c: char, word: &mut String) {
    if c.is_ascii_digit() {
        word.push('0');
    } else if c.is_ascii() {
        word.push(c.to_ascii_lowercase());
    } else {
        word.extend(c.to_lowercase());
    }
}

/// Whether a character can stand inside a word of several; punctuation and Han characters are words of their own.
pub(crate) fn joins_words(c: char) -> bool {
    matches!(class_of(c), CharClass::Letter)
}

enum CharClass {
    Letter,
    Space,
    /// A word of its own: punctuation and Han characters.
    Alone,
    Dropped,
}

fn class_of(c: char) -> CharClass {
    if c.is_ascii() {
        return match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' => CharClass::Letter,
            '\t' | '\n' | '\r' | ' ' => CharClass::Space,
            _ if c.is_ascii_punctuation() => CharClass::Alone,
            _ => CharClass::Dropped,
        };
    }
    match c as u32 {
        0x4E00..=0x9FA5 => CharClass::Alone,
        // The common letters of alphabets that need no table.
        0xC0..=0x24F if c != '×' && c != '÷' => CharClass::Letter,
        0x3041..=0x3096 | 0x30A1..=0x30FA | 0xAC00..=0xD7A3 => CharClass::Letter,
        0xFFFD => CharClass::Dropped,
        _ if c.is_other() => CharClass::Dropped,
        0x9FA6..=0x9FFF
        | 0x3400..=0x4DBF
        | 0x20000..=0x2A6DF
        | 0x2A700..=0x2B73F
        | 0x2B740..=0x2B81F
        | 0x2B920..=0x2CEAF
        | 0xF900..=0xFAFF
        | 0x2F800..=0x2FA1F => CharClass::Alone,
        _ if c.is_whitespace() => CharClass::Space,
        _ if c.is_punctuation() => CharClass::Alone,
        _ => CharClass::Letter,
    }
}

/// A byte trie with two roots, its edges in one hash map.
#[derive(Clone, Debug)]
struct Trie {
    edges: FxHashMap<(u32, u8), u32>,
    /// Id of the piece that ends at a node, or [`Trie::NO_PIECE`].
    piece: Vec<u32>,
}

impl Default for Trie {
    fn default() -> Trie {
        Trie { edges: HashMap::default(), piece: vec![Trie::NO_PIECE; 2] }
    }
}

impl Trie {
    const STARTING: u32 = 0;
    const CONTINUING: u32 = 1;
    const NO_PIECE: u32 = u32::MAX;

    fn insert(&mut self, root: u32, piece: &str, id: u32) {
        let mut node = root;
        for &byte in piece.as_bytes() {
            let next = self.piece.len() as u32;
            node = *self.edges.entry((node, byte)).or_insert(next);
            if node == next {
                self.piece.push(Trie::NO_PIECE);
            }
        }
        self.piece[node as usize] = id;
    }

    /// Id and byte length of the longest piece that `bytes` starts with.
    fn longest(&self, root: u32, bytes: &[u8]) -> Option<(u32, usize)> {
        let mut node = root;
        let mut best = None;
        for (at, &byte) in bytes.iter().enumerate() {
            match self.edges.get(&(node, byte)) {
                Some(&next) => node = next,
                None => break,
            }
            let id = self.piece[node as usize];
            if id != Trie::NO_PIECE {
                best = Some((id, at + 1));
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(pieces: &[&str], text: &str) -> Vec<u32> {
        let vocabulary = Vocabulary::from(pieces.iter().map(|p| p.to_string()).collect::<Vec<_>>());
        let mut ids = Vec::new();
        Encoder::default().encode(&vocabulary, text, &mut ids);
        ids
    }

    #[test]
    fn the_longest_piece_wins_and_case_does_not_matter() {
        let pieces = [UNKNOWN, "sub", "subscribe", "##scribe", "##r", "!"];
        assert_eq!(encode(&pieces, "Subscribe SUBSCRIBER sub!"), [2, 2, 4, 1, 5]);
    }

    #[test]
    fn a_word_with_a_foreign_part_is_unknown_as_a_whole() {
        let pieces = [UNKNOWN, "sub", "##s"];
        assert_eq!(encode(&pieces, "subsx subs"), [0, 1, 2]);
        assert_eq!(encode(&pieces, &"s".repeat(1_000_000)), [0]);
    }

    #[test]
    fn han_characters_are_words_without_spaces() {
        assert_eq!(encode(&[UNKNOWN, "会", "員"], "会員"), [1, 2]);
    }
}
