//! Cookies as servers set them (RFC 6265bis): their names and attributes. A value is somebody's secret: it is
//! [masked] before anything keeps it, and nothing here needs it.
//!
//! ```
//! use launch_ready::web::cookie::{Cookie, Fault, masked};
//!
//! let kept = masked("sid=3b1f9a; Path=/; HttpOnly");
//! assert_eq!(kept, "sid=***; Path=/; HttpOnly");
//! let cookie = Cookie::parse(&kept).expect("a cookie");
//! assert_eq!(cookie.faults(), [Fault::NoSecure, Fault::NoSameSite]);
//! ```

mod date;

use std::fmt;

use jiff::Timestamp;

use super::is_space;
pub use date::date;

/// What stands in place of a value.
pub const MASK: &str = "***";

/// Attributes that are kept, in lower case and without `-` and `_`; whatever else follows a semicolon may
/// be the rest of a value.
const ATTRIBUTES: [&str; 9] =
    ["expires", "maxage", "domain", "path", "secure", "httponly", "samesite", "partitioned", "priority"];

/// The field value of `Set-Cookie` without what must not be kept: the cookie's value, and attributes that
/// are none.
pub fn masked(text: &str) -> String {
    let mut parts = text.split(';');
    let pair = parts.next().unwrap_or_default();
    let mut kept = match pair.split_once('=') {
        Some((name, value)) if value.trim_matches(is_space).is_empty() => format!("{name}="),
        Some((name, _)) => format!("{name}={MASK}"),
        None if pair.trim_matches(is_space).is_empty() => String::new(),
        // Without a `=` all of it is the value.
        None => MASK.to_owned(),
    };
    for part in parts {
        let name = part.split('=').next().unwrap_or_default().trim_matches(is_space);
        let plain = name.to_ascii_lowercase().replace(['-', '_'], "");
        let known = part.trim_matches(is_space).is_empty() || ATTRIBUTES.contains(&plain.as_str());
        kept.push(';');
        kept.push_str(if known { part } else { MASK });
    }
    kept
}

/// A cookie without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cookie<'t> {
    /// Its name; empty where there is no `=`.
    pub name: &'t str,
    /// Sent over HTTPS only.
    pub secure: bool,
    /// Out of reach of scripts.
    pub http_only: bool,
    /// Whether it goes along with requests from other sites.
    pub same_site: SameSite<'t>,
    /// The path below which it is sent; `None`: that of the request.
    pub path: Option<&'t str>,
    /// The domain to whose names it is sent; `None`: to the host alone.
    pub domain: Option<&'t str>,
    /// Seconds until it ends.
    pub max_age: Option<i64>,
    /// When it ends, where `max_age` does not say.
    pub expires: Option<Timestamp>,
}

/// The attribute `SameSite`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite<'t> {
    /// It is not said; each browser has its own default.
    Missing,
    /// Never from other sites.
    Strict,
    /// From other sites only where somebody follows a link.
    Lax,
    /// Always.
    None,
    /// A word without a meaning, which counts as missing.
    Invalid(&'t str),
}

/// What is wrong with a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault<'t> {
    /// It is sent over plain HTTP too.
    NoSecure,
    /// Scripts can read it, and it looks like a session.
    NoHttpOnly,
    /// How other sites may use it is left to the browser.
    NoSameSite,
    /// `SameSite` with a word without a meaning.
    InvalidSameSite(&'t str),
    /// `SameSite=None` without `Secure`: browsers refuse it.
    NoneWithoutSecure,
    /// A name that begins with `__Secure-` or `__Host-`, without `Secure`: browsers refuse it.
    PrefixWithoutSecure,
    /// `__Host-` with a `Domain`: browsers refuse it.
    HostWithDomain,
    /// `__Host-` without `Path=/`: browsers refuse it.
    HostWithoutPath,
}

impl Fault<'_> {
    /// True where browsers do not take the cookie at all.
    pub fn is_refused(self) -> bool {
        matches!(
            self,
            Self::NoneWithoutSecure
                | Self::PrefixWithoutSecure
                | Self::HostWithDomain
                | Self::HostWithoutPath
        )
    }
}

impl fmt::Display for Fault<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSecure => f.write_str("no Secure"),
            Self::NoHttpOnly => f.write_str("no HttpOnly"),
            Self::NoSameSite => f.write_str("no SameSite"),
            Self::InvalidSameSite(word) => write!(f, "SameSite={word}, which means nothing"),
            Self::NoneWithoutSecure => f.write_str("SameSite=None without Secure, which browsers refuse"),
            Self::PrefixWithoutSecure => {
                f.write_str("a prefix that needs Secure, without which browsers refuse it")
            }
            Self::HostWithDomain => f.write_str("`__Host-` with a Domain, which browsers refuse"),
            Self::HostWithoutPath => f.write_str("`__Host-` without `Path=/`, which browsers refuse"),
        }
    }
}

