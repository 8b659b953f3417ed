//! Cross-origin requests as browsers judge them: the CORS check and the CORS-preflight fetch of the Fetch
//! standard (fetch.spec.whatwg.org, sections 4.8 and 4.10), and origins that must not get through. Pure.

mod origins;

pub use origins::{Stranger, Trick, development, strangers};

/// Header fields that the preflight asks for, as browsers write them: sorted, in lower case.
pub const ASKED_HEADERS: &str = "authorization,content-type";

/// What an answer lets scripts of an origin do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grant {
    /// They cannot read it.
    None,
    /// Scripts of any origin can read it, in requests without credentials: `*`.
    Anyone,
    /// They can read it, in requests without credentials; the answer names the origin.
    Named,
    /// They can read it, also in requests with the visitor's cookies.
    WithCredentials,
}

/// The CORS check (Fetch section 4.10): both values are compared byte for byte, several are none.
pub fn grant(origin: &str, allow_origin: Option<&str>, allow_credentials: Option<&str>) -> Grant {
    match allow_origin {
        Some("*") => Grant::Anyone,
        Some(allowed) if allowed == origin && allow_credentials == Some("true") => Grant::WithCredentials,
        Some(allowed) if allowed == origin => Grant::Named,
        _ => Grant::None,
    }
}

/// Those of the header fields asked for that a preflight's answer does not let through (Fetch section
/// 4.8, CORS-preflight fetch). `*` stands for all but `Authorization`, and for none in requests with
/// credentials.
pub fn headers_left_out(allow_headers: Option<&str>, with_credentials: bool) -> Vec<&'static str> {
    let listed: Vec<String> =
        allow_headers.unwrap_or_default().split(',').map(|name| name.trim().to_ascii_lowercase()).collect();
    let wildcard = !with_credentials && listed.iter().any(|name| name == "*");
    let is_allowed =
        |name: &str| listed.iter().any(|listed| listed == name) || (wildcard && name != "authorization");
    ASKED_HEADERS.split(',').filter(|name| !is_allowed(name)).collect()
}

/// True for what the Fetch standard calls an ok status: only that lets a request follow a preflight.
pub fn is_ok(status: u16) -> bool {
    (200..300).contains(&status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_of_the_standard() {
        let own = "https://app.shop.test";
        for (allow_origin, credentials, expected) in [
            (None, None, Grant::None),
            (None, Some("true"), Grant::None),
            (Some("*"), None, Grant::Anyone),
            (Some("*"), Some("true"), Grant::Anyone),
            (Some(own), None, Grant::Named),
            (Some(own), Some("true"), Grant::WithCredentials),
            (Some(own), Some("TRUE"), Grant::Named),
            (Some(own), Some("false"), Grant::Named),
            (Some("https://app.shop.test/"), Some("true"), Grant::None),
            (Some("https://APP.shop.test"), None, Grant::None),
            (Some("http://app.shop.test"), None, Grant::None),
            (Some("https://app.shop.test, https://app.shop.test"), None, Grant::None),
            (Some("*.shop.test"), None, Grant::None),
            (Some("null"), Some("true"), Grant::None),
            (Some(""), None, Grant::None),
        ] {
            assert_eq!(grant(own, allow_origin, credentials), expected, "{allow_origin:?} {credentials:?}");
        }
        assert_eq!(grant("null", Some("null"), Some("true")), Grant::WithCredentials);
    }

    #[test]
    fn wildcards_do_not_cover_authorization() {
        assert!(headers_left_out(Some("Content-Type, Authorization"), true).is_empty());
        assert_eq!(headers_left_out(Some("*"), false), ["authorization"]);
        assert_eq!(headers_left_out(Some("*"), true), ["authorization", "content-type"]);
        assert!(headers_left_out(Some("*, authorization"), false).is_empty());
        assert_eq!(headers_left_out(None, false), ["authorization", "content-type"]);
    }
}
