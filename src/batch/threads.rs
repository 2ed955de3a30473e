//! How many threads are sane.

/// So many are always allowed, however few cores there are: tests on small machines want them.
const ALWAYS: usize = 64;
/// More threads than this for each core only wait for each other.
const FOR_A_CORE: usize = 4;

/// The number of threads that is asked for, or the most that are started: four for each core, or 64.
pub fn sane_threads(asked: usize) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    asked.min(cores.saturating_mul(FOR_A_CORE).max(ALWAYS))
}
