//! The records that would make the failing checks of mail pass: what their help prints, word by word,
//! so that a user of any DNS provider can publish them.

pub mod dkim;
mod dmarc;
pub mod mx;
pub mod needless;
pub mod policy;
pub mod spf;

use std::fmt;

pub(crate) use dmarc::{
    authorisation, authorisation_name, declared as declared_dmarc, enforced as enforced_dmarc,
    goal as dmarc_goal, policy as dmarc, subdomain_goal,
};

/// A record to publish.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// The full owner name, in lower case without trailing dot.
    pub name: String,
    /// The type.
    pub kind: &'static str,
    /// Preference of an MX.
    pub priority: Option<u16>,
    /// The data: the text of a TXT without quotes, a name without trailing dot.
    pub value: String,
}

impl Wanted {
    /// A text.
    pub fn txt(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), kind: "TXT", priority: None, value: text.into() }
    }

    /// An alias. Where Cloudflare answers for the zone it must not be proxied.
    pub fn cname(name: impl Into<String>, target: impl Into<String>) -> Self {
        Self { name: name.into(), kind: "CNAME", priority: None, value: target.into() }
    }

    /// A mail exchanger; `.` with preference 0 is a null MX (RFC 7505).
    pub fn mx(name: impl Into<String>, priority: u16, host: impl Into<String>) -> Self {
        Self { name: name.into(), kind: "MX", priority: Some(priority), value: host.into() }
    }
}

/// As people enter it: `shop.test TXT "v=spf1 -all"`. Text from outside that became part of it is
/// made harmless.
impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, value) =
            (crate::observed::Remote::new(&self.name), crate::observed::Remote::new(&self.value));
        match (self.kind, self.priority) {
            ("TXT", _) => write!(f, "{name} TXT \"{value}\""),
            (kind, Some(priority)) => write!(f, "{name} {kind} {priority} {value}"),
            (kind, None) => write!(f, "{name} {kind} {value}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Wanted;

    #[test]
    fn records_are_written_as_they_are_entered() {
        let all = [
            Wanted::txt("shop.test", "v=spf1 -all"),
            Wanted::cname("s1._domainkey.shop.test", "s1.host.test"),
            Wanted::mx("shop.test", 0, "."),
        ];
        let all: Vec<String> = all.iter().map(ToString::to_string).collect();
        assert_eq!(
            all,
            [
                "shop.test TXT \"v=spf1 -all\"",
                "s1._domainkey.shop.test CNAME s1.host.test",
                "shop.test MX 0 ."
            ]
        );
    }
}
