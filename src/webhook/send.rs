//! Requests to an endpoint: made just before they are sent, because what is signed grows old.

mod craft;
mod handshake;
mod idle;

use std::fmt;

use jiff::Timestamp;
use url::Url;

use super::attempt::Attempt;
use super::chance::Chance;
use super::event::Event;
use super::provider::Provider;
use super::scheme::{Covers, Scheme};
use super::sign::{self, Fault};
use crate::secret::Secret;
use crate::spec::model::scalar::Template;
use craft::{Change, Craft, Proof};

/// How much older than the scheme allows a stale event is, in seconds.
const BEYOND: i64 = 60;
/// What is no signature in any scheme.
const GARBLED: &str = "%not-a-signature%";
/// The length of a signature that is too long.
const LONG: usize = 10 * 1024;

/// A request, ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// `POST` or `GET`.
    pub method: &'static str,
    /// Where to.
    pub url: Url,
    /// The headers of the scheme, `Content-Type`, and `User-Agent` where one is wanted.
    pub headers: Vec<(String, String)>,
    /// The body; empty for GET.
    pub body: Vec<u8>,
}

/// Headers may hold the secret itself: only their names are shown.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url.as_str())
            .field("headers", &names)
            .field("body", &self.body.len())
            .finish()
    }
}

/// Who sends to an endpoint in a provider's name.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    /// The provider; none for a scheme of one's own.
    pub provider: Option<&'a Provider>,
    /// How it signs.
    pub scheme: &'a Scheme,
    /// The endpoint, as the provider was told it.
    pub url: &'a Url,
    /// The `User-Agent` to send, where one is wanted.
    pub agent: Option<&'a str>,
    /// The word that a handshake by GET proves itself with.
    pub verify_token: Option<&'a Secret>,
}

impl<'a> Sender<'a> {
    /// A sender in the name of a provider.
    pub fn of(provider: &'a Provider, url: &'a Url) -> Self {
        Self { provider: Some(provider), scheme: &provider.scheme, url, agent: None, verify_token: None }
    }

    /// What must be refused, in the order in which it is tried: all that means something in this scheme, and
    /// that can be made with what is at hand.
    pub fn refusals(&self, has_secret: bool) -> Vec<Attempt> {
        let possible = |attempt: &&Attempt| {
            attempt.is_refusal() && (has_secret || !attempt.needs_secret()) && self.idle(**attempt).is_none()
        };
        Attempt::ALL.iter().filter(possible).copied().collect()
    }

    /// The handshake, where the provider has one and what proves it is at hand.
    pub fn handshake(&self, has_secret: bool) -> Option<Attempt> {
        let handshake = self.provider?.handshake.as_ref()?;
        let at_hand = if handshake.is_signed() { has_secret } else { self.verify_token.is_some() };
        at_hand.then_some(Attempt::HandshakeRight)
    }

    /// The request of an attempt.
    pub fn request(
        &self,
        attempt: Attempt,
        run: &str,
        secret: Option<&Secret>,
        at: Timestamp,
    ) -> Result<Request, Fault> {
        let label = attempt.name();
        let chance = Chance { run, label };
        let event = match attempt {
            Attempt::Reserialised => Event::plain(self.provider, run, label),
            _ => Event::inert(self.provider, run, label),
        };
        let craft = |proof: Proof<'a>, at| Craft::new(*self, proof, at);
        let forged = || Proof::Key(Secret::new(self.wrong_secret(chance)));
        let signed = || secret.cloned().map(Proof::Key).ok_or(Fault::NoSecret);
        match attempt {
            Attempt::Unsigned => craft(Proof::None, at).request(&event),
            Attempt::EmptySignature => craft(Proof::Whole(String::new()), at).request(&event),
            Attempt::GarbledSignature => craft(Proof::Text(GARBLED.to_owned()), at).request(&event),
            Attempt::LongSignature => craft(Proof::Whole("a".repeat(LONG)), at).request(&event),
            Attempt::WrongKey => craft(forged(), at).request(&event),
            Attempt::TestSecret => {
                let known = self.provider.and_then(|provider| provider.secret.published.clone());
                craft(Proof::Key(Secret::new(known.ok_or(Fault::NoSecret)?)), at).request(&event)
            }
            Attempt::HandshakeWrong => self.wrong_handshake(&event, forged(), at),
            Attempt::HandshakeRight => self.right_handshake(&event, secret, at),
            Attempt::Get => Ok(self.get(self.url.clone())),
            Attempt::Plain => {
                let url = self.plain_url().map_err(|_| Fault::NoPlainUrl)?;
                Sender { url: &url, ..*self }.request(Attempt::Unsigned, run, None, at)
            }
            Attempt::Stale => craft(signed()?, self.too_old(at)).request(&event),
            Attempt::Tampered if self.scheme.covers() == Covers::Token => {
                craft(signed()?, at).changed(Change::Token).request(&event)
            }
            Attempt::Tampered => craft(signed()?, at).changed(Change::Letter).request(&event),
            Attempt::Reserialised => craft(signed()?, at).changed(Change::Spelling).request(&event),
        }
    }

