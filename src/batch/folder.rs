//! A run into a folder: one input is one unit of work, whose output appears when it is whole. What is done stays done, so
//! that the same command goes on after a stop, a crash or a kill.

use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::done::Done;
use super::groups::Groups;
use super::manifest::{FOLDER, HostsFile, Line, Manifest, RunLine, Shard, Unit, now};
use super::pipeline::Pipeline;
use super::progress::Progress;
use super::rejects::RejectBudget;
use super::run::thread_pool;
use super::settings::{Settings, hash};
use super::source::{is_same_place, is_same_source, origin};
use super::stop::Stop;
use super::summary::Summary;
use super::task::RunOptions;
use super::unit::UnitOutput;
use super::unit_name::unit_names;
use crate::Detector;
use crate::dump::{Claims, Compression, Input, Output, OutputTarget};
use crate::error::{Error, Result};

/// Threads that one input can feed: its decompression is one thread's work.
const THREADS_FOR_AN_INPUT: usize = 4;

/// How a folder is filled.
#[derive(Clone, Debug)]
pub struct FolderOptions {
    /// The folder.
    pub folder: PathBuf,
    /// How outputs are compressed.
    pub compression: Compression,
    /// A new file is begun when one has so many bytes, before compression.
    pub shard_bytes: Option<u64>,
    /// Inputs that are done are done again.
    pub overwrite: bool,
    /// The run's part of the inputs.
    pub shard: Option<Shard>,
    /// Inputs that are worked on at once; 0 for one for each four threads.
    pub at_once: usize,
    /// What the model is called in the manifest.
    pub model: String,
    /// Where the counts by host of all inputs go, besides.
    pub hosts: Option<PathBuf>,
}

/// A run into a folder.
pub struct FolderRun<'a> {
    /// The detector.
    pub detector: &'a Detector,
    /// The options for records.
    pub options: &'a RunOptions,
    /// The options for the folder.
    pub folder: &'a FolderOptions,
    /// The inputs of this shard; [`take_shard`] picks them.
    pub inputs: &'a [Input],
    /// The inputs of all shards.
    pub all: &'a [Input],
    /// What else the command reads and writes: no output may be one of these.
    pub claims: Claims,
    /// The progress display.
    pub progress: &'a Progress,
    /// Asks the run to stop early.
    pub stop: &'a Stop,
}

/// What a run into a folder did.
#[derive(Clone, Debug, Default)]
pub struct FolderSummary {
    /// The counts of all units, those of earlier runs too.
    pub summary: Summary,
    /// Units that this run did.
    pub done: usize,
    /// Units that earlier runs had done.
    pub skipped: usize,
    /// Inputs that could not be read, and why.
    pub failed: Vec<String>,
    /// Somebody asked to stop before the end.
    pub is_stopped: bool,
}

/// The inputs of a shard, or what belongs to them: every `of`-th.
pub fn take_shard<T>(inputs: Vec<T>, shard: Option<Shard>) -> Vec<T> {
    match shard {
        Some(shard) => inputs.into_iter().skip(shard.index).step_by(shard.of.max(1)).collect(),
        None => inputs,
    }
}

/// What the units of a run share.
struct Context<'a> {
    pipeline: Pipeline<'a>,
    manifest: Manifest,
    earlier: Done,
    fingerprint: String,
    temporary: PathBuf,
    total: Mutex<FolderSummary>,
}

