//! Readers and writers of scraped dumps.
use std::io::Read;
use std::path::Path;
use crate::error::{Error, Result};
/// x
pub fn open_decompressed(path: &Path) -> Result<Box<dyn Read + Send>> {
    let file = std::fs::File::open(path).map_err(|e| Error::io(path, "open", e))?;
    Ok(match path.extension().and_then(|e| e.to_str()) {
        Some("zst") => { let mut d = zstd::Decoder::new(file).map_err(|e| Error::io(path, "read", e))?; d.window_log_max(31).map_err(|e| Error::io(path, "read", e))?; Box::new(d) }
        Some("gz") => Box::new(flate2::read::MultiGzDecoder::new(file)),
        _ => Box::new(file),
    })
}
