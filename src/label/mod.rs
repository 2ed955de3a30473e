//! A page on this machine to label documents, or to correct what the model guessed.

mod formats;
mod http;
mod lock;
mod raw;
mod server;
mod store;
mod tasks;

pub use formats::{Import, read_labels};
pub use server::LabelServer;
pub use store::{Exports, LabelledPage, Store};
pub use tasks::{Task, TaskCollector};
