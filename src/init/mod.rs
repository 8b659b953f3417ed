//! A first spec from what a domain shows: which questions to ask, and how the answers are written
//! down. Pure, as judges are: the probe asks, the command line writes the file.
//!
//! | file | what it does |
//! |---|---|
//! | `questions` | what to ask of a domain that nobody has described |
//! | `sight` | reads the answers, a wildcard's set aside |
//! | `web`, `tls`, `dns`, `email` (`spf`, `senders`), `later` | one part of the file each |
//! | `sheet`, `quote` | layout of the file, and texts from outside in it |

mod dns;
mod email;
mod later;
pub(crate) mod questions;
mod quote;
mod senders;
mod sheet;
mod sight;
mod spf;
mod tls;
mod web;

#[cfg(test)]
mod tests;

use jiff::civil::Date;

use crate::observed::{Observed, Remote, Seen};
use sheet::Sheet;
use sight::Sight;

/// Whether there is something to write about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Existence {
    /// The domain exists.
    Exists,
    /// Nobody has registered it, or its parent does not know it.
    Missing,
    /// No question about it was answered; why the first was not.
    Unknown(Remote),
}

/// Whether the domain exists, by the answers to the questions about itself.
pub fn existence(domain: &str, observed: &Observed) -> Existence {
    let mut reason = None;
    for kind in questions::OF_THE_DOMAIN {
        match observed.dns(domain, kind) {
            Some(Seen::Answer(answer)) if answer.nxdomain && answer.records.is_empty() => {
                return Existence::Missing;
            }
            Some(Seen::Answer(_)) => return Existence::Exists,
            Some(Seen::Unobserved(why)) => reason = reason.or(Some(why.clone())),
            Some(Seen::Failed(failure)) => reason = reason.or(Some(failure.detail.clone())),
            None => {}
        }
    }
    Existence::Unknown(reason.unwrap_or_else(|| "nothing was asked".into()))
}

/// The spec of what was seen: what the domain shows is declared and marked `seen`, what only its
/// owner can know stands in comments marked `to decide`.
pub fn spec_of(domain: &str, observed: &Observed, today: Date) -> String {
    let sight = Sight::new(domain, observed);
    let mut sheet = Sheet::default();
    head(&mut sheet, domain, today);
    let site = web::Site::of(&sight);
    sheet.blank();
    sheet.plain("version: 1");
    sheet.decide(&format!("product: {}", quote::scalar(&title(domain))), "its name in reports");
    sheet.plain(&format!("domain: {}", quote::scalar(domain)));
    sheet.decide("policy: strict", "asks for more than the baseline");
    site.canonical(&mut sheet);
    sheet.blank();
    site.hosts(&mut sheet);
    sheet.blank();
    dns::write(&mut sheet, &sight, &site);
    sheet.blank();
    site.tls(&mut sheet);
    sheet.blank();
    site.redirects(&mut sheet);
    sheet.blank();
    email::write(&mut sheet, &sight);
    later::write(&mut sheet, domain, &site);
    sheet.render()
}

fn head(sheet: &mut Sheet, domain: &str, today: Date) {
    sheet.verbatim("# yaml-language-server: $schema=./launch-ready.schema.json");
    sheet.words("(for completion in editors: launch-ready schema > launch-ready.schema.json)");
    sheet.words("");
    sheet.words(&format!("What {domain} showed on {today}. Read it, then make it say what should be true:"));
    sheet.words("  seen       so it is, on that day; delete or correct what should not stay");
    sheet.words("  to decide  only you know; take the `#` away and fill it in, or delete the line");
}

/// `circle-garden.test` as people would begin to write the product's name: `Circle Garden`.
fn title(domain: &str) -> String {
    let label = domain.split('.').next().unwrap_or(domain);
    let words = label.split(['-', '_']).filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
    };
    words.map(capital).collect::<Vec<_>>().join(" ")
}
