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
//! | [`plan`] | what would change, and what must not be changed without a word |
//! | `records`, `settings`, `rules` | what the spec wants of each, and the difference |

pub mod plan;
mod records;
mod rules;
mod settings;
