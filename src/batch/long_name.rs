//! Names that the file system of an output folder cannot hold.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The first of these paths below a folder that cannot be made there as its name is too long, and what the system says. The
/// folder is there; those below it need not be.
pub(super) fn too_long<'p>(folder: &Path, paths: &'p [PathBuf]) -> Option<(&'p Path, std::io::Error)> {
    let refused = |place: PathBuf| {
        place.symlink_metadata().err().filter(|error| error.kind() == ErrorKind::InvalidFilename)
    };
    let refused_below = |path: &Path| {
        // A folder that is not there yet hides what is wrong with the names below it, so each is tried by itself.
        let parts = path.components().map(|part| folder.join(part));
        parts.chain([folder.join(path)]).find_map(refused)
    };
    paths.iter().find_map(|path| Some((path.as_path(), refused_below(path)?)))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_file_system_says_which_names_are_too_long() {
        let folder = tempfile::tempdir().unwrap();
        let path = |length: usize| PathBuf::from("not/there").join("n".repeat(length));
        assert!(too_long(folder.path(), &[path(255)]).is_none());
        let paths = [path(7), path(256)];
        assert_eq!(too_long(folder.path(), &paths).unwrap().0, paths[1]);
    }
}
