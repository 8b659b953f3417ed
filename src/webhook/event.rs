//! Events: the bodies that are sent, and what is filled in from them.
//!
//! An event is JSON text whatever travels in the end: a form is made of its members. Everything is put into
//! the text where it stands, because the bytes are what is signed.

mod fill;

use std::fmt::Write as _;

use serde_json::{Map, Value};
use url::form_urlencoded;

use super::chance::Chance;
use super::edit;
use super::place::Place;
use super::provider::{Content, EventForm, Provider};
use super::template::{Part, Placeholder};
use crate::json_path::as_text;

pub use fill::{Escape, unknown_name};

/// The type of events that nobody acts on.
pub const INERT: &str = "launch_ready.probe";
/// The member of ours that every body has.
const MEMBER: &str = "launch_ready";
/// The form's field of ours.
const FIELD: &str = "LaunchReady";

/// An event of ours.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id, which stays the same when it is sent again.
    pub id: String,
    /// Its type.
    pub kind: String,
    /// The run's marker.
    pub run: String,
    /// What tells it from the other events of the run.
    pub label: String,
    content: Content,
    json: String,
    /// Where our member stands.
    note: String,
}

impl Event {
    /// An event of a type that nobody acts on, with amounts of 0 and with bytes that do not survive being
    /// read and written again.
    pub fn inert(provider: Option<&Provider>, run: &str, label: &str) -> Self {
        Made::of(provider, run, label).inert()
    }

    /// The same in plain ASCII and without fractions: read and written again it says the same.
    pub(super) fn plain(provider: Option<&Provider>, run: &str, label: &str) -> Self {
        Made { provider, run, label, awkward: false }.inert()
    }

    /// A sample of a type, with the same awkward bytes. A type that no sample is known of gives an event that
    /// has little more than its id and its type; no type at all gives the provider's first sample.
    pub fn sample(provider: Option<&Provider>, kind: Option<&str>, run: &str, label: &str) -> Self {
        let samples = provider.map(|provider| &provider.event.samples.0[..]).unwrap_or_default();
        let known = kind.map_or(samples.first(), |kind| samples.iter().find(|(known, _)| **known == *kind));
        let made = Made::of(provider, run, label);
        match known {
            Some((kind, text)) => made.built(kind, text),
            None => made.built(kind.unwrap_or(INERT), made.frame()),
        }
    }

    /// The event of a payload file: `{{ run }}` and the like are filled in, the id is set at the provider's
    /// place, and all else stays as it is. Its type is its own; `kind` where it has none.
    pub fn from_payload(
        provider: Option<&Provider>,
        text: &str,
        kind: Option<&str>,
        run: &str,
        label: &str,
    ) -> Result<Self, String> {
        let made = Made { provider, run, label, awkward: false };
        let sample =
            provider.and_then(|provider| provider.event.samples.0.first()).map(|(kind, _)| kind.as_str());
        let declared = kind.or(sample).unwrap_or(INERT);
        let mut event = made.event(declared, String::new());
        let text = event.fill(text, Escape::Json)?;
        let is_form = event.content == Content::Form && !text.trim_start().starts_with('{');
        let json = if is_form { json_of(text.trim()) } else { text };
        let value: Value = serde_json::from_str(&json).map_err(|error| format!("it is not JSON: {error}"))?;
        if !value.is_object() && !value.is_array() {
            return Err("it is neither an object nor a list".into());
        }
        let own = made.kind_path().and_then(|path| at(&value, path)).filter(|own| !own.is_empty());
        if let Some(own) = own {
            event.kind = own;
        }
        event.json = json;
        made.named(&mut event)?;
        event.json = if made.is_compact() { edit::compact(&event.json) } else { spaced(event.json) };
        Ok(event)
    }

    /// The `Content-Type` of its body.
    pub fn content_type(&self) -> &'static str {
        self.content.header()
    }

    /// Its body, without what a scheme sets in it.
    pub fn body(&self) -> Vec<u8> {
        self.body_of(&self.json)
    }

    /// The value at a dotted path of its body, as text.
    pub fn text(&self, path: &str) -> Option<String> {
        at(&serde_json::from_str(&self.json).ok()?, path)
    }

    pub(super) fn json(&self) -> &str {
        &self.json
    }

    pub(super) fn is_form(&self) -> bool {
        self.content == Content::Form
    }

    /// A JSON text as the body that travels.
    pub(super) fn body_of(&self, json: &str) -> Vec<u8> {
        match self.content {
            Content::Json => json.as_bytes().to_vec(),
            Content::Form => {
                let mut form = form_urlencoded::Serializer::new(String::new());
                form.extend_pairs(members(json).iter().map(|(name, value)| (name, as_text(value))));
                form.finish().into_bytes()
            }
        }
    }

    /// The body with one letter of our member changed.
    pub(super) fn tampered(&self, json: &str) -> Option<String> {
        edit::flipped(json, &self.note)
    }

    /// What stands for a random placeholder.
    pub(super) fn chance(&self) -> Chance<'_> {
        Chance { run: &self.run, label: &self.label }
    }
}

/// The sorted names and values of a form, one behind the other.
pub(super) fn form_text(json: &str) -> String {
    // The map is sorted by name.
    members(json).iter().fold(String::new(), |mut text, (name, value)| {
        let _ = write!(text, "{name}{}", as_text(value));
        text
    })
}

