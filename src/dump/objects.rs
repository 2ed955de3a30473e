//! Which objects of stores are inputs.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::compression::decompressed;
use super::expand::{ExpandOptions, Expanded};
use super::format::Format;
use super::input::Input;
use super::object::{Found, Object, Stores, is_url};
use super::tell::{Told, tell_bytes};
use super::walk::{Skipped, passed_over};
use crate::error::{Error, Result};

/// Bytes of an object that tell its format.
const HEAD_BYTES: u64 = 64 * 1024;

/// Finds the objects of addresses. Those that were found below a prefix, or by a pattern, are looked at as files of a folder are.
///
/// # Errors
///
/// An address is none, or its store cannot be asked.
pub(super) fn find(addresses: &[String], options: &ExpandOptions, expanded: &mut Expanded) -> Result<()> {
    if let Some(unknown) = addresses.iter().find(|address| !is_url(address)) {
        return Err(Error::input(unknown, "the address has to start with s3://, gs://, https:// or http://"));
    }
    let mut stores = Stores::new(options.cloud_metadata);
    let found = stores.find_all(addresses)?;
    let unknown: Vec<&Object> =
        found.iter().filter(|found| is_unknown(found)).map(|found| &found.object).collect();
    let tell = |head: object_store::Result<Bytes>| tell_head(head, options.format);
    let mut told = Object::look_at_heads(&unknown, HEAD_BYTES, tell).into_iter();
    for found in found {
        let skip = |reason: String| Skipped { path: found.object.url().to_owned(), reason };
        if let Some(reason) = passed_over_part(&found) {
            expanded.skipped.push(skip(reason.to_owned()));
            continue;
        }
        if is_unknown(&found) {
            match told.next().unwrap_or_else(|| Err("it was not asked for".to_owned())) {
                Ok(Told::Neither(reason)) => {
                    expanded.skipped.push(skip(reason.to_owned()));
                    continue;
                }
                Ok(_) => {}
                Err(error) => {
                    expanded.failed.push(skip(format!("cannot be read: {error}")));
                    continue;
                }
            }
        }
        expanded.inputs.push(Input::Object { relative: PathBuf::from(found.name), object: found.object });
    }
    Ok(())
}

/// Whether only the first bytes tell what an object is.
fn is_unknown(found: &Found) -> bool {
    !found.is_named && passed_over_part(found).is_none() && Format::by_name(Path::new(&found.name)).is_none()
}

/// Why an object's name is passed over; a pattern asks for what it matches.
fn passed_over_part(found: &Found) -> Option<&'static str> {
    let parts = || found.name.split('/').map(OsStr::new);
    if found.is_by_prefix { parts().find_map(passed_over) } else { None }
}

fn tell_head(head: object_store::Result<Bytes>, given: Option<Format>) -> std::result::Result<Told, String> {
    let head = head.map_err(|error| error.to_string())?;
    let mut stream = decompressed(std::io::Cursor::new(head)).map_err(|error| error.to_string())?;
    // A compressed head ends in the middle; what there is tells enough.
    Ok(tell_bytes(stream.fill_buf().unwrap_or_default(), given))
}
