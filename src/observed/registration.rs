//! What a registry says of a domain (RDAP, RFC 9083).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Remote;

/// A domain's registration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// False where the registry knows no such registration (RDAP 404).
    pub registered: bool,
    /// Status values in the words of RFC 8056, lower case: `client transfer prohibited`.
    #[serde(default)]
    pub status: Vec<Remote>,
    /// When it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// The registrar of record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registrar: Option<Remote>,
    /// The name servers that the registry holds, lower case, sorted.
    #[serde(default)]
    pub servers: Vec<Remote>,
    /// Where this was read.
    #[serde(default)]
    pub source: Remote,
}
