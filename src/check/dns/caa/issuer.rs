//! Whom the CAA records shut out, although certificates are wanted or in use from there.

use super::{InUse, Relevant, by_wildcard_only, declared};
use crate::authority::Authority;
use crate::caa::{Allowed, Issuer, Property};
use crate::check::dns::record;
use crate::check::seen::{self, Judged};
use crate::check::{Status, Verdict, World};
use crate::item::Host;
use crate::spec::Place;
use crate::spec::model::RecordType;

/// An authority that must be allowed.
#[derive(Clone)]
struct Wanted {
    /// How a message names it.
    who: String,
    /// Why it must be: `declared in dns.caa`.
    why: &'static str,
    /// The names it answers to, the one to publish first. Empty where nobody knows them: then only
    /// a set that lets nobody in shuts it out.
    names: Vec<String>,
    place: Option<Place>,
}

impl Wanted {
    fn known(who: &str, why: &'static str, authority: &Authority) -> Self {
        Self { who: who.to_owned(), why, names: authority.caa.clone(), place: None }
    }

    /// What makes two of them the same authority.
    fn key(&self) -> &str {
        self.names.first().map_or(&self.who, String::as_str)
    }

    fn is_allowed(&self, allowed: &Allowed) -> bool {
        if self.names.is_empty() { !allowed.is_nobody() } else { allowed.includes(&self.names) }
    }
}

/// An authority that a set of records shuts out.
struct ShutOut {
    wanted: Wanted,
    /// All reasons why it is wanted.
    why: Vec<&'static str>,
    owner: String,
    shown: String,
    /// What a record of its own says, so that it cannot issue by it all the same.
    methods: Option<String>,
    /// The record that would let it in, or what to take away.
    cure: String,
}

/// What the records say about a host's authorities.
#[derive(Default)]
struct Outcome {
    shut_out: Vec<ShutOut>,
    let_in: Vec<String>,
    /// True where no record at all speaks about the host.
    unrestricted: bool,
    /// Why the certificate in use is not among them.
    gap: Option<Box<Verdict>>,
    /// An issuer whose CAA names nobody knows.
    stranger: Option<String>,
}

impl Outcome {
    fn of(host: &Host, world: &World) -> Judged<Self> {
        let mut outcome = Self::default();
        let Some(own) = Relevant::of(&host.name, world)? else {
            return Ok(Self { unrestricted: true, ..outcome });
        };
        for wanted in wanted_by_spec(world) {
            // The spec does not say for which names: let in is who may issue wildcards or others.
            let mut kinds = [false, true].into_iter();
            let wildcard = kinds.find(|wildcard| wanted.is_allowed(&own.allowed(*wildcard)));
            outcome.judge(&wanted, &own, wildcard.unwrap_or(false));
        }
        match InUse::of(host, world) {
            Ok(InUse::From(certificate, organisation)) => {
                let wanted = in_use(&organisation);
                if wanted.names.is_empty() {
                    outcome.stranger = Some(organisation);
                }
                if by_wildcard_only(certificate, &host.name) {
                    // It was asked for as `*.above`, so the climb began there.
                    let above = host.name.split_once('.').map_or("", |(_, above)| above);
                    match Relevant::of(above, world) {
                        Ok(Some(above)) => outcome.judge(&wanted, &above, true),
                        Ok(None) => outcome.let_in(&wanted, &[]),
                        Err(gap) => outcome.gap = Some(gap),
                    }
                } else {
                    outcome.judge(&wanted, &own, false);
                }
            }
            Ok(InUse::Private) => {}
            Err(gap) => outcome.gap = Some(gap),
        }
        Ok(outcome)
    }

    /// One of known names is let in.
    fn let_in(&mut self, wanted: &Wanted, accounts: &[&str]) {
        let bound = match accounts {
            [] => String::new(),
            [one] => format!(" (only for account {})", seen::cut(one)),
            [first, ..] => format!(" (only for {} accounts, like {})", accounts.len(), seen::cut(first)),
        };
        let name = format!("{}{bound}", seen::cut(wanted.key()));
        if !wanted.names.is_empty() && !self.let_in.contains(&name) {
            self.let_in.push(name);
        }
    }

