//! How fast text is scanned for secrets: code as minifiers write it, and the files of a folder named by
//! `LAUNCH_READY_BUNDLES` at build time (bundles of public packages, say).

#![expect(clippy::print_stderr, reason = "a benchmark says what it measured")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads its own files")]

use std::fmt::Write;
use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use launch_ready::secrets::{Class, Stream};

const SIZE: usize = 8 << 20;

/// Code with the words that make a scanner look twice.
fn minified() -> Vec<u8> {
    let mut text = String::with_capacity(SIZE + 400);
    let mut state = 1u32;
    while text.len() < SIZE {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (a, b, c) = (state >> 24, (state >> 16) & 0xFF, state);
        let _ = write!(
            text,
            "function e{a}(t,r){{if(t.token!==r.secretKey)throw new Error(\"auth/invalid-api-key: \"+t.message);\
             return n{b}.createElement(\"div\",{{key:\"{c:08x}\",className:\"sk-circle pk-{a} hf_{b}\",onClick:()=>o(t)}})}}\
             const s{b}=Object.freeze({{twilio:{a},stripe:void 0,url:\"https://shop.test/{c:x}\",re_{a}:!0}});"
        );
    }
    text.into_bytes()
}

fn files(folder: &Path) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| std::fs::read(entry.path()).ok()).collect()
}

/// How many secrets the texts hold.
fn scan(texts: &[Vec<u8>]) -> usize {
    let found = texts.iter().flat_map(|text| {
        let mut stream = Stream::default();
        stream.push(text);
        stream.finish()
    });
    found.filter(|finding| finding.class == Class::Secret).count()
}

fn secrets(criterion: &mut Criterion) {
    let mut sets = vec![("minified code", vec![minified()])];
    if let Some(folder) = option_env!("LAUNCH_READY_BUNDLES") {
        sets.push(("bundles", files(Path::new(folder))));
    }
    let mut group = criterion.benchmark_group("secrets");
    group.sample_size(10);
    for (name, texts) in &sets {
        let bytes: usize = texts.iter().map(Vec::len).sum();
        eprintln!(
            "{name}: {} texts, {} kB, {} secrets (at least 50 MB/s)",
            texts.len(),
            bytes / 1000,
            scan(texts)
        );
        group.throughput(Throughput::Bytes(bytes as u64));
        group.bench_function(*name, |bencher| bencher.iter(|| black_box(scan(texts))));
    }
    group.finish();
}

criterion_group!(benches, secrets);
criterion_main!(benches);
