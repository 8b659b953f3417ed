//! What a proxy at the edge (Cloudflare, AWS WAF, Vercel) answers in the place of the server behind it: that it
//! cannot reach the server, or that it first wants to see a browser.
//!
//! ```
//! use launch_ready::web::edge::{Answer, Said};
//!
//! let fields = [("server", "cloudflare"), ("cf-ray", "8d1f-FRA")];
//! let answer = Answer { status: 530, fields: &fields, note: Some("error code: 1016") };
//! let Some(Said::Error(error)) = answer.said() else { panic!() };
//! assert_eq!((error.status, error.code), (530, Some(1016)));
//! assert_eq!(error.explained().hop, "Cloudflare's look-up of the origin's name");
//! ```

mod cause;

pub use cause::Cause;

/// Most bytes of a body that are searched.
const MOST_BODY: usize = 16 * 1024;
/// How the page of a challenge names itself.
const INTERSTITIAL: &str = "Just a moment...";
/// How a page of Cloudflare names its error.
const CODE: &str = "error code: ";
/// Cloudflare keeps the requests of this client or network away; that says nothing about the site.
const REFUSALS: [u16; 8] = [1005, 1006, 1007, 1008, 1009, 1010, 1012, 1015];
/// A firewall rule that the zone's owner wrote.
const RULE: u16 = 1020;

/// An answer, as far as it shows who speaks.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// Its status.
    pub status: u16,
    /// Its fields, names in lower case.
    pub fields: &'a [(&'a str, &'a str)],
    /// What [`note`] found in its body.
    pub note: Option<&'a str>,
}

/// What the edge says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It wants to see a browser first; who does.
    Challenge(&'static str),
    /// It answers nothing to this client or network; the number of Cloudflare's error.
    Refused(u16),
    /// A rule of the zone's owner refuses this request: visitors' requests too, or only those that it is meant for.
    Barred(Error),
    /// It cannot answer for the server.
    Error(Error),
}

/// An error page of Cloudflare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Error {
    /// The status.
    pub status: u16,
    /// The number on the page.
    pub code: Option<u16>,
}

impl Error {
    /// The number by which the error is known: `error 1016`, `522`.
    pub fn number(self) -> u16 {
        self.code.unwrap_or(self.status)
    }

    /// What it means, where it arises, and what to do.
    pub fn explained(self) -> &'static Cause {
        cause::of(self.number()).or_else(|| cause::of(self.status)).unwrap_or(&cause::OTHER)
    }
}

impl Answer<'_> {
    fn has(&self, name: &str, value: &str) -> bool {
        self.fields.iter().any(|(other, seen)| *other == name && seen.trim().eq_ignore_ascii_case(value))
    }

    /// True where it comes through Cloudflare.
    pub fn is_of_cloudflare(&self) -> bool {
        self.has("server", "cloudflare") || self.fields.iter().any(|(name, _)| *name == "cf-ray")
    }

    /// What the edge says in the server's place; `None` where the server speaks.
    pub fn said(&self) -> Option<Said> {
        if let Some(who) = self.challenger() {
            return Some(Said::Challenge(who));
        }
        if !self.is_of_cloudflare() || self.status < 400 {
            return None;
        }
        let code = self.note.and_then(|note| note.strip_prefix(CODE)?.parse::<u16>().ok());
        match code {
            Some(code) if REFUSALS.contains(&code) => Some(Said::Refused(code)),
            Some(1011) => None,
            Some(RULE) => Some(Said::Barred(Error { status: self.status, code })),
            _ if code.is_some() || matches!(self.status, 520..=527 | 530) => {
                Some(Said::Error(Error { status: self.status, code }))
            }
            _ => None,
        }
    }

    fn challenger(&self) -> Option<&'static str> {
        // Before Cloudflare had a header for it, its page alone told.
        let interstitial = self.note == Some(INTERSTITIAL)
            && matches!(self.status, 403 | 429 | 503)
            && self.is_of_cloudflare();
        if self.has("cf-mitigated", "challenge") || interstitial {
            return Some("Cloudflare");
        }
        let is_of_aws = ["challenge", "captcha"].iter().any(|action| self.has("x-amzn-waf-action", action));
        if is_of_aws {
            return Some("AWS WAF");
        }
        self.has("x-vercel-mitigated", "challenge").then_some("Vercel")
    }
}

