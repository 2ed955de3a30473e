//! Reads JSON Lines with `html` and `url`, writes what an extractor keeps, one JSON string a line.
//!
//! `peers dom_smoothie|rs-trafilatura < pages.jsonl > texts.jsonl`

use std::io::{BufRead, Write};

fn main() {
    let extractor = std::env::args().nth(1).unwrap_or_default();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let page: serde_json::Value =
            serde_json::from_str(&line.expect("standard input is read")).expect("a JSON object a line");
        let html = page["html"].as_str().unwrap_or_default();
        let text = std::panic::catch_unwind(|| match extractor.as_str() {
            "dom_smoothie" => smoothie(html),
            "rs-trafilatura" => trafilatura(html, page["url"].as_str()),
            other => panic!("no extractor `{other}`"),
        });
        // A page that breaks an extractor counts as one that it finds nothing on.
        let text = text.unwrap_or_default();
        writeln!(out, "{}", serde_json::Value::String(text)).expect("standard output is written");
    }
}

fn smoothie(html: &str) -> String {
    dom_smoothie::Readability::new(html, None, None)
        .and_then(|mut readability| readability.parse())
        .map(|article| article.text_content.to_string())
        .unwrap_or_default()
}

fn trafilatura(html: &str, url: Option<&str>) -> String {
    let mut options = rs_trafilatura::Options::default();
    options.url = url.map(str::to_owned);
    rs_trafilatura::extract_with_options(html, &options).map(|result| result.content_text).unwrap_or_default()
}
