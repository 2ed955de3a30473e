//! More than 2,000 texts whose layout matters: code, markup, verse, tables, letters, and prose of many languages, each in
//! many layouts. The same list on every machine.
#![allow(dead_code, reason = "each test file uses its own part")]

pub mod oracle;
mod prose;
mod random;
mod vary;

use random::Random;

const SAMPLES: &str = include_str!("../data/samples.txt");

/// Each sample is written once as it is and then in this many variations.
const VARIATIONS: usize = 28;

/// Texts that are hardly texts.
const EDGES: [(&str, &str); 16] = [
    ("empty", ""),
    ("space", " "),
    ("line_feed", "\n"),
    ("line_feeds", "\n\n\n"),
    ("carriage_returns", "\r\n\r\n"),
    ("white", " \t\n\u{3000}\n\u{a0}\r\n"),
    ("byte_order_mark", "\u{feff}"),
    ("nul", "\0"),
    ("dot", "."),
    ("word", "Weir"),
    ("word_and_white", "\n\n   Weir\t\n \n"),
    ("lone_carriage_returns", "one\rtwo\r\rthree\r"),
    ("separators", "one\u{2028}two\u{2029}three\u{85}four\u{b}five\u{c}six\u{1c}seven"),
    ("mark_first", "\u{feff}\n  The weir\n\u{feff}  holds.\n"),
    ("combining_first", "\u{301}\n \u{301}\n"),
    ("last_line_white", "The weir holds.\n    "),
];

/// Name and text, each text once.
pub fn texts() -> Vec<(String, String)> {
    let mut texts: Vec<(String, String)> =
        EDGES.iter().map(|(name, text)| (format!("edge/{name}"), (*text).to_owned())).collect();
    for (name, sample) in samples() {
        let mut random = Random::named(&name);
        for n in 0..=VARIATIONS {
            let text = numbered(&sample, &mut random);
            let text = if n == 0 { text } else { vary::layout(&text, n, &mut random) };
            texts.push((format!("{name}/{n}"), text));
        }
    }
    texts.extend(prose::texts());
    texts.extend(mixtures(&texts));
    let mut seen = std::collections::HashSet::new();
    texts.retain(|(_, text)| seen.insert(text.clone()));
    texts
}

/// Two unlike texts in one, as in an article with a listing.
fn mixtures(texts: &[(String, String)]) -> Vec<(String, String)> {
    let mut random = Random::named("mixtures");
    let mixture = |n: usize| {
        let [(_, first), (_, second), (_, third)] = [0; 3].map(|_| random.pick(texts));
        (format!("mixture/{n}"), [first.as_str(), second, third].join(["\n", "\n\n", "\r\n", ""][n % 4]))
    };
    (0..200).map(mixture).collect()
}

/// The samples of `data/samples.txt`, where `→` writes a tab and `␣` a space that editors would cut.
fn samples() -> Vec<(String, String)> {
    let sections = SAMPLES.split("=== ").filter(|section| !section.is_empty());
    let sample = |section: &str| {
        let (name, text) = section.split_once('\n').unwrap();
        (name.to_owned(), text.replace('→', "\t").replace('␣', " "))
    };
    sections.map(sample).collect()
}

/// Each `¤` as a number.
fn numbered(text: &str, random: &mut Random) -> String {
    let mut pieces = text.split('¤');
    let mut numbered = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        numbered += &(10 + random.below(90)).to_string();
        numbered += piece;
    }
    numbered
}

/// The languages of the prose.
pub fn languages() -> Vec<&'static str> {
    prose::languages().into_iter().map(|language| language.code).collect()
}

/// The scripts of the prose.
pub fn scripts() -> std::collections::BTreeSet<&'static str> {
    prose::languages().into_iter().map(|language| language.script).collect()
}
