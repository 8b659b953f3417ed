//! Domains without mail: nobody may send in their name, and senders must be told so.

use super::{Mail, cause, declared_too, enforcement, place, real_mx};
use crate::check::seen::{self, Judged};
use crate::check::{Verdict, World};
use crate::mail::spf;
use crate::observed::{DnsRecord, Remote};
use crate::wanted::{self, Wanted};

/// Checks whose failure says that the SPF record is wrong.
const SPF: &[&str] = &[
    "email/spf-multiple",
    "email/spf-invalid",
    "email/spf-loop",
    "email/spf-too-many-lookups",
    "email/spf-too-many-void-lookups",
    "email/spf-permissive",
];

/// A record that is not as it must be.
struct Part {
    /// What is wrong, in a clause.
    what: String,
    /// What was seen, in a word or two.
    observed: String,
    wanted: Wanted,
    /// True where that stands there already, and only others must go.
    stands: bool,
    /// What must go.
    unwanted: Vec<Wanted>,
}

pub(in crate::check) fn parked_spoofable(world: &World) -> Verdict {
    if !matches!(Mail::of(world), Mail::None) {
        return Verdict::not_applicable("the spec does not say `email: none`");
    }
    let mut parts = Vec::new();
    let mut gap = None;
    for judged in [mx(world), sender_policy(world), dmarc(world)] {
        match judged {
            Ok(part) => parts.extend(part),
            Err(verdict) => gap = gap.or(Some(verdict)),
        }
    }
    match (parts.is_empty(), gap) {
        (false, _) => spoofable(&parts, world),
        (true, Some(gap)) => *gap,
        (true, None) => Verdict::pass(format!(
            "null MX{}, `v=spf1 -all` and p=reject: nobody can send in its name",
            odd_preference(world)
        )),
    }
}

fn spoofable(parts: &[Part], world: &World) -> Verdict {
    let clauses: Vec<String> = parts.iter().map(|part| part.what.clone()).collect();
    let observed: Vec<String> = parts.iter().map(|part| part.observed.clone()).collect();
    let expected: Vec<String> = parts.iter().map(|part| part.wanted.value.clone()).collect();
    Verdict::fail(format!("{} has no mail, but {}", world.domain(), seen::in_full(&clauses)))
        .expected(seen::in_full(&expected))
        .observed(seen::in_full(&observed))
        .label("can be forged")
        .help(cure(parts))
        .at(place(world, None))
}

fn cure(parts: &[Part]) -> String {
    let lines = |all: &mut dyn Iterator<Item = &Wanted>| -> Vec<String> {
        all.map(|record| format!("`{record}`")).collect()
    };
    let publish = lines(&mut parts.iter().filter(|part| !part.stands).map(|part| &part.wanted));
    let keep = lines(&mut parts.iter().filter(|part| part.stands).map(|part| &part.wanted));
    let delete = lines(&mut parts.iter().flat_map(|part| &part.unwanted));
    let kind = if publish.len() == 1 { "its kind" } else { "their kind" };
    let mut steps = Vec::new();
    if !publish.is_empty() {
        steps.push(format!("publish {}, and nothing else of {kind}", seen::in_full(&publish)));
    }
    if !keep.is_empty() {
        steps.push(format!("keep {}", seen::in_full(&keep)));
    }
    if !delete.is_empty() {
        steps.push(format!("delete {}", seen::in_full(&delete)));
    }
    steps.join("; ")
}

/// A word on a null MX whose preference is not 0, as RFC 7505 section 3 has it: senders take it all the
/// same.
fn odd_preference(world: &World) -> String {
    let Ok(answer) = seen::dns(world.domain(), "MX", world) else { return String::new() };
    match answer.of_type("MX").find_map(|record| record.priority.filter(|priority| *priority > 0)) {
        Some(priority) => {
            format!(" (with preference {priority}, where RFC 7505 has 0: senders take it all the same)")
        }
        None => String::new(),
    }
}

