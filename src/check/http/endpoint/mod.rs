//! Judges of endpoints that the spec accepts one by one.

pub(in crate::check) mod body;
pub(in crate::check) mod refused;
pub(in crate::check) mod samples;

use crate::check::{Verdict, World, seen};
use crate::item::Endpoint;
use crate::observed::Exchange;

/// The answer of an endpoint that gives its status, or the verdict without it.
fn right<'w>(endpoint: &Endpoint, world: &'w World) -> seen::Judged<&'w Exchange> {
    let exchange = seen::http(&endpoint.url, world)?;
    match endpoint.status() {
        Some(status) if status != exchange.status => {
            let reason = "the URL gives another status than declared";
            Err(Box::new(Verdict::not_judged("http/status-differs", endpoint.url.as_str(), reason)))
        }
        _ => Ok(exchange),
    }
}
