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

/// Number of words of a text in any script. Where words are written without spaces, signs are counted: two a word in
/// Chinese and Japanese, four in Thai, Lao, Khmer and Burmese, about what dictionaries find. Combining marks and apostrophes
/// part no word.
pub fn count_words_of_any_script(text: &str) -> usize {
    let (mut words, mut quarters, mut inside) = (0, 0, false);
    for c in text.chars() {
        if c.is_ascii() {
            let is_word = is_word_char(c);
            words += usize::from(is_word && !inside);
            inside = is_word || (inside && c == '\'');
            continue;
        }
        match quarters_of_a_word(c) {
            0 => {
                let is_mark = c.is_mark_nonspacing() || c.is_mark_spacing_combining();
                let is_word = !is_mark && c.is_alphanumeric();
                words += usize::from(is_word && !inside);
                inside = is_word || (inside && (is_mark || matches!(c, '’' | '\u{200c}' | '\u{200d}')));
            }
            sign => {
                let is_mark = c.is_mark_nonspacing() || c.is_mark_spacing_combining();
                quarters += if is_mark || c.is_alphanumeric() { sign } else { 0 };
                inside = false;
            }
        }
    }
    words + quarters.div_ceil(4)
}

/// How much of a word a character of a script without spaces is, in quarters; 0 for other scripts.
fn quarters_of_a_word(c: char) -> usize {
    match c as u32 {
        0x0E01..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0xA9E0..=0xA9FF | 0xAA60..=0xAA7F => 1,
        0x3005..=0x3007
        | 0x3040..=0x30FF
        | 0x3400..=0x4DBF
        | 0x4E00..=0x9FFF
        | 0xF900..=0xFAFF
        | 0x20000..=0x3FFFF => 2,
        _ => 0,
    }
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
    fn words_are_counted_where_no_spaces_part_them() {
        assert_eq!(count_words_of_any_script("It isn’t 2024, is it?"), 5);
        assert_eq!(count_words_of_any_script("渡し船の運航が再開された。"), 6);
        assert_eq!(count_words_of_any_script("วันนี้อากาศดีมาก"), 4);
        assert_eq!(count_words_of_any_script("सदस्यता लें"), 2);
        assert_eq!(count_words_of_any_script("iPhone 15 を買う"), 4);
        assert_eq!(count_words_of_any_script(" … "), 0);
    }

    #[test]
    fn marks_part_words_as_in_python() {
        // Python: re.findall(r"\w+", "सदस्यता") == ["सदस", "यत"]
        assert_eq!(word_hashes("सदस्यता").count(), 2);
    }
}
