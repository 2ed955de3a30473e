//! `dechaff filter`: each record back with its content only.

use std::process::ExitCode;

use clap::ValueEnum;

use super::options::DumpArgs;
use super::sizes::parse_loss;
use crate::batch::{FilterOptions, Markup, Task, With};
use crate::decision::Layout;
use crate::document::{Label, LabelSet, UnknownLabel};
use crate::error::Result;

/// Clean a dump: each record comes back with its content only
///
/// A record keeps every field in order. Of a text the chaff is cut out, and what is kept stays byte for byte; of a page the
/// kept content becomes the text, one block a line, and the HTML is left out. Blocks go, documents stay, unless --drop-gated or --min-words says otherwise.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    dump: DumpArgs,
    /// Labels to keep, besides content; for example `comment,metadata`. `paywall` stands for the five paywall labels
    #[arg(long, value_name = "LABEL,…", value_delimiter = ',', value_parser = parse_label)]
    keep: Vec<LabelSet>,
    /// Labels to drop, and no others; for example `paywall,consent`
    #[arg(long, value_name = "LABEL,…", value_delimiter = ',', value_parser = parse_label, conflicts_with = "keep")]
    drop: Vec<LabelSet>,
    /// Leave out pages whose text is cut off by a wall
    #[arg(long)]
    drop_gated: bool,
    /// Leave out records with fewer kept words
    ///
    /// Words are runs of letters and digits. Where no spaces part them, letters are counted: two a word in Chinese and
    /// Japanese, four in Thai, Lao, Khmer and Burmese.
    #[arg(long, value_name = "N", default_value_t = 0)]
    min_words: usize,
    /// How the kept text is written; Markdown keeps headings, lists, links, tables and code of HTML pages
    #[arg(long, value_enum, default_value = "plain", value_name = "FORMAT")]
    text_format: TextFormat,
    /// How plain text is laid out
    #[arg(long, value_enum, default_value = "keep", value_name = "HOW")]
    layout: LayoutName,
    /// Keep the HTML field
    #[arg(long)]
    keep_html: bool,
    /// Add what was found out: access, labels (blocks by label), language, host; of WARC, date and HTTP status
    ///
    /// A field that the record has already stays, and the new one is called dechaff_NAME (dechaff_NAME_2, …). Parquet gets columns; WET carries
    /// the date in any case, and nothing else.
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',')]
    with: Vec<With>,
    /// Lose at most this share of content words, as measured on held-out pages: `0.1%`, or `0.001`
    ///
    /// Without the sign of percent, values above 0.05 are refused: 0.5 would be half of all content.
    #[arg(long, value_name = "SHARE", value_parser = parse_loss)]
    max_content_loss: Option<f64>,
}

#[derive(Clone, Copy, ValueEnum)]
enum TextFormat {
    /// One block a line
    Plain,
    /// Markdown
    Markdown,
}

#[derive(Clone, Copy, ValueEnum)]
enum LayoutName {
    /// Text stays byte for byte, but for dropped lines and one of two blank lines that then meet; code of pages keeps its lines
    Keep,
    /// One block a line, without the white space around it
    Fold,
}

pub(super) fn run(args: &Args) -> Result<ExitCode> {
    let mut detector = args.dump.detector()?;
    if let Some(share) = args.max_content_loss {
        detector = detector.with_max_content_loss(share as f32);
    }
    let keep = match args.drop[..] {
        [] => args.keep.iter().fold(LabelSet::CONTENT, |set, &labels| set.union(labels)),
        _ => args.drop.iter().fold(LabelSet::ALL, |set, &labels| set.without(labels)),
    };
    let task = Task::Filter(FilterOptions {
        keep,
        drop_gated: args.drop_gated,
        min_words: args.min_words,
        keep_html: args.keep_html,
        markup: match args.text_format {
            TextFormat::Plain => Markup::Plain,
            TextFormat::Markdown => Markup::Markdown,
        },
        layout: match args.layout {
            LayoutName::Keep => Layout::Keep,
            LayoutName::Fold => Layout::Fold,
        },
        with: args.with.iter().copied().collect(),
    });
    args.dump.run(&detector, task)
}

/// A label, or the name of the paywall group.
fn parse_label(name: &str) -> std::result::Result<LabelSet, UnknownLabel> {
    if name == "paywall" { Ok(LabelSet::PAYWALL) } else { name.parse::<Label>().map(LabelSet::from) }
}
