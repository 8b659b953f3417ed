//! What the provider itself says: whether it delivers to the endpoint, which events, to whom else, and how
//! that fares.

pub(in crate::check) mod events;
pub(in crate::check) mod failing;
pub(in crate::check) mod missing;
pub(in crate::check) mod stale;

use url::Url;

use crate::check::seen::{self, Judged, NOT_OBSERVED};
use crate::check::{Status, Verdict, World};
use crate::item::Webhook;
use crate::observed::{KeyMode, Registered, RegisteredEndpoint, Seen};
use crate::webhook::Provider;
use crate::webhook::registration::Registration;
use crate::webhook::registration::kin::{Kin, Own};

/// What a provider said of a webhook.
struct Answer<'w> {
    webhook: &'w Webhook<'w>,
    provider: &'static Provider,
    registration: &'static Registration,
    said: &'w Registered,
    own: Own<'w>,
    /// False for hosts that the spec declares to be staging, preview or development.
    production: bool,
}

/// The provider's answer, or the verdict without one.
fn answer<'w>(webhook: &'w Webhook<'w>, world: &'w World) -> Judged<Answer<'w>> {
    let idle = |why: String| Err(Box::new(Verdict::not_applicable(why)));
    let Some((provider, registration)) = webhook.registration() else {
        return idle(match &webhook.declared.provider {
            Some(provider) => {
                format!("nothing is known of a way to ask {} what it has registered", provider.value)
            }
            None => "no provider is declared who could be asked".into(),
        });
    };
    let said = match (world.observed.registered.get(webhook.name), &webhook.declared.registration) {
        (Some(Seen::Answer(said)), _) => said,
        (Some(Seen::Unobserved(why)), Some(_)) => return Err(Box::new(Verdict::unknown(why.as_str()))),
        (Some(Seen::Failed(failure)), Some(_)) => {
            return Err(Box::new(Verdict::unknown(failure.detail.as_str())));
        }
        (None, Some(_)) => return Err(Box::new(Verdict::unknown(NOT_OBSERVED))),
        // The spec does not ask for it: a key that is there by chance need not be of use.
        (Some(Seen::Unobserved(why)), None) => {
            return idle(format!(
                "the spec does not ask for it (`registration`), and it could not be seen: {why}"
            ));
        }
        (_, None) => {
            let names = webhook.key_variables(registration).join(" or ");
            return idle(format!(
                "{} was not asked: set {names} ({}), or name another variable under `registration`",
                provider.name, registration.rights
            ));
        }
    };
    let host = webhook.url.host_str().and_then(|host| world.items.host(host));
    let production = host.is_none_or(crate::item::Host::is_production);
    Ok(Answer { webhook, provider, registration, said, own: Own::of(world.document), production })
}

impl<'w> Answer<'w> {
    fn kin(&self, endpoint: &RegisteredEndpoint) -> Kin {
        self.own.kin(&self.webhook.url, endpoint.url.as_str())
    }

    /// The endpoints with exactly the declared URL.
    fn same(&self) -> Vec<&'w RegisteredEndpoint> {
        self.said.endpoints.iter().filter(|endpoint| self.kin(endpoint) == Kin::Same).collect()
    }

    /// True for endpoints of the mode that the webhook's host is for. Test events may reach staging, and
    /// only that.
    fn fits(&self, endpoint: &RegisteredEndpoint) -> bool {
        !self.production || endpoint.live != Some(false)
    }

    /// The endpoints that get the webhook its events, or the verdict that says why there are none.
    fn receiving(&self) -> Judged<Vec<&'w RegisteredEndpoint>> {
        let same = self.same();
        let receiving: Vec<_> =
            same.into_iter().filter(|endpoint| endpoint.enabled && self.fits(endpoint)).collect();
        if !receiving.is_empty() {
            return Ok(receiving);
        }
        let verdict = missing::judged(self);
        Err(Box::new(match verdict.status {
            Status::Fail => self.unregistered(),
            _ => verdict,
        }))
    }

    fn unregistered(&self) -> Verdict {
        let reason = format!("{} delivers nothing to it", self.provider.name);
        Verdict::not_judged("webhooks/not-registered", self.webhook.name, &reason)
    }

    /// Where people manage endpoints.
    fn console(&self) -> String {
        let repository = self.said.repository.as_ref().map_or("", |repository| repository.as_str());
        self.registration.console.replace("{repository}", repository)
    }

    /// What the key is, where that limits what it shows.
    fn key_mode(&self) -> Option<KeyMode> {
        self.said.mode
    }
}

/// An endpoint in a message: its URL and the provider's id of it.
fn named(endpoint: &RegisteredEndpoint) -> String {
    let url = match Url::parse(endpoint.url.as_str()) {
        Ok(url) => seen::shown(&url),
        Err(_) => seen::cut(endpoint.url.as_str()),
    };
    format!("{url} ({})", seen::cut(endpoint.id.as_str()))
}

/// An endpoint as a fact.
fn fact(endpoint: &RegisteredEndpoint) -> String {
    let mode = match endpoint.live {
        Some(true) => ", live mode",
        Some(false) => ", test mode",
        None => "",
    };
    let state = if endpoint.enabled { "enabled" } else { "disabled" };
    format!("{}: {state}{mode}", named(endpoint))
}
