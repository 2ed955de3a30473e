//! Which records a sample holds: those whose id hashes low, so that the same ids give the same sample on any machine. Of a
//! record without one the content is hashed: its number is that of others in other inputs, and changes with those before it.

use std::hash::Hasher;

use super::record::Record;

/// A number from 0 to 1 that follows from a record and a seed, wherever the record stands.
pub(super) fn place_of(record: &Record, source: &str, seed: u64) -> f64 {
    match record.own_id() {
        Some(id) => place(&[id], seed),
        None => place(&[record.url.as_deref().unwrap_or_default(), source], seed),
    }
}

fn place(parts: &[&str], seed: u64) -> f64 {
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write_u64(seed);
    parts.iter().for_each(|part| hasher.write(part.as_bytes()));
    // A finaliser (as in MurmurHash3): ids that differ in their last letter must land far apart.
    let mut hash = hasher.finish();
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^= hash >> 33;
    (hash >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_spread_evenly_and_stay() {
        let below = |share: f64, seed| (0..20_000).filter(|n| place(&[&n.to_string()], seed) < share).count();
        for (share, expected) in [(0.01, 200_usize), (0.5, 10_000)] {
            assert!(below(share, 0).abs_diff(expected) < expected / 4, "{}", below(share, 0));
        }
        let drawn = |seed| (0..100).filter(|n| place(&[&n.to_string()], seed) < 0.1).collect::<Vec<_>>();
        assert_ne!(drawn(0), drawn(1));
    }
}
