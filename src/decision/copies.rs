//! The second copy of content that a page holds twice: once for wide screens, once for narrow ones.

use rustc_hash::FxHashMap;

use super::Decision;
use crate::document::{Document, DocumentKind, Label, N_LABELS};

/// A run of repeats is a copy when one of its blocks has as many bytes: a chorus or a table's cells repeat shorter lines.
const LONG: usize = 80;

/// Gives [`Label::Other`] to runs of kept blocks each of which an earlier kept block repeats word for word. A run of one block
/// is a copy only where other tags or classes stand around it than around the first: authors repeat a clause or a verse as they
/// wrote it before, page builders put a copy into a box of its own.
///
/// Only HTML has such copies; in text that somebody extracted, a repeated line is as likely the author's.
pub(super) fn drop_copies(
    document: &Document<'_>,
    probabilities: &[[f32; N_LABELS]],
    decisions: &mut [Decision],
) {
    if document.kind != DocumentKind::Html {
        return;
    }
    let mut seen: FxHashMap<&str, usize> = FxHashMap::default();
    // Repeats, each with the first of its kind.
    let mut run: Vec<(usize, usize)> = Vec::new();
    for index in 0..=decisions.len() {
        let text = match decisions.get(index) {
            Some(decision) if decision.label != Label::Content => continue,
            Some(_) => Some(document.block_text(&document.blocks[index])),
            None => None,
        };
        let first = text.map(|text| *seen.entry(text).or_insert(index));
        if let Some(first) = first.filter(|&first| first != index) {
            run.push((index, first));
            continue;
        }
        if is_copy(document, &run) {
            for &(copy, _) in &run {
                let probability = probabilities[copy][Label::Other.index()];
                decisions[copy] = Decision { label: Label::Other, probability };
            }
        }
        run.clear();
    }
}

fn is_copy(document: &Document<'_>, run: &[(usize, usize)]) -> bool {
    let path = |block: usize| {
        let element = document.blocks[block].context.element;
        document.elements.get(element as usize).map(|element| element.path)
    };
    match run {
        [(copy, first)] if path(*copy) == path(*first) => false,
        _ => run.iter().any(|&(copy, _)| document.blocks[copy].text.len() >= LONG),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Layout, decide, kept_text};
    use super::*;
    use crate::document::LabelSet;
    use crate::model::Thresholds;
    use crate::segment::{segment_html, segment_text};

    const STORY: &str =
        "The ferry stayed in the harbour for a third day while the wind blew from the north-west.";

    fn kept(document: &Document<'_>) -> String {
        let mut sure = [0.0; N_LABELS];
        sure[0] = 1.0;
        let decisions = decide(document, &vec![sure; document.blocks.len()], Thresholds::default());
        kept_text(document, &decisions, LabelSet::CONTENT, Layout::Fold).into_owned()
    }

    #[test]
    fn the_copy_for_small_screens_goes_with_its_short_lines() {
        let body = format!("<h1>No ferry</h1><p>{STORY}</p><p>More tomorrow.</p>");
        let page =
            format!("<div class=wide>{body}</div><div class=narrow>{body}</div><p>Who wrote this: nobody.");
        let once = format!("No ferry\n{STORY}\nMore tomorrow.\nWho wrote this: nobody.");
        assert_eq!(kept(&segment_html(&page)), once);
    }

    #[test]
    fn a_clause_that_stands_twice_is_the_authors_and_one_in_another_box_is_a_copy() {
        let twice = format!("<h2>Fees</h2><p>{STORY}</p><h2>Trips</h2><p>{STORY}</p>");
        assert_eq!(kept(&segment_html(&twice)).matches(STORY).count(), 2);
        let boxed = format!(
            "<div class=lead><p>{STORY}</p></div><p>More tomorrow.</p><div class=small><p>{STORY}</p></div>"
        );
        assert_eq!(kept(&segment_html(&boxed)).matches(STORY).count(), 1);
    }

    #[test]
    fn a_chorus_and_repeated_lines_of_text_stay() {
        let song = "<p>Row, row, row</p><p>down the long river</p><p>and home</p><p>Row, row, row</p><p>down the long river</p>";
        assert_eq!(kept(&segment_html(song)).lines().count(), 5);
        assert_eq!(kept(&segment_text(&format!("{STORY}\n{STORY}"))).lines().count(), 2);
    }
}
