//! A sample of documents to look at, of a fixed size: those with the lowest places.

use std::collections::BinaryHeap;

use crate::dump::View;

/// Draws documents.
#[derive(Default)]
pub struct Drawing {
    size: usize,
    seen: u64,
    heap: BinaryHeap<Drawn>,
}

/// The heap gives up the document with the highest place.
struct Drawn {
    order: u64,
    view: View,
}

impl Drawing {
    /// A sample of at most so many documents.
    pub fn new(size: usize) -> Drawing {
        Drawing { size, ..Drawing::default() }
    }

    /// One more document.
    pub fn add(&mut self, view: View) {
        self.seen += 1;
        self.heap.push(Drawn { order: self.seen, view });
        if self.heap.len() > self.size {
            self.heap.pop();
        }
    }

    /// Documents that were added.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// The documents that were drawn, in the order in which they were added.
    pub fn into_views(self) -> Vec<View> {
        let mut drawn = self.heap.into_vec();
        drawn.sort_by_key(|drawn| drawn.order);
        drawn.into_iter().map(|drawn| drawn.view).collect()
    }
}

impl PartialEq for Drawn {
    fn eq(&self, other: &Drawn) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Drawn {}

impl PartialOrd for Drawn {
    fn partial_cmp(&self, other: &Drawn) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Drawn {
    fn cmp(&self, other: &Drawn) -> std::cmp::Ordering {
        self.view.place.total_cmp(&other.view.place).then(self.order.cmp(&other.order))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_places_stay_in_their_order() {
        let mut drawing = Drawing::new(2);
        for place in [0.5, 0.1, 0.9, 0.3] {
            drawing.add(View { place, head: Vec::new(), body: Vec::new(), chaff: Vec::new() });
        }
        assert_eq!(drawing.seen(), 4);
        assert_eq!(drawing.into_views().iter().map(|view| view.place).collect::<Vec<_>>(), [0.1, 0.3]);
    }
}
