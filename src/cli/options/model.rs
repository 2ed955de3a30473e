//! Which model labels.

use std::path::PathBuf;

use crate::Detector;
use crate::error::{Error, Result};
use crate::model::Model;

/// Which model labels.
#[derive(clap::Args)]
pub(in crate::cli) struct ModelArgs {
    /// Model file [default: the one inside dechaff]
    #[arg(long, value_name = "FILE")]
    pub(super) model: Option<PathBuf>,
}

impl ModelArgs {
    pub(in crate::cli) fn detector(&self) -> Result<Detector> {
        match &self.model {
            Some(path) => Ok(Detector::with_model(Model::load(path)?)),
            None => Detector::new(),
        }
    }

    /// The model's file, or what stands for it.
    pub(in crate::cli) fn name(&self) -> String {
        self.model
            .as_ref()
            .map_or_else(|| "the model inside dechaff".to_owned(), |path| path.display().to_string())
    }

    /// The checksum of the model's file.
    pub(super) fn id(&self) -> Result<String> {
        match &self.model {
            Some(path) => {
                let bytes = std::fs::read(path).map_err(|error| Error::io(path, "read", error))?;
                Ok(Model::id(&bytes))
            }
            None => Ok(Detector::embedded_id()),
        }
    }
}
