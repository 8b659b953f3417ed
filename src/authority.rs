//! Certificate authorities as data: whose certificate it is, and by which names CAA records let
//! that authority issue.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::spec::load::embedded;

const TEXT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/providers/authorities.yaml"));

/// A certificate authority.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Authority {
    /// What people call it.
    pub(crate) name: String,
    /// The first words of the organisation in the certificates that it issues with.
    organisations: Vec<String>,
    /// The names that it answers to in CAA records; the first is the one to publish.
    pub(crate) caa: Vec<String>,
}

// A test reads the file, so no release holds one that cannot be read.
static AUTHORITIES: LazyLock<Vec<Authority>> = LazyLock::new(|| embedded(TEXT).unwrap_or_default());

impl Authority {
    /// The authority with an organisation of that name, as in a certificate or as people write it.
    pub(crate) fn of_organisation(organisation: &str) -> Option<&'static Self> {
        let begins = |words: &String| begins_with(organisation, words);
        AUTHORITIES.iter().find(|authority| {
            authority.organisations.iter().any(begins) || authority.name.eq_ignore_ascii_case(organisation)
        })
    }

    /// The authority that answers to a CAA name.
    pub(crate) fn of_caa_name(name: &str) -> Option<&'static Self> {
        AUTHORITIES.iter().find(|authority| authority.caa.iter().any(|own| own.eq_ignore_ascii_case(name)))
    }
}

/// True where a text begins with these words, whole.
fn begins_with(text: &str, words: &str) -> bool {
    let Some(start) = text.get(..words.len()) else { return false };
    start.eq_ignore_ascii_case(words)
        && text[words.len()..].chars().next().is_none_or(|next| !next.is_alphanumeric())
}

/// The organisation in a distinguished name written as one line: `C=US, O=Let's Encrypt, CN=R11`.
/// Commas within a value are not marked there, so a part without `NAME=` belongs to the one before.
pub(crate) fn organisation(line: &str) -> Option<String> {
    let mut found: Option<String> = None;
    for part in line.split(", ") {
        let attribute = part.split_once('=').filter(|(key, _)| is_attribute(key));
        match (attribute, &mut found) {
            (Some(_), Some(_)) => break,
            (Some(("O", value)), None) => found = Some(value.to_owned()),
            (None, Some(value)) => value.extend([", ", part]),
            _ => {}
        }
    }
    found
}

fn is_attribute(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_read() {
        let all: Vec<Authority> = embedded(TEXT).expect("a list");
        assert!(all.len() > 20);
        for authority in &all {
            assert!(!authority.caa.is_empty(), "{}", authority.name);
            assert!(
                authority.caa.iter().all(|name| *name == name.to_ascii_lowercase()),
                "{}",
                authority.name
            );
        }
    }

    #[test]
    fn organisations_are_found_in_issuers() {
        let cases = [
            ("C=US, O=Let's Encrypt, CN=R11", Some("letsencrypt.org")),
            (
                "C=US, ST=Arizona, L=Scottsdale, O=GoDaddy.com, Inc., OU=http://certs.godaddy.com/repository/, CN=Go",
                Some("godaddy.com"),
            ),
            ("C=GB, ST=Greater Manchester, L=Salford, O=Sectigo Limited, CN=x", Some("sectigo.com")),
            ("C=AT, O=ZeroSSL, CN=ZeroSSL ECC Domain Secure Site CA", Some("sectigo.com")),
            ("O=Amazonia Ltd, CN=x", None),
            ("CN=O=Amazon", None),
            ("", None),
        ];
        for (line, name) in cases {
            let found = organisation(line).and_then(|o| Authority::of_organisation(&o));
            assert_eq!(found.map(|authority| authority.caa[0].as_str()), name, "{line}");
        }
        assert_eq!(organisation("O=GoDaddy.com, Inc., CN=x").as_deref(), Some("GoDaddy.com, Inc."));
    }

    #[test]
    fn caa_names_lead_to_their_authority() {
        let name = |caa| Authority::of_caa_name(caa).map(|authority| authority.name.as_str());
        assert_eq!(
            [name("PKI.goog"), name("comodoca.com")],
            [Some("Google Trust Services"), Some("Sectigo")]
        );
        assert_eq!(name("other.test"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_line_makes_it_panic(line in "\\PC*") {
            let _ = organisation(&line).and_then(|o| Authority::of_organisation(&o));
        }
    }
}
