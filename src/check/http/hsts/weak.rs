//! Judges the header against the spec and the policy.

use std::time::Duration;

use jiff::SignedDuration;
use url::Url;

use super::{FIELD, declared};
use crate::check::faults::{self, Fault, part};
use crate::check::http::{hsts_header, hsts_missing, page, plain};
use crate::check::seen::{self, Judged};
use crate::check::{Status, Verdict, World};
use crate::item::Host;
use crate::observed::Seen;
use crate::spec::{Located, Place};
use crate::web::hsts::{Header, PRELOAD_MAX_AGE, Reading, WarningKind};

/// A fault, and the line of the spec that asks for better.
type At = (Fault, Option<Place>);

pub(in crate::check) fn hsts_weak(host: &Host, world: &World) -> Verdict {
    let (url, values) = match header(host, world) {
        Ok(both) => both,
        Err(verdict) => return *verdict,
    };
    let Some(first) = values.first() else {
        return match hsts_missing(host, world).status {
            Status::Fail => Verdict::not_judged("http/hsts-missing", &host.name, "there is no such header"),
            _ => Verdict::not_applicable("there is no such header"),
        };
    };
    let reading = Header::read(first);
    let judge = Judge { host, world, url: &url, help: help(world) };
    let mut found: Vec<At> = judge.form(first, &reading);
    found.extend(judge.several(values.len()));
    if let Some(header) = reading.header() {
        found.extend(judge.age(header));
        found.extend(judge.flags(header));
        found.extend(judge.preload(header));
    }
    let place = found.iter().find_map(|(_, place)| place.clone());
    let all = found.into_iter().map(|(fault, _)| fault).collect();
    let Some(verdict) = faults::verdict(all, "HSTS is weak") else {
        return Verdict::pass(format!("sends `{}`", seen::cut(first)));
    };
    let verdict = values.iter().fold(verdict, |verdict, value| {
        verdict.evidence(format!("Strict-Transport-Security: {}", seen::cut(value)))
    });
    match place {
        Some(place) => verdict.at(place),
        None => verdict,
    }
}

/// The values of the header on the answer to the host's root, a redirect or not.
fn header<'w>(host: &Host, world: &'w World) -> Judged<(Url, Vec<&'w str>)> {
    page::only_production(host)?;
    let Some(url) = host.root("https") else { return Err(Box::new(seen::no_url(host))) };
    let exchange = seen::http(&url, world)?;
    let values = exchange.headers.iter().filter(|(name, _)| name == FIELD);
    Ok((url, values.map(|(_, value)| value.as_str()).collect()))
}

fn help(world: &World) -> String {
    format!("send `{}`, once, with every HTTPS answer", hsts_header(world))
}

/// A whole year is more telling than its seconds.
fn age(seconds: u64) -> String {
    let length = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
    format!("max-age={seconds} ({})", seen::length(length))
}

struct Judge<'a> {
    host: &'a Host<'a>,
    world: &'a World<'a>,
    url: &'a Url,
    help: String,
}

