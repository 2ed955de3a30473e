//! Blocks of one table as rows of cells.

use super::Page;
use crate::limits::TimeUp;

/// Cells that are always filled up to a table's width.
const MAX_EMPTY: usize = 10_000;

/// A table of at least two columns; `None` for one that only lays out a page.
pub(super) fn to_markdown(page: Page<'_>, blocks: &[usize]) -> Result<Option<String>, TimeUp> {
    let Some(rows) = rows_of(page, blocks)? else { return Ok(None) };
    let Some(columns) = rows.iter().map(Vec::len).max().filter(|&columns| columns > 1) else {
        return Ok(None);
    };
    // Short rows may stay short; that of a table with one long row would be mostly empty cells.
    let is_filled = rows.len().saturating_mul(columns) <= MAX_EMPTY.max(4 * blocks.len());
    let mut lines = Vec::with_capacity(rows.len() + 1);
    for (index, mut cells) in rows.into_iter().enumerate() {
        if is_filled || index == 0 {
            cells.resize(columns, String::new());
        }
        lines.push(format!("| {} |", cells.join(" | ")));
        if index == 0 {
            lines.push(format!("|{}", " --- |".repeat(columns)));
        }
    }
    Ok(Some(lines.join("\n")))
}

/// The cells of each row; blocks of one cell are joined. `None` if a block stands outside the cells.
fn rows_of(page: Page<'_>, blocks: &[usize]) -> Result<Option<Vec<Vec<String>>>, TimeUp> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut last = None;
    for &at in blocks {
        let (row, cell) = (page.ancestor(at, ["tr"]), page.ancestor(at, ["td", "th"]));
        let (Some(row), Some(cell)) = (row, cell) else { return Ok(None) };
        let text = page.inline(at)?.replace('|', "\\|");
        let is_row = last.is_some_and(|(last_row, _)| last_row == row);
        let is_cell = is_row && last.is_some_and(|(_, last_cell)| last_cell == cell);
        match rows.last_mut().filter(|_| is_row) {
            None => rows.push(vec![text]),
            Some(cells) => match cells.last_mut().filter(|_| is_cell) {
                None => cells.push(text),
                Some(open) => {
                    open.push(' ');
                    open.push_str(&text);
                }
            },
        }
        last = Some((row, cell));
    }
    Ok(Some(rows))
}
