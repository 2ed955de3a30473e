//! `dechaff evaluate --report`: how well a model does, on one page.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::charts::{Line, unit_chart};
use super::page::{Page, escaped};
use crate::document::{Label, LabelSet};
use crate::dump::Output;
use crate::error::Result;
use crate::evaluate::{
    CorpusReport, Interval, PageScore, Prediction, Report, mean_interval, page_scores, precision_recall,
    report,
};

/// Worst pages that are shown of each corpus and mode.
const WORST: usize = 20;
/// Blocks of a page that are shown.
const BLOCKS: usize = 400;
/// Characters of a block that are shown.
const CHARS: usize = 300;
/// Seed of the bootstrap.
const SEED: u64 = 1;

const STYLE: &str = concat!(include_str!("base.css"), include_str!("evaluation.css"));
const SCRIPT: &str =
    concat!(include_str!("base.js"), "themeButton(); document.body.dataset.ready = \"true\";\n");

/// Predictions and what they are called.
pub struct Evaluated<'a> {
    /// A model's file, or `cross-validation`.
    pub name: String,
    /// The predictions.
    pub predictions: &'a [Prediction<'a>],
}

/// Writes the page: of one model, or of two on the same documents.
///
/// # Errors
///
/// The output cannot be written.
pub fn write_evaluation(
    ours: &Evaluated<'_>,
    other: Option<&Evaluated<'_>>,
    learning: &[(usize, f64)],
    mut output: Output,
) -> Result<()> {
    let figures = report(ours.predictions);
    let pages = page_scores(ours.predictions);
    let mut body = String::from("<header><h1 class=\"grow\">");
    body += &escaped(&format!("dechaff: {}", ours.name));
    body += "</h1><button id=\"theme\" title=\"Light or dark\">Theme</button></header><main>";
    if let Some(other) = other {
        body += &difference(ours, &pages, other);
    }
    if !learning.is_empty() {
        body += &learning_curve(learning);
    }
    for corpus in &figures.corpora {
        body += &corpus_section(corpus, &figures, &pages, ours.predictions);
    }
    body += "</main>";
    let page = Page::new(&format!("dechaff: {}", ours.name), STYLE, SCRIPT, &body);
    output.write(page.finish().as_bytes())?;
    output.finish()
}