/// What a body says of itself where the edge wrote it: `error code: 1016`, `Just a moment...`. Only for answers that
/// come through Cloudflare: anybody may write such words.
pub fn note(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(&body[..body.len().min(MOST_BODY)]);
    if text.contains(&format!("<title>{INTERSTITIAL}")) {
        return Some(INTERSTITIAL.to_owned());
    }
    let code = text.trim().strip_prefix(CODE).and_then(whole_code).or_else(|| on_page(&text))?;
    Some(format!("{CODE}{code}"))
}

/// A number of Cloudflare's errors, and nothing behind it.
fn whole_code(text: &str) -> Option<u16> {
    text.parse().ok().filter(|code| (1000..1300).contains(code))
}

/// The number in a page, or in the JSON that programs get.
fn on_page(text: &str) -> Option<u16> {
    let marks = ["class=\"cf-error-code\">", "\"error_code\":", "\"error_code\": "];
    marks.iter().find_map(|mark| {
        let (_, rest) = text.split_once(mark)?;
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        whole_code(rest.get(..end)?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOUDFLARE: &[(&str, &str)] = &[("server", "cloudflare"), ("cf-ray", "8d1f-FRA")];

    fn said(status: u16, fields: &[(&str, &str)], note: Option<&str>) -> Option<Said> {
        Answer { status, fields, note }.said()
    }

    #[test]
    fn notes_are_the_edges_own_words() {
        for (body, wanted) in [
            ("error code: 1016\n", Some("error code: 1016")),
            ("error code: 521", None),
            ("we had error code: 1016 yesterday", None),
            ("<html><span class=\"cf-error-code\">1014</span>", Some("error code: 1014")),
            ("{\"type\":\"x\",\"error_code\":1015,\"ray\":1}", Some("error code: 1015")),
            ("<!DOCTYPE html><title>Just a moment...</title>", Some("Just a moment...")),
            ("<title>Shop</title>", None),
        ] {
            assert_eq!(note(body.as_bytes()).as_deref(), wanted, "{body}");
        }
    }

    #[test]
    fn errors_of_the_edge_are_told_from_the_servers() {
        let error = |status, code| Some(Said::Error(Error { status, code }));
        assert_eq!(said(522, CLOUDFLARE, None), error(522, None));
        assert_eq!(said(530, CLOUDFLARE, Some("error code: 1033")), error(530, Some(1033)));
        assert_eq!(said(500, CLOUDFLARE, Some("error code: 1101")), error(500, Some(1101)));
        assert_eq!(said(429, CLOUDFLARE, Some("error code: 1015")), Some(Said::Refused(1015)));
        let rule = Error { status: 403, code: Some(1020) };
        assert_eq!(said(403, CLOUDFLARE, Some("error code: 1020")), Some(Said::Barred(rule)));
        assert!(rule.explained().what.contains("firewall rule"));
        for (status, fields, note) in [
            (522, &[("server", "nginx")][..], None),
            (502, CLOUDFLARE, None),
            (200, CLOUDFLARE, Some("error code: 1016")),
            (403, CLOUDFLARE, None),
        ] {
            assert_eq!(said(status, fields, note), None, "{status} {note:?}");
        }
    }

    #[test]
    fn challenges_are_known_by_their_own_header() {
        for (status, field, who) in [
            (403, ("cf-mitigated", "challenge"), "Cloudflare"),
            (202, ("x-amzn-waf-action", "challenge"), "AWS WAF"),
            (405, ("x-amzn-waf-action", "captcha"), "AWS WAF"),
            (403, ("x-vercel-mitigated", "challenge"), "Vercel"),
        ] {
            assert_eq!(said(status, &[field], None), Some(Said::Challenge(who)));
        }
        assert_eq!(said(503, CLOUDFLARE, Some("Just a moment...")), Some(Said::Challenge("Cloudflare")));
        assert_eq!(said(200, CLOUDFLARE, Some("Just a moment...")), None);
        assert_eq!(said(403, &[("x-vercel-mitigated", "deny")], None), None);
    }

    #[test]
    fn every_error_is_explained() {
        for status in [520, 521, 522, 523, 524, 525, 526, 527, 530] {
            assert_ne!(Error { status, code: None }.explained(), &cause::OTHER, "{status}");
        }
        assert_eq!(Error { status: 500, code: Some(1299) }.explained(), &cause::OTHER);
        let certificate = Error { status: 526, code: None }.explained();
        assert!(certificate.what.contains("certificate"));
    }

    proptest::proptest! {
        #[test]
        fn any_body_can_be_searched(body: Vec<u8>) {
            let _ = note(&body);
        }
    }
}
