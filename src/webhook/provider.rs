//! What is known of the services that send webhooks: `providers/webhooks/*.yaml`, one file each.

use std::sync::LazyLock;
use std::time::Duration;

use serde::Deserialize;

use super::place::Place;
use super::registration::Registration;
use super::scheme::Scheme;
use crate::spec::model::scalar::{Period, Template};
use crate::spec::model::shape::Entries;
use crate::spec::{Located, did_you_mean, load};

/// A service that sends webhooks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// As a spec names it; also the name of its file.
    pub id: String,
    /// As people name it.
    pub name: String,
    /// Other names for it, and services that sign in the same way.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// How it signs.
    pub scheme: Scheme,
    /// What its secrets look like.
    pub secret: SecretForm,
    /// The form of its bodies.
    #[serde(default)]
    pub content: Content,
    /// The `User-Agent` that it sends, where that is known.
    pub user_agent: Option<String>,
    /// What its events look like.
    pub event: EventForm,
    /// How it delivers.
    #[serde(default)]
    pub delivery: Delivery,
    /// What an endpoint must answer before any event is sent.
    pub handshake: Option<Handshake>,
    /// Why an answer to GET or HEAD is as it should be, where it is.
    pub get_is_used: Option<String>,
    /// Why nobody else can sign as the provider does, where that is so.
    pub cannot_forge: Option<String>,
    /// How it is asked what it has registered, where it can be.
    pub registration: Option<Registration>,
    /// Why a receiver that reads the JSON and checks what it then writes is no fault of its owner: the provider
    /// itself has it done so. Its events are compact JSON, which survives that.
    pub rewritten: Option<String>,
    /// What else one should know.
    pub note: Option<String>,
    /// Where the facts come from.
    pub sources: Vec<String>,
}

/// What the secrets of a provider look like.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretForm {
    /// How each of them begins.
    #[serde(default)]
    pub prefix: String,
    /// Least length of the whole, in characters.
    #[serde(default)]
    pub least: usize,
    /// A secret that the provider's own documentation shows, so that everybody knows it.
    pub published: Option<String>,
    /// What it is and where it is found.
    pub note: String,
}

/// The form of a provider's bodies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// `application/json`
    #[default]
    Json,
    /// `application/x-www-form-urlencoded`
    Form,
}

impl Content {
    /// The value of `Content-Type`.
    pub fn header(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Form => "application/x-www-form-urlencoded",
        }
    }
}

/// What the events of a provider look like.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventForm {
    /// Where the id stands that stays the same when an event is sent again.
    pub id: Option<Place>,
    /// How ids are made; `{uuid}`, `{number}` or a text around `{marker}`.
    pub id_form: Located<Template>,
    /// Where the type stands.
    pub kind: Option<Place>,
    /// What every event is made of, as JSON: `{}` where it is not said.
    pub frame: Option<String>,
    /// Where the frame has room for a member of our own; the top where it is not said.
    pub room: Option<String>,
    /// Samples: the type and the body, as JSON. The first is the one that is sent where no type is declared.
    pub samples: Entries<Located<String>>,
}

/// How a provider delivers.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// How long it waits for an answer; `None` where it does not say.
    timeout: Option<Period>,
    /// The statuses that it takes as success; all of 2xx where none is given.
    #[serde(default)]
    accepted: Vec<u16>,
    /// True where it follows redirects.
    #[serde(default)]
    pub follows: bool,
    /// The only statuses that it takes as a refusal, where anything else makes it drop the URL.
    #[serde(default)]
    pub refusals: Vec<u16>,
    /// When it tries again, for messages.
    pub retries: Option<String>,
}

impl Delivery {
    /// How long the provider waits for an answer; `None` where it does not say.
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout.as_ref().map(|timeout| timeout.0)
    }

    /// True for a status that the provider takes as success.
    pub fn accepts(&self, status: u16) -> bool {
        if self.accepted.is_empty() { (200..300).contains(&status) } else { self.accepted.contains(&status) }
    }

    /// The statuses that the provider takes as success, in words.
    pub fn accepted(&self) -> String {
        let numbers: Vec<String> = self.accepted.iter().map(u16::to_string).collect();
        if numbers.is_empty() { "2xx".into() } else { numbers.join(" or ") }
    }
}

