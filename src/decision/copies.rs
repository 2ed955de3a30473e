//! The second copy of content that a page holds twice: once for wide screens, once for narrow ones.

use rustc_hash::FxHashSet;

use super::Decision;
use crate::document::{Document, DocumentKind, Label, N_LABELS};

/// A run of repeats is a copy when one of its blocks has as many bytes: a chorus or a table's cells repeat shorter lines.
const LONG: usize = 80;

/// Gives [`Label::Other`] to runs of kept blocks each of which an earlier kept block repeats word for word.
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
    let mut seen = FxHashSet::default();
    let mut run: Vec<usize> = Vec::new();
    for index in 0..=decisions.len() {
        let text = match decisions.get(index) {
            Some(decision) if decision.label != Label::Content => continue,
            Some(_) => Some(document.block_text(&document.blocks[index])),
            None => None,
        };
        if text.is_some_and(|text| !seen.insert(text)) {
            run.push(index);
            continue;
        }
        if run.iter().any(|&copy| document.blocks[copy].text.len() >= LONG) {
            for &copy in &run {
                let probability = probabilities[copy][Label::Other.index()];
                decisions[copy] = Decision { label: Label::Other, probability };
            }
        }
        run.clear();
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
    fn a_chorus_and_repeated_lines_of_text_stay() {
        let song = "<p>Row, row, row</p><p>down the long river</p><p>and home</p><p>Row, row, row</p><p>down the long river</p>";
        assert_eq!(kept(&segment_html(song)).lines().count(), 5);
        assert_eq!(kept(&segment_text(&format!("{STORY}\n{STORY}"))).lines().count(), 2);
    }
}
