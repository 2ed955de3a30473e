//! A JSON object as it stands in its line: where each key and value is, and what is to stand there instead. What nobody
//! changes is written byte for byte, white space and all.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::json_text::{escape, unescape};

/// An object and the places of its parts in the line.
#[derive(Clone, Debug)]
pub(super) struct Object {
    /// The brace and the white space behind it.
    head: Range<usize>,
    pub(super) entries: Vec<Entry>,
    /// The brace and the white space before it.
    tail: Range<usize>,
}

/// A key with its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// From the entry before to the key: a comma and white space. None of an entry that is new or was the first.
    gap: Option<Range<usize>>,
    key: Key,
    pub(super) value: Value,
}

#[derive(Clone, Debug)]
enum Key {
    /// The literal, and what is between it and the value: a colon and white space.
    At(Range<usize>, Range<usize>),
    New(String),
}

/// What stands in a value's place.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// What was read.
    At(Range<usize>),
    /// What was read, opened.
    Inside(Object),
    /// The text that was lent to the detection.
    Lent,
    /// The text that is kept.
    Kept,
    /// Other JSON.
    New(String),
    /// Nothing: the entry goes.
    Gone,
}

/// The texts that stand in the places of [`Value::Lent`] and [`Value::Kept`].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Texts<'t> {
    pub(super) lent: &'t str,
    pub(super) kept: &'t str,
}

/// Pairs of keys and values, both unparsed.
struct Pairs<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;
        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Vec<(&'de RawValue, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut pairs = Vec::with_capacity(8);
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(pairs)
            }
        }
        deserializer.deserialize_map(PairsVisitor).map(Pairs)
    }
}

/// A part of a line.
pub(super) fn part<'l>(line: &'l str, place: &Range<usize>) -> &'l str {
    line.get(place.clone()).unwrap_or_default()
}

impl Object {
    /// Finds the parts of the object that is at `span` of a line, whose braces are at its ends.
    pub(super) fn parse(line: &str, span: Range<usize>) -> serde_json::Result<Object> {
        let Pairs(pairs) = serde_json::from_str(part(line, &span))?;
        let place = |raw: &RawValue| {
            let start = (raw.get().as_ptr() as usize).saturating_sub(line.as_ptr() as usize);
            start..start + raw.get().len()
        };
        let mut object = Object { head: span.start..span.start + 1, entries: Vec::new(), tail: 0..0 };
        let mut end = None;
        for (key, value) in pairs {
            let (key, value) = (place(key), place(value));
            if end.is_none() {
                object.head.end = key.start;
            }
            let gap = end.replace(value.end).map(|end| end..key.start);
            let colon = key.end..value.start;
            object.entries.push(Entry { gap, key: Key::At(key, colon), value: Value::At(value) });
        }
        object.tail = end.unwrap_or(object.head.end)..span.end;
        Ok(object)
    }

    /// Indices of the entries that lead to a field: one for a key of this object; more where the name's dots lead through
    /// objects. Of a key that stands twice the last counts, as readers have it.
    pub(super) fn steps(&self, line: &str, name: &str) -> Option<Vec<usize>> {
        if let Some(index) = self.last(line, name) {
            return Some(vec![index]);
        }
        for (dot, _) in name.match_indices('.') {
            let (key, rest) = (name.get(..dot)?, name.get(dot + 1..)?);
            let Some(index) = self.last(line, key) else { continue };
            let inner = match self.entries.get(index).map(|entry| &entry.value) {
                Some(Value::At(place)) => open(line, place),
                Some(Value::Inside(object)) => Some(object.clone()),
                _ => None,
            };
            if let Some(mut steps) = inner.and_then(|object| object.steps(line, rest)) {
                steps.insert(0, index);
                return Some(steps);
            }
        }
        None
    }

    /// The value that steps lead to, where it is as it was read.
    pub(super) fn place(&self, line: &str, steps: &[usize]) -> Option<Range<usize>> {
        let (&first, rest) = steps.split_first()?;
        match &self.entries.get(first)?.value {
            Value::At(place) if rest.is_empty() => Some(place.clone()),
            Value::At(place) => open(line, place)?.place(line, rest),
            Value::Inside(object) if !rest.is_empty() => object.place(line, rest),
            _ => None,
        }
    }

