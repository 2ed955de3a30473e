//! Agreement with the page's title, description and JSON-LD body.

use rustc_hash::FxHashSet;

use super::columns::Column as C;
use super::{FeatureMatrix, share};
use crate::document::Document;
use crate::words::{gram_hash, word_hashes};

/// Words of a block that are compared; more tell nothing new about agreement with a title.
const MAX_WORDS: usize = 400;

pub(super) fn fill(document: &Document<'_>, matrix: &mut FeatureMatrix) {
    let metadata = &document.metadata;
    let title = if metadata.headline.is_empty() {
        if metadata.og_title.is_empty() { &metadata.title } else { &metadata.og_title }
    } else {
        &metadata.headline
    };
    let title: FxHashSet<u64> = word_hashes(title).collect();
    let description: FxHashSet<u64> = word_hashes(&metadata.description).collect();
    let body = pairs(&word_hashes(&metadata.article_body).collect::<Vec<_>>());
    let mut own = Vec::new();
    for (index, block) in document.blocks.iter().enumerate() {
        own.clear();
        own.extend(word_hashes(document.block_text(block)).take(MAX_WORDS));
        let (shared, cover) = overlap(&own, &title);
        matrix.set(index, C::TitleShare, shared);
        matrix.set(index, C::TitleCover, cover);
        let (shared, cover) = overlap(&own, &description);
        matrix.set(index, C::DescriptionShare, shared);
        matrix.set(index, C::DescriptionCover, cover);
        matrix.set(index, C::BodyShare, body_share(&own, &body));
    }
}

/// Share of `own` that is in `other`, and share of `other` that is in `own`.
fn overlap(own: &[u64], other: &FxHashSet<u64>) -> (f32, f32) {
    if other.is_empty() || own.is_empty() {
        return (0.0, 0.0);
    }
    let mut hits: Vec<u64> = own.iter().copied().filter(|word| other.contains(word)).collect();
    let share_of_own = share(hits.len() as f32, own.len() as f32);
    hits.sort_unstable();
    hits.dedup();
    (share_of_own, share(hits.len() as f32, other.len() as f32))
}

fn pairs(words: &[u64]) -> FxHashSet<u64> {
    words.windows(2).map(gram_hash).collect()
}

fn body_share(own: &[u64], body: &FxHashSet<u64>) -> f32 {
    if body.is_empty() || own.len() < 2 {
        return -1.0;
    }
    let hits = own.windows(2).filter(|pair| body.contains(&gram_hash(pair))).count();
    share(hits as f32, (own.len() - 1) as f32)
}
