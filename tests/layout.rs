//! What is kept of a text is kept as it was, byte for byte.

mod common;
mod layouts;

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use common::{Sandbox, article, json_lines, stderr, stdout};
use layouts::{languages, oracle, scripts, texts};
use proptest::prelude::*;
use serde_json::{Value, json};

const ALL_LABELS: &str = "content,meter_notice,subscribe_prompt,pricing_tier,plan_benefits,login_prompt,newsletter,consent,\
    navigation,related,share,ad,metadata,comment,legal,other";

/// The texts as JSON Lines, with their places as ids.
fn records<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let line = |(id, text): (usize, &str)| json!({"id": id, "text": text}).to_string() + "\n";
    texts.into_iter().enumerate().map(line).collect()
}

fn run(sandbox: &Sandbox, arguments: &[&str], n_records: usize) -> Vec<Value> {
    let output = sandbox.dechaff(&[arguments, &["--quiet"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let records = json_lines(&stdout(&output));
    assert_eq!(records.len(), n_records);
    records
}

/// The places of an annotated record's blocks whose labels are in the set, or are not.
fn blocks(record: &Value, set: &[&str], is_in: bool) -> Vec<Range<usize>> {
    let place = |block: &Value| {
        let [start, end] = ["start", "end"].map(|key| block[key].as_u64().unwrap() as usize);
        (set.contains(&block["label"].as_str().unwrap()) == is_in).then_some(start..end)
    };
    record["blocks"].as_array().unwrap().iter().filter_map(place).collect()
}

/// What is wrong, by text; panics with the first few.
fn report(wrong: Vec<String>, of: usize) {
    let first = wrong.iter().take(8).cloned().collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} of {of} texts:\n{first}", wrong.len());
}

#[test]
fn the_texts_are_many_and_of_many_kinds() {
    let texts = texts();
    assert!(texts.len() >= 2000, "{}", texts.len());
    let different: HashSet<&str> = texts.iter().map(|(_, text)| text.as_str()).collect();
    let names: HashSet<&str> = texts.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((different.len(), names.len()), (texts.len(), texts.len()));
    assert!(languages().len() >= 30 && scripts().len() >= 15, "{:?} {:?}", languages(), scripts());
    for piece in ["\r\n", "\n\n\n", "\t", "\u{3000}", "\0", "\u{feff}", "\u{200f}", " \n", "\u{301}"] {
        let n = texts.iter().filter(|(_, text)| text.contains(piece)).count();
        assert!(n >= 20, "{piece:?} in {n}");
    }
}

#[test]
fn a_text_of_which_all_is_kept_comes_back_byte_for_byte() {
    let (sandbox, texts) = (Sandbox::new(), texts());
    sandbox.write("in.jsonl", records(texts.iter().map(|(_, text)| text.as_str())));
    let kept = run(&sandbox, &["filter", "in.jsonl", "--keep", ALL_LABELS], texts.len());
    let wrong = texts.iter().zip(&kept).filter(|((_, text), kept)| kept["text"] != text.as_str());
    report(
        wrong.map(|((name, text), kept)| format!("{name}: {text:?} became {}", kept["text"])).collect(),
        texts.len(),
    );
}

#[test]
fn lines_that_are_dropped_go_and_nothing_else_changes() {
    let (sandbox, texts) = (Sandbox::new(), texts());
    sandbox.write("in.jsonl", records(texts.iter().map(|(_, text)| text.as_str())));
    let kept = run(&sandbox, &["filter", "in.jsonl"], texts.len());
    let annotated = run(&sandbox, &["annotate", "in.jsonl", "--no-text"], texts.len());
    let mut wrong = Vec::new();
    let (mut n_whole, mut n_cut) = (0, 0);
    for (n, (name, text)) in texts.iter().enumerate() {
        let [stay, go] = [true, false].map(|is_in| blocks(&annotated[n], &["content"], is_in));
        *(if go.is_empty() { &mut n_whole } else { &mut n_cut }) += 1;
        let output = kept[n]["text"].as_str().unwrap();
        if let Err(cause) = oracle::check(text, &stay, &go, output) {
            wrong.push(format!("{name}: {cause}\n    {text:?}\n    {output:?}"));
        }
    }
    assert!(n_whole >= 100 && n_cut >= 100, "{n_whole} whole, {n_cut} cut");
    report(wrong, texts.len());
}

#[test]
fn a_listing_keeps_its_layout_when_the_offer_below_it_goes() {
    let listing = "    for port in ports:\n\tif port.open:\n\n            sail(port)  \n";
    let text = format!(
        "{}\n\n{listing}\nSubscribe now\nAlready a subscriber? Log in\n\n\n{}",
        article(&[]),
        article(&[])
    );
    let record = json!({"text": text}).to_string();
    let sandbox = Sandbox::new();
    let output = sandbox.dechaff_with_stdin(&["filter", "-", "--quiet", "--drop", "paywall"], record);
    let expected = format!("{}\n\n{listing}\n\n{}", article(&[]), article(&[]));
    assert_eq!(json_lines(&stdout(&output))[0]["text"], expected);
}

#[test]
fn names_of_labels_in_this_test_are_those_of_the_program() {
    let names: Vec<&str> = dechaff::document::Label::ALL.iter().map(|label| label.name()).collect();
    assert_eq!(ALL_LABELS.split(',').collect::<Vec<_>>(), names);
}

/// Lines of prose, code, offers and white space, with any line ends.
fn any_text() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just(common::PARAGRAPH.to_owned()),
        Just("    return depth".to_owned()),
        Just("Subscribe now for $4.99 per month".to_owned()),
        Just("Already a subscriber? Log in".to_owned()),
        Just("Share on Facebook".to_owned()),
        "[ \t\u{a0}\u{3000}]{0,3}",
        "\\PC{0,30}",
        Just(common::PARAGRAPH.to_owned() + " " + &"The ferry is late. ".repeat(60)),
        Just("\u{feff}\0\u{200b}".to_owned()),
    ];
    let end = prop_oneof![Just("\n"), Just("\r\n"), Just("\n\n"), Just("\n \n"), Just("")];
    proptest::collection::vec((line, end), 0..14)
        .prop_map(|lines| lines.into_iter().flat_map(|(line, end)| [line, end.to_owned()]).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(12) })]

    #[test]
    fn any_text_is_cut_at_the_lines_of_any_labels(
        texts in proptest::collection::vec(any_text(), 1..30),
        dropped in proptest::sample::subsequence(ALL_LABELS.split(',').collect::<Vec<_>>(), 1..16),
    ) {
        let sandbox = Sandbox::new();
        sandbox.write("in.jsonl", records(texts.iter().map(String::as_str)));
        let kept = run(&sandbox, &["filter", "in.jsonl", "--drop", &dropped.join(",")], texts.len());
        let annotated = run(&sandbox, &["annotate", "in.jsonl"], texts.len());
        for (n, text) in texts.iter().enumerate() {
            let [go, stay] = [true, false].map(|is_in| blocks(&annotated[n], &dropped, is_in));
            let output = kept[n]["text"].as_str().unwrap();
            prop_assert_eq!(oracle::check(text, &stay, &go, output), Ok(()), "{:?} became {:?}", text, output);
        }
    }
}

