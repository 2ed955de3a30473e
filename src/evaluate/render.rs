//! The report as a table to read.

use std::fmt::{self, Write};

use super::report::{CorpusReport, Mean, Report};
use super::{Scores, VerdictScores, WordScore};
use crate::document::Label;
use crate::terminal::clean;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for corpus in &self.corpora {
            f.write_str(&render(corpus)?)?;
        }
        for (mode, losses) in &self.losses {
            for (asked, got) in losses {
                writeln!(
                    f,
                    "{mode}: asked to lose {:.1} % of content words, lost {:.2} %",
                    100.0 * asked,
                    100.0 * got
                )?;
            }
        }
        Ok(())
    }
}

fn render(corpus: &CorpusReport) -> Result<String, fmt::Error> {
    let mut out = String::new();
    writeln!(out, "{} as {}: {} documents", clean(&corpus.corpus), corpus.mode, corpus.documents)?;
    if let Some(words) = &corpus.words {
        writeln!(out, "  {:<24} {:>6} {:>7} {:>9} {:>7}", "words", "pages", "F1", "precision", "recall")?;
        let deviation = corpus.fold_deviation.unwrap_or(0.0);
        write_mean(&mut out, "all", words)?;
        writeln!(out, "  {:<24} {:>6} {:>7.4}", "deviation of folds", "", deviation)?;
        for (name, mean) in corpus.by_page_type.iter().filter(|_| corpus.by_page_type.len() > 1) {
            write_mean(&mut out, name, mean)?;
        }
        for (name, mean) in corpus.by_language.iter().filter(|(_, mean)| mean.documents >= 5) {
            write_mean(&mut out, &format!("language {name}"), mean)?;
        }
    }
    if let Some(segments) = &corpus.segments {
        let (precision, recall, f1) = segments.scores();
        let count = segments.true_positives + segments.false_negatives;
        writeln!(out, "  {:<24} {count:>6} {f1:>7.4} {precision:>9.4} {recall:>7.4}", "segments")?;
    }
    if let (Some(paywall), Some(macro_f1)) = (&corpus.paywall, corpus.macro_f1) {
        writeln!(out, "  {:<24} {:>6} {:>7} {:>9} {:>7}", "labels", "blocks", "F1", "precision", "recall")?;
        for label in Label::ALL {
            if let Some(scores) = corpus.labels.get(label.name()) {
                write_scores(&mut out, label.name(), scores)?;
            }
        }
        write_scores(&mut out, "paywall group", paywall)?;
        writeln!(out, "  {:<24} {:>6} {macro_f1:>7.4}", "macro F1", "")?;
    }
    for (language, scores) in corpus.paywall_by_language.iter().filter(|(_, scores)| scores.support >= 30) {
        write_scores(&mut out, &format!("paywall group, {language}"), scores)?;
    }
    if let Some(kept) = &corpus.kept {
        writeln!(out, "  {:<24} {:>6} {:>7.4}", "content words lost", kept.content_words, kept.loss())?;
        writeln!(out, "  {:<24} {:>6} {:>7.4}", "content blocks kept", kept.content_blocks, kept.kept())?;
        if kept.paywall_blocks > 0 {
            writeln!(
                out,
                "  {:<24} {:>6} {:>7.4}",
                "paywall blocks leaked",
                kept.paywall_blocks,
                kept.leak()
            )?;
        }
    }
    for (name, verdicts) in [("access", &corpus.access), ("access, as declared", &corpus.declared)] {
        if let Some(VerdictScores { documents, accuracy, macro_f1, .. }) = verdicts {
            writeln!(out, "  {name:<24} {documents:>6} {accuracy:>7.4}, macro F1 {macro_f1:.4}")?;
        }
    }
    Ok(out)
}

fn write_mean(out: &mut String, name: &str, mean: &Mean) -> fmt::Result {
    let WordScore { f1, precision, recall } = mean.score;
    writeln!(out, "  {:<24} {:>6} {f1:>7.4} {precision:>9.4} {recall:>7.4}", clean(name), mean.documents)
}

fn write_scores(out: &mut String, name: &str, scores: &Scores) -> fmt::Result {
    let Scores { support, f1, precision, recall } = scores;
    writeln!(out, "  {:<24} {support:>6} {f1:>7.4} {precision:>9.4} {recall:>7.4}", clean(name))
}
