//! What kinds of values a field of JSON records holds, and its values as a column of that kind takes them.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields};
use serde_json::value::RawValue;

use super::json_object::{Object, Value, part};
use super::json_text::escape;

/// What is nested deeper is held as text.
const MAX_DEPTH: usize = 16;
/// An object with more keys than this is a dictionary rather than a record, and held as text.
const MAX_KEYS: usize = 100;
/// The largest whole number up to which a double holds each.
const EXACT: u64 = 1 << 53;

/// A kind of values; each may be null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Nulls only.
    Unknown,
    Bool,
    /// Whole numbers; whether there are some that a double cannot hold.
    Int(bool),
    Float,
    Text,
    List(Box<Shape>),
    Object(Vec<(String, Shape)>),
    /// Any: a string as it is, anything else as JSON.
    Mixed,
}

impl Shape {
    /// The kind of one value.
    pub(super) fn of(raw: &str) -> Shape {
        Shape::at_depth(raw, 0)
    }

    fn at_depth(raw: &str, depth: usize) -> Shape {
        match raw.as_bytes().first() {
            Some(b'n') => Shape::Unknown,
            Some(b't' | b'f') => Shape::Bool,
            Some(b'"') => Shape::Text,
            Some(b'[' | b'{') if depth >= MAX_DEPTH => Shape::Mixed,
            Some(b'[') => match items(raw) {
                Some(items) => Shape::List(Box::new(
                    items
                        .iter()
                        .map(|item| Shape::at_depth(item.get(), depth + 1))
                        .fold(Shape::Unknown, Shape::merge),
                )),
                None => Shape::Mixed,
            },
            Some(b'{') => match pairs(raw) {
                Some(pairs) => {
                    let pairs = pairs.into_iter().map(|(key, raw)| (key, Shape::at_depth(raw, depth + 1)));
                    Shape::Object(Vec::new()).merge(Shape::Object(pairs.collect()))
                }
                None => Shape::Mixed,
            },
            _ if is_whole(raw) => match raw.parse::<i64>() {
                Ok(number) => Shape::Int(number.unsigned_abs() > EXACT),
                Err(_) => Shape::Mixed,
            },
            _ if raw.parse::<f64>().is_ok_and(f64::is_finite) => Shape::Float,
            _ => Shape::Mixed,
        }
    }

    /// The kind that holds the values of both.
    pub(super) fn merge(self, other: Shape) -> Shape {
        match (self, other) {
            (Shape::Unknown, same) | (same, Shape::Unknown) => same,
            (Shape::Int(a), Shape::Int(b)) => Shape::Int(a || b),
            (Shape::Float, Shape::Int(false)) | (Shape::Int(false), Shape::Float) => Shape::Float,
            (Shape::List(a), Shape::List(b)) => Shape::List(Box::new(a.merge(*b))),
            (Shape::Object(mut ours), Shape::Object(theirs)) => {
                for (key, shape) in theirs {
                    match ours.iter_mut().find(|(ours, _)| *ours == key) {
                        Some((_, ours)) => {
                            *ours = std::mem::replace(ours, Shape::Unknown).merge(shape);
                        }
                        None => ours.push((key, shape)),
                    }
                    if ours.len() > MAX_KEYS {
                        return Shape::Mixed;
                    }
                }
                Shape::Object(ours)
            }
            (a, b) if a == b => a,
            _ => Shape::Mixed,
        }
    }

    /// The kind once all values that are to be looked at were seen: what is not known can be anything.
    pub(super) fn settled(self) -> Shape {
        match self {
            Shape::Unknown => Shape::Mixed,
            Shape::List(items) => Shape::List(Box::new(items.settled())),
            Shape::Object(pairs) if pairs.is_empty() => Shape::Mixed,
            Shape::Object(pairs) => {
                Shape::Object(pairs.into_iter().map(|(key, shape)| (key, shape.settled())).collect())
            }
            other => other,
        }
    }

