//! How a provider proves that an event is its own: the terms of provider files and of `custom:` alike.

mod lint;

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::template::Placeholder;
use crate::spec::Located;
use crate::spec::model::scalar::{Period, Template};
use crate::spec::model::shape::Entries;

pub use lint::SchemeFault;

/// How events are signed, and where the signature travels.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    /// A keyed hash (HMAC, RFC 2104): who checks it holds the same secret.
    pub hmac: Option<Located<Hmac>>,
    /// A plain hash over a text that holds the secret.
    pub digest: Option<Located<Digest>>,
    /// An Ed25519 signature (RFC 8032): only the provider holds the key.
    pub ed25519: Option<Located<PublicKey>>,
    /// An ECDSA signature on P-256 with SHA-256, in DER: only the provider holds the key.
    pub ecdsa_p256: Option<Located<PublicKey>>,
    /// An RSA signature with SHA-256, checked with a certificate of the provider.
    pub rsa: Option<Located<PublicKey>>,
    /// A JSON Web Token signed with ES256: only the provider holds the key.
    pub jwt_es256: Option<Located<Jwt>>,
    /// The time that is signed.
    pub timestamp: Option<Located<Stamp>>,
    /// Headers that are sent: `X-Signature: "t={timestamp},v1={signature}"`.
    #[serde(default)]
    pub headers: Entries<Located<Template>>,
    /// Fields that are set in the JSON body: a dotted path and its value.
    #[serde(default)]
    pub fields: Entries<Located<Template>>,
    /// Parameters that are added to the URL, before it is signed.
    #[serde(default)]
    pub query: Entries<Located<Template>>,
    /// Headers that carry two signatures while a secret is being replaced: `{other}` beside `{signature}`.
    #[serde(default)]
    pub rotation: Entries<Located<Template>>,
}

/// A keyed hash.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hmac {
    /// The hash function.
    pub hash: Located<Hash>,
    /// How the secret's text becomes the key; `text` where it is not said.
    pub key: Option<Located<KeyForm>>,
    /// What is taken from the beginning of the secret first.
    pub strip: Option<Located<String>>,
    /// The bytes that are signed.
    pub signs: Located<Template>,
    /// How the signature is written; `hex` where it is not said.
    pub encoding: Option<Located<Encoding>>,
}

/// A plain hash over a text that holds the secret.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Digest {
    /// The hash function.
    pub hash: Located<Hash>,
    /// The bytes that are hashed, `{secret}` among them.
    pub signs: Located<Template>,
    /// How the hash is written; `hex` where it is not said.
    pub encoding: Option<Located<Encoding>>,
}

/// A signature that only the provider can make.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicKey {
    /// The bytes that are signed.
    pub signs: Located<Template>,
    /// How the signature is written; `base64` where it is not said.
    pub encoding: Option<Located<Encoding>>,
}

/// A JSON Web Token that only the provider can make.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Jwt {
    /// The claim that holds the SHA-256 of the body.
    pub body_hash: Located<String>,
}

/// The time that is signed.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stamp {
    /// How it is written.
    pub unit: Located<Unit>,
    /// How old it may be; nothing is said of endpoints that take any where this is not given.
    pub tolerance: Option<Located<Period>>,
}

/// Hash functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Hash {
    /// SHA-1, 20 bytes.
    Sha1,
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-512, 64 bytes.
    Sha512,
}

/// How the text of a secret becomes a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyForm {
    /// Its bytes are the key.
    #[default]
    Text,
    /// It is base64 of the key.
    Base64,
    /// It is the key in hexadecimal.
    Hex,
}

/// How a signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// Lower-case hexadecimal.
    Hex,
    /// Base64 with padding.
    Base64,
    /// Base64 for URLs, without padding.
    Base64url,
}

/// How a moment is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Seconds since 1970.
    S,
    /// Milliseconds since 1970.
    Ms,
    /// `2026-12-01T08:00:00Z`
    Iso8601,
}