fn corpus_section(
    corpus: &CorpusReport,
    figures: &Report,
    pages: &[PageScore<'_>],
    predictions: &[Prediction<'_>],
) -> String {
    let mode = corpus.mode.as_str();
    let of_this: Vec<&PageScore<'_>> = pages
        .iter()
        .filter(|page| page.mode == mode && page.prediction.document.source == corpus.corpus)
        .collect();
    let mut html =
        format!("<h2>{}, {}: {} documents</h2>", escaped(&corpus.corpus), escaped(mode), corpus.documents);
    let kind =
        if corpus.words.is_some() { "word F1" } else { "share of blocks that are right as content or chaff" };
    let scores: Vec<f64> = of_this.iter().map(|page| page.score).collect();
    if let Some(interval) = mean_interval(&scores, SEED) {
        let _ = write!(html, "<p>Mean {kind}: <b>{}</b>.</p>", shown(interval));
    }
    html += "<div class=\"columns\">";
    html += &groups("page type", &of_this, |page| &page.prediction.document.page_type);
    html += &groups("language", &of_this, |page| &page.prediction.document.language);
    html += "</div>";
    html += &charts(corpus, predictions);
    html += &labels(corpus);
    html += &confusion(corpus);
    if let Some(losses) = figures.losses.get(mode) {
        let rows = losses
            .iter()
            .map(|(asked, lost)| vec![format!("{:.2} %", asked * 100.0), format!("{:.2} %", lost * 100.0)]);
        html += &table(
            "Content that is lost at most, as asked for and as measured",
            &["asked", "lost"],
            rows.collect(),
        );
    }
    html += &worst(of_this);
    html
}

fn shown(interval: Interval) -> String {
    format!("{:.4} (95 %: {:.4} to {:.4})", interval.mean, interval.low, interval.high)
}

fn groups<'a>(name: &str, pages: &[&'a PageScore<'a>], key: fn(&'a PageScore<'a>) -> &'a str) -> String {
    let mut groups: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for page in pages {
        groups.entry(key(page)).or_default().push(page.score);
    }
    if groups.len() < 2 {
        return String::new();
    }
    let rows = groups.into_iter().filter_map(|(group, scores)| {
        let interval = mean_interval(&scores, SEED)?;
        let group = if group.is_empty() { "unknown" } else { group };
        let range = format!("{:.3} to {:.3}", interval.low, interval.high);
        Some(vec![group.to_owned(), scores.len().to_string(), format!("{:.3}", interval.mean), range])
    });
    table(&format!("By {name}"), &[name, "pages", "score", "95 %"], rows.collect())
}

fn charts(corpus: &CorpusReport, predictions: &[Prediction<'_>]) -> String {
    let of_this = || {
        predictions.iter().filter(|prediction| {
            prediction.document.source == corpus.corpus && crate::evaluate::mode_of(prediction) == corpus.mode
        })
    };
    let curves = [("content", "one", LabelSet::CONTENT), ("paywall text", "two", LabelSet::PAYWALL)];
    let curves: Vec<Line<'_>> = curves
        .into_iter()
        .map(|(name, class, group)| Line { name, class, points: precision_recall(of_this(), group) })
        .filter(|line| !line.points.is_empty())
        .collect();
    if curves.is_empty() {
        return String::new();
    }
    let points = |table: &[(f64, f64, u32)]| table.iter().map(|&(p, share, _)| (p, share)).collect();
    let reliability = [
        Line { name: "content", class: "one", points: points(&corpus.content_reliability) },
        Line { name: "paywall text", class: "two", points: points(&corpus.paywall_reliability) },
    ];
    let precision = unit_chart(
        "Precision and recall",
        "Precision over recall of content and of paywall text, over all thresholds; further up and right is better.",
        ["recall", "precision"],
        false,
        &curves,
    );
    let reliable = unit_chart(
        "Reliability",
        "Share of blocks that truly are of the group over the probability that was given; on the diagonal a probability means what it says.",
        ["probability given", "share that is true"],
        true,
        &reliability,
    );
    format!(
        "<div class=\"charts\"><figure>{precision}<figcaption>Precision and recall</figcaption></figure><figure>{reliable}<figcaption>Reliability</figcaption></figure></div>"
    )
}

fn labels(corpus: &CorpusReport) -> String {
    let rows = corpus.labels.iter().map(|(label, scores)| {
        let digits = |value: f64| format!("{value:.3}");
        let support = scores.support.to_string();
        vec![(*label).to_owned(), support, digits(scores.precision), digits(scores.recall), digits(scores.f1)]
    });
    table("By label", &["label", "blocks", "precision", "recall", "F1"], rows.collect())
}

fn confusion(corpus: &CorpusReport) -> String {
    if corpus.confusion.is_empty() {
        return String::new();
    }
    let decided: Vec<&str> = Label::ALL
        .into_iter()
        .map(Label::name)
        .filter(|label| corpus.confusion.values().any(|row| row.contains_key(label)))
        .collect();
    let mut html = String::from(
        "<h3>True label (row) and decided label (column)</h3><div class=\"wide\"><table class=\"confusion\"><thead><tr><th scope=\"col\"></th>",
    );
    for label in &decided {
        let _ = write!(html, "<th scope=\"col\" class=\"n\">{label}</th>");
    }
    html += "</tr></thead><tbody>";
    for (truth, row) in &corpus.confusion {
        let _ = write!(html, "<tr><th scope=\"row\">{truth}</th>");
        for label in &decided {
            let class = if label == truth { "n right" } else { "n" };
            let count = row.get(label).map_or(String::new(), u32::to_string);
            let _ = write!(html, "<td class=\"{class}\">{count}</td>");
        }
        html += "</tr>";
    }
    html + "</tbody></table></div>"
}

/// The pages with the lowest scores, each with its blocks.
fn worst(mut pages: Vec<&PageScore<'_>>) -> String {
    pages.sort_by(|a, b| a.score.total_cmp(&b.score));
    let mut html = String::from("<h3>Worst pages</h3>");
    for page in pages.into_iter().take(WORST) {
        let document = &page.prediction.document;
        let _ = write!(html, "<details><summary>{:.3} {}</summary>", page.score, escaped(&document.id));
        let inner = &document.document;
        for ((block, decision), target) in
            inner.blocks.iter().zip(&page.decisions).zip(&document.targets).take(BLOCKS)
        {
            let text: String = inner.block_text(block).chars().take(CHARS).collect();
            let wrong = !target.is_empty() && !target.contains(decision.label);
            let class = if wrong { "block wrong" } else { "block" };
            let truth = if wrong { format!(", truly {}", truth_of(*target)) } else { String::new() };
            let _ = write!(
                html,
                "<div class=\"{class} {}\"><span class=\"tag\">{} {:.2}{}</span><span class=\"text\">{}</span></div>",
                group_class(decision.label),
                decision.label.name(),
                decision.probability,
                escaped(&truth),
                escaped(&text)
            );
        }
        if inner.blocks.len() > BLOCKS {
            let _ = write!(html, "<p class=\"soft\">… and {} blocks more</p>", inner.blocks.len() - BLOCKS);
        }
        html += "</details>";
    }
    html
}

/// What a block truly is, as far as that is known.
fn truth_of(target: LabelSet) -> &'static str {
    match (target.single(), target.is_content()) {
        (Some(label), _) => label.name(),
        (None, Some(true)) => "content",
        (None, _) => "chaff",
    }
}

fn group_class(label: Label) -> &'static str {
    match label {
        Label::Content => "g-content",
        label if label.is_paywall() => "g-paywall",
        Label::Navigation | Label::Related => "g-nav",
        Label::Newsletter | Label::Ad | Label::Consent => "g-offer",
        _ => "g-rest",
    }
}

