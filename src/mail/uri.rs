//! Addresses of the web and of mail as RFC 3986 and RFC 6068 have them. Readers of URLs as browsers
//! are (WHATWG) repair what is broken; senders of reports need not.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use crate::spec::model::scalar::domain_name;

/// Characters of a URI beside letters and digits (RFC 3986 section 2), without the brackets, which only
/// an address of IPv6 has.
const MARKS: &str = "-._~:/?#@!$&'()*+,;=%";
/// Characters of an address before the `@` beside letters and digits (RFC 5322 section 3.2.3).
const ATOM: &str = ".!#$%&'*+-/=?^_`{|}~";

/// What no URI may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A character that must be percent-encoded there.
    Character(char),
    /// A `%` without two hexadecimal digits (section 2.1).
    Escape,
}

/// An address that takes mail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mailbox {
    /// What stands before the `@`, percent-decoded.
    pub local: String,
    /// The domain, in ASCII and lower case.
    pub domain: String,
}

/// Whether each character may stand where it stands; the first that may not comes with its place.
pub(crate) fn check(uri: &str) -> Result<(), (Fault, Range<usize>)> {
    let (host, mut fragment) = (authority(uri), false);
    for (at, c) in uri.char_indices() {
        let sound = match c {
            '[' | ']' => host.contains(&at),
            // One begins a fragment, and a fragment holds none (section 3.5).
            '#' => !std::mem::replace(&mut fragment, true),
            c => c.is_ascii_alphanumeric() || MARKS.contains(c),
        };
        if !sound {
            return Err((Fault::Character(c), at..at + c.len_utf8()));
        }
        let digits = uri.as_bytes().get(at + 1..at + 3);
        if c == '%' && !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            return Err((Fault::Escape, at..at + 1));
        }
    }
    Ok(())
}

/// What stands between `//` and the path (section 3.2); nothing for a URI without it.
fn authority(uri: &str) -> Range<usize> {
    let Some((scheme, rest)) = uri.split_once("://").filter(|(scheme, _)| is_scheme(scheme)) else {
        return 0..0;
    };
    let start = scheme.len() + 3;
    start..start + rest.find(['/', '?', '#']).unwrap_or(rest.len())
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// The scheme in lower case (section 3.1), where something stands behind its colon.
pub(crate) fn scheme(uri: &str) -> Option<String> {
    let (scheme, rest) = uri.split_once(':')?;
    (is_scheme(scheme) && !rest.is_empty()).then(|| scheme.to_ascii_lowercase())
}

/// True for an `https:` URI that names a host on the internet: two slashes, a name of at least two
/// labels or an address, perhaps a port, and nobody's name before an `@` (RFC 9110 section 4.2).
pub(crate) fn is_https(uri: &str) -> bool {
    scheme(uri).is_some_and(|scheme| scheme == "https") && has_web_host(uri)
}

/// The same for any scheme of the web.
pub(crate) fn has_web_host(uri: &str) -> bool {
    check(uri).is_ok() && uri.get(authority(uri)).is_some_and(is_authority)
}

fn is_authority(text: &str) -> bool {
    let (host, port) = match text.rfind(':').filter(|at| !text[*at..].contains(']')) {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, ""),
    };
    let port = port.is_empty() || (port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok());
    port && is_host(host)
}

fn is_host(host: &str) -> bool {
    if let Some(literal) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return literal.parse::<Ipv6Addr>().is_ok();
    }
    host.parse::<Ipv4Addr>().is_ok() || (!host.contains('%') && public_name(host).is_some())
}

/// A name that can be one on the internet, in ASCII and lower case.
fn public_name(text: &str) -> Option<String> {
    let name = domain_name(text).ok()?;
    name.trim_end_matches('.').contains('.').then_some(name)
}

