//! The text of a TXT record as zone files write it.

use crate::observed::Remote;

/// The joined text of a value that is wholly made of quoted strings (RFC 1035 section 5.1);
/// `None` for any other.
pub(super) fn joined(value: &str) -> Option<String> {
    let mut rest = value.trim().as_bytes();
    if rest.is_empty() {
        return None;
    }
    let mut text = Vec::new();
    while !rest.is_empty() {
        let taken = quoted(rest, &mut text)?;
        rest = rest.get(taken..)?.trim_ascii_start();
    }
    Some(Remote::from_bytes(&text).to_string())
}

/// Reads one quoted string into `text`, and says how many bytes it took.
fn quoted(bytes: &[u8], text: &mut Vec<u8>) -> Option<usize> {
    if bytes.first() != Some(&b'"') {
        return None;
    }
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => {
                let (byte, taken) = escaped(bytes.get(at + 1..)?)?;
                text.push(byte);
                at += 1 + taken;
            }
            other => {
                text.push(*other);
                at += 1;
            }
        }
    }
}

/// `\"` and `\034`, without the backslash.
fn escaped(bytes: &[u8]) -> Option<(u8, usize)> {
    let first = *bytes.first()?;
    if !first.is_ascii_digit() {
        return Some((first, 1));
    }
    let digits = std::str::from_utf8(bytes.get(..3)?).ok()?;
    Some((digits.parse().ok()?, 3))
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn quoted_strings_are_joined() {
        for (value, text) in [
            (r#""ab" "cd""#, "abcd"),
            (r#""ab""cd""#, "abcd"),
            (r#" "v=spf1 -all" "#, "v=spf1 -all"),
            (r#""say \"a\\b\" \059 \195\164""#, r#"say "a\b" ; ä"#),
            (r#""""#, ""),
        ] {
            assert_eq!(joined(value).as_deref(), Some(text), "{value}");
        }
    }

    #[test]
    fn other_texts_are_taken_as_they_are() {
        for value in ["", "ab", r#"a "b""#, r#""a" b"#, r#""a"#, r#"""#, r#""a\""#, r#""\25""#, r#""\999""#] {
            assert_eq!(joined(value), None, "{value}");
        }
    }
}
