//! All paths that a command reads and writes, compared before any is opened: nothing that is read is replaced, no two outputs
//! are one file, and what exists is kept unless somebody said otherwise.

use std::collections::HashMap;
use std::fs::Metadata;
use std::path::{Component, Path, PathBuf};

use super::claimed::OWN_FOLDER;
use super::input::Input;
use super::output::{folder_of, followed};
use crate::error::{Error, Result};

/// The paths of a command, each with the option that names it.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    reads: Vec<(String, PathBuf)>,
    writes: Vec<Write>,
}

#[derive(Clone, Debug)]
struct Write {
    option: String,
    path: PathBuf,
    existing: Existing,
    makes_folder: bool,
}

/// What may happen to a file that exists where one is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It may be replaced, or goes on.
    Replace,
    /// It stays, and the command is refused.
    Keep,
}

impl Existing {
    /// `--overwrite` allows it.
    pub fn overwrite(overwrite: bool) -> Existing {
        if overwrite { Existing::Replace } else { Existing::Keep }
    }
}

/// By what two names of one file are known: its place on the disk, or where it would be made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    File(u64, u64),
    Path(PathBuf),
}

impl Claims {
    /// No paths yet.
    pub fn new() -> Claims {
        Claims::default()
    }

    /// A file is read.
    pub fn read(&mut self, option: &str, path: &Path) {
        self.reads.push((option.to_owned(), path.to_owned()));
    }

    /// A file is read if it is given.
    pub fn read_all<'a>(&mut self, option: &str, paths: impl IntoIterator<Item = &'a PathBuf>) {
        paths.into_iter().for_each(|path| self.read(option, path));
    }

    /// All files of the inputs are read.
    ///
    /// # Errors
    ///
    /// A folder of pages cannot be listed.
    pub fn read_inputs(&mut self, inputs: &[Input]) -> Result<()> {
        for input in inputs {
            match input {
                Input::File { path, .. } => self.read("INPUT", path),
                Input::Pages(pages) => pages.files().iter().for_each(|(path, _)| self.read("INPUT", path)),
                Input::Stdin if cfg!(unix) => self.read("INPUT", Path::new(STDIN)),
                _ => {}
            }
        }
        Ok(())
    }

    /// A file is written, `-` to standard output.
    pub fn write(&mut self, option: &str, path: &Path, existing: Existing) {
        let path = match path {
            // The shell may have made a file of it.
            path if path.as_os_str() == "-" && cfg!(unix) => Path::new(STDOUT),
            path if path.as_os_str() == "-" => return,
            path => path,
        };
        let option = option.to_owned();
        self.writes.push(Write { option, path: path.to_owned(), existing, makes_folder: false });
    }

    /// A file below an output folder is written; its folders are made.
    pub fn write_below(&mut self, option: &str, path: PathBuf, existing: Existing) {
        self.writes.push(Write { option: option.to_owned(), path, existing, makes_folder: true });
    }

    /// Refuses what would destroy something.
    ///
    /// # Errors
    ///
    /// A file would be written that is read, or that another option writes too, or that exists and is to be kept; or its folder
    /// is not there.
    pub fn check(&self) -> Result<()> {
        let reads = self.reads.iter().filter_map(|(option, path)| Some((key(path)?, option)));
        let reads: HashMap<Key, &String> = reads.collect();
        let mut written: HashMap<Key, &Write> = HashMap::new();
        for write in &self.writes {
            let Some(key) = key(&write.path) else {
                write.check()?;
                continue;
            };
            if let Some(reader) = reads.get(&key) {
                let reason = format!(
                    "{} would replace it, and {reader} reads it; what is read is never replaced: name another file",
                    write.option
                );
                return Err(Error::input(write.path.display(), reason));
            }
            if let Some(other) = written.insert(key, write)
                && !(is_special(&write.path) && is_special(&other.path))
            {
                let reason = format!("{} and {} name the same file; name two", other.option, write.option);
                return Err(Error::input(write.path.display(), reason));
            }
            write.check()?;
        }
        Ok(())
    }
}

impl Write {
    /// What can be said without the others.
    fn check(&self) -> Result<()> {
        let refuse = |reason: String| Err(Error::input(self.path.display(), reason));
        if is_special(&self.path) {
            return Ok(());
        }
        if !self.makes_folder {
            if resolved(&self.path).components().any(|part| part.as_os_str() == OWN_FOLDER) {
                return refuse(format!(
                    "{OWN_FOLDER} is for dechaff's own files; name another place ({})",
                    self.option
                ));
            }
            if self.path.is_dir() {
                return refuse(format!("it is a folder; name a file in it ({})", self.option));
            }
            let place = followed(&self.path);
            let folder = folder_of(&place);
            if !folder.is_dir() {
                let option = &self.option;
                return refuse(format!(
                    "cannot write it: there is no folder {}; make it first ({option})",
                    folder.display()
                ));
            }
        }
        match self.existing {
            Existing::Keep if self.path.symlink_metadata().is_ok() => {
                refuse(format!("it exists ({}); --overwrite replaces it", self.option))
            }
            _ => Ok(()),
        }
    }
}

