//! What is known of a webhook's provider and scheme, in the terms of the judges.

use std::time::Duration;

use crate::item::Webhook;
use crate::webhook::Attempt;

/// Whether what stands before the endpoint has no reason to keep an attempt away.
pub(super) fn is_ordinary(attempt: Attempt) -> bool {
    use Attempt::{EmptySignature, GarbledSignature, Get, LongSignature, Plain};
    !matches!(attempt, EmptySignature | GarbledSignature | LongSignature | Get | Plain)
}

/// Why an attempt means nothing for the webhook's scheme.
pub(super) fn idle(webhook: &Webhook, attempt: Attempt) -> Option<String> {
    webhook.sender(None).idle(attempt)
}

/// `Stripe`, or `the provider`.
pub(super) fn name(webhook: &Webhook) -> &'static str {
    webhook.provider.map_or("the provider", |provider| &provider.name)
}

/// Why nobody but the provider can sign its events.
pub(super) fn cannot_forge(webhook: &Webhook) -> Option<String> {
    webhook.provider?.cannot_forge.clone()
}

/// The statuses that the provider takes as success: `2xx`, `200 or 204`.
pub(super) fn accepted(webhook: &Webhook) -> String {
    webhook.provider.map_or("2xx".into(), |provider| provider.delivery.accepted())
}

/// True where the provider follows redirects.
pub(super) fn follows(webhook: &Webhook) -> bool {
    webhook.provider.is_some_and(|provider| provider.delivery.follows)
}

/// The only statuses that the provider takes as a refusal, where it insists on some.
pub(super) fn refusals(webhook: &Webhook) -> &'static [u16] {
    webhook.provider.map_or(&[], |provider| &provider.delivery.refusals)
}

/// How long the provider waits for an answer, where it says so.
pub(super) fn timeout(webhook: &Webhook) -> Option<Duration> {
    webhook.provider?.delivery.timeout()
}

/// When the provider sends again.
pub(super) fn retries(webhook: &Webhook) -> Option<&'static str> {
    webhook.provider?.delivery.retries.as_deref()
}
