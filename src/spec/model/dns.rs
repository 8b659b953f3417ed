//! Section `dns`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::{DomainName, Moment, TtlPeriod};
use super::shape::WordOrList;
use crate::spec::located::Located;

/// The zone as it must be published.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dns {
    /// The authoritative servers, or the name of the provider that runs them.
    pub nameservers: Option<Located<Nameservers>>,
    /// Whether the zone must be signed.
    pub dnssec: Option<Located<Dnssec>>,
    /// Issuers that may issue certificates (RFC 8659); each by its CAA name.
    pub caa: Option<Located<Vec<Located<DomainName>>>>,
    /// When records will change: TTLs must be short before it.
    pub cutover: Option<Located<Moment>>,
    /// Records that must exist.
    #[serde(default)]
    pub records: Vec<Located<Record>>,
}

/// Names of servers, or a provider's name.
pub type Nameservers = WordOrList<String, Located<DomainName>>;

/// Whether DNSSEC is a must.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dnssec {
    /// An unsigned zone is an error.
    Required,
    /// An unsigned zone is fine.
    Optional,
}

/// A record that must exist.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// `apex` (or `@`), a label under the domain, a full name under it, or the full name of an
    /// address (`10.113.0.203.in-addr.arpa`).
    pub name: Located<String>,
    /// The record's type.
    #[serde(rename = "type")]
    pub kind: Located<RecordType>,
    /// Its one value. Names are full names; `apex` (or `@`) is the domain.
    pub value: Option<Located<String>>,
    /// Its values, where there are several.
    pub values: Option<Located<Vec<Located<String>>>>,
    /// Preference of MX, priority of SRV and HTTPS.
    pub priority: Option<Located<u16>>,
    /// Time to live, for example `300s`; a bare number counts seconds.
    pub ttl: Option<Located<Ttl>>,
    /// True where Cloudflare proxies it: the public then sees Cloudflare's addresses.
    pub proxied: Option<Located<bool>>,
    /// What it is for, in the handover's words.
    pub purpose: Option<Located<String>>,
}

impl Record {
    /// The values, each with its place, whichever way they were written.
    pub fn all_values(&self) -> RecordValues<'_> {
        match (&self.values, &self.value) {
            (Some(values), _) => values.value.iter().collect(),
            (None, Some(value)) => vec![value],
            (None, None) => Vec::new(),
        }
    }
}

/// The declared values of one record.
pub type RecordValues<'a> = Vec<&'a Located<String>>;

/// A record's time to live in seconds, written as a number or as a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ttl(pub u32);

impl<'de> Deserialize<'de> for Ttl {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TtlVisitor;
        impl serde::de::Visitor<'_> for TtlVisitor {
            type Value = Ttl;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("seconds or a duration")
            }
            fn visit_u64<E: serde::de::Error>(self, seconds: u64) -> Result<Ttl, E> {
                u32::try_from(seconds).map(Ttl).map_err(|_| E::custom("a TTL has 31 bits (RFC 2181)"))
            }
            fn visit_i64<E: serde::de::Error>(self, seconds: i64) -> Result<Ttl, E> {
                let seconds = u64::try_from(seconds).map_err(|_| E::custom("a TTL is not negative"))?;
                self.visit_u64(seconds)
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Ttl, E> {
                super::scalar::ttl_period(text).map(Ttl).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(TtlVisitor)
    }
}

impl JsonSchema for Ttl {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Ttl".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "anyOf": [
            { "type": "integer", "minimum": 0, "maximum": 2_147_483_647 },
            generator.subschema_for::<TtlPeriod>(),
        ] })
    }
}

/// Types of record that can be declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "each is the type's own name")]
pub enum RecordType {
    A,
    Aaaa,
    Caa,
    Cname,
    Ds,
    Https,
    Mx,
    Ns,
    Ptr,
    Srv,
    Svcb,
    Tlsa,
    Txt,
}

impl RecordType {
    /// The type's name in the zone-file form.
    pub fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Caa => "CAA",
            Self::Cname => "CNAME",
            Self::Ds => "DS",
            Self::Https => "HTTPS",
            Self::Mx => "MX",
            Self::Ns => "NS",
            Self::Ptr => "PTR",
            Self::Srv => "SRV",
            Self::Svcb => "SVCB",
            Self::Tlsa => "TLSA",
            Self::Txt => "TXT",
        }
    }
}
