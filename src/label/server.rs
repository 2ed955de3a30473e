//! The server: this machine only, a secret in its address, and nothing served but one page and its data.
//!
//! Each connection has a thread, so that none waits for another; the secret is asked for before a body is read.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::http::{Answer, Exchange, refusal};
use super::store::{LabelledLine, LabelledPage, Store};
use super::tasks::Task;
use crate::batch::Stop;
use crate::document::{Access, Label};
use crate::error::{Error, Result};
use crate::report::{served_page, served_policy};

/// Connections at a time; one more is closed.
const MAX_CONNECTIONS: usize = 64;
/// How often a request to stop is looked for.
const PATIENCE: Duration = Duration::from_millis(50);

const STYLE: &str = concat!(include_str!("../report/base.css"), include_str!("label.css"));
const SCRIPT: &str = concat!(include_str!("../report/base.js"), include_str!("label.js"));
const BODY: &str = include_str!("label.html");

/// Serves the label page.
pub struct LabelServer {
    listener: TcpListener,
    desk: Desk,
}

/// What all connections share.
struct Desk {
    port: u16,
    token: String,
    tasks: Vec<Task>,
    store: Mutex<Store>,
}

#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    doubt: f32,
    blocks: usize,
    done: bool,
}

#[derive(Serialize)]
struct Shown<'a> {
    id: &'a str,
    url: Option<&'a str>,
    access: Access,
    done: bool,
    blocks: Vec<(&'a str, Label, f32)>,
}

#[derive(Deserialize)]
struct Saved {
    access: Access,
    labels: Vec<Label>,
}

impl LabelServer {
    /// Opens a port of this machine; 0 is any that is free.
    ///
    /// # Errors
    ///
    /// The port is taken.
    pub fn open(port: u16, tasks: Vec<Task>, store: Store) -> Result<LabelServer> {
        let failed = |error| Error::input("label page", error);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let token = format!("{:032x}", rand::random::<u128>());
        let desk = Desk { port, token, tasks, store: Mutex::new(store) };
        Ok(LabelServer { listener, desk })
    }

    /// The address of the page, with its secret.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/{}/", self.desk.port, self.desk.token)
    }

    /// Answers until asked to stop; returns how many documents are labelled.
    ///
    /// # Errors
    ///
    /// The system gives no thread.
    pub fn run(self, stop: &Stop) -> Result<usize> {
        let LabelServer { listener, desk } = self;
        let desk = Arc::new(desk);
        let is_over = Arc::new(AtomicBool::new(false));
        let (shared, over) = (Arc::clone(&desk), Arc::clone(&is_over));
        let door = std::thread::Builder::new().spawn(move || accept(&listener, &shared, &over));
        let door = door.map_err(|error| Error::input("label page", error))?;
        while !stop.is_requested() && !door.is_finished() {
            std::thread::sleep(PATIENCE);
        }
        is_over.store(true, Ordering::Relaxed);
        // The door waits for a client; this one is the last.
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, desk.port));
        if TcpStream::connect_timeout(&address, PATIENCE).is_ok() {
            let _ = door.join();
        }
        // A page that is being saved is saved before this is known.
        Ok(desk.store().len())
    }
}

fn accept(listener: &TcpListener, desk: &Arc<Desk>, is_over: &AtomicBool) {
    let slots = Arc::new(());
    for client in listener.incoming() {
        if is_over.load(Ordering::Relaxed) {
            return;
        }
        let Ok(client) = client else {
            // Too many open files, perhaps: some will be closed.
            std::thread::sleep(PATIENCE);
            continue;
        };
        if Arc::strong_count(&slots) > MAX_CONNECTIONS {
            continue;
        }
        let (slot, desk) = (Arc::clone(&slots), Arc::clone(desk));
        // Without a thread the client is closed, and may come again.
        let _ = std::thread::Builder::new().spawn(move || {
            desk.serve(client);
            drop(slot);
        });
    }
}

