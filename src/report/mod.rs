//! Self-contained HTML pages to look at: a corpus as it was labelled, and how well a model does.

mod charts;
mod corpus;
mod evaluation;
mod page;
mod repeats;

pub use corpus::CorpusReport;
pub use evaluation::{Evaluated, write_evaluation};
pub(crate) use page::{served_page, served_policy};
