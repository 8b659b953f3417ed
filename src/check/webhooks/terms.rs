//! What is known of a webhook's provider and scheme, in the terms of the judges.

use std::time::Duration;

use crate::item::Webhook;

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
            Self::EmptySignature => "an empty signature",
            Self::GarbledSignature => "a garbled signature",
            Self::LongSignature => "a signature of 10 kB",
            Self::WrongKey => "a signature with another key",
            Self::TestSecret => "a signature with the provider's published test secret",
            Self::Get => "a GET",
            Self::Plain => "a body without a signature over plain HTTP",
            Self::Stale => "an old event",
            Self::Tampered => "a body changed after signing",
            Self::Reserialised => "a body written anew after signing",
            Self::HandshakeRight => "the handshake",
            Self::HandshakeWrong => "the handshake of a stranger",
        }
    }
}

/// Whether what stands before the endpoint has no reason to keep an attempt away.
pub(super) fn is_ordinary(attempt: Attempt) -> bool {
    !matches!(attempt, Attempt::EmptySignature | Attempt::GarbledSignature | Attempt::LongSignature | Attempt::Get | Attempt::Plain)
}

/// True for attempts that are signed with the secret.
pub(super) fn needs_secret(attempt: Attempt) -> bool {
    matches!(attempt, Attempt::Stale | Attempt::Tampered | Attempt::Reserialised)
}

pub(super) fn idle(_webhook: &Webhook, _attempt: Attempt) -> Option<String> {
    None
}

pub(super) fn name<'i>(_webhook: &Webhook<'i>) -> &'i str {
    "the provider"
}

pub(super) fn cannot_forge(_webhook: &Webhook) -> Option<String> {
    None
}

pub(super) fn accepts(_webhook: &Webhook, status: u16) -> bool {
    (200..300).contains(&status)
}

pub(super) fn accepted(_webhook: &Webhook) -> String {
    "2xx".into()
}

pub(super) fn follows(_webhook: &Webhook) -> bool {
    false
}

pub(super) fn refusals<'i>(_webhook: &Webhook<'i>) -> &'i [u16] {
    &[]
}

pub(super) fn timeout(_webhook: &Webhook) -> Option<Duration> {
    None
}

pub(super) fn retries<'i>(_webhook: &Webhook<'i>) -> Option<&'i str> {
    None
}
