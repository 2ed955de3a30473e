//! Inputs in object stores: `s3://`, `gs://`, `https://`.
//!
//! Stores are configured by the environment variables that their own tools use (`AWS_ACCESS_KEY_ID`, `AWS_REGION`,
//! `AWS_ENDPOINT`, `GOOGLE_SERVICE_ACCOUNT`, …). An object is read in ranges, the next one while the last is worked on; a
//! range that fails is asked for again, and one of another version of the object is refused.

use std::collections::{HashMap, VecDeque};
use std::ffi::OsString;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, TryStreamExt};
use object_store::http::HttpBuilder;
use object_store::path::Path;
use object_store::{GetOptions, ObjectMeta, ObjectStore, ObjectStoreExt, ObjectStoreScheme, parse_url_opts};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use super::address::{Address, Signing, has_query, without_secrets};
use super::pattern;
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

/// An object that was found.
pub(super) struct Found {
    pub object: Object,
    /// Its name below the prefix.
    pub name: String,
    /// The address was its own, not one for many.
    pub is_named: bool,
    /// It is one of all below a prefix.
    pub is_by_prefix: bool,
}

/// Finds objects: one by its address, all below a prefix that ends in `/`, or all that match a pattern with `*`.
pub(super) struct Stores {
    /// The metadata address of the cloud's machines is asked for credentials if the environment has none.
    cloud_metadata: bool,
    open: HashMap<String, Arc<dyn ObjectStore>>,
}

/// A store that is open, and the path of an address in it.
struct Opened {
    store: Arc<dyn ObjectStore>,
    path: Path,
    /// The last part of the address.
    name: String,
    /// What to do when a request is refused.
    advice: Option<&'static str>,
}

type OpenResult<T> = std::result::Result<T, Box<dyn std::error::Error>>;

impl Stores {
    pub(super) fn new(cloud_metadata: bool) -> Stores {
        Stores { cloud_metadata, open: HashMap::new() }
    }

    /// The objects of an address, each with its name below the prefix.
    ///
    /// # Errors
    ///
    /// The address or its pattern is none, or the store cannot be asked.
    fn find(&mut self, address: &str) -> Result<Vec<Found>> {
        let plain = without_secrets(address);
        let failed = |error: &dyn std::fmt::Display| Error::input(&plain, format!("cannot open: {error}"));
        let kind = Address::parse(address);
        // A pattern's own signs would be escaped in a URL.
        let prefix = if let Address::Pattern { prefix, .. } = kind { prefix } else { address };
        let opened = self.open(prefix).map_err(|error| failed(&error))?;
        let refused = |error: object_store::Error| match opened.advice {
            Some(advice) if !matches!(error, object_store::Error::NotFound { .. }) => {
                failed(&format!("{error}; {advice}"))
            }
            _ => failed(&error),
        };
        let pattern = match kind {
            Address::One => {
                let meta = block_on(opened.look_at(has_query(address))).map_err(refused)?;
                let object = Object::new(plain, opened.store, meta);
                return Ok(vec![Found { object, name: opened.name, is_named: true, is_by_prefix: false }]);
            }
            Address::Prefix => None,
            Address::Pattern { pattern, .. } => {
                Some(glob::Pattern::new(pattern).map_err(|error| failed(&error))?)
            }
        };
        let list = opened.store.list(Some(&opened.path)).try_collect::<Vec<ObjectMeta>>();
        let mut metas = block_on(list).map_err(refused)?;
        metas.sort_by(|a, b| a.location.cmp(&b.location));
        let below = |meta: &ObjectMeta| {
            let name = meta.location.as_ref().strip_prefix(opened.path.as_ref());
            name.unwrap_or(meta.location.as_ref()).trim_start_matches('/').to_owned()
        };
        let named = metas.into_iter().map(|meta| (below(&meta), meta));
        // An object that has the name of the prefix stands for the folder.
        let wanted = named.filter(|(name, _)| {
            !name.is_empty() && pattern.as_ref().is_none_or(|pattern| pattern::matches(pattern, name))
        });
        Ok(wanted
            .map(|(name, meta)| {
                let object = Object::new(format!("{prefix}{name}"), Arc::clone(&opened.store), meta);
                Found { object, name, is_named: false, is_by_prefix: pattern.is_none() }
            })
            .collect())
    }

