//! The inputs that arguments stand for: files, folders, patterns, lists, addresses, standard input.

use std::path::{Path, PathBuf};

use super::claimed::OWN_FOLDER;
use super::doubles::leave_out_doubles;
use super::folder::{PageFolder, tell_apart};
use super::format::Format;
use super::input::Input;
use super::pattern::{files_matching, is_pattern};
use super::tell::{Told, tell_file};
use super::walk::{Found, OWN_RECORDS, Skipped, files_below};
use crate::error::{Error, Result};

/// How inputs are found.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExpandOptions {
    /// The format of files that neither name nor first bytes tell.
    pub format: Option<Format>,
    /// Machines of a cloud may be asked for credentials.
    pub cloud_metadata: bool,
}

/// The inputs that arguments stand for, and what was found on the way.
#[derive(Clone, Debug, Default)]
pub struct Expanded {
    /// The inputs, in order.
    pub inputs: Vec<Input>,
    /// Files and folders that are no inputs.
    pub skipped: Vec<Skipped>,
    /// What cannot be read.
    pub failed: Vec<Skipped>,
}

/// Finds the inputs, in the order of the arguments, and below a folder or pattern in the order of their paths. What is named
/// more than once is one input, the first.
///
/// - `-` is standard input.
/// - A folder stands for all dumps in it, and for its pages and texts together as one more input. A name that tells no format is
///   looked into. Names that start with `.` or `_` are left out.
/// - A pattern with `*`, `?` or `[…]` stands for the files it matches, `**` for any folders.
/// - `@FILE` stands for the arguments in the file, one a line.
/// - `s3://…`, `gs://…` and `https://…` stand for an object, for all below a prefix that ends in `/`, or for a pattern.
///
/// # Errors
///
/// Something that was named is not there, nothing matches, or nothing of it can be read.
pub fn expand_inputs(arguments: &[PathBuf], options: &ExpandOptions) -> Result<Expanded> {
    let mut expansion = Expansion { options, expanded: Expanded::default(), addresses: Vec::new() };
    for argument in arguments {
        let list = argument.to_str().and_then(|name| name.strip_prefix('@')).filter(|_| !argument.exists());
        match list {
            Some(list) => {
                read_list(Path::new(list))?.iter().try_for_each(|line| expansion.argument(line))?;
            }
            None => expansion.argument(argument)?,
        }
    }
    expansion.find_addresses()?;
    leave_out_doubles(&mut expansion.expanded);
    tell_apart(&mut expansion.expanded.inputs);
    match (expansion.expanded.inputs.is_empty(), expansion.expanded.failed.first()) {
        (true, Some(Skipped { path, reason })) => Err(Error::input(path, reason)),
        _ => Ok(expansion.expanded),
    }
}

fn read_list(path: &Path) -> Result<Vec<PathBuf>> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::io(path, "read", error))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let listed: Vec<PathBuf> = lines.map(PathBuf::from).collect();
    let is_list = |name: &&PathBuf| name.to_string_lossy().starts_with('@') && !name.exists();
    match (listed.is_empty(), listed.iter().find(is_list)) {
        (true, _) => {
            Err(Error::input(path.display(), "the list names no input; was what made it successful?"))
        }
        (_, Some(inner)) => {
            let reason =
                format!("it names the list {}, and lists hold no lists: name what is in it", inner.display());
            Err(Error::input(path.display(), reason))
        }
        _ => Ok(listed),
    }
}

/// The work of [`expand_inputs`].
struct Expansion<'a> {
    options: &'a ExpandOptions,
    expanded: Expanded,
    /// Addresses that are to be asked for together.
    addresses: Vec<String>,
}

