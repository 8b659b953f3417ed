//! What a spec that is well-formed may still get wrong: contradictions within it. Each rule looks
//! at one thing, and all of them run, so that everything is told at once.

mod cloudflare;
mod mail;
mod registration;
mod secrets;
mod webhooks;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::load::SpecError;
use super::model::scalar::domain_name;
use super::model::{Canonical, Record, RecordType, Short, Spec};
use super::names::{canonical_name, full_name, is_elsewhere, is_under, name_form};
use super::{Document, Located, Span, value};

/// The code of every error here.
const CODE: &str = "spec/contradiction";

/// Everything that is wrong with the meaning.
pub(super) fn check(document: &Document) -> Vec<SpecError> {
    let spec = &document.spec;
    let mut errors = Vec::new();
    for rule in [
        hosts_outside,
        hosts_twice,
        canonical_redirects,
        paths,
        redirects_to_itself,
        records_outside,
        record_values,
        beside_cname,
        mail::records_agree,
        mail::providers,
        mail::selectors,
        mail::keys,
        mail::networks,
        registration::asked_of_somebody,
        registration::repositories,
        secrets::variables_twice,
        secrets::fingerprints,
        secrets::paths,
        webhooks::names,
        webhooks::schemes,
        webhooks::tests,
        webhooks::effects,
        cloudflare::settings,
        cloudflare::settings_agree,
        cloudflare::paths,
        cloudflare::numbers,
        scanned_sites,
        waivers,
    ] {
        rule(spec, &mut errors);
    }
    errors
}

fn error(message: String, label: &str, span: Span, help: impl Into<String>) -> SpecError {
    SpecError::new(CODE, message, label, span).help(help)
}

fn host_keys(spec: &Spec) -> impl Iterator<Item = (&Located<String>, String)> {
    let hosts = spec.hosts.iter().flat_map(|hosts| &hosts.0);
    hosts.map(|(key, _)| (key, full_name(key, &spec.domain.value.0)))
}

/// Sites that are read for secrets are hosts of the spec, or what stands in for them where it declares none.
fn scanned_sites(spec: &Spec, errors: &mut Vec<SpecError>) {
    let scan = spec.secrets.iter().filter_map(|secrets| secrets.value.scan.as_ref());
    let domain = &spec.domain.value.0;
    for site in scan.flat_map(|scan| &scan.sites) {
        let name = full_name(&site.value, domain);
        let is_implied = spec.hosts.is_none() && (name == *domain || name == format!("www.{domain}"));
        if !is_implied && !host_keys(spec).any(|(_, host)| host == name) {
            errors.push(error(
                format!("the site `{}` is not one of the hosts", shown(&site.value)),
                "not a host",
                site.span,
                "name a key of `hosts`, or declare the host there",
            ));
        }
    }
}

fn hosts_outside(spec: &Spec, errors: &mut Vec<SpecError>) {
    let domain = &spec.domain.value.0;
    for (key, name) in host_keys(spec) {
        if let Err(why) = domain_name(&name) {
            errors.push(error(
                format!("`{}` is no host name: {why}", shown(key)),
                "not a name",
                key.span,
                "use letters, digits and `-`",
            ));
            continue;
        }
        if is_elsewhere(key, domain) || !is_under(&name, domain) {
            errors.push(outside("the host", key, domain));
        }
    }
}

/// Nobody means a label `shop.example.com`.
fn outside(what: &str, key: &Located<String>, domain: &str) -> SpecError {
    let whole = name_form(key);
    error(
        format!("{what} `{}` is not under `{domain}`", shown(key)),
        "another domain",
        key.span,
        format!(
            "one spec describes one domain: write a label, or a full name under {domain}; if `{0}` is meant as labels, write `{0}.{domain}`",
            shown(&whole)
        ),
    )
}

fn records_outside(spec: &Spec, errors: &mut Vec<SpecError>) {
    let domain = &spec.domain.value.0;
    let outsiders = records(spec).map(|record| &record.name).filter(|name| is_elsewhere(name, domain));
    errors.extend(outsiders.map(|name| outside("the record", name, domain)));
}

fn hosts_twice(spec: &Spec, errors: &mut Vec<SpecError>) {
    let mut first: BTreeMap<String, Span> = BTreeMap::new();
    for (key, name) in host_keys(spec) {
        if let Some(earlier) = first.insert(name.clone(), key.span) {
            let mut found = error(
                format!("the host {name} is declared twice"),
                "again here",
                key.span,
                "keep one of them",
            );
            found.related = Some((earlier, "first here".into()));
            errors.push(found);
        }
    }
}

/// The canonical host cannot itself exist only to redirect.
fn canonical_redirects(spec: &Spec, errors: &mut Vec<SpecError>) {
    let canonical = canonical_name(spec);
    for (key, host) in spec.hosts.iter().flat_map(|hosts| &hosts.0) {
        if matches!(host.value, Short::Word(_)) && full_name(key, &spec.domain.value.0) == canonical {
            let other = match spec.canonical.as_ref().map(|c| c.value) {
                Some(Canonical::Www) => "canonical: apex",
                _ => "canonical: www",
            };
            let message = format!("{canonical} is the canonical host and cannot redirect to itself");
            errors.push(error(
                message,
                "redirects to itself",
                host.span,
                format!("write `{other}`, or give the host a mapping: {{}}"),
            ));
        }
    }
}

