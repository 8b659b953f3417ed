//! Judges of `webhooks/*`: what endpoints did with what must be refused, and with what must be taken.
//!
//! | file | judges |
//! |---|---|
//! | [`reach`] | whether the endpoint itself is heard: `unreachable`, `redirects`, `challenged` |
//! | [`accepted`] | what it takes and must not: `unsigned-`, `forged-`, `tampered-`, `stale-accepted` |
//! | [`refusal`] | how it refuses: `method-accepted`, `refusal-is-server-error`, `error-leaks-internals` |
//! | [`valid`] | whether it takes a valid event: `valid-refused` |
//! | [`mod@slow`] | how long it takes |
//! | [`once`], [`effect`] | what came of the events: `not-idempotent`, `effect-missing` |
//! | [`registration`] | what the provider itself says: `not-registered`, `events-differ`, ... |
//!
//! One cause is one red line: each judge begins with [`trial::Trial::heard`], which says what stands before
//! the endpoint, and asks [`answer::Call::open`] what became of a request that was neither taken nor refused.

mod accepted;
mod answer;
mod edge;
mod effect;
mod once;
mod reach;
mod redirect;
mod refusal;
pub(super) mod registration;
mod slow;
mod terms;
mod trial;
mod valid;

pub(super) use accepted::{forged_accepted, stale_accepted, tampered_accepted, unsigned_accepted};
pub(super) use edge::challenged;
pub(super) use effect::effect_missing;
pub(super) use once::not_idempotent;
pub(super) use reach::unreachable;
pub(super) use redirect::redirects;
pub(super) use refusal::leak::error_leaks_internals;
pub(super) use refusal::{method_accepted, refusal_is_server_error};
pub(super) use slow::slow;
pub(super) use valid::valid_refused;
