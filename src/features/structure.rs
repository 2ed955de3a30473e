//! Columns that follow from tags: regions, enclosing containers, repeated paths, headings above.

use rustc_hash::FxHashMap;

use super::columns::Column as C;
use super::shallow::Sizes;
use super::{FeatureMatrix, log, share};
use crate::document::{Block, Document, Element};

/// Sums over an element and everything inside it.
#[derive(Clone, Copy, Default)]
struct Subtree {
    chars: f32,
    link_chars: f32,
    elements: f32,
    children: f32,
    /// How much the element looks like an article's body.
    score: f32,
}

pub(super) fn fill(document: &Document<'_>, sizes: &Sizes, matrix: &mut FeatureMatrix) {
    let words = &sizes.words;
    for (index, (block, &visible)) in document.blocks.iter().zip(&sizes.visible).enumerate() {
        fill_tags(block, visible, index, matrix);
    }
    let boxes = Boxes::of(document, words);
    boxes.fill(document, matrix);
    fill_paths(document, words, &boxes, matrix);
    fill_headings(document, matrix);
}

fn flag(is: bool) -> f32 {
    f32::from(u8::from(is))
}

fn fill_tags(block: &Block, visible: f32, index: usize, matrix: &mut FeatureMatrix) {
    let context = &block.context;
    let region = &context.region;
    let columns = [
        (C::LinkDensity, share(context.link_chars as f32, visible)),
        (C::Links, log(f32::from(context.links))),
        (C::InlineTags, log(f32::from(context.inline_tags))),
        (C::EmphasisShare, share(context.emphasis_chars as f32, visible)),
        (C::Heading, f32::from(context.heading)),
        (C::ListDepth, f32::from(context.list_depth.min(5))),
        (C::TableDepth, f32::from(context.table_depth.min(5))),
        (C::Depth, f32::from(context.depth)),
        (C::InNav, flag(region.nav)),
        (C::InHeader, flag(region.header)),
        (C::InFooter, flag(region.footer)),
        (C::InAside, flag(region.aside)),
        (C::InMain, flag(region.main)),
        (C::InArticle, flag(region.article)),
        (C::InForm, flag(region.form)),
        (C::InFigure, flag(region.figure)),
        (C::InQuote, flag(region.quote)),
        (C::InPre, flag(region.pre)),
        (C::InControl, flag(region.control)),
        (C::InDialog, flag(region.dialog)),
        (C::InNoscript, flag(region.noscript)),
        (C::IsHidden, flag(region.hidden)),
        (C::IsParagraph, flag(region.in_paragraph)),
        (C::IsListItem, flag(region.in_list_item)),
        (C::IsCell, flag(region.in_cell)),
        (C::IsDefinition, flag(region.in_definition)),
        (C::IsDiv, flag(region.in_bare_block)),
    ];
    for (column, value) in columns {
        matrix.set(index, column, value);
    }
}

/// Enclosing block-level elements with the sums over their insides.
struct Boxes<'d> {
    elements: &'d [Element],
    subtrees: Vec<Subtree>,
    best: usize,
    page: Subtree,
}

