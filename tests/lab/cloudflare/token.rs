//! API tokens: what they may do, to which zones, and whether they still hold.

use serde_json::{Value, json};

use super::reply::{Refused, refused};

/// What a token may be allowed. To write something is to read it as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// `Zone Read`.
    ZoneRead,
    /// `DNS Read`.
    DnsRead,
    /// `DNS Write`.
    DnsWrite,
    /// `Zone Settings Read`.
    SettingsRead,
    /// `Zone Settings Write`.
    SettingsWrite,
    /// `Dynamic URL Redirects Read`; the dashboard's `Single Redirect`.
    RedirectsRead,
    /// `Dynamic URL Redirects Write`.
    RedirectsWrite,
    /// `Cache Settings Read`; the dashboard's `Cache Rules`.
    CacheRead,
    /// `Cache Settings Write`.
    CacheWrite,
    /// `Zone WAF Read`.
    WafRead,
    /// `Zone WAF Write`.
    WafWrite,
    /// `SSL and Certificates Read`.
    SslRead,
    /// `SSL and Certificates Write`.
    SslWrite,
    /// `Bot Management Read`.
    BotsRead,
    /// `Bot Management Write`.
    BotsWrite,
    /// `API Tokens Read`.
    TokensRead,
}

use Permission as P;

/// Every permission, with its name in the API.
pub(super) const GROUPS: [(Permission, &str); 16] = [
    (P::ZoneRead, "Zone Read"),
    (P::DnsRead, "DNS Read"),
    (P::DnsWrite, "DNS Write"),
    (P::SettingsRead, "Zone Settings Read"),
    (P::SettingsWrite, "Zone Settings Write"),
    (P::RedirectsRead, "Dynamic URL Redirects Read"),
    (P::RedirectsWrite, "Dynamic URL Redirects Write"),
    (P::CacheRead, "Cache Settings Read"),
    (P::CacheWrite, "Cache Settings Write"),
    (P::WafRead, "Zone WAF Read"),
    (P::WafWrite, "Zone WAF Write"),
    (P::SslRead, "SSL and Certificates Read"),
    (P::SslWrite, "SSL and Certificates Write"),
    (P::BotsRead, "Bot Management Read"),
    (P::BotsWrite, "Bot Management Write"),
    (P::TokensRead, "API Tokens Read"),
];

/// A token. Its secret is the label, filled up to the 40 characters that tokens have.
#[derive(Clone, Debug)]
pub struct Token {
    secret: String,
    pub(super) id: String,
    may: Vec<Permission>,
    zones: Option<Vec<String>>,
    pub(super) status: String,
    pub(super) account: Option<String>,
    expires_on: Option<String>,
    not_before: Option<String>,
}

impl Token {
    /// A token that may do that.
    pub fn new(label: &str, may: &[Permission]) -> Self {
        Self {
            secret: format!("{label:_<40}"),
            id: String::new(),
            may: may.to_vec(),
            zones: None,
            status: "active".to_owned(),
            account: None,
            expires_on: None,
            not_before: None,
        }
    }

    /// A token that may write all that zones hold, and read no tokens.
    pub fn writer(label: &str) -> Self {
        let all: Vec<_> = GROUPS.iter().map(|(permission, _)| *permission).collect();
        Self::new(label, &all).without(P::TokensRead)
    }

    /// A token that may read all that zones hold, and write nothing.
    pub fn reader(label: &str) -> Self {
        let reads = GROUPS.iter().filter(|(_, name)| name.ends_with(" Read")).map(|(kind, _)| *kind);
        Self::new(label, &reads.collect::<Vec<_>>()).without(P::TokensRead)
    }

    /// Takes a permission away; what reads goes with what writes.
    pub fn without(mut self, permission: Permission) -> Self {
        self.may.retain(|own| *own != permission && own.writes() != Some(permission));
        self
    }

    /// Gives a permission.
    pub fn with(mut self, permission: Permission) -> Self {
        self.may.push(permission);
        self
    }

    /// Only for the zones of these names; the others do not show.
    pub fn only(mut self, zones: &[&str]) -> Self {
        self.zones = Some(zones.iter().map(|zone| (*zone).to_owned()).collect());
        self
    }

    /// `active`, `disabled` or `expired`.
    pub fn status(mut self, status: &str) -> Self {
        status.clone_into(&mut self.status);
        self
    }

    /// When it ends, RFC 3339.
    pub fn expires_on(mut self, time: &str) -> Self {
        self.expires_on = Some(time.to_owned());
        self
    }

    /// When it begins, RFC 3339.
    pub fn not_before(mut self, time: &str) -> Self {
        self.not_before = Some(time.to_owned());
        self
    }

    /// Owned by the account of that id, not by a user.
    pub fn of_account(mut self, account: &str) -> Self {
        self.account = Some(account.to_owned());
        self
    }

    /// What stands after `Bearer`.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// Whether it may do one of these.
    pub(super) fn may(&self, any: &[Permission]) -> bool {
        any.iter().any(|wanted| self.may.iter().any(|own| own == wanted || own.writes() == Some(*wanted)))
    }

    /// Whether it sees that zone.
    pub(super) fn sees(&self, zone: &str) -> bool {
        self.zones.as_ref().is_none_or(|zones| zones.iter().any(|own| own == zone))
    }

    /// Refuses what it may not do.
    pub(super) fn needs(&self, any: &[Permission]) -> Result<(), Refused> {
        if self.may(any) { Ok(()) } else { Err(refused(403, 10000, "Authentication error")) }
    }

    /// What the verification says: no word of permissions.
    pub(super) fn verified(&self) -> Value {
        let mut seen = json!({ "id": self.id, "status": self.status });
        for (field, time) in [("expires_on", &self.expires_on), ("not_before", &self.not_before)] {
            if let Some(time) = time {
                seen[field] = json!(time);
            }
        }
        seen
    }

    /// The whole token, for those who may read tokens.
    pub(super) fn described(&self) -> Value {
        let groups = GROUPS.iter().enumerate().filter(|(_, (kind, _))| self.may.contains(kind));
        let groups: Vec<Value> = groups.map(|(at, (_, name))| group(at, name)).collect();
        let resources = match &self.zones {
            None => json!({ "com.cloudflare.api.account.zone.*": "*" }),
            Some(zones) => zones
                .iter()
                .map(|zone| (format!("com.cloudflare.api.account.zone.{zone}"), json!("*")))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        };
        let mut seen = self.verified();
        seen["name"] = json!(self.secret.trim_end_matches('_'));
        seen["policies"] =
            json!([{ "effect": "allow", "permission_groups": groups, "resources": resources }]);
        seen
    }
}

/// A group of permissions as the API lists it.
pub(super) fn group(at: usize, name: &str) -> Value {
    let scope = if name.starts_with("API") { "user" } else { "account.zone" };
    json!({ "id": format!("{:032x}", 0xc0de_0000 + at), "name": name,
        "scopes": [format!("com.cloudflare.api.{scope}")] })
}

impl Permission {
    /// What a permission to write lets read.
    fn writes(self) -> Option<Self> {
        Some(match self {
            P::DnsWrite => P::DnsRead,
            P::SettingsWrite => P::SettingsRead,
            P::RedirectsWrite => P::RedirectsRead,
            P::CacheWrite => P::CacheRead,
            P::WafWrite => P::WafRead,
            P::SslWrite => P::SslRead,
            P::BotsWrite => P::BotsRead,
            _ => return None,
        })
    }
}
