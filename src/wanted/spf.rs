//! The SPF record (RFC 7208) that a spec asks for, made out of the one that is published.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::Wanted;
use super::needless::needless;
use crate::check::World;
use crate::item::{Authorised, Who, ip_term};
use crate::mail::spf::record::{Mechanism, Modifier, Qualifier, TermKind};
use crate::mail::spf::tree::{Branch, Found, Node, Target};
use crate::mail::spf::{
    Limits, LintKind, Record, Recorded, Request, SpfResult, Tree, check_host, is_record, lint,
};
use crate::observed::{Remote, Seen};
use crate::private::Network;
use crate::provider::About;
use crate::provider::email::{self, Provider};
use crate::spec::model::{Email, EmailSettings, SpfAll};

/// Networks of a provider that are compared with a record.
const MOST_NETWORKS: usize = 64;

fn settings<'w>(world: &'w World) -> Option<&'w EmailSettings> {
    match world.document.spec.email.as_ref().map(|email| &email.value) {
        Some(Email::Full(settings)) => Some(settings),
        _ => None,
    }
}

/// The domain's record as it should be: what is sound of the published one in its order, then whoever
/// is declared and not yet authorised, then the end. What nobody needs stays, unless the record is over
/// its budget of look-ups.
pub fn record(world: &World) -> Wanted {
    let tree = &world.items.spf;
    if tree.root.lookups() > tree.limits.lookups { without_needless(world) } else { built(world, &[]) }
}

/// The same without what [`needless`] names.
pub fn without_needless(world: &World) -> Wanted {
    let dropped: Vec<String> = needless(world).into_iter().map(|(term, _)| term).collect();
    built(world, &dropped)
}

fn built(world: &World, dropped: &[String]) -> Wanted {
    let root = &world.items.spf.root;
    let wide = wide(world);
    let mut terms: Vec<String> = match &root.found {
        Found::Record(_) => {
            let goes = |branch: &Branch| {
                is_idle(branch) || dropped.contains(&branch.term) || wide.contains(&branch.term)
            };
            let sound = root.terms.iter().filter(|branch| !goes(branch));
            sound.filter_map(|branch| mended(&branch.term)).collect()
        }
        Found::Several(texts) => texts.iter().flat_map(|text| sound_terms(text)).collect(),
        _ => Vec::new(),
    };
    let mut seen = BTreeSet::new();
    terms.retain(|term| seen.insert(term.to_ascii_lowercase()));
    terms.extend(missing(world, &terms));
    let redirects = terms.iter().any(|term| term.to_ascii_lowercase().starts_with("redirect="));
    if !redirects {
        terms.push(end(world).to_owned());
    }
    Wanted::txt(world.domain(), text(&terms))
}

fn text(terms: &[String]) -> String {
    let terms = terms.iter().map(String::as_str);
    std::iter::once("v=spf1").chain(terms).collect::<Vec<_>>().join(" ")
}

/// Terms of the domain's record that hold more addresses than any sender has.
fn wide(world: &World) -> Vec<String> {
    let own = lint(&world.items.spf).into_iter().filter(|lint| lint.domain == world.domain());
    let wide = own.filter_map(|lint| match lint.kind {
        LintKind::Wide { term } => Some(term),
        _ => None,
    });
    wide.collect()
}

/// True for a term that does nothing, or that receivers stop at.
fn is_idle(branch: &Branch) -> bool {
    let leads_nowhere = branch.child.as_ref().is_some_and(|child| {
        matches!(child.found, Found::NoRecord | Found::Loop | Found::NotADomain | Found::Several(_))
    });
    let term = branch.term.to_ascii_lowercase();
    let bare = term.trim_start_matches(['+', '-', '~', '?']);
    let is_ptr = bare == "ptr" || bare.starts_with("ptr:") || bare.starts_with("ptr/");
    branch.dead
        || leads_nowhere
        || is_ptr
        || bare == "all"
        || term.starts_with("v=")
        || term.contains("%{p")
        || matches!(branch.target, Target::Unaskable(_))
}

