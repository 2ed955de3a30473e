//! Long lines to sentences, so that what a dump joined into one line can be told apart.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// Bytes of a line from which on it is cut. Paragraphs are shorter; extractors that join a page's lines make longer ones.
pub(super) const LONG_LINE: usize = 600;
/// A word that ends in a full stop and has at most so many letters may be an abbreviation.
const ABBREVIATION: usize = 3;

/// The sentences of a line, as ranges of it without white space at their ends. Boundaries are those of Unicode (UAX #29), but
/// for one behind what may be an abbreviation.
pub(super) fn sentences(line: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut ends = ends(line).peekable();
    let mut start = 0;
    std::iter::from_fn(move || {
        let mut end = ends.next()?;
        while let Some(next) = ends.next_if(|_| !is_end(&line[start..end])) {
            end = next;
        }
        Some(std::mem::replace(&mut start, end)..end)
    })
    .filter_map(|range| {
        let sentence = &line[range.clone()];
        let start = range.start + sentence.len() - sentence.trim_start().len();
        let end = start + sentence.trim().len();
        (start < end).then_some(start..end)
    })
}

/// Where sentences end by UAX #29, the line's own end included.
fn ends(line: &str) -> impl Iterator<Item = usize> + '_ {
    let is_plain = line.is_ascii() && memchr::memchr2(b'\r', b'\n', line.as_bytes()).is_none();
    let plain = is_plain.then(|| {
        let marks = memchr::memchr3_iter(b'.', b'!', b'?', line.as_bytes());
        marks.filter_map(|mark| end_behind(line, mark)).chain((!line.is_empty()).then_some(line.len()))
    });
    let other = (!is_plain).then(|| line.split_sentence_bound_indices().map(|(at, piece)| at + piece.len()));
    plain.into_iter().flatten().chain(other.into_iter().flatten())
}

/// Where a sentence ends behind a mark in ASCII text, if it does. The rules look no further back than the letter before the
/// mark and no further ahead than the next letter or mark; most bytes of a long line need not be looked at.
fn end_behind(line: &str, mark: usize) -> Option<usize> {
    let from = mark.saturating_sub(1);
    let rest = &line.as_bytes()[mark + 1..];
    let ahead = rest.iter().position(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'.' | b'!' | b'?'));
    let to = ahead.map_or(line.len(), |ahead| mark + 1 + ahead + 1);
    let bounds = line[from..to].split_sentence_bound_indices().map(|(at, _)| from + at);
    bounds.into_iter().find(|&bound| bound > mark && bound < to)
}

/// Whether a sentence may end where Unicode says so: not after `Mr.`, `J.` or `z. B.`, nor where nothing was said yet.
fn is_end(sentence: &str) -> bool {
    let Some(before) = sentence.trim_end().strip_suffix('.') else {
        return sentence.contains(char::is_alphanumeric);
    };
    let letters = before.chars().rev().take_while(|c| c.is_alphanumeric()).take(ABBREVIATION + 1);
    let word: Vec<char> = letters.collect();
    let is_short =
        word.len() <= ABBREVIATION && word.last().is_some_and(|c| c.is_uppercase() || word.len() == 1);
    !is_short || word.iter().all(|c| c.is_numeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn ends_of_plain_text_are_those_of_unicode(line in "[aBz19 .!?,;:\"'()\\-\t_$]{0,40}") {
            let unicode: Vec<usize> =
                line.split_sentence_bound_indices().map(|(at, piece)| at + piece.len()).collect();
            proptest::prop_assert_eq!(ends(&line).collect::<Vec<_>>(), unicode);
        }
    }

    fn cut(line: &str) -> Vec<&str> {
        sentences(line).map(|range| &line[range]).collect()
    }

    #[test]
    fn a_line_is_cut_where_sentences_end_in_any_script() {
        assert_eq!(
            cut("One is here.  Two “is” there! 3.5 is three? "),
            ["One is here.", "Two “is” there!", "3.5 is three?"]
        );
        assert_eq!(cut("渡し船が再開した。村は喜んだ！"), ["渡し船が再開した。", "村は喜んだ！"]);
        assert_eq!(cut("नाव चली। लोग आए।"), ["नाव चली।", "लोग आए।"]);
        assert_eq!(cut("no end at all"), ["no end at all"]);
        assert_eq!(cut("  "), Vec::<&str>::new());
    }

    #[test]
    fn abbreviations_end_no_sentence_and_years_do() {
        assert_eq!(cut("Mr. Smith met J. Carter. They left."), ["Mr. Smith met J. Carter.", "They left."]);
        assert_eq!(cut("It closed in 1996. Then it rained."), ["It closed in 1996.", "Then it rained."]);
    }
}