/// Two models on the same pages: the mean difference, and whether it is more than an accident of these pages.
fn difference(ours: &Evaluated<'_>, pages: &[PageScore<'_>], other: &Evaluated<'_>) -> String {
    let key = |page: &PageScore<'_>| {
        (page.prediction.document.source.clone(), page.mode, page.prediction.document.id.clone())
    };
    let theirs = page_scores(other.predictions);
    let theirs: BTreeMap<_, f64> = theirs.iter().map(|page| (key(page), page.score)).collect();
    let mut pairs: BTreeMap<(String, &str), Vec<(f64, f64)>> = BTreeMap::new();
    for page in pages {
        if let Some(&score) = theirs.get(&key(page)) {
            let source = page.prediction.document.source.clone();
            pairs.entry((source, page.mode)).or_default().push((page.score, score));
        }
    }
    let rows = pairs.into_iter().filter_map(|((corpus, mode), pairs)| {
        let differences: Vec<f64> = pairs.iter().map(|(a, b)| a - b).collect();
        let interval = mean_interval(&differences, SEED)?;
        let mean = |of: fn(&(f64, f64)) -> f64| {
            format!("{:.4}", pairs.iter().map(of).sum::<f64>() / pairs.len() as f64)
        };
        let verdict = if interval.excludes_zero() { "significant" } else { "may be chance" };
        Some(vec![
            format!("{corpus}, {mode}"),
            pairs.len().to_string(),
            mean(|pair| pair.0),
            mean(|pair| pair.1),
            format!("{:+.4}", interval.mean),
            format!("{:+.4} to {:+.4}", interval.low, interval.high),
            verdict.to_owned(),
        ])
    });
    let title = format!("{} against {} (paired bootstrap over pages)", ours.name, other.name);
    table(&title, &["corpus", "pages", "this", "other", "difference", "95 %", ""], rows.collect())
}

fn learning_curve(points: &[(usize, f64)]) -> String {
    let most = points.iter().map(|(documents, _)| *documents).max().unwrap_or(1).max(1) as f64;
    let line = Line {
        name: "mean score of held-out pages",
        class: "one",
        points: points.iter().map(|&(documents, score)| (documents as f64 / most, score)).collect(),
    };
    let chart = unit_chart(
        "Learning curve",
        "Mean score of held-out pages over the share of the documents that were learned from.",
        ["share of the documents", "score"],
        false,
        &[line],
    );
    let rows =
        points.iter().map(|(documents, score)| vec![documents.to_string(), format!("{score:.4}")]).collect();
    format!(
        "<h2>Learning curve</h2><div class=\"charts\">{chart}</div>{}",
        table("", &["documents", "score"], rows)
    )
}

fn table(title: &str, head: &[&str], rows: Vec<Vec<String>>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut html = if title.is_empty() { String::new() } else { format!("<h3>{}</h3>", escaped(title)) };
    html += "<div class=\"wide\"><table><thead><tr>";
    let class = |column: usize| if column > 0 { " class=\"n\"" } else { "" };
    for (column, name) in head.iter().enumerate() {
        let _ = write!(html, "<th scope=\"col\"{}>{}</th>", class(column), escaped(name));
    }
    html += "</tr></thead><tbody>";
    for row in rows {
        html += "<tr>";
        for (column, cell) in row.iter().enumerate() {
            let _ = write!(html, "<td{}>{}</td>", class(column), escaped(cell));
        }
        html += "</tr>";
    }
    format!("<section>{html}</tbody></table></div></section>")
}
