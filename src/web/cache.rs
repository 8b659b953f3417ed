//! How long answers may be kept, and by whom (RFC 9111).

use std::time::Duration;

use jiff::Timestamp;

use crate::observed::Exchange;

/// What an answer says of caches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caching {
    /// How long a browser may use it unasked; `None` where nothing is said, so that it guesses.
    pub browser: Option<Duration>,
    /// How long a shared cache may; `None` likewise.
    pub shared: Option<Duration>,
    /// True where `public` or a lifetime for shared caches is written.
    pub publicly: bool,
    /// True for `immutable` (RFC 8246): browsers do not even ask on a reload.
    pub immutable: bool,
}

impl Caching {
    /// What the headers of an answer say.
    pub fn of(exchange: &Exchange) -> Self {
        let own = Directives::of(exchange, "cache-control");
        let max_age = own.seconds("max-age");
        let forbidden = own.has("no-store") || own.has("no-cache");
        let private = own.has("private");
        let browser = max_age.or_else(|| expires(exchange));
        // RFC 9213: a field for caches of the site's own counts before Cache-Control.
        let targeted = ["cloudflare-cdn-cache-control", "cdn-cache-control"]
            .map(|field| Directives::of(exchange, field))
            .into_iter()
            .find(|directives| !directives.0.is_empty());
        let refused = targeted.as_ref().is_some_and(Directives::refuse);
        let for_shared = match &targeted {
            Some(targeted) => targeted.seconds("s-maxage").or_else(|| targeted.seconds("max-age")),
            None => own.seconds("s-maxage"),
        };
        let zero = Some(Duration::ZERO);
        let shared = match &targeted {
            Some(_) if refused => zero,
            Some(_) => for_shared,
            None if private || forbidden => zero,
            None => for_shared.or(browser),
        };
        Self {
            browser: if forbidden { zero } else { browser },
            shared,
            publicly: for_shared.is_some_and(|age| !age.is_zero()) || own.has("public"),
            immutable: own.has("immutable") && !forbidden,
        }
    }

    /// True where a shared cache may give it to somebody else unasked, because the answer says so.
    pub fn is_shared(&self) -> bool {
        self.shared.is_some_and(|age| !age.is_zero())
    }
}

/// The directives of a field, names in lower case.
struct Directives(Vec<(String, Option<String>)>);

impl Directives {
    fn of(exchange: &Exchange, field: &str) -> Self {
        let values = exchange.header(field).flat_map(|value| value.as_str().split(','));
        let directives = values.map(str::trim).filter(|part| !part.is_empty()).map(|part| {
            let (name, value) =
                part.split_once('=').map_or((part, None), |(name, value)| (name, Some(value)));
            let value = value.map(|value| value.trim().trim_matches('"').to_owned());
            (name.trim().to_ascii_lowercase(), value)
        });
        Self(directives.collect())
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(found, _)| found == name)
    }

    fn refuse(&self) -> bool {
        ["no-store", "no-cache", "private"].iter().any(|name| self.has(name))
    }

    /// The first of several counts; what is no number makes an answer stale (section 4.2.1).
    fn seconds(&self, name: &str) -> Option<Duration> {
        let (_, value) = self.0.iter().find(|(found, _)| found == name)?;
        let value = value.as_deref().unwrap_or_default();
        let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        // More than fits is as long as can be (section 1.2.2).
        let seconds = if digits { value.parse().unwrap_or(i32::MAX.unsigned_abs().into()) } else { 0 };
        Some(Duration::from_secs(seconds))
    }
}

/// How long `Expires` keeps an answer; what is no date is in the past (section 5.3).
fn expires(exchange: &Exchange) -> Option<Duration> {
    let expires = exchange.header("expires").next()?;
    let date =
        |text: &str| -> Option<Timestamp> { Some(jiff::fmt::rfc2822::parse(text.trim()).ok()?.timestamp()) };
    let sent = exchange.header("date").next().and_then(|sent| date(sent.as_str()));
    let (Some(end), Some(sent)) = (date(expires.as_str()), sent) else { return Some(Duration::ZERO) };
    Some(Duration::try_from(end.duration_since(sent)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caching(headers: &[(&str, &str)]) -> Caching {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
        Caching::of(&Exchange { status: 200, headers, ..Exchange::default() })
    }

    /// For browsers and for shared caches, in seconds.
    fn ages(headers: &[(&str, &str)]) -> (Option<u64>, Option<u64>) {
        let caching = caching(headers);
        (caching.browser.map(|age| age.as_secs()), caching.shared.map(|age| age.as_secs()))
    }

    #[test]
    fn lifetimes_are_read() {
        let control = |value| [("cache-control", value)];
        assert_eq!(ages(&[]), (None, None));
        assert_eq!(ages(&control("public, max-age=60")), (Some(60), Some(60)));
        assert_eq!(ages(&control("Max-Age=\"60\", S-MaxAge=5")), (Some(60), Some(5)));
        assert_eq!(ages(&control("private, max-age=60")), (Some(60), Some(0)));
        assert_eq!(ages(&control("no-cache, max-age=60")), (Some(0), Some(0)));
        assert_eq!(ages(&control("max-age=60, max-age=90")), (Some(60), Some(60)));
        assert_eq!(ages(&control("max-age=soon")), (Some(0), Some(0)));
        assert_eq!(ages(&control("max-age=99999999999999999999")).0, Some(2_147_483_647));
        assert!(caching(&control("max-age=1, immutable")).immutable);
        let parts = [("cache-control", "public"), ("cache-control", "max-age=60")];
        assert_eq!(ages(&parts), (Some(60), Some(60)));
    }

    #[test]
    fn caches_of_the_sites_own_have_a_field_of_their_own() {
        let both = |own, cdn| [("cache-control", own), ("cdn-cache-control", cdn)];
        assert_eq!(ages(&both("max-age=0", "max-age=600")), (Some(0), Some(600)));
        assert_eq!(ages(&both("public, max-age=600", "no-store")), (Some(600), Some(0)));
        assert!(caching(&both("private", "max-age=600")).is_shared());
    }

    #[test]
    fn expires_counts_from_the_date() {
        let date = ("date", "Sat, 28 Nov 2026 00:00:00 GMT");
        assert_eq!(ages(&[date, ("expires", "Sat, 28 Nov 2026 00:01:00 GMT")]).0, Some(60));
        assert_eq!(ages(&[date, ("expires", "Fri, 27 Nov 2026 00:01:00 GMT")]).0, Some(0));
        assert_eq!(ages(&[date, ("expires", "0")]).0, Some(0));
        assert_eq!(
            ages(&[date, ("expires", "Sat, 28 Nov 2026 00:01:00 GMT"), ("cache-control", "max-age=5")]).0,
            Some(5)
        );
    }

    proptest::proptest! {
        #[test]
        fn what_is_forbidden_is_kept_by_nobody(value in "((no-store|no-cache|public|private|max-age=[0-9]{0,4}|immutable|[a-z=\",]{0,6}), ?){0,6}") {
            let caching = caching(&[("cache-control", &value)]);
            let says = |word| value.split(',').any(|part| part.trim() == word);
            if says("no-store") || says("no-cache") {
                proptest::prop_assert!(!caching.is_shared() && !caching.immutable);
                proptest::prop_assert_eq!(caching.browser, Some(Duration::ZERO));
            }
            if says("private") {
                proptest::prop_assert!(!caching.is_shared());
            }
        }
    }
}
