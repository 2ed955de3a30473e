//! Phrases that mean the same on every page ("Log in", "Reject all"), in many languages.
//!
//! They sort the chaff of pages whose content alone is known: a block that is nothing but such a phrase, outside the
//! content, has the phrase's label. A phrase of a list of our own is known by its text and teaches word evidence too;
//! one that was read on pages whose text may not be copied is known by its hash.

use rustc_hash::FxHashMap;

use super::{LabelledDocument, LineLabels};
use crate::document::LabelSet;

/// The phrases of all lists, by the CRC-32 of their folded text.
#[derive(Debug, Default)]
pub struct Phrases {
    labels: FxHashMap<u32, LabelSet>,
}

impl Phrases {
    /// Collects the phrases of the lists among some documents, and those that are known by their hash.
    pub fn of(documents: &[LabelledDocument], hashed: &LineLabels) -> Phrases {
        let mut labels: FxHashMap<u32, LabelSet> = hashed.phrases().collect();
        let steady =
            |document: &&LabelledDocument| document.truth.is_list && !document.truth.is_context_dependent;
        for list in documents.iter().filter(steady) {
            for (block, &target) in list.document.blocks.iter().zip(&list.targets) {
                let phrase = hash(list.document.block_text(block));
                let known = labels.entry(phrase).or_insert(LabelSet::NONE);
                *known = known.union(target);
            }
        }
        Phrases { labels }
    }

    /// The labels of a block that is nothing but a phrase.
    pub fn labels_of(&self, text: &str) -> Option<LabelSet> {
        self.labels.get(&hash(text)).copied()
    }

    /// Gives the unsorted chaff of a document its labels, where it is known phrases. A block of which nothing is known
    /// gets a label only if the phrase is paywall text: that is chaff wherever it stands alone.
    pub fn apply(&self, document: &mut LabelledDocument) {
        for (block, target) in document.document.blocks.iter().zip(&mut document.targets) {
            let is_unsorted = *target == LabelSet::CHAFF;
            if !is_unsorted && !target.is_empty() {
                continue;
            }
            if let Some(labels) = self.labels_of(document.document.block_text(block))
                && (is_unsorted || labels.is_within(LabelSet::PAYWALL) == Some(true))
            {
                *target = labels;
            }
        }
    }
}

/// What a phrase is known by.
fn hash(text: &str) -> u32 {
    crc32fast::hash(fold(text).as_bytes())
}

/// Lower case, every digit 0, one kind of apostrophe, single spaces.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().flat_map(char::to_lowercase).map(|c| match c {
            '0'..='9' => '0',
            '’' => '\'',
            c => c,
        }));
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::parse_record;
    use crate::document::Label;

    #[test]
    fn phrases_sort_chaff_and_leave_content_alone() {
        let lists = [
            parse_record(r#"{"id":"l","label":"login_prompt","phrases":["Log in","More"]}"#, "p").unwrap(),
            parse_record(r#"{"id":"r","label":"related","phrases":["More"]}"#, "p").unwrap(),
        ];
        let phrases = Phrases::of(&lists, &LineLabels::default());
        let page = r#"{"id":"a","lines":["LOG  IN","More","Log in","Log in now"],"content":[2]}"#;
        let mut page = parse_record(page, "p").unwrap();
        phrases.apply(&mut page);
        let either = LabelSet::from(Label::LoginPrompt).with(Label::Related);
        assert_eq!(page.targets, [Label::LoginPrompt.into(), either, LabelSet::CONTENT, LabelSet::CHAFF]);
    }
}
