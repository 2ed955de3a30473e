//! Content about prices, subscriptions and passwords is content.

mod common;

use common::repository;
use dechaff::Detector;
use dechaff::corpus::load;

#[test]
fn paragraphs_about_money_and_memberships_are_not_taken_for_paywall_text() {
    let detector = Detector::new().unwrap();
    let documents = load(&repository("datasets/hard_negatives.jsonl")).unwrap();
    let (mut paragraphs, mut mistaken) = (0, Vec::new());
    for document in &documents {
        let detection = detector.detect_text(&document.document.text);
        paragraphs += detection.decisions.len();
        let wrong = detection.blocks().filter(|block| block.label.is_paywall());
        mistaken.extend(wrong.map(|block| format!("{} {}", block.label, block.text)));
    }
    assert!(paragraphs >= 60, "{paragraphs}");
    assert!(mistaken.len() * 100 < 3 * paragraphs, "{} of {paragraphs}: {mistaken:#?}", mistaken.len());
}
