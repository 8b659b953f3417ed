//! CAA records (RFC 8659): their grammar, and whom a set of them lets issue.

/// Tags whose meaning authorities know: RFC 8659 section 4, RFC 9495 (`issuemail`), the
/// CA/Browser Forum's Baseline Requirements (contacts) and the mark certificates' (`issuevmc`).
const KNOWN_TAGS: &[&str] =
    &["issue", "issuewild", "iodef", "contactemail", "contactphone", "issuemail", "issuevmc"];

/// The flag "issuer critical" (RFC 8659 section 4.1).
const CRITICAL: u8 = 128;

/// Ways to validate a DNS name that ACME knows: RFC 8555 section 8, RFC 8737, and the drafts
/// draft-ietf-acme-dns-account-label and draft-ietf-acme-dns-persist.
const METHODS: &[&str] = &["http-01", "dns-01", "tls-alpn-01", "dns-account-01", "dns-persist-01"];

/// One CAA record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// True where an authority that does not know the tag must not issue.
    pub critical: bool,
    /// The tag, in lower case (RFC 8659 section 4.1: it is compared so).
    pub tag: String,
    /// The value without its quotes.
    pub value: String,
}

impl Property {
    /// Reads the presentation form: `0 issue "letsencrypt.org"` (RFC 8659 section 4.1.1).
    pub fn parse(text: &str) -> Option<Self> {
        let (flags, rest) = text.trim().split_once(char::is_whitespace)?;
        let (tag, value) = rest.trim_start().split_once(char::is_whitespace).unwrap_or((rest, ""));
        let flags: u8 = flags.parse().ok()?;
        let value = value.trim();
        let value = value.strip_prefix('"').map_or(value, |rest| rest.strip_suffix('"').unwrap_or(rest));
        Some(Self { critical: flags & CRITICAL != 0, tag: tag.to_ascii_lowercase(), value: value.to_owned() })
    }

    /// True where every authority must refuse, because it cannot know what is meant.
    fn is_riddle(&self) -> bool {
        self.critical && !KNOWN_TAGS.contains(&self.tag.as_str())
    }
}

/// The value of an `issue` or `issuewild` record (RFC 8659 section 4.2).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Issuer {
    /// The authority's CAA name in lower case; `None` lets nobody issue.
    pub domain: Option<String>,
    /// What it is bound to: `validationmethods=dns-01`, ... (RFC 8657).
    pub parameters: Vec<(String, String)>,
}

impl Issuer {
    /// Reads a value. What breaks the grammar counts as a value that lets nobody issue.
    pub fn parse(value: &str) -> Self {
        Self::well_formed(value).unwrap_or_default()
    }

    /// The authority that may issue by this value; `None` where nobody can.
    pub fn lets_in(&self) -> Option<&str> {
        self.domain.as_deref().filter(|_| self.unknown_methods().is_none())
    }

    /// The value of `validationmethods` where no authority knows any of its methods, so that none
    /// can issue (RFC 8657 section 4). Authorities name their own ways `ca-...`.
    pub fn unknown_methods(&self) -> Option<&str> {
        let is_known = |method: &str| METHODS.contains(&method) || method.starts_with("ca-");
        self.of("validationmethods").find(|methods| !methods.split(',').any(is_known))
    }

    /// The only account that may ask for a certificate (RFC 8657 section 3).
    pub fn account(&self) -> Option<&str> {
        self.of("accounturi").next()
    }

    /// True where the authority answers to one of these names.
    pub fn is_one_of(&self, names: &[String]) -> bool {
        self.domain.as_ref().is_some_and(|domain| names.contains(domain))
    }

    fn of(&self, tag: &str) -> impl Iterator<Item = &str> {
        self.parameters.iter().filter(move |(own, _)| own == tag).map(|(_, value)| value.as_str())
    }