impl FolderRun<'_> {
    /// Does all units that are not done.
    ///
    /// # Errors
    ///
    /// Two inputs have the same name in the folder, another run is writing to it, an output would replace what is read or what
    /// is not to be replaced, it was filled with other settings, it cannot be written, or too much is rejected. An input that
    /// cannot be read is no error: the others are done.
    pub fn execute(&self) -> Result<FolderSummary> {
        let seen = Done::read(&self.folder.folder)?;
        let all = self.unit_names(&seen)?;
        let names = take_shard(all.clone(), self.folder.shard);
        let settings = Settings::of(self.detector, self.options, self.folder)?;
        let fingerprint = settings.hash();
        self.refuse(&seen, &names, &settings)?;
        let manifest = Manifest::open(&self.folder.folder, self.folder.shard)?;
        // Somebody may have written between the two; now nobody does.
        let earlier = Done::read(&self.folder.folder)?;
        if !earlier.is_as_seen(&seen) {
            self.refuse(&earlier, &names, &settings)?;
        }
        self.begin(&manifest, &earlier, &all, &names, settings)?;
        let temporary = self.fresh_temporary_folder()?;
        let budget = RejectBudget::new(self.options.max_rejects);
        let pool = thread_pool(self.options.threads)?;
        let pipeline = Pipeline {
            detector: self.detector,
            options: self.options,
            progress: self.progress,
            stop: self.stop,
            budget: &budget,
            pool: &pool,
        };
        let total = Mutex::default();
        let context = Context { pipeline, manifest, earlier, fingerprint, temporary, total };
        let outcome = self.do_units(&context, &names);
        self.progress.finish();
        let _ = std::fs::remove_dir_all(&context.temporary);
        outcome?;
        budget.judge()?;
        let mut total = context.total.into_inner().unwrap_or_else(PoisonError::into_inner);
        total.is_stopped |=
            self.stop.is_requested() && total.done + total.skipped + total.failed.len() < names.len();
        if self.options.by_host {
            for name in &names {
                total.summary.hosts.merge(read_hosts(&self.folder.folder, name)?);
            }
            self.write_hosts(&context.manifest, &total.summary.hosts)?;
        }
        Ok(total)
    }

    /// Notes in the manifest what the run is to do.
    fn begin(
        &self,
        manifest: &Manifest,
        earlier: &Done,
        all: &[String],
        names: &[String],
        settings: Settings,
    ) -> Result<()> {
        let list = hash(names);
        if !earlier.has_list(&list) {
            manifest.add(&Line::List { list: list.clone(), names: names.to_vec() })?;
        }
        let run = RunLine {
            dechaff: crate::VERSION.to_owned(),
            model: self.folder.model.clone(),
            options: settings.hash(),
            settings,
            inputs: all.len(),
            all: hash(all),
            units: list,
            shard: self.folder.shard,
            overwrite: self.folder.overwrite,
            at: now(),
        };
        manifest.add(&Line::Run { run })
    }

    /// The counts by host as a file, which the next run knows for one of ours.
    fn write_hosts(&self, manifest: &Manifest, hosts: &Groups) -> Result<()> {
        let Some(path) = &self.folder.hosts else { return Ok(()) };
        let csv = hosts.to_csv("host")?;
        let mut output = Output::create(OutputTarget::from_argument(Some(path)), true)?;
        output.write(&csv)?;
        let whole = output.close()?;
        manifest.add(&Line::Hosts { hosts: HostsFile::of(path, &csv) })?;
        whole.publish()
    }

    fn do_units(&self, context: &Context<'_>, names: &[String]) -> Result<()> {
        let threads = context.pipeline.pool.current_num_threads();
        let at_once = match self.folder.at_once {
            0 => (threads / THREADS_FOR_AN_INPUT).max(1),
            at_once => at_once,
        };
        let next = AtomicUsize::new(0);
        let lane = || {
            while let Some((input, name)) = {
                let index = next.fetch_add(1, Ordering::Relaxed);
                self.inputs.get(index).zip(names.get(index))
            } {
                if self.stop.is_requested() {
                    return Ok(());
                }
                self.do_unit(context, input, name).inspect_err(|_| self.stop.request())?;
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let lanes: Vec<_> = (0..at_once.min(names.len())).map(|_| scope.spawn(lane)).collect();
            let panicked = || Err(Error::input("run", "a thread panicked"));
            lanes.into_iter().try_for_each(|lane| lane.join().unwrap_or_else(|_| panicked()))
        })
    }

    fn do_unit(&self, context: &Context<'_>, input: &Input, name: &str) -> Result<()> {
        let earlier = context.earlier.units.get(name);
        if let Some(unit) =
            earlier.filter(|unit| !self.folder.overwrite && self.is_done(context, input, unit))
        {
            self.progress.pass(input);
            let mut total = context.total.lock().unwrap_or_else(PoisonError::into_inner);
            total.skipped += 1;
            total.summary.merge(&unit.summary);
            return Ok(());
        }
        let started = Instant::now();
        let mut output = UnitOutput::new(self.folder, self.options, input, name, &context.temporary);
        if let Err(error) = output.check_names() {
            context.total.lock().unwrap_or_else(PoisonError::into_inner).failed.push(error.to_string());
            return Ok(());
        }
        let finished = context.pipeline.run(std::slice::from_ref(input), &mut output)?;
        let mut total = context.total.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = finished.failed {
            total.failed.push(error.to_string());
            return Ok(());
        }
        let Some((source, checksum)) = finished.source.filter(|_| !finished.is_stopped) else {
            total.is_stopped = true;
            return Ok(());
        };
        drop(total);
        let mut summary = finished.summary;
        summary.seconds = started.elapsed().as_secs_f64();
        // Hosts have a file of their own; the manifest and the total do without them.
        let closed = output.close(&std::mem::take(&mut summary.hosts))?;
        self.refuse_strangers(&context.earlier, &closed.outputs)?;
        let (publishes, outputs) = (name.to_owned(), closed.outputs.clone());
        context.manifest.add(&Line::Publishes { publishes, outputs })?;
        let outputs = closed.publish()?;
        self.remove_stale(&context.earlier, name, &outputs)?;
        let unit = Unit {
            unit: name.to_owned(),
            input: input.name(),
            path: origin(input),
            source,
            crc32: checksum.map(|checksum| format!("{checksum:08x}")),
            model: self.folder.model.clone(),
            options: context.fingerprint.clone(),
            outputs,
            summary: summary.clone(),
            at: now(),
        };
        context.manifest.add(&Line::Unit(Box::new(unit)))?;
        let mut total = context.total.lock().unwrap_or_else(PoisonError::into_inner);
        total.done += 1;
        total.summary.merge(&summary);
        Ok(())
    }

    /// Whether an earlier run did the same to the same input, and its outputs are still there.
    fn is_done(&self, context: &Context<'_>, input: &Input, unit: &Unit) -> bool {
        unit.model == self.folder.model
            && unit.options == context.fingerprint
            && unit.outputs.iter().all(|(name, bytes)| {
                self.folder.folder.join(name).metadata().is_ok_and(|metadata| metadata.len() == *bytes)
            })
            && input.identity().is_ok_and(|now| is_same_source(input, &now, unit))
    }

    /// What each input of all shards is called in the folder.
    fn unit_names(&self, earlier: &Done) -> Result<Vec<String>> {
        let has_name = |name: &str, input: &Input| {
            earlier.units.get(name).is_some_and(|unit| is_same_place(input, unit))
        };
        let names = unit_names(self.all, has_name)?;
        let is_own = |name: &String| Path::new(name).components().any(|part| part.as_os_str() == FOLDER);
        match self.all.iter().zip(&names).find(|(_, name)| is_own(name)) {
            Some((input, _)) => Err(Error::input(
                input.name(),
                format!("{FOLDER} holds dechaff's own files, which are no inputs"),
            )),
            None => Ok(names),
        }
    }

    fn fresh_temporary_folder(&self) -> Result<PathBuf> {
        let suffix = Shard::suffix(self.folder.shard);
        let path = self.folder.folder.join(FOLDER).join(format!("partial{suffix}"));
        // What a killed run left there.
        if path.exists() {
            std::fs::remove_dir_all(&path).map_err(|error| Error::io(&path, "empty", error))?;
        }
        std::fs::create_dir_all(&path).map_err(|error| Error::io(&path, "make", error))?;
        Ok(path)
    }

    /// Files that earlier runs wrote for the same unit and this one did not.
    fn remove_stale(&self, earlier: &Done, unit: &str, outputs: &[(String, u64)]) -> Result<()> {
        for (name, bytes) in earlier.outputs_of(unit) {
            let path = self.folder.folder.join(name);
            // What somebody changed is no longer ours.
            let is_ours =
                path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() == *bytes);
            if is_ours && is_plain(name) && !outputs.iter().any(|(new, _)| new == name) {
                std::fs::remove_file(&path).map_err(|error| Error::io(&path, "remove", error))?;
            }
        }
        Ok(())
    }
}

/// A manifest that came from elsewhere must not lead out of its folder.
fn is_plain(output: &str) -> bool {
    Path::new(output).components().all(|part| matches!(part, Component::Normal(_)))
}

/// The counts by host of a unit; none if they were not counted.
pub(super) fn read_hosts(folder: &Path, unit: &str) -> Result<Groups> {
    let path = super::unit::hosts_path(folder, unit);
    if !path.exists() {
        return Ok(Groups::default());
    }
    let bytes = std::fs::read(&path).map_err(|error| Error::io(&path, "read", error))?;
    Groups::from_csv(&bytes).map_err(|error| Error::input(path.display(), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_part_the_inputs() {
        let inputs: Vec<Input> = (0..7).map(|n| Input::file(format!("{n}"))).collect();
        let parts: Vec<usize> =
            (0..3).map(|index| take_shard(inputs.clone(), Some(Shard { index, of: 3 })).len()).collect();
        assert_eq!(parts, [3, 2, 2]);
        assert_eq!(take_shard(inputs.clone(), Some(Shard { index: 1, of: 3 }))[1], inputs[4]);
    }
}
