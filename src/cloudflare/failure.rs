//! Why the API did not do what was asked, in words for people, and what to do.

use std::fmt;
use std::time::Duration;

use super::permission::{Access, Permission};
use crate::observed::Remote;
use crate::probe::span;

/// Codes of the API that say that the token may not do this.
const FORBIDDEN: [i64; 3] = [10_000, 9109, 10_405];
/// Codes that say that there is no such token, or that it is not formed like one.
const NO_TOKEN: [i64; 5] = [1000, 1001, 6003, 6111, 10_001];

/// Why there is no answer that can be used. Shown in a sentence without a full stop.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Failure {
    /// The API refuses; nothing was changed.
    #[error("{0}")]
    Refused(Refused),
    /// The request was sent, and nobody knows what came of it: no answer in time, a connection that was cut,
    /// an answer of 5xx.
    #[error("{0}")]
    Ambiguous(String),
    /// Nothing was sent.
    #[error("{0}")]
    NotSent(String),
    /// The API wants a longer pause than this run has left; the request was not executed.
    #[error("Cloudflare wants to be asked again only in {}, which is longer than this run waits", span(*.0))]
    Limited(Duration),
    /// What came is no answer of the API.
    #[error("{0}")]
    Garbled(String),
}

/// A refusal.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// HTTP status.
    pub status: u16,
    /// Why, in the order of the API; empty where it does not say.
    pub errors: Vec<ApiError>,
    /// The permission that the request needs.
    pub needs: Option<Permission>,
    /// What was asked for, as the path of the request.
    pub about: String,
}

/// One reason of a refusal.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    /// Its number.
    pub code: i64,
    /// What the API says.
    pub message: Remote,
    /// Which part of the request it is about, as a JSON pointer, where the API says that.
    pub pointer: Option<Remote>,
}

impl Refused {
    /// True where one of the reasons has this code.
    pub fn has(&self, code: i64) -> bool {
        self.errors.iter().any(|error| error.code == code)
    }

    /// True where the token itself is refused, whatever it asks for.
    pub fn is_about_the_token(&self) -> bool {
        self.status == 401 || self.errors.iter().any(|error| NO_TOKEN.contains(&error.code))
    }

    /// The permission that the token lacks.
    pub fn missing(&self) -> Option<Permission> {
        let forbidden = self.status == 403 || self.errors.iter().any(|error| FORBIDDEN.contains(&error.code));
        self.needs.filter(|_| forbidden)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.missing() {
            Some(permission) => write!(f, "the token lacks the permission {permission}")?,
            None if self.is_about_the_token() => write!(f, "Cloudflare does not accept the token")?,
            None => write!(f, "Cloudflare refuses {}", self.about)?,
        }
        write!(f, " ({}", self.status)?;
        for error in &self.errors {
            write!(f, "; {}: {}", error.code, error.message)?;
            if let Some(pointer) = &error.pointer {
                write!(f, " at {pointer}")?;
            }
        }
        f.write_str(")")
    }
}

impl Failure {
    /// What to do about it.
    pub fn cure(&self) -> String {
        match self {
            Self::Refused(refused) => match refused.missing() {
                Some(permission) => format!(
                    "edit the token (dashboard: My Profile > API Tokens, or Manage Account > Account API Tokens) and add {permission} for this zone"
                ),
                None if refused.is_about_the_token() => {
                    "make a new token in the dashboard (My Profile > API Tokens) and put it into CLOUDFLARE_API_TOKEN; the old one is unknown, revoked, or was copied in part".into()
                }
                None => "read the reason that Cloudflare gives, and correct the spec".into(),
            },
            Self::Ambiguous(_) => {
                "look at the zone before trying again: what was sent may have been done".into()
            }
            Self::NotSent(_) => "check the network, and LAUNCH_READY_CLOUDFLARE_URL where it is set".into(),
            Self::Limited(pause) => format!(
                "try again in {}; Cloudflare counts the requests of a user in all programs and in the dashboard together",
                span(*pause)
            ),
            Self::Garbled(_) => {
                "check that nothing between here and Cloudflare changes answers, and LAUNCH_READY_CLOUDFLARE_URL where it is set".into()
            }
        }
    }

    /// True where it is certain that nothing was changed.
    pub fn changed_nothing(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::NotSent(_) | Self::Limited(_))
    }
}

impl miette::Diagnostic for Failure {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let code = match self {
            Self::Refused(_) => "cloudflare::refused",
            Self::Ambiguous(_) => "cloudflare::unknown_outcome",
            Self::NotSent(_) => "cloudflare::not_sent",
            Self::Limited(_) => "cloudflare::limited",
            Self::Garbled(_) => "cloudflare::garbled",
        };
        Some(Box::new(code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.cure()))
    }
}

impl Permission {
    /// Where a change needs it.
    pub(super) fn for_method(
        resource: super::permission::Resource,
        method: &reqwest::Method,
    ) -> Option<Self> {
        let access = if *method == reqwest::Method::GET { Access::Read } else { Access::Edit };
        Self::to(resource, access)
    }
}
