//! `cargo +nightly fuzz run bimi_svg`
#![no_main]

#[path = "../targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::bimi_svg(data));
