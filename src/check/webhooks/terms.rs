//! What is known of a webhook's provider and scheme, in the terms of the judges.

use std::time::Duration;

use crate::item::Webhook;
use crate::webhook::{Provider, find};

/// STUB until src/webhook lands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    Unsigned,
    EmptySignature,
    GarbledSignature,
    LongSignature,
    WrongKey,
    TestSecret,
    Get,
    Plain,
    Stale,
    Tampered,
    Reserialised,
    HandshakeRight,
    HandshakeWrong,
}

impl Attempt {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::EmptySignature => "empty_signature",
            Self::GarbledSignature => "garbled_signature",
            Self::LongSignature => "long_signature",
            Self::WrongKey => "wrong_key",
            Self::TestSecret => "test_secret",
            Self::Get => "get",
            Self::Plain => "plain",
            Self::Stale => "stale",
            Self::Tampered => "tampered",
            Self::Reserialised => "reserialised",
            Self::HandshakeRight => "handshake_right",
            Self::HandshakeWrong => "handshake_wrong",
        }
    }
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::Unsigned => "a body without a signature",
            Self::EmptySignature => "a body with an empty signature",
            Self::GarbledSignature => "a body with a signature that is no signature",
            Self::LongSignature => "a body with a signature of 10 kB",
            Self::WrongKey => "a body that was signed with another key",
            Self::TestSecret => "a body that was signed with the secret of the provider's documentation",
            Self::Get => "a GET request",
            Self::Plain => "a body without a signature, over http://",
            Self::Stale => "an event that was signed too long ago",
            Self::Tampered => "an event that was changed after it was signed",
            Self::Reserialised => "an event whose JSON was written anew after it was signed",
            Self::HandshakeRight => "the provider's handshake",
            Self::HandshakeWrong => "a handshake with a wrong token",
        }
    }
}

/// Whether what stands before the endpoint has no reason to keep an attempt away.
pub(super) fn is_ordinary(attempt: Attempt) -> bool {
    !matches!(
        attempt,
        Attempt::EmptySignature
            | Attempt::GarbledSignature
            | Attempt::LongSignature
            | Attempt::Get
            | Attempt::Plain
    )
}

/// True for attempts that are signed with the secret.
pub(super) fn needs_secret(attempt: Attempt) -> bool {
    matches!(attempt, Attempt::Stale | Attempt::Tampered | Attempt::Reserialised)
}

/// Why an attempt means nothing for the webhook's scheme.
pub(super) fn idle(webhook: &Webhook, attempt: Attempt) -> Option<String> {
    (attempt == Attempt::Get).then(|| provider(webhook)?.get_is_used.clone()).flatten()
}

/// What is known of the provider.
fn provider(webhook: &Webhook) -> Option<&'static Provider> {
    find(&webhook.declared.provider.as_ref()?.value)
}

/// `Stripe`, or `the provider`.
pub(super) fn name(webhook: &Webhook) -> &'static str {
    provider(webhook).map_or("the provider", |provider| &provider.name)
}

/// Why nobody but the provider can sign its events.
pub(super) fn cannot_forge(webhook: &Webhook) -> Option<String> {
    provider(webhook)?.cannot_forge.clone()
}

/// True for a status that the provider takes as success.
pub(super) fn accepts(webhook: &Webhook, status: u16) -> bool {
    match provider(webhook) {
        Some(provider) => provider.delivery.accepts(status),
        None => (200..300).contains(&status),
    }
}

/// The statuses that the provider takes as success: `2xx`, `200 or 204`.
pub(super) fn accepted(webhook: &Webhook) -> String {
    provider(webhook).map_or("2xx".into(), |provider| provider.delivery.accepted())
}

/// True where the provider follows redirects.
pub(super) fn follows(webhook: &Webhook) -> bool {
    provider(webhook).is_some_and(|provider| provider.delivery.follows)
}

/// The only statuses that the provider takes as a refusal, where it insists on some.
pub(super) fn refusals(webhook: &Webhook) -> &'static [u16] {
    provider(webhook).map_or(&[], |provider| &provider.delivery.refusals)
}

/// How long the provider waits for an answer, where it says so.
pub(super) fn timeout(webhook: &Webhook) -> Option<Duration> {
    provider(webhook)?.delivery.timeout()
}

/// When the provider sends again.
pub(super) fn retries(webhook: &Webhook) -> Option<&'static str> {
    provider(webhook)?.delivery.retries.as_deref()
}
