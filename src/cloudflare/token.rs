//! The token: what is accepted as one, and what Cloudflare says of it.

use jiff::Timestamp;
use miette::Diagnostic;
use url::Url;

use crate::observed::{ApiObject, CloudflareToken, Remote};
use crate::secret::Secret;
use crate::spec::model::scalar;

/// The variable that holds the token.
pub const VARIABLE: &str = "CLOUDFLARE_API_TOKEN";
/// The variable that leads to another API.
pub const URL_VARIABLE: &str = "LAUNCH_READY_CLOUDFLARE_URL";
/// Where the API is.
const BASE: &str = "https://api.cloudflare.com/client/v4/";
/// How tokens begin that an account owns, and not a user.
const OF_ACCOUNT: &str = "cfat_";
/// How Global API Keys begin since they begin like anything.
const GLOBAL: &str = "cfk_";
/// The length of older ones: hexadecimal digits, an odd number of them.
const GLOBAL_DIGITS: usize = 37;

/// The way to an account at Cloudflare.
#[derive(Debug, Clone)]
pub struct Account {
    /// The base address of the API.
    pub base: Url,
    /// The token; or why there is none to send.
    pub token: Result<Secret, TokenFault>,
    /// Whether the run is about the zone, as `plan` and `apply` are: then it is asked for whatever the spec and
    /// the name servers say.
    pub wanted: bool,
}

/// Why there is no token to send.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Diagnostic)]
pub enum TokenFault {
    /// Nobody gave one.
    #[error("there is no token for Cloudflare's API")]
    #[diagnostic(
        code(cloudflare::no_token),
        help(
            "make one in the dashboard (My Profile > API Tokens) and put it into {VARIABLE}, or into a file for --token-file"
        )
    )]
    Missing,
    /// It is the key to everything that its user owns.
    #[error("what {0} holds is a Global API Key, which may do everything in every zone; it is not used")]
    #[diagnostic(
        code(cloudflare::global_key),
        help("make a token for this zone alone in the dashboard: My Profile > API Tokens > Create Token")
    )]
    GlobalKey(String),
    /// No token looks like that.
    #[error("what {0} holds is no API token: {1}")]
    #[diagnostic(
        code(cloudflare::not_a_token),
        help("copy the token again from the dashboard, alone, without `Bearer` and without quotes")
    )]
    NotAToken(String, &'static str),
}

/// What somebody gave as a token; `from` says where it stands.
///
/// # Errors
///
/// Where it is none, or more than a token.
pub fn accept(text: &str, from: &str) -> Result<Secret, TokenFault> {
    let wrong = |why| Err(TokenFault::NotAToken(from.to_owned(), why));
    let text = text.trim();
    let is_old_key = text.len() == GLOBAL_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if text.is_empty() {
        return wrong("it is empty");
    }
    if is_old_key || text.starts_with(GLOBAL) {
        return Err(TokenFault::GlobalKey(from.to_owned()));
    }
    if text.lines().count() > 1 {
        return wrong("it has several lines");
    }
    if text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        return wrong("it holds blanks");
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return wrong("it holds characters that no token has");
    }
    Ok(Secret::new(text))
}

/// The base address of the API: Cloudflare's, or the one that the variable names.
///
/// # Errors
///
/// In words, where that is none.
pub fn base(named: Option<&str>) -> Result<Url, String> {
    let text = named.unwrap_or(BASE);
    let has_user = |url: &Url| !url.username().is_empty() || url.password().is_some();
    if Url::parse(text).is_ok_and(|url| has_user(&url)) {
        return Err("it holds a user name or a password, which this program does not send".into());
    }
    let url = scalar::web_url(text)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err("a base address has no query and no fragment".into());
    }
    Ok(url)
}

/// True for a token that only its account knows, not a user.
pub(crate) fn is_of_account(token: &Secret) -> bool {
    token.expose().starts_with(OF_ACCOUNT)
}

