//! Judges of `secrets/*`: what must not be known to strangers, and what must be there.

pub(super) mod bundle;
mod env_file;
mod leaked;

pub(super) use env_file::env_file_committed;
pub(super) use leaked::{leaked_in_file, leaked_in_history};
