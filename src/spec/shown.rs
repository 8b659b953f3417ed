//! The spec's text as it may be shown: no secret in it, nothing that a terminal would obey, and
//! every byte where it was, so that places still fit.

use crate::mail::dkim;
use crate::observed::is_harmful;

/// How secrets of common providers begin, the least length of the whole, and what they are.
const PREFIXES: &[(&str, usize, &str)] = &[
    ("sk_live_", 20, "a Stripe live key"),
    ("sk_test_", 20, "a Stripe test key"),
    ("rk_live_", 20, "a Stripe restricted key"),
    ("whsec_", 20, "a webhook signing secret"),
    ("sk-ant-", 20, "an Anthropic API key"),
    ("sk-proj-", 20, "an OpenAI API key"),
    ("ghp_", 36, "a GitHub token"),
    ("gho_", 36, "a GitHub token"),
    ("ghs_", 36, "a GitHub token"),
    ("github_pat_", 36, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
    ("AKIA", 20, "an AWS access key"),
    ("SG.", 40, "a SendGrid API key"),
    ("sb_secret_", 20, "a Supabase secret key"),
    ("sbp_", 40, "a Supabase token"),
    ("shpss_", 32, "a Shopify secret"),
    ("npm_", 36, "an npm token"),
];

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.+/=".contains(&byte)
}

/// What kind of secret a text is, as a whole.
pub(crate) fn secret_kind(text: &str) -> Option<&'static str> {
    if text.contains("-----BEGIN") && text.contains("PRIVATE KEY") {
        return Some("a private key");
    }
    if url::Url::parse(text).is_ok_and(|url| url.password().is_some_and(|password| !password.contains("${")))
    {
        return Some("a URL with a password");
    }
    let bare = text.strip_prefix("Bearer ").unwrap_or(text);
    let known = PREFIXES.iter().find(|(prefix, least, _)| bare.starts_with(prefix) && bare.len() >= *least);
    match known {
        Some((_, _, kind)) if bare.bytes().all(is_token) => Some(kind),
        _ if bare.len() != text.len() && !bare.contains("${") && bare.len() >= 8 => Some("a bearer token"),
        _ if without_secrets(text) != text => Some("a secret"),
        _ => None,
    }
}

/// A text without secrets, and with every control character replaced byte for byte.
pub(crate) fn shown(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => clean.push(c),
            '\r' => clean.push(' '),
            c if is_harmful(c) => clean.extend(std::iter::repeat_n('?', c.len_utf8())),
            c => clean.push(c),
        }
    }
    without_secrets(&clean)
}

/// A text with every secret that can be told by its form, wherever it stands (comments too),
/// replaced byte for byte.
pub(crate) fn without_secrets(text: &str) -> String {
    let mut clean = text.to_owned();
    let mut in_key = false;
    // Behind the beginning of a private key in base64: its other words.
    let mut in_base64 = false;
    let mut start = 0;
    while start < text.len() {
        let rest = &text[start..];
        let length = rest.bytes().take_while(|byte| is_token(*byte)).count();
        if length == 0 {
            start += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        }
        let token = &rest[..length];
        // A PEM block of a private key: everything between its lines.
        if token.starts_with("-----BEGIN") {
            in_key = rest[length..].lines().next().is_some_and(|line| line.contains("PRIVATE KEY"));
        } else if token.starts_with("-----END") {
            in_key = false;
        }
        in_base64 = begins_private_key(token) || (in_base64 && length >= 12 && token.bytes().all(is_base64));
        if in_key && length >= 12 && !token.starts_with("-----")
            || in_base64
            || is_secret(&text[..start], token, &rest[length..])
        {
            clean.replace_range(start..start + length, &"*".repeat(length));
        }
        start += length;
    }
    clean
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)
}

/// True for the base64 of a private key, also behind `p=`.
fn begins_private_key(token: &str) -> bool {
    // That of a short Ed25519 key has 64 characters.
    let long = |part: &str| part.len() >= 40 && dkim::begins_private_key(part);
    token.starts_with('M') && long(token) || token.split('=').any(long)
}

/// True where a token is a secret by its own form, or by what stands around it.
fn is_secret(before: &str, token: &str, after: &str) -> bool {
    let known = |text: &str| {
        PREFIXES.iter().any(|(prefix, least, _)| text.starts_with(prefix) && text.len() >= *least)
    };
    let bearer = before.ends_with("Bearer ") && token.len() >= 8;
    // `scheme://user:password@host`, not `mailto:name@host`.
    let in_authority = || {
        // A user's name is short; looking no further back keeps long texts cheap.
        let from = before.len().saturating_sub(256);
        let near = (from..=before.len()).find_map(|at| before.get(at..)).unwrap_or_default();
        let word = near.rsplit(char::is_whitespace).next().unwrap_or(near);
        word.rsplit_once("://").is_some_and(|(_, user)| !user[..user.len() - 1].contains(['/', ':']))
    };
    let password = before.ends_with(':') && after.starts_with('@') && in_authority();
    // `key=sk_live_...` is one token too.
    known(token) || token.split(['=', '/', '.']).any(known) || bearer || password
}

#[cfg(test)]
mod tests {
    use super::{secret_kind, shown};

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        let key = format!("sk_live_{}", "a".repeat(24));
        let text = format!("a: {key} # and {key}\nb: \"Bearer 0123456789\"\nc: postgres://me:hunter2@db\n");
        let masked = shown(&text);
        assert_eq!(masked.len(), text.len());
        for secret in [key.as_str(), "0123456789", "hunter2"] {
            assert!(!masked.contains(secret), "{masked}");
        }
        assert!(masked.contains("# and ****"));
    }

    #[test]
    fn private_keys_are_masked_without_the_lines_of_their_file_too() {
        let start = "MIIEowIBAAKCAQEA6qG2AY2veQj7dXSiwIhQc4gqbxna4aCl";
        let text =
            format!("v=DKIM1; k=rsa; p={start} 7IviqzKBn1PKezpGRb1H\" \"5w80F9IStVqQ8aI+; n=fine words here");
        let masked = shown(&text);
        assert!(!["MIIE", "7Ivi", "5w80"].iter().any(|part| masked.contains(part)), "{masked}");
        assert!(
            masked.starts_with("v=DKIM1; k=rsa; ***") && masked.ends_with("; n=fine words here"),
            "{masked}"
        );
        let public = "p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA6qG2AY2veQj7dXSiwIhQc4gqbxna4aCl";
        assert_eq!(shown(public), public);
        assert_eq!(secret_kind(start), Some("a secret"));
    }

    #[test]
    fn names_and_references_are_no_secrets() {
        for text in [
            "STRIPE_SECRET_KEY",
            "Bearer ${ADMIN_TOKEN}",
            "https://shop.test/",
            "mailto:dmarc@shop.test",
            "a: mailto:b@shop.test",
            "v=spf1 -all",
            "npm_config",
        ] {
            assert_eq!(secret_kind(text), None, "{text}");
            assert_eq!(shown(text), text);
        }
    }

    #[test]
    fn a_large_text_is_read_in_one_go() {
        for piece in ["a ", ":a@", "BEGIN PRIVATE KEY-----", "://a:"] {
            let text = piece.repeat(400_000 / piece.len());
            assert_eq!(shown(&text).len(), text.len());
        }
    }

    proptest::proptest! {
        #[test]
        fn every_byte_stays_where_it_was(text in "\\PC{0,80}|.{0,80}") {
            let masked = shown(&text);
            proptest::prop_assert_eq!(masked.len(), text.len());
            proptest::prop_assert!(!masked.chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
        }
    }
}
