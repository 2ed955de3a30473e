//! The parallel runner: inputs in, records out in order, memory bounded.

mod draw;
mod folder;
mod groups;
mod language;
mod manifest;
mod merge;
mod pipeline;
mod progress;
mod record;
mod rejects;
mod render;
mod run;
mod sample;
mod skipped;
mod stop;
mod summary;
mod task;
mod unit;
mod unit_name;
mod view;
mod work;

pub use draw::Drawing;
pub use folder::{FolderOptions, FolderRun, FolderSummary, take_shard};
pub use groups::{GroupCounts, Groups};
pub use manifest::{Done, FOLDER, RunLine, Shard, Unit};
pub use merge::{Merged, merge_folders};
pub use pipeline::Sink;
pub use progress::{Progress, ProgressStyleName};
pub use rejects::RejectLog;
pub use run::Run;
pub use skipped::{Group, SkippedInputs};
pub use stop::Stop;
pub use summary::Summary;
pub use task::{
    AnnotateOptions, FieldNames, FilterOptions, Markup, Offsets, RejectLimit, RunOptions, SampleOptions,
    Task, ViewLimits,
};
