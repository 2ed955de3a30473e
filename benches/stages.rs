//! Time of each stage and of a whole document, on the repository's own pages and texts.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dechaff::Detector;
use dechaff::document::DocumentKind;
use dechaff::features::extract;
use dechaff::segment::{segment_html, segment_text};
use serde_json::Value;

/// One large page and one large text, made of all documents of `datasets/`.
fn inputs() -> (String, String) {
    let read =
        |name: &str| std::fs::read_to_string(format!("{}/datasets/{name}", env!("CARGO_MANIFEST_DIR")));
    let field = |record: &Value, name: &str| record[name].as_str().unwrap_or_default().to_owned();
    let records = |name: &str| -> Vec<Value> {
        read(name).unwrap_or_default().lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    };
    let html: String = records("html.jsonl").iter().map(|record| field(record, "html")).collect();
    let text: String = records("text.jsonl")
        .iter()
        .flat_map(|record| record["blocks"].as_array().cloned().unwrap_or_default())
        .map(|block| field(&block, "text") + "\n")
        .collect();
    (html, text)
}

fn stages(criterion: &mut Criterion) {
    let (html, text) = inputs();
    let detector = match Detector::new() {
        Ok(detector) => detector,
        Err(error) => panic!("{error}"),
    };
    let page = segment_html(&html);
    let lines = segment_text(&text);

    let mut group = criterion.benchmark_group("html");
    group.throughput(Throughput::Bytes(html.len() as u64));
    group.bench_function("segment", |b| b.iter(|| segment_html(black_box(&html))));
    group.bench_function("features", |b| b.iter(|| extract(black_box(&page))));
    group.bench_function("features and evidence", |b| b.iter(|| detector.model().features(black_box(&page))));
    let matrix = detector.model().features(&page);
    group.bench_function("classify", |b| {
        b.iter(|| detector.model().probabilities(DocumentKind::Html, black_box(&matrix)));
    });
    group.bench_function("document", |b| {
        b.iter(|| detector.detect_html(black_box(&html)).content().into_owned())
    });
    group.finish();

    let mut group = criterion.benchmark_group("text");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("segment", |b| b.iter(|| segment_text(black_box(&text))));
    group
        .bench_function("features and evidence", |b| b.iter(|| detector.model().features(black_box(&lines))));
    let matrix = detector.model().features(&lines);
    group.bench_function("classify", |b| {
        b.iter(|| detector.model().probabilities(DocumentKind::Text, black_box(&matrix)));
    });
    group.bench_function("document", |b| {
        b.iter(|| detector.detect_text(black_box(&text)).content().into_owned())
    });
    group.finish();
}

/// Pages of growing size, and shapes that a careless stack or a quadratic loop would choke on: nanoseconds a byte must
/// stay what they are.
fn growth(criterion: &mut Criterion) {
    let (page, _) = inputs();
    let detector = match Detector::new() {
        Ok(detector) => detector,
        Err(error) => panic!("{error}"),
    };
    let mut group = criterion.benchmark_group("growth");
    group.sample_size(10);
    let of_size = |bytes: usize| {
        let mut html = page.repeat(bytes / page.len() + 1);
        let end = (0..=bytes).rev().find(|&at| html.is_char_boundary(at)).unwrap_or(0);
        html.truncate(end);
        html
    };
    let sizes = [10_000, 100_000, 1_000_000, 10_000_000, 50_000_000];
    let mut cases: Vec<(String, String)> =
        sizes.into_iter().map(|bytes| (format!("{} KB", bytes / 1000), of_size(bytes))).collect();
    cases.push(("100,000 open elements".to_owned(), "<div class=a>x".repeat(100_000)));
    cases.push(("1,000,000 tiny blocks".to_owned(), "<p>a".repeat(1_000_000)));
    for (name, html) in cases {
        group.throughput(Throughput::Bytes(html.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| detector.detect_html(black_box(&html)).content().into_owned())
        });
    }
    group.finish();
}

criterion_group!(benches, stages, growth);
criterion_main!(benches);
