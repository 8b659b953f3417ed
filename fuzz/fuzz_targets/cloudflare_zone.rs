//! `cargo +nightly fuzz run cloudflare_zone`
#![no_main]

#[path = "../targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::cloudflare_zone(data));
