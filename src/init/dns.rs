//! The part `dns`: name servers, issuers, and every record at a name that the product uses.

use super::questions::{LABELS, MAIL_NAMES, SERVICES};
use super::quote::{cut, declarable, is_name, list, scalar};
use super::sheet::Sheet;
use super::sight::Sight;
use super::web::Site;
use crate::caa::{Issuer, Property};
use crate::mail;
use crate::observed::DnsRecord;
use crate::provider::{About, cloudflare, email};
use crate::spec::lint::value_fault;
use crate::spec::model::RecordType;
use crate::spec::value;

/// Writes the section.
pub(super) fn write(sheet: &mut Sheet, sight: &Sight, site: &Site) {
    sheet.section("dns", |sheet| {
        name_servers(sheet, sight);
        if sight.own("@", "DS").is_empty() {
            sheet.decide("dnssec: required", "the parent has no DS record");
        } else {
            sheet.seen("dnssec: required", "DS records at the parent");
        }
        issuers(sheet, sight, site);
        sheet.decide("cutover: \"2026-12-01T08:00:00Z\"", "when records change; TTLs must be short then");
        sheet.section("records", |sheet| records(sheet, sight));
    });
}

fn name_servers(sheet: &mut Sheet, sight: &Sight) {
    let servers = sight.values("@", "NS");
    if sight.at_cloudflare() {
        sheet.seen("nameservers: cloudflare", &cut(&servers.join(", ")));
    } else if !servers.is_empty() && servers.iter().all(|server| is_name(server)) {
        sheet.seen(&format!("nameservers: {}", list(servers)), "NS");
    }
}

/// Who may issue, by the CAA records (RFC 8659 section 4.2).
fn issuers(sheet: &mut Sheet, sight: &Sight, site: &Site) {
    let mut names: Vec<String> = sight.values("@", "CAA").into_iter().filter_map(issuer).collect();
    names.sort();
    names.dedup();
    let in_use = site.caa_names();
    if names.is_empty() && in_use.is_empty() {
        sheet.decide("caa: [letsencrypt.org]", "who may issue certificates");
    } else if names.is_empty() {
        let names = list(in_use.iter().copied());
        sheet.decide(&format!("caa: {names}"), "who may issue certificates; these are in use");
    } else {
        sheet.seen(&format!("caa: {}", list(names.iter().map(String::as_str))), "CAA");
    }
}

/// The authority that a record lets issue, for wildcards or for others.
fn issuer(value: &str) -> Option<String> {
    let property = Property::parse(value)?;
    let lets_in = matches!(property.tag.as_str(), "issue" | "issuewild");
    Issuer::parse(&property.value).domain.filter(|name| lets_in && is_name(name))
}

fn records(sheet: &mut Sheet, sight: &Sight) {
    leading(sheet, sight, "@", "");
    exchangers(sheet, sight);
    texts(sheet, sight);
    for record in sight.own("@", "CAA") {
        one(sheet, "apex", RecordType::Caa, record, "");
    }
    for label in LABELS.iter().chain(MAIL_NAMES) {
        if sight.is_published(label) {
            leading(sheet, sight, label, "");
        }
    }
    for label in sight.mail_hosts() {
        // Under a wildcard too: an MX must have an address, whatever becomes of the wildcard.
        let is_new = !LABELS.contains(&label) && !MAIL_NAMES.contains(&label);
        if is_new && is_name(&sight.name(label)) {
            leading(sheet, sight, label, "receives mail");
        }
    }
    if sight.has_wildcard() {
        leading(sheet, sight, "*", "a wildcard: every name that is not published leads there");
    }
    for service in SERVICES {
        for record in sight.own(service, "SRV") {
            one(sheet, service, RecordType::Srv, record, "");
        }
    }
    for record in sight.own("default._bimi", "TXT") {
        one(sheet, "default._bimi", RecordType::Txt, record, "BIMI");
    }
    sheet.decide("- {name: news, type: CNAME, value: news.example.net}", "records to come");
}

