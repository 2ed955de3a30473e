//! The command line: argument parsing and printing, one file a subcommand.

mod annotate;
mod evaluate;
mod explain;
mod filter;
mod inputs;
mod label;
mod merge;
mod options;
mod report;
mod sample;
mod signals;
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
  dechaff filter 'crawl/*.warc.gz' -o clean/           many files, one by one; the same command goes on after a stop
  dechaff annotate pages/ -o labels.jsonl              label every block of a folder of pages
  dechaff explain article.txt                          see one document, and why

Labels: content, meter_notice, subscribe_prompt, pricing_tier, plan_benefits, login_prompt,
newsletter, consent, navigation, related, share, ad, metadata, comment, legal, other.

Exit code: 0 done; 1 done, but some records or inputs were rejected; 2 nothing could be done;
130 or 143 stopped by a signal.";

#[derive(Subcommand)]
enum Command {
    Filter(filter::Args),
    Annotate(annotate::Args),
    Report(report::Args),
    Label(label::Args),
    Sample(sample::Args),
    Merge(merge::Args),
    Train(train::Args),
    Evaluate(evaluate::Args),
    Explain(explain::Args),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Filter(args) => filter::run(&args),
        Command::Annotate(args) => annotate::run(&args),
        Command::Label(args) => label::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Sample(args) => sample::run(&args),
        Command::Merge(args) => merge::run(&args),
        Command::Train(args) => train::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Explain(args) => explain::run(&args),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("dechaff: {error}");
        ExitCode::from(EXIT_FAILED)
    })
}

/// A share as `0.1%` or `0.001`.
fn parse_share(text: &str) -> Result<f64, String> {
    let (number, scale) = match text.trim().strip_suffix('%') {
        Some(number) => (number, 100.0),
        None => (text, 1.0),
    };
    let share = number.trim().parse::<f64>().map_err(|error| error.to_string())? / scale;
    if (0.0..1.0).contains(&share) { Ok(share) } else { Err("must be from 0% to 100%".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::parse_share;

    #[test]
    fn a_share_is_a_percentage_or_a_fraction() {
        assert_eq!(parse_share("0.5%").unwrap(), parse_share("0.005").unwrap());
        assert!(parse_share("120%").is_err() && parse_share("-1%").is_err() && parse_share("few").is_err());
    }
}
