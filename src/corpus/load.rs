//! Corpus files: compressed JSON Lines, one page, text or annotated document a line.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Deserialize;

use super::{
    LabelledDocument, LineLabels, Phrases, Truth, align, annotated, host_of, text_or_number, transfer_labels,
};
use crate::document::{Access, Document, DocumentKind, Label, LabelSet};
use crate::error::{Error, Result};
use crate::segment::{segment_html, segment_text};

/// One line of a corpus file. Either `blocks` (a text, labelled line by line, as `annotate` writes it), or `html`
/// with `data-label` marks, or `html` with page-level truth.
#[derive(Debug, Deserialize)]
struct Record {
    #[serde(deserialize_with = "text_or_number")]
    id: String,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    host: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    page_type: Option<String>,
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    access: Option<Access>,
    #[serde(default)]
    html: Option<String>,
    #[serde(default)]
    blocks: Option<Vec<LabelledLine>>,
    /// Lines of a page whose labels stand in a file of their own.
    #[serde(default)]
    lines: Option<Vec<String>>,
    /// Indices of the lines that are content, for a page with `lines`.
    #[serde(default)]
    content: Option<Vec<usize>>,
    #[serde(default)]
    main_content: Option<String>,
    #[serde(default)]
    must_contain: Option<Vec<String>>,
    #[serde(default)]
    must_not_contain: Option<Vec<String>>,
    /// Phrases that all have the same `label` wherever they stand alone.
    #[serde(default)]
    phrases: Option<Vec<String>>,
    #[serde(default)]
    label: Option<Label>,
    /// What the phrases mean depends on what stands around them.
    #[serde(default)]
    context_dependent: bool,
}

#[derive(Debug, Deserialize)]
struct LabelledLine {
    text: String,
    label: Label,
}

/// Reads a labelled corpus: JSON Lines, plain or compressed (`.gz`, `.zst`).
///
/// # Errors
///
/// The file cannot be read, or a line is not a labelled document; the error names the line. A corpus is trusted
/// input: a broken line stops the load, because a model trained on part of it would not be the model asked for.
pub fn load(path: &Path) -> Result<Vec<LabelledDocument>> {
    const CHUNK: usize = 256;
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let name = name.split('.').next().unwrap_or_default().to_owned();
    let reader = BufReader::with_capacity(1 << 20, crate::dump::open_decompressed(path)?);
    let mut documents = Vec::new();
    let mut lines = reader.lines().enumerate();
    loop {
        let mut chunk = Vec::with_capacity(CHUNK);
        for (number, line) in lines.by_ref().take(CHUNK) {
            chunk.push((number + 1, line.map_err(|error| Error::io(path, "read", error))?));
        }
        if chunk.is_empty() {
            return Ok(documents);
        }
        let parsed: Result<Vec<_>> = chunk
            .par_iter()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(number, line)| {
                parse_record(line, &name)
                    .map_err(|reason| Error::input(format!("{}:{number}", path.display()), reason))
            })
            .collect();
        documents.extend(parsed?);
    }
}

/// Reads several corpora, gives pages with lines their labels, gives pages that are in two corpora (the same id) one
/// host, so that a split never parts them, and the same labels, and sorts chaff by the phrases of the lists.
///
/// # Errors
///
/// As [`load`] and [`LineLabels::apply`].
pub fn load_all(paths: &[PathBuf], labels: &LineLabels) -> Result<Vec<LabelledDocument>> {
    let mut documents = Vec::new();
    for path in paths {
        documents.extend(load(path)?);
    }
    let mut labelled = HashMap::new();
    for document in documents.iter_mut().filter(|document| document.document.kind == DocumentKind::Text) {
        if labels.apply(document)? {
            labelled.insert(document.id.clone(), document.clone());
        }
    }
    for page in documents.iter_mut().filter(|document| document.document.kind == DocumentKind::Html) {
        if let Some(lines) = labelled.get(&page.id) {
            transfer_labels(lines, page);
        }
    }
    let pages = documents.iter().filter(|document| document.document.kind == DocumentKind::Html);
    let known: HashMap<String, (String, String)> =
        pages.map(|page| (page.id.clone(), (page.host.clone(), page.language.clone()))).collect();
    for text in documents.iter_mut().filter(|document| document.document.kind == DocumentKind::Text) {
        if let Some((host, language)) = known.get(&text.id) {
            text.host.clone_from(host);
            text.language.clone_from(language);
        } else if let Some((host, _)) = known.get(&text.host) {
            // A text of our own that was modelled on a page may not teach what that page is asked.
            text.host.clone_from(host);
        }
    }
    let phrases = Phrases::of(&documents, labels);
    let unsorted =
        |document: &&mut LabelledDocument| !document.truth.has_block_labels && !document.truth.is_list;
    documents.iter_mut().filter(unsorted).for_each(|document| phrases.apply(document));
    Ok(documents)
}

