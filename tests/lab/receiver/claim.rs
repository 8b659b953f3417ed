//! What a request says of its signature, and whether that is so.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac::{self, Algorithm, HMAC_SHA1_FOR_LEGACY_USE_ONLY as SHA1, HMAC_SHA256 as SHA256};
use serde_json::Value;
use url::form_urlencoded;

use super::scheme::Scheme;
use crate::lab::site::Request;

/// Why a request is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// There is no signature, or an empty one.
    Missing,
    /// There is something that is none.
    Malformed,
    /// It is of something else, or by somebody else.
    Wrong,
    /// It is of another time.
    Stale,
}

impl Flaw {
    /// In the words of a refusal.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Missing => "missing signature",
            Self::Malformed => "malformed signature",
            Self::Wrong => "invalid signature",
            Self::Stale => "timestamp outside the tolerance",
        }
    }
}

/// What a request claims.
pub(super) struct Claim {
    /// The signatures, decoded.
    stated: Vec<Vec<u8>>,
    /// What is signed before the body.
    before: Vec<u8>,
    /// Whether the body is signed.
    with_body: bool,
    /// In seconds.
    time: Option<i64>,
}

type Claimed = Result<Claim, Flaw>;

fn text<'r>(request: &'r Request, name: &str) -> Result<&'r str, Flaw> {
    request.header(name).filter(|value| !value.trim().is_empty()).ok_or(Flaw::Missing)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap_or(""));
    let whole =
        !text.is_empty() && text.len().is_multiple_of(2) && text.bytes().all(|b| b.is_ascii_hexdigit());
    whole.then(|| pairs.map(|pair| u8::from_str_radix(pair, 16)).collect::<Result<_, _>>().ok())?
}

/// Bytes in lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn hex_after(text: &str, prefix: &str) -> Result<Vec<u8>, Flaw> {
    text.strip_prefix(prefix).and_then(unhex).ok_or(Flaw::Malformed)
}

fn seconds(text: &str) -> Result<i64, Flaw> {
    text.parse().map_err(|_| Flaw::Malformed)
}

/// A header like `t=1,v1=ab,v1=cd`: the time as it stands, and the signatures.
fn listed(header: &str, between: char, time: &str, signature: &str) -> Result<(String, Vec<Vec<u8>>), Flaw> {
    let parts = || header.split(between).filter_map(|part| part.trim().split_once('='));
    let at = parts().find(|(name, _)| *name == time).map(|(_, at)| at.to_owned()).ok_or(Flaw::Malformed)?;
    let stated: Vec<_> =
        parts().filter(|(name, _)| *name == signature).filter_map(|(_, hex)| unhex(hex)).collect();
    if stated.is_empty() { Err(Flaw::Malformed) } else { Ok((at, stated)) }
}

impl Scheme {
    /// What a request claims.
    pub(super) fn claim(self, request: &Request) -> Claimed {
        match self {
            Self::Stripe => timed(text(request, "stripe-signature")?, ',', ("t", "v1"), '.'),
            Self::Paddle => timed(text(request, "paddle-signature")?, ';', ("ts", "h1"), ':'),
            Self::Slack => versioned(request, "x-slack-signature", "x-slack-request-timestamp"),
            Self::Zoom => versioned(request, "x-zm-signature", "x-zm-request-timestamp"),
            Self::Standard(prefix) => standard(request, prefix),
            Self::GitHub | Self::Meta => {
                Ok(bare(hex_after(text(request, "x-hub-signature-256")?, "sha256=")?))
            }
            Self::Shopify => {
                let stated = STANDARD.decode(text(request, "x-shopify-hmac-sha256")?);
                stated.map(bare).map_err(|_| Flaw::Malformed)
            }
            Self::Twilio => twilio(request),
            Self::Mailgun => mailgun(&request.body),
            Self::RevenueCat | Self::Postmark => {
                Ok(bare(text(request, "authorization")?.as_bytes().to_vec()))
            }
        }
    }

    /// Whether a claim about one of these bodies is true.
    pub(super) fn verify(
        self,
        claim: &Claim,
        secret: &str,
        bodies: &[Vec<u8>],
        now: i64,
    ) -> Result<(), Flaw> {
        let genuine = match self {
            Self::RevenueCat => claim.says(secret),
            Self::Postmark => claim.says(&format!("Basic {}", STANDARD.encode(secret))),
            _ => {
                let key = self.key(secret);
                bodies.iter().any(|body| claim.holds(&key, body))
            }
        };
        if !genuine {
            return Err(Flaw::Wrong);
        }
        match (claim.time, self.window()) {
            (Some(time), Some(window)) => {
                let age = now.saturating_sub(time);
                // As the providers' own libraries have it: Stripe's and Paddle's do not mind the future.
                let age =
                    if matches!(self, Self::Stripe | Self::Paddle) { age } else { age.saturating_abs() };
                let fresh = u64::try_from(age).is_ok_and(|age| age <= window.as_secs()) || age < 0;
                if fresh { Ok(()) } else { Err(Flaw::Stale) }
            }
            _ => Ok(()),
        }
    }

