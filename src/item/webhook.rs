//! Endpoints that receive events.

use std::sync::LazyLock;

use url::Url;

use crate::secret::Secret;
use crate::spec::model::{Webhook as Declared, WebhookEffect, WebhookTests};
use crate::spec::{Document, Place};
use crate::webhook::registration::Registration;
use crate::webhook::{Provider, Scheme, Sender, provider};

/// What is sent where nobody knows how events are signed.
static UNKNOWN: LazyLock<Scheme> = LazyLock::new(Scheme::default);

/// An endpoint that receives events.
#[derive(Debug, Clone)]
pub struct Webhook<'a> {
    /// Its name for reports.
    pub name: &'a str,
    /// Where the provider delivers, without a fragment.
    pub url: Url,
    /// What is declared of it.
    pub declared: &'a Declared,
    /// `webhooks[0]`
    pub path: String,
    /// Where its URL stands.
    pub place: Place,
    /// Who delivers, where the spec names a provider.
    pub provider: Option<&'static Provider>,
}

impl<'a> Webhook<'a> {
    /// How its events are signed: as the spec says, or as its provider does; `None` where nobody knows.
    pub fn scheme(&self) -> Option<&'a Scheme> {
        let custom = self.declared.custom.as_ref().map(|custom| &custom.value);
        custom.or_else(|| self.provider.map(|provider| &provider.scheme))
    }

    /// True for a status that its provider takes as success.
    pub fn accepts(&self, status: u16) -> bool {
        match self.provider {
            Some(provider) => provider.delivery.accepts(status),
            None => (200..300).contains(&status),
        }
    }

    /// Who sends to it in the provider's name.
    pub fn sender<'s>(&'s self, verify_token: Option<&'s Secret>) -> Sender<'s> {
        let agent = self.declared.user_agent.as_ref().map(|agent| agent.value.as_str());
        let agent = match agent {
            Some("provider") => self.provider.and_then(|provider| provider.user_agent.as_deref()),
            agent => agent,
        };
        let scheme = self.scheme().unwrap_or(&UNKNOWN);
        Sender { provider: self.provider, scheme, url: &self.url, agent, verify_token }
    }

    /// The event type that is delivered: the first that the spec declares.
    pub fn first_kind(&self) -> Option<&'a str> {
        self.declared.events.first().map(|kind| kind.value.as_str())
    }

    /// How far its test goes.
    pub fn test(&self) -> WebhookTests {
        self.declared.test.as_ref().map_or(WebhookTests::Refusals, |test| test.value)
    }

    /// True where anything at all is sent to it.
    pub fn is_tried(&self) -> bool {
        self.test() != WebhookTests::Off
    }

    /// True where signed events are delivered to it.
    pub fn is_delivered_to(&self) -> bool {
        self.test() == WebhookTests::Deliveries
    }

    /// How its provider is asked what it has registered, where it can be.
    pub fn registration(&self) -> Option<(&'static Provider, &'static Registration)> {
        Some((self.provider?, self.provider?.registration.as_ref()?))
    }

    /// The variables that may hold the key of its provider's API: the declared one, or the usual ones.
    pub fn key_variables(&self, registration: &'a Registration) -> Vec<&'a str> {
        let declared = self.declared.registration.as_ref().and_then(|declared| declared.key.as_ref());
        match declared {
            Some(name) => vec![&name.value],
            None => registration.keys.variables.iter().map(String::as_str).collect(),
        }
    }

    /// What must be true behind it, each with its path: `effect`, then `effects`.
    pub fn effects(&self) -> Vec<(String, &'a WebhookEffect)> {
        let one = self.declared.effect.iter().map(|effect| (format!("{}.effect", self.path), effect));
        let more = self.declared.effects.iter().enumerate();
        let more = more.map(|(index, effect)| (format!("{}.effects[{index}]", self.path), effect));
        one.chain(more).collect()
    }
}

/// The webhooks of a spec.
pub fn webhooks(document: &Document) -> Vec<Webhook<'_>> {
    let all = document.spec.webhooks.iter().flat_map(|webhooks| &webhooks.value).enumerate();
    all.map(|(index, declared)| {
        let path = format!("webhooks[{index}]");
        let place = Place::new(format!("{path}.url"), declared.url.span);
        let mut url = declared.url.value.0.clone();
        url.set_fragment(None);
        let provider = declared.provider.as_ref().and_then(|name| provider::find(name));
        Webhook { name: &declared.name.value, url, declared, path, place, provider }
    })
    .collect()
}
