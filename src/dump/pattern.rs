//! Patterns of paths and of the keys of objects: `*`, `?` and `[…]` stand for what is not `/`, a part `**` for any folders.

use std::fs::FileType;
use std::path::{Component, Path, PathBuf};

use glob::{MatchOptions, Pattern, PatternError};
use walkdir::WalkDir;

use super::claimed::{OWN_FOLDER, is_claimed};
use super::walk::{CLAIMED, Choice, Found, NO_FILE, OWN_RECORDS, Wanted, walk};

/// No sign but `**` stands for a `/`.
const WITHIN_PARTS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

/// Whether text has signs of a pattern.
pub(super) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// Whether a path with `/` matches a pattern.
pub(super) fn matches(pattern: &Pattern, path: &str) -> bool {
    pattern.matches_with(path, WITHIN_PARTS)
}

/// Finds the files that match a pattern, and the folder that it starts from.
///
/// # Errors
///
/// It is no pattern.
pub(super) fn files_matching(pattern: &str) -> Result<(PathBuf, Found), PatternError> {
    let text = |part: Component<'_>| part.as_os_str().to_string_lossy().into_owned();
    let is_fixed = |part: &Component<'_>| !is_pattern(&part.as_os_str().to_string_lossy());
    let fixed: PathBuf = Path::new(pattern).components().take_while(is_fixed).collect();
    let parts: Vec<String> = Path::new(pattern).components().skip_while(is_fixed).map(text).collect();
    let root = if fixed.as_os_str().is_empty() { PathBuf::from(".") } else { fixed.clone() };
    let parts = Parts {
        root: &root,
        whole: Pattern::new(&parts.join("/"))?,
        first: parts
            .iter()
            .take_while(|part| *part != "**")
            .map(|part| Pattern::new(part))
            .collect::<Result<_, _>>()?,
        count: parts.len(),
        names_records: pattern.contains(OWN_FOLDER),
    };
    let depth = if parts.is_deep() { usize::MAX } else { parts.count };
    let mut found = walk(&root, WalkDir::new(&root).max_depth(depth), &parts);
    if fixed.as_os_str().is_empty() {
        // Files of the working folder have no `./`, as in the pattern.
        let plain = |path: PathBuf| path.strip_prefix(".").map(Path::to_owned).unwrap_or(path);
        found.files = found.files.into_iter().map(plain).collect();
    }
    Ok((fixed, found))
}

/// A pattern, taken apart.
struct Parts<'a> {
    /// Where the walk starts.
    root: &'a Path,
    whole: Pattern,
    /// The parts before the first `**`.
    first: Vec<Pattern>,
    /// Number of all parts.
    count: usize,
    /// `_dechaff` is asked for.
    names_records: bool,
}

impl Parts<'_> {
    fn is_deep(&self) -> bool {
        self.first.len() < self.count
    }

    fn matches(&self, path: &Path) -> bool {
        matches(&self.whole, &path.strip_prefix(self.root).unwrap_or(path).to_string_lossy())
    }

    /// Whether a name at a depth can be part of a match.
    fn leads_on(&self, path: &Path, depth: usize) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        self.first.get(depth.saturating_sub(1)).is_none_or(|part| matches(part, &name))
    }
}

impl Wanted for Parts<'_> {
    fn folder(&self, path: &Path, depth: usize) -> Choice {
        match self.leads_on(path, depth) {
            true if path.file_name().is_some_and(|name| name == OWN_FOLDER) && !self.names_records => {
                Choice::Skip(OWN_RECORDS)
            }
            true if is_claimed(path) && !self.names_records => Choice::Skip(CLAIMED),
            true if self.is_deep() || depth < self.count => Choice::Take,
            true => Choice::Skip("a folder; name it itself, or its files"),
            false => Choice::Ignore,
        }
    }

    fn file(&self, path: &Path, _: usize, kind: FileType) -> Choice {
        match self.matches(path) {
            true if !kind.is_file() => Choice::Skip(NO_FILE),
            true if is_claimed(path) => Choice::Skip(CLAIMED),
            true => Choice::Take,
            false => Choice::Ignore,
        }
    }

    fn misses(&self, path: &Path, depth: usize) -> Choice {
        let is_loss = self.leads_on(path, depth) && (self.matches(path) || path.is_dir());
        if is_loss { Choice::Take } else { Choice::Ignore }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stays_within_a_part_of_the_path_and_two_cross_folders() {
        let sandbox = tempfile::tempdir().unwrap();
        let root = sandbox.path();
        for name in ["a/1.gz", "a/b/2.gz", "a/b/c/3.gz", "a/_dechaff/4.gz", "x/5.gz"] {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let find = |pattern: &str| files_matching(&format!("{}/{pattern}", root.display())).unwrap();
        let names = |pattern: &str| -> Vec<String> {
            let below = |path: &PathBuf| path.strip_prefix(root).unwrap().display().to_string();
            find(pattern).1.files.iter().map(below).collect()
        };
        assert_eq!(names("a/*.gz"), ["a/1.gz"]);
        assert_eq!(names("*/*/*.gz"), ["a/b/2.gz"]);
        assert_eq!(names("a/**/*.gz"), ["a/1.gz", "a/b/2.gz", "a/b/c/3.gz"]);
        assert_eq!(names("[xy]/?.gz"), ["x/5.gz"]);
        assert_eq!(names("a/_dechaff/*.gz"), ["a/_dechaff/4.gz"]);
        let (fixed, found) = find("a/*");
        assert_eq!(fixed, root.join("a"));
        let skipped: Vec<&str> = found.skipped.iter().map(|skipped| skipped.reason.as_str()).collect();
        assert_eq!(skipped, [OWN_RECORDS, "a folder; name it itself, or its files"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_dead_link_is_a_loss_only_where_the_pattern_asks_for_it() {
        let sandbox = tempfile::tempdir().unwrap();
        for name in ["a.gz", "a.txt"] {
            std::os::unix::fs::symlink("nowhere", sandbox.path().join(name)).unwrap();
        }
        let (_, found) = files_matching(&format!("{}/*.gz", sandbox.path().display())).unwrap();
        assert_eq!((found.files.len(), found.failed.len(), found.skipped.len()), (0, 1, 0));
        assert!(found.failed[0].path.ends_with("a.gz"));
    }
}
