//! Byte offsets as code points, which is how Python counts.

/// Counts the code points before byte offsets of one text. Asked in rising order, it reads the text once.
#[derive(Clone, Copy, Debug)]
pub struct CodePoints<'a> {
    source: &'a str,
    bytes: usize,
    chars: usize,
}

impl<'a> CodePoints<'a> {
    /// Counts in `source`.
    pub fn of(source: &'a str) -> CodePoints<'a> {
        CodePoints { source, bytes: 0, chars: 0 }
    }

    /// Code points before a byte offset. An offset inside a code point or behind the end adds nothing to the last answer.
    pub fn before(&mut self, byte: usize) -> usize {
        if byte < self.bytes {
            (self.bytes, self.chars) = (0, 0);
        }
        self.chars += self.source.get(self.bytes..byte).unwrap_or_default().chars().count();
        self.bytes = byte;
        self.chars
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_code_points_in_any_order() {
        let mut points = CodePoints::of("aé渡👩‍🚀z");
        let end = "aé渡👩‍🚀z".len();
        assert_eq!(points.before(1), 1);
        assert_eq!(points.before(6), 3);
        assert_eq!(points.before(end), 7);
        assert_eq!(points.before(3), 2);
    }
}