impl<'t> Cookie<'t> {
    /// Reads the field value of `Set-Cookie` (section 5.6); `None` where browsers ignore it.
    pub fn parse(text: &'t str) -> Option<Self> {
        let mut parts = text.split(';');
        let pair = parts.next().unwrap_or_default();
        let (name, value) = pair.split_once('=').unwrap_or(("", pair));
        let name = name.trim_matches(is_space);
        if name.is_empty() && value.trim_matches(is_space).is_empty() {
            return None;
        }
        let mut cookie = Self {
            name,
            secure: false,
            http_only: false,
            same_site: SameSite::Missing,
            path: None,
            domain: None,
            max_age: None,
            expires: None,
        };
        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            cookie.take(&name.trim_matches(is_space).to_ascii_lowercase(), value.trim_matches(is_space));
        }
        Some(cookie)
    }

    /// One attribute: the last of several counts, and one that makes no sense is as if it were not there.
    fn take(&mut self, name: &str, value: &'t str) {
        match name {
            "secure" => self.secure = true,
            "httponly" => self.http_only = true,
            "samesite" => {
                self.same_site = match value.to_ascii_lowercase().as_str() {
                    "strict" => SameSite::Strict,
                    "lax" => SameSite::Lax,
                    "none" => SameSite::None,
                    _ => SameSite::Invalid(value),
                }
            }
            "path" => self.path = value.starts_with('/').then_some(value),
            "domain" => {
                self.domain = Some(value.strip_prefix('.').unwrap_or(value)).filter(|d| !d.is_empty());
            }
            "max-age" => self.max_age = seconds(value).or(self.max_age),
            "expires" => self.expires = date(value).or(self.expires),
            _ => {}
        }
    }

    /// True where it is set only to be deleted: its end is not after `now`.
    pub fn is_deletion(&self, now: Timestamp) -> bool {
        match self.max_age {
            Some(seconds) => seconds <= 0,
            None => self.expires.is_some_and(|end| end <= now),
        }
    }

    /// What is wrong with it.
    pub fn faults(&self) -> Vec<Fault<'t>> {
        let name = self.name.to_ascii_lowercase();
        let host = name.starts_with("__host-");
        let needs_secure = host || name.starts_with("__secure-");
        let none = self.same_site == SameSite::None;
        let found = [
            (needs_secure && !self.secure, Fault::PrefixWithoutSecure),
            (host && self.domain.is_some(), Fault::HostWithDomain),
            (host && self.path != Some("/"), Fault::HostWithoutPath),
            (none && !self.secure && !needs_secure, Fault::NoneWithoutSecure),
            (!self.secure && !needs_secure && !none, Fault::NoSecure),
            (!self.http_only && is_session(&name), Fault::NoHttpOnly),
            (self.same_site == SameSite::Missing, Fault::NoSameSite),
        ];
        let mut found: Vec<Fault> = found.into_iter().filter_map(|(is, fault)| is.then_some(fault)).collect();
        if let SameSite::Invalid(word) = self.same_site {
            found.push(Fault::InvalidSameSite(word));
        }
        found
    }

    /// True for cookies of a CDN, a load balancer or a hosting: those who run the site cannot change them.
    pub fn is_of_the_hosting(&self) -> bool {
        HOSTING.contains(&self.name) || HOSTING_PREFIXES.iter().any(|known| self.name.starts_with(known))
    }
}

/// A whole number with an optional minus; more digits than fit are as good as the largest.
fn seconds(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let most = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    number.then(|| text.parse().unwrap_or(most))
}

/// True for names under which sessions and logins are kept: what MDN's HTTP Observatory takes for one, and the
/// names of common frameworks. Not for tokens against forged requests, which scripts must read.
pub fn is_session(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let name = name.strip_prefix("__host-").or_else(|| name.strip_prefix("__secure-")).unwrap_or(&name);
    if name.contains("csrf") || name.contains("xsrf") {
        return false;
    }
    ["sess", "login"].iter().any(|part| name.contains(part)) || SESSIONS.contains(&name)
}

/// Names of sessions and logins that have neither part.
const SESSIONS: [&str; 14] = [
    "sid",
    "connect.sid",
    "auth",
    "auth_token",
    "auth-token",
    "access_token",
    "refresh_token",
    "remember_token",
    "remember_me",
    "jwt",
    "token",
    "id_token",
    ".aspxauth",
    ".aspnetcore.identity.application",
];

/// Cookies that the hosting sets.
const HOSTING: [&str; 9] = [
    "AWSALB",
    "AWSALBCORS",
    "AWSELB",
    "AWSELBCORS",
    "ARRAffinity",
    "ARRAffinitySameSite",
    "_cfuvid",
    "cf_clearance",
    "heroku-session-affinity",
];

