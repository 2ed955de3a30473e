//! `dechaff annotate`: the label of every block.

use std::process::ExitCode;

use clap::ValueEnum;

use super::options::DumpArgs;
use crate::batch::{AnnotateOptions, Offsets, Task};
use crate::error::Result;

/// Label every block: for each record its id, its access and its blocks with label, probability and place
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    dump: DumpArgs,
    /// What `start` and `end` count
    #[arg(long, value_enum, default_value = "bytes")]
    offsets: OffsetUnit,
    /// Leave out the blocks' text
    #[arg(long)]
    no_text: bool,
    /// Write Dolma's attributes of the text field: for each record, in order, the spans of each label in code points
    ///
    /// Each row is {"id": …, "attributes": {"dechaff__LABEL": [[start, end, probability], …]}}. Into a folder, a file has the
    /// name of its documents. A record that is rejected has a row without attributes. HTML is not looked at.
    #[arg(long, conflicts_with_all = ["offsets", "no_text"])]
    attributes: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum OffsetUnit {
    /// Bytes of UTF-8
    Bytes,
    /// Unicode code points, as Python counts
    Chars,
}

pub(super) fn run(args: &Args) -> Result<ExitCode> {
    let offsets = match args.offsets {
        _ if args.attributes => Offsets::Chars,
        OffsetUnit::Bytes => Offsets::Bytes,
        OffsetUnit::Chars => Offsets::Chars,
    };
    let task =
        Task::Annotate(AnnotateOptions { offsets, with_text: !args.no_text, attributes: args.attributes });
    args.dump.run(&args.dump.detector()?, task)
}
