//! Cloudflare: what the zone should be, what would change, and how that is done.
//!
//! ```text
//! spec ─▶ desired ─┐
//!                  ├─▶ plan (pure) ─▶ confirmed ─▶ apply ─▶ proof
//! API ──▶ live ────┘                                  └─▶ journal, rollback file
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`client`], [`endpoint`], [`failure`] | requests to the API, and what comes of them |
//! | [`token`], [`permission`] | the token, and what it must be allowed to do |
//! | `live`, `zone` | what the API says of the zone |
//! | [`plan`] | what would change, and what must not be changed without a word |
//! | `records`, `settings`, `rules` | what the spec wants of each, and the difference |
//! | [`step`] | the requests of a plan, and where each stands in the zone as it is |
//! | [`saved`], [`confirm`] | a plan in a file; a plan that somebody agreed to |
//! | [`apply`], [`folder`], [`journal`] | makes it true, and keeps books |
//! | [`proof`] | whether what was promised came true |
//! | [`rollback`] | the way back |

pub mod apply;
mod canonical;
pub mod client;
pub mod confirm;
pub mod endpoint;
mod failing;
pub mod failure;
#[cfg(test)]
mod fixture;
pub mod folder;
pub mod journal;
pub(crate) mod live;
mod pace;
pub mod permission;
pub mod plan;
pub mod proof;
mod proxied;
mod read;
mod records;
pub mod rollback;
mod rules;
pub mod saved;
pub(crate) mod settings;
pub mod step;
pub mod token;
pub(crate) mod zone;
