//! The standards by which mail is authenticated and protected, each read without IO.
//!
//! * [`spf`]: who may send in a domain's name (RFC 7208): records, evaluation, linter.
//! * [`tags`]: the form that most of the other records share.

pub mod spf;
pub mod tags;

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

/// True for a record with a DKIM key; an empty `p=` is a key withdrawn (RFC 6376 section 3.6.1).
pub(crate) fn is_dkim_key(text: &str) -> bool {
    tag(text, "p").is_some_and(|key| !key.is_empty())
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

    #[test]
    fn keys_are_told_from_other_texts() {
        assert!(is_dkim_key("k=rsa; p=MIIB") && !is_dkim_key("v=DKIM1; p=") && !is_dkim_key("v=DKIM1"));
        assert!(!is_dkim_key("v=spf1 -all") && !is_dkim_key("sp=x") && !is_dkim_key(""));
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(text in ".*") {
            let _ = (is_dmarc(&text), dmarc_policy(&text, true), is_dkim_key(&text));
        }
    }
}
