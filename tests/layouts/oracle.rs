//! What a filtered text may look like: the input without the lines that were dropped, and nothing else changed.

use std::ops::Range;

/// What of a line may be kept.
enum Line<'a> {
    Blank(&'a str),
    Kept(&'a str),
    /// Some of its sentences were dropped; these are the others.
    Part(String),
    Dropped,
}

/// What stands before a kept line: blank lines, and whether lines were dropped among them.
#[derive(Debug, Default)]
struct Seam<'a> {
    /// Blank lines before, between and after runs of dropped lines.
    runs: Vec<Vec<&'a str>>,
}

impl<'a> Seam<'a> {
    fn put(&mut self, line: &'a str) {
        if self.runs.is_empty() {
            self.runs.push(Vec::new());
        }
        self.runs.last_mut().unwrap().push(line);
    }

    fn cut(&mut self) {
        match self.runs.last() {
            None => self.runs.extend([Vec::new(), Vec::new()]),
            Some(last) if last.is_empty() && self.runs.len() > 1 => {}
            Some(_) => self.runs.push(Vec::new()),
        }
    }

    fn is_cut(&self) -> bool {
        self.runs.len() > 1
    }

    fn lines(&self) -> Vec<&'a str> {
        self.runs.concat()
    }

    /// How many blank lines stay: of two that meet where lines were dropped, one goes.
    fn len(&self) -> usize {
        self.runs.iter().fold(0, |before, run| {
            let meet = usize::from(before > 0 && !run.is_empty() && self.is_cut());
            before + run.len() - meet
        })
    }
}

/// Checks what came of `text` when the blocks in `dropped` went and those in `kept` stayed.
pub fn check(
    text: &str,
    kept: &[Range<usize>],
    dropped: &[Range<usize>],
    output: &str,
) -> Result<(), String> {
    let (kept_lines, seams) = expected(text, kept, dropped);
    let (found_lines, found_seams) = found(output);
    if kept_lines.len() != found_lines.len() {
        return Err(format!("{} lines instead of {}", found_lines.len(), kept_lines.len()));
    }
    let last = kept_lines.len();
    for (n, (line, found)) in kept_lines.iter().zip(&found_lines).enumerate() {
        let may_lose_its_end = n + 1 == last && seams[last].is_cut();
        check_line(line, found, may_lose_its_end)?;
    }
    for (n, (seam, found)) in seams.iter().zip(&found_seams).enumerate() {
        check_seam(seam, found, n == 0 || n == last)?;
    }
    if kept_lines.iter().all(|line| matches!(line, Line::Kept(_)))
        && seams.iter().all(|seam| !seam.is_cut())
        && output != text
    {
        return Err("changed although nothing was dropped".to_owned());
    }
    Ok(())
}

fn check_line(line: &Line<'_>, found: &str, may_lose_its_end: bool) -> Result<(), String> {
    let is_right = match line {
        Line::Kept(line) if may_lose_its_end => found.trim_end() == line.trim_end(),
        Line::Kept(line) => found == *line,
        Line::Part(text) => found.split_whitespace().collect::<String>() == *text,
        Line::Blank(_) | Line::Dropped => false,
    };
    let line = match line {
        Line::Kept(line) | Line::Blank(line) => line,
        Line::Part(text) => text.as_str(),
        Line::Dropped => "",
    };
    if is_right { Ok(()) } else { Err(format!("{found:?} instead of {line:?}")) }
}

/// At the ends of the text blank lines may go together with what they parted from the rest.
fn check_seam(seam: &Seam<'_>, found: &[&str], is_at_an_end: bool) -> Result<(), String> {
    let lines = seam.lines();
    if !seam.is_cut() {
        return if lines == found {
            Ok(())
        } else {
            Err(format!("blank lines {found:?} instead of {lines:?}"))
        };
    }
    let mut rest = lines.iter();
    let is_part = found
        .iter()
        .all(|found| rest.any(|line| line.trim_end_matches('\n') == found.trim_end_matches('\n')));
    let is_right = if is_at_an_end { found.len() <= seam.len() } else { found.len() == seam.len() };
    if is_part && is_right { Ok(()) } else { Err(format!("blank lines {found:?} of {seam:?}")) }
}

fn expected<'a>(
    text: &'a str,
    kept: &[Range<usize>],
    dropped: &[Range<usize>],
) -> (Vec<Line<'a>>, Vec<Seam<'a>>) {
    let (mut lines, mut seams) = (Vec::new(), vec![Seam::default()]);
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let seam = seams.last_mut().unwrap();
        match line_of(text, line, start..end, kept, dropped) {
            Line::Blank(line) => seam.put(line),
            Line::Dropped => seam.cut(),
            line => {
                lines.push(line);
                seams.push(Seam::default());
            }
        }
        start = end;
    }
    (lines, seams)
}

fn line_of<'a>(
    text: &str,
    line: &'a str,
    place: Range<usize>,
    kept: &[Range<usize>],
    dropped: &[Range<usize>],
) -> Line<'a> {
    let within = |blocks: &[Range<usize>]| -> Vec<Range<usize>> {
        let first = blocks.partition_point(|block| block.start < place.start);
        blocks[first..].iter().take_while(|block| block.start < place.end).cloned().collect()
    };
    match (within(kept), within(dropped)) {
        (kept, dropped) if kept.is_empty() && dropped.is_empty() => Line::Blank(line),
        (_, dropped) if dropped.is_empty() => Line::Kept(line),
        (kept, _) if kept.is_empty() => Line::Dropped,
        (kept, _) => Line::Part(kept.into_iter().flat_map(|block| text[block].split_whitespace()).collect()),
    }
}

/// The lines of an output that are not blank, and the blank ones around them.
fn found(output: &str) -> (Vec<&str>, Vec<Vec<&str>>) {
    let (mut lines, mut seams) = (Vec::new(), vec![Vec::new()]);
    for line in output.split_inclusive('\n') {
        if line.trim().is_empty() {
            seams.last_mut().unwrap().push(line);
        } else {
            lines.push(line);
            seams.push(Vec::new());
        }
    }
    (lines, seams)
}
