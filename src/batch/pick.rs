//! One record of the inputs, found by its number or its id.

use std::fs::File;
use std::io::Read;
use std::str::FromStr;
use std::sync::Arc;

use super::record::Record;
use super::task::RunOptions;
use crate::dump::{
    Format, Input, InputOptions, Item, Meter, RawRecord, ReadItems, decompressed, open_stream,
};
use crate::error::{Error, Result};

/// Which record is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The one with this number in its input, from 1; if there are fewer, the one that has the number as its id.
    Number(u64),
    /// The first with this id.
    Id(String),
}

impl FromStr for Wanted {
    type Err = std::convert::Infallible;

    /// `17` is a number, `id=17` an id, and anything else an id too.
    fn from_str(text: &str) -> std::result::Result<Wanted, Self::Err> {
        Ok(match (text.strip_prefix("id="), text.parse()) {
            (Some(id), _) => Wanted::Id(id.to_owned()),
            (None, Ok(number)) => Wanted::Number(number),
            (None, Err(_)) => Wanted::Id(text.to_owned()),
        })
    }
}

/// A record's text or page.
#[derive(Clone, Debug)]
pub struct Picked {
    /// The name of its input.
    pub input: String,
    /// Its number there.
    pub number: u64,
    /// Its id.
    pub id: String,
    /// Text or HTML.
    pub source: String,
    /// Which of the two.
    pub is_html: bool,
    /// Whether it is all that the inputs hold.
    pub is_only: bool,
}

/// Finds a record; the first if none is named.
///
/// # Errors
///
/// An input cannot be read, there is no such record, or it is broken. Broken records before it do not matter.
pub fn pick_record(inputs: &[Input], options: &RunOptions, wanted: Option<&Wanted>) -> Result<Picked> {
    let is_number = matches!(wanted, Some(Wanted::Number(_)));
    if let (true, [first, _, ..]) = (is_number, inputs) {
        let reason = "a record is told by its number in one input only; name that input, or give an id";
        return Err(Error::input(first.name(), reason));
    }
    let mut search = Search { options, wanted, records: 0, by_id: None };
    for (at, input) in inputs.iter().enumerate() {
        let mut reader = open(input, &options.input)?;
        while let Some(item) = reader.next_item() {
            if let Some(mut picked) = search.look_at(input, item)? {
                let more = std::iter::from_fn(|| reader.next_item());
                let is_last = !more.take(1).any(|item| !matches!(item, Item::NoPage(_)));
                picked.is_only = picked.number == 1 && at == 0 && inputs.len() == 1 && is_last;
                return Ok(picked);
            }
        }
    }
    search.end(inputs)
}

struct Search<'a> {
    options: &'a RunOptions,
    wanted: Option<&'a Wanted>,
    records: u64,
    /// A record that has the wanted number as its id.
    by_id: Option<Picked>,
}

impl Search<'_> {
    /// The record, if the item is the wanted one.
    fn look_at(&mut self, input: &Input, item: Item) -> Result<Option<Picked>> {
        let (number, opened) = match item {
            Item::NoPage(_) => return Ok(None),
            Item::Record(raw) => (raw.number, self.open(input, raw)),
            Item::Reject(reject) => (reject.record, Err((reject.id, reject.reason))),
        };
        self.records += 1;
        let (id, opened) = match opened {
            Ok(picked) => (Some(picked.id.clone()), Ok(picked)),
            Err((id, reason)) => (id, Err(reason)),
        };
        let is_wanted = match self.wanted {
            None => true,
            Some(Wanted::Number(wanted)) => *wanted == number,
            Some(Wanted::Id(wanted)) => id.as_ref() == Some(wanted),
        };
        if is_wanted {
            let place = || format!("{}, record {number}", input.name());
            return opened.map(Some).map_err(|reason| Error::input(place(), reason));
        }
        if let (Some(Wanted::Number(wanted)), Ok(picked), None) = (self.wanted, opened, &self.by_id)
            && picked.id == wanted.to_string()
        {
            self.by_id = Some(picked);
        }
        Ok(None)
    }

    fn open(&self, input: &Input, raw: RawRecord) -> std::result::Result<Picked, (Option<String>, String)> {
        let number = raw.number;
        let (record, source) =
            Record::open(raw, self.options).map_err(|broken| (broken.id, broken.reason))?;
        let (id, is_html, source) = (record.id.clone(), record.is_html, source.to_string());
        Ok(Picked { input: input.name(), number, id, source, is_html, is_only: false })
    }

    fn end(self, inputs: &[Input]) -> Result<Picked> {
        if let Some(picked) = self.by_id {
            return Ok(picked);
        }
        let names: Vec<String> = inputs.iter().take(3).map(Input::name).collect();
        let reason = match (self.records, self.wanted) {
            (0, _) | (_, None) => "there are no records".to_owned(),
            (all, Some(Wanted::Number(number))) => {
                format!("there are {all} records, and none is number {number}")
            }
            (all, Some(Wanted::Id(id))) => format!("none of {all} records has the id {id}"),
        };
        Err(Error::input(names.join(", "), reason))
    }
}

/// As a run opens it, but what has no format is a text.
fn open(input: &Input, options: &InputOptions) -> Result<Box<dyn ReadItems>> {
    let meter = Arc::new(Meter::default());
    let stream: Box<dyn Read + Send> = match input {
        _ if options.format.is_some() || Format::by_name(input.relative()).is_some() => {
            return input.open(options, &meter);
        }
        Input::Stdin => Box::new(std::io::stdin()),
        Input::File { path, .. } => {
            Box::new(File::open(path).map_err(|error| Error::io(path, "open", error))?)
        }
        _ => return input.open(options, &meter),
    };
    let failed = |error| Error::Io { place: input.name(), action: "read", source: error };
    let mut stream = decompressed(stream).map_err(failed)?;
    let format = Format::by_bytes(&mut *stream).map_err(failed)?.unwrap_or(Format::Text);
    if format == Format::Parquet && !input.is_pipe() {
        return input.open(&InputOptions { format: Some(format), ..options.clone() }, &meter);
    }
    open_stream(Box::new(stream), &input.name(), Some(format), options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_number_unless_it_is_said_to_be_an_id() {
        let wanted = |text: &str| text.parse::<Wanted>().unwrap();
        assert_eq!(wanted("17"), Wanted::Number(17));
        assert_eq!(wanted("id=17"), Wanted::Id("17".to_owned()));
        assert_eq!(wanted("a-17"), Wanted::Id("a-17".to_owned()));
    }
}
