//! Which blocks of a page belong together: those with the same path, and those in containers with the same path.

use rustc_hash::FxHashMap;

use super::share;
use crate::document::{Document, DocumentKind};

/// The groups of a page's blocks; empty for text.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// Group of each block by its own path.
    paths: Groups,
    /// Group of each block by the path of its second container.
    box_paths: Groups,
}

/// A group for each block.
#[derive(Clone, Debug, Default)]
struct Groups {
    of: Vec<u32>,
    count: usize,
}

impl Groups {
    fn by_key(keys: impl Iterator<Item = u64>) -> Groups {
        let mut known: FxHashMap<u64, u32> = FxHashMap::default();
        let of = keys
            .map(|key| {
                let next = known.len() as u32;
                *known.entry(key).or_insert(next)
            })
            .collect();
        Groups { of, count: known.len() }
    }

    fn means(&self, sums: &[(f32, f32)]) -> Vec<f32> {
        let mut totals = vec![(0.0, 0.0); self.count];
        for (&group, &sum) in self.of.iter().zip(sums) {
            totals[group as usize].0 += sum.0;
            totals[group as usize].1 += sum.1;
        }
        self.of.iter().map(|&group| share(totals[group as usize].0, totals[group as usize].1)).collect()
    }
}

impl Layout {
    /// The groups of a document's blocks.
    pub fn of(document: &Document<'_>) -> Layout {
        if document.kind == DocumentKind::Text {
            return Layout::default();
        }
        // The innermost container of each element, itself if it is block-level; parents come first.
        let mut containers: Vec<u32> = Vec::with_capacity(document.elements.len());
        let (mut parents, mut paths) = (Vec::new(), Vec::new());
        for element in &document.elements {
            let outer = containers.get(element.parent as usize).copied();
            containers.push(match outer {
                Some(outer) if !element.is_block => outer,
                outer => {
                    let own = parents.len() as u32;
                    parents.push(outer.unwrap_or(own));
                    paths.push(element.path);
                    own
                }
            });
        }
        let elements = || document.blocks.iter().map(|block| block.context.element as usize);
        let containers: Vec<u32> = elements().map(|at| containers.get(at).copied().unwrap_or(0)).collect();
        if parents.is_empty() {
            return Layout::default();
        }
        let second = |&container: &u32| paths[parents[container as usize] as usize];
        Layout {
            paths: Groups::by_key(elements().map(|at| document.elements.get(at).map_or(0, |e| e.path))),
            box_paths: Groups::by_key(containers.iter().map(second)),
        }
    }

    /// Whether there are no tags to group by.
    pub fn is_empty(&self) -> bool {
        self.paths.of.is_empty()
    }

    /// Weighed mean of a value over the blocks with each block's path, and over those whose second container has the same.
    /// `sums` holds value times weight and weight, one pair a block.
    pub(super) fn path_means(&self, sums: &[(f32, f32)]) -> [Vec<f32>; 2] {
        [self.paths.means(sums), self.box_paths.means(sums)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::segment_html;

    #[test]
    fn blocks_are_grouped_by_path() {
        let page = "<body><main><p class=a>one<p class=a>two</main><aside><p class=a>three</aside></body>";
        let layout = Layout::of(&segment_html(page));
        let sums = [(1.0, 1.0), (3.0, 1.0), (8.0, 2.0)];
        assert_eq!(layout.path_means(&sums)[0], [2.0, 2.0, 4.0]);
        assert_eq!(layout.path_means(&sums)[1], [2.0, 2.0, 4.0]);
    }

    #[test]
    fn a_text_has_no_layout() {
        assert!(Layout::of(&crate::segment::segment_text("one\ntwo")).is_empty());
    }
}
