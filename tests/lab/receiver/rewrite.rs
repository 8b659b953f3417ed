//! The same JSON in other bytes, as receivers get it that have thrown the ones they were sent away.

use serde_json::Value;

/// Compact and with sorted keys.
pub(super) fn sorted(body: &[u8]) -> Option<Vec<u8>> {
    let value: Value = serde_json::from_slice(body).ok()?;
    Some(value.to_string().into_bytes())
}

/// As `JSON.stringify(JSON.parse(body))` has it: keys in their order, no space, no needless escape,
/// numbers as short as can be.
pub(super) fn stringified(body: &[u8]) -> Option<Vec<u8>> {
    serde_json::from_slice::<Value>(body).ok()?;
    let mut rest = std::str::from_utf8(body).ok()?;
    let mut compact = String::new();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => quoted(rest),
            '-' | '0'..='9' => {
                rest.find(|c| !matches!(c, '-' | '+' | '.' | 'e' | 'E' | '0'..='9')).unwrap_or(rest.len())
            }
            _ => first.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        match first {
            '"' => compact += &serde_json::to_string(&serde_json::from_str::<String>(token).ok()?).ok()?,
            '-' | '0'..='9' => compact += &token.parse::<f64>().ok()?.to_string(),
            space if space.is_ascii_whitespace() => {}
            _ => compact += token,
        }
        rest = after;
    }
    Some(compact.into_bytes())
}

/// How long the string is that begins here, quotes and all.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let ends = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_a_browser_would_write() {
        let body = br#"{"b": "caf\u00e9 \"x\"", "a": [1.50, 2, -3.0e2, true, null], "c":{ }}"#;
        let text = |bytes: Option<Vec<u8>>| String::from_utf8(bytes.expect("JSON")).expect("UTF-8");
        assert_eq!(text(super::stringified(body)), r#"{"b":"café \"x\"","a":[1.5,2,-300,true,null],"c":{}}"#);
        assert_eq!(text(super::sorted(body)), r#"{"a":[1.5,2,-300.0,true,null],"b":"café \"x\"","c":{}}"#);
        assert_eq!(super::stringified(b"{"), None);
    }
}
