//! A signed request, piece by piece: fields in the body, parameters of the URL, the signature over both,
//! and the headers that carry it.

use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use super::{Named, Request, Sender};
use crate::secret::Secret;
use crate::spec::Located;
use crate::spec::model::scalar::Template;
use crate::spec::model::shape::Entries;
use crate::webhook::edit;
use crate::webhook::event::{Event, form_text};
use crate::webhook::scheme::Unit;
use crate::webhook::sign::{self, Fault};
use crate::webhook::template::{Part, Placeholder};

/// What proves who sends.
pub(super) enum Proof<'a> {
    /// A secret: signed with it, or sent as it is.
    Key(Secret),
    /// A text in the place of the signature, or of the secret.
    Text(String),
    /// A text in the place of all that stands around it too: the whole header.
    Whole(String),
    /// A word beside it, for handshakes.
    Word(&'a Secret),
    /// Nothing: what would carry it is left out.
    None,
}

/// What is changed after the event was signed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// Nothing.
    Nothing,
    /// One letter of the body.
    Letter,
    /// The body says the same in other bytes.
    Spelling,
    /// The token that is signed in the body's stead.
    Token,
}

/// How a request is made.
pub(super) struct Craft<'a> {
    sender: Sender<'a>,
    proof: Proof<'a>,
    at: Timestamp,
    change: Change,
    is_rotated: bool,
}

/// What is known when a placeholder is filled in.
struct Known<'a> {
    event: &'a Event,
    json: &'a str,
    body: &'a [u8],
    url: &'a Url,
    signature: &'a str,
    other: &'a str,
    is_signed: bool,
}

impl<'k> Known<'k> {
    /// What is known before anything is signed.
    fn new(event: &'k Event, json: &'k str, body: &'k [u8], url: &'k Url) -> Self {
        Self { event, json, body, url, signature: "", other: "", is_signed: false }
    }
}

impl<'a> Craft<'a> {
    pub(super) fn new(sender: Sender<'a>, proof: Proof<'a>, at: Timestamp) -> Self {
        Self { sender, proof, at, change: Change::Nothing, is_rotated: false }
    }

    pub(super) fn changed(self, change: Change) -> Self {
        Self { change, ..self }
    }

    pub(super) fn rotated(self) -> Self {
        Self { is_rotated: true, ..self }
    }

    /// The request that carries an event.
    pub(super) fn request(&self, event: &Event) -> Result<Request, Fault> {
        self.post(event, event.json().to_owned())
    }

    /// The request that carries a JSON text in the name of an event.
    pub(super) fn post(&self, event: &Event, json: String) -> Result<Request, Fault> {
        let mut url = self.sender.url.clone();
        url.set_fragment(None);
        let bare = Known::new(event, "", b"", &url);
        let mut json = self.with_fields(json, &bare, |template| !template.proves())?;
        if self.change == Change::Spelling {
            json = respelled(&json, false);
        }
        let body = event.body_of(&json);
        let bare = Known::new(event, &json, &body, &url);
        let signed_url = self.with_query(&bare);
        let known = Known::new(event, &json, &body, &signed_url);
        let signature = self.signature(&known)?;
        let other = self.other_signature(&known)?;
        let known = Known { signature: &signature, other: &other, is_signed: true, ..known };
        let again = self.change == Change::Token;
        let late = |template: &Template| self.carries(template) && (again || template.proves());
        let sent = self.with_fields(json.clone(), &known, late)?;
        let sent = match self.change {
            Change::Letter => event.tampered(&sent).ok_or_else(|| Fault::NoPlace("launch_ready".into()))?,
            Change::Spelling => respelled(&sent, true),
            Change::Nothing | Change::Token => sent,
        };
        let headers = self.headers(event, &known)?;
        let body = event.body_of(&sent);
        Ok(Request { method: "POST", url: signed_url.clone(), headers, body })
    }

    /// True where a template is sent at all.
    fn carries(&self, template: &Template) -> bool {
        !(matches!(self.proof, Proof::None) && template.proves())
    }