impl Desk {
    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, client: TcpStream) {
        let Some(mut exchange) = Exchange::begin(client) else { return };
        let answer = self.answer(&mut exchange);
        let policy = served_policy(STYLE, SCRIPT) + "; frame-ancestors 'none'";
        let headers = [
            ("Content-Security-Policy", policy.as_str()),
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Content-Type-Options", "nosniff"),
        ];
        exchange.end(&answer, &headers);
    }

    fn answer(&self, request: &mut Exchange) -> Answer {
        if !self.is_ours(request) {
            return refusal(403, "this page is for the browser that was given its address");
        }
        let url = request.target.clone();
        let Some(path) = url.strip_prefix('/').and_then(|path| path.strip_prefix(self.token.as_str())) else {
            return refusal(403, "the address lacks its secret; copy it whole from the terminal");
        };
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let index = query.strip_prefix("n=").and_then(|index| index.parse().ok()).unwrap_or(usize::MAX);
        match (request.method.as_str(), path) {
            ("GET", "/") => {
                let page = served_page("dechaff label", STYLE, SCRIPT, BODY);
                (200, "text/html; charset=utf-8", page.into_bytes())
            }
            ("GET", "/documents") => self.list(),
            ("GET", "/document") => self.show(index),
            ("POST", "/save") => match request.body() {
                Ok(body) => self.save(index, &body),
                Err(refused) => refused,
            },
            _ => refusal(404, "there is no such page"),
        }
    }

    /// Whether a request names this machine as its host and, if it comes from a page, comes from ours. Another site's page
    /// can send requests here, and can give its own name to this address.
    fn is_ours(&self, request: &Exchange) -> bool {
        let hosts = [format!("127.0.0.1:{}", self.port), format!("localhost:{}", self.port)];
        let host_is_ours = request.header("Host").is_some_and(|host| hosts.iter().any(|ours| ours == host));
        let origin_is_ours = request.header("Origin").is_none_or(|origin| {
            origin.strip_prefix("http://").is_some_and(|origin| hosts.iter().any(|ours| ours == origin))
        });
        host_is_ours && origin_is_ours
    }

    fn list(&self) -> Answer {
        let store = self.store();
        let listed: Vec<Listed<'_>> = self
            .tasks
            .iter()
            .map(|task| Listed {
                id: &task.id,
                doubt: task.doubt,
                blocks: task.blocks.len(),
                done: store.get(&task.id, task.texts()).is_some(),
            })
            .collect();
        json(&serde_json::json!({ "labels": Label::ALL.map(Label::name), "documents": listed }))
    }

    fn show(&self, index: usize) -> Answer {
        let Some(task) = self.tasks.get(index) else { return refusal(404, "there is no such document") };
        let store = self.store();
        let saved = store.get(&task.id, task.texts());
        let blocks = task.blocks.iter().enumerate().map(|(at, (text, guess, probability))| {
            let label = saved.and_then(|page| page.blocks.get(at)).map_or(*guess, |block| block.label);
            (text.as_str(), label, *probability)
        });
        json(&Shown {
            id: &task.id,
            url: task.url.as_deref(),
            access: saved.and_then(|page| page.access).unwrap_or(task.access),
            done: saved.is_some(),
            blocks: blocks.collect(),
        })
    }

    /// The labels of a document, if they are of the same blocks.
    fn save(&self, index: usize, body: &[u8]) -> Answer {
        let Some(task) = self.tasks.get(index) else { return refusal(404, "there is no such document") };
        let saved: Saved = match serde_json::from_slice(body) {
            Ok(saved) => saved,
            Err(error) => return refusal(400, &error.to_string()),
        };
        if saved.labels.len() != task.blocks.len() {
            return refusal(400, "there has to be a label for each block");
        }
        let lines = task.blocks.iter().zip(saved.labels);
        let page = LabelledPage {
            id: task.id.clone(),
            url: task.url.clone(),
            language: None,
            access: Some(saved.access),
            blocks: lines.map(|((text, ..), label)| LabelledLine { text: text.clone(), label }).collect(),
        };
        let mut store = self.store();
        match store.put(page) {
            Ok(()) => json(&serde_json::json!({ "saved": store.len() })),
            Err(error) => refusal(500, &error.to_string()),
        }
    }
}

fn json(value: &impl Serialize) -> Answer {
    match serde_json::to_vec(value) {
        Ok(body) => (200, "application/json", body),
        Err(error) => refusal(500, &error.to_string()),
    }
}
