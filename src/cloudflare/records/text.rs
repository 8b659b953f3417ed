//! The content of TXT records as the API keeps it: quoted strings of at most 255 bytes (RFC 1035 section 3.3).

use std::fmt::Write as _;

/// Bytes that one string holds.
const LONGEST: usize = 255;

/// The whole text of a content. One that is not wholly made of quoted strings is taken as it is.
pub(super) fn joined(content: &str) -> String {
    strings(content).unwrap_or_else(|| content.to_owned())
}

/// The joined text of quoted strings; `None` for anything else.
fn strings(content: &str) -> Option<String> {
    let mut rest = content.trim().as_bytes();
    let mut text = Vec::new();
    if rest.is_empty() {
        return None;
    }
    while let Some((first, after)) = rest.split_first() {
        rest = if *first == b'"' { one(after, &mut text)? } else { return None };
        rest = rest.trim_ascii_start();
    }
    Some(String::from_utf8_lossy(&text).into_owned())
}

/// Reads one string behind its first quote into `text`, and gives what follows its last.
fn one<'b>(mut rest: &'b [u8], text: &mut Vec<u8>) -> Option<&'b [u8]> {
    loop {
        match rest {
            [b'"', after @ ..] => return Some(after),
            [b'\\', a, b, c, after @ ..] if [a, b, c].iter().all(|digit| digit.is_ascii_digit()) => {
                let number = [a, b, c].iter().fold(0_u32, |sum, digit| sum * 10 + u32::from(**digit - b'0'));
                text.push(u8::try_from(number).ok()?);
                rest = after;
            }
            [b'\\', escaped, after @ ..] => {
                text.push(*escaped);
                rest = after;
            }
            [byte, after @ ..] => {
                text.push(*byte);
                rest = after;
            }
            [] => return None,
        }
    }
}

/// The content for a text: quoted, and split where it is longer than one string.
pub(super) fn quoted(text: &str) -> String {
    let mut strings = vec![String::new()];
    let mut length = 0;
    for c in text.chars() {
        if length + c.len_utf8() > LONGEST {
            strings.push(String::new());
            length = 0;
        }
        length += c.len_utf8();
        let Some(last) = strings.last_mut() else { continue };
        match c {
            '"' | '\\' => last.extend(['\\', c]),
            c if c.is_ascii_control() => {
                let _ = write!(last, "\\{:03}", u32::from(c));
            }
            c => last.push(c),
        }
    }
    let strings: Vec<String> = strings.into_iter().map(|string| format!("\"{string}\"")).collect();
    strings.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{joined, quoted};

    #[test]
    fn contents_are_read_however_they_are_written() {
        for (content, text) in [
            (r#""v=spf1 -all""#, "v=spf1 -all"),
            ("v=spf1 -all", "v=spf1 -all"),
            (r#""ab" "cd""#, "abcd"),
            (r#""ab""cd""#, "abcd"),
            (r#""a\"b\\c\059""#, r#"a"b\c;"#),
            (r#""\195\164""#, "ä"),
            (r#""a" b"#, r#""a" b"#),
            (r#""a"#, r#""a"#),
            ("", ""),
        ] {
            assert_eq!(joined(content), text, "{content}");
        }
    }

    #[test]
    fn a_long_text_is_split_into_strings() {
        assert_eq!(quoted(&"a".repeat(300)), format!("\"{}\" \"{}\"", "a".repeat(255), "a".repeat(45)));
        assert_eq!(quoted(""), "\"\"");
        assert_eq!(quoted("a\tb"), "\"a\\009b\"");
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read_again(text in "\\PC{0,300}|[ -~]{0,600}|[\"\\\\0-9\\t]{0,20}") {
            let content = quoted(&text);
            proptest::prop_assert_eq!(joined(&content), text);
            proptest::prop_assert!(content.split("\" \"").all(|string| string.len() <= 2 + 4 * 255));
        }

        #[test]
        fn any_content_can_be_read(content in "\\PC*|[\"\\\\0-9 a]{0,30}") {
            let text = joined(&content);
            proptest::prop_assert_eq!(joined(&quoted(&text)), text);
        }
    }
}
