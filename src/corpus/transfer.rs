//! Labels of a page's lines to the blocks of the same page as HTML.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use super::LabelledDocument;
use crate::document::LabelSet;

/// Gives an HTML page the labels that a human gave to its lines. Block and line must have the same text; of several
/// with the same text the first unused line goes to the first block.
///
/// What is content stays as the page's main content says, because word scores are measured against that: a block on
/// which it and the human disagree has no label.
pub fn transfer_labels(lines: &LabelledDocument, page: &mut LabelledDocument) {
    let mut by_text: FxHashMap<&str, VecDeque<LabelSet>> = FxHashMap::default();
    for (block, &target) in lines.document.blocks.iter().zip(&lines.targets) {
        by_text.entry(lines.document.block_text(block)).or_default().push_back(target);
    }
    let has_content = page.truth.main_content.is_some();
    for (block, target) in page.document.blocks.iter().zip(&mut page.targets) {
        let queue = by_text.get_mut(page.document.block_text(block).trim());
        // The last line with a text stands for any further block with it.
        let labels =
            queue.and_then(|queue| if queue.len() > 1 { queue.pop_front() } else { queue.front().copied() });
        *target = match (labels, has_content) {
            (None, true) => *target,
            (None, false) => LabelSet::NONE,
            (Some(labels), false) => labels,
            (Some(labels), true) => agreed(*target, labels),
        };
    }
    page.truth.has_block_labels = true;
    page.truth.access = lines.truth.access;
}

fn agreed(aligned: LabelSet, labels: LabelSet) -> LabelSet {
    match (aligned.is_content(), labels.is_content()) {
        (Some(true), Some(true) | None) => LabelSet::CONTENT,
        (Some(false), Some(false)) => labels,
        (None, _) => labels,
        _ => LabelSet::NONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::parse_record;
    use crate::document::Label;

    #[test]
    fn equal_texts_keep_their_order_and_content_is_as_aligned() {
        let lines = r#"{"id":"a","blocks":[{"text":"Plus","label":"navigation"},{"text":"A long story told.","label":
            "content"},{"text":"Plus","label":"pricing_tier"},{"text":"By Ann","label":"content"}]}"#;
        let html = "<nav>Plus</nav><p>A long story told.</p><p>Plus</p><p>By Ann</p><p>unknown</p>";
        let page = serde_json::json!({"id": "a", "html": html, "main_content": "A long story told."});
        let mut page = parse_record(&page.to_string(), "c").unwrap();
        transfer_labels(&parse_record(lines, "c").unwrap(), &mut page);
        let labels = [Label::Navigation, Label::Content, Label::PricingTier].map(LabelSet::from);
        assert_eq!(page.targets[..3], labels);
        assert_eq!(page.targets[3..], [LabelSet::NONE, LabelSet::CHAFF]);
    }
}
