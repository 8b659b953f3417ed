//! Judges of `webhooks/*`: endpoints that receive events.

pub(super) mod registration;
