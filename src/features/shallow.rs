//! Columns that follow from a block's text alone.

use super::chars::CharCounts;
use super::columns::Column as C;
use super::{FeatureMatrix, log, share};
use crate::document::Document;

/// Line width at which text density wraps a block (Kohlschütter et al. 2010).
const WRAP: u32 = 80;

/// What later columns need of each block's text.
pub(super) struct Sizes {
    /// Words of each block.
    pub words: Vec<f32>,
    /// Characters that are not white space.
    pub visible: Vec<f32>,
}

/// Fills the shallow columns.
pub(super) fn fill(document: &Document<'_>, matrix: &mut FeatureMatrix) -> Sizes {
    let (mut words, mut visible) = (Vec::with_capacity(document.blocks.len()), Vec::new());
    for (block, range) in document.blocks.iter().enumerate() {
        let text = document.block_text(range);
        let counts = CharCounts::of(text);
        fill_counts(&counts, &mut |column, value| matrix.set(block, column, value));
        fill_edges(&counts, text, &mut |column, value| matrix.set(block, column, value));
        words.push(counts.words as f32);
        visible.push((counts.chars - counts.spaces) as f32);
    }
    Sizes { words, visible }
}

fn fill_counts(counts: &CharCounts, set: &mut impl FnMut(C, f32)) {
    let words = counts.words as f32;
    let chars = counts.chars as f32;
    let letters = counts.letters as f32;
    set(C::Words, log(words));
    set(C::Chars, log(chars));
    set(C::TextDensity, text_density(counts));
    set(C::WordLength, share(letters + counts.digits as f32, words));
    set(C::LongestWord, counts.longest_word.min(60) as f32);
    set(C::Sentences, log(counts.sentence_ends as f32));
    set(C::SentenceWords, words / (1.0 + counts.sentence_ends as f32));
    set(C::UpperShare, share(counts.upper as f32, letters));
    set(C::CapitalisedShare, share(counts.capitalised as f32, words));
    set(C::DigitShare, share(counts.digits as f32, chars));
    set(C::NumberShare, share(counts.number_words as f32, words));
    set(C::PunctuationShare, share(counts.punctuation as f32, chars));
    set(C::CommaShare, share(counts.commas as f32, words));
    set(C::Currency, counts.currency.min(5) as f32);
    set(C::Percent, counts.percent.min(5) as f32);
    set(C::Separators, share(counts.separators as f32, words.max(1.0)));
    set(C::Braces, share(counts.braces as f32, words.max(1.0)));
    set(C::Quotes, log(counts.quotes as f32));
    set(C::Questions, counts.questions.min(5) as f32);
    set(C::Exclamations, counts.exclamations.min(5) as f32);
    set(C::Colons, counts.colons.min(5) as f32);
    set(C::Slashes, share(counts.slashes as f32, words.max(1.0)));
    set(C::AtSigns, counts.at_signs.min(5) as f32);
    set(C::Years, counts.years.min(5) as f32);
    set(C::UnspacedShare, share(counts.unspaced as f32, letters));
    set(C::LatinShare, share(counts.latin as f32, letters));
}

fn fill_edges(counts: &CharCounts, text: &str, set: &mut impl FnMut(C, f32)) {
    let flag = |is: bool| f32::from(u8::from(is));
    let last = text.trim_end_matches(['"', '”', '’', '\'', ')', '」', '』', '»', ']']).chars().next_back();
    let ends_with = |marks: &[char]| flag(last.is_some_and(|c| marks.contains(&c)));
    set(C::EndsSentence, ends_with(&['.', '!', '?', '。', '！', '？', '।', '۔', '؟', '．', '…']));
    set(C::EndsEllipsis, flag(text.ends_with('…') || text.ends_with("...")));
    set(C::EndsColon, ends_with(&[':', '：']));
    set(C::EndsMark, flag(counts.last.is_some_and(|c| "→›»>|•·▸▾▼↓+←".contains(c))));
    set(C::StartsLower, flag(counts.first.is_some_and(char::is_lowercase)));
    set(C::StartsDigit, flag(counts.first.is_some_and(char::is_numeric)));
    set(C::StartsMark, flag(counts.first.is_some_and(|c| !c.is_alphanumeric())));
}

/// Words on the full lines of a block wrapped at [`WRAP`] characters, for each such line; a block that fills no
/// line counts as one line.
fn text_density(counts: &CharCounts) -> f32 {
    let lines = counts.chars.div_ceil(WRAP);
    if lines <= 1 {
        return counts.words as f32;
    }
    let full = (lines - 1) as f32;
    let words_on_full_lines = counts.words as f32 * (full * WRAP as f32 / counts.chars as f32);
    words_on_full_lines / full
}
