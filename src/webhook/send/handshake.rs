//! What an endpoint must answer before a provider sends it any event.

use jiff::Timestamp;
use serde_json::Value;
use url::form_urlencoded;

use super::craft::{Craft, Proof};
use super::{Request, Sender};
use crate::secret::Secret;
use crate::webhook::attempt::Attempt;
use crate::webhook::chance::Chance;
use crate::webhook::event::Event;
use crate::webhook::provider::{Handshake, HandshakeAnswer, HandshakeMethod, Provider};
use crate::webhook::sign::{self, Fault};

impl Handshake {
    /// True where it is signed as events are.
    pub fn is_signed(&self) -> bool {
        self.method == HandshakeMethod::Post
    }
}

/// What the endpoint must give back: a number where it is asked for in the URL, as Meta sends it.
pub(super) fn challenge(provider: Option<&Provider>, chance: Chance) -> String {
    let handshake = provider.and_then(|provider| provider.handshake.as_ref());
    if handshake.is_some_and(Handshake::is_signed) {
        chance.letters("challenge", 27)
    } else {
        chance.number("challenge", 10)
    }
}

impl<'a> Sender<'a> {
    pub(super) fn right_handshake(
        &self,
        event: &Event,
        secret: Option<&Secret>,
        at: Timestamp,
    ) -> Result<Request, Fault> {
        let handshake = self.asked_handshake()?;
        let proof = if handshake.is_signed() {
            Proof::Key(secret.cloned().ok_or(Fault::NoSecret)?)
        } else {
            Proof::Word(self.verify_token.ok_or(Fault::NoToken)?)
        };
        self.shaken(handshake, event, proof, at)
    }

    pub(super) fn wrong_handshake(
        &self,
        event: &Event,
        forged: Proof<'a>,
        at: Timestamp,
    ) -> Result<Request, Fault> {
        self.shaken(self.asked_handshake()?, event, forged, at)
    }

    fn asked_handshake(&self) -> Result<&'a Handshake, Fault> {
        let handshake = self.provider.and_then(|provider| provider.handshake.as_ref());
        handshake.ok_or_else(|| Fault::NoPlace("handshake".into()))
    }

    fn shaken(
        &self,
        handshake: &Handshake,
        event: &Event,
        proof: Proof<'a>,
        at: Timestamp,
    ) -> Result<Request, Fault> {
        let craft = Craft::new(*self, proof, at);
        match handshake.method {
            HandshakeMethod::Get => Ok(self.get(craft.asked(&handshake.query, event))),
            HandshakeMethod::Post => craft.post(event, craft.asking(&handshake.body, event)?),
        }
    }

    /// Whether an answer to a handshake is the one that the provider wants. The challenge of a wrong
    /// handshake anywhere in a good answer is one too.
    pub fn answers(
        &self,
        attempt: Attempt,
        run: &str,
        secret: Option<&Secret>,
        status: u16,
        body: &[u8],
    ) -> bool {
        let Ok(handshake) = self.asked_handshake() else { return false };
        let challenge = challenge(self.provider, Chance { run, label: attempt.name() });
        let text = String::from_utf8_lossy(body);
        if !(200..300).contains(&status) {
            return false;
        }
        if attempt == Attempt::HandshakeWrong {
            return text.contains(&challenge);
        }
        match handshake.answer {
            HandshakeAnswer::Exactly => text.trim() == challenge,
            HandshakeAnswer::Echo => echoes(text.trim(), &challenge),
            HandshakeAnswer::Hashed => is_hashed(&text, &challenge, secret),
        }
    }
}

/// True where a text is the challenge, or a form or JSON that holds it.
fn echoes(text: &str, challenge: &str) -> bool {
    let json: Option<Value> = serde_json::from_str(text).ok();
    let member = json.as_ref().and_then(|json| json.get("challenge")).and_then(Value::as_str);
    let in_form = || form_urlencoded::parse(text.as_bytes()).any(|(k, v)| k == "challenge" && v == challenge);
    text == challenge || member == Some(challenge) || in_form()
}

fn is_hashed(text: &str, challenge: &str, secret: Option<&Secret>) -> bool {
    let json: Value = serde_json::from_str(text).unwrap_or_default();
    let member = |name: &str| json.get(name).and_then(Value::as_str);
    let hashed = secret.map(|secret| sign::hmac_sha256(secret.expose(), challenge));
    member("plainToken") == Some(challenge)
        && member("encryptedToken") == hashed.as_deref()
        && hashed.is_some()
}
