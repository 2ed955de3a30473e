//! One record, opened: its id, its address, and what carries its other fields; its text or HTML apart, since that is lent
//! to the detection while the fields change.

use std::borrow::Cow;

use super::task::FieldNames;
use crate::dump::{Body, Fields, Page, PageKind, RawRecord, Row};
use crate::segment::encoding;

/// What a record says of itself.
pub(super) struct Record<'r> {
    pub id: String,
    /// Whether the record has an id of its own, rather than its number.
    pub has_id: bool,
    pub url: Option<String>,
    /// The language that the record declares.
    pub language: Option<String>,
    pub is_html: bool,
    pub carrier: Carrier<'r>,
}

/// What the record came in.
pub(super) enum Carrier<'r> {
    Json(Fields<'r>),
    Page(&'r Page),
    Row(&'r Row),
}

/// Why a record cannot be opened, with its id where that could be read.
pub(super) type Broken = (Option<String>, String);

impl<'r> Record<'r> {
    /// Opens a record and its source. With `text_only`, HTML is not looked at.
    pub(super) fn open(
        record: &'r RawRecord,
        names: &FieldNames,
        max_bytes: usize,
        text_only: bool,
    ) -> Result<(Record<'r>, Cow<'r, str>), Broken> {
        let carrier = match &record.body {
            Body::JsonLine(line) => Carrier::Json(Fields::parse(line).map_err(|reason| (None, reason))?),
            Body::Row(row) => Carrier::Row(row),
            Body::Page(page) => {
                let source = encoding::decode(&page.bytes, page.charset.as_deref());
                let (id, url, is_html) = (page.id.clone(), page.url.clone(), page.kind == PageKind::Html);
                return Ok((
                    Record { id, has_id: true, url, language: None, is_html, carrier: Carrier::Page(page) },
                    source,
                ));
            }
        };
        let own_id = carrier.display(&names.id);
        let has_id = own_id.is_some();
        let id = own_id.unwrap_or_else(|| record.number.to_string());
        let reject = |reason: String| (Some(id.clone()), reason);
        let html = if text_only { None } else { carrier.string(&names.html).map_err(reject)? };
        let (source, is_html) = match html {
            Some(html) => (html.into_owned(), true),
            None => match carrier.string(&names.text).map_err(reject)? {
                Some(text) => (text.into_owned(), false),
                None => return Err(reject(no_source(names, text_only))),
            },
        };
        if source.len() > max_bytes {
            let reason = format!("it has {} bytes, more than {max_bytes} (--max-record-bytes)", source.len());
            return Err(reject(reason));
        }
        let text = |name: &str| carrier.string(name).ok().flatten().map(Cow::into_owned);
        let (url, language) = (text(&names.url), text("language").or_else(|| text("lang")));
        Ok((Record { id, has_id, url, language, is_html, carrier }, Cow::Owned(source)))
    }
}

fn no_source(names: &FieldNames, text_only: bool) -> String {
    let (text, html) = (&names.text, &names.html);
    if text_only {
        return format!("has no field `{text}`; --text-field names another");
    }
    format!("has neither field `{text}` nor field `{html}`; --text-field and --html-field name others")
}

impl Carrier<'_> {
    fn string(&self, name: &str) -> Result<Option<Cow<'_, str>>, String> {
        match self {
            Carrier::Json(fields) => fields.string(name),
            Carrier::Row(row) => row.string(name),
            Carrier::Page(_) => Ok(None),
        }
    }

    fn display(&self, name: &str) -> Option<String> {
        match self {
            Carrier::Json(fields) => match fields.string(name) {
                Ok(text) => text.map(Cow::into_owned),
                Err(_) => fields.raw(name).map(str::to_owned),
            },
            Carrier::Row(row) => row.display(name),
            Carrier::Page(_) => None,
        }
    }
}
