//! `dechaff report`: a page to look at.

use std::process::ExitCode;

use super::options::DumpArgs;
use crate::error::Result;

/// Make one HTML file to look at: documents with each block tinted by label, counts, hosts, chaff that repeats
///
/// The file works offline and holds all it needs. It shows a sample of documents, always the same ones; the counts are those
/// of all records.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    dump: DumpArgs,
    /// Documents to show
    #[arg(long, default_value_t = 1000, value_name = "N")]
    documents: usize,
}

pub(super) fn run(args: &Args) -> Result<ExitCode> {
    args.dump.report(&args.dump.detector()?, args.documents)
}
