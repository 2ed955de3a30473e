//! Which HTTP statuses a page may have.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::Serialize;

/// HTTP statuses whose responses are pages: 200 alone, unless asked otherwise. What has no status always is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct StatusSet(Vec<RangeInclusive<u16>>);

impl StatusSet {
    /// Whether a response with this status is a page.
    pub fn contains(&self, status: Option<u16>) -> bool {
        status.is_none_or(|status| self.0.iter().any(|range| range.contains(&status)))
    }
}

impl Default for StatusSet {
    fn default() -> StatusSet {
        StatusSet(vec![200..=200])
    }
}

impl FromStr for StatusSet {
    type Err = String;

    /// Reads a list such as `200`, `2xx,404` or `all`.
    fn from_str(text: &str) -> Result<StatusSet, String> {
        text.split(',').map(|part| statuses(part.trim())).collect::<Result<_, _>>().map(StatusSet)
    }
}

fn statuses(part: &str) -> Result<RangeInclusive<u16>, String> {
    let part = part.to_ascii_lowercase();
    if part == "all" {
        return Ok(0..=u16::MAX);
    }
    let refused = || format!("`{part}` is no HTTP status; write 200, 2xx or all, or several with commas");
    let (digits, width) = match part.strip_suffix("xx") {
        Some(class) if class.len() == 1 => (class, 100),
        None if part.len() == 3 => (part.as_str(), 1),
        _ => return Err(refused()),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refused());
    }
    let first = digits.parse::<u16>().map_err(|_| refused())? * width;
    Ok(first..=first + width - 1)
}

impl fmt::Display for StatusSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, range) in self.0.iter().enumerate() {
            f.write_str(if index > 0 { "," } else { "" })?;
            match (*range.start(), *range.end()) {
                (0, u16::MAX) => f.write_str("all")?,
                (first, last) if first == last => write!(f, "{first}")?,
                (first, _) => write!(f, "{}xx", first / 100)?,
            }
        }
        Ok(())
    }
}

impl From<StatusSet> for String {
    fn from(set: StatusSet) -> String {
        set.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_read_as_people_write_them() {
        let held = |text: &str| -> Vec<u16> {
            let set: StatusSet = text.parse().unwrap();
            assert_eq!(set.to_string(), text);
            assert!(set.contains(None));
            [200, 203, 301, 404, 999].into_iter().filter(|status| set.contains(Some(*status))).collect()
        };
        assert_eq!(held("200"), [200]);
        assert_eq!(held("2xx,404"), [200, 203, 404]);
        assert_eq!(held("all"), [200, 203, 301, 404, 999]);
        for wrong in ["", "20", "xx", "2x", "ok", "200;404", "2000", "+20", "99999xx"] {
            assert!(wrong.parse::<StatusSet>().is_err_and(|reason| reason.contains("2xx")), "{wrong}");
        }
    }
}