/// A null MX and no other.
fn mx(world: &World) -> Judged<Option<Part>> {
    let domain = world.domain();
    let answer = seen::dns(domain, "MX", world)?;
    let real = real_mx(answer);
    let null = answer.of_type("MX").find(|record| record.value.as_str().trim_matches('.').is_empty());
    let (what, observed) = match (real.is_empty(), null.is_some()) {
        (true, true) => return Ok(None),
        (true, false) => {
            ("no null MX says so, and senders try its web server".to_owned(), "no MX".to_owned())
        }
        (false, _) => {
            let hosts = seen::listed(&real);
            (format!("its MX names {hosts}"), format!("MX {hosts}"))
        }
    };
    if let Some(verdict) = declared_too(domain, "MX", |host| host == ".", world) {
        return Err(Box::new(verdict));
    }
    let wanted = match null.and_then(|null| null.priority) {
        Some(preference) => Wanted::mx(domain, preference, "."),
        None => wanted::policy::parked_mx(world),
    };
    let real = answer.of_type("MX").filter(|record| real.iter().any(|host| record.value.as_str() == host));
    let one =
        |record: &DnsRecord| Wanted::mx(domain, record.priority.unwrap_or_default(), record.value.as_str());
    Ok(Some(Part { what, observed, wanted, stands: null.is_some(), unwanted: real.map(one).collect() }))
}

/// Exactly the SPF record that authorises nobody.
fn sender_policy(world: &World) -> Judged<Option<Part>> {
    let domain = world.domain();
    let answer = seen::dns(domain, "TXT", world)?;
    let wanted = wanted::policy::parked_spf(world);
    let records: Vec<&str> =
        answer.values("TXT").map(Remote::as_str).filter(|text| spf::is_record(text)).collect();
    let is_wanted = |text: &str| {
        let terms: Vec<&str> = text.split_whitespace().collect();
        terms.join(" ").eq_ignore_ascii_case(&wanted.value)
    };
    let (what, observed) = match records.as_slice() {
        [one] if is_wanted(one) => return Ok(None),
        [] => ("no SPF record says that nobody sends".to_owned(), "no SPF record".to_owned()),
        all => {
            if let Some(check) = cause::of_domain(SPF, world) {
                let reason = "the SPF record is wrong in itself";
                return Err(Box::new(Verdict::not_judged(check, domain, reason)));
            }
            let text = seen::cut(all[0]);
            (format!("its SPF record `{text}` is not the one that authorises nobody"), text)
        }
    };
    if let Some(verdict) = declared_too(domain, "TXT", is_wanted, world) {
        return Err(Box::new(verdict));
    }
    Ok(Some(Part { what, observed, wanted, stands: false, unwanted: Vec::new() }))
}

/// A DMARC policy that has all mail refused.
fn dmarc(world: &World) -> Judged<Option<Part>> {
    let domain = world.domain();
    let policy = wanted::policy::parked_policy();
    let applied = enforcement::applied(world)?;
    let wanted = enforcement::wanted(applied.as_ref(), policy, world);
    let lacks = match &applied {
        None => None,
        Some(applied) => match applied.lacks(policy) {
            Some(lacks) => Some((lacks, applied)),
            None => return Ok(None),
        },
    };
    if let Some(check) = cause::of_domain(enforcement::CHECKS, world) {
        let reason = "the DMARC policy is too weak in itself";
        return Err(Box::new(Verdict::not_judged(check, domain, reason)));
    }
    let (what, observed) = match lacks {
        None => ("no DMARC policy has forged mail refused".to_owned(), "no DMARC record".to_owned()),
        Some((tag, applied)) => {
            (format!("the DMARC record at {} asks for less than reject ({tag})", applied.name), tag)
        }
    };
    if let Some(verdict) = declared_too(&wanted.name, "TXT", |text| text.contains("p=reject"), world) {
        return Err(Box::new(verdict));
    }
    Ok(Some(Part { what, observed, wanted, stands: false, unwanted: Vec::new() }))
}
