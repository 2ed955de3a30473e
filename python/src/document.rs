//! Documents as Python has them: `str` or `bytes`.

use std::borrow::Cow;

use dechaff::segment::encoding;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

/// A document, borrowed from Python.
pub enum Source<'a> {
    Text(Cow<'a, str>),
    Bytes(&'a [u8]),
}

impl<'a> Source<'a> {
    /// A document, without a copy. `place` says in an error which one it is.
    pub fn from_python(object: &'a Bound<'_, PyAny>, place: impl Fn() -> String) -> PyResult<Source<'a>> {
        if let Ok(text) = object.cast::<PyString>() {
            let text = text.to_cow();
            return text
                .map(Source::Text)
                .map_err(|error| PyValueError::new_err(format!("{}: {error}", place())));
        }
        if let Ok(bytes) = object.cast::<PyBytes>() {
            return Ok(Source::Bytes(bytes.as_bytes()));
        }
        let kind = object.get_type().name()?;
        Err(PyTypeError::new_err(format!("a document has to be str or bytes, {} is {kind}", place())))
    }

    /// Its text; bytes are decoded as browsers do.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Source::Text(text) => Cow::Borrowed(text),
            Source::Bytes(bytes) => encoding::decode(bytes, None),
        }
    }

    /// Its size in bytes.
    pub fn bytes(&self) -> usize {
        match self {
            Source::Text(text) => text.len(),
            Source::Bytes(bytes) => bytes.len(),
        }
    }
}

/// Decodes a page as `detect_html` does: byte order mark, then `charset` (of the HTTP header), then `<meta>`, then by its
/// letters. Malformed sequences become U+FFFD.
#[pyfunction]
#[pyo3(signature = (page, charset=None))]
pub fn decode(page: &[u8], charset: Option<&str>) -> String {
    encoding::decode(page, charset).into_owned()
}
