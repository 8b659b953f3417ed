//! `cargo +nightly fuzz run mta_sts`
#![no_main]

#[path = "../targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::mta_sts(data));