    pub(super) fn data_type(&self) -> DataType {
        match self {
            Shape::Bool => DataType::Boolean,
            Shape::Int(_) => DataType::Int64,
            Shape::Float => DataType::Float64,
            Shape::List(items) => DataType::List(Arc::new(Field::new("item", items.data_type(), true))),
            Shape::Object(pairs) => {
                DataType::Struct(pairs.iter().map(|(key, shape)| shape.field(key)).collect::<Fields>())
            }
            Shape::Text | Shape::Mixed | Shape::Unknown => DataType::Utf8,
        }
    }

    pub(super) fn field(&self, name: &str) -> Field {
        Field::new(name, self.data_type(), true)
    }

    fn name(&self) -> &'static str {
        match self {
            Shape::Unknown => "null",
            Shape::Bool => "true or false",
            Shape::Int(_) => "a whole number",
            Shape::Float => "a number",
            Shape::Text => "a string",
            Shape::List(_) => "a list",
            Shape::Object(_) => "an object",
            Shape::Mixed => "a value of another kind",
        }
    }

    /// Writes a value as a column of this kind takes it.
    ///
    /// # Errors
    ///
    /// It is of another kind; `path` leads to it.
    pub(super) fn write(&self, raw: &str, path: &str, out: &mut Vec<u8>) -> Result<(), String> {
        if raw == "null" {
            out.extend_from_slice(b"null");
            return Ok(());
        }
        match self {
            Shape::Mixed | Shape::Unknown if raw.starts_with('"') => out.extend_from_slice(raw.as_bytes()),
            Shape::Mixed | Shape::Unknown => escape(raw, out),
            Shape::List(shape) if raw.starts_with('[') => {
                let items = items(raw).ok_or_else(|| format!("field `{path}` is broken"))?;
                out.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    out.extend_from_slice(if index > 0 { b"," } else { b"" });
                    shape.write(item.get(), path, out)?;
                }
                out.push(b']');
            }
            Shape::Object(shapes) if raw.starts_with('{') => write_object(shapes, raw, path, out)?,
            Shape::Int(_) | Shape::Float | Shape::Bool | Shape::Text if self.takes(&Shape::of(raw)) => {
                out.extend_from_slice(raw.as_bytes());
            }
            _ => return Err(self.clash(raw, path)),
        }
        Ok(())
    }

    fn takes(&self, value: &Shape) -> bool {
        matches!(
            (self, value),
            (Shape::Int(_), Shape::Int(_))
                | (Shape::Float, Shape::Float | Shape::Int(false))
                | (Shape::Bool, Shape::Bool)
                | (Shape::Text, Shape::Text)
        )
    }

    fn clash(&self, raw: &str, path: &str) -> String {
        let (is, was) = (Shape::of(raw), self.name());
        let is = match is {
            Shape::Int(_) | Shape::Mixed if matches!(self, Shape::Int(_) | Shape::Float) => {
                "a number that its column cannot hold"
            }
            other => other.name(),
        };
        format!("field `{path}` is {is}, and {was} in")
    }
}

fn write_object(shapes: &[(String, Shape)], raw: &str, path: &str, out: &mut Vec<u8>) -> Result<(), String> {
    let pairs = pairs(raw).ok_or_else(|| format!("field `{path}` is broken"))?;
    out.push(b'{');
    for (index, (key, value)) in pairs.iter().enumerate() {
        let inner = format!("{path}.{key}");
        if pairs.iter().take(index).any(|(before, _)| before == key) {
            return Err(format!("field `{inner}` stands there twice, and once in"));
        }
        let shape = shapes.iter().find(|(name, _)| name == key).map(|(_, shape)| shape);
        let shape = shape.ok_or_else(|| format!("field `{inner}` is not in"))?;
        out.extend_from_slice(if index > 0 { b"," } else { b"" });
        escape(key, out);
        out.push(b':');
        shape.write(value, &inner, out)?;
    }
    out.push(b'}');
    Ok(())
}

