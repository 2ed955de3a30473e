//! What a detector says of a document, as Python objects.

use std::borrow::Cow;
use std::ops::Range;

use dechaff::decision::{Decision, Layout, kept_text};
use dechaff::document::{Access, CodePoints, Document, DocumentKind, Label, LabelSet, Metadata, N_LABELS};
use dechaff::words::count_words_of_any_script;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};
use serde::{Deserialize, Serialize};

/// One labelled block of a document.
#[pyclass(frozen, eq, get_all, module = "dechaff")]
#[derive(Clone, PartialEq)]
pub struct Block {
    /// The text.
    text: String,
    /// The label, one of `dechaff.LABELS`.
    label: String,
    /// The label's probability, from 0 to 1.
    probability: f32,
    /// Start in the document, in code points.
    start: usize,
    /// End in the document, in code points.
    end: usize,
}

/// A document with a label for each block.
#[pyclass(frozen, eq, module = "dechaff")]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Detection {
    is_html: bool,
    /// A text as it was, or the texts of a page's blocks, one after the other: one allocation for a document.
    text: String,
    blocks: Vec<Span>,
    /// The lines of a page's preformatted blocks.
    verbatim: Vec<(usize, Box<str>)>,
    probabilities: Vec<[f32; N_LABELS]>,
    access: Access,
    access_probability: f32,
}

/// One block.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct Span {
    /// Its place in the text.
    text: Range<usize>,
    label: Label,
    probability: f32,
    start: usize,
    end: usize,
}

impl Detection {
    /// A detection as objects; `source` is what was segmented.
    pub fn new(detection: &dechaff::Detection<'_>, source: &str) -> Detection {
        let mut code_points = CodePoints::of(source);
        let document = &detection.document;
        let is_html = document.kind == DocumentKind::Html;
        let mut text = if is_html { String::new() } else { source.to_owned() };
        let blocks = detection.blocks().zip(&document.blocks).map(|(block, place)| Span {
            text: if is_html { append(&mut text, block.text) } else { place.text.clone() },
            label: block.label,
            probability: block.probability,
            start: code_points.before(block.start),
            end: code_points.before(block.end),
        });
        Detection {
            is_html,
            blocks: blocks.collect(),
            text,
            verbatim: document.verbatim.clone(),
            probabilities: detection.probabilities.clone(),
            access: detection.access(),
            access_probability: detection.verdict.probability,
        }
    }

    fn spans(&self) -> impl Iterator<Item = (&str, &Span)> {
        self.blocks.iter().map(|span| (self.text.get(span.text.clone()).unwrap_or_default(), span))
    }

    fn kept(&self, labels: LabelSet) -> String {
        let block = |span: &Span| dechaff::document::Block { text: span.text.clone(), ..Default::default() };
        let document = Document {
            kind: if self.is_html { DocumentKind::Html } else { DocumentKind::Text },
            text: Cow::Borrowed(&self.text),
            blocks: self.blocks.iter().map(block).collect(),
            elements: Vec::new(),
            attribute_words: Vec::new(),
            metadata: Metadata::default(),
            verbatim: self.verbatim.clone(),
            is_xhtml: false,
        };
        let decision = |span: &Span| Decision { label: span.label, probability: span.probability };
        let decisions: Vec<Decision> = self.blocks.iter().map(decision).collect();
        kept_text(&document, &decisions, labels, Layout::Keep).into_owned()
    }
}

fn append(text: &mut String, piece: &str) -> Range<usize> {
    let start = text.len();
    text.push_str(piece);
    start..text.len()
}

#[pymethods]
impl Block {
    #[new]
    fn new(text: String, label: String, probability: f32, start: usize, end: usize) -> Block {
        Block { text, label, probability, start, end }
    }

    fn __getnewargs__(&self) -> (&str, &str, f32, usize, usize) {
        (&self.text, &self.label, self.probability, self.start, self.end)
    }

    fn __repr__(&self) -> String {
        let text: String = self.text.chars().take(60).collect();
        format!("Block({text:?}, {:?}, {:.2}, {}, {})", self.label, self.probability, self.start, self.end)
    }
}

#[pymethods]
impl Detection {
    /// The blocks in reading order; the list is made anew each time.
    #[getter]
    fn blocks(&self) -> Vec<Block> {
        let blocks = self.spans().map(|(text, span)| Block {
            text: text.to_owned(),
            label: span.label.name().to_owned(),
            probability: span.probability,
            start: span.start,
            end: span.end,
        });
        blocks.collect()
    }

    /// The content: of a text what was not dropped, as it stood; of a page one block a line.
    #[getter]
    fn content(&self) -> String {
        self.kept(LabelSet::CONTENT)
    }

    /// The number of words of content, as `dechaff filter --min-words` counts them.
    #[getter]
    fn content_words(&self) -> usize {
        let content = self.spans().filter(|(_, span)| span.label == Label::Content);
        content.map(|(text, _)| count_words_of_any_script(text)).sum()
    }

    /// Whether the page was behind a wall: `open`, `metered` (a notice, yet the full text) or `gated` (the text is cut).
    #[getter]
    fn access(&self) -> &'static str {
        self.access.name()
    }

    /// How sure that is, from 0 to 1.
    #[getter]
    fn access_probability(&self) -> f32 {
        self.access_probability
    }

    /// The probability of each label for each block: 16 numbers a block, in the order of `dechaff.LABELS`.
    #[getter]
    fn probabilities(&self) -> Vec<[f32; N_LABELS]> {
        self.probabilities.clone()
    }

    /// The text of the blocks whose label is among these. `paywall` stands for the five paywall labels.
    #[pyo3(signature = (*labels))]
    fn text_of(&self, labels: Vec<String>) -> PyResult<String> {
        let mut set = LabelSet::NONE;
        for name in &labels {
            set = set.union(label_set(name)?);
        }
        Ok(self.kept(set))
    }

    /// The detection as plain dictionaries, lists, strings and numbers.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let blocks = PyList::empty(py);
        for (text, span) in self.spans() {
            let entry = PyDict::new(py);
            entry.set_item("text", text)?;
            entry.set_item("label", span.label.name())?;
            entry.set_item("probability", span.probability)?;
            entry.set_item("start", span.start)?;
            entry.set_item("end", span.end)?;
            blocks.append(entry)?;
        }
        let dict = PyDict::new(py);
        dict.set_item("access", self.access.name())?;
        dict.set_item("access_probability", self.access_probability)?;
        dict.set_item("content", self.content())?;
        dict.set_item("blocks", blocks)?;
        Ok(dict)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        let bytes = postcard::to_allocvec(self).map_err(|error| PyValueError::new_err(error.to_string()))?;
        let restore = py.import("dechaff._native")?.getattr("restore_detection")?;
        Ok((restore, (PyBytes::new(py, &bytes),)))
    }

    fn __repr__(&self) -> String {
        let kept = self.blocks.iter().filter(|span| span.label == Label::Content).count();
        format!("<Detection {}: {kept} of {} blocks are content>", self.access, self.blocks.len())
    }
}

/// A pickled detection.
#[pyfunction]
pub fn restore_detection(bytes: &[u8]) -> PyResult<Detection> {
    postcard::from_bytes(bytes).map_err(|_| PyValueError::new_err("the pickled detection is damaged"))
}

fn label_set(name: &str) -> PyResult<LabelSet> {
    if name == "paywall" {
        return Ok(LabelSet::PAYWALL);
    }
    let label = name.parse::<Label>().map_err(|error| PyValueError::new_err(error.to_string()))?;
    Ok(LabelSet::from(label))
}