impl<'d> Boxes<'d> {
    fn of(document: &'d Document<'_>, words: &[f32]) -> Boxes<'d> {
        let elements = &document.elements[..];
        let mut subtrees: Vec<Subtree> = elements
            .iter()
            .map(|element| Subtree {
                chars: element.chars as f32,
                link_chars: element.link_chars as f32,
                elements: 1.0,
                ..Subtree::default()
            })
            .collect();
        let mut boxes = Boxes { elements, subtrees: Vec::new(), best: 0, page: Subtree::default() };
        for (block, &own) in document.blocks.iter().zip(words) {
            boxes.score(block, own, &mut subtrees);
        }
        // A parent stands before its children, so one backward pass sums every subtree.
        for index in (1..elements.len()).rev() {
            let inner = subtrees[index];
            let parent = elements[index].parent as usize;
            if parent != index {
                let outer = &mut subtrees[parent];
                outer.chars += inner.chars;
                outer.link_chars += inner.link_chars;
                outer.elements += inner.elements;
                outer.children += 1.0;
            }
        }
        boxes.page = subtrees.first().copied().unwrap_or_default();
        for subtree in &mut subtrees {
            subtree.score *= 1.0 - share(subtree.link_chars, subtree.chars);
        }
        boxes.best = (0..subtrees.len())
            .max_by(|&a, &b| subtrees[a].score.total_cmp(&subtrees[b].score).then(b.cmp(&a)))
            .unwrap_or(0);
        boxes.subtrees = subtrees;
        boxes
    }

    /// A block of running text speaks for its container, and less for the ones around it.
    fn score(&self, block: &Block, words: f32, subtrees: &mut [Subtree]) {
        if words < 8.0 || block.context.link_chars as f32 > words * 3.0 {
            return;
        }
        let mut weight = words.min(80.0);
        for container in self.ancestors(block.context.element).skip(1).take(3) {
            subtrees[container].score += weight;
            weight *= 0.6;
        }
    }

    /// The block-level elements around an element, innermost first.
    fn ancestors(&self, element: u32) -> impl Iterator<Item = usize> + use<'d> {
        let elements = self.elements;
        Element::ancestors(elements, element).filter(move |&at| elements[at].is_block)
    }

    fn fill(&self, document: &Document<'_>, matrix: &mut FeatureMatrix) {
        let best_path: Vec<usize> = self.ancestors(self.best as u32).collect();
        let best_score = self.subtrees.get(self.best).map_or(0.0, |subtree| subtree.score);
        let mut seen_best = false;
        for (index, block) in document.blocks.iter().enumerate() {
            self.fill_sums(block, index, matrix);
            let (mut inside, mut ratio, mut distance) = (false, 0.0_f32, 0);
            let mut shared = None;
            for (level, container) in self.ancestors(block.context.element).enumerate() {
                inside |= container == self.best;
                ratio = ratio.max(share(self.subtrees[container].score, best_score));
                if shared.is_none() {
                    shared = best_path.iter().position(|&at| at == container);
                    distance = level;
                }
            }
            seen_best |= inside;
            let common = shared.map_or(0, |at| best_path.len() - at);
            matrix.set(index, C::BestInside, flag(inside));
            matrix.set(index, C::BestRatio, ratio);
            matrix.set(index, C::BestShared, share(common as f32, best_path.len() as f32));
            matrix.set(index, C::BestDistance, distance.min(20) as f32);
            matrix.set(
                index,
                C::BestSide,
                if inside {
                    0.0
                } else if seen_best {
                    1.0
                } else {
                    -1.0
                },
            );
        }
    }

    fn fill_sums(&self, block: &Block, index: usize, matrix: &mut FeatureMatrix) {
        const SUMS: [[C; 3]; 4] = [
            [C::Box1Chars, C::Box1Density, C::Box1Links],
            [C::Box2Chars, C::Box2Density, C::Box2Links],
            [C::Box3Chars, C::Box3Density, C::Box3Links],
            [C::Box4Chars, C::Box4Density, C::Box4Links],
        ];
        let mut last = Subtree::default();
        let mut containers = self.ancestors(block.context.element);
        for (level, [chars, density, links]) in SUMS.into_iter().enumerate() {
            if let Some(container) = containers.next() {
                last = self.subtrees[container];
            }
            matrix.set(index, chars, log(last.chars));
            matrix.set(index, density, log(share(last.chars, last.elements)));
            matrix.set(index, links, share(last.link_chars, last.chars));
            match level {
                1 => {
                    matrix.set(index, C::Box2Share, share(last.chars, self.page.chars));
                    matrix.set(index, C::Box2Children, log(last.children));
                }
                3 => matrix.set(index, C::Box4Share, share(last.chars, self.page.chars)),
                _ => {}
            }
        }
    }
}

/// Sums over blocks or containers that share a path.
#[derive(Clone, Copy, Default)]
struct PathGroup {
    members: f32,
    words: f32,
    chars: f32,
    link_chars: f32,
}

fn fill_paths(document: &Document<'_>, words: &[f32], boxes: &Boxes<'_>, matrix: &mut FeatureMatrix) {
    let total: f32 = words.iter().sum();
    let path_of = |element: usize| document.elements.get(element).map_or(0, |element| element.path);
    let paths: Vec<u64> =
        document.blocks.iter().map(|block| path_of(block.context.element as usize)).collect();
    let outer: Vec<Option<usize>> =
        document.blocks.iter().map(|block| boxes.ancestors(block.context.element).nth(1)).collect();
    let mut groups: FxHashMap<u64, PathGroup> = FxHashMap::default();
    let mut box_groups: FxHashMap<u64, PathGroup> = FxHashMap::default();
    let mut last_box = None;
    for (index, block) in document.blocks.iter().enumerate() {
        let group = groups.entry(paths[index]).or_default();
        group.members += 1.0;
        group.words += words[index];
        group.chars += document.block_text(block).len() as f32;
        group.link_chars += block.context.link_chars as f32;
        let box_group = box_groups.entry(outer[index].map_or(0, path_of)).or_default();
        box_group.members += flag(last_box != Some(outer[index]));
        box_group.words += words[index];
        last_box = Some(outer[index]);
    }
    for index in 0..paths.len() {
        let group = groups[&paths[index]];
        let box_group = box_groups[&outer[index].map_or(0, path_of)];
        matrix.set(index, C::PathBlocks, log(group.members));
        matrix.set(index, C::PathWords, share(group.words, group.members));
        matrix.set(index, C::PathLinks, share(group.link_chars, group.chars));
        matrix.set(index, C::PathShare, share(group.words, total));
        matrix.set(index, C::BoxPathBlocks, log(box_group.members));
        matrix.set(index, C::BoxPathShare, share(box_group.words, total));
        matrix.set(index, C::SamePathBefore, flag(index > 0 && paths[index - 1] == paths[index]));
        matrix.set(index, C::SamePathAfter, flag(paths.get(index + 1) == Some(&paths[index])));
    }
}

fn fill_headings(document: &Document<'_>, matrix: &mut FeatureMatrix) {
    let first_h1 = document.blocks.iter().position(|block| block.context.heading == 1);
    let (mut since, mut level) = (0_u32, 0);
    for (index, block) in document.blocks.iter().enumerate() {
        matrix.set(index, C::SinceHeading, log(since as f32));
        matrix.set(index, C::HeadingAbove, f32::from(level));
        since += 1;
        if block.context.heading > 0 {
            (since, level) = (0, block.context.heading);
        }
        let since_h1 = first_h1.map_or(0.0, |h1| {
            let distance = log(index.abs_diff(h1) as f32 + 1.0);
            if index < h1 { -distance } else { distance }
        });
        matrix.set(index, C::SinceH1, since_h1);
    }
}
