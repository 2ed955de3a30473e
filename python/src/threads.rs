//! The threads that batches are worked on with.
//!
//! Pools are made when they are first needed, and again in a forked child, which has none of its parent's threads. The
//! lock is only taken while the GIL is held, as it is when Python forks, so no child inherits it locked.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// What Ray and Spark set for their workers, each of which is one of many on its machine.
const ENGINE_VARIABLES: [&str; 3] = ["RAY_RAYLET_PID", "RAY_JOB_ID", "SPARK_BUFFER_SIZE"];

/// The variable that sets the number of threads.
const VARIABLE: &str = "DECHAFF_THREADS";

/// A process's pools by their number of threads.
struct Pools {
    process: u32,
    pools: Vec<(usize, Arc<ThreadPool>)>,
}

static POOLS: Mutex<Pools> = Mutex::new(Pools { process: 0, pools: Vec::new() });

/// Works on many things at once.
pub enum Workers {
    /// The calling thread.
    Caller,
    /// A pool.
    Pool(Arc<ThreadPool>),
}

impl Workers {
    /// Needs the GIL.
    pub fn new(_py: Python<'_>, threads: usize) -> PyResult<Workers> {
        if threads == 1 {
            return Ok(Workers::Caller);
        }
        let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
        let process = std::process::id();
        if pools.process != process {
            // The parent's threads do not exist here: nothing is waited for.
            std::mem::forget(std::mem::take(&mut pools.pools));
            pools.process = process;
        }
        if let Some((_, pool)) = pools.pools.iter().find(|(count, _)| *count == threads) {
            return Ok(Workers::Pool(Arc::clone(pool)));
        }
        let pool =
            ThreadPoolBuilder::new().num_threads(threads).thread_name(|n| format!("dechaff-{n}")).build();
        let pool = Arc::new(pool.map_err(|error| PyRuntimeError::new_err(error.to_string()))?);
        pools.pools.push((threads, Arc::clone(&pool)));
        Ok(Workers::Pool(pool))
    }

    /// The results of `work` in the order of the items.
    pub fn map<T: Sync, R: Send>(&self, items: &[T], work: impl Fn(&T) -> R + Send + Sync) -> Vec<R> {
        match self {
            Workers::Caller => items.iter().map(work).collect(),
            Workers::Pool(pool) => pool.install(|| items.par_iter().with_max_len(1).map(work).collect()),
        }
    }
}

/// The number of threads: as asked, else from the environment, else one under an engine, else one for each core.
pub fn number_of_threads(asked: Option<usize>) -> PyResult<usize> {
    let wrong =
        |what: String| PyValueError::new_err(format!("{what} has to be a number of threads, 1 or more"));
    match (asked, std::env::var(VARIABLE)) {
        (Some(0), _) => Err(wrong("threads".to_owned())),
        (Some(threads), _) => Ok(threads),
        (None, Ok(value)) => {
            let threads = value.trim().parse().ok().filter(|&threads| threads > 0);
            threads.ok_or_else(|| wrong(format!("{VARIABLE}, which is `{value}`,")))
        }
        (None, Err(_)) if ENGINE_VARIABLES.iter().any(|name| std::env::var_os(name).is_some()) => Ok(1),
        (None, Err(_)) => Ok(std::thread::available_parallelism().map_or(1, usize::from)),
    }
}
