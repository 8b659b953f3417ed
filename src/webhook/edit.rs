//! Changes in a JSON text that leave every other byte as it is: what is signed is bytes, and a text that
//! was read and written again is another one.
//!
//! Paths are dotted: `data.object.id`, `entry.0.id`. The texts are JSON; for anything else nothing is found.

use std::ops::Range;

/// Where a step of a path leads.
enum Step {
    /// The value begins here.
    Found(usize),
    /// There is no such member. One can be put here; true where it would be the only one.
    Missing(usize, bool),
}

/// Where the value of a path stands.
pub(super) fn span(text: &str, path: &str) -> Option<Range<usize>> {
    let mut at = skip_space(text, 0);
    for segment in path.split('.') {
        match step(text, at, segment)? {
            Step::Found(start) => at = start,
            Step::Missing(..) => return None,
        }
    }
    Some(at..end_of(text, at)?)
}

/// The text with a value (as JSON) at a path: in the place of what stands there, or as the first member of
/// the object that lacks it. `None` where there is no such object.
pub(super) fn set(text: &str, path: &str, value: &str) -> Option<String> {
    let segments: Vec<&str> = path.split('.').collect();
    let mut at = skip_space(text, 0);
    for (depth, segment) in segments.iter().enumerate() {
        match step(text, at, segment)? {
            Step::Found(start) => at = start,
            Step::Missing(place, alone) => {
                let nested = segments[depth + 1..].iter().rev();
                let value =
                    nested.fold(value.to_owned(), |value, name| format!("{{{}: {value}}}", quoted(name)));
                let comma = if alone { "" } else { ", " };
                let member = format!("{}: {value}{comma}", quoted(segment));
                return Some([&text[..place], &member, &text[place..]].concat());
            }
        }
    }
    let end = end_of(text, at)?;
    Some([&text[..at], value, &text[end..]].concat())
}

/// A text as a JSON string.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The text with the first letter or digit of the string at a path changed into another one.
pub(super) fn flipped(text: &str, path: &str) -> Option<String> {
    let span = span(text, path)?;
    let value = &text[span.clone()];
    let inner = value.strip_prefix('"')?;
    let letter = inner.chars().next().filter(char::is_ascii_alphanumeric)?;
    let other = if letter == 'x' { 'y' } else { 'x' };
    Some([&text[..=span.start], &other.to_string(), &text[span.start + 2..]].concat())
}

/// The text without the white space between its values.
pub(super) fn compact(text: &str) -> String {
    let mut compact = String::with_capacity(text.len());
    let mut at = skip_space(text, 0);
    while let Some(byte) = byte(text, at) {
        let end = if byte == b'"' { end_of_string(text, at) } else { None };
        let length = text[at..].chars().next().map_or(1, char::len_utf8);
        let end = end.unwrap_or(at + length);
        compact.push_str(&text[at..end]);
        at = skip_space(text, end);
    }
    compact
}

fn skip_space(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len()
}

fn byte(text: &str, at: usize) -> Option<u8> {
    text.as_bytes().get(at).copied()
}

/// Where a path goes on in the object or list that begins here.
fn step(text: &str, at: usize, segment: &str) -> Option<Step> {
    let is_object = match byte(text, at)? {
        b'{' => true,
        b'[' => false,
        _ => return None,
    };
    let first = skip_space(text, at + 1);
    let mut here = first;
    let mut index = 0_usize;
    while !matches!(byte(text, here)?, b'}' | b']') {
        let mut name = index.to_string();
        if is_object {
            let end = end_of(text, here)?;
            name = serde_json::from_str(text.get(here..end)?).ok()?;
            let colon = skip_space(text, end);
            here = skip_space(text, (byte(text, colon)? == b':').then_some(colon + 1)?);
        }
        if name == segment {
            return Some(Step::Found(here));
        }
        here = skip_space(text, end_of(text, here)?);
        if byte(text, here)? == b',' {
            here = skip_space(text, here + 1);
        }
        index += 1;
    }
    is_object.then_some(Step::Missing(first, index == 0))
}

