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

pub mod client;
pub mod endpoint;
mod failing;
pub mod failure;
#[cfg(test)]
mod fixture;
pub(crate) mod live;
mod pace;
pub mod permission;
pub mod plan;
mod proxied;
mod read;
mod records;
mod rules;
pub(crate) mod settings;
pub mod token;
pub(crate) mod zone;
