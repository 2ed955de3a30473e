#![forbid(unsafe_code)]
//! The native part of the Python package: detectors, detections, and Arrow tables in and out.

mod columns;
mod detection;
mod detector;
mod document;
mod labeller;
mod table;
mod threads;

use dechaff::document::Label;
use pyo3::prelude::*;

/// The native part of `dechaff`.
#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", dechaff::VERSION)?;
    module.add("LABELS", Label::ALL.map(Label::name).to_vec())?;
    module.add("RESULT_COLUMNS", columns::Column::ALL.map(columns::Column::name).to_vec())?;
    module.add_class::<detector::Detector>()?;
    module.add_class::<detection::Detection>()?;
    module.add_class::<detection::Block>()?;
    module.add_function(wrap_pyfunction!(detection::restore_detection, module)?)?;
    module.add_function(wrap_pyfunction!(document::decode, module)?)
}
