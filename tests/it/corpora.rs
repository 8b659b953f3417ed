//! Every file of the fuzzers' corpora, through the fuzzers' own functions: what a fuzzer found once is
//! tested ever after, without a fuzzer.

#[path = "../../fuzz/targets.rs"]
mod targets;

use std::path::{Path, PathBuf};
use std::{fs, panic};

fn corpora() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus")
}

/// The files of a corpus, in the order of their names.
fn files(corpus: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(corpus).unwrap_or_else(|error| panic!("{}: {error}", corpus.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

/// Runs a file through its target; a failure names the file.
#[expect(clippy::disallowed_methods, reason = "a test reads its own files")]
fn run(target: targets::Target, file: &Path) {
    let bytes = fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    if let Err(cause) = panic::catch_unwind(|| target(&bytes)) {
        let words = cause.downcast_ref::<String>().map(String::as_str);
        panic!("{}: {}", file.display(), words.or(cause.downcast_ref().copied()).unwrap_or_default());
    }
}

#[test]
fn every_file_passes_its_target() {
    for (name, target) in targets::ALL {
        let files = files(&corpora().join(name));
        assert!(!files.is_empty(), "the corpus of {name} is empty");
        for file in files {
            run(target, &file);
        }
    }
}

#[test]
fn every_corpus_has_a_target() {
    let names = files(&corpora()).into_iter().filter_map(|path| Some(path.file_name()?.to_owned()));
    let targets = targets::ALL.map(|(name, _)| name);
    assert_eq!(names.collect::<Vec<_>>(), targets);
}
