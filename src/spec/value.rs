//! Values of declared records: what they mean, and the form in which two that mean the same are
//! equal.

mod service;
mod text;

use std::net::IpAddr;

use super::model::RecordType;
use super::names::name_form;
use crate::observed::Remote;

/// What a value says, in a form that is equal for all ways to write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Form(Vec<String>);

impl Form {
    /// The parts of the value, each in its one way to write it.
    pub(crate) fn into_words(self) -> Vec<String> {
        self.0
    }
}

/// The priority that stands in a declared value, as zone files write it, and the rest.
pub(crate) fn split_priority(kind: RecordType, value: &str) -> (Option<u16>, &str) {
    let value = value.trim();
    let words = value.split_whitespace().count();
    let may = match kind {
        RecordType::Mx => words == 2,
        RecordType::Srv => words == 4,
        RecordType::Https | RecordType::Svcb => words > 1,
        _ => false,
    };
    let Some((first, rest)) = value.split_once(char::is_whitespace).filter(|_| may) else {
        return (None, value);
    };
    first.parse().map_or((None, value), |priority| (Some(priority), rest.trim_start()))
}

/// The form of a value without its priority.
pub(crate) fn form(kind: RecordType, value: &str) -> Form {
    let words = |text: &str| text.split_whitespace().map(name_form).collect::<Vec<_>>();
    Form(match kind {
        // What was published came in as `Remote`.
        RecordType::Txt => vec![Remote::new(value).to_string()],
        RecordType::A | RecordType::Aaaa => {
            let value = value.trim();
            vec![value.parse::<IpAddr>().map_or_else(|_| name_form(value), |address| address.to_string())]
        }
        // The strings may be quoted or not.
        RecordType::Caa => words(&value.replace('"', "")),
        RecordType::Ds | RecordType::Tlsa => numbers_and_hex(value),
        RecordType::Https | RecordType::Svcb => service::form(value),
        RecordType::Cname | RecordType::Mx | RecordType::Ns | RecordType::Ptr | RecordType::Srv => {
            words(value)
        }
    })
}

/// Three numbers and hexadecimal digits, which may be written in groups (RFC 4034 section 5.3,
/// RFC 6698 section 2.2).
fn numbers_and_hex(value: &str) -> Vec<String> {
    let mut words = value.split_whitespace().map(str::to_ascii_lowercase);
    let mut form: Vec<String> = words.by_ref().take(3).collect();
    let digits: String = words.collect();
    form.extend((!digits.is_empty()).then_some(digits));
    form
}

/// The name that a value leads to, as it is written; `None` for types that lead to no name.
pub(crate) fn target(kind: RecordType, value: &str) -> Option<&str> {
    let (_, rest) = split_priority(kind, value);
    let words: Vec<&str> = rest.split_whitespace().collect();
    match (kind, words.as_slice()) {
        (RecordType::Cname | RecordType::Mx | RecordType::Ns | RecordType::Ptr, [name])
        | (RecordType::Srv, [_, _, name])
        | (RecordType::Https | RecordType::Svcb, [name, ..]) => Some(name),
        _ => None,
    }
}

/// The target of a value that is one label. Zone files complete it with the zone, forms of
/// providers do or do not: as the value of a spec it would be a guess. `apex` and `@` are words for
/// the domain.
pub(crate) fn bare_label(kind: RecordType, value: &str) -> Option<&str> {
    target(kind, value).filter(|name| !name.is_empty() && !name.contains('.') && !is_apex(name))
}

fn is_apex(name: &str) -> bool {
    name == "@" || name.eq_ignore_ascii_case("apex")
}

