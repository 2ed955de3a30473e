//! `dechaff explain`: one document in the terminal, coloured by label, with what decided each block.

use std::io::Write;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::options::{ModelArgs, SourceArgs};
use crate::Detection;
use crate::batch::{Picked, Wanted};
use crate::document::{Access, Label};
use crate::error::{Error, Result};
use crate::model::{Contribution, Pass, Reasoner, Reasons};
use crate::terminal::clean;

/// Show one document, coloured by label, with the features that decided each block
///
/// The document is a page or a text, or a record of a dump in any format that the other commands read. What has no format
/// that can be told is read as text.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    source: SourceArgs,
    /// Record of a dump: its number, from 1, or its id (`id=17` if that is a number) [default: the first]
    #[arg(long, value_name = "N|ID")]
    record: Option<Wanted>,
    /// Features to show for each block: so many that spoke for its being what it is taken for, and so many against
    #[arg(long, default_value_t = 3, value_name = "N")]
    features: usize,
    #[command(flatten)]
    model: ModelArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Explanation<'a> {
    input: &'a str,
    record: u64,
    id: &'a str,
    access: Access,
    access_probability: f32,
    /// Indices of the blocks that say that access is limited.
    access_evidence: Vec<usize>,
    blocks: Vec<ExplainedBlock<'a>>,
}

#[derive(Serialize)]
struct ExplainedBlock<'a> {
    text: &'a str,
    label: Label,
    probability: f32,
    content: f32,
    /// Which pass answered the question.
    decided_by: Pass,
    /// What spoke for the block being content, or paywall text if it is taken for that, loudest first.
    #[serde(rename = "for")]
    pro: Vec<ExplainedFeature>,
    /// What spoke against it.
    against: Vec<ExplainedFeature>,
}

#[derive(Serialize)]
struct ExplainedFeature {
    name: String,
    value: f32,
    weight: f32,
}

pub(super) fn run(args: &Args) -> Result<ExitCode> {
    let picked = args.source.pick(args.record.as_ref())?;
    let detector = args.model.detector()?;
    let detection = if picked.is_html {
        detector.detect_html(&picked.source)
    } else {
        detector.detect_text(&picked.source)
    };
    let model = detector.model();
    let matrix = model.features(&detection.document);
    let reasoner = Reasoner::new(model, detection.document.kind, &matrix);
    let explanation = Explanation {
        input: &picked.input,
        record: picked.number,
        id: &picked.id,
        access: detection.access(),
        access_probability: detection.verdict.probability,
        access_evidence: detection.verdict.evidence.clone(),
        blocks: explained_blocks(&detection, args.features, &reasoner),
    };
    let outcome = if args.json {
        let json =
            serde_json::to_string_pretty(&explanation).map_err(|error| Error::input("report", error))?;
        writeln!(std::io::stdout(), "{json}")
    } else {
        print(&explanation, &picked)
    };
    match outcome {
        // Who has seen enough need not see more.
        Err(source) if source.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::Io { place: "standard output".to_owned(), action: "write", source })
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}

impl From<Contribution> for ExplainedFeature {
    fn from(contribution: Contribution) -> ExplainedFeature {
        ExplainedFeature {
            name: contribution.slot.name(),
            value: contribution.value,
            weight: contribution.weight,
        }
    }
}

/// The contributions that spoke loudest for and against.
fn loudest(contributions: Vec<Contribution>, count: usize) -> [Vec<ExplainedFeature>; 2] {
    let (pro, against): (Vec<_>, Vec<_>) = contributions.into_iter().partition(|c| c.weight > 0.0);
    [pro, against].map(|side| side.into_iter().take(count).map(ExplainedFeature::from).collect())
}

fn explained_blocks<'a>(
    detection: &'a Detection<'_>,
    features: usize,
    reasoner: &Reasoner<'_>,
) -> Vec<ExplainedBlock<'a>> {
    let blocks = detection.blocks().zip(&detection.probabilities).enumerate();
    blocks
        .map(|(index, (block, probabilities))| {
            let Reasons { decided_by, contributions } = reasoner.reasons(index, block.label.is_paywall());
            let [pro, against] = loudest(contributions, features);
            ExplainedBlock {
                text: block.text,
                label: block.label,
                probability: block.probability,
                content: probabilities[Label::Content.index()],
                decided_by,
                pro,
                against,
            }
        })
        .collect()
}

fn print(explanation: &Explanation<'_>, picked: &Picked) -> std::io::Result<()> {
    let mut out = anstream::stdout().lock();
    if !picked.is_only {
        let (input, number, id) = (clean(&picked.input), picked.number, clean(&picked.id));
        writeln!(out, "record {number} of {input}, id {id}; --record N or --record ID shows another")?;
    }
    writeln!(out, "access: {} {:.2}", explanation.access, explanation.access_probability)?;
    for block in explanation.access_evidence.iter().filter_map(|&block| explanation.blocks.get(block)) {
        writeln!(out, "  because of: {}", shortened(block.text))?;
    }
    for block in &explanation.blocks {
        let style = style_of(block.label);
        writeln!(
            out,
            "{style}{:<16} {:.2}{style:#}  {}",
            block.label.name(),
            block.probability,
            shortened(block.text)
        )?;
        let dim = Style::new().dimmed();
        let group = if block.label.is_paywall() { "paywall" } else { "content" };
        if block.decided_by == Pass::First && !(block.pro.is_empty() && block.against.is_empty()) {
            writeln!(out, "{dim}{:>21}  decided by: first pass{dim:#}", "")?;
        }
        for (word, features) in [("for", &block.pro), ("against", &block.against)] {
            if !features.is_empty() {
                writeln!(out, "{dim}{:>21}  {word:>7} {group}: {}{dim:#}", "", listed(features))?;
            }
        }
    }
    Ok(())
}

fn listed(features: &[ExplainedFeature]) -> String {
    let features = features.iter().map(|f| format!("{} {:.2} ({:+.2})", f.name, f.value, f.weight));
    features.collect::<Vec<_>>().join(", ")
}

fn style_of(label: Label) -> Style {
    let colour = match label {
        Label::Content => AnsiColor::Green,
        label if label.is_paywall() => AnsiColor::Red,
        Label::Navigation | Label::Related => AnsiColor::Blue,
        Label::Newsletter | Label::Ad => AnsiColor::Magenta,
        _ => AnsiColor::Yellow,
    };
    colour.on_default()
}

/// The start of a long block: a terminal line's worth.
fn shortened(text: &str) -> String {
    const CHARS: usize = 90;
    let text = clean(text.chars().take(CHARS + 1).collect::<String>());
    if text.chars().count() > CHARS { text.chars().take(CHARS - 1).chain(['…']).collect() } else { text }
}
