//! The lab's Cloudflare answers as Cloudflare documents.

mod access;
mod batches;
mod checks;
mod live;
mod parts;
mod records;
mod rulesets;
mod weather;

use std::io;

use serde_json::{Value, json};

use super::client::exchange;
use crate::lab::{CloudZone, Cloudflare, Lab, Token};

const SHOP: &str = "shop.test";

/// A running lab with one zone, and a token that may write all of it.
struct Desk {
    lab: Lab,
    cloudflare: Cloudflare,
    zone: CloudZone,
    token: String,
}

/// What came back: the status, the head, and the body as JSON.
struct Got {
    status: u16,
    head: String,
    body: Value,
}

impl Desk {
    fn new(describe: impl FnOnce(&CloudZone)) -> Self {
        let mut world = Lab::builder();
        let cloudflare = world.cloudflare();
        let zone = cloudflare.zone(SHOP);
        describe(&zone);
        let token = cloudflare.token(Token::writer("writer"));
        Self { lab: world.start(), cloudflare, zone, token }
    }

    fn send(&self, token: &str, method: &str, path: &str, body: &Value) -> io::Result<Got> {
        let base = self.lab.cloudflare_url().expect("an API");
        let bearer = format!("Bearer {token}");
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (status, head, body) = exchange(&base, (method, path), &headers, body.as_bytes())?;
        Ok(Got { status, head, body: serde_json::from_str(&body).unwrap_or_default() })
    }

    /// Asks with the token of the desk, for a path below the zone.
    fn ask(&self, method: &str, path: &str, body: &Value) -> Got {
        let path = format!("/zones/{}{path}", self.zone.id());
        self.send(&self.token, method, &path, body).expect("an answer")
    }

    fn get(&self, path: &str) -> Got {
        self.ask("GET", path, &Value::Null)
    }

    fn post_record(&self, record: &Value) -> Got {
        self.ask("POST", "/dns_records", record)
    }
}

impl Got {
    /// The result of a success.
    fn result(self) -> Value {
        assert_eq!((self.status, &self.body["success"]), (200, &json!(true)), "{}", self.body);
        self.body["result"].clone()
    }

    /// Status and code of a failure; of a chain the last code.
    fn code(&self) -> (u16, i64) {
        assert_eq!(self.body["success"], false, "{}", self.body);
        let error = &self.body["errors"][0];
        let last = error["error_chain"].as_array().and_then(|chain| chain.last()).unwrap_or(error);
        (self.status, last["code"].as_i64().expect("a code"))
    }

    fn header(&self, name: &str) -> Option<&str> {
        let start = format!("{name}: ");
        self.head.lines().find_map(|line| line.strip_prefix(&start))
    }
}

fn a(name: &str, content: &str) -> Value {
    json!({ "type": "A", "name": name, "content": content, "ttl": 300, "proxied": false })
}