fn paths(spec: &Spec, errors: &mut Vec<SpecError>) {
    for (_, host) in spec.hosts.iter().flat_map(|hosts| &hosts.0) {
        let Short::Full(details) = &host.value else { continue };
        for path in details.pages.iter().chain(&details.health) {
            if !path.starts_with('/') || path.starts_with("//") {
                errors.push(error(
                    format!("the path `{}` does not start with one `/`", shown(path)),
                    "not a path",
                    path.span,
                    format!("write /{}", shown(path.trim_start_matches('/'))),
                ));
            }
        }
    }
}

fn redirects_to_itself(spec: &Spec, errors: &mut Vec<SpecError>) {
    for rule in &spec.redirects {
        let back = rule.to.value.0.replace("$1", "*");
        if back == rule.from.value.0 {
            errors.push(error(
                "the redirect leads to itself".into(),
                "the same address",
                rule.to.span,
                "correct `from` or `to`",
            ));
        }
        if rule.to.value.0.contains('*')
            || (rule.to.value.0.contains("$1") && !rule.from.value.0.contains('*'))
        {
            errors.push(error(
                "`$1` puts back what one `*` in `from` captures".into(),
                "nothing to put back",
                rule.to.span,
                "write `*` in `from` and `$1` in `to`",
            ));
        }
    }
}

fn records(spec: &Spec) -> impl Iterator<Item = &Record> {
    spec.dns.iter().flat_map(|dns| &dns.records).map(|record| &record.value)
}

fn record_values(spec: &Spec, errors: &mut Vec<SpecError>) {
    for record in records(spec) {
        let kind = record.kind.value;
        if record.value.is_some() && record.values.is_some() {
            errors.push(error(
                "`value` and `values` are both given".into(),
                "and here",
                record.name.span,
                "keep one of them",
            ));
        }
        let name = full_name(&record.name, &spec.domain.value.0);
        if let Err(why) = domain_name(name.strip_prefix("*.").unwrap_or(&name)) {
            let message = format!("`{}` is no name of a record: {why}", shown(&record.name));
            errors.push(error(
                message,
                "not a name",
                record.name.span,
                "write apex, a label, or a full name",
            ));
        }
        let values = record.all_values();
        if values.is_empty() {
            errors.push(error(
                format!("the {} record has no value", kind.name()),
                "of this record",
                record.name.span,
                "add `value: ...`",
            ));
        }
        if kind == RecordType::Mx && record.priority.is_none() {
            errors.push(error(
                "an MX record needs a priority".into(),
                "of this record",
                record.name.span,
                "add `priority: 10`",
            ));
        }
        errors.extend(values.into_iter().filter_map(|value| value_error(kind, value, &spec.domain.value.0)));
    }
}

fn value_error(kind: RecordType, value: &Located<String>, domain: &str) -> Option<SpecError> {
    if let Some(help) = value_fault(kind, value) {
        let message = format!("`{}` is no value of {}", shown(value), kind.name());
        return Some(error(message, "not a value", value.span, help));
    }
    let label = shown(value::bare_label(kind, value)?);
    let message = format!("`{label}` is not a full name: nothing is added to the value of a record");
    Some(error(message, "a label alone", value.span, format!("write the full name: `{label}.{domain}`")))
}

pub(crate) fn value_fault(kind: RecordType, value: &str) -> Option<&'static str> {
    let is_name = || value == "@" || domain_name(value).is_ok();
    match kind {
        RecordType::A if value.parse::<Ipv4Addr>().is_err() => Some("write an IPv4 address: 203.0.113.10"),
        RecordType::Aaaa if value.parse::<Ipv6Addr>().is_err() => Some("write an IPv6 address: 2001:db8::10"),
        RecordType::Mx if value == "." => None,
        RecordType::Cname | RecordType::Mx | RecordType::Ns | RecordType::Ptr if !is_name() => {
            Some("write a host name: mail.example.com")
        }
        _ => None,
    }
}

/// RFC 1034 section 3.6.2: where a CNAME is, no other data is. At the apex there is always other
/// data (SOA, NS), so only a flattening provider's proxied CNAME can stand there.
fn beside_cname(spec: &Spec, errors: &mut Vec<SpecError>) {
    let domain = &spec.domain.value.0;
    for alias in records(spec).filter(|record| record.kind.value == RecordType::Cname) {
        let name = full_name(&alias.name, domain);
        let proxied = alias.proxied.as_ref().is_some_and(|proxied| proxied.value);
        if name == *domain && !proxied {
            errors.push(error(
                "a CNAME cannot stand at the apex".into(),
                "the apex",
                alias.name.span,
                "use A and AAAA records, or `proxied: true` where Cloudflare flattens it",
            ));
        }
        let beside = records(spec).find(|other| {
            !std::ptr::eq(*other, alias)
                && full_name(&other.name, domain) == name
                && !(proxied && name == *domain)
        });
        if let Some(other) = beside {
            let message = format!(
                "{name} is declared as a CNAME and has a record of type {} too",
                other.kind.value.name()
            );
            let mut found = error(
                message,
                "a CNAME stands alone",
                alias.name.span,
                "remove one of them (RFC 1034 section 3.6.2)",
            );
            found.related = Some((other.name.span, "beside this".into()));
            errors.push(found);
        }
    }
}

/// A waiver may name a check of a later version, but not one that is clearly mistyped.
fn waivers(spec: &Spec, errors: &mut Vec<SpecError>) {
    for waiver in &spec.waivers {
        let check = &waiver.check;
        if let Some(help) = crate::check::Check::mistyped(check) {
            errors.push(error(
                format!("there is no check `{}`", shown(check)),
                "not a check",
                check.span,
                help,
            ));
        }
    }
}

fn shown(text: &str) -> crate::observed::Remote {
    crate::observed::Remote::new(&super::shown::shown(text))
}
