//! Terms of the domain's SPF record that nobody needs.

use std::collections::BTreeSet;

use crate::check::World;
use crate::mail::spf::tree::{Branch, Found, Node};
use crate::mail::spf::{Recorded, check_host};
use crate::private::Network;
use crate::provider::About;
use crate::provider::email::{self, Provider};
use crate::spec::model::{EmailSettings, Short};

/// Terms of the domain's record that nobody needs, and why: includes that do nothing for the service
/// they belong to, and, where the spec names its senders, whoever is not among them. An include is
/// needed for whatever it leads to, however deep.
pub fn needless(world: &World) -> Vec<(String, String)> {
    let root = &world.items.spf.root;
    let serving = serving(world);
    let mut seen = BTreeSet::new();
    let branches = root.terms.iter().filter(|branch| !branch.dead && !serving.contains(&branch.term));
    branches
        .filter(|branch| seen.insert(branch.term.to_ascii_lowercase()))
        .filter_map(|branch| Some((branch.term.clone(), why(branch, world)?)))
        .collect()
}

/// The terms by which the declared addresses pass.
fn serving(world: &World) -> BTreeSet<String> {
    let lookup = Recorded(&world.observed.dns);
    let requests = world.items.senders.iter().flat_map(|sender| sender.requests());
    let at_home = requests.filter(|request| request.domain == world.domain());
    let outcomes = at_home.filter_map(|request| check_host(&request, &lookup).ok());
    let steps = outcomes.flat_map(|outcome| outcome.steps);
    steps.filter(|step| step.depth == 0 && step.matched).map(|step| step.term).collect()
}

fn why(branch: &Branch, world: &World) -> Option<String> {
    if branch.qualifier.is_none() {
        return None;
    }
    if let Some(child) = &branch.child {
        return why_not_include(child, world);
    }
    let term = branch.term.to_ascii_lowercase();
    let bare = term.strip_prefix('+').unwrap_or(&term);
    let network = bare.strip_prefix("ip4:").or(bare.strip_prefix("ip6:"))?;
    let settings = declared(world)?;
    let own = network.parse::<Network>().ok()?;
    let mut networks =
        settings.spf.iter().flat_map(|spf| &spf.ip).filter_map(|ip| ip.parse::<Network>().ok());
    let named = networks.any(|ip| own.contains(ip.first()) || ip.contains(own.first()));
    let mut senders = world.items.senders.iter().filter_map(|sender| sender.details);
    let named = named || senders.any(|details| details.ip.iter().any(|ip| own.contains(ip.value.0)));
    (!named && !any_vague(world)).then(|| "the spec names no sender with such an address".to_owned())
}

/// The spec's words on mail, where they name senders.
fn declared<'w>(world: &'w World) -> Option<&'w EmailSettings> {
    world.document.spec.mail().filter(|settings| !settings.send.is_empty())
}

/// True where nothing is known of a declared sender but its name or its keys: any term may be its own.
fn any_vague(world: &World) -> bool {
    let mut senders = world.items.senders.iter();
    senders
        .any(|sender| sender.provider.is_none() && sender.details.is_none_or(|details| details.ip.is_empty()))
}

fn why_not_include(child: &Node, world: &World) -> Option<String> {
    let nodes = child.walk();
    // What could not be read may be what somebody needs.
    if nodes.iter().any(|node| matches!(node.found, Found::NotAsked | Found::Failed(_) | Found::TooLarge)) {
        return None;
    }
    let names: Vec<&str> = nodes.iter().map(|node| node.domain.as_str()).collect();
    if names.iter().any(|name| is_named(name, world)) {
        return None;
    }
    let services = email::senders_of_spf(&names);
    let wasted = services.iter().find(|provider| {
        let needless = provider.spf.iter().flat_map(|spf| &spf.needless);
        needless.into_iter().any(|pattern| pattern.fits(&child.domain, About::default()))
    });
    if let Some(provider) = wasted {
        return Some(format!(
            "{} authorises itself by its own return path and needs no include",
            provider.name
        ));
    }
    declared(world)?;
    match services.first() {
        Some(provider) => Some(format!("the spec does not name {}", provider.name)),
        None if any_vague(world) => None,
        None => Some("the spec names nobody who needs it".to_owned()),
    }
}

/// True for a name that the spec includes itself, or that a provider whom it names needs.
fn is_named(name: &str, world: &World) -> bool {
    let Some(settings) = declared(world) else { return false };
    let needs = |provider: &Provider| {
        let spf = provider.spf.iter().flat_map(|spf| spf.include.iter().chain(&spf.optional));
        spf.into_iter().any(|pattern| pattern.fits(name, About::default()))
    };
    let receives = settings.receive.as_ref().and_then(|receive| match &receive.value {
        Short::Word(id) => email::find(id),
        Short::Full(_) => None,
    });
    let mut named = world.items.senders.iter().filter_map(|sender| sender.provider).chain(receives);
    settings.spf.iter().flat_map(|spf| &spf.include).any(|include| include.value.0 == name)
        || named.any(needs)
}
