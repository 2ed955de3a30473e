//! The inputs that arguments stand for: files, folders, patterns, lists, addresses, standard input.

use std::path::{Component, Path, PathBuf};

use super::claimed::{OWN_FOLDER, is_claimed, is_claimed_below};
use super::format::Format;
use super::input::Input;
use crate::error::{Error, Result};

/// Finds the inputs, in the order of the arguments, and below a folder or pattern in the order of their paths.
///
/// - `-` is standard input.
/// - A folder stands for all dumps in it, and for its `.html` and `.txt` files together as one more input. Names that start
///   with `.` or `_` are left out.
/// - A pattern with `*`, `?` or `[…]` stands for the files it matches, `**` for any folders.
/// - `@FILE` stands for the arguments in the file, one a line.
/// - `s3://…`, `gs://…` and `https://…` stand for an object, for all below a prefix that ends in `/`, or for a pattern.
///
/// # Errors
///
/// Something is not there, or nothing matches.
pub fn expand_inputs(arguments: &[PathBuf]) -> Result<Vec<Input>> {
    let mut inputs = Vec::new();
    let mut addresses = Vec::new();
    for argument in arguments {
        let list = argument.to_str().and_then(|name| name.strip_prefix('@')).filter(|_| !argument.exists());
        match list {
            Some(list) => {
                for line in read_list(Path::new(list))? {
                    expand(&line, &mut inputs, &mut addresses)?;
                }
            }
            None => expand(argument, &mut inputs, &mut addresses)?,
        }
    }
    find_addresses(&mut inputs, &mut addresses)?;
    Ok(inputs)
}

fn read_list(path: &Path) -> Result<Vec<PathBuf>> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::io(path, "read", error))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(lines.map(PathBuf::from).collect())
}

fn expand(argument: &Path, inputs: &mut Vec<Input>, addresses: &mut Vec<String>) -> Result<()> {
    let name = argument.to_string_lossy();
    if name.contains("://") {
        addresses.push(name.into_owned());
        return Ok(());
    }
    // Inputs keep the order of their arguments.
    find_addresses(inputs, addresses)?;
    if name == "-" {
        inputs.push(Input::Stdin);
    } else if argument.is_dir() {
        inputs.extend(folder(argument)?);
    } else if !argument.exists() && name.contains(['*', '?', '[']) {
        inputs.extend(matches(&name)?);
    } else {
        argument.metadata().map_err(|error| Error::io(argument, "open", error))?;
        inputs.push(Input::file(argument));
    }
    Ok(())
}

fn folder(root: &Path) -> Result<Vec<Input>> {
    let mut dumps = Vec::new();
    let mut has_pages = false;
    for path in files_below(root)? {
        match Format::by_name(&path) {
            Some(format) if format.is_dump() => {
                let relative = path.strip_prefix(root).unwrap_or(&path).to_owned();
                dumps.push(Input::File { path, relative });
            }
            Some(_) => has_pages = true,
            None => {}
        }
    }
    if has_pages {
        dumps.push(Input::Pages(root.to_owned()));
    }
    if dumps.is_empty() {
        let names = ".jsonl, .warc, .wet, .parquet or .csv (or one of them compressed), .html or .txt";
        return Err(Error::input(root.display(), format!("the folder has no {names} file")));
    }
    Ok(dumps)
}

/// The files of a folder and its subfolders in the order of their paths, without hidden ones and those that start with `_`.
pub(super) fn files_below(root: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let shown = |entry: &walkdir::DirEntry| {
        let is_plain = !matches!(entry.file_name().as_encoded_bytes().first(), Some(b'.' | b'_'));
        if entry.depth() == 0 {
            entry.file_name() != OWN_FOLDER
        } else {
            is_plain && !is_claimed(entry.path())
        }
    };
    for entry in
        walkdir::WalkDir::new(root).follow_links(true).sort_by_file_name().into_iter().filter_entry(shown)
    {
        let entry = entry.map_err(|error| Error::input(root.display(), error))?;
        if entry.file_type().is_file() {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

fn matches(pattern: &str) -> Result<Vec<Input>> {
    let fixed: PathBuf = Path::new(pattern)
        .components()
        .take_while(|part| !matches!(part, Component::Normal(name) if name.to_string_lossy().contains(['*', '?', '['])))
        .collect();
    let mut inputs = Vec::new();
    for path in glob::glob(pattern).map_err(|error| Error::input(pattern, error))? {
        let path = path.map_err(|error| Error::input(pattern, error))?;
        if path.is_file() && !is_claimed_below(&fixed, &path) {
            let relative = path.strip_prefix(&fixed).unwrap_or(&path).to_owned();
            inputs.push(Input::File { path, relative });
        }
    }
    if inputs.is_empty() { Err(Error::input(pattern, "no file matches")) } else { Ok(inputs) }
}

#[cfg(feature = "cloud")]
fn find_addresses(inputs: &mut Vec<Input>, addresses: &mut Vec<String>) -> Result<()> {
    use super::object::{Stores, is_url};
    if let Some(unknown) = addresses.iter().find(|address| !is_url(address)) {
        return Err(Error::input(unknown, "the address has to start with s3://, gs://, https:// or http://"));
    }
    for (object, relative) in Stores::default().find_all(addresses)? {
        inputs.push(Input::Object { object, relative: PathBuf::from(relative) });
    }
    addresses.clear();
    Ok(())
}

#[cfg(not(feature = "cloud"))]
fn find_addresses(_: &mut [Input], addresses: &mut [String]) -> Result<()> {
    match addresses.first() {
        Some(address) => Err(Error::input(address, "this dechaff was built without the feature `cloud`")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(root: &Path, arguments: &[&str]) -> Vec<String> {
        let arguments: Vec<PathBuf> = arguments.iter().map(|name| root.join(name)).collect();
        let inputs = expand_inputs(&arguments).unwrap();
        inputs.iter().map(|input| input.relative().display().to_string()).collect()
    }

    #[test]
    fn folders_patterns_and_lists_stand_for_their_files() {
        let sandbox = tempfile::tempdir().unwrap();
        let root = sandbox.path();
        for name in [
            "d/b.jsonl.gz",
            "d/a/x.warc",
            "d/page.html",
            "d/notes.md",
            "d/_dechaff/manifest.jsonl",
            "d/.hidden.csv",
        ] {
            std::fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
            std::fs::write(root.join(name), "").unwrap();
        }
        assert_eq!(names(root, &["d"]), ["a/x.warc", "b.jsonl.gz", "d"]);
        assert_eq!(names(root, &["d/**/*.warc", "d/b*"]), ["a/x.warc", "b.jsonl.gz"]);
        let list = format!("# two\n{0}/d/b.jsonl.gz\n\n{0}/d/*/x.warc\n", root.display());
        std::fs::write(root.join("list.txt"), list).unwrap();
        let listed = expand_inputs(&[PathBuf::from(format!("@{}/list.txt", root.display()))]).unwrap();
        assert_eq!(listed.len(), 2);
        for missing in ["d/*.parquet", "nothing.jsonl"] {
            let error = expand_inputs(&[root.join(missing)]).unwrap_err().to_string();
            assert!(error.contains("no file matches") || error.contains("cannot open"), "{error}");
        }
        let error = expand_inputs(&[PathBuf::from("ftp://a.example/b")]).unwrap_err().to_string();
        assert!(error.contains("ftp://a.example/b"), "{error}");
    }
}
