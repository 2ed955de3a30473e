//! Which model labels.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::Detector;
use crate::error::Result;
use crate::model::Model;

/// Which model labels.
#[derive(clap::Args)]
pub(in crate::cli) struct ModelArgs {
    /// Model file [default: the one inside dechaff]
    #[arg(long, value_name = "FILE")]
    pub(super) model: Option<PathBuf>,
    /// The checksum of the model that was read: a pipe gives its bytes only once.
    #[arg(skip)]
    id: OnceLock<String>,
}

impl ModelArgs {
    pub(in crate::cli) fn detector(&self) -> Result<Detector> {
        match &self.model {
            Some(path) => {
                let model = Model::from_bytes(&self.read(path)?, &path.display().to_string())?;
                Ok(Detector::with_model(model))
            }
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
        match (&self.model, self.id.get()) {
            (None, _) => Ok(Detector::embedded_id()),
            (Some(_), Some(id)) => Ok(id.clone()),
            (Some(path), None) => Ok(Model::id(&self.read(path)?)),
        }
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>> {
        let bytes = Model::read_file(path)?;
        self.id.get_or_init(|| Model::id(&bytes));
        Ok(bytes)
    }
}
