//! Prose of many languages, set in many ways.

use super::random::Random;
use super::vary;

const PROSE: &str = include_str!("../data/prose.txt");

pub struct Language {
    pub code: &'static str,
    pub script: &'static str,
    paragraphs: Vec<&'static str>,
}

/// The languages of `data/prose.txt`: a notice, an instruction and a story in each.
pub fn languages() -> Vec<Language> {
    let language = |section: &'static str| {
        let (head, paragraphs) = section.split_once('\n').unwrap();
        let (code, script) = head.split_once(' ').unwrap();
        Language { code, script, paragraphs: paragraphs.lines().collect() }
    };
    PROSE.split("## ").filter(|section| !section.is_empty()).map(language).collect()
}

pub fn texts() -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for language in languages() {
        let mut random = Random::named(language.code);
        for (name, set) in SETTINGS {
            let text = set(&language);
            texts.push((format!("{}/{name}", language.code), text.clone()));
            // One plain thing changed, or several.
            let n = 1 + random.below(20);
            texts.push((format!("{}/{name}/{n}", language.code), vary::layout(&text, n, &mut random)));
        }
    }
    texts
}

type Setting = fn(&Language) -> String;

const SETTINGS: [(&str, Setting); 12] = [
    ("lines", |language| language.paragraphs.join("\n")),
    ("paragraphs", |language| language.paragraphs.join("\n\n") + "\n"),
    ("one_line", |language| language.paragraphs.join(" ")),
    ("indented", |language| each(language, "    ", "\n")),
    ("ideographic", |language| each(language, "\u{3000}\u{3000}", "\n\n")),
    ("narrow", |language| wrapped(language, 24, "", "\n\n")),
    ("hanging", |language| wrapped(language, 48, "       ", "\n")),
    ("quoted", |language| wrapped(language, 60, "> ", "\n>\n")),
    ("numbered", numbered),
    ("stanzas", |language| stanzas(language).join("\n\n\n")),
    ("columns", columns),
    ("marked", marked),
];

fn each(language: &Language, before: &str, between: &str) -> String {
    language
        .paragraphs
        .iter()
        .map(|paragraph| format!("{before}{paragraph}"))
        .collect::<Vec<_>>()
        .join(between)
}

/// Lines of so many characters, cut wherever they end.
fn cut(paragraph: &str, width: usize) -> Vec<String> {
    let characters: Vec<char> = paragraph.chars().collect();
    characters.chunks(width).map(|line| line.iter().collect()).collect()
}

fn wrapped(language: &Language, width: usize, margin: &str, between: &str) -> String {
    let wrap = |paragraph: &&str| margin.to_owned() + &cut(paragraph, width).join(&format!("\n{margin}"));
    language.paragraphs.iter().map(wrap).collect::<Vec<_>>().join(between)
}

fn numbered(language: &Language) -> String {
    let item =
        |(n, paragraph): (usize, &&str)| format!("{:>3}.  {}\n", n + 1, cut(paragraph, 50).join("\n      "));
    language.paragraphs.iter().enumerate().map(item).collect()
}

fn stanzas(language: &Language) -> Vec<String> {
    let stanza = |paragraph: &&str| {
        let verses = cut(paragraph, 30).into_iter().enumerate();
        verses.map(|(n, verse)| "    ".repeat(n % 3) + &verse).collect::<Vec<_>>().join("\n")
    };
    language.paragraphs.iter().map(stanza).collect()
}

/// The first two paragraphs side by side.
fn columns(language: &Language) -> String {
    let [left, right] = [0, 1].map(|n| cut(language.paragraphs[n], 28));
    let row = |n: usize| {
        let [left, right] = [&left, &right].map(|column| column.get(n).map_or("", String::as_str));
        format!("| {left:<28} | {right:<28} |\n")
    };
    (0..left.len().max(right.len())).map(row).collect()
}

fn marked(language: &Language) -> String {
    let [first, second, third] = [0, 1, 2].map(|n| language.paragraphs[n]);
    format!("# {}\n\n{first}  \n*{second}*\n\n```\n\t{third}\n```\n\n\n", language.code)
}
