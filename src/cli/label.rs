//! `dechaff label`: a page to label or correct documents.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::options::{ModelArgs, SourceArgs};
use super::signals::Signals;
use crate::error::{Error, Result};
use crate::label::{Exports, LabelServer, Store, read_labels};
use crate::terminal::{clean, say, show};

/// Label documents, or correct the model's guesses, on a page in your browser
///
/// Prints the address of a page that only this machine can open. The model's guess is preset; keys set the label of a line
/// or of a selection. Each page is saved when you go to the next, which is the one that the model is least sure of. The file
/// is a corpus: `dechaff train datasets/text.jsonl labels.jsonl -o mine.dechaff` learns from it. Run the same command again
/// to go on. A document is known by its id and its text; one without an id gets one from the name of its input and its text.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    source: SourceArgs,
    /// Where the labels go; those that are there are kept
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Documents to offer
    #[arg(long, default_value_t = 1000, value_name = "N")]
    documents: usize,
    /// Begin with these labels: the corpus schema, doccano's or Label Studio's JSON Lines; documents are found by id
    #[arg(long, value_name = "FILE")]
    import: Vec<PathBuf>,
    /// Also write the labels for doccano
    #[arg(long, value_name = "FILE")]
    export_doccano: Option<PathBuf>,
    /// Also write the labels for Label Studio
    #[arg(long, value_name = "FILE")]
    export_label_studio: Option<PathBuf>,
    /// Replace exports that exist and hold something else than these labels
    #[arg(long)]
    overwrite: bool,
    /// Port of this machine [default: any that is free]
    #[arg(long, default_value_t = 0, hide_default_value = true, value_name = "N")]
    port: u16,
    #[command(flatten)]
    model: ModelArgs,
}

pub(super) fn run(args: &Args) -> Result<ExitCode> {
    let signals = Signals::listen()?;
    args.refuse_same_files()?;
    let exports = Exports {
        doccano: args.export_doccano.clone(),
        label_studio: args.export_label_studio.clone(),
        overwrite: args.overwrite,
    };
    let store = Store::open(&args.output, exports)?;
    let mut imports = Vec::new();
    for path in &args.import {
        imports.extend(read_labels(path)?);
    }
    let mut tasks = args.source.label_tasks(&args.model.detector()?, args.documents, &signals)?;
    if signals.stop.is_requested() {
        return Ok(signals.exit_code());
    }
    for import in &imports {
        tasks.iter_mut().filter(|task| task.id == import.id).for_each(|task| task.take(import));
    }
    let (all, known) = (tasks.len(), store.len());
    let server = LabelServer::open(args.port, tasks, store)?;
    say!("{all} documents, {known} labelled before. Open this address in a browser; Ctrl-C ends:");
    show(format_args!("{}\n", server.address()))?;
    let labelled = server.run(&signals.stop)?;
    say!("{labelled} documents labelled in {}", clean(args.output.display()));
    Ok(ExitCode::SUCCESS)
}

impl Args {
    /// Files that are written must be neither those that are read nor each other.
    fn refuse_same_files(&self) -> Result<()> {
        let mut known: Vec<(&str, &Path)> = self.source.paths().map(|path| ("an input", path)).collect();
        known.extend(self.import.iter().map(|path| ("--import", path.as_path())));
        known.extend(self.model.path().map(|path| ("--model", path)));
        let exports = [
            ("--export-doccano", self.export_doccano.as_deref()),
            ("--export-label-studio", self.export_label_studio.as_deref()),
        ];
        let written = [("-o", Some(self.output.as_path()))].into_iter().chain(exports);
        for (option, path) in written.filter_map(|(option, path)| Some((option, path?))) {
            if let Some((other, _)) = known.iter().find(|(_, other)| is_same_file(path, other)) {
                let reason = format!("{option} would replace it, and it is {other} too; name another file");
                return Err(Error::input(path.display(), reason));
            }
            known.push((option, path));
        }
        Ok(())
    }
}

/// Whether two paths lead to one file, by links or otherwise, or would make one.
fn is_same_file(one: &Path, other: &Path) -> bool {
    #[cfg(unix)]
    if let (Ok(one), Ok(other)) = (one.metadata(), other.metadata()) {
        use std::os::unix::fs::MetadataExt;
        return (one.dev(), one.ino()) == (other.dev(), other.ino());
    }
    let resolved = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = folder.canonicalize().ok()?;
        path.canonicalize().ok().or_else(|| Some(folder.join(path.file_name()?)))
    };
    resolved(one).is_some_and(|one| Some(one) == resolved(other))
}
