//! `cargo +nightly fuzz run robots_txt`
#![no_main]

#[path = "../targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::robots_txt(data));
