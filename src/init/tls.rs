//! What the handshakes and headers of the web sites say for section `tls`.

use std::collections::BTreeSet;

use super::quote::{declarable, list};
use super::sheet::Sheet;
use super::sight::Sight;
use crate::authority::{Authority, organisation};
use crate::observed::{Exchange, Handshake, Path, Seen};
use crate::web::hsts::Header;

/// Writes what stands in the section; `labels` are the declared hosts.
pub(super) fn write(sheet: &mut Sheet, sight: &Sight, labels: &[&str]) {
    let handshakes = handshakes(sight, labels);
    let spoken: BTreeSet<&str> = handshakes.iter().map(|seen| seen.version.as_str()).collect();
    let spoken: Vec<&str> = spoken.into_iter().collect();
    let why = if spoken.is_empty() {
        "1.2 or 1.3".into()
    } else {
        format!("the sites spoke {}", spoken.join(" and "))
    };
    sheet.decide("min_version: \"1.2\"", &why);
    sheet.decide("min_remaining: 21d", "how long certificates must still be valid");
    let issuers = issuers(&handshakes);
    if issuers.is_empty() {
        sheet.decide("issuers: [\"Let's Encrypt\"]", "who may issue the certificates");
    } else {
        let issuers = list(issuers.iter().map(String::as_str));
        sheet.seen(&format!("issuers: {issuers}"), "in the certificates");
    }
    match hsts(sight, labels) {
        Some(hsts) => sheet.seen(&format!("hsts: {hsts}"), "Strict-Transport-Security"),
        None => sheet.decide("hsts: {max_age: 365d}", "no site sends Strict-Transport-Security"),
    }
}

fn handshakes<'a>(sight: &Sight<'a>, labels: &[&str]) -> Vec<&'a Handshake> {
    labels.iter().filter_map(|label| handshake(sight, label)).collect()
}

/// The names by which CAA records let the issuers in use issue.
pub(super) fn caa_names(sight: &Sight, labels: &[&str]) -> BTreeSet<&'static str> {
    let issuers = issuers(&handshakes(sight, labels));
    let authorities = issuers.iter().filter_map(|issuer| Authority::of_organisation(issuer));
    authorities.filter_map(|authority| authority.caa.first().map(String::as_str)).collect()
}

/// The handshake with a host.
fn handshake<'a>(sight: &Sight<'a>, label: &str) -> Option<&'a Handshake> {
    match sight.observed.tls(&sight.root("https", label)?)? {
        Seen::Answer(handshake) => Some(handshake),
        _ => None,
    }
}

/// The organisations that issued the certificates that clients trust.
fn issuers(handshakes: &[&Handshake]) -> BTreeSet<String> {
    let trusted = handshakes.iter().filter(|handshake| handshake.path == Path::Trusted);
    let leaves = trusted.filter_map(|handshake| handshake.chain.first());
    let names = leaves.filter_map(|leaf| organisation(leaf.issuer.as_str()));
    names.filter(|name| !name.is_empty() && declarable(name).is_ok()).collect()
}

/// The mapping that all sites which send the header keep to; `None` where none sends one.
fn hsts(sight: &Sight, labels: &[&str]) -> Option<String> {
    let headers: Vec<Header> = labels.iter().filter_map(|label| header(sight, label)).collect();
    let max_age = headers.iter().map(|header| header.max_age).min()?;
    let mut text = format!("{{max_age: {}", period(max_age));
    if headers.iter().all(|header| header.include_subdomains) {
        text += ", include_subdomains: true";
    }
    if headers.iter().all(|header| header.preload) {
        text += ", preload: true";
    }
    Some(text + "}")
}

fn header(sight: &Sight, label: &str) -> Option<Header> {
    parsed(sight.exchange(&sight.root("https", label)?)?)
}

/// Of several fields, the first counts (RFC 6797 section 8.1). An age of nothing is none.
fn parsed(exchange: &Exchange) -> Option<Header> {
    let field = exchange.header("strict-transport-security").next()?;
    Header::parse(field.as_str()).ok().filter(|header| (1..=MOST_SECONDS).contains(&header.max_age))
}

/// More than anybody means: a hundred years.
const MOST_SECONDS: u64 = 100 * 366 * 86_400;

/// Seconds in the largest unit that needs no fraction.
fn period(seconds: u64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let (size, unit) = units.into_iter().find(|(size, _)| seconds.is_multiple_of(*size)).unwrap_or((1, "s"));
    format!("{}{unit}", seconds / size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_become_periods() {
        let of = |text: &str| {
            let exchange = Exchange {
                status: 200,
                headers: vec![("strict-transport-security".into(), text.into())],
                location: None,
                body_bytes: 0,
                excerpt: None,
                ..Exchange::default()
            };
            parsed(&exchange)
                .map(|header| (period(header.max_age), header.include_subdomains, header.preload))
        };
        assert_eq!(of("max-age=31536000; includeSubDomains; preload"), Some(("365d".into(), true, true)));
        assert_eq!(of("max-age=\"300\""), Some(("5m".into(), false, false)));
        assert_eq!((of("max-age=0"), of("max-age=x"), of("preload")), (None, None, None));
    }
}