/// What Cloudflare says of the token; or why it does not hold at `now`, in a sentence without a full stop.
pub(crate) fn verified(answer: &ApiObject, now: Timestamp) -> Result<CloudflareToken, String> {
    let moment = |name| answer.text(name).and_then(|text| text.parse::<Timestamp>().ok());
    let status = answer.shown("status").unwrap_or_default();
    let expires = moment("expires_on");
    match (status.as_str(), expires, moment("not_before")) {
        ("expired", None, _) => Err("the token is expired".into()),
        ("expired", Some(at), _) => Err(format!("the token expired on {}", day(at))),
        (_, Some(at), _) if at <= now => Err(format!("the token expired on {}", day(at))),
        ("disabled", ..) => Err("the token is disabled in the dashboard".into()),
        (_, _, Some(at)) if at > now => Err(format!("the token is not valid before {at}")),
        ("active", ..) => {
            let id = answer.shown("id").as_ref().map(Remote::to_string).unwrap_or_default();
            Ok(CloudflareToken { id, status, expires, zones: None })
        }
        (other, ..) => Err(format!("the token is not active but `{other}`")),
    }
}

fn day(at: Timestamp) -> jiff::civil::Date {
    at.to_zoned(jiff::tz::TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        accept(text, VARIABLE).expect_err("a fault").to_string()
    }

    #[test]
    fn a_token_is_one_word() {
        let token = accept(" cfut_abc-DEF_123\n", VARIABLE).expect("a token");
        assert_eq!(token.expose(), "cfut_abc-DEF_123");
        for wrong in ["", "Bearer abc", "a\nb", "caf\u{e9}", "a\u{1b}b"] {
            assert!(fault(wrong).contains("is no API token"), "{wrong:?}");
        }
    }

    #[test]
    fn a_global_api_key_is_refused_and_not_shown() {
        let old = "0123456789abcdef0123456789abcdef01234";
        let new = "cfk_0123456789";
        for key in [old, new] {
            assert!(fault(key).contains("Global API Key") && !fault(key).contains(key));
        }
        assert!(accept(&old[..36], VARIABLE).is_ok());
    }

    #[test]
    fn the_address_is_cloudflares_or_one_without_secrets() {
        assert_eq!(base(None).expect("an address").as_str(), BASE);
        assert!(base(Some("http://127.0.0.1:8080/client/v4")).is_ok());
        for wrong in ["ftp://a.test/", "https://u:p@a.test/", "a.test", "https://a.test/?x=1"] {
            assert!(base(Some(wrong)).is_err(), "{wrong}");
        }
    }

    fn told(answer: &str) -> Result<CloudflareToken, String> {
        let answer = serde_json::from_str(answer).expect("an object");
        verified(&answer, "2026-11-21T17:00:00Z".parse().expect("a moment"))
    }

    #[test]
    fn a_token_that_holds_is_known_by_its_id() {
        let token = told(r#"{"id": "ab", "status": "active", "expires_on": "2027-01-01T00:00:00Z"}"#);
        let token = token.expect("a token");
        assert_eq!((token.id.as_str(), token.expires.is_some()), ("ab", true));
    }

    #[test]
    fn a_token_that_does_not_hold_is_told_in_words() {
        let cases = [
            (r#"{"status": "disabled"}"#, "the token is disabled in the dashboard"),
            (r#"{"status": "expired"}"#, "the token is expired"),
            (
                r#"{"status": "active", "expires_on": "2026-11-20T00:00:00Z"}"#,
                "the token expired on 2026-11-20",
            ),
            (
                r#"{"status": "active", "not_before": "2026-12-01T00:00:00Z"}"#,
                "the token is not valid before 2026-12-01T00:00:00Z",
            ),
            ("{}", "the token is not active but ``"),
        ];
        for (answer, words) in cases {
            assert_eq!(told(answer).expect_err("a fault"), words);
        }
    }
}