/// What a signature protects from change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covers {
    /// The body: one byte that differs must be refused.
    Body,
    /// A token beside the body; the body may be anything.
    Token,
    /// Nothing: the secret travels with every event.
    Nothing,
}

impl Scheme {
    /// True where who holds the secret can sign as the provider does.
    pub fn can_forge(&self) -> bool {
        self.is_proven() && !self.is_asymmetric()
    }

    /// True where an event proves anything at all.
    pub fn is_proven(&self) -> bool {
        self.templates().any(|(_, template)| template.proves())
    }

    /// True where the provider signs with a key that nobody else holds.
    pub fn is_asymmetric(&self) -> bool {
        self.ed25519.is_some() || self.ecdsa_p256.is_some() || self.rsa.is_some() || self.jwt_es256.is_some()
    }

    /// True where the secret itself travels with every event.
    pub fn sends_secret(&self) -> bool {
        let is_secret = |p| matches!(p, Placeholder::Secret | Placeholder::Basic);
        self.templates().any(|(_, template)| template.placeholders().any(is_secret))
    }

    /// What the signature protects.
    pub fn covers(&self) -> Covers {
        if self.covers_body() {
            Covers::Body
        } else if self.signs().is_some_and(|signs| signs.holds(Placeholder::Nonce)) {
            Covers::Token
        } else {
            Covers::Nothing
        }
    }

    /// True where a changed body no longer fits its signature.
    pub fn covers_body(&self) -> bool {
        let is_body = |p: Placeholder| {
            use Placeholder::{Body, BodyCrc32, BodySha256, Form};
            matches!(p, Body | BodyCrc32 | BodySha256 | Form)
        };
        let signs = |p: Placeholder| {
            is_body(p)
                || p == Placeholder::Url && self.query.0.iter().any(|(_, q)| q.placeholders().any(is_body))
        };
        self.jwt_es256.is_some() || self.signs().is_some_and(|template| template.placeholders().any(signs))
    }

    /// True where the bytes of the body count, not only what they mean.
    pub fn covers_bytes(&self) -> bool {
        self.covers_body() && !self.signs().is_some_and(|signs| signs.holds(Placeholder::Form))
    }

    /// True where an old event cannot be passed off as a new one.
    pub fn covers_time(&self) -> bool {
        let stamped = |field: &Located<Template>| {
            use Placeholder::{Now, NowMs, Timestamp};
            field.placeholders().any(|p| matches!(p, Timestamp | Now | NowMs))
        };
        self.jwt_es256.is_some()
            || self.signs().is_some_and(|signs| signs.holds(Placeholder::Timestamp))
            || self.covers_body() && self.fields.0.iter().any(|(_, field)| stamped(field))
    }

    /// How old an event may be, where the scheme says so and can hold to it.
    pub fn tolerance(&self) -> Option<Duration> {
        let stamp = self.timestamp.as_ref().filter(|_| self.covers_time())?;
        stamp.tolerance.as_ref().map(|tolerance| tolerance.0)
    }

    /// What is signed.
    pub fn signs(&self) -> Option<&Template> {
        let hmac = self.hmac.as_ref().map(|hmac| &hmac.signs);
        let digest = self.digest.as_ref().map(|digest| &digest.signs);
        let public = [&self.ed25519, &self.ecdsa_p256, &self.rsa];
        let public = public.into_iter().flatten().map(|key| &key.signs).next();
        hmac.or(digest).or(public).map(|template| &template.value)
    }

    /// How the secret's text becomes the key.
    pub fn key_form(&self) -> KeyForm {
        self.hmac.as_ref().and_then(|hmac| hmac.key.as_ref()).map_or(KeyForm::Text, |form| form.value)
    }

    /// The templates of all that is sent, each with its name.
    pub(super) fn templates(&self) -> impl Iterator<Item = (&Located<String>, &Located<Template>)> {
        [&self.headers, &self.fields, &self.query]
            .into_iter()
            .flat_map(|entries| &entries.0)
            .map(|(k, v)| (k, v))
    }
}
