//! What training keeps of a document.

use crate::corpus::{Flattening, LabelledDocument, excerpt, flatten};
use crate::document::{DocumentKind, LabelSet};
use crate::features::{Bags, FeatureMatrix, Layout, Vocabulary, attribute_bags, extract, word_bags};
use crate::segment::segment_text;

/// Excerpts that are taken of each text labelled by hand.
const EXCERPTS: u64 = 3;

/// A labelled document with the features that need no trained model.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Identity within its corpus.
    pub id: String,
    /// Its corpus.
    pub source: String,
    /// Its host; the unit of every split.
    pub host: String,
    /// Text or HTML.
    pub kind: DocumentKind,
    /// Whether it was made from another document of the corpus.
    pub is_variant: bool,
    /// Whether a human labelled every block.
    pub has_block_labels: bool,
    /// Whether the blocks are phrases that stand alone.
    pub is_list: bool,
    /// What each block may be.
    pub targets: Vec<LabelSet>,
    /// One line a block.
    pub(super) text: String,
    pub(super) matrix: FeatureMatrix,
    pub(super) layout: Layout,
    pub(super) attributes: Option<Bags>,
}

impl Prepared {
    fn of(document: &LabelledDocument, is_variant: bool) -> Prepared {
        let inner = &document.document;
        let mut text = String::new();
        for block in &inner.blocks {
            text.push_str(inner.block_text(block));
            text.push('\n');
        }
        Prepared {
            id: document.id.clone(),
            source: document.source.clone(),
            host: document.host.clone(),
            kind: inner.kind,
            is_variant,
            has_block_labels: document.truth.has_block_labels,
            is_list: document.truth.is_list,
            targets: document.targets.clone(),
            matrix: extract(inner),
            layout: Layout::of(inner),
            attributes: (inner.kind == DocumentKind::Html).then(|| attribute_bags(inner)),
            text,
        }
    }

    pub(super) fn word_bags(&self, vocabulary: &Vocabulary) -> Bags {
        word_bags(&segment_text(&self.text), vocabulary)
    }
}

/// Prepares a document for training: itself and, for a page, the texts that dumps make of it.
pub fn prepare(document: &LabelledDocument, seed: u64) -> Vec<Prepared> {
    let mut prepared = vec![Prepared::of(document, false)];
    let knows_content = document.targets.iter().any(|target| target.is_content() == Some(true))
        && (document.truth.main_content.is_some() || document.truth.has_block_labels);
    if document.document.kind == DocumentKind::Html && knows_content {
        // From cleaned with nothing left to raw, chosen by the page's identity.
        const SHARES: [f64; 4] = [0.0, 0.1, 0.25, 0.5];
        let draw = crc32fast::hash(document.id.as_bytes()) as usize % SHARES.len();
        for (way, flattening) in
            [Flattening::Everything, Flattening::Partial(SHARES[draw])].into_iter().enumerate()
        {
            prepared.push(Prepared::of(&flatten(document, flattening, seed.wrapping_add(way as u64)), true));
        }
    }
    if document.truth.has_block_labels {
        let whole = match document.document.kind {
            DocumentKind::Html => flatten(document, Flattening::Everything, seed),
            DocumentKind::Text => document.clone(),
        };
        if !whole.targets.is_empty() {
            prepared
                .extend((0..EXCERPTS).map(|n| Prepared::of(&excerpt(&whole, seed.wrapping_add(n)), true)));
        }
    }
    prepared
}