/// What an endpoint must answer before any event is sent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handshake {
    /// How it is asked.
    pub method: HandshakeMethod,
    /// Parameters of the URL, for GET.
    #[serde(default)]
    pub query: Entries<Located<Template>>,
    /// The members of the JSON body, for POST: a dotted path and its value.
    #[serde(default)]
    pub body: Entries<Located<Template>>,
    /// What the answer must hold.
    pub answer: HandshakeAnswer,
    /// How long it may take.
    pub within: Option<Located<Period>>,
}

/// How a handshake is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandshakeMethod {
    /// GET, proven by the verify token.
    Get,
    /// POST, signed as events are.
    Post,
}

/// What the answer to a handshake must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandshakeAnswer {
    /// The challenge, and nothing else.
    Exactly,
    /// The challenge: as the whole text, as a form's field or as the member `challenge`.
    Echo,
    /// `{"plainToken": challenge, "encryptedToken": HMAC-SHA256 of it in hexadecimal}`
    Hashed,
}

/// Embeds the file of each provider.
macro_rules! files {
    ($($id:literal),* $(,)?) => {
        /// The files, each with its provider's id.
        const FILES: &[(&str, &str)] = &[
            $(($id, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/providers/webhooks/", $id, ".yaml")))),*
        ];
    };
}

files![
    "cal_com",
    "calendly",
    "discord",
    "firebase_extensions",
    "front",
    "github",
    "gocardless",
    "hubspot",
    "hubspot_v1",
    "intercom",
    "klaviyo",
    "lemon_squeezy",
    "linear",
    "mailgun",
    "meta",
    "openai",
    "paddle",
    "paypal",
    "paystack",
    "plaid",
    "polar",
    "postmark",
    "razorpay",
    "revenuecat",
    "revenuecat_hmac",
    "sendgrid",
    "sentry",
    "shopify",
    "slack",
    "square",
    "standard_webhooks",
    "stripe",
    "supabase",
    "svix",
    "telegram",
    "twilio",
    "twilio_json",
    "typeform",
    "vercel",
    "webflow",
    "woocommerce",
    "workos",
    "zendesk",
    "zoom",
];

// A test reads every file, so that no release holds one that cannot be read.
static PROVIDERS: LazyLock<Vec<Provider>> =
    LazyLock::new(|| FILES.iter().filter_map(|(_, text)| load::embedded(text).ok()).collect());

/// All that are known, in the order of their ids.
pub fn all() -> &'static [Provider] {
    &PROVIDERS
}

/// The provider of an id or of another name.
pub fn find(name: &str) -> Option<&'static Provider> {
    let name = name.to_ascii_lowercase().replace(['-', ' ', '.'], "_");
    let by_id = all().iter().find(|provider| provider.id == name);
    by_id.or_else(|| all().iter().find(|provider| provider.aliases.contains(&name)))
}

/// The known name that is closest to a mistyped one, as a question.
pub fn nearest(name: &str) -> Option<String> {
    let names = all().iter().flat_map(|p| std::iter::once(&p.id).chain(&p.aliases));
    did_you_mean(name, names.map(String::as_str))
}

impl SecretForm {
    /// What tells that a text is no secret of this provider, without the text.
    pub fn doubt(&self, secret: &str) -> Option<String> {
        if secret.trim() != secret {
            return Some("it has white space around it".into());
        }
        if !secret.starts_with(&self.prefix) {
            return Some(format!("it does not begin with `{}`", self.prefix));
        }
        let length = secret.chars().count();
        (length < self.least)
            .then(|| format!("it has {length} characters, and at least {} are usual", self.least))
    }
}

#[cfg(test)]
mod tests;
