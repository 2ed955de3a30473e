//! All settings of a run into a folder that change a byte of it, as one value: another value is another corpus, and the two do
//! not go into one folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::folder::FolderOptions;
use super::task::RunOptions;
use crate::Detector;
use crate::dump::Compression;
use crate::error::{Error, Result};
use crate::model::Thresholds;

/// Settings as the manifest holds them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Settings(Value);

/// What settings are made of. Options are serialized whole, so that a new one is in by itself.
#[derive(Serialize)]
struct Parts<'a> {
    dechaff: &'a str,
    model: &'a str,
    thresholds: ByKind,
    options: &'a RunOptions,
    compression: Compression,
    shard_bytes: Option<u64>,
}

#[derive(Serialize)]
struct ByKind {
    html: Thresholds,
    text: Thresholds,
}

impl Settings {
    /// The settings of a run.
    pub(super) fn of(detector: &Detector, options: &RunOptions, folder: &FolderOptions) -> Result<Settings> {
        let [html, text] = detector.thresholds();
        let parts = Parts {
            dechaff: crate::VERSION,
            model: &folder.model,
            thresholds: ByKind { html, text },
            options,
            compression: folder.compression,
            shard_bytes: folder.shard_bytes,
        };
        serde_json::to_value(parts).map(Settings).map_err(|error| Error::input("settings", error))
    }

    /// A name for them: equal settings have the same, others another.
    pub(super) fn hash(&self) -> String {
        hash([self.0.to_string()])
    }

    /// What differs from those of an earlier run, by the options that set it.
    pub(super) fn differences(&self, earlier: &Settings) -> Vec<String> {
        let (now, before) = (self.flat(), earlier.flat());
        let keys: BTreeSet<&String> = now.keys().chain(before.keys()).collect();
        let differs = |key: &str| !is_same(now.get(key), before.get(key));
        let mut lines = Vec::new();
        for key in keys {
            // Another command has other options, another model other thresholds.
            let follows = key.starts_with("options.task.") && differs(COMMAND) && key != COMMAND
                || key.starts_with("thresholds") && differs("model");
            if differs(key) && !follows {
                let shown =
                    |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), Value::to_string);
                let line = match option_of(key) {
                    Setting::Option(name) => {
                        format!("{name} was {}, is {}", shown(before.get(key)), shown(now.get(key)))
                    }
                    Setting::Thresholds => "--max-content-loss (the thresholds) was another".to_owned(),
                };
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
        }
        lines
    }

    /// Values by their paths; lists are values.
    fn flat(&self) -> BTreeMap<String, Value> {
        let mut flat = BTreeMap::new();
        let mut open = vec![(String::new(), &self.0)];
        while let Some((path, value)) = open.pop() {
            match value {
                Value::Object(fields) => {
                    let dot = if path.is_empty() { "" } else { "." };
                    open.extend(fields.iter().map(|(name, value)| (format!("{path}{dot}{name}"), value)));
                }
                Value::Null => {}
                value => {
                    flat.insert(path, value.clone());
                }
            }
        }
        flat
    }
}

const COMMAND: &str = "options.task.command";

/// Reading a number from JSON may cost its last bit.
fn is_same(one: Option<&Value>, other: Option<&Value>) -> bool {
    match (one.and_then(Value::as_f64), other.and_then(Value::as_f64)) {
        (Some(one), Some(other)) => (one - other).abs() <= 1e-12 * one.abs(),
        _ => one == other,
    }
}

enum Setting {
    Option(String),
    Thresholds,
}

/// The command line's name for a setting: mostly its own.
fn option_of(path: &str) -> Setting {
    let last = path.rsplit('.').next().unwrap_or(path);
    Setting::Option(match path {
        COMMAND => "the command".to_owned(),
        "dechaff" => "the version of dechaff".to_owned(),
        "" => "the record of settings".to_owned(),
        "options.format" => "--output-format".to_owned(),
        "options.max_time" => "--max-seconds-per-record".to_owned(),
        "options.task.keep" => "what is kept (--keep, --drop)".to_owned(),
        "options.task.markup" => "--text-format".to_owned(),
        "options.task.with_text" => "text of blocks (--no-text)".to_owned(),
        "shard_bytes" => "--shard-size".to_owned(),
        path if path.starts_with("options.fields.") => format!("--{last}-field"),
        path if path.starts_with("thresholds") => return Setting::Thresholds,
        _ => format!("--{}", last.replace('_', "-")),
    })
}

/// A short name for some texts in their order.
pub(super) fn hash<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update(text.as_ref().as_bytes());
        hasher.update([0]);
    }
    hasher.finalize().iter().take(8).fold(String::new(), |mut name, byte| {
        let _ = write!(name, "{byte:02x}");
        name
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_differs_is_named_as_the_user_sets_it() {
        let settings = |task: Value, text: &str, model: &str, cut: f64| {
            Settings(json!({
                "model": model, "thresholds": {"html": {"content": cut}, "text": {"content": cut}},
                "options": {"fields": {"text": text}, "task": task, "max_time": null},
            }))
        };
        let filter = json!({"command": "filter", "min_words": 0, "keep": ["content"]});
        let before = settings(filter.clone(), "text", "a", 0.5);
        let strict =
            settings(json!({"command": "filter", "min_words": 5, "keep": ["content"]}), "body", "a", 0.4);
        assert_eq!(
            strict.differences(&before),
            [
                "--text-field was \"text\", is \"body\"",
                "--min-words was 0, is 5",
                "--max-content-loss (the thresholds) was another"
            ]
        );
        let other = settings(json!({"command": "annotate", "offsets": "bytes"}), "text", "b", 0.4);
        let named = other.differences(&before);
        assert_eq!(named, ["--model was \"a\", is \"b\"", "the command was \"filter\", is \"annotate\""]);
        assert_eq!(settings(filter, "text", "a", 0.5).differences(&before), Vec::<String>::new());
        let old: Settings = serde_json::from_str("\"RunOptions { … }\"").unwrap();
        assert!(!before.differences(&old).is_empty() && before.hash() != old.hash());
    }
}
