//! Inputs in object stores: `s3://`, `gs://`, `https://`.
//!
//! Stores are configured by the environment variables that their own tools use (`AWS_ACCESS_KEY_ID`, `AWS_REGION`,
//! `AWS_ENDPOINT`, `GOOGLE_SERVICE_ACCOUNT`, …). An object is read in ranges, the next one while the last is worked on; a
//! range that fails is asked for again, and one of another version of the object is refused.

use std::collections::{HashMap, VecDeque};
use std::io::{self, Read};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use object_store::path::Path;
use object_store::{GetOptions, ObjectMeta, ObjectStore, ObjectStoreExt, parse_url_opts};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::error::{Error, Result};

/// Bytes of a range of a stream.
const RANGE: u64 = 8 << 20;
/// Bytes of a block of a file that is read here and there.
const BLOCK: u64 = 4 << 20;
/// Blocks that are remembered, the latest ones.
const BLOCKS: usize = 16;
/// Objects that are asked for their size at once.
const AT_ONCE: usize = 32;

/// An object and the version of it that is read.
#[derive(Clone, Debug)]
pub struct Object {
    url: String,
    store: Arc<dyn ObjectStore>,
    path: Path,
    size: u64,
    etag: Option<String>,
}

/// Objects are the same if their addresses are.
impl PartialEq for Object {
    fn eq(&self, other: &Object) -> bool {
        self.url == other.url
    }
}

impl Eq for Object {}

/// Whether an argument is an address rather than a path.
pub(super) fn is_url(argument: &str) -> bool {
    argument
        .split_once("://")
        .is_some_and(|(scheme, _)| matches!(scheme, "s3" | "s3a" | "gs" | "http" | "https"))
}

/// Finds objects: one by its address, all below a prefix that ends in `/`, or all that match a pattern with `*`.
#[derive(Default)]
pub(super) struct Stores(HashMap<String, Arc<dyn ObjectStore>>);

impl Stores {
    /// The objects of an address, each with its name below the prefix.
    ///
    /// # Errors
    ///
    /// The store cannot be reached, refuses, or has no such object.
    pub(super) fn find(&mut self, address: &str) -> Result<Vec<(Object, String)>> {
        let failed = |error: &dyn std::fmt::Display| Error::input(address, format!("cannot open: {error}"));
        // A pattern's own signs would be escaped in a URL.
        let prefix = match address.find(['*', '?', '[']) {
            Some(at) => &address[..=address[..at].rfind('/').unwrap_or(0)],
            None => address,
        };
        let (store, path) = self.open(prefix).map_err(|error| failed(&error))?;
        if prefix == address && !address.ends_with('/') {
            let meta = block_on(store.head(&path)).map_err(|error| failed(&error))?;
            let name = path.filename().unwrap_or(address).to_owned();
            return Ok(vec![(Object::new(address.to_owned(), store, meta), name)]);
        }
        let pattern = glob::Pattern::new(&address[prefix.len()..]).map_err(|error| failed(&error))?;
        let list = store.list(Some(&path)).try_collect::<Vec<ObjectMeta>>();
        let mut metas = block_on(list).map_err(|error| failed(&error))?;
        metas.sort_by(|a, b| a.location.cmp(&b.location));
        let below = |meta: &ObjectMeta| {
            let name = meta.location.as_ref().strip_prefix(path.as_ref()).unwrap_or(meta.location.as_ref());
            name.trim_start_matches('/').to_owned()
        };
        let named = metas.into_iter().map(|meta| (below(&meta), meta));
        let matching = named.filter(|(name, _)| prefix == address || pattern.matches(name));
        Ok(matching
            .map(|(name, meta)| (Object::new(format!("{prefix}{name}"), Arc::clone(&store), meta), name))
            .collect())
    }

    /// Finds many addresses, in their order.
    ///
    /// # Errors
    ///
    /// As [`Stores::find`], for the first that fails.
    pub(super) fn find_all(&mut self, addresses: &[String]) -> Result<Vec<(Object, String)>> {
        let mut found = Vec::new();
        for group in addresses.chunks(AT_ONCE) {
            // One client for each store is made before the threads share it.
            group.iter().try_for_each(|address| self.open(address).map(drop)).ok();
            let shared = &*self;
            let outcomes: Vec<Result<Vec<(Object, String)>>> = std::thread::scope(|scope| {
                let asking: Vec<_> = group
                    .iter()
                    .map(|address| scope.spawn(|| Stores(shared.0.clone()).find(address)))
                    .collect();
                let panicked = || Err(Error::input("object store", "a request panicked"));
                asking.into_iter().map(|thread| thread.join().unwrap_or_else(|_| panicked())).collect()
            });
            for outcome in outcomes {
                found.extend(outcome?);
            }
        }
        Ok(found)
    }

