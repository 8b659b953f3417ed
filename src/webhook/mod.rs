//! Webhooks without IO: how providers sign their events, what is sent to an endpoint to see whether it
//! checks that, and what its answers give away.
//!
//! | file | holds |
//! |---|---|
//! | [`template`] | the notation of signed texts and headers: `t={timestamp},v1={signature}` |
//! | [`scheme`] | how events are signed: the terms of provider files and of `custom:` |
//! | [`place`] | where an event has its id and its type |
//! | [`registration`] | how a provider is asked what it has registered |
//! | [`provider`] | what is known of each provider: `providers/webhooks/*.yaml` |
//! | [`event`] | the bodies that are sent, and what is filled in from them |
//! | [`attempt`] | what is tried: what must be refused, and handshakes |
//! | [`send`] | the requests of attempts and deliveries |
//! | [`leak`] | what answers tell strangers about the inside |
//! | `sign`, `chance`, `edit` | signatures, what looks random, changes in a JSON text |

pub mod attempt;
mod chance;
mod edit;
pub mod event;
pub mod leak;
pub mod place;
pub mod provider;
pub mod registration;
pub mod scheme;
pub mod send;
mod sign;
pub mod template;

pub use attempt::Attempt;
pub use event::{Escape, Event};
pub use leak::leaks;
pub use place::Place;
pub use provider::{Provider, all, find, nearest};
pub use scheme::{Covers, Scheme, SchemeFault};
pub use send::{Request, Sender};
pub use sign::Fault;
