//! Blocks of one table as rows of cells.

use super::Page;

/// A table of at least two columns; `None` for one that only lays out a page.
pub(super) fn to_markdown(page: Page<'_>, blocks: &[usize]) -> Option<String> {
    let rows = rows_of(page, blocks)?;
    let columns = rows.iter().map(Vec::len).max().filter(|&columns| columns > 1)?;
    let mut lines = Vec::with_capacity(rows.len() + 1);
    for (index, mut cells) in rows.into_iter().enumerate() {
        cells.resize(columns, String::new());
        lines.push(format!("| {} |", cells.join(" | ")));
        if index == 0 {
            lines.push(format!("|{}", " --- |".repeat(columns)));
        }
    }
    Some(lines.join("\n"))
}

/// The cells of each row; blocks of one cell are joined. `None` if a block stands outside the cells.
fn rows_of(page: Page<'_>, blocks: &[usize]) -> Option<Vec<Vec<String>>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut last = None;
    for &at in blocks {
        let row = page.ancestor(at, &["tr"])?;
        let cell = page.ancestor(at, &["td", "th"])?;
        let text = page.inline(at).replace('|', "\\|");
        match last {
            Some((last_row, last_cell)) if (last_row, last_cell) == (row, cell) => {
                let open = rows.last_mut()?.last_mut()?;
                open.push(' ');
                open.push_str(&text);
            }
            Some((last_row, _)) if last_row == row => rows.last_mut()?.push(text),
            _ => rows.push(vec![text]),
        }
        last = Some((row, cell));
    }
    Some(rows)
}