impl Expansion<'_> {
    fn argument(&mut self, argument: &Path) -> Result<()> {
        let name = argument.to_string_lossy();
        if name.contains("://") {
            self.addresses.push(name.into_owned());
            return Ok(());
        }
        // Inputs keep the order of their arguments.
        self.find_addresses()?;
        if name == "-" {
            self.expanded.inputs.push(Input::Stdin);
        } else if argument.is_dir() {
            self.folder(argument)?;
        } else if !argument.exists() && is_pattern(&name) {
            self.pattern(&name)?;
        } else {
            argument.metadata().map_err(|error| Error::io(argument, "open", error))?;
            self.expanded.inputs.push(Input::file(argument));
        }
        Ok(())
    }

    fn folder(&mut self, root: &Path) -> Result<()> {
        if root.file_name().is_some_and(|name| name == OWN_FOLDER) {
            return Err(Error::input(root.display(), format!("it holds {OWN_RECORDS}, which is no input")));
        }
        let (inputs, failed) = (self.expanded.inputs.len(), self.expanded.failed.len());
        let skipped = self.expanded.skipped.len();
        let mut pages = Vec::new();
        for (path, told) in self.take(files_below(root)) {
            match told {
                Told::Page(kind) => pages.push((path, kind)),
                _ => self.expanded.inputs.push(file_below(root, path)),
            }
        }
        if !pages.is_empty() {
            self.expanded.inputs.push(Input::Pages(PageFolder::new(root, pages)));
        }
        if self.expanded.inputs.len() == inputs && self.expanded.failed.len() == failed {
            let skipped = self.expanded.skipped.get(skipped..).unwrap_or_default();
            return Err(Error::input(root.display(), nothing_in_folder(skipped)));
        }
        Ok(())
    }

    fn pattern(&mut self, pattern: &str) -> Result<()> {
        let (inputs, failed) = (self.expanded.inputs.len(), self.expanded.failed.len());
        let (fixed, found) = files_matching(pattern).map_err(|error| Error::input(pattern, error))?;
        for (path, _) in self.take(found) {
            self.expanded.inputs.push(file_below(&fixed, path));
        }
        if self.expanded.inputs.len() == inputs && self.expanded.failed.len() == failed {
            return Err(Error::input(pattern, "no file matches"));
        }
        Ok(())
    }

    /// Takes what a walk found, and tells what each file is. Those that are no inputs are noted.
    fn take(&mut self, found: Found) -> Vec<(PathBuf, Told)> {
        self.expanded.skipped.extend(found.skipped);
        self.expanded.failed.extend(found.failed);
        let mut files = Vec::with_capacity(found.files.len());
        for path in found.files {
            match tell_file(&path, self.options.format) {
                Ok(Told::Neither(reason)) => self.expanded.skipped.push(Skipped::new(&path, reason)),
                Ok(told) => files.push((path, told)),
                Err(cause) => {
                    self.expanded.failed.push(Skipped::new(&path, format!("cannot be read: {cause}")));
                }
            }
        }
        files
    }

    #[cfg(feature = "cloud")]
    fn find_addresses(&mut self) -> Result<()> {
        super::objects::find(&std::mem::take(&mut self.addresses), self.options, &mut self.expanded)
    }

    #[cfg(not(feature = "cloud"))]
    fn find_addresses(&mut self) -> Result<()> {
        match self.addresses.first() {
            Some(address) => Err(Error::input(address, "this dechaff was built without the feature `cloud`")),
            None => Ok(()),
        }
    }
}

fn file_below(root: &Path, path: PathBuf) -> Input {
    let relative = path.strip_prefix(root).unwrap_or(&path).to_owned();
    Input::File { path, relative }
}

