//! An SPF record (RFC 7208) as the parts that a spec can declare.

use super::quote::is_name;
use crate::mail::spf::{self, record::Qualifier};
use crate::private::Network;
use crate::provider::email;

/// What a record says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Record<'r> {
    /// `fail` or `softfail`, as a spec writes how it ends.
    pub(super) all: Option<&'static str>,
    /// Names that are included.
    pub(super) includes: Vec<&'r str>,
    /// Addresses and networks.
    pub(super) addresses: Vec<&'r str>,
    /// Every other term.
    pub(super) others: Vec<&'r str>,
}

impl<'r> Record<'r> {
    pub(super) fn read(text: &'r str) -> Self {
        let all = match spf::Record::read(text).record.all() {
            Some((Qualifier::Fail, _)) => Some("fail"),
            Some((Qualifier::SoftFail, _)) => Some("softfail"),
            _ => None,
        };
        let mut record = Self { all, ..Self::default() };
        for term in text.split(' ').skip(1).filter(|term| !term.is_empty()) {
            record.add(term);
        }
        record
    }

    fn add(&mut self, term: &'r str) {
        let bare = term.strip_prefix('+').unwrap_or(term);
        let (name, value) = bare.split_once(':').unwrap_or((bare, ""));
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "include" if is_name(value) => self.includes.push(value),
            "ip4" | "ip6" if value.parse::<Network>().is_ok() => self.addresses.push(value),
            "-all" | "~all" => {}
            _ => self.others.push(term),
        }
    }
}

/// True for an include that no known service asks for.
pub(super) fn is_unknown(include: &str) -> bool {
    email::senders_of_spf(&[include]).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_falls_into_its_parts() {
        let record =
            Record::read("v=spf1 include:_spf.google.com +ip4:203.0.113.0/24 ip6:2001:db8::1 a mx ~all");
        assert_eq!(record.all, Some("softfail"));
        assert_eq!(record.includes, ["_spf.google.com"]);
        assert_eq!(record.addresses, ["203.0.113.0/24", "2001:db8::1"]);
        assert_eq!(record.others, ["a", "mx"]);
    }

    #[test]
    fn what_is_no_declaration_stands_aside() {
        let record = Record::read("v=spf1 ?include:a.test include:%{i}.b.test ip4:999 redirect=c.test");
        assert_eq!((record.all, record.includes.len(), record.addresses.len()), (None, 0, 0));
        assert_eq!(record.others.len(), 4);
    }

    proptest::proptest! {
        #[test]
        fn any_record_can_be_read(text in "v=spf1( [ -~]{0,20}){0,6}|.*") {
            let _ = Record::read(&text);
        }
    }
}
