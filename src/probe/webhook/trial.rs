//! One endpoint: what must be refused, and the handshakes of its provider.

use std::cell::RefMut;

use super::mask::Mask;
use super::post::{Way, posted, send, without_secrets};
use super::variables;
use crate::item;
use crate::observed::{self, Posted, Seen};
use crate::probe::problem::{Problem, seen};
use crate::probe::session::Session;
use crate::secret::Secret;
use crate::webhook::{Attempt, Fault, Request, Sender};

/// One endpoint, as it is tried.
pub(super) struct Trial<'a> {
    pub(super) session: &'a Session<'a>,
    pub(super) webhook: &'a item::Webhook<'a>,
    pub(super) sender: Sender<'a>,
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
        let named = |name: &Option<crate::spec::Located<String>>| name.as_ref().and_then(|name| read(name));
        let (secret, verify_token) = (named(&declared.secret), named(&declared.verify_token));
        let effects = webhook.effects();
        let headers = effects.iter().flat_map(|(_, effect)| &effect.headers.0);
        let tokens = headers.flat_map(|(_, value)| variables::names(value)).filter_map(read);
        let mask = Mask::new(secret.iter().chain(&verify_token).cloned().chain(tokens));
        let trial = Self { session, webhook, sender: webhook.sender(), index, secret, verify_token, mask };
        trial.note_what_is_unset();
        trial
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
        let unset =
            named.into_iter().filter(|(_, value)| value.is_none()).filter_map(|(name, _)| name.as_ref());
        let mut notes = self.notes();
        self.run().clone_into(&mut notes.run);
        notes.unset = unset.map(|name| name.value.clone()).collect();
    }

    /// Tries what must be refused, as far as the endpoint lets itself be tried.
    pub(super) async fn refusals(&self) {
        let url = &self.webhook.url;
        // What its certificate is worth is judged too.
        if url.scheme() == "https"
            && let Err(problem) = self.session.greet(url).await
        {
            return self.keep(Attempt::Unsigned, Err(problem));
        }
        for attempt in self.sender.refusals(self.secret.is_some(), self.verify_token.is_some()) {
            let outcome = self.attempt(attempt).await;
            let goes_on = goes_on(attempt, &outcome);
            self.keep(attempt, outcome);
            if !goes_on {
                return;
            }
        }
    }

    async fn attempt(&self, attempt: Attempt) -> Result<Posted, Problem> {
        let secret = if attempt.is_handshake() && self.webhook.declared.verify_token.is_some() {
            &self.verify_token
        } else {
            &self.secret
        };
        let secret = secret.as_ref().map(Secret::expose);
        let (sent, run) = (self.session.now(), self.run());
        let request = self.made(self.sender.request(attempt, run, secret, sent))?;
        let way = if attempt.needs_secret() { Way::Verified } else { Way::Open };
        let answer = send(self.session, &request, way).await?;
        let right = attempt
            .is_handshake()
            .then(|| self.sender.answers(run, secret, answer.exchange.status, &answer.body));
        Ok(Posted { sent: Some(sent), right, ..posted(&answer, &self.mask) })
    }

    /// A request, or why there is none.
    pub(super) fn made(&self, request: Result<Request, Fault>) -> Result<Request, Problem> {
        request.map_err(|fault| {
            let why = self.mask.text(&fault.to_string());
            self.notes().unusable = Some(why.clone().into());
            Problem::Unobserved(why)
        })
    }

    fn keep(&self, attempt: Attempt, outcome: Result<Posted, Problem>) {
        let outcome = without_secrets(seen(outcome), &self.mask);
        self.notes().attempts.insert(attempt.name().to_owned(), outcome);
    }

    /// True where what must be refused was answered by the endpoint itself, in whatever way.
    pub(super) fn answered(&self) -> bool {
        match self.notes().attempts.get(Attempt::Unsigned.name()) {
            Some(Seen::Answer(posted)) => speaks_for_itself(posted),
            _ => false,
        }
    }
}

/// False where there is nothing to learn from asking on.
fn goes_on(attempt: Attempt, outcome: &Result<Posted, Problem>) -> bool {
    match outcome {
        // What is sent first tells whether anybody is there.
        Err(_) => attempt != Attempt::Unsigned,
        Ok(posted) if posted.answer.status == 429 => false,
        Ok(posted) => attempt != Attempt::Unsigned || speaks_for_itself(posted),
    }
}

/// True for an answer of the endpoint: no redirect, no edge in its place, and something that takes POST.
fn speaks_for_itself(posted: &Posted) -> bool {
    let status = posted.answer.status;
    posted.answer.edge().is_none()
        && !(300..400).contains(&status)
        && !matches!(status, 404 | 405 | 410 | 429)
}