fn nothing_in_folder(skipped: &[Skipped]) -> String {
    let nothing = "the folder has no dump, .html or .txt file";
    match skipped {
        [] => nothing.to_owned(),
        [Skipped { path, reason }] => format!("{nothing}, but {path}: {reason}"),
        [Skipped { path, reason }, more @ ..] => {
            format!("{nothing}, but {path}: {reason}; and {} more", more.len())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(arguments: &[PathBuf]) -> Result<Expanded> {
        expand_inputs(arguments, &ExpandOptions::default())
    }

    fn names(root: &Path, arguments: &[&str]) -> Vec<String> {
        let arguments: Vec<PathBuf> = arguments.iter().map(|name| root.join(name)).collect();
        let inputs = expand(&arguments).unwrap().inputs;
        inputs.iter().map(|input| input.relative().display().to_string()).collect()
    }

    fn write(root: &Path, files: &[(&str, &str)]) {
        for (name, text) in files {
            std::fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
            std::fs::write(root.join(name), text).unwrap();
        }
    }

    #[test]
    fn folders_patterns_and_lists_stand_for_their_files() {
        let sandbox = tempfile::tempdir().unwrap();
        let root = sandbox.path();
        let plain = [
            "d/b.jsonl.gz",
            "d/a/x.warc",
            "d/page.html",
            "d/notes",
            "d/_dechaff/manifest.jsonl",
            "d/.hidden.csv",
        ];
        write(root, &plain.map(|name| (name, "")));
        assert_eq!(names(root, &["d"]), ["a/x.warc", "b.jsonl.gz", "d"]);
        assert_eq!(names(root, &["d/**/*.warc", "d/b*"]), ["a/x.warc", "b.jsonl.gz"]);
        let list = format!("# two\n{0}/d/b.jsonl.gz\n\n{0}/d/*/x.warc\n", root.display());
        std::fs::write(root.join("list.txt"), list).unwrap();
        let listed = expand(&[PathBuf::from(format!("@{}/list.txt", root.display()))]).unwrap();
        assert_eq!(listed.inputs.len(), 2);
        for missing in ["d/*.parquet", "nothing.jsonl"] {
            let error = expand(&[root.join(missing)]).unwrap_err().to_string();
            assert!(error.contains("no file matches") || error.contains("cannot open"), "{error}");
        }
        let error = expand(&[PathBuf::from("ftp://a.example/b")]).unwrap_err().to_string();
        assert!(error.contains("ftp://a.example/b"), "{error}");
    }

    #[test]
    fn a_list_that_names_nothing_or_a_list_is_refused_and_its_mark_is_no_name() {
        let sandbox = tempfile::tempdir().unwrap();
        let root = sandbox.path();
        let name = root.join("a.jsonl").display().to_string();
        let listed = |text: &str| {
            write(root, &[("a.jsonl", ""), ("list.txt", text)]);
            let inputs = expand(&[PathBuf::from(format!("@{}/list.txt", root.display()))]);
            inputs.map(|found| found.inputs.len()).map_err(|error| error.to_string())
        };
        assert_eq!(listed(&format!("\u{feff}{name}\r\n")), Ok(1));
        assert!(listed("").unwrap_err().contains("list.txt: the list names no input"));
        assert!(listed("# none\n\n").unwrap_err().contains("the list names no input"));
        assert!(
            listed("@more.txt\n")
                .unwrap_err()
                .contains("list.txt: it names the list @more.txt, and lists hold")
        );
    }

    #[test]
    fn a_folder_says_what_it_passes_over() {
        let sandbox = tempfile::tempdir().unwrap();
        let root = sandbox.path();
        let files = [
            ("part-00000", "{\"text\":\"a\"}\n"),
            ("x.jl", ""),
            ("x.jsonlines", ""),
            ("page.php", "<!doctype html><p>a"),
            ("readme.md", "# a"),
            ("style.css", "p { color: red }"),
            ("logo.bin", "\0\0\0"),
            ("_SUCCESS", ""),
            (".git/config", ""),
            ("_dechaff/manifest.txt", ""),
        ];
        write(root, &files);
        let found = expand(&[root.to_owned()]).unwrap();
        let inputs: Vec<String> = found.inputs.iter().map(Input::name).collect();
        let below = |name: &str| root.join(name).display().to_string();
        assert_eq!(
            inputs,
            [below("part-00000"), below("x.jl"), below("x.jsonlines"), root.display().to_string()]
        );
        let Some(Input::Pages(pages)) = found.inputs.last() else { panic!("{inputs:?}") };
        assert_eq!(pages.files().len(), 2);
        let mut skipped: Vec<String> =
            found.skipped.iter().map(|file| file.path.replace(&below(""), "")).collect();
        skipped.sort();
        assert_eq!(skipped, [".git", "_SUCCESS", "_dechaff", "logo.bin", "style.css"]);
        assert!(found.failed.is_empty());
        let given = ExpandOptions { format: Some(Format::Text), ..ExpandOptions::default() };
        let given = expand_inputs(&[root.to_owned()], &given).unwrap();
        assert!(given.skipped.iter().all(|file| !file.path.ends_with("style.css")));
    }
}
