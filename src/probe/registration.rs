//! Asks the providers of webhooks what they have registered, and how their deliveries fare. Everything is
//! read, nothing is changed; what goes wrong says nothing about the product.

use std::rc::Rc;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use url::Url;

use super::api::{Credential, Get, Reply};
use super::problem::{Problem, seen};
use super::session::Session;
use crate::item::{self, Webhook};
use crate::observed::{DeliveryCounts, KeyMode, Registered, RegisteredEndpoint, Remote};
use crate::secret::Secret;
use crate::spec::Document;
use crate::spec::model::scalar::web_url;
use crate::webhook::Provider;
use crate::webhook::registration::kin::{Kin, Own, kept};
use crate::webhook::registration::read::{Listed, Told};
use crate::webhook::registration::tally::{Listing, tally};
use crate::webhook::registration::{Call, Deliveries, Filling, Paging, Registration, is_repository};

/// Largest page that is read, in bytes; a hundred large events have about two millions.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// Most pages of endpoints.
const MOST_PAGES: usize = 20;
/// Most pages of deliveries, for each call: each of them holds whole events at some providers.
const MOST_DELIVERY_PAGES: usize = 5;

/// Why there is no answer, in a sentence without a full stop.
type Asked<T> = Result<T, String>;

/// What a provider lists, shared by the webhooks that ask for it.
pub(super) type Endpoints = Result<Rc<Vec<Listed>>, Problem>;

/// Asks about all webhooks at once.
pub(super) async fn observe(session: &Session<'_>, document: &Document, at: Timestamp) {
    if !session.settings.registrations {
        return;
    }
    let own = Own::of(document);
    let webhooks = item::webhooks(document);
    join_all(webhooks.iter().map(|webhook| one(session, &own, webhook, at))).await;
}

async fn one(session: &Session<'_>, own: &Own<'_>, webhook: &Webhook<'_>, at: Timestamp) {
    let Some((provider, registration)) = webhook.registration() else { return };
    let account = match account(session, provider, registration, webhook) {
        Ok(Some(account)) => Ok(account),
        Ok(None) => return,
        Err(why) => Err(Problem::Unobserved(why)),
    };
    let ask = async || {
        let account = account?;
        account.registered(own, webhook, at).await
    };
    // Kept in the session.
    let _ = session.registered.get(webhook.name, &session.tally, ask).await;
}

/// Whose endpoints are asked for; `None` where nobody gave a key and the spec does not ask for it.
fn account<'s>(
    session: &'s Session<'s>,
    provider: &'static Provider,
    registration: &'static Registration,
    webhook: &Webhook<'_>,
) -> Asked<Option<Account<'s>>> {
    let environment = &session.settings.environment;
    let declared = webhook.declared.registration.as_ref();
    let names = webhook.key_variables(registration);
    let Some((name, key)) = names.iter().find_map(|name| Some((*name, environment.get(name)?))) else {
        return match declared {
            Some(_) => Err(format!("{} is not set here", names.join(" or "))),
            None => Ok(None),
        };
    };
    let repository = match declared.and_then(|declared| declared.repository.as_ref()) {
        Some(declared) => Some(declared.value.clone()),
        None => registration
            .repository
            .as_ref()
            .and_then(|name| environment.get(name).map(|value| value.expose().to_owned()))
            .filter(|text| is_repository(text)),
    };
    if registration.needs_repository() && repository.is_none() {
        return match declared {
            Some(_) => Err(format!(
                "{} registers webhooks by repository: write `repository: owner/name` under `registration`",
                provider.name
            )),
            None => Ok(None),
        };
    }
    let variable = format!("LAUNCH_READY_{}_URL", provider.id.to_ascii_uppercase());
    let elsewhere = match environment.get(&variable) {
        Some(text) => Some(base(text.expose()).map_err(|why| format!("{variable} is no address: {why}"))?),
        None => None,
    };
    let repository = repository.filter(|_| registration.needs_repository());
    Ok(Some(Account {
        session,
        provider,
        registration,
        variable: name.to_owned(),
        key,
        repository,
        elsewhere,
    }))
}

