//! The parallel runner: inputs in, records out in order, memory bounded.

mod draw;
mod folder;
mod groups;
mod lacking;
mod language;
mod manifest;
mod merge;
mod open;
mod pipeline;
mod progress;
mod record;
mod rejects;
mod render;
mod run;
mod sample;
mod stop;
mod summary;
mod task;
mod unit;
mod view;
mod with;
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
pub use stop::Stop;
pub use summary::Summary;
pub use task::{
    AnnotateOptions, FieldNames, FilterOptions, Markup, Offsets, RejectLimit, RunOptions, SampleOptions,
    Task, ViewLimits,
};
pub use with::{With, WithSet};
