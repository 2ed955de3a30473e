//! Whether an input is the one that an earlier run read.

use std::fs::File;
use std::path::Path;

use super::manifest::Unit;
use crate::dump::{Identity, Input, resolved};

/// Where an input is, the same however it is named; nothing for standard input and pipes, which bring others each time.
pub(super) fn origin(input: &Input) -> Option<String> {
    match input {
        _ if input.is_pipe() => None,
        Input::Stdin => None,
        Input::File { path, .. } => Some(resolved(path).to_string_lossy().into_owned()),
        Input::Pages(pages) => Some(resolved(pages.root()).to_string_lossy().into_owned()),
        #[cfg(feature = "cloud")]
        Input::Object { object, .. } => Some(object.url().to_owned()),
    }
}

/// Whether an input is where the unit's was.
pub(super) fn is_same_place(input: &Input, unit: &Unit) -> bool {
    origin(input).is_some_and(|place| unit.path.as_ref() == Some(&place))
}

/// Whether an input is where the unit's was, or has its bytes. What changed in its place is the same input.
pub(super) fn is_same_input(input: &Input, unit: &Unit) -> bool {
    match origin(input) {
        None => false,
        Some(place) if unit.path.as_ref() == Some(&place) => true,
        // An input that is not there fails on its own.
        Some(_) => input.identity().map_or(true, |now| has_same_bytes(input, &now, unit)),
    }
}

/// Whether an input is as it was when the unit was done. Where only the time differs, the bytes decide.
pub(super) fn is_same_source(input: &Input, now: &Identity, unit: &Unit) -> bool {
    match input {
        _ if input.is_pipe() => false,
        _ if *now == unit.source && unit.path.is_some() && unit.path == origin(input) => true,
        _ => has_same_bytes(input, now, unit),
    }
}

fn has_same_bytes(input: &Input, now: &Identity, unit: &Unit) -> bool {
    match (input, &unit.crc32) {
        (Input::File { path, .. }, Some(crc32)) => {
            now.size == unit.source.size && checksum_of(path).as_ref() == Some(crc32)
        }
        _ => *now == unit.source,
    }
}

fn checksum_of(path: &Path) -> Option<String> {
    let mut hasher = Checksum(crc32fast::Hasher::new());
    std::io::copy(&mut File::open(path).ok()?, &mut hasher).ok()?;
    Some(format!("{:08x}", hasher.0.finalize()))
}

struct Checksum(crc32fast::Hasher);

impl std::io::Write for Checksum {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        self.0.update(buffer);
        Ok(buffer.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