    /// Finds many addresses, in their order.
    ///
    /// # Errors
    ///
    /// An address or its pattern is none, or its store cannot be asked.
    pub(super) fn find_all(&mut self, addresses: &[String]) -> Result<Vec<Found>> {
        let mut found = Vec::new();
        for group in addresses.chunks(AT_ONCE) {
            // One client for each store is made before the threads share it.
            group.iter().try_for_each(|address| self.open(address).map(drop)).ok();
            let shared = &*self;
            let outcomes: Vec<Result<Vec<Found>>> = std::thread::scope(|scope| {
                let copy = || Stores { cloud_metadata: shared.cloud_metadata, open: shared.open.clone() };
                let asking: Vec<_> =
                    group.iter().map(|address| scope.spawn(move || copy().find(address))).collect();
                let panicked = || Err(Error::input("object store", "a request panicked"));
                asking.into_iter().map(|thread| thread.join().unwrap_or_else(|_| panicked())).collect()
            });
            for outcome in outcomes {
                found.extend(outcome?);
            }
        }
        Ok(found)
    }

    fn open(&mut self, address: &str) -> OpenResult<Opened> {
        let (scheme, rest) = address.split_once("://").ok_or("it is no address")?;
        let url = address.parse()?;
        let (kind, path) = ObjectStoreScheme::parse(&url)?;
        let name = path.filename().unwrap_or("index").to_owned();
        let text =
            |(key, value): (OsString, OsString)| Some((key.into_string().ok()?, value.into_string().ok()?));
        let mut options: Vec<(String, String)> = std::env::vars_os()
            .filter_map(text)
            .map(|(key, value)| (key.to_ascii_lowercase(), value))
            .collect();
        if scheme == "http" {
            options.push(("allow_http".to_owned(), "true".to_owned()));
        }
        if has_query(address) {
            // A query belongs to its object: the store is that object, and its path is empty.
            let store = one_address(address, options)?;
            return Ok(Opened { store, path: Path::ROOT, name, advice: None });
        }
        let home = std::env::home_dir();
        let signing = Signing::of(&kind, &options, home.as_deref());
        let is_anonymous = signing == Signing::Anonymous && !self.cloud_metadata;
        if is_anonymous {
            options.push(("skip_signature".to_owned(), "true".to_owned()));
        }
        let (store, path) = parse_url_opts(&url, options)?;
        let origin = format!("{scheme}://{}", rest.split('/').next().unwrap_or_default());
        let store = Arc::clone(self.open.entry(origin).or_insert_with(|| Arc::from(store)));
        Ok(Opened { store, path, name, advice: is_anonymous.then(|| Signing::advice(&kind)) })
    }
}

/// The object at an address with a query, as presigned ones are.
fn one_address(address: &str, options: Vec<(String, String)>) -> OpenResult<Arc<dyn ObjectStore>> {
    let builder = options.into_iter().fold(HttpBuilder::new().with_url(address), |builder, (key, value)| {
        match key.parse() {
            Ok(key) => builder.with_config(key, value),
            Err(_) => builder,
        }
    });
    Ok(Arc::new(builder.build()?))
}

impl Opened {
    /// Size and version of the object. An address that is signed is signed for one method, so its first byte is asked for.
    async fn look_at(&self, is_signed: bool) -> object_store::Result<ObjectMeta> {
        if is_signed {
            let options = GetOptions { range: Some((0..1).into()), ..GetOptions::default() };
            let first = self.store.get_opts(&self.path, options).await;
            return match first {
                Ok(answer) => Ok(answer.meta),
                // An empty object has no first byte.
                Err(error) => self.store.head(&self.path).await.map_err(|_| error),
            };
        }
        self.store.head(&self.path).await
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

    /// Looks at the first bytes of many objects, some at once; one that cannot be read is looked at as its error.
    pub(super) fn look_at_heads<T>(
        objects: &[&Object],
        bytes: u64,
        look: impl Fn(object_store::Result<Bytes>) -> T,
    ) -> Vec<T> {
        let head = |object: &&Object| Arc::new((*object).clone()).range(0, bytes.min(object.size));
        let heads = futures_util::stream::iter(objects.iter().map(head)).buffered(AT_ONCE);
        block_on(heads.map(look).collect())
    }

    /// Whether the object can be read and begins so.
    pub(super) fn starts_with(&self, magic: &[u8]) -> bool {
        let head = Arc::new(self.clone()).range(0, self.size.min(magic.len() as u64));
        self.size > 0 && block_on(head).is_ok_and(|head| head.starts_with(magic))
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
