//! The detector.

use std::path::PathBuf;

use dechaff::model::Model;
use pyo3::exceptions::{PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple};
use pyo3_arrow::PyTable;
use pyo3_arrow::input::AnyRecordBatch;

use crate::columns::Column;
use crate::detection::Detection;
use crate::document::Source;
use crate::labeller::{CHUNK_BYTES, CHUNK_DOCUMENTS, Labeller};
use crate::table::{TableOptions, filter_table};
use crate::threads::{Workers, number_of_threads};

/// Labels documents. One detector serves any number of threads, and may be pickled.
#[pyclass(frozen, module = "dechaff")]
pub struct Detector {
    labeller: Labeller,
    model: Option<PathBuf>,
    max_content_loss: Option<f32>,
}

impl Detector {
    fn detect(&self, source: &Source<'_>, is_html: bool) -> Result<Detection, String> {
        let text = source.text();
        self.labeller.with_detection(&text, is_html, |detection| Detection::new(detection, &text))
    }

    fn detect_one(&self, document: &Bound<'_, PyAny>, is_html: bool) -> PyResult<Detection> {
        let source = Source::from_python(document, || "the document".to_owned())?;
        document.py().detach(|| self.detect(&source, is_html)).map_err(PyRuntimeError::new_err)
    }

    fn detect_chunk(
        &self,
        workers: &Workers,
        chunk: &[Bound<'_, PyAny>],
        first: usize,
        is_html: bool,
    ) -> PyResult<Vec<Detection>> {
        let Some(document) = chunk.first() else { return Ok(Vec::new()) };
        let sources = chunk.iter().enumerate();
        let sources = sources
            .map(|(n, document)| Source::from_python(document, || format!("documents[{}]", first + n)));
        let sources = sources.collect::<PyResult<Vec<Source<'_>>>>()?;
        let found = document.py().detach(|| workers.map(&sources, |source| self.detect(source, is_html)));
        // Copied to memory of this thread: what lives long between a worker's short-lived pieces keeps them from being given
        // back, and a process grew by a third over ten million documents.
        found.iter().cloned().collect::<Result<Vec<Detection>, String>>().map_err(PyRuntimeError::new_err)
    }
}

#[pymethods]
impl Detector {
    /// A detector with the model inside the package, or with the file of one that `dechaff train` made.
    ///
    /// `max_content_loss` loses at most this share of content words (0.001 is 0.1 %), as measured on held-out pages.
    /// `threads` is for batches and tables; without it the environment variable DECHAFF_THREADS decides, else one thread
    /// under Ray and Spark, else one for each core.
    #[new]
    #[pyo3(signature = (model=None, *, max_content_loss=None, threads=None))]
    fn new(
        model: Option<PathBuf>,
        max_content_loss: Option<f32>,
        threads: Option<usize>,
    ) -> PyResult<Detector> {
        let failed = |error: dechaff::Error| PyValueError::new_err(error.to_string());
        number_of_threads(threads)?;
        let inner = match &model {
            Some(path) => dechaff::Detector::with_model(Model::load(path).map_err(failed)?),
            None => dechaff::Detector::new().map_err(failed)?,
        };
        let inner = match max_content_loss {
            Some(share) if (0.0..1.0).contains(&share) => inner.with_max_content_loss(share),
            Some(share) => {
                let message =
                    format!("max_content_loss is {share}, it has to be a share from 0 to less than 1");
                return Err(PyValueError::new_err(message));
            }
            None => inner,
        };
        // What the first document sets up is set up now: a process that is forked later finds it done.
        let _ = (inner.detect_text("a"), inner.detect_html("<p>a"));
        Ok(Detector { labeller: Labeller { detector: inner, threads }, model, max_content_loss })
    }

    /// Labels a text (`str`, or `bytes` in any encoding), one non-empty line a block.
    fn detect_text(&self, text: &Bound<'_, PyAny>) -> PyResult<Detection> {
        self.detect_one(text, false)
    }