fn base(text: &str) -> Asked<Url> {
    let has_user = |url: &Url| !url.username().is_empty() || url.password().is_some();
    if Url::parse(text).is_ok_and(|url| has_user(&url)) {
        return Err("it holds a user name or a password, which this program does not send".into());
    }
    web_url(text)
}

/// An account at a provider.
struct Account<'s> {
    session: &'s Session<'s>,
    provider: &'static Provider,
    registration: &'static Registration,
    /// The variable that holds the key.
    variable: String,
    key: Secret,
    repository: Option<String>,
    /// Where the user says that the API is.
    elsewhere: Option<Url>,
}

impl Account<'_> {
    async fn registered(
        &self,
        own: &Own<'_>,
        webhook: &Webhook<'_>,
        at: Timestamp,
    ) -> Result<Registered, Problem> {
        let listed = self.endpoints().await?;
        let kin = |listed: &&Listed| own.kin(&webhook.url, &listed.url) != Kin::Stranger;
        let mode = self.registration.form(self.key.expose()).map(|form| form.mode);
        let mut endpoints: Vec<RegisteredEndpoint> =
            listed.iter().filter(kin).map(|listed| endpoint(listed, &webhook.url, mode)).collect();
        endpoints.sort_by(|a, b| (&a.url, &a.id).cmp(&(&b.url, &b.id)));
        let its = |listed: &&Listed| listed.enabled && own.kin(&webhook.url, &listed.url) == Kin::Same;
        let deliveries = match (&self.registration.deliveries, listed.iter().find(its)) {
            (Some(deliveries), Some(its)) => {
                Some(seen(self.deliveries(deliveries, its, &listed, at).await.map_err(Problem::Unobserved)))
            }
            _ => None,
        };
        Ok(Registered {
            key: self.variable.clone(),
            mode,
            repository: self.repository.as_deref().map(Remote::new),
            endpoints,
            deliveries,
        })
    }

    /// All endpoints of the account; asked once, however many webhooks it has.
    async fn endpoints(&self) -> Endpoints {
        let repository = self.repository.as_deref().unwrap_or_default();
        let question = format!("endpoints at {} by {} {repository}", self.provider.name, self.variable);
        let ask = async || self.list().await.map(Rc::new).map_err(Problem::Unobserved);
        self.session.listings.get(question.trim_end(), &self.session.tally, ask).await
    }

    async fn list(&self) -> Asked<Vec<Listed>> {
        let endpoints = &self.registration.endpoints;
        let mut found = Vec::new();
        let start = self.url(&endpoints.path, None, None)?;
        let read = |page: &Value| {
            found.extend(endpoints.read(page)?);
            Ok(true)
        };
        let whole = self.pages(start, endpoints.paging.as_ref(), MOST_PAGES, read).await?;
        if whole {
            Ok(found)
        } else {
            Err(format!("{} lists more than {MOST_PAGES} pages of endpoints", self.provider.name))
        }
    }

    async fn deliveries(
        &self,
        deliveries: &Deliveries,
        endpoint: &Listed,
        all: &[Listed],
        at: Timestamp,
    ) -> Asked<DeliveryCounts> {
        let before = |time: std::time::Duration| {
            SignedDuration::try_from(time).ok().and_then(|time| at.checked_sub(time).ok()).unwrap_or(at)
        };
        let window = (before(deliveries.window.0), before(deliveries.settled_after.0));
        let listings =
            deliveries.calls.iter().map(|call| self.deliveries_of(deliveries, call, endpoint, window));
        let listings: Vec<Listing> = join_all(listings).await.into_iter().collect::<Asked<_>>()?;
        let counted = tally(&listings, window, |kind| endpoint.takes(kind));
        let rivals =
            |other: &&Listed| other.id != endpoint.id && other.enabled && other.shares_events(endpoint);
        let others = if deliveries.of_account { all.iter().filter(rivals).count() } else { 0 };
        let whole = counted.whole;
        Ok(DeliveryCounts {
            failed: counted.failed,
            total: counted.total,
            since: counted.since,
            whole,
            others,
        })
    }

    async fn deliveries_of(
        &self,
        deliveries: &Deliveries,
        call: &Call,
        endpoint: &Listed,
        window: (Timestamp, Timestamp),
    ) -> Asked<Listing> {
        let start = self.url(&call.path, Some(&endpoint.id), Some(window))?;
        let asked_for = call.path.contains("{since");
        let mut told: Vec<Told> = Vec::new();
        let read = |page: &Value| {
            let page = deliveries.read(call, page)?;
            let goes_on = page.last().is_some_and(|last| asked_for || last.at >= window.0);
            told.extend(page);
            Ok(goes_on)
        };
        let whole = self.pages(start, deliveries.paging.as_ref(), MOST_DELIVERY_PAGES, read).await?;
        Ok(Listing { told, whole, asked_for })
    }

    fn url(&self, path: &str, id: Option<&str>, window: Option<(Timestamp, Timestamp)>) -> Asked<Url> {
        let base = self.elsewhere.as_ref().unwrap_or_else(|| self.registration.base(self.key.expose()));
        Filling { repository: self.repository.as_deref(), id, window }.url(base, path)
    }

    /// Reads page after page until `read` has enough (it returns false) or there are no more. False where
    /// there are more than `most`.
    async fn pages(
        &self,
        start: Url,
        paging: Option<&Paging>,
        most: usize,
        mut read: impl FnMut(&Value) -> Asked<bool>,
    ) -> Asked<bool> {
        let who = &self.provider.name;
        let mut url = start.clone();
        for _ in 0..most {
            let reply = self.get(&url).await?;
            let garbled = |why: String| format!("the answer of {who} cannot be read: it {why}");
            let page: Value =
                serde_json::from_slice(&reply.body).map_err(|_| garbled("is no JSON".into()))?;
            if !read(&page).map_err(garbled)? {
                return Ok(true);
            }
            let next = paging.map(|paging| paging.next(&url, &page, reply.link.as_deref()));
            let Some(next) = next.transpose().map_err(garbled)?.flatten() else { return Ok(true) };
            if next.origin() != start.origin() {
                return Err(garbled(format!("goes on at {}, which must not have the key", origin_of(&next))));
            }
            if next == url {
                return Err(garbled("leads back to the same page".into()));
            }
            url = next;
        }
        Ok(false)
    }

    async fn get(&self, url: &Url) -> Asked<Reply> {
        let Registration { authentication, headers, accept, .. } = self.registration;
        let get = Get {
            url,
            accept,
            timeout: self.session.settings.timeout,
            limit: MOST_BYTES,
            named: self.elsewhere.is_some(),
            credential: Some(Credential { key: &self.key, how: authentication, headers }),
        };
        let reply = self.session.api(get).await.map_err(|problem| problem.words().to_owned())?;
        if reply.status == 200 { Ok(reply) } else { Err(self.refusal(reply.status)) }
    }

    /// Why an answer has another status than 200.
    fn refusal(&self, status: u16) -> String {
        let (who, key, rights) = (&self.provider.name, &self.variable, &self.registration.rights);
        match (status, &self.repository) {
            (401, _) => format!("{who} does not know the key in {key} (401); it takes {rights}"),
            (403, _) => format!("the key in {key} may not read this at {who} (403); it takes {rights}"),
            (404, Some(repository)) => format!(
                "{who} shows no hooks of {repository} to the key in {key} (404): there is no such repository, or the key may not see it; it takes {rights}"
            ),
            (429, _) => format!("{who} wants to be asked less often (429)"),
            (status, _) => format!("{who} answered {status} when it was asked for its endpoints"),
        }
    }
}

fn origin_of(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn endpoint(listed: &Listed, declared: &Url, mode: Option<KeyMode>) -> RegisteredEndpoint {
    let mut events: Vec<Remote> = listed.events.iter().map(|kind| Remote::new(kind)).collect();
    events.sort();
    RegisteredEndpoint {
        id: Remote::new(&listed.id),
        url: Remote::new(&kept(declared, &listed.url)),
        enabled: listed.enabled,
        // A sandbox may have endpoints of all kinds: none of them is sent anything real.
        live: if mode == Some(KeyMode::Test) { Some(false) } else { listed.live },
        events,
        all_events: listed.all_events,
        apart: listed.apart.as_deref().map(Remote::new),
    }
}
