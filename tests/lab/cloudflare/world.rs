//! All that Cloudflare knows: tokens, zones, and what the next id and the time are.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::check::Violation;
use super::script::Step;
use super::settings;
use super::token::Token;

/// The account of every zone.
pub(super) const ACCOUNT: &str = "acc0000000000000000000000000cafe";
/// The time at which everything begins; each change takes a second.
const BEGIN: i64 = 1_759_276_800;

/// What is paid for a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plan {
    /// Nothing.
    Free,
    /// The smallest paid plan.
    Pro,
    /// The next.
    Business,
    /// The largest.
    Enterprise,
}

impl Plan {
    /// As the API names it.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Pro => "pro",
            Self::Business => "business",
            Self::Enterprise => "enterprise",
        }
    }

    /// One of four values, by plan.
    pub(super) fn of<T: Copy>(self, values: [T; 4]) -> T {
        values[self as usize]
    }
}

/// A zone, its parts in the form in which the API shows them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ZoneData {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) plan: Plan,
    pub(super) status: String,
    pub(super) paused: bool,
    pub(super) kind: String,
    pub(super) name_servers: Vec<String>,
    pub(super) original_name_servers: Vec<String>,
    pub(super) email_routing: bool,
    pub(super) records: Vec<Value>,
    pub(super) settings: BTreeMap<String, Value>,
    pub(super) rulesets: Vec<Value>,
    /// Every version that a ruleset had.
    pub(super) versions: Vec<Value>,
    pub(super) dnssec: Value,
    pub(super) bots: Value,
    pub(super) universal: Value,
    pub(super) packs: Vec<Value>,
    pub(super) verification: Vec<Value>,
}

/// One request, as it came and as it was answered.
#[derive(Clone, Debug)]
pub struct Call {
    /// `GET`, ...
    pub method: String,
    /// Without `/client/v4`.
    pub path: String,
    /// What follows the question mark, as it came.
    pub query: String,
    /// The body as JSON; null where there is none.
    pub body: Value,
    /// The status that it was answered with; 0 where the connection was dropped.
    pub status: u16,
    /// Whether something is different since.
    pub changed: bool,
}

impl Call {
    /// Whether it asks to change something for good.
    pub fn writes(&self) -> bool {
        self.method != "GET" && !self.query.contains("dry_run=true")
    }
}

/// The whole of it.
pub(super) struct World {
    pub(super) tokens: Vec<Token>,
    pub(super) zones: Vec<ZoneData>,
    pub(super) calls: Vec<Call>,
    pub(super) violations: Vec<Violation>,
    pub(super) steps: Vec<Step>,
    pub(super) limit: Option<(u64, u64)>,
    /// Moves with every change of a zone, so that others can notice.
    pub(super) revision: u64,
    ids: u128,
    time: i64,
}

impl World {
    pub(super) fn new() -> Self {
        let (tokens, zones, calls) = (Vec::new(), Vec::new(), Vec::new());
        let (violations, steps) = (Vec::new(), Vec::new());
        let (limit, revision, ids, time) = (None, 0, 0, BEGIN);
        Self { tokens, zones, calls, violations, steps, limit, revision, ids, time }
    }

    /// An id that nothing else has: 32 hexadecimal digits.
    pub(super) fn new_id(&mut self) -> String {
        self.ids += 1;
        format!("{:032x}", self.ids.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
    }

    /// The time, which moves on.
    pub(super) fn tick(&mut self) -> String {
        self.time += 1;
        let time = jiff::Timestamp::from_second(self.time).expect("a time");
        time.strftime("%Y-%m-%dT%H:%M:%S.000001Z").to_string()
    }

    /// The zone of that id.
    pub(super) fn zone(&mut self, id: &str) -> Option<&mut ZoneData> {
        self.zones.iter_mut().find(|zone| zone.id == id)
    }

    /// A zone on the free plan, active, with what a zone has from the start.
    pub(super) fn add_zone(&mut self, name: &str) -> String {
        let id = self.new_id();
        let time = self.tick();
        let certificate = self.new_id();
        self.zones.push(ZoneData {
            id: id.clone(),
            name: name.to_ascii_lowercase(),
            plan: Plan::Free,
            status: "active".to_owned(),
            paused: false,
            kind: "full".to_owned(),
            name_servers: vec!["ada.ns.cloudflare.test".to_owned(), "bob.ns.cloudflare.test".to_owned()],
            original_name_servers: vec!["ns1.before.test".to_owned(), "ns2.before.test".to_owned()],
            email_routing: false,
            records: Vec::new(),
            settings: settings::initial(Plan::Free),
            rulesets: Vec::new(),
            versions: Vec::new(),
            dnssec: super::parts::dnssec("disabled", name, &time),
            bots: super::parts::bots(Plan::Free),
            universal: json!({ "enabled": true, "certificate_authority": "lets_encrypt" }),
            packs: vec![super::parts::pack(&certificate, name)],
            verification: vec![super::parts::verification(&certificate, name)],
        });
        id
    }
}
