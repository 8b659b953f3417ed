//! Judges of CAA records (RFC 8659): whether there are any, and whom they shut out.

pub(in crate::check) mod issuer;

use super::record;
use crate::authority::{Authority, organisation};
use crate::caa::{Allowed, Issuer, Property};
use crate::check::seen::{self, Judged};
use crate::check::{Status, Verdict, World, tls};
use crate::item::Host;
use crate::observed::{Certificate, Path, Remote};
use crate::spec::Place;
use crate::spec::model::RecordType;
use crate::spec::names::climb;

/// The records that count for a name: its own, or those of the nearest name above it that has any.
struct Relevant {
    /// The name at which they were found.
    at: String,
    /// The name that owns them: another one where `at` is an alias.
    owner: String,
    /// What they say.
    set: Vec<Property>,
    /// The same as DNS shows it: `0 issue "ca.test", ...`.
    shown: String,
}

impl Relevant {
    /// Climbs from a name (RFC 8659 section 3). Where an answer on the way is missing, nobody knows.
    fn of(name: &str, world: &World) -> Judged<Option<Self>> {
        for at in climb(name) {
            let answer = seen::dns(at, "CAA", world)?;
            let Some(first) = answer.of_type("CAA").next() else { continue };
            let values: Vec<&str> = answer.values("CAA").map(Remote::as_str).collect();
            return Ok(Some(Self {
                at: at.to_owned(),
                owner: first.name.as_str().trim_end_matches('.').to_ascii_lowercase(),
                set: values.iter().filter_map(|value| Property::parse(value)).collect(),
                shown: seen::cut(&values.join(", ")),
            }));
        }
        Ok(None)
    }

    /// `validationmethods=...` of a record that names the authority, and by which nobody can issue.
    fn unknown_methods(&self, names: &[String]) -> Option<String> {
        let lets_in = |property: &&Property| matches!(property.tag.as_str(), "issue" | "issuewild");
        let issuers = self.set.iter().filter(lets_in).map(|property| Issuer::parse(&property.value));
        let mut own = issuers.filter(|issuer| issuer.is_one_of(names));
        own.find_map(|issuer| Some(format!("validationmethods={}", seen::cut(issuer.unknown_methods()?))))
    }

    fn allowed(&self, wildcard: bool) -> Allowed {
        Allowed::by(&self.set, wildcard)
    }
}

/// What is known of who issued the certificate that a host shows.
enum InUse<'w> {
    /// A public authority, as far as its chain says; the name of its organisation.
    From(&'w Certificate, String),
    /// Nobody whom CAA records bind: self-signed, or no trusted root above it.
    Private,
}

impl<'w> InUse<'w> {
    fn of(host: &Host, world: &'w World) -> Judged<Self> {
        let certificate = seen::certificate(host, world)?;
        if !matches!(seen::handshake(host, world)?.path, Path::Trusted | Path::Incomplete) {
            return Ok(Self::Private);
        }
        let issuer = certificate.issuer.as_str();
        Ok(Self::From(certificate, organisation(issuer).unwrap_or_else(|| issuer.to_owned())))
    }
}

/// True where a certificate is good for a name only by a wildcard: then it was asked for in the name
/// above, and `issuewild` counts.
fn by_wildcard_only(certificate: &Certificate, name: &str) -> bool {
    let covering = certificate.names.iter().map(Remote::as_str).filter(|own| tls::covers(own, name));
    let mut covering = covering.peekable();
    covering.peek().is_some() && covering.all(|own| own.contains('*'))
}

/// The issuers that `dns.caa` declares, each with its place.
fn declared<'w>(world: &'w World) -> Vec<(&'w str, Place)> {
    let caa = world.document.spec.dns.as_ref().and_then(|dns| dns.caa.as_ref());
    let issuers = caa.iter().flat_map(|caa| caa.value.iter().enumerate());
    issuers
        .map(|(index, issuer)| {
            (issuer.value.0.as_str(), Place::new(format!("dns.caa[{index}]"), issuer.span))
        })
        .collect()
}

pub(in crate::check) fn caa_missing(world: &World) -> Verdict {
    let caa = world.document.spec.dns.as_ref().and_then(|dns| dns.caa.as_ref());
    let verdict = missing(world).demanded_if(caa.is_some());
    match caa {
        Some(caa) => verdict.at(Place::new("dns.caa", caa.span)),
        None => verdict,
    }
}

fn missing(world: &World) -> Verdict {
    let domain = world.domain();
    let (what, observed) = match Relevant::of(domain, world) {
        Err(verdict) => return *verdict,
        Ok(Some(found)) => {
            let open = [false, true].iter().all(|wild| found.allowed(*wild) == Allowed::Everybody);
            if !open {
                return Verdict::pass(format!("{} has {}", found.at, found.shown));
            }
            let what = format!("the CAA records of {} restrict nobody: none of them is an `issue`", found.at);
            (what, found.shown)
        }
        Ok(None) => {
            let what = format!("neither {domain} nor a name above it has CAA records");
            (what, "no CAA record".into())
        }
    };
    if let Some(subject) = missing_record(world) {
        return Verdict::not_judged("dns/record-missing", subject, "the declared CAA record is missing");
    }
    Verdict::fail(format!("{what}, so every authority may issue certificates for {domain}"))
        .expected("CAA records that name the authorities in use")
        .observed(observed)
        .label("anybody may issue")
        .help(to_publish(world))
}

/// The finding of a declared CAA record of the domain that does not exist: then that is the cause.
fn missing_record(world: &World) -> Option<String> {
    let mut own = world.items.records.iter();
    let lost = own.find(|r| {
        r.name == world.domain()
            && r.record.kind.value == RecordType::Caa
            && record::record_missing(r, world).status == Status::Fail
    });
    lost.map(record::subject)
}

/// The records that let the declared issuers in, or else those whose certificates are in use.
fn to_publish(world: &World) -> String {
    let domain = world.domain();
    let mut names: Vec<&str> = declared(world).into_iter().map(|(name, _)| name).collect();
    let declared = !names.is_empty();
    if !declared {
        names = in_use(world);
    }
    let lines: Vec<String> = names.iter().map(|name| format!("`{domain} CAA 0 issue \"{name}\"`")).collect();
    match (lines.is_empty(), declared) {
        (true, _) => format!(
            "publish one record for each authority that issues your certificates, like `{domain} CAA 0 issue \"letsencrypt.org\"`; its documentation says its CAA name"
        ),
        (false, true) => format!("publish {}", seen::in_full(&lines)),
        (false, false) => format!(
            "publish {}, from which the certificates in use are, and one more for each other authority that issues for a name under {domain}",
            seen::in_full(&lines)
        ),
    }
}

/// The CAA names of the authorities whose certificates the hosts show, each once.
fn in_use(world: &World) -> Vec<&'static str> {
    let mut names: Vec<&str> = Vec::new();
    for host in &world.items.hosts {
        let Ok(InUse::From(_, organisation)) = InUse::of(host, world) else { continue };
        let name = Authority::of_organisation(&organisation).and_then(|known| known.caa.first());
        names.extend(name.map(String::as_str).filter(|name| !names.contains(name)));
    }
    names
}