/// A term as it was meant: a mechanism that was written with `=` has a colon. `None` where that makes
/// no sense either.
fn mended(term: &str) -> Option<String> {
    match term.split_once('=') {
        Some((name, value)) if ["ip4", "ip6", "include", "a", "mx", "exists"].contains(&name) => {
            let meant = format!("{name}:{value}");
            Record::read(&format!("v=spf1 {meant}")).errors.is_empty().then_some(meant)
        }
        _ => Some(term.to_owned()),
    }
}

/// The terms of a record without its end.
fn sound_terms(text: &str) -> Vec<String> {
    let record = Record::read(text).record;
    let terms = record.terms().iter().filter(|term| {
        !matches!(&term.kind, TermKind::Directive(directive)
            if matches!(directive.mechanism, Mechanism::All | Mechanism::Ptr(_)))
            && !matches!(&term.kind, TermKind::Modifier(Modifier::Redirect(_)))
    });
    terms.map(|term| record.text_at(&term.span).to_owned()).collect()
}

/// What the declared senders need beyond these terms.
fn missing(world: &World, terms: &[String]) -> Vec<String> {
    let known: Vec<String> = terms.iter().map(|term| term.to_ascii_lowercase()).collect();
    let mut wanted: Vec<String> =
        world.items.authorised.iter().flat_map(|item| terms_of(item, world)).collect();
    if settings(world).is_none_or(|settings| settings.send.is_empty()) {
        wanted.extend(mailbox_term(world));
    }
    let mut seen = BTreeSet::new();
    wanted.retain(|term| !known.contains(term) && !covered(term, &known) && seen.insert(term.clone()));
    wanted
}

/// The terms that one declared sender needs at the domain.
fn terms_of(item: &Authorised, world: &World) -> Vec<String> {
    let sender = match &item.who {
        Who::Include(name) => return vec![format!("include:{name}")],
        Who::Network(network) => return vec![ip_term(network)],
        Who::Sender(sender) => sender,
    };
    if sender.mail_from != world.domain() {
        return Vec::new();
    }
    let addresses = sender.details.into_iter().flat_map(|details| &details.ip);
    let addresses = addresses.map(|ip| ip_term(&ip.value.0.to_string()));
    let unreached = sender.provider.and_then(|provider| include_of(provider, world));
    addresses.chain(unreached).collect()
}

/// The include that a provider needs at the domain, where nothing there leads to one of its own.
fn include_of(provider: &Provider, world: &World) -> Option<String> {
    let spf = provider.spf.as_ref().filter(|spf| spf.below.is_none())?;
    let fits = |domain: &str| spf.include.iter().any(|include| include.fits(domain, About::default()));
    if world.items.spf.passing(fits).is_some() || flattened(provider, world.domain(), world) == Some(true) {
        return None;
    }
    let first = spf.include.iter().find_map(|include| include.literal())?;
    Some(format!("include:{first}"))
}

/// Where the spec names no sender: whoever receives sends too.
fn mailbox_term(world: &World) -> Option<String> {
    let hosts: Vec<&str> = world.items.exchangers.iter().map(|exchanger| exchanger.host.as_str()).collect();
    match email::mailbox_provider(&hosts) {
        Some(provider) => include_of(provider, world),
        None => (!hosts.is_empty()).then(|| "mx".to_owned()),
    }
}

/// True where one of the known terms authorises an address or network already.
fn covered(term: &str, known: &[String]) -> bool {
    let network = |term: &str| term.strip_prefix("ip4:").or(term.strip_prefix("ip6:")).map(str::to_owned);
    let Some(wanted) = network(term) else { return false };
    if wanted.contains('/') {
        return false;
    }
    let Ok(address) = wanted.parse() else { return false };
    known
        .iter()
        .filter_map(|term| network(term)?.parse::<Network>().ok())
        .any(|known| known.contains(address))
}

/// How the record must end: as the spec says, or at least as strictly as `~all`.
fn end(world: &World) -> &'static str {
    let declared =
        settings(world).and_then(|settings| settings.spf.as_ref()).and_then(|spf| spf.all.as_ref());
    if let Some(all) = declared {
        return if all.value == SpfAll::Softfail { "~all" } else { "-all" };
    }
    let softly = |record: &Record| matches!(record.all(), Some((Qualifier::SoftFail, _)));
    match &world.items.spf.root.found {
        Found::Record(reading) if softly(&reading.record) => "~all",
        Found::Several(texts) => {
            let strict =
                |text: &String| matches!(Record::read(text).record.all(), Some((Qualifier::Fail, _)));
            if texts.iter().any(strict) { "-all" } else { "~all" }
        }
        _ => "-all",
    }
}