    /// Labels an HTML page (`str` or `bytes`). Bytes are decoded as browsers do.
    fn detect_html(&self, html: &Bound<'_, PyAny>) -> PyResult<Detection> {
        self.detect_one(html, true)
    }

    /// Labels texts, or HTML pages, from any iterable, on `threads` threads. Returns a list in the same order.
    #[pyo3(signature = (documents, *, html=false))]
    fn detect_batch(&self, documents: &Bound<'_, PyAny>, html: bool) -> PyResult<Vec<Detection>> {
        let py = documents.py();
        if documents.is_instance_of::<PyString>() || documents.is_instance_of::<PyBytes>() {
            return Err(PyTypeError::new_err(
                "this is one document; give a list, or use detect_text or detect_html",
            ));
        }
        let workers = self.labeller.workers(py)?;
        let mut detections = Vec::with_capacity(documents.len().unwrap_or(0));
        let (mut chunk, mut bytes) = (Vec::new(), 0);
        for document in documents.try_iter()? {
            let document = document?;
            bytes +=
                Source::from_python(&document, || format!("documents[{}]", detections.len() + chunk.len()))?
                    .bytes();
            chunk.push(document);
            if chunk.len() >= CHUNK_DOCUMENTS || bytes >= CHUNK_BYTES {
                detections.extend(self.detect_chunk(&workers, &chunk, detections.len(), html)?);
                (bytes, _) = (0, chunk.clear());
                py.check_signals()?;
            }
        }
        detections.extend(self.detect_chunk(&workers, &chunk, detections.len(), html)?);
        Ok(detections)
    }

    /// Labels a column of a table that speaks the Arrow C data interface: a pyarrow RecordBatch or Table, a Polars
    /// DataFrame, a DuckDB result. `text` or `html` names the column; its cells are strings or bytes, and are not copied.
    ///
    /// Returns a table with a row for each row: `content`, `access`, `access_probability`, `blocks` (a list of structs
    /// `start`, `end`, `label`, `probability`; offsets in code points), and `reason`, which is null unless the cell could
    /// not be read, when the others are null. `output` names the columns that are wanted.
    #[pyo3(signature = (table, *, text=None, html=None, output=None))]
    fn filter_table<'py>(
        &self,
        table: &Bound<'py, PyAny>,
        text: Option<String>,
        html: Option<String>,
        output: Option<Vec<String>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (column, is_html) = match (text, html) {
            (Some(column), None) => (column, false),
            (None, Some(column)) => (column, true),
            (None, None) => ("text".to_owned(), false),
            _ => return Err(PyTypeError::new_err("give text= or html=, not both")),
        };
        let output = match output {
            Some(names) => {
                names.iter().map(|name| Column::from_name(name)).collect::<PyResult<Vec<Column>>>()?
            }
            None => Column::ALL.to_vec(),
        };
        let Ok(records) = table.extract::<AnyRecordBatch>() else {
            let kind = table.get_type().fully_qualified_name()?;
            let message = format!(
                "a table has to speak Arrow (a pyarrow Table or RecordBatch, a Polars DataFrame, a DuckDB result), not {kind}"
            );
            return Err(PyTypeError::new_err(message));
        };
        let py = table.py();
        let options = TableOptions { column, is_html, output };
        let (schema, batches) = filter_table(py, &self.labeller, records.into_reader()?, &options)?;
        let result = Bound::new(py, PyTable::try_new(batches, schema)?)?;
        py.import("dechaff._frames")?.call_method1("as_kind_of", (table, result))
    }

    fn __getnewargs_ex__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
        let options = PyDict::new(py);
        options.set_item("max_content_loss", self.max_content_loss)?;
        options.set_item("threads", self.labeller.threads)?;
        Ok((PyTuple::new(py, [self.model.clone()])?, options))
    }

    fn __repr__(&self) -> String {
        match &self.model {
            Some(path) => format!("<Detector with the model {}>", path.display()),
            None => "<Detector with the model inside dechaff>".to_owned(),
        }
    }
}