/// The address of a `mailto:` URI that names exactly one (RFC 6068).
pub(crate) fn mailbox(uri: &str) -> Option<Mailbox> {
    let (scheme, rest) = uri.trim().split_once(':')?;
    if !scheme.eq_ignore_ascii_case("mailto") {
        return None;
    }
    let address = decoded(rest.split(['?', '#']).next()?)?;
    let (local, domain) = address.rsplit_once('@')?;
    // Slashes are what the URLs of the web have there.
    if local.starts_with('/') || !is_local(local) {
        return None;
    }
    // What is encoded twice is no name.
    let domain = public_name(domain).filter(|_| !domain.ends_with('.') && !domain.contains('%'))?;
    Some(Mailbox { local: local.to_owned(), domain })
}

fn is_local(local: &str) -> bool {
    if let Some(quoted) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return quoted.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    }
    let atom = |c: char| c.is_ascii_alphanumeric() || ATOM.contains(c);
    // Old addresses have dots where none belong; mail to them arrives all the same.
    (1..=64).contains(&local.len()) && local.chars().all(atom)
}

/// Without percent-encoding (RFC 3986 section 2.1).
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        let digits = std::str::from_utf8(&digits).ok().filter(|digits| !digits.starts_with('+'))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_web_are_taken_as_they_are() {
        for good in [
            "https://r.test/v1",
            "HTTPS://r.test",
            "https://r.test:8443/v1?a=b#one",
            "https://r.test:/",
            "https://r.test./v1",
            "https://xn--bcher-kva.test/%C3%BC",
            "https://192.0.2.1/v1",
            "https://[2001:db8::1]:443/v1",
        ] {
            assert!(is_https(good), "{good}");
        }
        for bad in [
            "https:/r.test/v1",
            "https:r.test",
            "https:///v1",
            "https://",
            "https://r..test/v1",
            "https://shoptest/x",
            "https://r.test/%zz",
            "https://r.test/%2",
            "https://r.test/a b",
            "https://a@b@r.test/",
            "https://user:secret@r.test/",
            "https://r.test/#one#two",
            "https://[",
            "https://[::1",
            "https://[x]/",
            "https://r.test/[1]",
            "https://r.test:x/",
            "https://r.test:99999/",
            "https://r%2Etest/",
            "https:\\\\r.test\\v1",
            "https://192.0.2/",
            "http://r.test/",
            "//r.test/",
        ] {
            assert!(!is_https(bad), "{bad}");
        }
        assert!(has_web_host("http://r.test/") && !has_web_host("http:r.test"));
    }

    #[test]
    fn what_no_uri_holds_has_its_place() {
        for (uri, fault) in [
            ("mailto:a@b.test?subject=x#y", Ok(())),
            ("mailto:a@b.test#one#two", Err((Fault::Character('#'), 19..20))),
            ("mailto:a%zz@b.test", Err((Fault::Escape, 8..9))),
            ("mailto:a b@b.test", Err((Fault::Character(' '), 8..9))),
            ("mailto:[a]@b.test", Err((Fault::Character('['), 7..8))),
            ("https://r.test/é", Err((Fault::Character('é'), 15..17))),
        ] {
            assert_eq!(check(uri), fault, "{uri}");
        }
    }

    #[test]
    fn one_mailbox_is_one_address() {
        assert!(mailbox("MAILTO:a.b+c@b.test?subject=x").is_some() && mailbox("mailto:a@b%2Etest").is_some());
        for bad in [
            "mailto:a@b@c.test",
            "mailto:a@shoptest",
            "mailto:a@b..test",
            "mailto:/a@b.test",
            "mailto:a@b%252Etest",
            "mailto:a@b.test,c@b.test",
            "mailto://a@b.test",
        ] {
            assert_eq!(mailbox(bad), None, "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_asked(text in "\\PC*|(https|mailto):[a-z/@:.%\\[\\]#0-9]{0,30}") {
            let _ = (is_https(&text), has_web_host(&text), mailbox(&text));
            if let Err((_, span)) = check(&text) {
                proptest::prop_assert!(text.get(span).is_some());
            }
        }
    }
}
