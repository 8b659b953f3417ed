//! The standards by which mail is authenticated and protected, each read without IO.
//!
//! * [`spf`]: who may send in a domain's name (RFC 7208): records, evaluation, linter.
//! * [`mta_sts`]: mail only over TLS with verified servers (RFC 8461): records and policies.
//! * [`tls_rpt`]: who hears where TLS between mail servers fails (RFC 8460).
//! * [`bimi`]: the logo beside a domain's mail.
//! * [`tags`]: the form that most of the other records share; [`fields`]: the stricter one of MTA-STS
//!   and TLS-RPT.

pub mod bimi;
pub mod fields;
pub mod mta_sts;
pub mod spf;
pub mod tags;
pub mod tls_rpt;

use crate::spec::model::DmarcPolicy;

/// True for `v=spf1` alone or before a space (RFC 7208 section 4.5).
pub(crate) fn is_spf(text: &str) -> bool {
    let Some((version, rest)) = text.split_at_checked(6) else { return false };
    version.eq_ignore_ascii_case("v=spf1") && (rest.is_empty() || rest.starts_with(' '))
}

/// How an SPF record ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending<'r> {
    /// With the first `all` and its qualifier: nothing after it is looked at (RFC 7208 section 5.1).
    All(char),
    /// With another domain's record.
    Redirect(&'r str),
    /// With nothing: the result is neutral (section 4.7).
    Open,
}

/// How the record treats everybody whom it does not list.
pub(crate) fn spf_ending(record: &str) -> Ending<'_> {
    let mut redirect = None;
    for term in record.split(' ').skip(1) {
        let (qualifier, mechanism) = match term.chars().next() {
            Some(c @ ('+' | '-' | '~' | '?')) => (c, &term[1..]),
            _ => ('+', term),
        };
        if mechanism.eq_ignore_ascii_case("all") {
            return Ending::All(qualifier);
        }
        if let Some((name, value)) = term.split_once('=')
            && name.eq_ignore_ascii_case("redirect")
        {
            redirect = Some(value);
        }
    }
    redirect.map_or(Ending::Open, Ending::Redirect)
}

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

/// Redirects that may follow each other: receivers ask no more than ten names (section 4.6.4).
pub(crate) const MOST_SPF_REDIRECTS: usize = 10;

/// A name as names are compared.
pub(crate) fn spf_name(text: &str) -> String {
    text.trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spf_records_are_told_from_others() {
        for text in ["v=spf1", "V=SPF1 -all", "v=spf1 include:a.test ~all"] {
            assert!(is_spf(text), "{text}");
        }
        for text in ["v=spf10 -all", "v=spf2.0/pra", " v=spf1 -all", "spf1", "", "v=spf€1"] {
            assert!(!is_spf(text), "{text}");
        }
    }

    #[test]
    fn the_first_all_counts() {
        let cases = [
            ("v=spf1 -all", Ending::All('-')),
            ("v=spf1 ALL", Ending::All('+')),
            ("v=spf1 mx ~all +all", Ending::All('~')),
            ("v=spf1 redirect=a.test ?all", Ending::All('?')),
            ("v=spf1 mx Redirect=a.test", Ending::Redirect("a.test")),
            ("v=spf1 include:all.test exp=all", Ending::Open),
            ("v=spf1", Ending::Open),
        ];
        for (record, ending) in cases {
            assert_eq!(spf_ending(record), ending, "{record}");
        }
    }

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
            let _ = (is_spf(&text), spf_ending(&text), is_dmarc(&text), dmarc_policy(&text, true), is_dkim_key(&text));
        }
    }
}