/// Whether a number is written without fraction and exponent.
fn is_whole(raw: &str) -> bool {
    raw.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}

fn items(raw: &str) -> Option<Vec<&RawValue>> {
    serde_json::from_str(raw).ok()
}

fn pairs(raw: &str) -> Option<Vec<(String, &str)>> {
    let object = Object::parse(raw, 0..raw.len()).ok()?;
    object
        .entries
        .iter()
        .map(|entry| match &entry.value {
            Value::At(place) => Some((entry.name(raw)?.into_owned(), part(raw, place))),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(values: &[&str]) -> Shape {
        values.iter().map(|raw| Shape::of(raw)).fold(Shape::Unknown, Shape::merge).settled()
    }

    fn written(shape: &Shape, raw: &str) -> Result<String, String> {
        let mut out = Vec::new();
        shape.write(raw, "x", &mut out).map(|()| String::from_utf8(out).unwrap())
    }

    #[test]
    fn values_of_one_kind_make_a_column_of_it() {
        assert_eq!(merged(&["1", "null", "-7"]), Shape::Int(false));
        assert_eq!(merged(&["1", "2.5e3"]), Shape::Float);
        assert_eq!(merged(&["[1]", "[]", "[null,2.0]"]), Shape::List(Box::new(Shape::Float)));
        let object = merged(&[r#"{"a":1}"#, r#"{"b":[],"a":null}"#]);
        let expected =
            vec![("a".to_owned(), Shape::Int(false)), ("b".to_owned(), Shape::List(Box::new(Shape::Mixed)))];
        assert_eq!(object, Shape::Object(expected));
        assert_eq!(
            written(&object, r#"{"b":[{"c":1}, "d"],"a":2}"#).unwrap(),
            r#"{"b":["{\"c\":1}","d"],"a":2}"#
        );
    }

    #[test]
    fn no_number_loses_a_digit() {
        assert_eq!(merged(&["9007199254740993"]), Shape::Int(true));
        for mixed in
            [&["9007199254740993", "0.5"][..], &["123456789012345678901"], &["1e999"], &["1", "\"1\""]]
        {
            assert_eq!(merged(mixed), Shape::Mixed, "{mixed:?}");
        }
        assert_eq!(written(&Shape::Mixed, "123456789012345678901").unwrap(), "\"123456789012345678901\"");
        assert!(written(&Shape::Float, "9007199254740993").is_err());
        assert!(written(&Shape::Int(false), "1.0").is_err());
        assert!(
            written(&Shape::Int(false), "\"007\"")
                .unwrap_err()
                .contains("is a string, and a whole number in")
        );
    }

    #[test]
    fn what_the_column_has_no_place_for_is_told() {
        let shape = merged(&[r#"{"a":{"b":1}}"#]);
        let told = |raw| written(&shape, raw).unwrap_err();
        assert!(told(r#"{"a":{"c":1}}"#).contains("`x.a.c` is not in"));
        assert!(told(r#"{"a":{"b":1,"b":2}}"#).contains("`x.a.b` stands there twice"));
        assert!(told(r#"{"a":[]}"#).contains("`x.a` is a list"));
        assert_eq!(written(&shape, r#"{"a":null}"#).unwrap(), r#"{"a":null}"#);
    }

    #[test]
    fn depth_and_width_have_bounds() {
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        let mut shape = merged(&[&deep]);
        for _ in 0..MAX_DEPTH {
            let Shape::List(inner) = shape else { panic!("{shape:?}") };
            shape = *inner;
        }
        assert_eq!(shape, Shape::Mixed);
        let wide: Vec<String> = (0..=MAX_KEYS).map(|n| format!("\"k{n}\":1")).collect();
        assert_eq!(merged(&[&format!("{{{}}}", wide.join(","))]), Shape::Mixed);
    }
}