    fn open(
        &mut self,
        address: &str,
    ) -> std::result::Result<(Arc<dyn ObjectStore>, Path), Box<dyn std::error::Error>> {
        let (scheme, rest) = address.split_once("://").ok_or("it is no address")?;
        let origin = format!("{scheme}://{}", rest.split('/').next().unwrap_or_default());
        let url = address.parse()?;
        let options = std::env::vars()
            .map(|(key, value)| (key.to_ascii_lowercase(), value))
            .chain((scheme == "http").then(|| ("allow_http".to_owned(), "true".to_owned())));
        let (store, path) = parse_url_opts(&url, options)?;
        let store = self.0.entry(origin).or_insert_with(|| Arc::from(store));
        Ok((Arc::clone(store), path))
    }
}

impl Object {
    fn new(url: String, store: Arc<dyn ObjectStore>, meta: ObjectMeta) -> Object {
        Object { url, store, path: meta.location, size: meta.size, etag: meta.e_tag }
    }

    /// The address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Size in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// What the store calls this version of the object.
    pub fn etag(&self) -> Option<&str> {
        self.etag.as_deref()
    }

    pub(super) fn reader(&self) -> ObjectReader {
        ObjectReader { object: Arc::new(self.clone()), blocks: Arc::default() }
    }

    async fn range(self: Arc<Self>, start: u64, end: u64) -> object_store::Result<Bytes> {
        let options = GetOptions {
            range: Some((start..end).into()),
            if_match: self.etag.clone(),
            ..GetOptions::default()
        };
        self.store.get_opts(&self.path, options).await?.bytes().await
    }
}

/// Reads an object.
#[derive(Clone)]
pub(super) struct ObjectReader {
    object: Arc<Object>,
    blocks: Arc<Mutex<VecDeque<(u64, Bytes)>>>,
}

impl ObjectReader {
    pub(super) fn size(&self) -> u64 {
        self.object.size
    }

    /// A range that is not cut off.
    pub(super) fn read_range(&self, start: u64, length: usize) -> io::Result<Bytes> {
        let block = self.block(start / BLOCK)?;
        let at = (start % BLOCK) as usize;
        if at + length <= block.len() {
            return Ok(block.slice(at..at + length));
        }
        let mut bytes = BytesMut::with_capacity(length.min(self.object.size as usize));
        bytes.extend_from_slice(block.get(at..).unwrap_or_default());
        while bytes.len() < length {
            let block = self.block((start + bytes.len() as u64) / BLOCK)?;
            if block.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            bytes.extend_from_slice(&block[..block.len().min(length - bytes.len())]);
        }
        Ok(bytes.freeze())
    }

    /// The object from a position to its end, read once.
    pub(super) fn stream(&self) -> RangeStream {
        RangeStream { object: Arc::clone(&self.object), asked: 0, coming: None, here: Bytes::new() }
    }

    /// The object from a position on, through the blocks that are remembered.
    pub(super) fn read_from(&self, position: u64) -> BlockStream {
        BlockStream { reader: self.clone(), position }
    }

    /// A block of the object, asked for unless it is remembered; empty behind the end.
    fn block(&self, index: u64) -> io::Result<Bytes> {
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = blocks.iter().position(|(known, _)| *known == index)
            && let Some(block) = blocks.remove(at)
        {
            blocks.push_back(block.clone());
            return Ok(block.1);
        }
        let start = index * BLOCK;
        let end = (start + BLOCK).min(self.object.size);
        if start >= end {
            return Ok(Bytes::new());
        }
        let bytes = block_on(Arc::clone(&self.object).range(start, end))?;
        if blocks.len() >= BLOCKS {
            blocks.pop_front();
        }
        blocks.push_back((index, bytes.clone()));
        Ok(bytes)
    }
}

/// Reads on through blocks. A Parquet file is read in many small pieces, by column, so that nearby pieces share a request.
pub(super) struct BlockStream {
    reader: ObjectReader,
    position: u64,
}

impl Read for BlockStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let block = self.reader.block(self.position / BLOCK)?;
        let rest = block.get((self.position % BLOCK) as usize..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.position += count as u64;
        Ok(count)
    }
}

/// Asks for the next range while the last one is read.
pub(super) struct RangeStream {
    object: Arc<Object>,
    /// Where the next request starts.
    asked: u64,
    coming: Option<JoinHandle<object_store::Result<Bytes>>>,
    here: Bytes,
}

impl RangeStream {
    fn ask(&mut self) {
        let end = (self.asked + RANGE).min(self.object.size);
        if end > self.asked {
            let request = Arc::clone(&self.object).range(self.asked, end);
            self.coming = Some(runtime().spawn(request));
            self.asked = end;
        }
    }
}

impl Read for RangeStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.here.is_empty() {
            if self.coming.is_none() {
                self.ask();
            }
            let Some(coming) = self.coming.take() else { return Ok(0) };
            self.here = block_on(coming)??;
            self.ask();
        }
        let count = self.here.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.here.split_to(count));
        Ok(count)
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    runtime().block_on(future)
}

/// Two threads wait for the network; the work is done elsewhere.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(2).enable_all().build().expect("the system gives two threads")
    })
}
