//! `{{ event.id }}` in URLs and payload files.

use std::fmt::Write as _;

use super::{Event, edit};

/// What a text is filled in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escape {
    /// A URL: percent-encoded.
    Url,
    /// JSON: the inside of a string.
    Json,
    /// A header or plain text: as it is.
    Plain,
}

impl Event {
    /// A text with `{{ event.id }}`, `{{ event.type }}`, `{{ run }}` and dotted paths into the body filled in.
    pub fn fill(&self, text: &str, escape: Escape) -> Result<String, String> {
        filled(text, |name| Some(escaped(&self.named_value(name)?, escape)))
    }

    fn named_value(&self, name: &str) -> Option<String> {
        match name {
            "run" => Some(self.run.clone()),
            "event.id" => Some(self.id.clone()),
            "event.type" => Some(self.kind.clone()),
            _ => self.text(name.strip_prefix("event.")?),
        }
    }
}

/// The first name between `{{` and `}}` that no event can fill in.
pub fn unknown_name(text: &str) -> Option<String> {
    let is_known =
        |name: &str| name == "run" || name.strip_prefix("event.").is_some_and(|path| !path.is_empty());
    filled(text, |name| is_known(name).then(String::new)).err()
}

fn filled(text: &str, value: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("{{") {
        filled.push_str(before);
        // `{{` may also be JSON that nobody meant.
        let Some((name, after)) = behind.split_once("}}").filter(|(name, _)| is_name(name.trim())) else {
            filled.push_str("{{");
            rest = behind;
            continue;
        };
        let name = name.trim();
        filled.push_str(&value(name).ok_or_else(|| format!("nothing is known as `{{{{ {name} }}}}`"))?);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "._-".contains(c))
}

fn escaped(text: &str, escape: Escape) -> String {
    match escape {
        Escape::Plain => text.to_owned(),
        Escape::Url => percent(text),
        Escape::Json => {
            let quoted = edit::quoted(text);
            quoted[1..quoted.len() - 1].to_owned()
        }
    }
}

/// All but the unreserved characters of RFC 3986 in its percent form.
fn percent(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
