//! The standards by which mail is authenticated and protected, each read without IO.
//!
//! * [`dmarc`]: what receivers do with mail that neither SPF nor DKIM vouches for (RFC 9989): records, the
//!   walk that finds them, alignment.
//! * [`spf`]: who may send in a domain's name (RFC 7208): records, evaluation, linter.
//! * [`tags`]: the form that most of the other records share.

pub mod dmarc;
pub mod spf;
pub mod tags;

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
    fn keys_are_told_from_other_texts() {
        assert!(is_dkim_key("k=rsa; p=MIIB") && !is_dkim_key("v=DKIM1; p=") && !is_dkim_key("v=DKIM1"));
        assert!(!is_dkim_key("v=spf1 -all") && !is_dkim_key("sp=x") && !is_dkim_key(""));
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(text in ".*") {
            let _ = (is_spf(&text), spf_ending(&text), is_dkim_key(&text));
        }
    }
}
