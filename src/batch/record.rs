//! One record, opened: its id, its address, and what carries its other fields; its text or HTML apart, since that is lent
//! to the detection while the fields change.

use std::borrow::Cow;
use std::sync::Arc;

use super::render::{put_kept, refuse_container};
use super::task::{FieldNames, RunOptions, Task};
use crate::dump::{Body, Columns, Fields, Page, PageKind, RawRecord, Row, Source};
use crate::segment::encoding;

/// What a record says of itself.
pub(super) struct Record {
    pub id: String,
    /// Whether the record has an id of its own, rather than its number.
    pub has_id: bool,
    pub url: Option<String>,
    /// The language that the record declares.
    pub language: Option<String>,
    pub is_html: bool,
    /// Whether its HTML is known to be XHTML.
    pub is_xhtml: bool,
    pub carrier: Carrier,
}

/// What the record came in.
pub(super) enum Carrier {
    /// Fields, and the columns of the table that they go to.
    Json(Fields, Option<Arc<Columns>>),
    /// A page, its bytes apart.
    Page(Page),
    Row(Row),
}

/// Why a record cannot be opened.
#[derive(Debug, Default)]
pub(super) struct Broken {
    /// The id, where that could be read.
    pub id: Option<String>,
    pub reason: String,
    /// Nothing of the record could be read.
    pub is_unread: bool,
    /// The fields that are there, if neither text nor HTML is among them.
    pub fields: Option<Vec<String>>,
}

impl Record {
    /// Opens a record and its source. With Dolma's attributes, HTML is not looked at.
    pub(super) fn open(raw: RawRecord, options: &RunOptions) -> Result<(Record, Source), Broken> {
        let names = &options.fields;
        let mut carrier = match raw.body {
            Body::JsonLine(line) => Carrier::Json(parsed(line)?, None),
            Body::TableLine(line, columns) => Carrier::Json(parsed(line)?, Some(columns)),
            Body::Row(row) => Carrier::Row(row),
            Body::Page(page) => return Ok(open_page(page)),
        };
        let own_id = carrier.display(&names.id);
        let has_id = own_id.is_some();
        let id = own_id.unwrap_or_else(|| raw.number.to_string());
        let text = |name: &str| carrier.string(name).ok().flatten().map(Cow::into_owned);
        let (url, language) = (text(&names.url), text("language").or_else(|| text("lang")));
        // A sample is written as it was read.
        let is_changed = !matches!(options.task, Task::Sample(_));
        let max_bytes = options.input.max_record_bytes;
        match open_source(&mut carrier, names, options.keeps_rows(), is_changed) {
            Ok(Some((source, _))) if source.len() > max_bytes => {
                let reason =
                    format!("it has {} bytes, more than {max_bytes} (--max-record-bytes)", source.len());
                Err(Broken { id: has_id.then_some(id), reason, ..Broken::default() })
            }
            Ok(Some((source, is_html))) => {
                Ok((Record { id, has_id, url, language, is_html, is_xhtml: false, carrier }, source))
            }
            Ok(None) => {
                let broken = carrier.without_source(names, options.keeps_rows());
                Err(Broken { id: has_id.then_some(id), ..broken })
            }
            Err(reason) => Err(Broken { id: has_id.then_some(id), reason, ..Broken::default() }),
        }
    }
}

impl Record {
    /// Gives back the memory of HTML that is not read again: the kept text is to stand in its place.
    pub(super) fn forget_html(&mut self, names: &FieldNames) {
        if let Carrier::Json(fields, None) = &mut self.carrier
            && refuse_container(fields, &names.text).is_ok()
        {
            put_kept(fields, false, names);
        }
    }

    /// The id that the record has.
    pub(super) fn own_id(&self) -> Option<&str> {
        self.has_id.then_some(self.id.as_str())
    }

    /// What the record is called: its id, also if that is null, or its number.
    pub(super) fn called(&self, names: &FieldNames) -> Option<&str> {
        (self.has_id || !self.carrier.is_null(&names.id)).then_some(self.id.as_str())
    }
}

fn parsed(line: Vec<u8>) -> Result<Fields, Broken> {
    Fields::parse(line).map_err(|reason| Broken { reason, is_unread: true, ..Broken::default() })
}

