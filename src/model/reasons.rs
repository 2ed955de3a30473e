//! What spoke for and against a block's being what it is taken for.

use serde::Serialize;

use super::{Model, UNDECIDED_CONTENT, UNDECIDED_PAYWALL, is_open};
use crate::document::DocumentKind;
use crate::features::{Column, FeatureMatrix, Slot};
use crate::math::sigmoid;

/// What a slot added to the log-odds of a block's being content, or paywall text.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// The feature.
    pub slot: Slot,
    /// Its value.
    pub value: f32,
    /// What it added; negative where it spoke against.
    pub weight: f32,
}

/// Which classifier answered a question about a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Pass {
    /// The linear one: the block is clear at first sight.
    #[serde(rename = "first_pass")]
    First,
    /// The one that sees what the first said of the blocks around.
    #[serde(rename = "second_pass")]
    Second,
}

/// Why a block is or is not what was asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Reasons {
    /// Which classifier answered.
    pub decided_by: Pass,
    /// What spoke for and against in its eyes, strongest first.
    pub contributions: Vec<Contribution>,
}

/// Gives the reasons for the blocks of one document.
pub struct Reasoner<'a> {
    model: &'a Model,
    kind: DocumentKind,
    matrix: &'a FeatureMatrix,
    /// What the first pass over content saw, and what that over paywall text did: neither its own answers nor later ones.
    before_content: FeatureMatrix,
    before_paywall: FeatureMatrix,
}

impl<'a> Reasoner<'a> {
    /// For a document's matrix, as [`Model::features`] makes it.
    pub fn new(model: &'a Model, kind: DocumentKind, matrix: &'a FeatureMatrix) -> Reasoner<'a> {
        let before_content = without(matrix, is_answer_on_content);
        let before_paywall = without(&before_content, is_answer_on_paywall);
        Reasoner { model, kind, matrix, before_content, before_paywall }
    }

    /// Why a block is or is not content or, with `paywall`, paywall text, in the eyes of the pass that decided.
    pub fn reasons(&self, block: usize, paywall: bool) -> Reasons {
        let model = self.model.block_model(self.kind);
        let (column, undecided, first, second) = if paywall {
            (Column::First, UNDECIDED_PAYWALL, &self.model.first_pass, &model.paywall)
        } else {
            (Column::FirstContent, UNDECIDED_CONTENT, &model.first_pass, &model.content)
        };
        let before = if paywall { &self.before_paywall } else { &self.before_content };
        let seen = first.contributions(before, block);
        let (decided_by, mut contributions) = if is_open(sigmoid(self.matrix.get(block, column)), undecided) {
            let mut contributions = second.contributions(self.matrix, block);
            look_behind(column, &seen, &mut contributions);
            (Pass::Second, contributions)
        } else {
            (Pass::First, seen)
        };
        contributions.retain(|contribution| contribution.weight != 0.0);
        contributions.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
        Reasons { decided_by, contributions }
    }
}

/// What the first pass said of a block explains nothing by itself: its weight goes to what it saw, in proportion.
fn look_behind(column: Column, seen: &[Contribution], contributions: &mut Vec<Contribution>) {
    let own = Slot { column, offset: 0 };
    let total: f32 = seen.iter().map(|reason| reason.weight.abs()).sum();
    let Some(at) = contributions.iter().position(|c| c.slot == own).filter(|_| total > 0.0) else { return };
    let scale = contributions.swap_remove(at).weight.abs() / total;
    for reason in seen {
        let weight = reason.weight * scale;
        match contributions.iter_mut().find(|c| c.slot == reason.slot) {
            Some(known) => known.weight += weight,
            None => contributions.push(Contribution { weight, ..reason.clone() }),
        }
    }
}

fn is_answer_on_paywall(column: Column) -> bool {
    use Column as C;
    matches!(column, C::First | C::FirstNext | C::FirstRun | C::FirstPart | C::FirstPage)
}

fn is_answer_on_content(column: Column) -> bool {
    use Column as C;
    matches!(
        column,
        C::FirstContent
            | C::FirstContentNext
            | C::FirstContentRun
            | C::FirstContentPart
            | C::FirstContentPage
            | C::FirstContentShare
            | C::FirstContentRank
            | C::FirstContentAbove
            | C::FirstContentPath
            | C::FirstContentBoxPath
    )
}

/// The matrix before some columns were filled.
fn without(matrix: &FeatureMatrix, is_empty: impl Fn(Column) -> bool) -> FeatureMatrix {
    let mut before = matrix.clone();
    for &column in Column::ALL.iter().filter(|&&column| is_empty(column)) {
        (0..before.n_blocks()).for_each(|block| before.set(block, column, 0.0));
    }
    before
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Detector;
    use crate::segment::{segment_html, segment_text};

    #[test]
    fn the_reasons_of_the_first_pass_add_up_to_what_it_said() {
        let detector = Detector::new().unwrap();
        let model = detector.model();
        let lines = [
            "The council voted on Tuesday to reopen the ferry, which had been out of service since March.",
            "Repairs took longer than planned because the engine had to come from abroad, a spokesman said.",
            "Only in our weekend edition",
            "Subscribe now",
            "Log in",
        ];
        for document in [segment_text(&lines.join("\n")), segment_html(&lines.join("<p>"))] {
            let matrix = model.features(&document);
            let reasoner = Reasoner::new(model, document.kind, &matrix);
            let content = &model.block_model(document.kind).first_pass;
            let mut firsts = 0;
            for block in 0..matrix.n_blocks() {
                for (paywall, column, first) in
                    [(false, Column::FirstContent, content), (true, Column::First, &model.first_pass)]
                {
                    let Reasons { decided_by, contributions } = reasoner.reasons(block, paywall);
                    if decided_by == Pass::Second {
                        continue;
                    }
                    firsts += 1;
                    let sum: f32 = contributions.iter().map(|reason| reason.weight).sum();
                    let (sum, said) = (sum + first.bias, matrix.get(block, column));
                    assert!(
                        (sum - said).abs() < 0.01 || sum.abs() > 11.0,
                        "{block} {column:?}: {sum} {said}"
                    );
                }
            }
            assert!(firsts > 0, "the first pass decides nothing");
        }
    }
}
