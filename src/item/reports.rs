//! Whose mail servers get the reports that DMARC asks for.

use crate::mail::dmarc::{Record, mailbox};
use crate::spec::{Document, Place};

/// Destinations that are looked at: a sound record has one or two.
pub const MOST_DESTINATIONS: usize = 10;

/// A domain that gets reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The domain behind the `@`.
    pub domain: String,
    /// Where `email.dmarc.reports` names it; `None` where only the record does.
    pub place: Option<Place>,
}

/// The domains of the addresses that the spec declares, and of those in a record; each once, and no
/// more than [`MOST_DESTINATIONS`].
pub fn destinations(document: &Document, record: Option<&Record>) -> Vec<Destination> {
    let mut found: Vec<Destination> = Vec::new();
    let mut add = |domain: String, place: Option<Place>| {
        if found.len() < MOST_DESTINATIONS && !found.iter().any(|known| known.domain == domain) {
            found.push(Destination { domain, place });
        }
    };
    for (uri, place) in declared_reports(document) {
        if let Some(mailbox) = mailbox(uri) {
            add(mailbox.domain, Some(place));
        }
    }
    for uri in record.into_iter().flat_map(|record| record.rua.iter().chain(&record.ruf)) {
        if let Some(mailbox) = &uri.mailbox {
            add(mailbox.domain.clone(), None);
        }
    }
    found
}

/// The addresses of `email.dmarc.reports`, each with its place.
pub fn declared_reports(document: &Document) -> Vec<(&str, Place)> {
    let dmarc = document.spec.mail().and_then(|mail| mail.dmarc.as_ref());
    let reports = dmarc.into_iter().flat_map(|dmarc| &dmarc.reports).enumerate();
    let place = |index: usize, span| Place::new(format!("email.dmarc.reports[{index}]"), span);
    reports.map(|(index, report)| (report.value.0.as_str(), place(index, report.span))).collect()
}
