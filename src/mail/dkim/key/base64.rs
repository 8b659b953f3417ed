//! Base64 (RFC 4648 section 4) with white space inside, strict, with places.

/// What a text decodes to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decoded {
    /// The bytes; what is wrong was left out.
    pub(super) bytes: Vec<u8>,
    /// The first thing that is wrong, and the byte of the text where.
    pub(super) fault: Option<(Fault, usize)>,
}

/// What can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// A character that base64 does not have.
    Character(char),
    /// Something behind the padding.
    BehindPadding,
    /// One character too many for whole bytes.
    Cut,
    /// Too little or too much padding.
    Padding,
}

/// Reads a text to its end.
pub(super) fn decode(text: &str) -> Decoded {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let mut fault = None;
    let (mut count, mut padding, mut bits) = (0_usize, 0_usize, 0_u32);
    for (at, c) in text.char_indices() {
        match (digit(c), c) {
            (_, ' ' | '\t' | '\r' | '\n') => {}
            (_, '=') => padding += 1,
            (None, c) => {
                fault.get_or_insert((Fault::Character(c), at));
            }
            (Some(_), _) if padding > 0 => {
                fault.get_or_insert((Fault::BehindPadding, at));
            }
            (Some(digit), _) => {
                bits = bits << 6 | u32::from(digit);
                count += 1;
                if count.is_multiple_of(4) {
                    bytes.extend(&bits.to_be_bytes()[1..]);
                    bits = 0;
                }
            }
        }
    }
    let wanted = match count % 4 {
        2 => {
            bytes.extend((bits << 12).to_be_bytes().get(1..2).unwrap_or_default());
            2
        }
        3 => {
            bytes.extend((bits << 6).to_be_bytes().get(1..3).unwrap_or_default());
            1
        }
        _ => 0,
    };
    let end = match count % 4 {
        1 => Some(Fault::Cut),
        _ if padding != wanted => Some(Fault::Padding),
        _ => None,
    };
    Decoded { bytes, fault: fault.or(end.map(|fault| (fault, text.len()))) }
}

fn digit(c: char) -> Option<u8> {
    let byte = u8::try_from(c).ok()?;
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648 section 10.
    #[test]
    fn the_standards_vectors() {
        for (text, plain) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg==", "foob"),
            ("Zm9vYmE=", "fooba"),
            ("Zm 9v\tYm\r\n Fy", "foobar"),
            ("+/+/", "\u{0}"),
        ] {
            let decoded = decode(text);
            assert_eq!(decoded.fault, None, "{text}");
            if text != "+/+/" {
                assert_eq!(decoded.bytes, plain.as_bytes(), "{text}");
            }
        }
        assert_eq!(decode("+/+/").bytes, [0xfb, 0xff, 0xbf]);
    }

    #[test]
    fn faults_know_their_place() {
        for (text, fault, at) in [
            ("Zm9v\u{201d}", Fault::Character('\u{201d}'), 4),
            ("Zm-v Zm_v", Fault::Character('-'), 2),
            ("Zg==Zg==", Fault::BehindPadding, 4),
            ("Zm9vY", Fault::Cut, 5),
            ("Zg", Fault::Padding, 2),
            ("Zg=", Fault::Padding, 3),
            ("Zm9v=", Fault::Padding, 5),
        ] {
            assert_eq!(decode(text).fault, Some((fault, at)), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_decoded(text in ".*|[A-Za-z0-9+/= ]*") {
            let decoded = decode(&text);
            if let Some((_, at)) = decoded.fault {
                proptest::prop_assert!(text.is_char_boundary(at));
            }
        }
    }
}