/// True where receivers let an address send with a return path at that name.
fn passes(address: IpAddr, name: &str, lookup: Recorded) -> bool {
    let request = Request::new(address, &format!("postmaster@{name}"), name);
    matches!(check_host(&request, &lookup), Ok(outcome) if outcome.result == SpfResult::Pass)
}

/// An address of a record that the one at `name` leads to, and yet does not pass: a term before it
/// refuses it.
pub fn refused(node: &Node, name: &str, world: &World) -> Option<IpAddr> {
    let lookup = Recorded(&world.observed.dns);
    let refuses = |address: &IpAddr| {
        let request = Request::new(*address, &format!("postmaster@{name}"), name);
        let refusals = [SpfResult::Fail, SpfResult::SoftFail, SpfResult::Neutral];
        check_host(&request, &lookup).is_ok_and(|outcome| refusals.contains(&outcome.result))
    };
    node.first_addresses().into_iter().take(MOST_NETWORKS).find(refuses)
}

/// Whether the record at a name lists all networks of a provider itself ("flattened"); `None` where
/// that cannot be told.
pub fn flattened(provider: &Provider, name: &str, world: &World) -> Option<bool> {
    let lookup = Recorded(&world.observed.dns);
    let literal = |include: &crate::provider::Pattern| include.literal().map(str::to_owned);
    let includes: Vec<String> =
        provider.spf.iter().flat_map(|spf| &spf.include).filter_map(literal).collect();
    let own = Tree::grow(name, &lookup, Limits::default());
    let known = own.needs.is_empty() && own.failures.is_empty();
    if known && !own.lists_networks() {
        return Some(false);
    }
    let mut unsure = !known;
    for include in &includes {
        let tree = Tree::grow(include, &lookup, Limits::default());
        if !tree.needs.is_empty() || !tree.failures.is_empty() {
            unsure = true;
            continue;
        }
        let networks = tree.root.first_addresses();
        let passes = |address: &IpAddr| passes(*address, name, lookup);
        if !networks.is_empty() && networks.iter().take(MOST_NETWORKS).all(passes) {
            return Some(true);
        }
    }
    (!unsure).then_some(false)
}

/// False where the published record names an address, a network or an include, word by word or by a
/// network that holds it.
pub fn lacks(who: &str, world: &World) -> bool {
    let term = if who.parse::<Network>().is_ok() { ip_term(who) } else { who.to_owned() };
    let known: Vec<String> =
        world.items.spf.root.terms.iter().filter(|b| !b.dead).map(|b| b.term.to_ascii_lowercase()).collect();
    !known.contains(&term) && !covered(&term, &known)
}

/// The record at a name that the domain's redirects to, with an end.
pub fn closed(name: &str, world: &World) -> Wanted {
    let mut terms = published(name, world).map_or_else(Vec::new, sound_terms);
    terms.push(end(world).to_owned());
    Wanted::txt(name, text(&terms))
}

fn published<'w>(name: &str, world: &'w World) -> Option<&'w str> {
    let Some(Seen::Answer(answer)) = world.observed.dns(name, "TXT") else { return None };
    answer.values("TXT").map(Remote::as_str).find(|text| is_record(text))
}

