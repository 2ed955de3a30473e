//! The parallel runner: inputs in, records out in order, memory bounded.

mod process;
mod progress;
mod run;
mod summary;

pub use process::{AnnotateOptions, FieldNames, FilterOptions, Markup, Offsets, Outcome, Task, Worked};
pub use progress::Progress;
pub use run::{Run, RunOptions};
pub use summary::Summary;
