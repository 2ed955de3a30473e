//! `dechaff label`: a page to label or correct documents.

use std::path::PathBuf;
use std::process::ExitCode;

use super::options::{ModelArgs, SourceArgs};
use super::signals::Signals;
use crate::batch::SkippedInputs;
use crate::dump::{Claims, Existing, Expanded};
use crate::error::Result;
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
    let expanded = args.inputs()?;
    let skipped = SkippedInputs::from(&expanded).to_string();
    if !skipped.is_empty() {
        say!("{}", skipped.trim_end());
    }
    let signals = Signals::listen()?;
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
    let mut tasks =
        args.source.label_tasks(&args.model.detector()?, args.documents, &expanded.inputs, &signals)?;
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
    if let Ok(metadata) = args.output.metadata() {
        args.source.claim_below(&args.output, metadata.len());
    }
    say!("{labelled} documents labelled in {}", clean(args.output.display()));
    Ok(ExitCode::SUCCESS)
}

impl Args {
    /// The inputs, if no file that is written is one of them or of what else is read.
    fn inputs(&self) -> Result<Expanded> {
        let expanded = self.source.inputs_without(&[&self.output])?;
        let mut claims = Claims::new();
        self.source.claim(&expanded.inputs, &mut claims)?;
        claims.read_all("--import", &self.import);
        self.model.claim(&mut claims);
        // The labels that are there are kept.
        claims.write("-o", &self.output, Existing::Replace);
        let exports = [
            ("--export-doccano", &self.export_doccano),
            ("--export-label-studio", &self.export_label_studio),
        ];
        for (option, path) in exports {
            path.iter().for_each(|path| claims.write(option, path, Existing::overwrite(self.overwrite)));
        }
        claims.check()?;
        Ok(expanded)
    }
}
