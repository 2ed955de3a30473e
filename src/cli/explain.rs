//! `dechaff explain`: one document in the terminal, coloured by label, with what decided each block.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use serde::Serialize;

use super::options::{ModelArgs, read_document};
use crate::Detection;
use crate::document::{Access, Label};
use crate::error::{Error, Result};
use crate::model::Contribution;
use crate::segment::encoding;

/// Show one document, coloured by label, with the features that decided each block
#[derive(clap::Args)]
pub(super) struct Args {
    /// A text or an HTML page; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What the file is [default: HTML if its name ends in .html or .htm or it starts with `<`]
    #[arg(long, value_enum)]
    format: Option<Kind>,
    /// Features to show for each block: so many that spoke for its being what it is taken for, and so many against
    #[arg(long, default_value_t = 3, value_name = "N")]
    features: usize,
    #[command(flatten)]
    model: ModelArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Kind {
    Html,
    Text,
}

#[derive(Serialize)]
struct Explanation<'a> {
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
    let bytes = read_document(&args.file)?;
    let source = encoding::decode(&bytes, None);
    let detector = args.model.detector()?;
    let detection =
        if args.is_html(&source) { detector.detect_html(&source) } else { detector.detect_text(&source) };
    let matrix = detector.model().features(&detection.document);
    let explain = |block: usize| {
        let is_paywall = detection.decisions[block].label.is_paywall();
        let all = detector.model().contributions(detection.document.kind, &matrix, block, is_paywall);
        loudest(all, args.features)
    };
    let explanation = Explanation {
        access: detection.access(),
        access_probability: detection.verdict.probability,
        access_evidence: detection.verdict.evidence.clone(),
        blocks: explained_blocks(&detection, explain),
    };
    let outcome = if args.json {
        let json =
            serde_json::to_string_pretty(&explanation).map_err(|error| Error::input("report", error))?;
        writeln!(std::io::stdout(), "{json}")
    } else {
        print(&explanation)
    };
    outcome.map_err(|source| Error::Io { place: "standard output".to_owned(), action: "write", source })?;
    Ok(ExitCode::SUCCESS)
}

impl Args {
    fn is_html(&self, source: &str) -> bool {
        let by_name = || {
            let extension = self.file.extension().and_then(|extension| extension.to_str());
            match extension.map(str::to_ascii_lowercase).as_deref() {
                Some("html" | "htm" | "xhtml") => Some(true),
                Some("txt") => Some(false),
                _ => None,
            }
        };
        let named = self.format.map(|kind| kind == Kind::Html).or_else(by_name);
        named.unwrap_or_else(|| source.trim_start().starts_with('<'))
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
    explain: impl Fn(usize) -> [Vec<ExplainedFeature>; 2],
) -> Vec<ExplainedBlock<'a>> {
    let blocks = detection.blocks().zip(&detection.probabilities).enumerate();
    blocks
        .map(|(index, (block, probabilities))| {
            let [pro, against] = explain(index);
            ExplainedBlock {
                text: block.text,
                label: block.label,
                probability: block.probability,
                content: probabilities[Label::Content.index()],
                pro,
                against,
            }
        })
        .collect()
}

fn print(explanation: &Explanation<'_>) -> std::io::Result<()> {
    let mut out = anstream::stdout().lock();
    writeln!(out, "access: {} {:.2}", explanation.access, explanation.access_probability)?;
    for &block in &explanation.access_evidence {
        writeln!(out, "  because of: {}", shortened(explanation.blocks[block].text))?;
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
    // Control characters of a hostile page must not reach the terminal.
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(CHARS + 1).collect();
    if clean.chars().count() > CHARS { clean.chars().take(CHARS - 1).chain(['…']).collect() } else { clean }
}