    fn with_fields(
        &self,
        json: String,
        known: &Known,
        wanted: impl Fn(&Template) -> bool,
    ) -> Result<String, Fault> {
        let fields = entries(&self.sender.scheme.fields).filter(|(_, template)| wanted(template));
        fields.into_iter().try_fold(json, |json, (path, template)| {
            let text = self.filled(template, known);
            let value = if is_number(template) { text } else { edit::quoted(&text) };
            edit::set(&json, path, &value).ok_or_else(|| Fault::NoPlace(path.to_owned()))
        })
    }

    fn with_query(&self, known: &Known) -> Url {
        let mut url = known.url.clone();
        for (name, template) in entries(&self.sender.scheme.query).filter(|(_, t)| self.carries(t)) {
            let value = self.filled(template, known);
            url.query_pairs_mut().append_pair(name, &value);
        }
        url
    }

    fn headers(&self, event: &Event, known: &Known) -> Result<Vec<(String, String)>, Fault> {
        let scheme = self.sender.scheme;
        let mut headers = vec![("Content-Type".to_owned(), event.content_type().to_owned())];
        headers.extend(self.sender.agent_header());
        for (name, usual) in entries(&scheme.headers).filter(|(_, template)| self.carries(template)) {
            let rotated = entries(&scheme.rotation).find(|(other, _)| self.is_rotated && *other == name);
            let value = self.filled(rotated.map_or(usual, |(_, template)| template), known);
            if !value.bytes().all(|byte| byte == b'\t' || byte >= b' ' && byte != 0x7f) {
                return Err(Fault::NoHeader);
            }
            headers.push((name.to_owned(), value));
        }
        Ok(headers)
    }

    fn signature(&self, known: &Known) -> Result<String, Fault> {
        match &self.proof {
            Proof::Key(secret) => self.signed_with(secret, known),
            Proof::Text(text) | Proof::Whole(text) => Ok(text.clone()),
            Proof::Word(_) | Proof::None => Ok(String::new()),
        }
    }

    /// A second signature, by another key of the same form.
    fn other_signature(&self, known: &Known) -> Result<String, Fault> {
        if !self.is_rotated {
            return Ok(String::new());
        }
        let chance = known.event.chance();
        self.signed_with(&Secret::new(self.sender.wrong_secret(chance)), known)
    }

    fn signed_with(&self, secret: &Secret, known: &Known) -> Result<String, Fault> {
        let scheme = self.sender.scheme;
        if secret.expose().is_empty() {
            return Err(Fault::Empty);
        }
        let fill = |placeholder| match placeholder {
            Placeholder::Secret => secret.expose().as_bytes().to_vec(),
            other => self.value(other, known),
        };
        let signed = scheme.signs().map(|signs| signs.fill(fill)).unwrap_or_default();
        if scheme.is_asymmetric() {
            let hash = sign::sha256(known.body);
            let claims = format!("{{\"iat\":{},\"{{}}\":\"{hash}\"}}", self.at.as_second());
            return Ok(sign::foreign(scheme, &signed, &claims, known.event.chance()));
        }
        sign::signature(scheme, secret.expose(), &signed)
    }

    fn filled(&self, template: &Template, known: &Known) -> String {
        if let Proof::Whole(text) = &self.proof
            && template.proves()
        {
            return text.clone();
        }
        String::from_utf8_lossy(&template.fill(|placeholder| self.value(placeholder, known))).into_owned()
    }

