//! The server: this machine only, a secret in its address, and nothing served but one page and its data.

use std::io::Read;
use std::net::Ipv4Addr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tiny_http::{Header, Method, Request, Response, Server};

use super::store::{LabelledLine, LabelledPage, Store};
use super::tasks::Task;
use crate::batch::Stop;
use crate::document::{Access, Label};
use crate::error::{Error, Result};
use crate::report::{served_page, served_policy};

/// A larger body is refused.
const MAX_BODY: usize = 4 << 20;
/// How often a request to stop is looked for.
const PATIENCE: Duration = Duration::from_millis(200);

const STYLE: &str = concat!(include_str!("../report/base.css"), include_str!("label.css"));
const SCRIPT: &str = concat!(include_str!("../report/base.js"), include_str!("label.js"));
const BODY: &str = include_str!("label.html");

/// Serves the label page.
pub struct LabelServer {
    server: Server,
    port: u16,
    token: String,
    tasks: Vec<Task>,
    store: Store,
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

/// What is answered: status, content type, body.
type Answer = (u16, &'static str, Vec<u8>);

impl LabelServer {
    /// Opens a port of this machine; 0 is any that is free.
    ///
    /// # Errors
    ///
    /// The port is taken.
    pub fn open(port: u16, tasks: Vec<Task>, store: Store) -> Result<LabelServer> {
        let server =
            Server::http((Ipv4Addr::LOCALHOST, port)).map_err(|error| Error::input("label page", error))?;
        let port = server.server_addr().to_ip().map_or(port, |address| address.port());
        let token = format!("{:032x}", rand::random::<u128>());
        Ok(LabelServer { server, port, token, tasks, store })
    }

    /// The address of the page, with its secret.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/{}/", self.port, self.token)
    }

    /// Answers until asked to stop; returns how many documents are labelled.
    ///
    /// # Errors
    ///
    /// The system gives no more connections.
    pub fn run(mut self, stop: &Stop) -> Result<usize> {
        while !stop.is_requested() {
            match self.server.recv_timeout(PATIENCE) {
                Ok(Some(request)) => self.serve(request),
                Ok(None) => {}
                Err(error) => return Err(Error::input("label page", error)),
            }
        }
        Ok(self.store.len())
    }

    fn serve(&mut self, mut request: Request) {
        let (status, kind, body) = self.answer(&mut request);
        let policy = served_policy(STYLE, SCRIPT) + "; frame-ancestors 'none'";
        let headers = [
            ("Content-Type", kind),
            ("Content-Security-Policy", policy.as_str()),
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Content-Type-Options", "nosniff"),
        ];
        let mut response = Response::from_data(body).with_status_code(status);
        for (name, value) in headers {
            if let Ok(header) = Header::from_bytes(name, value) {
                response.add_header(header);
            }
        }
        // A browser that went away is no concern of ours.
        let _ = request.respond(response);
    }

    fn answer(&mut self, request: &mut Request) -> Answer {
        if !self.is_ours(request) {
            return refusal(403, "this page is for the browser that was given its address");
        }
        let url = request.url().to_owned();
        let Some(path) = url.strip_prefix('/').and_then(|path| path.strip_prefix(self.token.as_str())) else {
            return refusal(403, "the address lacks its secret; copy it whole from the terminal");
        };
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let index = query.strip_prefix("n=").and_then(|index| index.parse().ok()).unwrap_or(usize::MAX);
        match (request.method(), path) {
            (Method::Get, "/") => {
                let page = served_page("dechaff label", STYLE, SCRIPT, BODY);
                (200, "text/html; charset=utf-8", page.into_bytes())
            }
            (Method::Get, "/documents") => self.list(),
            (Method::Get, "/document") => self.show(index),
            (Method::Post, "/save") => match read_body(request) {
                Ok(body) => self.save(index, &body),
                Err(refused) => refused,
            },
            _ => refusal(404, "there is no such page"),
        }
    }

    /// Whether a request names this machine as its host and, if it comes from a page, comes from ours. Another site's page
    /// can send requests here, and can give its own name to this address.
    fn is_ours(&self, request: &Request) -> bool {
        let value = |name: &'static str| {
            request
                .headers()
                .iter()
                .find(|header| header.field.equiv(name))
                .map(|header| header.value.as_str())
        };
        let hosts = [format!("127.0.0.1:{}", self.port), format!("localhost:{}", self.port)];
        let host_is_ours = value("Host").is_some_and(|host| hosts.iter().any(|ours| ours == host));
        let origin_is_ours = value("Origin").is_none_or(|origin| {
            origin.strip_prefix("http://").is_some_and(|origin| hosts.iter().any(|ours| ours == origin))
        });
        host_is_ours && origin_is_ours
    }

    fn list(&self) -> Answer {
        let listed: Vec<Listed<'_>> = self
            .tasks
            .iter()
            .map(|task| Listed {
                id: &task.id,
                doubt: task.doubt,
                blocks: task.blocks.len(),
                done: self.saved(task).is_some(),
            })
            .collect();
        json(&serde_json::json!({ "labels": Label::ALL.map(Label::name), "documents": listed }))
    }

    fn show(&self, index: usize) -> Answer {
        let Some(task) = self.tasks.get(index) else { return refusal(404, "there is no such document") };
        let saved = self.saved(task);
        let blocks = task.blocks.iter().enumerate().map(|(at, (text, guess, probability))| {
            let label = saved.map_or(*guess, |page| page.blocks[at].label);
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
    fn saved(&self, task: &Task) -> Option<&LabelledPage> {
        let same = |page: &&LabelledPage| {
            page.blocks.len() == task.blocks.len()
                && page.blocks.iter().zip(&task.blocks).all(|(ours, theirs)| ours.text == theirs.0)
        };
        self.store.get(&task.id).filter(same)
    }

    fn save(&mut self, index: usize, body: &[u8]) -> Answer {
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
        match self.store.put(page) {
            Ok(()) => json(&serde_json::json!({ "saved": self.store.len() })),
            Err(error) => refusal(500, &error.to_string()),
        }
    }
}

fn read_body(request: &mut Request) -> std::result::Result<Vec<u8>, Answer> {
    let mut body = Vec::new();
    let too_large = || refusal(413, "the body is too large");
    if request.body_length().is_some_and(|length| length > MAX_BODY) {
        return Err(too_large());
    }
    match request.as_reader().take(MAX_BODY as u64 + 1).read_to_end(&mut body) {
        Ok(_) if body.len() <= MAX_BODY => Ok(body),
        Ok(_) => Err(too_large()),
        Err(error) => Err(refusal(400, &error.to_string())),
    }
}

fn refusal(status: u16, reason: &str) -> Answer {
    (status, "text/plain; charset=utf-8", reason.as_bytes().to_vec())
}

fn json(value: &impl Serialize) -> Answer {
    match serde_json::to_vec(value) {
        Ok(body) => (200, "application/json", body),
        Err(error) => refusal(500, &error.to_string()),
    }
}