/// Behind the value that begins here.
fn end_of(text: &str, at: usize) -> Option<usize> {
    match byte(text, at)? {
        b'"' => end_of_string(text, at),
        b'{' | b'[' => end_of_nest(text, at),
        _ => {
            let rest = &text[at..];
            let length = rest.find([',', '}', ']', ' ', '\t', '\n', '\r', ':']).unwrap_or(rest.len());
            (length > 0).then_some(at + length)
        }
    }
}

fn end_of_string(text: &str, at: usize) -> Option<usize> {
    let mut here = at + 1;
    loop {
        match byte(text, here)? {
            b'"' => return Some(here + 1),
            b'\\' => here += 2,
            _ => here += 1,
        }
    }
}

fn end_of_nest(text: &str, at: usize) -> Option<usize> {
    let (mut here, mut depth) = (at, 0_usize);
    loop {
        match byte(text, here)? {
            b'"' => {
                here = end_of_string(text, here)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        here += 1;
        if depth == 0 {
            return Some(here);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_value_is_replaced_where_it_stands() {
        let text = "{ \"a\" : [1, {\"b\":\"x\\\"y\"}],\n\"c\":1.50 }";
        assert_eq!(set(text, "a.1.b", "2").unwrap(), "{ \"a\" : [1, {\"b\":2}],\n\"c\":1.50 }");
        assert_eq!(set(text, "c", "null").unwrap(), "{ \"a\" : [1, {\"b\":\"x\\\"y\"}],\n\"c\":null }");
        assert_eq!(&text[span(text, "a.1").unwrap()], "{\"b\":\"x\\\"y\"}");
    }

    #[test]
    fn a_missing_member_is_put_first() {
        assert_eq!(set("{\"a\":1}", "b.c", "2").unwrap(), "{\"b\": {\"c\": 2}, \"a\":1}");
        assert_eq!(set("{}", "b", "2").unwrap(), "{\"b\": 2}");
        assert_eq!(set("[{}]", "0.b", "2").unwrap(), "[{\"b\": 2}]");
    }

    #[test]
    fn where_no_object_is_nothing_can_be_put() {
        for (text, path) in
            [("[]", "0.a"), ("{\"a\":1}", "a.b"), ("3", "a"), ("", "a"), ("{\"a\"", "b"), ("{", "a")]
        {
            assert_eq!(set(text, path, "2"), None, "{text}");
        }
    }

    #[test]
    fn one_letter_is_changed() {
        let text = "{\"note\": \"caf\\u00e9\", \"n\": 1}";
        assert_eq!(flipped(text, "note").unwrap(), "{\"note\": \"xaf\\u00e9\", \"n\": 1}");
        assert_eq!(flipped(text, "n"), None);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "\\PC{0,6}|[\"\\\\{}\\[\\],:]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-c\"\\\\ü]{1,2}", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_set_is_read_and_all_else_stays(value in any_json(), path in "[a-c0-2](\\.[a-c0-2]){0,2}", pretty: bool) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            if let Some(changed) = set(&text, &path, "\"new\"") {
                let mut read: Value = serde_json::from_str(&changed).unwrap();
                let pointer = format!("/{}", path.replace('.', "/"));
                prop_assert_eq!(read.pointer(&pointer), Some(&json!("new")));
                if let (Some(old), Some(new)) = (value.pointer(&pointer), read.pointer_mut(&pointer)) {
                    *new = old.clone();
                    prop_assert_eq!(&read, &value);
                }
            }
        }

        #[test]
        fn compact_json_says_the_same(value in any_json()) {
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            prop_assert_eq!(compact(&pretty), value.to_string());
        }

        #[test]
        fn any_text_is_looked_at(text in "[\\[\\]{}\":,\\\\a-c0-2 ü]{0,30}", path in "[a-c0-2](\\.[a-c0-2]){0,2}") {
            let _ = (set(&text, &path, "1"), span(&text, &path), flipped(&text, &path), compact(&text));
        }
    }
}