    fn value(&self, placeholder: Placeholder, known: &Known) -> Vec<u8> {
        let chance = known.event.chance();
        let text = match placeholder {
            Placeholder::Body => return known.body.to_vec(),
            Placeholder::BodySha256 => sign::sha256(known.body),
            Placeholder::BodyCrc32 => crc32(known.body).to_string(),
            Placeholder::Form => form_text(known.json),
            Placeholder::Url => known.url.as_str().to_owned(),
            Placeholder::Method => "POST".to_owned(),
            Placeholder::Id => known.event.id.clone(),
            Placeholder::Kind => known.event.kind.clone(),
            Placeholder::Signature => known.signature.to_owned(),
            Placeholder::Other => known.other.to_owned(),
            Placeholder::Secret => self.secret(),
            Placeholder::Basic => self.basic(),
            Placeholder::VerifyToken => self.word(),
            Placeholder::Nonce if known.is_signed && self.change == Change::Token => {
                chance.digits("changed", 50)
            }
            Placeholder::Nonce => chance.digits("nonce", 50),
            Placeholder::Uuid => chance.uuid("uuid"),
            Placeholder::Random => chance.letters("random", 27),
            Placeholder::Number => chance.number("number", 9),
            Placeholder::Marker => format!("{}_{}", known.event.run, known.event.label),
            Placeholder::Challenge => super::handshake::challenge(self.sender.provider, chance),
            Placeholder::Timestamp => {
                self.stamp(self.sender.scheme.timestamp.as_ref().map(|stamp| stamp.unit.value))
            }
            Placeholder::Now => self.stamp(Some(Unit::S)),
            Placeholder::NowMs => self.stamp(Some(Unit::Ms)),
            Placeholder::NowIso => self.stamp(Some(Unit::Iso8601)),
        };
        text.into_bytes()
    }

    fn secret(&self) -> String {
        match &self.proof {
            Proof::Key(secret) => secret.expose().to_owned(),
            Proof::Text(text) | Proof::Whole(text) => text.clone(),
            Proof::Word(_) | Proof::None => String::new(),
        }
    }

    fn basic(&self) -> String {
        match &self.proof {
            Proof::Key(secret) => sign::base64(secret.expose().as_bytes()),
            _ => self.secret(),
        }
    }

    fn word(&self) -> String {
        match &self.proof {
            Proof::Word(word) => word.expose().to_owned(),
            _ => self.secret(),
        }
    }

    fn stamp(&self, unit: Option<Unit>) -> String {
        match unit.unwrap_or(Unit::S) {
            Unit::S => self.at.as_second().to_string(),
            Unit::Ms => self.at.as_millisecond().to_string(),
            Unit::Iso8601 => self.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        }
    }

    /// The URL of a handshake by GET.
    pub(super) fn asked(&self, query: &Entries<Located<Template>>, event: &Event) -> Url {
        let mut url = self.sender.url.clone();
        url.set_fragment(None);
        let bare = url.clone();
        let known = Known::new(event, "", b"", &bare);
        for (name, template) in entries(query) {
            url.query_pairs_mut().append_pair(name, &self.filled(template, &known));
        }
        url
    }

    /// The body of a handshake by POST.
    pub(super) fn asking(
        &self,
        members: &Entries<Located<Template>>,
        event: &Event,
    ) -> Result<String, Fault> {
        let url = self.sender.url.clone();
        let known = Known::new(event, "", b"", &url);
        // The first member that is set stands last.
        let members: Vec<Named> = entries(members).collect();
        members.iter().rev().try_fold("{}".to_owned(), |json, (path, template)| {
            let value = edit::quoted(&self.filled(template, &known));
            edit::set(&json, path, &value).ok_or_else(|| Fault::NoPlace((*path).to_owned()))
        })
    }
}

fn entries(entries: &Entries<Located<Template>>) -> impl Iterator<Item = Named<'_>> {
    entries.0.iter().map(|(name, template)| (name.as_str(), &template.value))
}

/// True for a value that JSON writes as a number.
fn is_number(template: &Template) -> bool {
    use Placeholder::{Now, NowMs, Number};
    matches!(template.parts(), [Part::Place(Now | NowMs | Number)])
}

/// The same JSON with its members sorted: compact, or with a line for each.
fn respelled(json: &str, is_pretty: bool) -> String {
    let value: Value = serde_json::from_str(json).unwrap_or_default();
    if is_pretty { format!("{value:#}") } else { value.to_string() }
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}