/// What has to be published for a declared value: `apex` and `@` as the domain, names in ASCII, the
/// quoted strings of a TXT joined.
pub(crate) fn meant(kind: RecordType, value: &str, domain: &str) -> String {
    if kind == RecordType::Txt {
        return text::joined(value).unwrap_or_else(|| value.to_owned());
    }
    let whole = match target(kind, value) {
        Some(name) if is_apex(name) => domain.to_owned(),
        Some(name) if !name.is_ascii() => name_form(name),
        _ => return value.to_owned(),
    };
    let mut words: Vec<&str> = value.split_whitespace().collect();
    let (priority, _) = split_priority(kind, value);
    let at = usize::from(priority.is_some()) + if kind == RecordType::Srv { 2 } else { 0 };
    words.splice(at..=at, [whole.as_str()]);
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::RecordType::{Aaaa, Caa, Cname, Ds, Https, Mx, Ptr, Srv, Svcb, Tlsa, Txt};
    use super::*;

    #[test]
    fn values_that_mean_the_same_are_equal() {
        let equal = [
            (Aaaa, "2001:DB8:0::1", "2001:db8::1"),
            (Cname, "Shops.Example.NET.", "shops.example.net"),
            (Cname, "App.BÜCHER.test", "app.xn--bcher-kva.test"),
            (Ptr, "bücher.test.", "xn--bcher-kva.test"),
            (Mx, " mail.shop.test. ", "mail.shop.test"),
            (Mx, ".", "."),
            (Caa, "0  issue letsencrypt.org", "0 issue \"letsencrypt.org\""),
            (Srv, "5  5060 sip.bücher.test.", "5 5060 sip.xn--bcher-kva.test"),
            (Tlsa, "3 1 1 AB cd\tEF", "3 1 1 abcdef"),
            (Ds, "12345 13 2 AB CD", "12345 13 2 abcd"),
            (Https, ". alpn=\"h2,http/1.1\" ipv4hint=192.0.2.1", ". ipv4hint=192.0.2.1 alpn=h2,http/1.1"),
            (Svcb, "bücher.test port=8443", "xn--bcher-kva.test. port=\"8443\""),
            (Txt, "Exact", "Exact"),
            (Txt, "a\tb", "a\\u{9}b"),
        ];
        for (kind, left, right) in equal {
            assert_eq!(form(kind, left), form(kind, right), "{left}");
        }
    }

    #[test]
    fn values_that_mean_something_else_are_not() {
        let other = [
            (Txt, "Exact", "exact"),
            (Txt, "a b", "a  b"),
            (Tlsa, "3 1 1 ab", "3 1 1a b"),
            (Https, ". alpn=h2,h3", ". alpn=h3,h2"),
            (Https, ". alpn=h2", ". alpn=h2 no-default-alpn"),
            (Srv, "5 5060 a.test", "5 5061 a.test"),
        ];
        for (kind, left, right) in other {
            assert_ne!(form(kind, left), form(kind, right), "{left}");
        }
    }

    #[test]
    fn the_priority_may_stand_in_the_value() {
        assert_eq!(split_priority(Srv, "10 5  5060 a.test"), (Some(10), "5  5060 a.test"));
        assert_eq!(split_priority(Srv, "5 5060 a.test"), (None, "5 5060 a.test"));
        assert_eq!(split_priority(Https, "1 . alpn=h2"), (Some(1), ". alpn=h2"));
        assert_eq!(split_priority(Https, ". alpn=h2"), (None, ". alpn=h2"));
        assert_eq!(split_priority(Caa, "0 issue ca.test"), (None, "0 issue ca.test"));
    }

    #[test]
    fn one_label_is_no_target() {
        for (kind, value) in [(Cname, "app"), (Mx, "app"), (Srv, "10 5 5060 app"), (Https, "1 app port=1")] {
            assert_eq!(bare_label(kind, value), Some("app"));
        }
        for (kind, value) in [(Cname, "app."), (Cname, "@"), (Mx, "."), (Srv, "5 5060 Apex"), (Txt, "app")] {
            assert_eq!(bare_label(kind, value), None, "{value}");
        }
    }

    #[test]
    fn what_is_meant_is_what_has_to_be_published() {
        let meant = |kind, value| meant(kind, value, "shop.test");
        assert_eq!(meant(Cname, "@"), "shop.test");
        assert_eq!(meant(Srv, "10 5 5060 apex"), "10 5 5060 shop.test");
        assert_eq!(meant(Https, "1 @ alpn=h2"), "1 shop.test alpn=h2");
        assert_eq!(meant(Mx, "mail.BÜCHER.test"), "mail.xn--bcher-kva.test");
        assert_eq!(meant(Cname, "Shops.Example.NET."), "Shops.Example.NET.");
        assert_eq!(meant(Txt, "\"ab\" \"cd\""), "abcd");
        assert_eq!(meant(Txt, "\"apex\" and more"), "\"apex\" and more");
    }

    const KINDS: [RecordType; 13] =
        [RecordType::A, Aaaa, Caa, Cname, Ds, Https, Mx, RecordType::Ns, Ptr, Srv, Svcb, Tlsa, Txt];

    proptest::proptest! {
        #[test]
        fn any_value_can_be_read(value in ".*|[a-z0-9.@\" =,\\\\]{0,40}") {
            for kind in KINDS {
                let _ = (form(kind, &value), bare_label(kind, &value));
                let once = meant(kind, &value, "shop.test");
                proptest::prop_assert!(kind == Txt || meant(kind, &once, "shop.test") == once);
            }
        }
    }
}