fn members(json: &str) -> Map<String, Value> {
    match serde_json::from_str(json) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

/// A form as the JSON object of its fields.
fn json_of(form: &str) -> String {
    let fields = form_urlencoded::parse(form.as_bytes());
    let members = fields.map(|(name, value)| (name.into_owned(), Value::from(value.into_owned())));
    Value::Object(members.collect()).to_string()
}

/// The text of a value at a dotted path.
fn at(value: &Value, path: &str) -> Option<String> {
    let step = |value: &Value, name: &str| match value {
        Value::Object(members) => members.get(name).cloned(),
        Value::Array(items) => items.get(name.parse::<usize>().ok()?).cloned(),
        _ => None,
    };
    let found = path.split('.').try_fold(value.clone(), |value, name| step(&value, name))?;
    Some(as_text(&found))
}

/// JSON with a space where writers of compact JSON put none.
fn spaced(mut json: String) -> String {
    let start = json.len() - json.trim_start().len() + 1;
    if !json[start..].starts_with(char::is_whitespace) {
        json.insert(start, ' ');
    }
    json
}

/// What an event is made of.
#[derive(Clone, Copy)]
struct Made<'a> {
    provider: Option<&'a Provider>,
    run: &'a str,
    label: &'a str,
    awkward: bool,
}

impl<'a> Made<'a> {
    /// An event that is as awkward as the provider's own receivers can bear.
    fn of(provider: Option<&'a Provider>, run: &'a str, label: &'a str) -> Self {
        let awkward = provider.is_none_or(|provider| provider.rewritten.is_none());
        Self { provider, run, label, awkward }
    }

    fn is_compact(&self) -> bool {
        self.provider.is_some_and(|provider| provider.rewritten.is_some())
    }

    fn form(&self) -> Option<&'a EventForm> {
        self.provider.map(|provider| &provider.event)
    }

    fn frame(&self) -> &'a str {
        self.form().and_then(|form| form.frame.as_deref()).unwrap_or("{}")
    }

    fn id_path(&self) -> Option<&'a str> {
        match self.form() {
            Some(form) => form.id.as_ref().and_then(Place::path),
            None => Some("id"),
        }
    }

    fn kind_path(&self) -> Option<&'a str> {
        match self.form() {
            Some(form) => form.kind.as_ref().and_then(Place::path),
            None => Some("type"),
        }
    }

    /// True where ids are numbers in JSON.
    fn id_is_number(&self) -> bool {
        let form = self.form().map(|form| form.id_form.parts());
        matches!(form, Some([Part::Place(Placeholder::Number)]))
    }

    fn id(&self) -> String {
        let chance = Chance { run: self.run, label: self.label };
        let marker = || format!("{}_{}", self.run, self.label);
        let Some(form) = self.form() else { return format!("evt_{}", marker()) };
        let id = form.id_form.fill(|placeholder| {
            let text = match placeholder {
                Placeholder::Uuid => chance.uuid("id"),
                Placeholder::Number => chance.number("id", 9),
                Placeholder::Random => chance.letters("id", 27),
                _ => marker(),
            };
            text.into_bytes()
        });
        String::from_utf8_lossy(&id).into_owned()
    }

    fn event(&self, kind: &str, json: String) -> Event {
        let content = self.provider.map_or(Content::Json, |provider| provider.content);
        let (run, label) = (self.run.to_owned(), self.label.to_owned());
        Event { id: self.id(), kind: kind.to_owned(), run, label, content, json, note: String::new() }
    }

    fn inert(&self) -> Event {
        self.built(INERT, self.frame())
    }

    /// The event of a text of ours.
    fn built(&self, kind: &str, text: &str) -> Event {
        let mut event = self.event(kind, String::new());
        event.json = event.fill(text, Escape::Json).unwrap_or_else(|_| text.to_owned());
        self.noted(&mut event);
        // The texts of the data have places for both; a test goes through all of them.
        let _ = self.named(&mut event);
        if self.is_compact() {
            event.json = edit::compact(&event.json);
        }
        event
    }

    /// Puts the id and the type at their places.
    fn named(&self, event: &mut Event) -> Result<(), String> {
        let id = if self.id_is_number() { event.id.clone() } else { edit::quoted(&event.id) };
        for (path, value) in [(self.kind_path(), edit::quoted(&event.kind)), (self.id_path(), id)] {
            let Some(path) = path else { continue };
            event.json =
                edit::set(&event.json, path, &value).ok_or(format!("it has no place for `{path}`"))?;
        }
        Ok(())
    }

    /// Puts our member in: where texts may stand that others read, and a fraction at the top.
    fn noted(&self, event: &mut Event) {
        let form = self.form().filter(|_| !event.is_form());
        let room =
            form.and_then(|form| form.room.as_deref()).map_or(String::new(), |room| format!("{room}."));
        let top = if event.json.trim_start().starts_with('[') { "0." } else { "" };
        event.note = if event.is_form() { FIELD.to_owned() } else { format!("{room}{MEMBER}") };
        // Escapes that writers of JSON do not use, and a fraction that they shorten.
        let note = if self.awkward { r"caf\u00e9 \u2713 \/ " } else { "probe " };
        let note = format!("\"{note}{}\"", event.run);
        let mut put = |path: &str, value: &str| {
            if let Some(json) = edit::set(&event.json, path, value) {
                event.json = json;
            }
        };
        if self.awkward && event.content == Content::Json {
            put(&format!("{top}{MEMBER}_price"), "1.50");
        }
        put(&event.note.clone(), &note);
    }
}

#[cfg(test)]
mod tests;