    fn judge(&mut self, wanted: &Wanted, relevant: &Relevant, wildcard: bool) {
        let allowed = relevant.allowed(wildcard);
        if wanted.is_allowed(&allowed) {
            return self.let_in(wanted, &allowed.accounts(&wanted.names));
        }
        let same = |shut: &&mut ShutOut| shut.wanted.key() == wanted.key() && shut.owner == relevant.owner;
        if let Some(known) = self.shut_out.iter_mut().find(same) {
            known.why.push(wanted.why);
            return;
        }
        self.shut_out.push(ShutOut {
            why: vec![wanted.why],
            owner: relevant.owner.clone(),
            shown: relevant.shown.clone(),
            methods: relevant.unknown_methods(&wanted.names),
            cure: cure(wanted, relevant, &allowed, wildcard),
            wanted: wanted.clone(),
        });
    }

    fn holds(&self, other: &ShutOut) -> bool {
        self.shut_out.iter().any(|own| own.owner == other.owner && own.wanted.key() == other.wanted.key())
    }
}

/// The issuers of `dns.caa`, and those of `tls.issuers` whose CAA names are known.
fn wanted_by_spec(world: &World) -> Vec<Wanted> {
    let mut all: Vec<Wanted> = Vec::new();
    for (name, place) in declared(world) {
        let name = name.to_ascii_lowercase();
        let mut names = vec![name.clone()];
        names.extend(Authority::of_caa_name(&name).iter().flat_map(|known| known.caa.iter().cloned()));
        all.push(Wanted { who: name, why: "declared in `dns.caa`", names, place: Some(place) });
    }
    let issuers = world.document.spec.tls.iter().flat_map(|tls| tls.issuers.iter().enumerate());
    for (index, issuer) in issuers {
        let Some(authority) = Authority::of_organisation(&issuer.value) else { continue };
        let place = Some(Place::new(format!("tls.issuers[{index}]"), issuer.span));
        let wanted = Wanted::known(&authority.name, "declared in `tls.issuers`", authority);
        all.push(Wanted { place, ..wanted });
    }
    all
}

/// The authority that issued the certificate in use.
fn in_use(organisation: &str) -> Wanted {
    let why = "issued the certificate in use";
    match Authority::of_organisation(organisation) {
        Some(authority) => Wanted::known(&authority.name, why, authority),
        None => Wanted { who: organisation.to_owned(), why, names: Vec::new(), place: None },
    }
}

fn cure(wanted: &Wanted, relevant: &Relevant, allowed: &Allowed, wildcard: bool) -> String {
    if let Allowed::Riddle(tag) = allowed {
        return format!(
            "remove the record `{tag}` of {} or its flag 128: no authority knows that tag, and all must refuse what they do not know",
            relevant.owner
        );
    }
    if let Some(methods) = relevant.unknown_methods(&wanted.names) {
        return format!(
            "in the record of {} at {}, replace `{methods}` by methods that authorities know (`http-01`, `dns-01`, `tls-alpn-01`), or leave it out",
            seen::cut(wanted.key()),
            relevant.owner
        );
    }
    let has_wild = relevant.set.iter().any(|property| property.tag == "issuewild");
    let tag = if wildcard && has_wild { "issuewild" } else { "issue" };
    let Some(name) = wanted.names.first() else {
        return format!(
            "publish an `{tag}` record at {} with the CAA name of {}, which its documentation says",
            relevant.owner, wanted.who
        );
    };
    let line = format!("`{} CAA 0 {tag} \"{name}\"`", relevant.owner);
    if relevant.owner == relevant.at {
        format!("publish {line} beside the others")
    } else {
        format!(
            "{0} is an alias, so the records of {1} count: have its operator publish {line}, or give {0} addresses and CAA records of its own",
            relevant.at, relevant.owner
        )
    }
}

