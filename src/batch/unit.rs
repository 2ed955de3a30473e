//! The output of one unit: files, rejects, hosts, all under temporary names until the unit is done.

use std::path::{Path, PathBuf};

use arrow_schema::SchemaRef;

use super::folder::FolderOptions;
use super::groups::Groups;
use super::long_name::too_long;
use super::manifest::FOLDER;
use super::pipeline::Sink;
use super::rejects::RejectLog;
use super::task::RunOptions;
use crate::dump::{
    Compression, Input, Output, OutputFormat, OutputTarget, RecordWriter, Reject, Whole, Written,
};
use crate::error::{Error, Result};

/// Writes one unit.
pub(super) struct UnitOutput<'a> {
    folder: &'a FolderOptions,
    options: &'a RunOptions,
    input: &'a Input,
    name: &'a str,
    temporary: &'a Path,
    columns: Option<SchemaRef>,
    writer: Option<RecordWriter>,
    whole: Vec<(Whole, String)>,
    rejects: RejectLog,
}

/// What an output file is called, relative to the folder. `part` numbers files of one unit.
pub(super) fn output_name(
    folder: &FolderOptions,
    options: &RunOptions,
    input: &Input,
    name: &str,
    part: Option<usize>,
) -> String {
    let part = part.map_or_else(String::new, |part| format!("-{part:05}"));
    let compression = compression_of(folder, options, input);
    if options.keeps_rows()
        && let Some((_, endings)) = input.relative().to_str().and_then(|relative| relative.rsplit_once(name))
        && !matches!(endings, e if e.contains(".bz2") || e.contains(".xz") || e.contains("parquet") || e.contains("csv"))
    {
        // Attributes are found by the name of their documents.
        return format!("{name}{part}{endings}");
    }
    let packed = if options.format == OutputFormat::Parquet { "" } else { compression.suffix() };
    format!("{name}{part}{}{packed}", options.format.suffix())
}

fn compression_of(folder: &FolderOptions, options: &RunOptions, input: &Input) -> Compression {
    match Compression::by_name(input.relative()) {
        same if options.keeps_rows() => same,
        _ => folder.compression,
    }
}

/// Where a unit's counts by host are.
pub(super) fn hosts_path(folder: &Path, name: &str) -> PathBuf {
    folder.join(FOLDER).join("hosts").join(format!("{name}.csv"))
}

/// Where a unit's rejects are.
fn rejects_path(folder: &Path, name: &str) -> PathBuf {
    folder.join(FOLDER).join("rejects").join(format!("{name}.jsonl"))
}

impl<'a> UnitOutput<'a> {
    pub(super) fn new(
        folder: &'a FolderOptions,
        options: &'a RunOptions,
        input: &'a Input,
        name: &'a str,
        temporary: &'a Path,
    ) -> UnitOutput<'a> {
        let rejects = RejectLog::in_folder(rejects_path(&folder.folder, name), temporary.to_owned());
        UnitOutput {
            folder,
            options,
            input,
            name,
            temporary,
            columns: None,
            writer: None,
            whole: Vec::new(),
            rejects,
        }
    }

    /// Finds out before the work whether the files can have their names.
    ///
    /// # Errors
    ///
    /// A name is too long for the file system.
    pub(super) fn check_names(&self) -> Result<()> {
        let here = Path::new("");
        let files =
            [PathBuf::from(self.file_name()), rejects_path(here, self.name), hosts_path(here, self.name)];
        match too_long(&self.folder.folder, &files) {
            Some((file, cause)) => Err(Error::input(
                self.input.name(),
                format!(
                    "its output cannot have the name {}: {cause}; give the input a shorter name",
                    file.display()
                ),
            )),
            None => Ok(()),
        }
    }

    /// The writer, opened with the first record of a file.
    fn writer(&mut self) -> Result<&mut RecordWriter> {
        if self.writer.is_none() {
            let compression = compression_of(self.folder, self.options, self.input);
            let format = self.options.format;
            let output = Output::create_in(self.target(), format.packing(compression), self.temporary)?;
            let mut writer = RecordWriter::new(output, format, compression, self.options.table());
            writer.begin(&self.input.name(), self.columns.clone())?;
            self.writer = Some(writer);
        }
        self.writer.as_mut().ok_or_else(|| Error::input("output", "it is not open"))
    }

    fn file_name(&self) -> String {
        let part = self.folder.shard_bytes.map(|_| self.whole.len());
        output_name(self.folder, self.options, self.input, self.name, part)
    }

    fn target(&self) -> OutputTarget {
        OutputTarget::File(self.folder.folder.join(self.file_name()))
    }

    fn end_file(&mut self) -> Result<()> {
        let name = self.file_name();
        if let Some(writer) = self.writer.take() {
            self.whole.push((writer.close()?, name));
        }
        Ok(())
    }

    /// Ends all files; they keep their temporary names.
    pub(super) fn close(mut self, hosts: &Groups) -> Result<ClosedUnit> {
        if self.whole.is_empty() {
            // A unit without records is an empty output, not none.
            self.writer()?;
        }
        self.end_file()?;
        let folder = &self.folder.folder;
        let mut outputs = Vec::with_capacity(self.whole.len());
        let mut files = Vec::with_capacity(self.whole.len() + 2);
        for (whole, name) in self.whole {
            let path = folder.join(&name);
            outputs.push((name, whole.bytes()?));
            files.push((whole, path));
        }
        let rejects = rejects_path(folder, self.name);
        let rejected = self.rejects.close()?;
        let stale = rejected.is_none().then_some(rejects);
        files.extend(rejected);
        if self.options.by_host {
            let path = hosts_path(folder, self.name);
            let mut output =
                Output::create_in(OutputTarget::File(path.clone()), Compression::None, self.temporary)?;
            output.write(&hosts.to_csv("host")?)?;
            files.push((output.close()?, path));
        }
        Ok(ClosedUnit { outputs, files, stale })
    }
}

/// A unit whose files are whole, under temporary names.
pub(super) struct ClosedUnit {
    /// The files of the outputs, relative to the folder, with their sizes.
    pub outputs: Vec<(String, u64)>,
    files: Vec<(Whole, PathBuf)>,
    /// Rejects of an earlier run, where this one has none.
    stale: Option<PathBuf>,
}

impl ClosedUnit {
    /// Gives all files their names and returns those of the outputs with their sizes.
    pub(super) fn publish(self) -> Result<Vec<(String, u64)>> {
        for (whole, path) in self.files {
            publish(whole, &path)?;
        }
        if let Some(rejects) = self.stale.filter(|rejects| rejects.exists()) {
            std::fs::remove_file(&rejects).map_err(|error| Error::io(&rejects, "remove", error))?;
        }
        Ok(self.outputs)
    }
}

fn publish(whole: Whole, path: &Path) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| Error::io(folder, "make", error))?;
    }
    whole.publish()
}

impl Sink for UnitOutput<'_> {
    fn begin(&mut self, _: &Input, columns: Option<SchemaRef>) -> Result<()> {
        self.columns = columns;
        Ok(())
    }

    fn write(&mut self, written: Written) -> Result<()> {
        self.writer()?.write(written)?;
        let is_full = match (&self.writer, self.folder.shard_bytes) {
            (Some(writer), Some(limit)) => writer.bytes() >= limit,
            _ => false,
        };
        if is_full { self.end_file() } else { Ok(()) }
    }

    fn reject(&mut self, reject: &Reject) -> Result<()> {
        self.rejects.add(reject)
    }
}
