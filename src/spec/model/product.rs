//! Sections `handover` and `waivers`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::Day;
use crate::spec::located::Located;

/// Facts for the handover document.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Handover {
    /// Who receives the product.
    pub client: Option<Located<String>>,
    /// Accounts that the product depends on.
    #[serde(default)]
    pub accounts: Vec<Located<Account>>,
    /// People to call.
    #[serde(default)]
    pub contacts: Vec<Located<Contact>>,
    /// Things that only a person can attest.
    #[serde(default)]
    pub items: Vec<Located<HandoverItem>>,
}

/// An account that the product depends on.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// What it is for.
    pub name: Located<String>,
    /// With whom.
    pub provider: Option<Located<String>>,
    /// Who owns it.
    pub owner: Option<Located<String>>,
    /// Where its credentials are kept. Never the credentials.
    pub stored_in: Option<Located<String>>,
}

/// Somebody to call.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// For what.
    pub role: Located<String>,
    /// Who.
    pub name: Located<String>,
    /// How.
    pub reach: Option<Located<String>>,
}

/// A thing that only a person can attest.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HandoverItem {
    /// What was, or is to be, done.
    pub item: Located<String>,
    /// When it was done; open where it is not said.
    pub done: Option<Located<Day>>,
    /// By whom.
    pub by: Option<Located<String>>,
    /// Where that can be seen.
    pub evidence: Option<Located<String>>,
}

/// A finding that is accepted until a day.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The check's id.
    pub check: Located<String>,
    /// The finding's subject; every subject where it is not said.
    pub subject: Option<Located<String>>,
    /// Why it is accepted.
    pub reason: Located<String>,
    /// Who accepted it.
    pub owner: Located<String>,
    /// The last day on which it holds.
    pub until: Located<Day>,
}
