//! `dechaff sample`: some records as they are.

use std::process::ExitCode;

use super::options::DumpArgs;
use super::sizes::parse_share;
use crate::batch::{SampleOptions, Task};
use crate::error::Result;

/// Draw a sample of records: the same records, share and seed give the same sample, on any machine
///
/// A record is drawn if the hash of its id is low, or where it has none that of its address and text, so that a larger share
/// holds the smaller one, and what stands before it changes nothing. JSON records come back
/// byte for byte, pages as JSON records with their HTML or text.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    dump: DumpArgs,
    /// Share of the records, such as `1%`
    #[arg(long, value_name = "SHARE", value_parser = parse_share)]
    share: f64,
    /// Another seed draws other records
    #[arg(long, default_value_t = 0, value_name = "N")]
    seed: u64,
}

pub(super) fn run(args: &Args) -> Result<ExitCode> {
    let task = Task::Sample(SampleOptions { share: args.share, seed: args.seed });
    args.dump.run(&args.dump.detector()?, task)
}
