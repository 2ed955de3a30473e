//! Self-contained HTML pages to look at: a corpus as it was labelled, and how well a model does.

mod corpus;
mod page;
mod repeats;

pub use corpus::CorpusReport;
pub(crate) use page::{served_page, served_policy};
