//! Labels of a corpus whose text may not be copied: page, line number, label and a hash of the line.
//!
//! One JSON object a page: `{"id": "…", "access": "open", "lines": [[12, "login_prompt", "9ab31c04"], …]}`. Two labels
//! parted by `|` mean that the line truly is both. The hash is the CRC-32 of the line's bytes, in hexadecimal: it tells
//! whether the corpus at hand is the one that was labelled.
//!
//! A line of the file may also label phrases wherever they stand alone: `{"labels": "login_prompt", "phrases":
//! ["9ab31c04", …]}`, the hash being that of the phrase in lower case, every digit 0 and white space folded.

use std::collections::HashMap;
use std::io::BufRead;
use std::path::Path;

use serde::Deserialize;

use super::{LabelledDocument, text_or_number};
use crate::document::{Access, Label, LabelSet};
use crate::error::{Error, Result};

/// Labels by page.
#[derive(Debug, Default)]
pub struct LineLabels {
    pages: HashMap<String, Page>,
    phrases: Vec<(u32, LabelSet)>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Record {
    Page(Page),
    Phrases { labels: String, phrases: Vec<String> },
}

#[derive(Debug, Deserialize)]
struct Page {
    #[serde(deserialize_with = "text_or_number")]
    id: String,
    access: Option<Access>,
    lines: Vec<(usize, String, String)>,
}

impl LineLabels {
    /// Reads a file of labels.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or a line of it cannot be understood; the error names the line.
    pub fn load(path: &Path) -> Result<LineLabels> {
        let mut labels = LineLabels::default();
        for (number, line) in crate::dump::open_decompressed(path)?.lines().enumerate() {
            let line = line.map_err(|error| Error::io(path, "read", error))?;
            let wrong = |reason: String| Error::input(format!("{}:{}", path.display(), number + 1), reason);
            match serde_json::from_str(&line).map_err(|error| wrong(error.to_string()))? {
                Record::Page(page) => drop(labels.pages.insert(page.id.clone(), page)),
                Record::Phrases { labels: names, phrases } => {
                    let target = parse_labels(&names).map_err(wrong)?;
                    for phrase in phrases {
                        let hash =
                            u32::from_str_radix(&phrase, 16).map_err(|error| wrong(error.to_string()))?;
                        labels.phrases.push((hash, target));
                    }
                }
            }
        }
        Ok(labels)
    }

    /// Adds what another file says.
    pub fn extend(&mut self, other: LineLabels) {
        self.pages.extend(other.pages);
        self.phrases.extend(other.phrases);
    }

    /// The phrases with their labels, by the CRC-32 of their folded text.
    pub fn phrases(&self) -> impl Iterator<Item = (u32, LabelSet)> + '_ {
        self.phrases.iter().copied()
    }

    /// Number of pages.
    pub fn len(&self) -> usize {
        self.pages.len()
    }

    /// Whether no page has labels.
    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// Gives a page with lines its labels. Returns whether there are any for it.
    ///
    /// # Errors
    ///
    /// A label does not exist, or a line is missing or is not the one that was labelled.
    pub fn apply(&self, document: &mut LabelledDocument) -> Result<bool> {
        let Some(page) = self.pages.get(&document.id) else { return Ok(false) };
        for (index, names, hash) in &page.lines {
            let wrong = |reason: String| Error::input(format!("labels of {}, line {index}", page.id), reason);
            let block = document.document.blocks.get(*index);
            let text = block.map(|block| document.document.block_text(block));
            let text = text.ok_or_else(|| wrong("the page has no such line".to_owned()))?;
            if format!("{:08x}", crc32fast::hash(text.as_bytes())) != *hash {
                return Err(wrong(
                    "the line is not the one that was labelled; is this the same corpus?".to_owned(),
                ));
            }
            document.targets[*index] = parse_labels(names).map_err(wrong)?;
        }
        document.truth.access = page.access;
        document.truth.has_block_labels = true;
        Ok(true)
    }
}

fn parse_labels(names: &str) -> std::result::Result<LabelSet, String> {
    names.split('|').try_fold(LabelSet::NONE, |set, name| {
        name.parse::<Label>().map(|label| set.with(label)).map_err(|error| error.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::parse_record;

    fn page() -> LabelledDocument {
        parse_record(r#"{"id":"p","lines":["Menu","Log in or join","Text"],"content":[2]}"#, "c").unwrap()
    }

    fn labels(lines: &str) -> LineLabels {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("{{\"id\":\"p\",\"access\":\"gated\",\"lines\":{lines}}}\n"))
            .unwrap();
        LineLabels::load(file.path()).unwrap()
    }

    #[test]
    fn labels_join_their_lines_and_leave_the_others() {
        let hash = format!("{:08x}", crc32fast::hash(b"Log in or join"));
        let mut page = page();
        assert!(
            labels(&format!("[[1,\"login_prompt|subscribe_prompt\",\"{hash}\"]]")).apply(&mut page).unwrap()
        );
        let both = LabelSet::from(Label::LoginPrompt).with(Label::SubscribePrompt);
        assert_eq!(page.targets, [LabelSet::CHAFF, both, LabelSet::CONTENT]);
        assert_eq!(page.truth.access, Some(Access::Gated));
    }

    #[test]
    fn a_page_whose_id_is_a_number_is_found() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "{\"id\":7,\"access\":\"gated\",\"lines\":[]}\n").unwrap();
        let mut page = parse_record(r#"{"id":7,"lines":["Text"],"content":[0]}"#, "c").unwrap();
        assert!(LineLabels::load(file.path()).unwrap().apply(&mut page).unwrap());
    }

    #[test]
    fn another_corpus_is_noticed() {
        let wrong = labels("[[0,\"navigation\",\"00000000\"]]").apply(&mut page()).unwrap_err();
        assert!(wrong.to_string().contains("is this the same corpus?"), "{wrong}");
        assert!(labels("[[9,\"navigation\",\"00000000\"]]").apply(&mut page()).is_err());
    }
}
