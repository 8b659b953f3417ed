//! Archives, limits and folders, on files that the tests make.
#![allow(clippy::disallowed_methods, reason = "the files are the tests' own")]

use std::io::{Cursor, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::budget::{Budget, DEPTH};
use super::collect::Collector;
use super::read::Reader;
use super::tree;
use crate::observed::{Scan, Seen};

/// A key of Stripe's form that nobody has; in two parts, so that no search takes it for one.
fn key(tail: &str) -> String {
    format!("sk_{}_51Nq8ZtKx2mVbW7c{tail}R4fGhJ9pLsD3aEyU", "live")
}

fn budget() -> Budget {
    Budget::new(Instant::now() + Duration::from_mins(1), Arc::default())
}

fn scanned(name: &str, bytes: &[u8]) -> Scan {
    let mut collector = Collector::new(budget());
    Reader::new(&mut collector, true).stream(name, &mut &*bytes, DEPTH);
    collector.scan()
}

fn places(scan: &Scan) -> Vec<String> {
    let place = |found: &crate::observed::FoundSecret| {
        format!("{}:{}:{}", found.at.file, found.at.line, found.at.column)
    };
    scan.found.iter().map(place).collect()
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let options = ::zip::write::SimpleFileOptions::default();
        writer.start_file(*name, options).expect("a file");
        writer.write_all(content).expect("a content");
    }
    writer.finish().expect("an archive").into_inner()
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_cksum();
        builder.append_data(&mut header, name, *content).expect("a file");
    }
    builder.into_inner().expect("an archive")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("a content");
    encoder.finish().expect("a file")
}

#[test]
fn a_secret_is_found_in_every_kind_of_archive() {
    let text = format!("const a = 1;\nconst key = \"{}\";\n", key("a"));
    let text = text.as_bytes();
    let inner = zip(&[("assets/.env", b"A=1\n"), ("lib/pay.js", text)]);
    let cases = [
        ("pay.js", text.to_vec(), "pay.js:2:14"),
        ("app.apk", inner.clone(), "app.apk!/lib/pay.js:2:14"),
        ("dist.tar", tar(&[("lib/pay.js", text)]), "dist.tar!/lib/pay.js:2:14"),
        ("dist.tgz", gzip(&tar(&[("lib/pay.js", text)])), "dist.tgz!/lib/pay.js:2:14"),
        ("app.log.gz", gzip(text), "app.log:2:14"),
        ("all.zip", zip(&[("app.apk", &inner)]), "all.zip!/app.apk!/lib/pay.js:2:14"),
    ];
    for (name, bytes, place) in cases {
        let scan = scanned(name, &bytes);
        assert_eq!(places(&scan), [place], "{name}: {scan:?}");
        assert!(scan.left_out.is_empty(), "{scan:?}");
    }
}

#[test]
fn archives_deeper_than_that_are_told() {
    let text = key("b");
    let bytes = zip(&[("c.zip", &zip(&[("b.zip", &zip(&[("a.txt", text.as_bytes())]))]))]);
    let scan = scanned("d.zip", &bytes);
    assert_eq!(scan.found, []);
    assert_eq!(scan.left_out[0].as_str(), "d.zip!/c.zip!/b.zip is an archive within archives");
}

#[test]
fn one_value_in_many_files_is_one_secret() {
    let text = key("c");
    let bytes = tar(&[("a.txt", text.as_bytes()), ("b.txt", text.as_bytes()), ("c.txt", b"nothing")]);
    let scan = scanned("d.tar", &bytes);
    assert_eq!(places(&scan), ["d.tar!/a.txt:1:1"]);
    assert_eq!((scan.found[0].times, scan.files), (2, 3));
    assert!(!format!("{scan:?}").contains(&text));
}

#[test]
fn a_bomb_is_not_unpacked_to_its_end() {
    struct Zeros(u64);
    impl Read for Zeros {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let length = buffer.len().min(usize::try_from(self.0).expect("a length"));
            buffer[..length].fill(0);
            self.0 -= length as u64;
            Ok(length)
        }
    }
    let mut collector = Collector::new(budget());
    let mut reader = Reader::new(&mut collector, true);
    let mut count = 0;
    reader.within();
    reader.set_room(1 << 20);
    let goes_on = reader.entry("bomb.zip", "zeros", &mut Zeros(1 << 40), 0, &mut count);
    assert!(!goes_on);
    let scan = collector.scan();
    assert!(scan.bytes <= (1 << 20) + (64 << 10), "{scan:?}");
    assert!(scan.left_out[0].as_str().starts_with("bomb.zip expands to more than"), "{scan:?}");
}

#[test]
fn binary_files_and_utf_16_are_read_too() {
    let mut binary = vec![0_u8, 1, 2, 255, 254, 10, 0];
    binary.extend(key("d").into_bytes());
    binary.push(0);
    assert_eq!(scanned("lib/libapp.so", &binary).found.len(), 1);
    let wide: Vec<u8> =
        "\u{feff}".chars().chain(key("e").chars()).flat_map(|c| (c as u16).to_le_bytes()).collect();
    assert_eq!(scanned("build.log", &wide).found.len(), 1);
}

#[test]
fn damaged_archives_are_told() {
    let good = zip(&[("a.txt", b"nothing")]);
    for (name, bytes) in [("a.zip", &good[..good.len() / 2]), ("a.gz", &gzip(b"some text")[..6])] {
        let scan = scanned(name, bytes);
        assert_eq!(scan.left_out.len(), 1, "{name}: {scan:?}");
    }
}

#[test]
fn what_nobody_waits_for_ends() {
    let stop = Arc::new(AtomicBool::new(false));
    let mut collector =
        Collector::new(Budget::new(Instant::now() + Duration::from_mins(1), Arc::clone(&stop)));
    stop.store(true, Ordering::Relaxed);
    Reader::new(&mut collector, true).stream("a.txt", &mut key("f").as_bytes(), DEPTH);
    let scan = collector.scan();
    assert_eq!((scan.files, scan.found.len(), scan.left_out.len()), (0, 0, 1));
}

#[test]
fn a_folder_is_read_whatever_git_ignores() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    write(".gitignore", "build\n");
    write("build/.hidden/a.js", &key("g"));
    write("build/package-lock.json", &key("h"));
    write("build/node_modules/x/index.js", &key("i"));
    let Seen::Answer(scan) = tree::path(folder.path(), "build/", &budget()) else { panic!("no answer") };
    assert_eq!(places(&scan), ["build/.hidden/a.js:1:1"]);
    let Seen::Unobserved(why) = tree::path(folder.path(), "dist", &budget()) else { panic!("an answer") };
    assert_eq!(why.as_str(), "there is no dist beside the spec; what is built must be built first");
}