pub(in crate::check) fn caa_forbids_issuer(host: &Host, world: &World) -> Verdict {
    let outcome = match Outcome::of(host, world) {
        Ok(outcome) => outcome,
        Err(verdict) => return *verdict,
    };
    if !outcome.shut_out.is_empty() {
        return elsewhere(host, &outcome, world).unwrap_or_else(|| forbidden(&outcome));
    }
    if outcome.unrestricted {
        return Verdict::pass(format!("no CAA record restricts who may issue for {}", host.name));
    }
    if let Some(gap) = outcome.gap {
        return *gap;
    }
    match (outcome.let_in.as_slice(), outcome.stranger) {
        ([], Some(stranger)) => Verdict::not_applicable(format!(
            "the issuer {} is not one whose CAA name is known",
            seen::cut(&stranger)
        )),
        ([], None) => Verdict::not_applicable("the certificate in use is from no public authority"),
        (let_in, _) => Verdict::pass(format!("the CAA records let {} issue", seen::in_full(let_in))),
    }
}

/// The verdict where another finding says all of it: an earlier host's about the same records, or
/// that of a declared record which would let the authority in.
fn elsewhere(host: &Host, outcome: &Outcome, world: &World) -> Option<Verdict> {
    let earlier = world.items.hosts.iter().take_while(|other| other.name != host.name);
    for other in earlier {
        let Ok(theirs) = Outcome::of(other, world) else { continue };
        if outcome.shut_out.iter().all(|shut| theirs.holds(shut)) {
            let reason = "the same CAA records shut the same authority out there";
            return Some(Verdict::not_judged("dns/caa-forbids-issuer", &other.name, reason));
        }
    }
    let subjects: Option<Vec<String>> =
        outcome.shut_out.iter().map(|shut| unpublished(shut, world)).collect();
    let first = subjects?.into_iter().next()?;
    Some(Verdict::not_judged("dns/record-differs", first, "the declared CAA record is published otherwise"))
}

/// The finding of a declared CAA record that would let an authority in, but is not published so.
fn unpublished(shut: &ShutOut, world: &World) -> Option<String> {
    let lets_in = |value: &str| {
        let issuer = Property::parse(value).map(|property| Issuer::parse(&property.value));
        issuer.is_some_and(|issuer| issuer.lets_in().is_some() && issuer.is_one_of(&shut.wanted.names))
    };
    let mut declared = world.items.records.iter().filter(|record| {
        record.record.kind.value == RecordType::Caa
            && record.name == shut.owner
            && record.record.all_values().into_iter().any(|value| lets_in(value))
    });
    declared.find(|record| record::record_differs(record, world).status == Status::Fail).map(record::subject)
}

fn forbidden(outcome: &Outcome) -> Verdict {
    let mut records: Vec<String> =
        outcome.shut_out.iter().map(|shut| format!("{} CAA {}", shut.owner, shut.shown)).collect();
    records.dedup();
    let who: Vec<String> = outcome
        .shut_out
        .iter()
        .map(|shut| {
            let methods = shut.methods.as_ref();
            let methods = methods.map_or(String::new(), |text| format!("; no method of `{text}` is known"));
            format!("{} ({}{methods})", seen::cut(&shut.wanted.who), shut.why.join(", "))
        })
        .collect();
    let mut cures: Vec<String> = outcome.shut_out.iter().map(|shut| shut.cure.clone()).collect();
    cures.dedup();
    let verdict = Verdict::fail(format!(
        "the CAA records of {} shut out {}",
        outcome.shut_out.first().map_or("", |shut| shut.owner.as_str()),
        seen::in_full(&who)
    ))
    .expected(format!("records that let {} issue", listed_names(outcome)))
    .observed(records.join("; "))
    .label("shut out by CAA")
    .help(cures.join("; "));
    match outcome.shut_out.iter().find_map(|shut| shut.wanted.place.clone()) {
        Some(place) => verdict.at(place),
        None => verdict,
    }
}

fn listed_names(outcome: &Outcome) -> String {
    let names: Vec<String> = outcome.shut_out.iter().map(|shut| seen::cut(shut.wanted.key())).collect();
    seen::listed(&names)
}
