//! Judges of `secrets/*`.

pub(super) mod bundle;
