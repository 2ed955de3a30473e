//! Counts over the characters of a block, in one pass.

use unicode_categories::UnicodeCategories;

/// What one pass over a block's characters counts.
#[derive(Clone, Debug, Default)]
pub(super) struct CharCounts {
    pub chars: u32,
    pub spaces: u32,
    pub letters: u32,
    pub upper: u32,
    pub digits: u32,
    pub punctuation: u32,
    pub commas: u32,
    pub sentence_ends: u32,
    pub questions: u32,
    pub exclamations: u32,
    pub currency: u32,
    pub percent: u32,
    pub separators: u32,
    pub braces: u32,
    pub quotes: u32,
    pub colons: u32,
    pub slashes: u32,
    pub at_signs: u32,
    /// Letters of scripts that are written without spaces.
    pub unspaced: u32,
    /// Letters of the Latin alphabet.
    pub latin: u32,
    /// Words: runs of letters and digits; two letters of an unspaced script count as one.
    pub words: u32,
    pub capitalised: u32,
    pub number_words: u32,
    pub longest_word: u32,
    /// Numbers of four digits that can be a year.
    pub years: u32,
    pub first: Option<char>,
    pub last: Option<char>,
}

/// Letters that a word of an unspaced script has on average.
const UNSPACED_WORD: u32 = 2;

impl CharCounts {
    pub(super) fn of(text: &str) -> CharCounts {
        let mut counts = CharCounts { first: text.chars().next(), ..CharCounts::default() };
        let mut word = Word::default();
        for c in text.chars() {
            counts.chars += 1;
            counts.last = Some(c);
            if is_unspaced(c) {
                counts.letters += 1;
                counts.unspaced += 1;
                counts.end_word(&mut word);
            } else if c.is_alphanumeric() {
                counts.letter_or_digit(c, &mut word);
            } else {
                // An apostrophe or a combining mark stays inside a word.
                if !matches!(c, '\'' | '’') && (c.is_ascii() || !is_mark(c)) {
                    counts.end_word(&mut word);
                }
                counts.mark(c);
            }
        }
        counts.end_word(&mut word);
        counts.words += counts.unspaced.div_ceil(UNSPACED_WORD);
        counts
    }

    fn letter_or_digit(&mut self, c: char, word: &mut Word) {
        if c.is_ascii_digit() || (!c.is_ascii() && c.is_numeric()) {
            self.digits += 1;
            word.digits += 1;
            word.year = if word.digits <= 4 { word.year * 10 + c.to_digit(10).unwrap_or(0) } else { 0 };
        } else {
            self.letters += 1;
            self.latin += u32::from(c.is_ascii_alphabetic() || ('\u{c0}'..='\u{24f}').contains(&c));
            if c.is_uppercase() {
                self.upper += 1;
                word.capital |= word.length == 0;
            }
        }
        word.length += 1;
    }

    fn end_word(&mut self, word: &mut Word) {
        if word.length > 0 {
            self.words += 1;
            self.longest_word = self.longest_word.max(word.length);
            self.capitalised += u32::from(word.capital);
            self.number_words += u32::from(word.digits == word.length);
            self.years += u32::from(word.length == 4 && (1900..2100).contains(&word.year));
        }
        *word = Word::default();
    }

    fn mark(&mut self, c: char) {
        match c {
            ' ' => {
                self.spaces += 1;
                return;
            }
            ',' | '、' | '，' | '،' | ';' | '；' => self.commas += 1,
            '.' | '。' | '．' | '।' | '۔' | '…' | '։' => self.sentence_ends += 1,
            '?' | '？' | '؟' => {
                self.sentence_ends += 1;
                self.questions += 1;
            }
            '!' | '！' => {
                self.sentence_ends += 1;
                self.exclamations += 1;
            }
            '%' | '％' => self.percent += 1,
            '|' | '•' | '·' | '›' | '»' | '→' | '▸' | '‹' | '«' | '←' | '>' | '<' | '★' | '✓' | '✔' => {
                self.separators += 1
            }
            '{' | '}' | '[' | ']' | '=' | '_' => self.braces += 1,
            '"' | '“' | '”' | '„' | '「' | '」' | '『' | '』' => self.quotes += 1,
            ':' | '：' => self.colons += 1,
            '/' | '\\' => self.slashes += 1,
            '@' | '#' => self.at_signs += 1,
            _ if is_currency(c) => {
                self.currency += 1;
                return;
            }
            _ if c.is_whitespace() => {
                self.spaces += 1;
                return;
            }
            _ => {}
        }
        self.punctuation += 1;
    }
}

#[derive(Default)]
struct Word {
    length: u32,
    digits: u32,
    year: u32,
    capital: bool,
}

/// Letters of Han, kana, Thai, Lao, Khmer and Burmese.
fn is_unspaced(c: char) -> bool {
    matches!(c as u32, 0x0E01..=0x0EDF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3005..=0x3007 | 0x3040..=0x30FF
        | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x2FA1F)
}

/// Currency symbols of all scripts.
pub(super) fn is_currency(c: char) -> bool {
    c == '$' || (!c.is_ascii() && c.is_symbol_currency())
}

fn is_mark(c: char) -> bool {
    c.is_mark_nonspacing() || c.is_mark_spacing_combining()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_in_any_script() {
        assert_eq!(CharCounts::of("It isn’t 2024, is it?").words, 5);
        assert_eq!(CharCounts::of("購読する会員").words, 3);
        assert_eq!(CharCounts::of("सदस्यता लें").words, 2);
        assert_eq!(CharCounts::of("").words, 0);
    }

    #[test]
    fn prices_years_and_sentences_are_seen() {
        let counts = CharCounts::of("Plans from ₹900 or $5! Since 1997. Really?");
        assert_eq!((counts.currency, counts.years, counts.sentence_ends), (2, 1, 3));
        assert_eq!((counts.questions, counts.exclamations, counts.capitalised), (1, 1, 3));
    }
}