/// Parses one line of a corpus; `corpus` names the source of records that do not.
///
/// # Errors
///
/// Says what the line lacks.
pub fn parse_record(line: &str, corpus: &str) -> std::result::Result<LabelledDocument, String> {
    let record: Record = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let mut truth = Truth {
        main_content: record.main_content,
        must_contain: record.must_contain.unwrap_or_default(),
        must_not_contain: record.must_not_contain.unwrap_or_default(),
        access: record.access,
        declared_free: None,
        has_block_labels: false,
        is_list: false,
        is_context_dependent: record.context_dependent,
    };
    let (document, targets) = match (record.blocks, record.html, record.lines) {
        (None, None, None) if record.phrases.is_some() => {
            truth.is_list = true;
            let target = LabelSet::from(record.label.ok_or("has `phrases` but no `label`")?);
            labelled_text(record.phrases.iter().flatten().map(|phrase| (phrase.as_str(), target)))
        }
        (Some(blocks), ..) => {
            truth.has_block_labels = true;
            let blocks = blocks.iter().map(|block| (block.text.as_str(), LabelSet::from(block.label)));
            labelled_text(blocks)
        }
        (None, Some(html), _) => labelled_html(&html, &mut truth)?,
        (None, None, Some(lines)) => {
            let target = |index: &usize| match &record.content {
                None => LabelSet::NONE,
                Some(content) if content.contains(index) => LabelSet::CONTENT,
                Some(_) => LabelSet::CHAFF,
            };
            labelled_text(lines.iter().enumerate().map(|(index, line)| (line.as_str(), target(&index))))
        }
        (None, None, None) => {
            return Err("has neither `blocks` nor `html` nor `lines` nor `phrases`".to_owned());
        }
    };
    truth.declared_free = document.metadata.accessible_for_free;
    let url = record.url.as_deref().unwrap_or(&document.metadata.canonical);
    let host = record.host.or_else(|| host_of(url)).unwrap_or_else(|| record.id.clone());
    let language = record.language.unwrap_or_else(|| primary_language(&document.metadata.language));
    Ok(LabelledDocument {
        host,
        language,
        id: record.id,
        source: record.source.unwrap_or_else(|| corpus.to_owned()),
        page_type: record.page_type.unwrap_or_default(),
        document,
        targets,
        truth,
    })
}

fn primary_language(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or_default().to_lowercase()
}

fn labelled_text<'a>(lines: impl Iterator<Item = (&'a str, LabelSet)>) -> (Document<'static>, Vec<LabelSet>) {
    let mut text = String::new();
    let mut targets = Vec::new();
    for (line, target) in lines {
        for part in line.split('\n').filter(|part| !part.trim().is_empty()) {
            text.push_str(part);
            text.push('\n');
            targets.push(target);
        }
    }
    (segment_text(&text).into_owned(), targets)
}

fn labelled_html(
    html: &str,
    truth: &mut Truth,
) -> std::result::Result<(Document<'static>, Vec<LabelSet>), String> {
    let document = segment_html(html);
    let targets = if let Some(main_content) = truth.main_content.as_deref() {
        // An empty truth mostly means that the content is not in the page's text at all.
        if main_content.trim().is_empty() {
            vec![LabelSet::NONE; document.blocks.len()]
        } else {
            align(&document, main_content)
        }
    } else if truth.must_contain.is_empty() && truth.must_not_contain.is_empty() {
        truth.has_block_labels = true;
        annotated::targets(html, &document).map_err(|error| error.to_string())?
    } else {
        align_segments(&document, truth)
    };
    Ok((document, targets))
}

/// Weak labels: a block that holds a wanted segment is content, one that is mostly an unwanted segment is chaff.
fn align_segments(document: &Document<'_>, truth: &Truth) -> Vec<LabelSet> {
    let label = |text: &str| {
        let has = |segments: &[String], least: usize| {
            let mut segments = segments.iter().map(|segment| segment.trim());
            segments.any(|segment| !segment.is_empty() && segment.len() >= least && text.contains(segment))
        };
        match (has(&truth.must_contain, 0), has(&truth.must_not_contain, text.len() / 2)) {
            (true, false) => LabelSet::CONTENT,
            (false, true) => LabelSet::CHAFF,
            _ => LabelSet::NONE,
        }
    };
    document.blocks.iter().map(|block| label(document.block_text(block))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_annotated_record_is_a_labelled_text() {
        let line = r#"{"id":"a","access":"metered","blocks":[{"text":"Rates rose.","label":"content",
            "probability":0.9,"start":0,"end":11},{"text":"Log in","label":"login_prompt"}]}"#;
        let document = parse_record(line, "mine").unwrap();
        assert_eq!(document.targets, [LabelSet::CONTENT, LabelSet::from(Label::LoginPrompt)]);
        assert_eq!((document.source.as_str(), document.host.as_str()), ("mine", "a"));
        assert_eq!(document.truth.access, Some(Access::Metered));
    }

    #[test]
    fn an_id_may_be_a_number() {
        let id = |json: &str| {
            let line = format!(r#"{{"id":{json},"blocks":[{{"text":"Rates rose.","label":"content"}}]}}"#);
            parse_record(&line, "c").map(|document| document.id)
        };
        assert_eq!(["7", "-7", "1.5", "\"x\""].map(|json| id(json).unwrap()), ["7", "-7", "1.5", "x"]);
        assert!(id("[]").unwrap_err().contains("a string or a number as id"));
    }

    #[test]
    fn errors_say_what_is_wrong() {
        assert!(parse_record(r#"{"id":"a"}"#, "c").unwrap_err().contains("neither"));
        let unknown = r#"{"id":"a","blocks":[{"text":"x","label":"banner"}]}"#;
        assert!(parse_record(unknown, "c").unwrap_err().contains("banner"));
    }
}
