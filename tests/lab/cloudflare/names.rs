//! Names and texts as DNS has them.

/// A name in ASCII, each label by itself.
pub(super) fn ascii(name: &str) -> String {
    let label = |label: &str| match url::Host::parse(label) {
        Ok(url::Host::Domain(ascii)) if !label.is_ascii() => ascii,
        _ => label.to_owned(),
    };
    name.split('.').map(label).collect::<Vec<_>>().join(".")
}

/// Whether it is a name: labels of 1 to 63 bytes, at most 253 in all, a wildcard only at the front.
pub(super) fn is_name(name: &str) -> bool {
    let fits = |(at, label): (usize, &str)| {
        let plain = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        (1..=63).contains(&label.len()) && (plain || (at == 0 && label == "*"))
    };
    name.len() <= 253 && name.split('.').enumerate().all(fits)
}

/// Text as quoted strings of at most 255 bytes; what is quoted already keeps its strings.
pub(super) fn quoted(text: &str) -> String {
    let strings: Vec<String> = if text.starts_with('"') { strings(text) } else { vec![text.to_owned()] };
    let cut = |string: &String| {
        let (mut pieces, mut piece) = (Vec::new(), String::new());
        for sign in string.chars() {
            if piece.len() + sign.len_utf8() > 255 {
                pieces.push(std::mem::take(&mut piece));
            }
            piece.push(sign);
        }
        pieces.push(piece);
        pieces
    };
    let escaped = |piece: String| format!("\"{}\"", piece.replace('\\', "\\\\").replace('"', "\\\""));
    strings.iter().flat_map(cut).map(escaped).collect::<Vec<_>>().join(" ")
}

/// The strings of a quoted text, without their escapes.
pub(super) fn strings(text: &str) -> Vec<String> {
    let (mut found, mut open, mut signs) = (Vec::new(), None::<String>, text.chars());
    while let Some(sign) = signs.next() {
        match (sign, &mut open) {
            ('"', None) => open = Some(String::new()),
            ('"', Some(_)) => found.extend(open.take()),
            ('\\', Some(string)) => string.extend(signs.next()),
            (_, Some(string)) => string.push(sign),
            (_, None) => {}
        }
    }
    found
}
