//! The standards by which mail is authenticated and protected, each read without IO.
//!
//! * [`dkim`]: the keys that verify signatures (RFC 6376): records, and what is wrong with them.
//! * [`smtp`]: what mail servers answer (RFC 5321).
//! * [`spf`]: who may send in a domain's name (RFC 7208): records, evaluation, linter.
//! * [`tags`]: the form that most of the other records share.
//! * [`tlsa`]: the certificates that DNS binds a mail server to (RFC 7672).

pub mod dkim;
pub mod smtp;
pub mod spf;
pub mod tags;
pub mod tlsa;

use crate::spec::model::DmarcPolicy;

/// The value of a tag in a `tag=value; tag=value` list (RFC 6376 section 3.2), the first where
/// there are several.
pub(crate) fn tag<'r>(record: &'r str, name: &str) -> Option<&'r str> {
    let mut tags = record.split(';').filter_map(|tag| tag.split_once('='));
    tags.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim())
}

/// True for a record that begins with `v=DMARC1` (RFC 9989; the value is case-sensitive).
pub(crate) fn is_dmarc(text: &str) -> bool {
    let first = text.split(';').next().unwrap_or(text);
    first
        .split_once('=')
        .is_some_and(|(key, value)| key.trim().eq_ignore_ascii_case("v") && value.trim() == "DMARC1")
}

/// The policy for the record's own domain, or for those under it.
pub(crate) fn dmarc_policy(record: &str, for_subdomain: bool) -> DmarcPolicy {
    let named = |name| tag(record, name).map(str::to_ascii_lowercase);
    let inherited = if for_subdomain { named("sp") } else { None };
    match inherited.or_else(|| named("p")).as_deref() {
        Some("reject") => DmarcPolicy::Reject,
        Some("quarantine") => DmarcPolicy::Quarantine,
        _ => DmarcPolicy::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dmarc_records_are_read() {
        assert!(is_dmarc("v=DMARC1; p=none") && is_dmarc("v = DMARC1 ;p=none") && is_dmarc("v=DMARC1"));
        assert!(!is_dmarc("v=dmarc1; p=none") && !is_dmarc("p=none; v=DMARC1") && !is_dmarc("v=DMARC12"));
        let record = "v=DMARC1; p=Reject; sp=none; rua=mailto:a@shop.test";
        assert_eq!(dmarc_policy(record, false), DmarcPolicy::Reject);
        assert_eq!(dmarc_policy(record, true), DmarcPolicy::None);
        assert_eq!(dmarc_policy("v=DMARC1; p=quarantine", true), DmarcPolicy::Quarantine);
        assert_eq!(dmarc_policy("v=DMARC1", false), DmarcPolicy::None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(text in ".*") {
            let _ = (is_dmarc(&text), dmarc_policy(&text, true));
        }
    }
}
