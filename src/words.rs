//! Words as WCXB's scorer sees them: runs of letters, digits and underscores, lower-cased.

use std::hash::{Hash, Hasher};
use std::str::Chars;

use rustc_hash::FxHasher;
use unicode_categories::UnicodeCategories;

/// Whether Python's `\w` matches the character: letters and numbers of any script, and the underscore.
pub fn is_word_char(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    // `is_alphanumeric` also takes vowel signs and other marks, which `\w` does not.
    c.is_alphanumeric() && !(c.is_mark_nonspacing() || c.is_mark_spacing_combining())
}

/// Hashes of the lower-cased words of a text, in order.
pub fn word_hashes(text: &str) -> impl Iterator<Item = u64> {
    Words(text.chars())
}

/// Number of words of a text.
pub fn count_words(text: &str) -> usize {
    let (mut count, mut inside) = (0, false);
    for c in text.chars() {
        let is_word = is_word_char(c);
        count += usize::from(is_word && !inside);
        inside = is_word;
    }
    count
}

struct Words<'t>(Chars<'t>);

impl Iterator for Words<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let mut hasher = FxHasher::default();
        let mut inside = false;
        for c in self.0.by_ref() {
            let is_word = is_word_char(c);
            if inside && !is_word {
                return Some(hasher.finish());
            }
            inside = is_word;
            if is_word && c.is_ascii() {
                hasher.write_u32(u32::from(c.to_ascii_lowercase()));
            } else if is_word {
                c.to_lowercase().for_each(|lower| hasher.write_u32(u32::from(lower)));
            }
        }
        inside.then(|| hasher.finish())
    }
}

/// Hash of a run of words.
pub fn gram_hash(words: &[u64]) -> u64 {
    let mut hasher = FxHasher::default();
    words.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_equal_whatever_their_case_or_neighbours() {
        let a: Vec<u64> = word_hashes("The price—£5 ÜBER_alles").collect();
        let b: Vec<u64> = word_hashes("the,PRICE 5 über_ALLES!").collect();
        assert_eq!(a, b);
        assert_eq!(a.len(), 4);
        assert_eq!(count_words("The price—£5 ÜBER_alles"), 4);
    }

    #[test]
    fn marks_part_words_as_in_python() {
        // Python: re.findall(r"\w+", "सदस्यता") == ["सदस", "यत"]
        assert_eq!(word_hashes("सदस्यता").count(), 2);
    }
}
