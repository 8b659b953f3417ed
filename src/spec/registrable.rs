//! Which part of a name is registered, and whether a registry knows it at all.

use psl::Psl as _;

use super::names::is_under;

/// Names that nobody can register, and the document that says so.
const RESERVED: &[(&str, &str)] = &[
    ("alt", "RFC 9476"),
    ("example", "RFC 2606"),
    ("home.arpa", "RFC 8375"),
    ("internal", "an ICANN resolution of 2024"),
    ("invalid", "RFC 6761"),
    ("local", "RFC 6762"),
    ("localhost", "RFC 6761"),
    ("onion", "RFC 7686"),
    ("test", "RFC 6761"),
];

/// The part of a domain that somebody registers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registrable {
    /// Its name: a public suffix and one label.
    pub name: String,
    /// Why no registry is asked about it, in a sentence without a full stop; `None` where one is.
    pub nobody: Option<String>,
}

/// The registrable domain: a public suffix (publicsuffix.org) and one label. `None` for a name
/// that is a public suffix itself, or no name.
pub fn registrable(domain: &str) -> Option<String> {
    if domain.starts_with('.') {
        return None;
    }
    // The list compares bytes.
    let domain = domain.trim_end_matches('.').to_lowercase();
    psl::domain_str(&domain).map(str::to_owned)
}

/// True for a name under which a registry registers others (`co.uk`); false for what private owners
/// list (`github.io`), and for names that no list knows.
pub fn is_registry_suffix(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_lowercase();
    let suffix = psl::List.suffix(name.as_bytes());
    suffix
        .is_some_and(|suffix| suffix.typ() == Some(psl::Type::Icann) && suffix.as_bytes() == name.as_bytes())
}

/// What is registered of a domain, and whether any registry knows it. `None` for a public suffix.
pub fn registration_of(domain: &str) -> Option<Registrable> {
    let domain = domain.trim_end_matches('.').to_lowercase();
    if let Some((suffix, document)) = RESERVED.iter().find(|(suffix, _)| is_under(&domain, suffix)) {
        let name = registrable(&domain).unwrap_or_else(|| domain.clone());
        let nobody = format!("names under .{suffix} are reserved ({document}): nobody registers them");
        return Some(Registrable { name, nobody: Some(nobody) });
    }
    let suffix = psl::List.suffix(domain.as_bytes())?;
    if suffix.typ() != Some(psl::Type::Private) {
        return registrable(&domain).map(|name| Registrable { name, nobody: None });
    }
    // Below `github.io` its owner hands out names; `github.io` itself is registered like any other.
    let owner = std::str::from_utf8(suffix.as_bytes()).ok()?;
    match registrable(&domain) {
        Some(name) => {
            let nobody = format!("names under {owner} come from its owner, and no registry lists them");
            Some(Registrable { name, nobody: Some(nobody) })
        }
        None => below_icann_suffix(owner).map(|name| Registrable { name, nobody: None }),
    }
}

/// The part of a name that somebody can register with a registry of the root zone: a known ending
/// and one label. `None` for a name that stands below no known ending, or whose label no registry
/// takes.
pub(crate) fn registered(name: &str) -> Option<&str> {
    let is_ending = |name: &str| {
        psl::List.suffix(name.as_bytes()).is_some_and(|suffix| {
            suffix.typ() == Some(psl::Type::Icann) && suffix.as_bytes() == name.as_bytes()
        })
    };
    let mut above = name;
    while let Some((label, parent)) = above.split_once('.').filter(|_| !is_ending(above)) {
        if is_ending(parent) {
            return is_ldh(label).then_some(above);
        }
        above = parent;
    }
    None
}

