//! Names as text and back (RFC 1035 section 5.1). hickory reads only what host names may hold,
//! and writes other bytes in octal; zones hold more.

use std::fmt::Write;

use hickory_proto::rr::Name;

/// A name in ASCII, lower case, without its trailing dot; the root is `.`.
pub(in crate::probe) fn write(name: &Name) -> String {
    let mut text = String::new();
    for label in name {
        if !text.is_empty() {
            text.push('.');
        }
        for byte in label {
            let _ = match byte {
                b'.' | b'\\' => write!(text, "\\{}", char::from(*byte)),
                b'!'..=b'~' => write!(text, "{}", char::from(byte.to_ascii_lowercase())),
                other => write!(text, "\\{other:03}"),
            };
        }
    }
    if text.is_empty() { ".".to_owned() } else { text }
}

/// The name that a text means; `None` where a label is empty or too long, or the whole is.
pub(in crate::probe) fn read(text: &str) -> Option<Name> {
    let text = text.strip_suffix('.').filter(|rest| !rest.ends_with('\\')).unwrap_or(text);
    if text.is_empty() {
        return Some(Name::root());
    }
    let mut labels = vec![Vec::new()];
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'.' => labels.push(Vec::new()),
            b'\\' => labels.last_mut()?.push(escaped(&mut bytes)?),
            other => labels.last_mut()?.push(other),
        }
    }
    let mut name = Name::from_labels(labels.iter().map(Vec::as_slice)).ok()?;
    name.set_fqdn(true);
    Some(name)
}

/// `\046` or `\.`
fn escaped(bytes: &mut impl Iterator<Item = u8>) -> Option<u8> {
    let first = bytes.next()?;
    if !first.is_ascii_digit() {
        return Some(first);
    }
    let digits = [first, bytes.next()?, bytes.next()?];
    std::str::from_utf8(&digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_can_be_asked_for() {
        for text in ["a\\032b._x.test", "*.a.test", "-x.foo:bar/baz.test", "a\\.b.test", "."] {
            assert_eq!(read(text).map(|name| write(&name)).as_deref(), Some(text));
        }
        assert_eq!(read("WWW.a b.test.").map(|name| write(&name)).as_deref(), Some("www.a\\032b.test"));
        for text in ["a..test", ".test", &"a".repeat(64), &"a.".repeat(128), "a\\", "a\\99", "a\\999"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_name_comes_back(
            labels in proptest::collection::vec(
                proptest::collection::vec(proptest::num::u8::ANY, 1..20), 1..6)
        ) {
            let name = Name::from_labels(labels.iter().map(Vec::as_slice)).expect("a name");
            let text = write(&name);
            proptest::prop_assert!(text.bytes().all(|byte| byte.is_ascii_graphic()));
            proptest::prop_assert_eq!(read(&text).expect("readable").to_lowercase(), name.to_lowercase());
        }

        #[test]
        fn no_text_makes_it_panic(text in ".*") {
            let _ = read(&text);
        }
    }
}