    /// The key that a secret is.
    pub(super) fn key(self, secret: &str) -> hmac::Key {
        let algorithm: Algorithm = if self == Self::Twilio { SHA1 } else { SHA256 };
        let bytes = match self {
            Self::Standard(_) => {
                let coded = secret.strip_prefix("v1,").unwrap_or(secret);
                let coded = coded.strip_prefix("whsec_").unwrap_or(coded);
                STANDARD.decode(coded).expect("a secret of Standard Webhooks is base64")
            }
            _ => secret.as_bytes().to_vec(),
        };
        hmac::Key::new(algorithm, &bytes)
    }
}

impl Claim {
    fn holds(&self, key: &hmac::Key, body: &[u8]) -> bool {
        let signed = [self.before.as_slice(), if self.with_body { body } else { &[] }].concat();
        self.stated.iter().any(|stated| hmac::verify(key, &signed, stated).is_ok())
    }

    /// Compares by digests under a key that nobody else has any use for: takes the same time for all.
    fn says(&self, wanted: &str) -> bool {
        let key = hmac::Key::new(SHA256, b"lab");
        let wanted = hmac::sign(&key, wanted.as_bytes());
        self.stated.iter().any(|stated| hmac::verify(&key, stated, wanted.as_ref()).is_ok())
    }
}

fn bare(signature: Vec<u8>) -> Claim {
    Claim { stated: vec![signature], before: vec![], with_body: true, time: None }
}

/// Stripe's and Paddle's.
fn timed(header: &str, between: char, (time, signature): (&str, &str), joint: char) -> Claimed {
    let (at, stated) = listed(header, between, time, signature)?;
    let before = format!("{at}{joint}").into_bytes();
    Ok(Claim { stated, before, with_body: true, time: Some(seconds(&at)?) })
}

/// Slack's and Zoom's.
fn versioned(request: &Request, signature: &str, time: &str) -> Claimed {
    let stated = vec![hex_after(text(request, signature)?, "v0=")?];
    let at = text(request, time)?;
    let before = format!("v0:{at}:").into_bytes();
    Ok(Claim { stated, before, with_body: true, time: Some(seconds(at)?) })
}

fn standard(request: &Request, prefix: &str) -> Claimed {
    let field = |name: &str| text(request, &format!("{prefix}-{name}"));
    let (signatures, id, at) = (field("signature")?, field("id")?, field("timestamp")?);
    let coded = signatures.split(' ').filter_map(|one| one.strip_prefix("v1,"));
    let stated: Vec<_> = coded.filter_map(|one| STANDARD.decode(one).ok()).collect();
    if stated.is_empty() {
        return Err(Flaw::Malformed);
    }
    Ok(Claim {
        stated,
        before: format!("{id}.{at}.").into_bytes(),
        with_body: true,
        time: Some(seconds(at)?),
    })
}

fn twilio(request: &Request) -> Claimed {
    let stated = STANDARD.decode(text(request, "x-twilio-signature")?).map_err(|_| Flaw::Malformed)?;
    let scheme = if request.tls { "https" } else { "http" };
    let mut signed = format!("{scheme}://{}{}", request.host, request.path_and_query);
    let mut fields: Vec<_> = form_urlencoded::parse(&request.body).collect();
    fields.sort();
    fields.dedup();
    for (name, value) in fields {
        let _ = write!(signed, "{name}{value}");
    }
    Ok(Claim { stated: vec![stated], before: signed.into_bytes(), with_body: false, time: None })
}

fn mailgun(body: &[u8]) -> Claimed {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let field = |name: &str| {
        let value = body.pointer(&format!("/signature/{name}")).ok_or(Flaw::Missing)?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if text.is_empty() { Err(Flaw::Missing) } else { Ok(text) }
    };
    let stated = unhex(&field("signature")?).ok_or(Flaw::Malformed)?;
    let before = field("timestamp")? + &field("token")?;
    Ok(Claim { stated: vec![stated], before: before.into_bytes(), with_body: false, time: None })
}
