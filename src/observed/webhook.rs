//! What webhook endpoints did with what was sent to them. No secret stands here, and no signature.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Exchange, Remote, Sample, Seen};

/// What came of trying one webhook.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// The marker of the run: every event that was sent carries it.
    pub run: String,
    /// Variables that the spec names and that were not set, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unset: Vec<String>,
    /// Why the secret cannot sign, without its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unusable: Option<Remote>,
    /// What was tried and must be refused, and the handshakes, by [`crate::webhook::Attempt::name`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attempts: BTreeMap<String, Seen<Posted>>,
    /// Deliveries of one signed event, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deliveries: Vec<Delivery>,
    /// Why there are no deliveries, or not all, where the spec asks for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undelivered: Option<Remote>,
    /// Signed events of a type that nobody acts on, one after another. The first delivery above was the
    /// cold call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<Sample>,
    /// What was looked for behind the endpoint, in the order of the spec: one entry for each event that an
    /// effect was looked for by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<Looked>,
}

/// One request and its answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Posted {
    /// When it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Timestamp>,
    /// Milliseconds from the request to the end of the answer, connecting not counted.
    #[serde(default)]
    pub millis: u64,
    /// The answer. Of its header fields only those are kept that judges read.
    pub answer: Exchange,
    /// What the body tells about the inside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leaks: Vec<Leak>,
    /// For handshakes: whether the answer is the one that the provider wants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<bool>,
}

/// Something about the inside that an answer tells strangers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leak {
    /// What it is: `a Python stack trace`.
    pub what: Remote,
    /// A few words of it, masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Remote>,
}

/// One delivery of a signed event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// Which.
    pub which: Turn,
    /// The event's id.
    pub event: Remote,
    /// The event's type.
    pub kind: Remote,
    /// What came of it.
    pub outcome: Seen<Posted>,
}

/// Which delivery of an event it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// The event for the first time.
    First,
    /// The same again.
    Again,
    /// Another event for the first time, several times at once.
    AtOnce,
    /// The first event once more, with the signatures of two keys.
    Rotated,
}

/// What was looked for behind the endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Looked {
    /// Which effect of the spec: 0 for `effect`, or for the first of `effects` where there is none.
    pub effect: usize,
    /// The name of the attempt whose event was looked for; none for the delivered one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<String>,
    /// True for the event that came several times at once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_once: bool,
    /// What there was before anything was delivered, where the spec asks for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Seen<Counted>>,
    /// What there was when the effect held, or when its time was over.
    pub first: Seen<Counted>,
    /// Milliseconds from the answer to the delivery until it held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_after: Option<u64>,
    /// What there was after the same event had come again and again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Seen<Counted>>,
}

/// What an effect's URL answered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// Status code.
    pub status: u16,
    /// How many the `JSONPath` finds; none where no path is declared, or the answer is no JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
    /// Whether what is declared holds.
    pub holds: bool,
    /// Why the answer is no JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_json: Option<Remote>,
    /// The beginning of the answer, without what may be a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<Remote>,
}