/// The record at another name than the domain, with one more sender: an address, a network or a term.
pub fn with_sender(name: &str, who: &str, world: &World) -> Wanted {
    let term = if who.parse::<Network>().is_ok() { ip_term(who) } else { who.to_owned() };
    let published = published(name, world);
    let mut terms = published.map_or_else(Vec::new, sound_terms);
    terms.push(term);
    let softly = published
        .is_some_and(|text| matches!(Record::read(text).record.all(), Some((Qualifier::SoftFail, _))));
    terms.push(if softly { "~all" } else { "-all" }.to_owned());
    Wanted::txt(name, text(&terms))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Fixture;

    /// The wanted record, and the one without needless terms, for an `email` section and texts by name.
    fn wanted(email: &str, texts: &[(&str, &str)]) -> (String, String) {
        use std::fmt::Write as _;
        let mut observed = "at: 2026-11-22T00:00:00Z\ndns:\n  none.test A: {answer: {}}\n".to_owned();
        let mut names: Vec<&str> = texts.iter().map(|(name, _)| *name).collect();
        names.dedup();
        for name in names {
            let of = texts.iter().filter(|(owner, _)| *owner == name);
            let records: Vec<String> =
                of.map(|(_, text)| format!("{{name: {name}, type: TXT, value: '{text}'}}")).collect();
            let _ = writeln!(observed, "  {name} TXT: {{answer: {{records: [{}]}}}}", records.join(", "));
        }
        let spec = format!("domain: shop.test\n{email}");
        let fixture = Fixture::new(&spec, &observed).expect("a fixture");
        let world = fixture.world();
        (record(&world).value, without_needless(&world).value)
    }

    #[test]
    fn what_is_sound_stays_in_its_order() {
        let (record, _) = wanted(
            "",
            &[(
                "shop.test",
                "v=spf1 ip4=203.0.113.1 a:x.test ptr include:gone.test a:X.test exp=e.test ?all mx",
            )],
        );
        assert_eq!(record, "v=spf1 ip4:203.0.113.1 a:x.test include:gone.test exp=e.test -all");
        let (record, _) = wanted("", &[("shop.test", "v=spf1 include:gone.test ~all"), ("gone.test", "x")]);
        assert_eq!(record, "v=spf1 ~all");
        let (record, _) = wanted("", &[("shop.test", "v=spf1 mx redirect=_spf.shop.test")]);
        assert_eq!(record, "v=spf1 mx redirect=_spf.shop.test");
    }

    #[test]
    fn whoever_is_declared_is_added_once() {
        let email = "email:\n  send:\n    - google-workspace\n    - {name: relay, ip: [203.0.113.25, 198.51.100.7]}\n    - {provider: postmark, return_path: pm-bounces}\n  spf: {include: [spf.own.test], ip: ['2001:db8::/32'], all: softfail}\n";
        let (record, _) = wanted(email, &[("shop.test", "v=spf1 ip4:203.0.113.0/24 -all")]);
        assert_eq!(
            record,
            "v=spf1 ip4:203.0.113.0/24 include:_spf.google.com ip4:198.51.100.7 include:spf.own.test ip6:2001:db8::/32 ~all"
        );
    }

    #[test]
    fn what_nobody_needs_goes() {
        let email = "email: {send: [google-workspace, postmark]}\n";
        let texts = [
            (
                "shop.test",
                "v=spf1 include:_spf.google.com include:spf.mtasv.net include:mailgun.org include:x.test ip4:203.0.113.9 ~all",
            ),
            ("_spf.google.com", "v=spf1 -all"),
            ("spf.mtasv.net", "v=spf1 -all"),
            ("mailgun.org", "v=spf1 -all"),
            ("x.test", "v=spf1 -all"),
        ];
        assert_eq!(wanted(email, &texts).1, "v=spf1 include:_spf.google.com ~all");
    }

    #[test]
    fn several_records_become_one() {
        let texts = [
            ("shop.test", "v=spf1 mx include:a.test ?all"),
            ("shop.test", "v=spf1 include:a.test ip4:203.0.113.1 -all"),
        ];
        assert_eq!(wanted("", &texts).0, "v=spf1 mx include:a.test ip4:203.0.113.1 -all");
    }

    #[test]
    fn what_makes_no_sense_goes() {
        assert_eq!(
            wanted("", &[("shop.test", "v=spf1 a= ip4=nonsense ip6=2001:db8::1 -all")]).0,
            "v=spf1 ip6:2001:db8::1 -all"
        );
    }

    proptest::proptest! {
        #[test]
        fn any_record_becomes_one_that_can_be_read(text in "v=spf1( [ -&(-~]{0,20}){0,6}") {
            let (record, slim) = wanted("", &[("shop.test", &text)]);
            let sound = |text: &str| Record::read(text).errors.is_empty();
            proptest::prop_assert!(sound(&record), "{record}");
            proptest::prop_assert!(sound(&slim), "{slim}");
        }
    }
}
