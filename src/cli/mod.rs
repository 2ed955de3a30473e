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
mod sizes;
mod steps;
mod train;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::terminal::{clean, say};

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
129, 130 or 143 stopped by a signal.";

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
    std::panic::set_hook(Box::new(report_bug));
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse_arguments(&error),
    };
    let outcome = match cli.command {
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
        say!("dechaff: {error}");
        ExitCode::from(EXIT_FAILED)
    })
}

/// A panic is a bug. Its message may hold text of the data, and there may be nobody to read it.
fn report_bug(panic: &std::panic::PanicHookInfo<'_>) {
    let place = panic.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
    let payload = panic.payload();
    let owned = payload.downcast_ref::<String>().map(String::as_str);
    let message = owned.or_else(|| payload.downcast_ref().copied()).unwrap_or("no message");
    say!("dechaff: a bug{place}, please report it: {}", clean(message));
}

/// Shows help, or what is wrong with the arguments; these may be names of files that a pattern of the shell found.
fn refuse_arguments(error: &clap::Error) -> ExitCode {
    let arguments = std::env::args_os().map(|argument| clean(argument.to_string_lossy()));
    match Cli::try_parse_from(arguments) {
        Ok(_) => say!("{}", clean(error.render())),
        // If nobody listens, nothing is lost.
        Err(error) => drop(error.print()),
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(EXIT_FAILED))
}