    /// The object that holds the entry that steps lead to, and the entry's index there.
    pub(super) fn holder(&mut self, line: &str, steps: &[usize]) -> Option<(&mut Object, usize)> {
        let (&first, rest) = steps.split_first()?;
        if rest.is_empty() {
            return Some((self, first));
        }
        let entry = self.entries.get_mut(first)?;
        if let Value::At(place) = &entry.value {
            entry.value = Value::Inside(open(line, place)?);
        }
        match &mut entry.value {
            Value::Inside(object) => object.holder(line, rest),
            _ => None,
        }
    }

    /// The last entry with a key that is not gone.
    pub(super) fn last(&self, line: &str, key: &str) -> Option<usize> {
        self.entries.iter().rposition(|entry| {
            entry.name(line).as_deref() == Some(key) && !matches!(entry.value, Value::Gone)
        })
    }

    /// Takes out the entries that have the key of entry `index`: those before it, and with `all` itself.
    pub(super) fn remove_same(&mut self, line: &str, index: usize, all: bool) {
        let Some(name) = self.entries.get(index).and_then(|entry| entry.name(line)).map(Cow::into_owned)
        else {
            return;
        };
        for entry in self.entries.iter_mut().take(index + usize::from(all)) {
            if entry.name(line).as_deref() == Some(&name) {
                entry.value = Value::Gone;
            }
        }
    }

    /// Puts a new entry before entry `index`, or at the end.
    pub(super) fn insert(&mut self, index: usize, key: &str, value: Value) {
        let entry = Entry { gap: None, key: Key::New(key.to_owned()), value };
        self.entries.insert(index.min(self.entries.len()), entry);
    }

    /// The object again, in a line that has only what is still needed.
    pub(super) fn moved(self, line: &str, to: &mut String) -> Object {
        fn copied(line: &str, place: &Range<usize>, to: &mut String) -> Range<usize> {
            let start = to.len();
            to.push_str(part(line, place));
            start..to.len()
        }
        let head = copied(line, &self.head, to);
        let mut entries = Vec::with_capacity(self.entries.len());
        for Entry { gap, key, value } in self.entries {
            if matches!(value, Value::Gone) {
                continue;
            }
            let gap = gap.map(|gap| copied(line, &gap, to));
            let key = match key {
                Key::At(key, colon) => {
                    let key = copied(line, &key, to);
                    Key::At(key, copied(line, &colon, to))
                }
                new @ Key::New(_) => new,
            };
            let value = match value {
                Value::At(place) => Value::At(copied(line, &place, to)),
                Value::Inside(object) => Value::Inside(object.moved(line, to)),
                other => other,
            };
            entries.push(Entry { gap, key, value });
        }
        Object { head, entries, tail: copied(line, &self.tail, to) }
    }

    /// Writes the object.
    pub(super) fn write(&self, line: &str, texts: Texts<'_>, out: &mut Vec<u8>) {
        let mut is_first = true;
        let put =
            |out: &mut Vec<u8>, place: &Range<usize>| out.extend_from_slice(part(line, place).as_bytes());
        for entry in &self.entries {
            match (&entry.value, &entry.gap) {
                (Value::Gone, _) => continue,
                _ if is_first => put(out, &self.head),
                (_, Some(gap)) => put(out, gap),
                (_, None) => out.push(b','),
            }
            is_first = false;
            match &entry.key {
                Key::At(key, colon) => {
                    put(out, key);
                    put(out, colon);
                }
                Key::New(name) => {
                    escape(name, out);
                    out.push(b':');
                }
            }
            entry.value.write(line, texts, out);
        }
        if is_first {
            put(out, &self.head);
        }
        put(out, &self.tail);
    }
}

impl Entry {
    /// The key; `None` if it holds half a character.
    pub(super) fn name<'s>(&'s self, line: &'s str) -> Option<Cow<'s, str>> {
        match &self.key {
            Key::At(key, _) => unescape(part(line, key)).ok(),
            Key::New(name) => Some(Cow::Borrowed(name)),
        }
    }
}

impl Value {
    pub(super) fn write(&self, line: &str, texts: Texts<'_>, out: &mut Vec<u8>) {
        match self {
            Value::At(place) => out.extend_from_slice(part(line, place).as_bytes()),
            Value::Inside(object) => object.write(line, texts, out),
            Value::Lent => escape(texts.lent, out),
            Value::Kept => escape(texts.kept, out),
            Value::New(json) => out.extend_from_slice(json.as_bytes()),
            Value::Gone => {}
        }
    }
}

fn open(line: &str, place: &Range<usize>) -> Option<Object> {
    if !part(line, place).starts_with('{') {
        return None;
    }
    Object::parse(line, place.clone()).ok()
}
