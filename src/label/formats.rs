//! Labels in our corpus schema and in the formats of doccano and Label Studio.

use std::io::BufRead;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};

use super::store::LabelledPage;
use crate::document::{Access, Label};
use crate::dump::open_decompressed;
use crate::error::{Error, Result};

/// A document with labels, as it was read: blocks, or spans of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// Its id.
    pub id: String,
    /// Its address.
    pub url: Option<String>,
    /// Its access, where the format has it.
    pub access: Option<Access>,
    /// The text of each line and its label.
    pub lines: Vec<(String, Option<Label>)>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Corpus(LabelledPage),
    Doccano {
        id: Value,
        text: String,
        #[serde(alias = "labels")]
        label: Vec<(usize, usize, String)>,
        #[serde(default)]
        access: Option<Access>,
    },
    LabelStudio {
        #[serde(default)]
        id: Value,
        data: Value,
        annotations: Vec<Annotation>,
    },
}

#[derive(Deserialize)]
struct Annotation {
    result: Vec<Marked>,
}

#[derive(Deserialize)]
struct Marked {
    value: Span,
}

#[derive(Deserialize)]
struct Span {
    start: usize,
    end: usize,
    labels: Vec<String>,
}

/// Reads labels in any of the three formats, one document a line.
///
/// # Errors
///
/// The file cannot be read, or a line has another format or an unknown label.
pub fn read_labels(path: &Path) -> Result<Vec<Import>> {
    let mut imports = Vec::new();
    for (number, line) in open_decompressed(path)?.lines().enumerate() {
        let line = line.map_err(|error| Error::io(path, "read", error))?;
        if line.trim().is_empty() {
            continue;
        }
        let import = read_line(&line)
            .map_err(|reason| Error::input(format!("{}, line {}", path.display(), number + 1), reason))?;
        imports.push(import);
    }
    Ok(imports)
}

fn read_line(line: &str) -> std::result::Result<Import, String> {
    let formats = "it is neither of the corpus schema nor of doccano's or Label Studio's JSON Lines";
    match serde_json::from_str(line).map_err(|error| format!("{formats} ({error})"))? {
        Line::Corpus(page) => {
            let lines = page.blocks.into_iter().map(|block| (block.text, Some(block.label))).collect();
            Ok(Import { id: page.id, url: page.url, access: page.access, lines })
        }
        Line::Doccano { id, text, label, access } => {
            Ok(Import { id: plain(&id), url: None, access, lines: lines_of(&text, &label)? })
        }
        Line::LabelStudio { id, data, annotations } => {
            let text = data["text"].as_str().ok_or("its data has no text")?;
            let marked = annotations.into_iter().flat_map(|annotation| annotation.result);
            let spans: Vec<(usize, usize, String)> = marked
                .filter_map(|marked| {
                    let Span { start, end, labels } = marked.value;
                    labels.into_iter().next().map(|label| (start, end, label))
                })
                .collect();
            let id = data.get("id").map_or_else(|| plain(&id), plain);
            let url = data["url"].as_str().map(str::to_owned);
            Ok(Import { id, url, access: None, lines: lines_of(text, &spans)? })
        }
    }
}

/// The tool whose format a line has, if it is not ours.
pub(super) fn foreign_format(line: &str) -> Option<&'static str> {
    match serde_json::from_str(line).ok()? {
        Line::Corpus(_) => None,
        Line::Doccano { .. } => Some("doccano"),
        Line::LabelStudio { .. } => Some("Label Studio"),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The lines of a text, each with the label of the span that covers most of it. Spans count code points.
fn lines_of(
    text: &str,
    spans: &[(usize, usize, String)],
) -> std::result::Result<Vec<(String, Option<Label>)>, String> {
    let spans = spans
        .iter()
        .map(|(start, end, name)| name.parse::<Label>().map(|label| (*start, *end, label)))
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(|error| error.to_string())?;
    let mut lines = Vec::new();
    let mut start = 0;
    for line in text.split('\n') {
        let end = start + line.chars().count();
        let overlap = |&(from, to, _): &(usize, usize, Label)| to.min(end).saturating_sub(from.max(start));
        let best = spans.iter().max_by_key(|span| overlap(span)).filter(|span| overlap(span) > 0);
        if !line.trim().is_empty() {
            lines.push((line.trim().to_owned(), best.map(|(_, _, label)| *label)));
        }
        start = end + 1;
    }
    Ok(lines)
}

/// A page's lines as one text, and the span of each in code points.
fn text_and_spans(page: &LabelledPage) -> (String, Vec<(usize, usize, &'static str)>) {
    let (mut text, mut spans, mut at) = (String::new(), Vec::new(), 0);
    for block in &page.blocks {
        if at > 0 {
            text.push('\n');
            at += 1;
        }
        let end = at + block.text.chars().count();
        spans.push((at, end, block.label.name()));
        text.push_str(&block.text);
        at = end;
    }
    (text, spans)
}

pub(super) fn doccano_line(page: &LabelledPage) -> serde_json::Result<Vec<u8>> {
    let (text, spans) = text_and_spans(page);
    serde_json::to_vec(&json!({ "id": page.id, "text": text, "label": spans, "access": page.access }))
}

pub(super) fn label_studio_line(page: &LabelledPage) -> serde_json::Result<Vec<u8>> {
    let (text, spans) = text_and_spans(page);
    let result: Vec<Value> = spans
        .into_iter()
        .map(|(start, end, label)| {
            let value = json!({ "start": start, "end": end, "labels": [label] });
            json!({ "from_name": "label", "to_name": "text", "type": "labels", "value": value })
        })
        .collect();
    let data = json!({ "id": page.id, "text": text, "url": page.url });
    serde_json::to_vec(&json!({ "data": data, "annotations": [{ "result": result }] }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::store::LabelledLine;

    fn page() -> LabelledPage {
        let line = |text: &str, label| LabelledLine { text: text.to_owned(), label };
        LabelledPage {
            id: "a".to_owned(),
            url: Some("https://a.example/".to_owned()),
            language: None,
            access: Some(Access::Metered),
            blocks: vec![line("Fähre 渡し舟", Label::Content), line("Subscribe now", Label::SubscribePrompt)],
        }
    }

    #[test]
    fn every_format_is_read_as_it_is_written() {
        for line in [serde_json::to_vec(&page()), doccano_line(&page()), label_studio_line(&page())] {
            let import = read_line(std::str::from_utf8(&line.unwrap()).unwrap()).unwrap();
            let lines = page().blocks.into_iter().map(|block| (block.text, Some(block.label)));
            assert_eq!((import.id, import.lines), (page().id, lines.collect()));
        }
    }

    #[test]
    fn a_span_over_lines_labels_each_and_a_gap_has_none() {
        let line = r#"{"id":7,"text":"one\ntwo\n\nthree","label":[[0,7,"content"]]}"#;
        let import = read_line(line).unwrap();
        let labels: Vec<_> = import.lines.iter().map(|(text, label)| (text.as_str(), *label)).collect();
        assert_eq!(labels, [("one", Some(Label::Content)), ("two", Some(Label::Content)), ("three", None)]);
        assert_eq!(import.id, "7");
        let unknown = read_line(r#"{"id":7,"text":"one","label":[[0,3,"banner"]]}"#).unwrap_err();
        assert!(unknown.contains("banner"), "{unknown}");
        assert!(read_line("{}").unwrap_err().contains("doccano"));
    }
}
