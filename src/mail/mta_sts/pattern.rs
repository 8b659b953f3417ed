//! Patterns of MX hosts (RFC 8461 sections 3.2 and 4.1).

use std::fmt;
use std::net::IpAddr;

/// A host name, or `*.` and a name: then any host with exactly one label more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MxPattern {
    /// The name without the wildcard, in lower case.
    name: String,
    wildcard: bool,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatternFault {
    /// It is an address.
    Address,
    /// It is a URL, or has a path or a port.
    Url,
    /// It ends in a dot.
    TrailingDot,
    /// It begins with a dot; that meant `*.` in drafts of the standard.
    LeadingDot,
    /// It is a wildcard and nothing else.
    BareWildcard,
    /// A `*` is not the whole left-most label.
    Wildcard,
    /// It is no ASCII; names in other letters are written as A-labels (RFC 5890).
    NotAscii,
    /// It is no host name: labels of 1 to 63 letters, digits and `-`, at most 253 in all.
    Name,
}

impl fmt::Display for PatternFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Address => "an address instead of a host name",
            Self::Url => "a URL instead of a host name",
            Self::TrailingDot => "a host name that ends in a dot",
            Self::LeadingDot => "a host name that begins with a dot, where `*.` was meant",
            Self::BareWildcard => "a wildcard without a name",
            Self::Wildcard => "a `*` that is not the whole first label",
            Self::NotAscii => "a host name that is not in its ASCII form (xn--...)",
            Self::Name => "not a host name",
        })
    }
}

impl MxPattern {
    /// Reads a pattern.
    pub fn parse(text: &str) -> Result<Self, PatternFault> {
        if !text.is_ascii() {
            return Err(PatternFault::NotAscii);
        }
        if text.trim_matches(['[', ']']).trim_start_matches("IPv6:").parse::<IpAddr>().is_ok() {
            return Err(PatternFault::Address);
        }
        if text.contains(['/', ':']) {
            return Err(PatternFault::Url);
        }
        if matches!(text, "*" | "*.") {
            return Err(PatternFault::BareWildcard);
        }
        let (name, wildcard) = text.strip_prefix("*.").map_or((text, false), |name| (name, true));
        if name.contains('*') {
            return Err(PatternFault::Wildcard);
        }
        host_name(name)?;
        Ok(Self { name: name.to_ascii_lowercase(), wildcard })
    }

    /// True for a host that the pattern stands for. A wildcard stands for exactly one label: nothing
    /// less, nothing more, and no part of one.
    pub fn matches(&self, host: &str) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host);
        if !self.wildcard {
            return host.eq_ignore_ascii_case(&self.name);
        }
        host.split_once('.')
            .is_some_and(|(label, parent)| !label.is_empty() && parent.eq_ignore_ascii_case(&self.name))
    }
}

/// RFC 5321 section 4.1.2, `Domain`; lengths as in RFC 1035 section 2.3.4.
fn host_name(name: &str) -> Result<(), PatternFault> {
    if name.ends_with('.') && name.len() > 1 {
        return Err(PatternFault::TrailingDot);
    }
    if name.starts_with('.') && name.len() > 1 {
        return Err(PatternFault::LeadingDot);
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if name.len() <= 253 && name.split('.').all(label) { Ok(()) } else { Err(PatternFault::Name) }
}

impl fmt::Display for MxPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.wildcard { "*." } else { "" }, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_is_exactly_one_label() {
        let pattern = |text| MxPattern::parse(text).expect(text);
        let any = pattern("*.Example.com");
        assert!(any.matches("mail.example.com") && any.matches("MAIL.example.COM."));
        for host in ["example.com", "a.b.example.com", ".example.com", "mail.example.org", "xexample.com", ""]
        {
            assert!(!any.matches(host), "{host}");
        }
        let one = pattern("mx1.example.com");
        assert!(one.matches("MX1.example.com") && !one.matches("a.mx1.example.com"));
        assert_eq!([any.to_string(), one.to_string()], ["*.example.com", "mx1.example.com"]);
    }

    #[test]
    fn each_fault_has_its_name() {
        let long = "a".repeat(64);
        for (text, fault) in [
            ("192.0.2.1", PatternFault::Address),
            ("[192.0.2.1]", PatternFault::Address),
            ("2001:db8::1", PatternFault::Address),
            ("[IPv6:2001:db8::1]", PatternFault::Address),
            ("https://mx.example.com", PatternFault::Url),
            ("mx.example.com/", PatternFault::Url),
            ("mx.example.com:25", PatternFault::Url),
            ("mx.example.com.", PatternFault::TrailingDot),
            (".example.com", PatternFault::LeadingDot),
            ("*", PatternFault::BareWildcard),
            ("*.", PatternFault::BareWildcard),
            ("mx*.example.com", PatternFault::Wildcard),
            ("*mx.example.com", PatternFault::Wildcard),
            ("mx.*.example.com", PatternFault::Wildcard),
            ("*.*.example.com", PatternFault::Wildcard),
            ("mx.bücher.example", PatternFault::NotAscii),
            ("", PatternFault::Name),
            (".", PatternFault::Name),
            ("a..b", PatternFault::Name),
            ("-a.b", PatternFault::Name),
            ("a_b.example.com", PatternFault::Name),
            ("a b.example.com", PatternFault::Name),
            (long.as_str(), PatternFault::Name),
        ] {
            assert_eq!(MxPattern::parse(text), Err(fault), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(text in ".*", host in ".*") {
            if let Ok(pattern) = MxPattern::parse(&text) {
                let _ = pattern.matches(&host);
                proptest::prop_assert_eq!(MxPattern::parse(&pattern.to_string()), Ok(pattern));
            }
        }

        #[test]
        fn a_name_matches_itself_alone(name in "[a-z]{1,5}(\\.[a-z]{1,5}){1,3}", label in "[a-z]{1,5}") {
            let under = format!("{label}.{name}");
            let (own, any) = (MxPattern::parse(&name), MxPattern::parse(&format!("*.{name}")));
            let (own, any) = (own.expect("a name"), any.expect("a wildcard"));
            proptest::prop_assert!(own.matches(&name) && !own.matches(&under));
            let deeper = format!("x.{under}");
            proptest::prop_assert!(!any.matches(&name) && any.matches(&under) && !any.matches(&deeper));
        }
    }
}
