//! Chaff lines that a corpus repeats.

use std::collections::HashMap;

use crate::document::Label;

/// Lines that are remembered; when there are more, those seen least are forgotten (lossy counting, Manku and Motwani 2002).
const REMEMBERED: usize = 200_000;
/// Characters of a line that tell it from others.
const CHARS: usize = 200;

/// A line and how often it was seen.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Repeat {
    pub line: String,
    pub label: Label,
    pub count: u64,
}

/// Counts lines that are the same but for their digits, case and spaces.
#[derive(Debug, Default)]
pub(super) struct Repeats(HashMap<String, Repeat>);

impl Repeats {
    pub(super) fn add(&mut self, line: &str, label: Label) {
        let key = normalised(line);
        if let Some(repeat) = self.0.get_mut(&key) {
            repeat.count += 1;
            return;
        }
        if self.0.len() >= REMEMBERED {
            let mut counts: Vec<u64> = self.0.values().map(|repeat| repeat.count).collect();
            let (_, median, _) = counts.select_nth_unstable(REMEMBERED / 2);
            let median = *median;
            self.0.retain(|_, repeat| repeat.count > median);
        }
        let line = line.chars().take(CHARS).collect();
        self.0.insert(key, Repeat { line, label, count: 1 });
    }

    /// The lines seen most often, at least twice.
    pub(super) fn top(self, count: usize) -> Vec<Repeat> {
        let mut repeats: Vec<Repeat> = self.0.into_values().filter(|repeat| repeat.count > 1).collect();
        repeats.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.line.cmp(&b.line)));
        repeats.truncate(count);
        repeats
    }
}

fn normalised(line: &str) -> String {
    let mut key = String::new();
    for word in line.split_whitespace() {
        key.push(' ');
        key.extend(
            word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).flat_map(char::to_lowercase),
        );
        if key.len() > CHARS {
            break;
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_differ_in_digits_case_and_spaces_are_one() {
        let mut repeats = Repeats::default();
        for line in ["You have 3 articles left", "you have 2  Articles left", "Log in", "Log in ", "Once"] {
            repeats.add(line, Label::MeterNotice);
        }
        let top: Vec<(String, u64)> = repeats.top(10).into_iter().map(|r| (r.line, r.count)).collect();
        assert_eq!(top, [("Log in".to_owned(), 2), ("You have 3 articles left".to_owned(), 2)]);
    }

    #[test]
    fn what_is_seen_often_survives_what_is_seen_once() {
        let mut repeats = Repeats::default();
        for n in 0..300_000_u32 {
            let word: String = n.to_string().bytes().map(|digit| char::from(b'a' + digit - b'0')).collect();
            repeats.add(&word, Label::Other);
            if n % 1000 == 0 {
                repeats.add("Subscribe now", Label::SubscribePrompt);
            }
        }
        assert!(repeats.0.len() <= REMEMBERED);
        assert_eq!(repeats.top(1)[0].count, 300);
    }
}
