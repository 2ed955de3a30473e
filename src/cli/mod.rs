//! The command line: argument parsing and printing, one file a subcommand.

mod annotate;
mod evaluate;
mod explain;
mod filter;
mod options;
mod train;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

const EXIT_REJECTS: u8 = 1;
const EXIT_FAILED: u8 = 2;

/// Find the chaff in scraped text and HTML: paywall notices, subscribe prompts, pricing tiers, navigation and every
/// other kind of boilerplate.
#[derive(Parser)]
#[command(version, max_term_width = 110, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Examples:
  dechaff filter crawl.warc.gz -o clean.jsonl.zst      clean a crawl
  dechaff filter dump.jsonl --drop-gated --min-words 50 > clean.jsonl
  dechaff annotate pages/ -o labels.jsonl              label every block of a folder of pages
  dechaff explain article.txt                          see one document, and why

Labels: content, meter_notice, subscribe_prompt, pricing_tier, plan_benefits, login_prompt,
newsletter, consent, navigation, related, share, ad, metadata, comment, legal, other.

Exit code: 0 done; 1 done, but some records were rejected; 2 nothing could be done.";

#[derive(Subcommand)]
enum Command {
    Filter(filter::Args),
    Annotate(annotate::Args),
    Train(train::Args),
    Evaluate(evaluate::Args),
    Explain(explain::Args),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Filter(args) => filter::run(&args),
        Command::Annotate(args) => annotate::run(&args),
        Command::Train(args) => train::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Explain(args) => explain::run(&args),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("dechaff: {error}");
        ExitCode::from(EXIT_FAILED)
    })
}