    /// An event of any type that must be refused: without a signature, or signed with another key.
    pub fn forged(&self, attempt: Attempt, event: &Event, at: Timestamp) -> Result<Request, Fault> {
        let chance = Chance { run: &event.run, label: &event.label };
        let proof = match attempt {
            Attempt::Unsigned => Proof::None,
            _ => Proof::Key(Secret::new(self.wrong_secret(chance))),
        };
        Craft::new(*self, proof, at).request(event)
    }

    /// An event as the provider delivers it. Delivered again it has the same id, and another time.
    pub fn delivery(&self, event: &Event, secret: &Secret, at: Timestamp) -> Result<Request, Fault> {
        Craft::new(*self, Proof::Key(secret.clone()), at).request(event)
    }

    /// The same with the signatures of two keys, the right one last; `None` where the provider never does
    /// that.
    pub fn rotated(&self, event: &Event, secret: &Secret, at: Timestamp) -> Option<Result<Request, Fault>> {
        let rotation = !self.scheme.rotation.0.is_empty();
        rotation.then(|| Craft::new(*self, Proof::Key(secret.clone()), at).rotated().request(event))
    }

    /// Whether a secret can be a key of this scheme at all.
    pub fn unusable(&self, secret: &Secret) -> Option<Fault> {
        if !self.scheme.can_forge() {
            return None;
        }
        let event = Event::plain(self.provider, "lr_000000000000", "trial");
        self.delivery(&event, secret, Timestamp::UNIX_EPOCH).err()
    }

    fn wrong_secret(&self, chance: Chance) -> String {
        let prefix = self.provider.map_or("", |provider| provider.secret.prefix.as_str());
        sign::wrong_secret(self.scheme, prefix, chance)
    }

    /// A moment beyond the scheme's tolerance.
    fn too_old(&self, at: Timestamp) -> Timestamp {
        let tolerance = self.scheme.tolerance().unwrap_or_default().as_secs();
        let seconds = at.as_second() - i64::try_from(tolerance).unwrap_or(i64::MAX / 4) - BEYOND;
        Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// The endpoint without TLS.
    fn plain_url(&self) -> Result<Url, String> {
        if self.url.scheme() != "https" {
            return Err("the URL is http:// already".into());
        }
        if let Some(port) = self.url.port() {
            return Err(format!("port {port} speaks TLS, and no other one is declared"));
        }
        let mut url = self.url.clone();
        url.set_scheme("http").map(|()| url).map_err(|()| "there is no http:// form of this URL".into())
    }

    fn get(&self, mut url: Url) -> Request {
        url.set_fragment(None);
        Request { method: "GET", url, headers: self.agent_header().into_iter().collect(), body: Vec::new() }
    }

    fn agent_header(&self) -> Option<(String, String)> {
        self.agent.map(|agent| ("User-Agent".to_owned(), agent.to_owned()))
    }
}

/// The name of a header or a field, and its template.
type Named<'a> = (&'a str, &'a Template);

#[cfg(test)]
mod tests;
