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

pub mod place;
pub mod provider;
pub mod registration;
pub mod scheme;
pub mod template;

pub use place::Place;
pub use provider::{Provider, all, find, nearest};
pub use scheme::{Covers, Scheme, SchemeFault};
