use super::*;

fn key(n: usize) -> String {
    let body =
        crate::secrets::examples::random("abcdefghijkmnpqrstuvwxyzABCDEFGHJKL023456789", 32, &n.to_string());
    format!("whsec_{body}")
}

/// A long text with a key every so often, on lines of its own and in the middle of lines.
fn text() -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for n in 0..300 {
        let _ = write!(text, "{}é;a=\"{}\";", "x(y),".repeat(700 + n * 3), key(n));
        if n % 3 == 0 {
            text.push('\n');
        }
    }
    text
}

#[test]
fn a_text_in_pieces_has_the_findings_of_the_whole() {
    let text = text();
    assert!(text.len() > 3 * BLOCK);
    let whole = Scanner::builtin().scan(text.as_bytes());
    assert_eq!(whole.len(), 300);
    for size in [1, 61, 4096, BLOCK - 1, BLOCK + 7, text.len()] {
        let mut stream = Stream::default();
        for piece in text.as_bytes().chunks(size) {
            stream.push(piece);
        }
        let found = stream.finish();
        let places = |offset: u64| usize::try_from(offset).expect("small");
        assert_eq!(found.len(), whole.len(), "{size}");
        for (finding, hit) in found.iter().zip(&whole) {
            assert_eq!(places(finding.offset), hit.start, "{size}");
            assert_eq!(finding.fingerprint, hit.fingerprint(text.as_bytes()));
            let before = &text[..hit.start];
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().expect("a line").chars().count() + 1;
            assert_eq!((places(finding.line), places(finding.column)), (line, column), "{size}");
        }
    }
}

#[test]
fn memory_does_not_grow_with_the_text() {
    let mut stream = Stream::default();
    let piece = "x(y),".repeat(100_000);
    for _ in 0..20 {
        stream.push(piece.as_bytes());
        assert!(stream.buffer.capacity() <= 2 * BLOCK, "{}", stream.buffer.capacity());
    }
    assert!(stream.finish().is_empty());
}

#[test]
fn no_finding_holds_its_value() {
    let text = format!("a\nkey: {}", key(1));
    let found = findings(text.as_bytes());
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].line, found[0].column, found[0].offset), (2, 6, 7));
    assert!(!format!("{found:?}").contains(&key(1)[8..20]));
    assert_eq!(found[0].rule().map(|rule| rule.provider.as_str()), Some("Stripe"));
}

#[test]
fn a_program_s_strings_stand_one_behind_the_other_and_may_be_wide() {
    let (joined, wide) = (key(7), key(8));
    let padding = [0, 1, 2, 0xFE].repeat(40_000);
    let two: Vec<u8> = wide.bytes().flat_map(|byte| [byte, 0]).collect();
    let program = [&padding[..], b"someName", joined.as_bytes(), b"\x01", &padding, &two, &padding].concat();
    let found = findings(&program);
    let places: Vec<u64> = found.iter().map(|finding| finding.offset).collect();
    let first = padding.len() + 8;
    assert_eq!(places, [first as u64, (first + joined.len() + 1 + padding.len()) as u64]);
    assert_eq!(found[1].fingerprint, crate::secrets::fingerprint(wide.as_bytes()));
    // In text, a word that goes on is a word.
    assert!(findings(format!("someName{joined}").as_bytes()).is_empty());
}
