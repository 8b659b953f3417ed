//! Where answers of DNS come from: a trait, and a table of answers for tests and examples.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The types of records that SPF asks for. Type 99 is not among them (RFC 7208 section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// IPv4 addresses.
    A,
    /// IPv6 addresses.
    Aaaa,
    /// Mail exchanges.
    Mx,
    /// Texts.
    Txt,
    /// Reverse names.
    Ptr,
}

impl Kind {
    /// As zone files write it: `AAAA`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Mx => "MX",
            Self::Txt => "TXT",
            Self::Ptr => "PTR",
        }
    }
}

/// A question to DNS.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question {
    /// In lower case, without trailing dot. Macros can put other characters into it than host
    /// names have: spaces, `/`, `%`.
    pub name: String,
    /// What is asked for.
    pub kind: Kind,
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.kind.as_str())
    }
}

/// What is known about a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply<T> {
    /// The records, in the order in which DNS gave them and wherever a CNAME chain ended. None is an
    /// answer too, whether the name does not exist or has no such records.
    Answer(Vec<T>),
    /// No answer came, or an error code; the reason in words. It leads to `temperror`.
    Failed(String),
    /// Nobody has asked yet. The evaluation stops, and says what it needs to know.
    NotAsked,
}

/// Answers of DNS. Names come as in [`Question`]. Nothing here waits: what is not known is
/// [`Reply::NotAsked`], the caller asks, and evaluates again (see the [module](super)).
pub trait Lookup {
    /// IPv4 addresses.
    fn a(&self, name: &str) -> Reply<Ipv4Addr>;
    /// IPv6 addresses.
    fn aaaa(&self, name: &str) -> Reply<Ipv6Addr>;
    /// Names of mail exchanges; `.` or nothing for a null MX (RFC 7505).
    fn mx(&self, name: &str) -> Reply<String>;
    /// Texts, each with its strings joined and nothing between them (RFC 7208 section 3.3).
    fn txt(&self, name: &str) -> Reply<String>;
    /// Names behind a reverse name, `1.2.0.192.in-addr.arpa`.
    fn ptr(&self, name: &str) -> Reply<String>;
}

/// The form in which a name is asked for; `None` where DNS cannot be asked: an empty label, one
/// over 63 characters, more than 253 altogether, or characters that are not ASCII.
pub fn askable(name: &str) -> Option<String> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let sound = |label: &str| (1..=63).contains(&label.len());
    let fits = name.is_ascii() && name.len() <= 253 && name.split('.').all(sound);
    fits.then(|| name.to_ascii_lowercase())
}

/// True for more than one label, and no address in brackets: what a record is asked for (section 4.3).
pub(super) fn is_full(name: &str) -> bool {
    name.contains('.') && !name.starts_with('[')
}

/// The name under which an address's own name is found (RFC 1035 section 3.5, RFC 3596).
pub fn reverse_name(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(v6) => {
            let mut name = String::with_capacity(72);
            for byte in v6.octets().iter().rev() {
                let _ = write!(name, "{:x}.{:x}.", byte & 15, byte >> 4);
            }
            name + "ip6.arpa"
        }
    }
}

/// A table of answers.
///
/// A name that stands in it has the records that were put in, and no others; about every other
/// name nobody has asked yet, unless the table is [closed](Answers::close).
#[derive(Debug, Clone, Default)]
pub struct Answers {
    records: BTreeMap<Question, Vec<String>>,
    failures: BTreeMap<Question, String>,
    closed: bool,
}

impl Answers {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a record; its value as zone files have it, without a preference for MX. The value
    /// is kept even where it is no address, and then ignored.
    #[must_use]
    pub fn with(mut self, name: &str, kind: Kind, value: &str) -> Self {
        self.records.entry(Self::question(name, kind)).or_default().push(value.to_owned());
        self
    }

    /// Lets a question fail.
    #[must_use]
    pub fn failing(mut self, name: &str, kind: Kind, reason: &str) -> Self {
        self.failures.insert(Self::question(name, kind), reason.to_owned());
        self
    }

    /// Says that there is nothing but what stands here: every other answer is empty.
    #[must_use]
    pub fn close(mut self) -> Self {
        self.closed = true;
        self
    }

    fn question(name: &str, kind: Kind) -> Question {
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        Question { name, kind }
    }

    fn reply<T>(&self, name: &str, kind: Kind, read: impl Fn(&String) -> Option<T>) -> Reply<T> {
        let question = Self::question(name, kind);
        if let Some(reason) = self.failures.get(&question) {
            return Reply::Failed(reason.clone());
        }
        match self.records.get(&question) {
            Some(values) => Reply::Answer(values.iter().filter_map(read).collect()),
            None if self.closed || self.knows(&question.name) => Reply::Answer(Vec::new()),
            None => Reply::NotAsked,
        }
    }

    fn knows(&self, name: &str) -> bool {
        self.records.keys().any(|question| question.name == name)
    }
}

impl Lookup for Answers {
    fn a(&self, name: &str) -> Reply<Ipv4Addr> {
        self.reply(name, Kind::A, |value| value.parse().ok())
    }

    fn aaaa(&self, name: &str) -> Reply<Ipv6Addr> {
        self.reply(name, Kind::Aaaa, |value| value.parse().ok())
    }

    fn mx(&self, name: &str) -> Reply<String> {
        self.reply(name, Kind::Mx, |value| Some(value.clone()))
    }

    fn txt(&self, name: &str) -> Reply<String> {
        self.reply(name, Kind::Txt, |value| Some(value.clone()))
    }

    fn ptr(&self, name: &str) -> Reply<String> {
        self.reply(name, Kind::Ptr, |value| Some(value.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_asked_in_one_form() {
        assert_eq!(askable("A.Test.").as_deref(), Some("a.test"));
        assert_eq!(askable("foo:bar/baz %.test").as_deref(), Some("foo:bar/baz %.test"));
        for bad in ["", ".", "a..test", ".test", "bücher.test", &"x".repeat(64), &"x.".repeat(128)] {
            assert_eq!(askable(bad), None, "{bad}");
        }
    }

    #[test]
    fn addresses_have_reverse_names() {
        let name = |text: &str| reverse_name(text.parse().expect("an address"));
        assert_eq!(name("192.0.2.1"), "1.2.0.192.in-addr.arpa");
        let zeros = "0.".repeat(23);
        assert_eq!(name("2001:db8::1"), format!("1.{zeros}8.b.d.0.1.0.0.2.ip6.arpa"));
    }

    #[test]
    fn a_table_knows_what_it_does_not_know() {
        let open = Answers::new().with("A.test.", Kind::A, "192.0.2.1").failing("b.test", Kind::A, "lame");
        assert_eq!(open.a("a.test"), Reply::Answer(vec![Ipv4Addr::new(192, 0, 2, 1)]));
        assert_eq!(open.aaaa("a.test"), Reply::Answer(vec![]));
        assert_eq!(open.a("b.test"), Reply::Failed("lame".into()));
        assert_eq!(open.a("c.test"), Reply::NotAsked);
        assert_eq!(open.close().a("c.test"), Reply::Answer(vec![]));
    }
}
