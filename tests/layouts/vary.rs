//! One text in other layouts: indents, line ends, white space and characters that nobody sees.

use super::random::Random;

const INDENTS: [&str; 8] = ["  ", "   ", "        ", "\t", "\u{a0}\u{a0}", "\u{3000}", " \t", "\u{2003}"];
const WHITE: [&str; 8] = [" ", "  ", "\t", "    ", "\u{a0}", "\u{3000}", " \t ", "\u{2009}"];
const UNSEEN: [&str; 24] = [
    "\u{200b}",
    "\u{200c}",
    "\u{200d}",
    "\u{2060}",
    "\u{feff}",
    "\u{ad}",
    "\u{200e}",
    "\u{200f}",
    "\u{202b}",
    "\u{202c}",
    "\u{2066}",
    "\u{2069}",
    "\0",
    "\u{1}",
    "\u{7}",
    "\u{8}",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{80}",
    "\u{fffd}",
    "\u{fffe}",
    "\u{10ffff}",
    "\u{e000}",
    "\u{e0001}",
];
/// The ends that the lines of one text have.
const LINE_ENDS: [&[&str]; 5] = [&["\r\n"], &["\r\n", "\n"], &["\n", "\r\r\n"], &["\r\n", "\n\r"], &["\r"]];
const SEEN: [&str; 8] =
    ["e\u{301}", "a\u{308}\u{323}\u{301}", "👩\u{200d}🚒", "👍🏽", "🇬🇪", "1\u{fe0f}\u{20e3}", "Ǆ", "ﬁ"];

/// The `n`th layout of a text. Ten of them change one thing each, further ones a few at a time.
pub fn layout(text: &str, n: usize, random: &mut Random) -> String {
    let changes: Vec<usize> = if n <= CHANGES.len() {
        vec![n - 1]
    } else {
        (0..CHANGES.len()).filter(|_| random.is_one_of(3)).collect()
    };
    let mut text = text.to_owned();
    for change in changes {
        text = CHANGES[change](&text, random);
    }
    text
}

/// Line ends come last but for the ends of the text, since the others cut lines at line feeds.
const CHANGES: [fn(&str, &mut Random) -> String; 10] = [
    indent,
    deepen,
    trail,
    whiten_blank_lines,
    insert_unseen,
    insert_seen,
    part_with_blank_lines,
    lengthen,
    end_lines,
    pad_the_ends,
];

fn map_lines(text: &str, map: impl FnMut(&str) -> String) -> String {
    text.split('\n').map(map).collect::<Vec<_>>().join("\n")
}

/// Four spaces or a tab at a line's start as another indent.
fn indent(text: &str, random: &mut Random) -> String {
    let indent = *random.pick(&INDENTS);
    map_lines(text, |line| {
        let mut rest = line;
        let mut indented = String::new();
        while let Some(next) = rest.strip_prefix("    ").or_else(|| rest.strip_prefix('\t')) {
            indented += indent;
            rest = next;
        }
        indented + rest
    })
}

/// The whole text further in, as a quotation.
fn deepen(text: &str, random: &mut Random) -> String {
    let margin = *random.pick(&["> ", "    ", "\t", "| ", "\u{3000}\u{3000}", "//  ", " * "]);
    map_lines(text, |line| format!("{margin}{line}"))
}

fn trail(text: &str, random: &mut Random) -> String {
    map_lines(text, |line| {
        let white = if random.is_one_of(3) { *random.pick(&WHITE) } else { "" };
        format!("{line}{white}")
    })
}

fn whiten_blank_lines(text: &str, random: &mut Random) -> String {
    map_lines(text, |line| if line.is_empty() { (*random.pick(&WHITE)).to_owned() } else { line.to_owned() })
}

fn insert(text: &str, pieces: &[&str], random: &mut Random) -> String {
    map_lines(text, |line| {
        if !random.is_one_of(4) {
            return line.to_owned();
        }
        let places: Vec<usize> = line.char_indices().map(|(place, _)| place).chain([line.len()]).collect();
        let (before, after) = line.split_at(*random.pick(&places));
        [before, *random.pick(pieces), after].concat()
    })
}

fn insert_unseen(text: &str, random: &mut Random) -> String {
    insert(text, &UNSEEN, random)
}

fn insert_seen(text: &str, random: &mut Random) -> String {
    insert(text, &SEEN, random)
}

fn part_with_blank_lines(text: &str, random: &mut Random) -> String {
    map_lines(text, |line| "\n".repeat([0, 0, 1, 2, 4][random.below(5)]) + line)
}

/// All on one line, or one line said over and over.
fn lengthen(text: &str, random: &mut Random) -> String {
    if random.is_one_of(2) {
        return text.split('\n').collect::<Vec<_>>().join("    ");
    }
    let lines: Vec<&str> = text.split('\n').collect();
    let chosen = random.below(lines.len());
    let times = 2 + random.below(30);
    let repeated =
        |(n, line): (usize, &&str)| if n == chosen { line.repeat(times) } else { (*line).to_owned() };
    lines.iter().enumerate().map(repeated).collect::<Vec<_>>().join("\n")
}

fn end_lines(text: &str, random: &mut Random) -> String {
    let ends = *random.pick(&LINE_ENDS);
    let mut lines = text.split('\n');
    let mut ended = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        ended += *random.pick(ends);
        ended += line;
    }
    ended
}

fn pad_the_ends(text: &str, random: &mut Random) -> String {
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let before =
        line_end.repeat([0, 1, 3][random.below(3)]) + *random.pick(&["", "", "\u{feff}", "  ", "\u{3000}"]);
    let after =
        line_end.repeat([0, 0, 1, 2, 5][random.below(5)]) + *random.pick(&["", "", " ", "\t\t", "\0"]);
    format!("{before}{}{after}", text.trim_end_matches(['\r', '\n']))
}