impl Judge<'_> {
    fn fault(&self, what: &str, expected: impl Into<String>, observed: impl Into<String>) -> Fault {
        Fault {
            what: format!("{} {what}", seen::shown(self.url)),
            expected: expected.into(),
            observed: observed.into(),
            help: self.help.clone(),
            mild: false,
        }
    }

    /// What cannot be read, and what is probably meant otherwise.
    fn form(&self, text: &str, reading: &Reading) -> Vec<At> {
        let errors = reading.errors.iter().map(|error| {
            let part = part(text, &error.span);
            let what =
                format!("sends a Strict-Transport-Security that browsers ignore: {} ({part})", error.kind);
            self.fault(&what, "a header that can be read (RFC 6797 section 6.1)", part)
        });
        let meant = |kind: &WarningKind| matches!(kind, WarningKind::Unknown(Some(_)));
        let warnings = reading.warnings.iter().filter(|warning| meant(&warning.kind)).map(|warning| {
            let part = part(text, &warning.span);
            self.fault(&format!("sends {} ({part})", warning.kind), "directives that browsers know", part)
        });
        errors.chain(warnings).map(|fault| (fault, None)).collect()
    }

    fn several(&self, count: usize) -> Option<At> {
        if count < 2 {
            return None;
        }
        let what =
            format!("sends {count} Strict-Transport-Security headers, of which browsers read the first");
        let mut fault = self.fault(&what, "one header", format!("{count} headers"));
        fault.help =
            "send it from one place: most often the proxy and the application behind it both add it".into();
        Some((fault, None))
    }

    /// The least age, and the line that asks for it: what the spec declares, or else the policy.
    fn least(&self) -> (Duration, Option<Place>) {
        match declared(self.world).and_then(|hsts| hsts.max_age.as_ref()) {
            Some(age) => (age.value.0, Some(Place::new("tls.hsts.max_age", age.span))),
            None => (self.world.thresholds.hsts_max_age, None),
        }
    }

    fn age(&self, header: Header) -> Option<At> {
        let (least, place) = self.least();
        if header.max_age >= least.as_secs() {
            return None;
        }
        let (wanted, sent) = (age(least.as_secs()), age(header.max_age));
        let why = match (header.max_age, &place) {
            (0, _) => "which makes browsers forget that the host is HTTPS only".to_owned(),
            (_, Some(_)) => format!("and the spec declares {wanted}"),
            (_, None) => format!("and the policy asks for {wanted}"),
        };
        let fault = self.fault(&format!("sends {sent}, {why}"), format!("at least {wanted}"), sent);
        Some((fault, place))
    }

    /// Whether subdomains and the preload list are the host's matter: the domain's, or where that is no host,
    /// everybody's.
    fn is_top(&self) -> bool {
        let domain = self.world.domain();
        self.host.name == domain || self.world.items.host(domain).is_none()
    }

    fn flags(&self, header: Header) -> Vec<At> {
        let Some(hsts) = declared(self.world).filter(|_| self.is_top()) else { return Vec::new() };
        let flag = |declared: &Option<Located<bool>>, sent: bool, name: &str, key: &str| {
            let declared = declared.as_ref().filter(|declared| declared.value && !sent)?;
            let what = format!("sends no `{name}`, which the spec declares");
            let fault = self.fault(&what, name, format!("`{header}`"));
            Some((fault, Some(Place::new(format!("tls.hsts.{key}"), declared.span))))
        };
        [
            flag(
                &hsts.include_subdomains,
                header.include_subdomains,
                "includeSubDomains",
                "include_subdomains",
            ),
            flag(&hsts.preload, header.preload, "preload", "preload"),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// What else the browsers' own list asks of a domain (hstspreload.org).
    fn preload(&self, header: Header) -> Vec<At> {
        let declared_here = |hsts: &&crate::spec::model::Hsts| {
            hsts.preload.as_ref().is_some_and(|preload| preload.value)
                && self.host.name == self.world.domain()
        };
        let Some(hsts) = declared(self.world).filter(declared_here) else { return Vec::new() };
        let place = hsts.preload.as_ref().map(|preload| Place::new("tls.hsts.preload", preload.span));
        let mut found = Vec::new();
        let least = self.least().0.as_secs();
        if header.max_age < PRELOAD_MAX_AGE && header.max_age >= least {
            let what = format!("sends {}, and the preload list asks for a year", age(header.max_age));
            let mut fault = self.fault(&what, format!("max-age={PRELOAD_MAX_AGE}"), age(header.max_age));
            fault.help =
                format!("declare and send `max-age={PRELOAD_MAX_AGE}`, or take `preload` out of the spec");
            found.push(fault);
        }
        let declares_subdomains = hsts.include_subdomains.as_ref().is_some_and(|flag| flag.value);
        if !header.include_subdomains && !declares_subdomains {
            let what = "sends no `includeSubDomains`, which the preload list asks for";
            let mut fault = self.fault(what, "includeSubDomains", format!("`{header}`"));
            fault.help = "declare and send `includeSubDomains` once every subdomain has HTTPS, or take `preload` out of the spec".into();
            found.push(fault);
        }
        found.extend(self.first_hop());
        found.into_iter().map(|fault| (fault, place.clone())).collect()
    }

    /// Plain HTTP must lead to HTTPS on the same host before it leads elsewhere.
    fn first_hop(&self) -> Option<Fault> {
        let plain = self.host.root("http")?;
        let Some(Seen::Answer(exchange)) = self.world.observed.http(&plain) else { return None };
        let to = exchange.location.as_ref().filter(|_| exchange.is_redirect())?;
        let right = to.scheme() == "https" && to.host_str() == plain.host_str();
        let told = plain::https_not_forced(self.host, self.world).status == Status::Fail;
        if right || told {
            return None;
        }
        let to = seen::shown(to);
        Some(Fault {
            what: format!(
                "{plain} leads to {to} first, and the preload list asks for HTTPS on the same host first"
            ),
            expected: format!("a redirect to https://{}/ first", self.host.name),
            observed: to,
            help: format!("redirect `http://{0}/*` to `https://{0}/$1` first, then on", self.host.name),
            mild: false,
        })
    }
}
