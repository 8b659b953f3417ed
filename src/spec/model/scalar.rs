//! The kinds of scalar a spec is made of: each says once how it is written, and both the
//! JSON Schema and the reader use that.

use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::json_path;
use crate::webhook::template::Parts;

/// Declares a scalar: its type, its JSON Schema `format`, its parser and what to say when it
/// does not parse. `FORMATS` collects them for the shape check.
macro_rules! scalars {
    ($($(#[$doc:meta])* $name:ident($inner:ty) = $format:literal, $parse:path, $example:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq)]
            pub struct $name(pub $inner);

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let text = String::deserialize(deserializer)?;
                    $parse(&text).map(Self).map_err(serde::de::Error::custom)
                }
            }

            impl schemars::JsonSchema for $name {
                fn schema_name() -> std::borrow::Cow<'static, str> {
                    stringify!($name).into()
                }
                fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                    schemars::json_schema!({ "type": "string", "format": $format, "examples": [$example] })
                }
            }
        )*

        /// Every format: its name, an example, and the check (`Err` says what is wrong).
        pub(crate) const FORMATS: &[Format] = &[$(Format {
            name: $format,
            example: $example,
            check: |text| $parse(text).map(|_| ()),
        }),*];
    };
}

/// A JSON Schema `format` that the shape check understands.
pub(crate) struct Format {
    /// The keyword's value.
    pub(crate) name: &'static str,
    /// A right value, for messages.
    pub(crate) example: &'static str,
    /// Says what is wrong with a text.
    pub(crate) check: fn(&str) -> Result<(), String>,
}

scalars! {
    /// A host or domain name in ASCII, lower case, without a trailing dot (IDNA applied).
    DomainName(String) = "idn-hostname", domain_name, "circlegarden.test";
    /// An absolute `http` or `https` URL.
    WebUrl(url::Url) = "uri", web_url, "https://circlegarden.test/";
    /// An absolute URL whose path may end in `*`, which captures.
    UrlPattern(String) = "launch-ready-url-pattern", url_pattern, "https://www.circlegarden.test/*";
    /// A length of time: `500ms`, `30s`, `15m`, `12h`, `21d`.
    Period(Duration) = "launch-ready-duration", period, "21d";
    /// A record's time to live as a duration: whole seconds, at most 2147483647 (RFC 2181 section 8).
    TtlPeriod(u32) = "launch-ready-ttl", ttl_period, "300s";
    /// A calendar day, RFC 3339 `full-date`.
    Day(Date) = "date", day, "2026-12-01";
    /// A moment, RFC 3339 `date-time`.
    Moment(Timestamp) = "date-time", moment, "2026-12-01T08:00:00Z";
    /// An IPv4 or IPv6 address.
    Address(IpAddr) = "launch-ready-ip", address, "203.0.113.25";
    /// A query into JSON, RFC 9535.
    JsonQuery(String) = "launch-ready-json-path", json_query, "$.status";
    /// A `mailto:` or `https:` address that receives reports.
    ReportUri(String) = "launch-ready-report-uri", report_uri, "mailto:dmarc@circlegarden.test";
    /// What a webhook's provider signs or sends: text with placeholders in braces.
    Template(Parts) = "launch-ready-webhook-template", template, "t={timestamp},v1={signature}";
}

/// RFC 2181 section 8: a TTL has 31 bits.
const MAX_TTL: u32 = 2_147_483_647;

/// Parses a name as IDNA 2008 / UTS 46 does and gives its ASCII form.
pub(crate) fn domain_name(text: &str) -> Result<String, String> {
    let bare = text.strip_suffix('.').unwrap_or(text);
    if bare.is_empty() {
        return Err("a name must not be empty".into());
    }
    if bare.contains("://") || bare.contains('/') {
        return Err("this is a URL; only the name is wanted".into());
    }
    let ascii = url::Host::parse(bare).map_err(|_| "not a valid host name".to_owned())?;
    match ascii {
        url::Host::Domain(name) => labels(&name).map(|()| name),
        url::Host::Ipv4(_) | url::Host::Ipv6(_) => Err("an address is not a name".into()),
    }
}

/// RFC 1035 section 2.3.4: labels of 1 to 63 bytes, 253 in all. `_` is allowed for service labels.
fn labels(name: &str) -> Result<(), String> {
    if name.len() > 253 {
        return Err("a name has at most 253 characters".into());
    }
    for label in name.split('.') {
        if label.is_empty() || label.len() > 63 {
            return Err("each part of a name has 1 to 63 characters".into());
        }
        if !label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
            return Err("a name is made of letters, digits, `-` and dots".into());
        }
    }
    Ok(())
}

/// Parses an absolute `http` or `https` URL.
pub(crate) fn web_url(text: &str) -> Result<url::Url, String> {
    let url = url::Url::parse(text).map_err(|e| format!("not an absolute URL: {e}"))?;
    match url.scheme() {
        "http" | "https" if !url.username().is_empty() || url.password().is_some() => {
            Err("a URL in a spec holds no user name or password".into())
        }
        "http" | "https" if url.host_str().is_some() => Ok(url),
        other => Err(format!("only http and https URLs can be asked, not `{other}:`")),
    }
}

fn url_pattern(text: &str) -> Result<String, String> {
    if text.matches('*').count() > 1 {
        return Err("a pattern holds at most one `*`".into());
    }
    let path = text.splitn(4, '/').nth(3).map_or(text.len(), |path| text.len() - path.len());
    if text[..path].contains('*') {
        return Err("`*` stands in the path, not in the host".into());
    }
    web_url(&text.replace('*', "x").replace("$1", "x")).map(|_| text.to_owned())
}

/// Parses `500ms`, `30s`, `15m`, `12h`, `21d`.
pub(crate) fn period(text: &str) -> Result<Duration, String> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| "a duration starts with a number".to_owned())?;
    let millis = match unit.trim() {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "" => return Err("a duration needs a unit: ms, s, m, h or d".into()),
        other => return Err(format!("`{other}` is not a unit of time: use ms, s, m, h or d")),
    };
    number.checked_mul(millis).map(Duration::from_millis).ok_or_else(|| "too long".into())
}

pub(super) fn ttl_period(text: &str) -> Result<u32, String> {
    let period = period(text)?;
    if period.subsec_millis() > 0 {
        return Err("a TTL counts whole seconds".into());
    }
    u32::try_from(period.as_secs())
        .ok()
        .filter(|seconds| *seconds <= MAX_TTL)
        .ok_or_else(|| format!("a TTL is at most {MAX_TTL} seconds"))
}

fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "not a day: write year-month-day".into())
}

/// Parses an RFC 3339 date-time; seconds may be left out.
pub(crate) fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "not a moment: write it like 2026-12-01T08:00:00Z".into())
}

fn address(text: &str) -> Result<IpAddr, String> {
    text.parse().map_err(|_| "not an IPv4 or IPv6 address".into())
}

pub(crate) fn report_uri(text: &str) -> Result<String, String> {
    let url = url::Url::parse(text).map_err(|_| "not a URI: write mailto:name@domain".to_owned())?;
    match url.scheme() {
        "mailto" if !url.path().contains('@') => Err("a mailto address needs an `@`".into()),
        "mailto" | "https" => Ok(text.to_owned()),
        other => Err(format!("reports go to mailto: or https:, not `{other}:`")),
    }
}

fn template(text: &str) -> Result<Parts, String> {
    text.parse()
}

fn json_query(text: &str) -> Result<String, String> {
    json_path::parse(text).map(|_| text.to_owned())
}