fn open_page(mut page: Page) -> (Record, Source) {
    let bytes = std::mem::take(&mut page.bytes);
    let decoded = match encoding::decode(&bytes, page.charset.as_deref()) {
        // A byte order mark is left out at the start.
        Cow::Borrowed(text) => Err(bytes.len() - text.len()),
        Cow::Owned(text) => Ok(text),
    };
    let text = decoded.unwrap_or_else(|mark| {
        let mut bytes = bytes;
        bytes.drain(..mark);
        String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    });
    let (id, url) = (page.id.clone(), page.url.clone());
    let (is_html, is_xhtml) = (page.kind != PageKind::Text, page.kind == PageKind::Xhtml);
    let carrier = Carrier::Page(page);
    let record = Record { id, has_id: true, url, language: None, is_html, is_xhtml, carrier };
    (record, Source::Owned(text))
}

/// The HTML, or where that is missing, blank or of another kind the text; whether it is HTML.
fn open_source(
    carrier: &mut Carrier,
    names: &FieldNames,
    text_only: bool,
    is_changed: bool,
) -> Result<Option<(Source, bool)>, String> {
    match carrier {
        Carrier::Json(fields, _) => {
            let is_html = !text_only && reads_html(fields, names)?;
            let name = if is_html { &names.html } else { &names.text };
            let source = if is_changed {
                fields.lend(name)?
            } else {
                fields.string(name)?.map(|text| Source::Owned(text.into_owned()))
            };
            Ok(source.map(|source| (source, is_html)))
        }
        Carrier::Row(row) => {
            let owned = |text: Cow<'_, str>| Source::Owned(text.into_owned());
            let (html, text) = (row.string(&names.html), row.string(&names.text));
            let html = match html {
                _ if text_only => None,
                Err(_) if matches!(text, Ok(Some(_))) => None,
                html => html?,
            };
            match (html, text) {
                (Some(html), Ok(None)) => Ok(Some((owned(html), true))),
                (Some(html), _) if !html.trim().is_empty() => Ok(Some((owned(html), true))),
                (_, text) => Ok(text?.map(|text| (owned(text), false))),
            }
        }
        Carrier::Page(_) => Ok(None),
    }
}

/// Whether a record is read as HTML. What is blank, or no string, gives way to a text.
fn reads_html(fields: &Fields, names: &FieldNames) -> Result<bool, String> {
    let Some(html) = fields.raw(&names.html).filter(|html| *html != "null") else { return Ok(false) };
    let gives_way = !html.starts_with('"') || fields.is_blank(&names.html);
    Ok(!(gives_way && fields.string(&names.text)?.is_some()))
}

impl Carrier {
    fn string(&self, name: &str) -> Result<Option<Cow<'_, str>>, String> {
        match self {
            Carrier::Json(fields, _) => fields.string(name),
            Carrier::Row(row) => row.string(name),
            Carrier::Page(_) => Ok(None),
        }
    }

    fn display(&self, name: &str) -> Option<String> {
        match self {
            Carrier::Json(fields, _) => match fields.string(name) {
                Ok(text) => text.map(Cow::into_owned),
                Err(_) => fields.raw(name).map(str::to_owned),
            },
            Carrier::Row(row) => row.display(name),
            Carrier::Page(_) => None,
        }
    }

    /// Whether there is such a field, if without a value.
    fn is_null(&self, name: &str) -> bool {
        match self {
            Carrier::Json(fields, _) => fields.raw(name).is_some(),
            Carrier::Row(row) => row.has_column(name),
            Carrier::Page(_) => false,
        }
    }

    /// Names of all fields.
    fn names(&self) -> Vec<String> {
        match self {
            Carrier::Json(fields, _) => fields.names().flatten().map(Cow::into_owned).collect(),
            Carrier::Row(row) => {
                row.batch.schema_ref().fields().iter().map(|field| field.name().clone()).collect()
            }
            Carrier::Page(_) => Vec::new(),
        }
    }

    /// What is wrong with a record that has neither text nor HTML.
    fn without_source(&self, names: &FieldNames, text_only: bool) -> Broken {
        let (text, html) = (&names.text, &names.html);
        let (text_is_null, html_is_null) = (self.is_null(text), !text_only && self.is_null(html));
        let reason = match (text_is_null, html_is_null) {
            (true, true) => format!("fields `{text}` and `{html}` are null"),
            (true, false) => format!("field `{text}` is null"),
            (false, true) => format!("field `{html}` is null, and there is no field `{text}`"),
            (false, false) if text_only => format!("has no field `{text}`; --text-field names another"),
            (false, false) => format!(
                "has neither field `{text}` nor field `{html}`; --text-field and --html-field name others"
            ),
        };
        let fields = (!text_is_null && !html_is_null).then(|| self.names());
        Broken { reason, fields, ..Broken::default() }
    }
}