    fn well_formed(value: &str) -> Option<Self> {
        let (name, rest) = value.split_once(';').unwrap_or((value, ""));
        let name = blank(name);
        let domain = match name {
            "" => None,
            name if name.split('.').all(is_word) => Some(name.to_ascii_lowercase()),
            _ => return None,
        };
        let mut pieces = rest.split(';').map(blank).peekable();
        let mut parameters = Vec::new();
        while let Some(piece) = pieces.next() {
            // A list that ends in `;` is tolerated, as the authorities do.
            if piece.is_empty() && pieces.peek().is_none() {
                break;
            }
            parameters.push(parameter(piece)?);
        }
        Some(Self { domain, parameters })
    }
}

/// Without blanks and tabs at the ends.
fn blank(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// Letters and digits, with hyphens inside.
fn is_word(text: &str) -> bool {
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    edge(bytes.first())
        && edge(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}

fn parameter(text: &str) -> Option<(String, String)> {
    let (tag, value) = text.split_once('=')?;
    let (tag, value) = (blank(tag), blank(value));
    (is_word(tag) && value.bytes().all(|byte| byte.is_ascii_graphic()))
        .then(|| (tag.to_owned(), value.to_owned()))
}

/// Whom a set of records lets issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// Everybody: no record of the set restricts that.
    Everybody,
    /// Only these; nobody where there is none.
    Only(Vec<Issuer>),
    /// Nobody: a record that authorities cannot know is marked critical. The record's tag.
    Riddle(String),
}

impl Allowed {
    /// What a set says about certificates for wildcard names, or for others (RFC 8659 sections 4.2
    /// and 4.3: `issuewild` goes before `issue`, and only for wildcards).
    pub fn by(set: &[Property], wildcard: bool) -> Self {
        if let Some(riddle) = set.iter().find(|property| property.is_riddle()) {
            return Self::Riddle(riddle.tag.clone());
        }
        let of = |tag: &str| set.iter().filter(|property| property.tag == tag).collect::<Vec<_>>();
        let wild = if wildcard { of("issuewild") } else { Vec::new() };
        let counting = if wild.is_empty() { of("issue") } else { wild };
        if counting.is_empty() {
            return Self::Everybody;
        }
        let issuers = counting.iter().map(|property| Issuer::parse(&property.value));
        Self::Only(issuers.filter(|issuer| issuer.lets_in().is_some()).collect())
    }

    /// True where an authority that answers to these names may issue.
    pub fn includes(&self, names: &[String]) -> bool {
        match self {
            Self::Everybody => true,
            Self::Only(allowed) => allowed.iter().any(|issuer| issuer.is_one_of(names)),
            Self::Riddle(_) => false,
        }
    }

    /// The accounts to which an authority of these names is bound; none where any may ask.
    pub fn accounts(&self, names: &[String]) -> Vec<&str> {
        let Self::Only(allowed) = self else { return Vec::new() };
        let own = allowed.iter().filter(|issuer| issuer.is_one_of(names));
        own.map(Issuer::account).collect::<Option<_>>().unwrap_or_default()
    }

    /// True where no authority at all may issue.
    pub fn is_nobody(&self) -> bool {
        match self {
            Self::Everybody => false,
            Self::Only(allowed) => allowed.is_empty(),
            Self::Riddle(_) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(records: &[&str]) -> Vec<Property> {
        records.iter().map(|text| Property::parse(text).expect("a record")).collect()
    }

    fn only(names: &[&str]) -> Allowed {
        Allowed::Only(names.iter().map(|name| Issuer::parse(name)).collect())
    }

    #[test]
    fn records_are_read() {
        let issue =
            Property::parse("0 issue \"letsencrypt.org; validationmethods=dns-01\"").expect("a record");
        assert_eq!((issue.critical, issue.tag.as_str()), (false, "issue"));
        assert_eq!(issue.value, "letsencrypt.org; validationmethods=dns-01");
        let bare = Property::parse("128  Issue  ca.test").expect("a record");
        assert_eq!((bare.critical, bare.tag.as_str(), bare.value.as_str()), (true, "issue", "ca.test"));
        assert_eq!(Property::parse("0 issue \"\"").expect("a record").value, "");
        assert_eq!(Property::parse("x issue ca.test"), None);
        assert_eq!(Property::parse("issue"), None);
    }

    /// RFC 8659 section 4.2, with its own examples.
    #[test]
    fn issuers_are_read() {
        let domain = |value| Issuer::parse(value).domain;
        for value in
            ["ca1.example.net", " CA1.example.net ", "ca1.example.net; account=230123", "ca1.example.net;"]
        {
            assert_eq!(domain(value).as_deref(), Some("ca1.example.net"), "{value}");
        }
        for value in [
            "",
            ";",
            " ; ",
            "; a=b",
            "%%%%%",
            "ca.test.",
            "-ca.test",
            "ca .test",
            "ca.test; a",
            "ca.test; ;a=b",
        ] {
            assert_eq!(domain(value), None, "{value}");
        }
        let bound = Issuer::parse("ca.test; accounturi=https://ca.test/1 ; validationmethods=dns-01");
        assert_eq!(bound.parameters.len(), 2);
        assert_eq!(bound.parameters[0], ("accounturi".to_owned(), "https://ca.test/1".to_owned()));
    }

    /// RFC 8657.
    #[test]
    fn parameters_bind_an_issuer() {
        for (methods, unknown) in [
            ("dns-01", None),
            ("dns01,http-01", None),
            ("ca-fax", None),
            ("dns-persist-01", None),
            ("dns01", Some("dns01")),
            ("dns,http", Some("dns,http")),
            ("", Some("")),
        ] {
            let issuer = Issuer::parse(&format!("ca.test; validationmethods={methods}"));
            assert_eq!(issuer.unknown_methods(), unknown, "{methods}");
            assert_eq!(issuer.lets_in().is_none(), unknown.is_some(), "{methods}");
        }
        let bound = "0 issue \"a.test; accounturi=https://a.test/1\"";
        let ca = ["a.test".to_owned()];
        assert_eq!(Allowed::by(&set(&[bound]), false).accounts(&ca), ["https://a.test/1"]);
        assert!(Allowed::by(&set(&[bound, "0 issue a.test"]), false).accounts(&ca).is_empty());
        assert!(Allowed::by(&set(&[bound]), false).accounts(&["b.test".to_owned()]).is_empty());
        let closed = set(&["0 issue \"a.test; validationmethods=dns\""]);
        assert!(Allowed::by(&closed, false).is_nobody());
    }

    #[test]
    fn sets_allow_as_the_rfc_says() {
        let cases: &[(&[&str], Allowed, Allowed)] = &[
            (&[], Allowed::Everybody, Allowed::Everybody),
            (&["0 iodef \"mailto:a@b.test\""], Allowed::Everybody, Allowed::Everybody),
            (
                &["0 issue \"a.test\"", "0 issue \"b.test\""],
                only(&["a.test", "b.test"]),
                only(&["a.test", "b.test"]),
            ),
            (&["0 issue \"a.test\"", "0 issuewild \"b.test\""], only(&["a.test"]), only(&["b.test"])),
            (&["0 issuewild \";\""], Allowed::Everybody, only(&[])),
            (&["0 issue \";\""], only(&[]), only(&[])),
            (&["0 issue \"%%%\""], only(&[]), only(&[])),
            (&["0 issue \";\"", "0 issue \"a.test\""], only(&["a.test"]), only(&["a.test"])),
            (&["0 tbs \"x\"", "128 issue \"a.test\""], only(&["a.test"]), only(&["a.test"])),
            (
                &["128 tbs \"x\"", "0 issue \"a.test\""],
                Allowed::Riddle("tbs".into()),
                Allowed::Riddle("tbs".into()),
            ),
        ];
        for (records, plain, wild) in cases {
            assert_eq!(Allowed::by(&set(records), false), *plain, "{records:?}");
            assert_eq!(Allowed::by(&set(records), true), *wild, "{records:?} for a wildcard");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*") {
            let _ = (Property::parse(&text), Issuer::parse(&text));
        }

        #[test]
        fn a_plain_name_is_itself(name in "[a-z0-9]{1,9}(\\.[a-z0-9]{1,9}){0,3}") {
            proptest::prop_assert_eq!(Issuer::parse(&name).domain, Some(name));
        }
    }
}
