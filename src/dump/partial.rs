//! The temporary files of this process, so that a signal that ends it at once leaves none of them behind.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

static FILES: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Keeps a file on the list as long as it has its temporary name.
#[derive(Debug)]
pub(super) struct Listed(PathBuf);

impl Listed {
    pub(super) fn new(path: &Path) -> Listed {
        FILES.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
        Listed(path.to_owned())
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        FILES.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

/// Removes all temporary files of outputs. For a process that is about to end: who writes to one fails when it is to get its
/// own name.
pub(crate) fn remove_partial_files() {
    for path in FILES.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        // It may have got its name in this moment.
        let _ = std::fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dump::{Output, OutputTarget};

    #[test]
    fn a_file_is_listed_until_it_has_its_name() {
        let sandbox = tempfile::tempdir().unwrap();
        let listed = || {
            let files = FILES.lock().unwrap();
            files.iter().filter(|path| path.starts_with(sandbox.path())).count()
        };
        let create = |name| Output::create(OutputTarget::File(sandbox.path().join(name)), false).unwrap();
        let (first, second) = (create("a"), create("b"));
        assert_eq!(listed(), 2);
        let whole = first.close().unwrap();
        assert_eq!(listed(), 2, "a whole file still has its temporary name");
        whole.publish().unwrap();
        drop(second);
        assert_eq!(listed(), 0);
        assert!(sandbox.path().join("a").exists() && !sandbox.path().join("b").exists());
    }
}
