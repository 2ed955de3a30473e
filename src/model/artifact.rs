//! The model file: a header that tells what it is, then the compressed model.
//!
//! | bytes | what |
//! | --- | --- |
//! | 8 | `DECHAFF\0` |
//! | 4 | format version, little-endian |
//! | 4 | CRC-32 of the rest |
//! | rest | zstd of: names of labels and columns, then the model (postcard) |

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Model;
use crate::document::Label;
use crate::error::{Error, Result};
use crate::features::Column;

/// Version of the file format that this crate writes and reads.
pub const FORMAT: u32 = 5;

const MAGIC: &[u8; 8] = b"DECHAFF\0";
const HEADER: usize = 16;
/// No model is larger when unpacked.
const MAX_UNPACKED: usize = 256 << 20;

/// What the model's numbers refer to.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Names {
    labels: Vec<String>,
    columns: Vec<String>,
}

impl Names {
    fn of_this_version() -> Names {
        Names {
            labels: Label::ALL.iter().map(|label| label.name().to_owned()).collect(),
            columns: Column::ALL.iter().map(|column| column.name().to_owned()).collect(),
        }
    }
}

impl Model {
    /// The bytes of the model file.
    ///
    /// # Errors
    ///
    /// The model cannot be serialised or compressed.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let failed = |cause: &dyn std::fmt::Display| Error::Model {
            place: "to be written".to_owned(),
            reason: cause.to_string(),
        };
        let payload =
            postcard::to_allocvec(&(Names::of_this_version(), self)).map_err(|error| failed(&error))?;
        let packed = zstd::bulk::compress(&payload, 19).map_err(|error| failed(&error))?;
        let mut bytes = Vec::with_capacity(HEADER + packed.len());
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&FORMAT.to_le_bytes());
        bytes.extend_from_slice(&crc32fast::hash(&packed).to_le_bytes());
        bytes.extend_from_slice(&packed);
        Ok(bytes)
    }

    /// Reads a model file's bytes; `place` names it in errors.
    ///
    /// # Errors
    ///
    /// The bytes are no model, are damaged, or were written by a version with other labels or columns.
    pub fn from_bytes(bytes: &[u8], place: &str) -> Result<Model> {
        read(bytes).map_err(|reason| Error::Model { place: place.to_owned(), reason })
    }

    /// Reads a model file.
    ///
    /// # Errors
    ///
    /// As [`Model::from_bytes`], and the file cannot be read.
    pub fn load(path: &Path) -> Result<Model> {
        Model::from_bytes(&Model::read_file(path)?, &path.display().to_string())
    }

    /// The bytes of a model file; of anything else no more than show that it is none.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>> {
        let failed = |error| Error::io(path, "read", error);
        let mut file = File::open(path).map_err(failed)?;
        let mut bytes = Vec::new();
        let mut read =
            |bytes: &mut Vec<u8>, most| file.by_ref().take(most).read_to_end(bytes).map_err(failed);
        read(&mut bytes, HEADER as u64)?;
        if bytes.starts_with(MAGIC) {
            // A device has no end; what is cut off there is damaged.
            read(&mut bytes, MAX_UNPACKED as u64)?;
        }
        Ok(bytes)
    }

    /// A short name for the model: the checksum of its file.
    pub fn id(bytes: &[u8]) -> String {
        format!("{:08x}", crc32fast::hash(bytes))
    }
}

fn read(bytes: &[u8]) -> std::result::Result<Model, String> {
    let header: &[u8; HEADER] = bytes
        .first_chunk()
        .filter(|header| header.starts_with(MAGIC))
        .ok_or("this is no dechaff model; `dechaff train` makes one")?;
    let [_, _, format, checksum] = [0, 4, 8, 12]
        .map(|at| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]));
    if format != FORMAT {
        let advice = if format > FORMAT { "use a newer dechaff" } else { "train it again with this dechaff" };
        return Err(format!("its format is version {format}, this dechaff reads version {FORMAT}: {advice}"));
    }
    let packed = &bytes[HEADER..];
    if crc32fast::hash(packed) != checksum {
        return Err("it is damaged (checksum does not match); copy or train it again".to_owned());
    }
    let foreign = "it was made for other labels or columns; train it again with this dechaff";
    let payload = zstd::bulk::decompress(packed, MAX_UNPACKED).map_err(|error| error.to_string())?;
    let (names, rest): (Names, _) = postcard::take_from_bytes(&payload).map_err(|_| foreign.to_owned())?;
    if names != Names::of_this_version() {
        return Err(foreign.to_owned());
    }
    let model: Model = postcard::from_bytes(rest).map_err(|error| format!("it cannot be read ({error})"))?;
    for first_pass in [&model.first_pass, &model.html.first_pass, &model.text.first_pass] {
        first_pass.check()?;
    }
    for classifier in [&model.html, &model.text].into_iter().flat_map(|m| [&m.content, &m.paywall]) {
        classifier.check()?;
    }
    model.kinds.check()?;
    Ok(model)
}