/// Where a name leads: its alias, or its addresses.
fn leading(sheet: &mut Sheet, sight: &Sight, label: &str, how: &str) {
    let whole = sight.name(label);
    let key = match label {
        "@" => "apex",
        // As a label these could be read as the domain itself.
        label if label == "apex" || label.contains('.') => whole.as_str(),
        label => label,
    };
    let aliases = sight.own(label, "CNAME");
    if !aliases.is_empty() {
        // Beside others, or at the apex, an alias is a fault and no declaration.
        match aliases.as_slice() {
            [alias] if label != "@" => one(sheet, key, RecordType::Cname, alias, how),
            several => several.iter().for_each(|alias| {
                sheet.aside(
                    &entry(key, RecordType::Cname, alias, &scalar(alias.value.as_str())),
                    "a CNAME stands alone",
                );
            }),
        }
        return;
    }
    if is_proxied(sight, label) {
        let text =
            format!("- {{name: {}, type: A, value: <address of its server>, proxied: true}}", scalar(key));
        sheet.decide(&text, "Cloudflare answers in its place and hides it");
        return;
    }
    for (name, kind) in [("A", RecordType::A), ("AAAA", RecordType::Aaaa)] {
        let values = sight.values(label, name);
        let fit = !values.is_empty() && values.iter().all(|value| fits(kind, value));
        match values.as_slice() {
            [value] if fit => {
                let text = format!("- {{name: {}, type: {name}, value: {}}}", scalar(key), scalar(value));
                sheet.seen(&text, how);
            }
            values if fit => {
                let values = list(values.iter().copied());
                sheet.seen(&format!("- {{name: {}, type: {name}, values: {values}}}", scalar(key)), how);
            }
            _ => {}
        }
    }
    for kind in ["A", "AAAA"] {
        if let Some(why) = sight.gap(label, kind).filter(|_| label == "@") {
            sheet.words(&format!("to decide: {key} {kind} could not be looked up: {}", cut(why.as_str())));
        }
    }
}

/// True where Cloudflare's proxy stands before a name, so that what is published is not public.
fn is_proxied(sight: &Sight, label: &str) -> bool {
    let addresses = sight.addresses(label);
    sight.at_cloudflare()
        && !addresses.is_empty()
        && addresses.iter().all(|address| cloudflare::is_proxy(*address))
}

fn exchangers(sheet: &mut Sheet, sight: &Sight) {
    let all = sight.own("@", "MX");
    let refuses = all.iter().any(|record| record.value.as_str() == ".");
    if refuses && all.len() > 1 {
        sheet
            .words("seen, and not declared: a null MX beside others, which mail servers may take either way");
    }
    for record in all.iter().filter(|record| all.len() == 1 || record.value.as_str() != ".") {
        one(sheet, "apex", RecordType::Mx, record, "");
    }
}

/// The texts at the domain; SPF has a section of its own.
fn texts(sheet: &mut Sheet, sight: &Sight) {
    for record in sight.own("@", "TXT") {
        if !mail::spf::is_record(record.value.as_str()) {
            let of = verified(sight, record.value.as_str()).map(|name| format!("for {name}"));
            one(sheet, "apex", RecordType::Txt, record, &of.unwrap_or_default());
        }
    }
}

/// The service to which a text proves who owns the domain.
fn verified(sight: &Sight, text: &str) -> Option<&'static str> {
    let about = About { domain: sight.domain, selector: "" };
    let mut services = email::services().providers.iter();
    let proves = |provider: &&email::Provider| {
        let own = provider.verification.iter().filter(|record| record.name.as_str() == "@");
        own.flat_map(|record| &record.values).any(|value| value.fits(text, about))
    };
    services.find(proves).map(|provider| provider.name.as_str())
}

/// One record with one value.
fn one(sheet: &mut Sheet, key: &str, kind: RecordType, record: &DnsRecord, how: &str) {
    let value = record.value.as_str();
    let why = match declarable(value) {
        Ok(quoted) if fits(kind, value) => return sheet.seen(&entry(key, kind, record, &quoted), how),
        Ok(_) => "it is no value of that type".to_owned(),
        Err(why) => why,
    };
    let shown = if why.contains("looks like") { String::new() } else { format!(": {}", cut(value)) };
    sheet.words(&format!("seen, and not declared because {why}: {key} {}{shown}", kind.name()));
}

/// True for a value that a spec may declare as it is.
fn fits(kind: RecordType, value: &str) -> bool {
    let names = matches!(kind, RecordType::Cname | RecordType::Mx);
    // A spec would read one label as unfinished, or as the word `apex`.
    let whole = value::target(kind, value).is_none_or(|target| target.contains('.'));
    value_fault(kind, value).is_none() && whole && (!names || value == "." || is_name(value))
}

/// `- {name: apex, type: MX, value: mail.shop.test, priority: 10}`
fn entry(key: &str, kind: RecordType, record: &DnsRecord, quoted: &str) -> String {
    let priority = record.priority.map_or(String::new(), |priority| format!(", priority: {priority}"));
    format!("- {{name: {}, type: {}, value: {quoted}{priority}}}", scalar(key), kind.name())
}
