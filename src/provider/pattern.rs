//! Names with placeholders, as services document them.

use serde::Deserialize;

/// A text with placeholders: `{token}` for letters, digits, `-` and `_` within one label,
/// `{digits}`, `{name}` for one or more labels, and `{domain}`, `{domain_dashed}` and `{selector}`
/// for what a question is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub struct Pattern(String);

/// What a pattern's question is about.
#[derive(Debug, Clone, Copy, Default)]
pub struct About<'a> {
    /// The domain, in lower case.
    pub domain: &'a str,
    /// The DKIM selector, in lower case.
    pub selector: &'a str,
}

impl Pattern {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text itself where it has no placeholder.
    pub fn literal(&self) -> Option<&str> {
        (!self.0.contains('{')).then_some(self.0.as_str())
    }

    /// True where a text (a name in lower case, without trailing dot) is one that is meant.
    pub fn fits(&self, text: &str, about: About) -> bool {
        if let Some(literal) = self.literal() {
            return literal == text;
        }
        let known = self.0.replace("{domain_dashed}", &about.domain.replace('.', "-"));
        let known = known.replace("{domain}", about.domain).replace("{selector}", about.selector);
        fits(&known, text)
    }
}

fn fits(pattern: &str, text: &str) -> bool {
    let Some((literal, rest)) = pattern.split_once('{') else { return pattern == text };
    let (Some(text), Some((placeholder, rest))) = (text.strip_prefix(literal), rest.split_once('}')) else {
        return false;
    };
    let Some(allowed) = allowed(placeholder) else { return false };
    let longest = text.bytes().take_while(|byte| allowed(*byte)).count();
    // All of these bytes are ASCII, so that every cut is one between characters.
    (1..=longest).rev().any(|length| fits(rest, &text[length..]))
}

/// The bytes that a placeholder stands for; `None` where there is no such placeholder.
pub(super) fn allowed(placeholder: &str) -> Option<fn(u8) -> bool> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    match placeholder {
        "digits" => Some(|byte| byte.is_ascii_digit()),
        "token" => Some(token),
        "name" => Some(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern(pattern.into()).fits(text, About { domain: "shop.test", selector: "abc" })
    }

    #[test]
    fn placeholders_stand_for_what_they_say() {
        let yes = [
            ("pm.mtasv.net", "pm.mtasv.net"),
            ("{digits}pm", "20260901120000pm"),
            ("{name}.google.com", "aspmx.l.google.com"),
            (
                "selector1-{name}._domainkey.{name}.onmicrosoft.com",
                "selector1-shop-test._domainkey.shop.onmicrosoft.com",
            ),
            ("fm1.{domain}.dkim.fmhosted.com", "fm1.shop.test.dkim.fmhosted.com"),
            ("b1.{domain_dashed}.dkim.brevo.com", "b1.shop-test.dkim.brevo.com"),
            ("{selector}.dkim.amazonses.com", "abc.dkim.amazonses.com"),
            ("u{digits}.wl{digits}.sendgrid.net", "u123.wl045.sendgrid.net"),
        ];
        for (pattern, text) in yes {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn they_stand_for_no_more() {
        let no = [
            ("pm.mtasv.net", "xpm.mtasv.net"),
            ("{digits}pm", "spam"),
            ("{digits}pm", "pm"),
            ("{name}.google.com", "google.com"),
            ("{name}.google.com", "aspmx.l.google.com.evil.test"),
            ("{token}.dkim.intercom.io", "a.b.dkim.intercom.io"),
            ("{selector}.dkim.amazonses.com", "other.dkim.amazonses.com"),
            ("{unknown}", "unknown"),
            ("{open", "open"),
        ];
        for (pattern, text) in no {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_compared(text in ".*") {
            let _ = (matches("{name}.x{digits}", &text), matches("{token}", &text));
        }
    }
}
