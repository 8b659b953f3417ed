use launch_ready::secrets::{Finding, Scanner, Source, Stream, findings};

/// Names of files: for each kind of rule one, then one that no rule is for.
const NAMES: [&str; 6] =
    ["settings.py", "home/.docker/config.json", "deploy.log", "shadow", "terraform.tfstate", "main.js"];

/// The first two bytes choose the file's name and the size of the pieces, the rest is the text.
pub(crate) fn secrets(data: &[u8]) {
    let ([name, size], text) =
        data.split_first_chunk::<2>().map_or(([0, 0], data), |(two, rest)| (*two, rest));
    let source = Source::file(NAMES[usize::from(name) % NAMES.len()]);
    for hit in Scanner::builtin().scan_in(text, &source) {
        assert!(hit.start < hit.end && hit.end <= text.len());
    }
    let whole = read(&source, [text]);
    assert_eq!(whole, read(&source, text.chunks(usize::from(size) + 1)));
    for pair in whole.windows(2) {
        assert!(pair[0].offset < pair[1].offset, "{pair:?}");
    }
    for finding in &whole {
        harmless(finding, text);
    }
    // A name of a file only adds: what is found without one is found.
    assert!(!whole.is_empty() || findings(text).is_empty());
}

fn read<'t>(source: &Source, pieces: impl IntoIterator<Item = &'t [u8]>) -> Vec<Finding> {
    let mut stream = Stream::of(source.clone());
    for piece in pieces {
        stream.push(piece);
    }
    stream.finish()
}

/// A place lies in the text, and of a value little is shown.
fn harmless(finding: &Finding, text: &[u8]) {
    let offset = usize::try_from(finding.offset).expect("an offset");
    let lines = text[..offset].split(|byte| *byte == b'\n').count() as u64 - 1;
    assert!(offset < text.len() && finding.line == lines + 1 && finding.column >= 1, "{finding:?}");
    assert_eq!(finding.fingerprint.len(), 16);
    assert!(finding.rule().is_some() && finding.mask.len() < 64, "{finding:?}");
}
