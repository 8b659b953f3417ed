//! `cargo +nightly fuzz run tls_rpt`
#![no_main]

#[path = "../targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::tls_rpt(data));