/// Standard streams as paths.
const STDIN: &str = "/dev/stdin";
const STDOUT: &str = "/dev/stdout";

/// Whether a path is no file but a device, a pipe or an open stream: it is written to, and not replaced.
pub fn is_special(path: &Path) -> bool {
    let is_stream = cfg!(unix)
        && ([STDIN, STDOUT, "/dev/stderr"].iter().any(|stream| path == Path::new(stream))
            || ["/dev/fd", "/proc/self/fd"].iter().any(|folder| path.starts_with(folder)));
    is_stream || path.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// By what a file is known: its place on the disk, which links share, or its name if it does not exist. Nothing for devices
/// and pipes.
fn key(path: &Path) -> Option<Key> {
    match path.metadata() {
        Ok(metadata) if !metadata.is_file() => None,
        Ok(metadata) => Some(place_on_disk(&metadata).unwrap_or_else(|| Key::Path(resolved(path)))),
        Err(_) => Some(Key::Path(resolved(&followed(path)))),
    }
}

#[cfg(unix)]
fn place_on_disk(metadata: &Metadata) -> Option<Key> {
    use std::os::unix::fs::MetadataExt;
    Some(Key::File(metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn place_on_disk(_: &Metadata) -> Option<Key> {
    None
}

/// A path without links and `..`, also where the last parts of it do not exist yet.
pub(crate) fn resolved(path: &Path) -> PathBuf {
    fold_case(path.canonicalize().unwrap_or_else(|_| resolved_in_part(path)))
}

fn resolved_in_part(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut there = PathBuf::new();
    let mut parts = absolute.components();
    for part in parts.by_ref() {
        there.push(part);
        // `..` behind a link leads to the folder above what it points to, so each step is resolved before the next.
        match there.canonicalize() {
            Ok(real) => there = real,
            Err(_) => break,
        }
    }
    for part in parts {
        match part {
            Component::ParentDir => {
                there.pop();
            }
            part => there.push(part),
        }
    }
    there
}

/// Some file systems take capitals and small letters for the same.
fn fold_case(path: PathBuf) -> PathBuf {
    if cfg!(any(windows, target_os = "macos")) {
        return PathBuf::from(path.to_string_lossy().to_lowercase());
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(reads: &Path, writes: &[&Path], existing: Existing) -> Option<String> {
        let mut claims = Claims::new();
        claims.read("INPUT", reads);
        for (option, path) in ["-o", "--rejects"].iter().zip(writes) {
            claims.write(option, path, existing);
        }
        claims.check().err().map(|error| error.to_string())
    }

    #[test]
    fn names_of_one_file_are_known_whatever_they_look_like() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("a/b")).unwrap();
        std::fs::write(root.join("a/in"), "1").unwrap();
        let refused = refusal(&root.join("a/in"), &[&root.join("a/b/../in")], Existing::Replace).unwrap();
        assert!(refused.contains("-o would replace it") && refused.contains("INPUT"), "{refused}");
        let twice = [&*root.join("a/new"), &*root.join("a/b/../new")];
        let refused = refusal(&root.join("a/in"), &twice, Existing::Keep).unwrap();
        assert!(refused.contains("-o and --rejects name the same file"), "{refused}");
        assert_eq!(
            refusal(&root.join("a/in"), &[&root.join("a/new"), &root.join("a/other")], Existing::Keep),
            None
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_before_the_folder_above_them_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("far/deep")).unwrap();
        std::os::unix::fs::symlink(root.join("far/deep"), root.join("link")).unwrap();
        assert_eq!(resolved(&root.join("link/../x/../y")), root.join("far/y"));
        std::fs::write(root.join("in"), "1").unwrap();
        std::os::unix::fs::symlink("nothing", root.join("dangling")).unwrap();
        let kept = refusal(&root.join("in"), &[&root.join("dangling")], Existing::Keep).unwrap();
        assert!(kept.contains("--overwrite"), "a link that leads nowhere is something too: {kept}");
        let twice = [&*root.join("dangling"), &*root.join("nothing")];
        let refused = refusal(&root.join("in"), &twice, Existing::Replace).unwrap();
        assert!(refused.contains("name the same file"), "{refused}");
    }

    #[cfg(unix)]
    #[test]
    fn devices_may_be_written_and_written_twice() {
        let null = Path::new("/dev/null");
        assert_eq!(refusal(null, &[null, null], Existing::Keep), None);
    }
}
