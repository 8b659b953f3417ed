//! What a provider says of the endpoints that it delivers to. No key and no secret stands here, and no
//! endpoint of anybody else's product.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Remote, Seen};

/// What a provider has registered that concerns one webhook.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registered {
    /// The name of the variable that held the key.
    pub key: String,
    /// Whose data the key shows, where its form tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<KeyMode>,
    /// The repository whose hooks were asked about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<Remote>,
    /// The endpoints that concern the webhook, as the provider lists them.
    #[serde(default)]
    pub endpoints: Vec<RegisteredEndpoint>,
    /// How its deliveries fare, where the provider tells and there is an endpoint for the webhook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliveries: Option<Seen<DeliveryCounts>>,
}

/// Whose data a key of a provider's API shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyMode {
    /// Real customers'.
    Live,
    /// Those of a test mode or a sandbox.
    Test,
}

/// An endpoint that a provider delivers to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisteredEndpoint {
    /// The provider's id of it.
    pub id: Remote,
    /// Its URL, without credentials; values of a query that is not the declared one are `***`.
    pub url: Remote,
    /// Whether the provider delivers to it.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub enabled: bool,
    /// Whether it is in live mode, where the provider knows modes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<bool>,
    /// The types that it subscribes, sorted.
    #[serde(default)]
    pub events: Vec<Remote>,
    /// True where it subscribes all types.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all_events: bool,
    /// What sets its events apart from those of other endpoints: the application of connected accounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apart: Option<Remote>,
}

/// How many events of the last days arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveryCounts {
    /// Events that did not arrive.
    pub failed: usize,
    /// Events that were delivered or should have been.
    pub total: usize,
    /// Since when they are counted.
    pub since: Timestamp,
    /// False where there were more than are read, so that only the latest count.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub whole: bool,
    /// Other endpoints whose failures are counted too, because the provider does not tell them apart.
    #[serde(default)]
    pub others: usize,
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_yes(value: &bool) -> bool {
    *value
}