/// Letters, digits and hyphens: what the label of a host name is made of (RFC 5890 section 2.3.1).
pub(crate) fn is_ldh(label: &str) -> bool {
    !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// The registered name at the root of a suffix that its owner put on the list.
fn below_icann_suffix(owner: &str) -> Option<String> {
    let mut above = owner;
    while let Some((_, parent)) = above.split_once('.') {
        let suffix = psl::List.suffix(parent.as_bytes())?;
        if suffix.typ() != Some(psl::Type::Private) && suffix.as_bytes() == parent.as_bytes() {
            return Some(above.to_owned());
        }
        above = parent;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(domain: &str) -> Option<String> {
        registration_of(domain).filter(|found| found.nobody.is_none()).map(|found| found.name)
    }

    fn reason(domain: &str) -> String {
        registration_of(domain).and_then(|found| found.nobody).unwrap_or_default()
    }

    #[test]
    fn a_sub_domain_leads_to_what_is_registered() {
        assert_eq!(asked("app.shop.co.uk").as_deref(), Some("shop.co.uk"));
        assert_eq!(asked("SHOP.com.").as_deref(), Some("shop.com"));
        assert_eq!(asked("www.xn--bcher-kva.de").as_deref(), Some("xn--bcher-kva.de"));
        assert_eq!(asked("shop.nosuchending").as_deref(), Some("shop.nosuchending"));
        assert_eq!(registration_of("co.uk"), None);
    }

    #[test]
    fn reserved_names_belong_to_nobody() {
        for (domain, word) in [
            ("shop.test", ".test"),
            ("test", ".test"),
            ("localhost", ".localhost"),
            ("nas.home.arpa", "RFC 8375"),
            ("git.corp.internal", ".internal"),
        ] {
            assert!(reason(domain).contains(word), "{domain}: {}", reason(domain));
        }
        assert_eq!(asked("example.com").as_deref(), Some("example.com"));
        assert_eq!(asked("contest.org").as_deref(), Some("contest.org"));
    }

    #[test]
    fn no_registry_knows_names_that_a_hosting_hands_out() {
        assert!(reason("shop.github.io").contains("under github.io"));
        assert_eq!(registration_of("a.shop.github.io").map(|f| f.name).as_deref(), Some("shop.github.io"));
        assert_eq!(asked("github.io").as_deref(), Some("github.io"));
        assert_eq!(asked("uk.com").as_deref(), Some("uk.com"));
    }

    #[test]
    fn whole_names_are_told_from_labels() {
        for (name, part) in [
            ("elsewhere.example.com", Some("example.com")),
            ("a.b.shop.co.uk", Some("shop.co.uk")),
            ("me.github.io", Some("github.io")),
            ("s1._domainkey.example.com", Some("example.com")),
            ("_dmarc.news", None),
            ("s1._domainkey.app", None),
            ("*.shop", None),
            ("_sip._tcp", None),
            ("co.uk", None),
            ("com", None),
            ("a.b", None),
            ("", None),
        ] {
            assert_eq!(registered(name), part, "{name}");
        }
    }

    /// publicsuffix.org's own cases stand beside the repository where the product is developed.
    #[test]
    #[allow(clippy::disallowed_methods, reason = "the cases are a file")]
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    fn the_list_s_own_cases_hold() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/suites/psl/test_psl.txt");
        let Ok(text) = std::fs::read_to_string(path) else {
            eprintln!("skipped: {path} is not there");
            return;
        };
        let mut count = 0;
        for line in text.lines().filter_map(|line| line.strip_prefix("checkPublicSuffix(")) {
            let mut quoted = line.split('\'').skip(1).step_by(2);
            let (input, expected) = (quoted.next().unwrap_or_default(), quoted.next());
            assert_eq!(registrable(input).as_deref(), expected, "{line}");
            count += 1;
        }
        assert_eq!(count, 78);
    }

    proptest::proptest! {
        #[test]
        fn any_name_can_be_asked_about(name in ".*|[a-z.]{0,40}") {
            let _ = (registrable(&name), registration_of(&name), registered(&name));
        }
    }
}
