//! One endpoint: what must be refused, and the handshake of its provider.

use std::cell::RefMut;

use super::mask::Mask;
use super::post::{Way, posted, send, without_secrets};
use super::variables;
use crate::item;
use crate::observed::{self, Posted, Seen};
use crate::probe::problem::{Problem, seen};
use crate::probe::session::Session;
use crate::secret::Secret;
use crate::spec::Located;
use crate::webhook::{Attempt, Fault, Request, Sender};

/// One endpoint, as it is tried.
pub(super) struct Trial<'a> {
    pub(super) session: &'a Session<'a>,
    pub(super) webhook: &'a item::Webhook<'a>,
    /// Where it stands in the spec.
    pub(super) index: usize,
    pub(super) secret: Option<Secret>,
    verify_token: Option<Secret>,
    pub(super) mask: Mask,
}

impl<'a> Trial<'a> {
    pub(super) fn new(session: &'a Session<'a>, webhook: &'a item::Webhook<'a>, index: usize) -> Self {
        let declared = webhook.declared;
        let read = |name: &str| session.settings.environment.get(name);
        let named = |name: &Option<Located<String>>| name.as_ref().and_then(|name| read(name));
        let (secret, verify_token) = (named(&declared.secret), named(&declared.verify_token));
        let effects = webhook.effects();
        let headers = effects.iter().flat_map(|(_, effect)| &effect.headers.0);
        let tokens = headers.flat_map(|(_, value)| variables::names(value)).filter_map(read);
        let mask = Mask::new(secret.iter().chain(&verify_token).cloned().chain(tokens));
        let trial = Self { session, webhook, index, secret, verify_token, mask };
        trial.note_what_is_unset();
        trial
    }

    /// Who sends in the provider's name.
    pub(super) fn sender(&self) -> Sender<'_> {
        self.webhook.sender(self.verify_token.as_ref())
    }

    /// The run's marker.
    pub(super) fn run(&self) -> &'a str {
        &self.session.settings.sending.run
    }

    /// Where what is seen of it is kept.
    pub(super) fn notes(&self) -> RefMut<'_, observed::Webhook> {
        RefMut::map(self.session.webhooks.borrow_mut(), |all| {
            all.entry(self.webhook.name.to_owned()).or_default()
        })
    }

    fn note_what_is_unset(&self) {
        let declared = self.webhook.declared;
        let named = [(&declared.secret, &self.secret), (&declared.verify_token, &self.verify_token)];
        let unset = named.into_iter().filter(|(_, value)| value.is_none());
        let unset = unset.filter_map(|(name, _)| Some(name.as_ref()?.value.clone()));
        let mut notes = self.notes();
        self.run().clone_into(&mut notes.run);
        notes.unset = unset.collect();
    }

    /// Tries what must be refused, as far as the endpoint lets itself be tried, then the handshake.
    pub(super) async fn refusals(&self) {
        let url = &self.webhook.url;
        // What its certificate is worth is judged too.
        if url.scheme() == "https"
            && let Err(problem) = self.session.greet(url).await
        {
            return self.keep(Attempt::Unsigned, Err(problem));
        }
        if let Some(fault) = self.secret.as_ref().and_then(|secret| self.sender().unusable(secret)) {
            self.notes().unusable = Some(fault.to_string().into());
        }
        for attempt in self.attempts() {
            let outcome = self.attempt(attempt).await;
            let goes_on = goes_on(attempt, &outcome);
            self.keep(attempt, outcome);
            if !goes_on {
                return;
            }
        }
    }

    fn attempts(&self) -> Vec<Attempt> {
        let can_sign = self.secret.is_some() && self.notes().unusable.is_none();
        let refusals = self.sender().refusals(can_sign).into_iter();
        refusals.chain(self.sender().handshake(can_sign)).collect()
    }

    async fn attempt(&self, attempt: Attempt) -> Result<Posted, Problem> {
        let (sent, run, secret) = (self.session.now(), self.run(), self.secret.as_ref());
        let request = made(self.sender().request(attempt, run, secret, sent))?;
        let proves = attempt.needs_secret() || attempt == Attempt::HandshakeRight;
        let way = if proves { Way::Verified } else { Way::Open };
        let answer = send(self.session, &request, way).await?;
        let is_handshake = matches!(attempt, Attempt::HandshakeRight | Attempt::HandshakeWrong);
        let status = answer.exchange.status;
        let right = is_handshake.then(|| self.sender().answers(attempt, run, secret, status, &answer.body));
        Ok(Posted { sent: Some(sent), right, ..posted(&answer, &self.mask) })
    }

    fn keep(&self, attempt: Attempt, outcome: Result<Posted, Problem>) {
        let outcome = without_secrets(seen(outcome), &self.mask);
        self.notes().attempts.insert(attempt.name().to_owned(), outcome);
    }

    /// True where the endpoint itself answered what must be refused, in whatever way.
    pub(super) fn answered(&self) -> bool {
        match self.notes().attempts.get(Attempt::Unsigned.name()) {
            Some(Seen::Answer(posted)) => speaks_for_itself(posted),
            _ => false,
        }
    }
}

/// A request, or why there is none.
pub(super) fn made(request: Result<Request, Fault>) -> Result<Request, Problem> {
    request.map_err(|fault| Problem::Unobserved(fault.to_string()))
}

/// False where there is nothing to learn from asking on: what is sent first tells whether anybody is there.
fn goes_on(attempt: Attempt, outcome: &Result<Posted, Problem>) -> bool {
    let first = attempt == Attempt::Unsigned;
    match outcome {
        Err(_) => !first,
        Ok(posted) => posted.answer.status != 429 && (!first || speaks_for_itself(posted)),
    }
}

/// True for an answer of the endpoint: no redirect, no edge in its place, and something that takes POST.
fn speaks_for_itself(posted: &Posted) -> bool {
    let status = posted.answer.status;
    posted.answer.edge().is_none()
        && !(300..400).contains(&status)
        && !matches!(status, 404 | 405 | 410 | 429)
}
