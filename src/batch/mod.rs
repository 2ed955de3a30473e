//! The parallel runner: inputs in, records out in order, memory bounded.

mod done;
mod draw;
mod folder;
mod groups;
mod lacking;
mod language;
mod long_name;
mod manifest;
mod merge;
mod open;
mod pick;
mod pipeline;
mod progress;
mod record;
mod refusals;
mod rejects;
mod render;
mod run;
mod sample;
mod settings;
mod skipped;
mod source;
mod stop;
mod summary;
mod task;
mod threads;
mod unit;
mod unit_name;
mod unread;
mod view;
mod with;
mod work;

pub use done::{Done, leave_out_outputs};
pub use draw::Drawing;
pub use folder::{FolderOptions, FolderRun, FolderSummary, take_shard};
pub use groups::{GroupCounts, Groups};
pub use manifest::{FOLDER, HostsFile, RunLine, Shard, Unit};
pub use merge::{Merged, merge_folders};
pub use pick::{Picked, Wanted, pick_record};
pub use pipeline::Sink;
pub use progress::{Progress, ProgressStyleName};
pub use rejects::RejectLog;
pub use run::Run;
pub use settings::Settings;
pub use skipped::{Group, SkippedInputs};
pub use stop::Stop;
pub use summary::Summary;
pub use task::{
    AnnotateOptions, FieldNames, FilterOptions, Markup, Offsets, RejectLimit, RunOptions, SampleOptions,
    Task, ViewLimits,
};
pub use threads::sane_threads;
pub use with::{With, WithSet};
