//! Software and its version in a header: `nginx/1.22.1`, not `nginx`.
//!
//! ```
//! use launch_ready::web::version::disclosed;
//!
//! assert_eq!(disclosed("Apache/2.4.57 (Debian)").as_deref(), Some("2.4.57"));
//! assert_eq!(disclosed("cloudflare"), None);
//! ```

/// Headers that name software, in lower case.
pub const HEADERS: [&str; 10] = [
    "server",
    "x-powered-by",
    "x-aspnet-version",
    "x-aspnetmvc-version",
    "x-generator",
    "x-powered-cms",
    "x-mod-pagespeed",
    "x-page-speed",
    "x-jenkins",
    "liferay-portal",
];

/// The version number in a header's value: digits with dots, or a short number by itself, at the beginning or
/// behind a space, a slash or a bracket. Numbers of machines (`ECS (sab/5758)`, `dcb/7F84`) are none.
pub fn disclosed(value: &str) -> Option<String> {
    let mut before = None;
    for (at, c) in value.char_indices() {
        let begins = before.is_none_or(|before| matches!(before, ' ' | '/' | '(' | ',' | ';'));
        let rest = value.get(at..).unwrap_or_default();
        let rest = rest.strip_prefix('v').filter(|_| begins).unwrap_or(rest);
        if begins && let Some(version) = number(rest) {
            return Some(version.to_owned());
        }
        before = Some(c);
    }
    None
}

fn number(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let version = text.get(..end)?.trim_end_matches('.');
    let dotted = version.contains('.');
    let follows = text.get(end..).and_then(|rest| rest.chars().next());
    let alone = version.len() <= 3 && !follows.is_some_and(char::is_alphanumeric);
    let is = version.starts_with(|c: char| c.is_ascii_digit()) && (dotted || alone);
    is.then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_told_from_names_and_numbers() {
        for (value, version) in [
            ("nginx/1.22.1", "1.22.1"),
            ("PHP/8.1", "8.1"),
            ("PHP/8.1.2-1ubuntu2.14", "8.1.2"),
            ("Microsoft-IIS/10.0", "10.0"),
            ("4.0.30319", "4.0.30319"),
            ("Drupal 10 (https://www.drupal.org)", "10"),
            ("Phusion Passenger(R) 6.0.4", "6.0.4"),
            ("Jetty(9.4.z-SNAPSHOT)", "9.4"),
            ("Apache/2.4.57 (Unix) OpenSSL/3.0.2", "2.4.57"),
            ("Apache OpenSSL/3.0.2", "3.0.2"),
            ("WSGIServer/0.2 CPython/3.11.4rc1", "0.2"),
            ("gunicorn/v20", "20"),
        ] {
            assert_eq!(disclosed(value).as_deref(), Some(version), "{value}");
        }
        for value in [
            "nginx",
            "cloudflare",
            "Express",
            "Next.js",
            "ASP.NET",
            "AmazonS3",
            "ECS (sab/5758)",
            "ECAcc (nyd/D10E)",
            "ECS (dcb/7F84)",
            "BunnyCDN-DE1-1047",
            "gws",
            "Google Frontend",
            "",
            "3DCart",
            "Vercel",
            "v",
            "H2O",
            "Server 5758",
        ] {
            assert_eq!(disclosed(value), None, "{value}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_version_stands_in_the_value(value in ".*|[a-z0-9./ ()]{0,30}") {
            if let Some(version) = disclosed(&value) {
                proptest::prop_assert!(value.contains(&version) && version.len() <= value.len());
            }
        }
    }
}