/// How names of more of them begin.
const HOSTING_PREFIXES: [&str; 4] = ["__cf", "cf_", "AWSALBTG", "_vercel_"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_masked_and_nothing_else() {
        for (text, kept) in [
            ("sid=secret; Path=/; Secure", "sid=***; Path=/; Secure"),
            ("sid=a=b=c;HttpOnly", "sid=***;HttpOnly"),
            ("sid=; Max-Age=0", "sid=; Max-Age=0"),
            ("secret", "***"),
            ("=secret; Secure", "=***; Secure"),
            ("sid=\"a;secret\"; Path=/", "sid=***;***; Path=/"),
            ("sid=a; secret=b; Http-Only; same_site=Lax", "sid=***;***; Http-Only; same_site=Lax"),
            ("", ""),
            ("sid=***; Path=/", "sid=***; Path=/"),
        ] {
            assert_eq!(masked(text), kept, "{text}");
        }
    }

    fn faults(text: &str) -> String {
        let cookie = Cookie::parse(text).expect(text);
        cookie.faults().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn flags_are_asked_for_where_they_belong() {
        for (text, wanted) in [
            ("SESSIONID=bar; Path=/; Secure; HttpOnly; SameSite=Strict", ""),
            ("SESSIONID=bar; Path=/; Secure; HttpOnly; SameSite=None", ""),
            ("foo=bar; Secure; SameSite=lax", ""),
            ("foo=bar; Domain=mozilla.org; Secure; Path=/", "no SameSite"),
            ("foo=bar; SameSite=Lax", "no Secure"),
            ("PHPSESSID=bar; Secure; SameSite=Lax", "no HttpOnly"),
            ("connect.sid=x; Path=/; SameSite=Lax; Secure", "no HttpOnly"),
            ("XSRF-TOKEN=bar; Secure; SameSite=Lax", ""),
            ("csrftoken=bar; Secure", "no SameSite"),
            ("csrf_session=bar; Secure; SameSite=Lax", ""),
            ("a=b; SameSite=None", "SameSite=None without Secure, which browsers refuse"),
            ("a=b; Secure; SameSite=", "SameSite=, which means nothing"),
            ("a=b; Secure; SameSite=True", "SameSite=True, which means nothing"),
            ("a=b; Secure; SameSite=Invalid; SameSite=Lax", ""),
            ("sid=1", "no Secure; no HttpOnly; no SameSite"),
            ("sid=1; Http-Only; Secure; SameSite=Lax", "no HttpOnly"),
        ] {
            assert_eq!(faults(text), wanted, "{text}");
        }
    }

    #[test]
    fn prefixes_are_promises() {
        let cookie = |text: &'static str| Cookie::parse(text).expect(text).faults();
        assert_eq!(cookie("__Host-a=1; Secure; Path=/; SameSite=Lax"), []);
        assert_eq!(cookie("__Secure-a=1; Secure; Domain=shop.test; SameSite=Lax"), []);
        assert_eq!(cookie("__secure-a=1; SameSite=Lax"), [Fault::PrefixWithoutSecure]);
        let all = [Fault::PrefixWithoutSecure, Fault::HostWithDomain, Fault::HostWithoutPath];
        assert_eq!(cookie("__HOST-a=1; Domain=shop.test; Path=/a; SameSite=Lax"), all);
        assert_eq!(cookie("__Host-a=1; Secure; SameSite=Lax"), [Fault::HostWithoutPath]);
        assert!(all.iter().all(|fault| fault.is_refused()) && !Fault::NoSecure.is_refused());
    }

    #[test]
    fn cookies_that_end_are_deletions() {
        let now: Timestamp = "2026-11-28T00:00:00Z".parse().expect("a moment");
        for (text, is) in [
            ("a=; Max-Age=0", true),
            ("a=; max-age=-1", true),
            ("a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", true),
            ("a=; Expires=Thu, 01-Jan-1970 00:00:01 GMT; Max-Age=60", false),
            ("a=1; Expires=Wed, 28 Nov 2029 00:00:00 GMT", false),
            ("a=1; Max-Age=x", false),
            ("a=1; Max-Age=99999999999999999999", false),
            ("a=1", false),
        ] {
            assert_eq!(Cookie::parse(text).expect(text).is_deletion(now), is, "{text}");
        }
    }

    #[test]
    fn nameless_cookies_are_cookies_and_empty_ones_are_none() {
        assert_eq!(Cookie::parse("value; Secure").map(|cookie| cookie.name), Some(""));
        assert_eq!((Cookie::parse(""), Cookie::parse(" = ; Secure")), (None, None));
    }

    #[test]
    fn the_hostings_own_are_known() {
        let is = |text| Cookie::parse(text).is_some_and(|cookie| cookie.is_of_the_hosting());
        assert!(is("__cf_bm=x") && is("AWSALB=x") && is("heroku-session-affinity=x") && !is("sid=x"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read_and_masking_twice_changes_nothing(text in ".*|[a-z_=; ]{0,40}") {
            let once = masked(&text);
            proptest::prop_assert_eq!(masked(&once), once.clone());
            let (before, after) = (Cookie::parse(&text), Cookie::parse(&once));
            proptest::prop_assert_eq!(before.map(|c| c.faults().len()), after.map(|c| c.faults().len()));
        }

        #[test]
        fn no_value_survives(name in "[a-z]{0,8}", value in "[A-Z0-9;\"= ]{0,20}") {
            let kept = masked(&format!("{name}={value}; path=/"));
            proptest::prop_assert!(!kept.chars().any(|c| c.is_ascii_uppercase() || c.is_ascii_digit()), "{}", kept);
        }
    }
}
