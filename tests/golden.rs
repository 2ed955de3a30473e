//! Pages that a person reads without doubt: what of them stays and what goes. `tests/data/golden_content.jsonl` has a page a
//! line; a line that is written twice in `keep` stands twice in the page and stays twice.

mod common;

use std::collections::BTreeMap;

use common::{json_lines, repository};
use dechaff::document::Label;
use dechaff::{Detection, Detector};
use serde_json::Value;

fn pages() -> Vec<Value> {
    json_lines(&std::fs::read_to_string(repository("tests/data/golden_content.jsonl")).unwrap())
}

fn detect<'a>(detector: &Detector, page: &'a Value) -> Detection<'a> {
    let source = page["source"].as_str().unwrap();
    if page["kind"] == "html" { detector.detect_html(source) } else { detector.detect_text(source) }
}

/// How often each line stands in a list.
fn counts<'a>(lines: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    lines.for_each(|line| *counts.entry(line).or_default() += 1);
    counts
}

fn strings(lines: &Value) -> impl Iterator<Item = &str> {
    lines.as_array().unwrap().iter().map(|line| line.as_str().unwrap())
}

/// The page's kind: its id without language and number.
fn kind(page: &Value) -> String {
    page["id"].as_str().unwrap().rsplitn(3, '-').last().unwrap().to_owned()
}

/// Right and wrong lines of a kind of pages.
#[derive(Default)]
struct Tally {
    right: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn put(&mut self, is_right: bool, page: &Value, line: &str) {
        if is_right {
            self.right += 1;
        } else {
            self.wrong.push(format!("{}: {line}", page["id"].as_str().unwrap()));
        }
    }

    fn share(&self) -> f64 {
        self.right as f64 / (self.right + self.wrong.len()) as f64
    }
}

/// By kind: lines that must stay, and lines that must go.
fn tallies() -> BTreeMap<String, [Tally; 2]> {
    let detector = Detector::new().unwrap();
    let mut tallies: BTreeMap<String, [Tally; 2]> = BTreeMap::new();
    for page in &pages() {
        let detection = detect(&detector, page);
        let content = detection.blocks().filter(|block| block.label == Label::Content);
        let kept = counts(content.map(|block| block.text));
        let [stay, go] = tallies.entry(kind(page)).or_default();
        for (line, times) in counts(strings(&page["keep"])) {
            stay.put(kept.get(line).is_some_and(|kept| *kept >= times), page, line);
        }
        for line in counts(strings(&page["drop"])).into_keys() {
            go.put(!kept.contains_key(line), page, line);
        }
    }
    tallies
}

#[test]
fn every_line_that_is_judged_is_a_block_of_its_page() {
    let detector = Detector::new().unwrap();
    for page in &pages() {
        let detection = detect(&detector, page);
        let blocks = counts(detection.blocks().map(|block| block.text));
        let judged = counts(strings(&page["keep"]).chain(strings(&page["drop"])));
        for (line, times) in judged {
            assert!(blocks.get(line).is_some_and(|n| *n >= times.min(2)), "{}: {line}", page["id"]);
        }
    }
}

/// What is wrong in kinds of which less than this share is right.
fn faults(which: usize, share: f64) -> Vec<String> {
    let fault = |(kind, tallies): (String, [Tally; 2])| {
        let tally = &tallies[which];
        (tally.share() < share).then(|| format!("{kind}: {:.3} right, not {:#?}", tally.share(), tally.wrong))
    };
    tallies().into_iter().filter_map(fault).collect()
}

#[test]
fn content_about_subscriptions_and_prices_stays() {
    let faults = faults(0, 0.94);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn buttons_counters_and_offers_go() {
    let faults = faults(1, 0.85);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_wall_below_an_article_goes_whole_and_the_article_stays() {
    let [stay, go] = tallies().remove("wall").unwrap();
    assert!(stay.wrong.len() <= 1 && go.wrong.is_empty(), "{:#?} {:#?}", stay.wrong, go.wrong);
}