#[test]
fn the_oracle_sees_what_is_lost() {
    let text = "one\n\n  two\n\nthree\n";
    let place = |line: &str| text.find(line).map(|start| start..start + line.len()).unwrap();
    let [one, two, three] = ["one", "two", "three"].map(place);
    let check = |output: &str| {
        oracle::check(text, &[one.clone(), three.clone()], std::slice::from_ref(&two), output).is_ok()
    };
    let verdicts: BTreeMap<&str, bool> =
        ["one\n\nthree\n", "one\nthree\n", "one\n\n\nthree\n", "one\n\nthree", "one\n\n  two\n\nthree\n"]
            .map(|output| (output, check(output)))
            .into();
    assert_eq!(
        verdicts.into_iter().filter(|(_, is_right)| *is_right).collect::<Vec<_>>(),
        [("one\n\nthree\n", true)]
    );
    let whole = |output: &str| oracle::check(text, &[one.clone(), two.clone(), three.clone()], &[], output);
    assert!(whole(text).is_ok() && whole("one\n\ntwo\n\nthree\n").is_err());
}

/// Each line of which `goes` holds is cut, and the blank line before it if another one comes after it.
fn cut_naively(text: &str, goes: impl Fn(usize) -> bool) -> (String, [Vec<Range<usize>>; 2]) {
    let (mut output, mut blocks, mut start) = (Vec::<&str>::new(), [Vec::new(), Vec::new()], 0);
    let mut is_after_a_cut = false;
    for (n, line) in text.split_inclusive('\n').enumerate() {
        let is_blank = line.trim().is_empty();
        if !is_blank {
            blocks[usize::from(goes(n))].push(start..start + line.trim_end().len());
        }
        if is_blank || !goes(n) {
            let is_second =
                is_blank && is_after_a_cut && output.last().is_some_and(|last| last.trim().is_empty());
            output.extend((!is_second).then_some(line));
        }
        is_after_a_cut = !is_blank && goes(n);
        start += line.len();
    }
    (output.concat(), blocks)
}

#[test]
fn the_oracle_accepts_a_right_cut_of_every_text_and_no_other() {
    let mut n_refused = 0;
    for (name, text) in texts() {
        for every in [2, 3, 7] {
            let (output, [kept, dropped]) = cut_naively(&text, |n| n % every == 1);
            assert_eq!(
                oracle::check(&text, &kept, &dropped, &output),
                Ok(()),
                "{name}: {text:?} as {output:?}"
            );
            let flat: Vec<&str> = output.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            n_refused += usize::from(oracle::check(&text, &kept, &dropped, &flat.join("\n")).is_err());
        }
    }
    assert!(n_refused > 4000, "{n_refused}");
}
