//! Which host a page belongs to, and which fold a host belongs to.

use std::hash::Hasher;

use rustc_hash::FxHasher;

/// Second-level names that are part of a public suffix (`co.uk`, `com.au`).
const SHARED_SECOND_LEVELS: [&str; 10] = ["co", "com", "org", "net", "ac", "gov", "edu", "or", "ne", "go"];

/// The registrable part of a URL's host, lower-cased; `None` if there is no host.
///
/// ```
/// assert_eq!(dechaff::corpus::host_of("https://www.news.example.co.uk:80/a").as_deref(), Some("example.co.uk"));
/// ```
pub fn host_of(url: &str) -> Option<String> {
    let rest = url.split_once("://").map_or_else(|| url.strip_prefix("//"), |(_, rest)| Some(rest))?;
    let host = rest.split(['/', '?', '#']).next()?.rsplit('@').next()?.split(':').next()?.to_lowercase();
    let labels: Vec<&str> = host.split('.').filter(|label| !label.is_empty()).collect();
    let shares_suffix = labels.len() > 2
        && labels[labels.len() - 1].len() == 2
        && SHARED_SECOND_LEVELS.contains(&labels[labels.len() - 2]);
    let keep = if shares_suffix { 3 } else { 2 };
    (!labels.is_empty()).then(|| labels[labels.len().saturating_sub(keep)..].join("."))
}

/// The fold of a host: a hash, so that it does not depend on which other pages are loaded.
pub fn fold_of(host: &str, seed: u64, folds: usize) -> usize {
    let mut hasher = FxHasher::default();
    hasher.write_u64(seed);
    hasher.write(host.as_bytes());
    // The high bits of this hash are the well-mixed ones.
    ((hasher.finish() >> 32) % folds.max(1) as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subdomains_of_one_site_are_one_host() {
        assert_eq!(host_of("http://a.b.example.org/x"), host_of("//EXAMPLE.org?q"));
        assert_ne!(host_of("https://one.com.au/"), host_of("https://two.com.au/"));
        assert_eq!(host_of("not a url"), None);
    }

    #[test]
    fn folds_are_balanced_and_steady() {
        let mut counts = [0; 5];
        for n in 0..1000 {
            counts[fold_of(&format!("site{n}.example"), 7, 5)] += 1;
        }
        assert!(counts.iter().all(|&count| count > 120), "{counts:?}");
        assert_eq!(fold_of("a.example", 7, 5), fold_of("a.example", 7, 5));
    }
}
