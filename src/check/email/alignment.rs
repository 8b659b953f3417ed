//! Whether each declared sender passes DMARC: by SPF or by DKIM, for a domain that is aligned with the
//! one in From (RFC 9989 section 4.4).

use super::spf::spf_sender_missing;
use super::{dkim, dmarc};
use crate::check::{Status, Verdict, World, seen};
use crate::item::{Authorised, Selector, Sender, Who};
use crate::mail::dmarc::{DmarcPolicy, Mode};
use crate::observed::Seen;
use crate::provider::email::{Kind, Provider};
use crate::wanted::Wanted;

/// One of the two ways in which a sender's mail may pass.
enum Way {
    /// It does; by what.
    Open(String),
    /// It does not, and no other finding says why; the reason in a clause.
    Shut(String),
    /// Another finding is the reason, or nobody could tell.
    Blocked(Box<Verdict>),
}

pub(in crate::check) fn dmarc_alignment(sender: &Sender, world: &World) -> Verdict {
    let applied = match dmarc::applied(world) {
        Ok(applied) => Some(applied),
        // Nobody could look it up.
        Err(verdict) if verdict.status == Status::Unknown && verdict.because.is_none() => return *verdict,
        // Without a record that holds, mail aligns or not all the same: relaxed, as by default.
        Err(_) => None,
    };
    let (adkim, aspf) =
        applied.as_ref().map_or_else(Default::default, |applied| (applied.record.adkim, applied.record.aspf));
    let ways = [by_dkim(sender, adkim, world), by_spf(sender, aspf, world)];
    let open: Vec<String> = ways
        .iter()
        .filter_map(|way| match way {
            Way::Open(by) => Some(by.clone()),
            _ => None,
        })
        .collect();
    if !open.is_empty() {
        return Verdict::pass(format!("aligned by {}", seen::in_full(&open)));
    }
    let mut reasons = Vec::new();
    let mut blocked = Vec::new();
    for way in ways {
        match way {
            Way::Shut(reason) => reasons.push(reason),
            Way::Blocked(verdict) => blocked.push(*verdict),
            Way::Open(_) => {}
        }
    }
    // What nobody could tell comes before what is wrong elsewhere: it may be the way that is open.
    let told = |verdict: &Verdict| verdict.because.is_some();
    blocked.sort_by_key(told);
    match blocked.into_iter().next() {
        Some(verdict) => verdict,
        None => not_aligned(sender, &reasons, applied.and_then(|applied| applied.policy()), world),
    }
}

fn by_dkim(sender: &Sender, mode: Mode, world: &World) -> Way {
    let keys: Vec<&Selector> =
        world.items.selectors.iter().filter(|selector| selector.sender == Some(sender.index)).collect();
    if keys.is_empty() {
        return unnamed(sender, world);
    }
    let mut blocked = None;
    for key in keys {
        let Some((_, signed)) = key.name.split_once("._domainkey.") else { continue };
        if mode == Mode::Strict && signed != world.domain() {
            return Way::Shut(format!("it signs for {signed}, and `adkim=s` asks for {}", world.domain()));
        }
        match dkim::usable(key, world) {
            Ok(_) => return Way::Open(format!("DKIM (selector {})", key.selector)),
            // A key that its sender does not sign with yet says nothing of the others.
            Err(verdict) if verdict.status == Status::NotApplicable => {}
            Err(verdict) => blocked = Some(verdict),
        }
    }
    blocked.map_or_else(|| Way::Shut("it has no DKIM key".into()), Way::Blocked)
}

/// A sender of whom the spec names no selector, and whose provider gives none to everybody.
fn unnamed(sender: &Sender, world: &World) -> Way {
    let Some(provider) = sender.provider.filter(|provider| !provider.dkim.is_empty()) else {
        return Way::Shut("the spec names no DKIM selector of it".into());
    };
    // Where nothing at all stands below `_domainkey`, no selector does (RFC 8020).
    let gone = |home: &str| {
        let seen = world.observed.dns(&format!("_domainkey.{home}"), "TXT");
        matches!(seen, Some(Seen::Answer(answer)) if answer.nxdomain)
    };
    if gone(&sender.home) && gone(world.domain()) {
        return Way::Shut(format!("there is no DKIM key below _domainkey.{}", sender.home));
    }
    Way::Blocked(Box::new(Verdict::unknown(format!(
        "the DKIM selector of {0} is known to the account only: copy it from {2}, and write `{{provider: {1}, dkim: [<selector>]}}`",
        provider.name,
        provider.id,
        console(provider)
    ))))
}

fn by_spf(sender: &Sender, mode: Mode, world: &World) -> Way {
    if let Some(reason) = foreign_bounces(sender, world) {
        return Way::Shut(reason);
    }
    let path = &sender.mail_from;
    match dmarc::aligned(path, world.domain(), mode, world) {
        Ok(true) => {}
        Ok(false) => {
            return Way::Shut(format!("its return path {path} is not aligned with {}", world.domain()));
        }
        Err(verdict) => return Way::Blocked(verdict),
    }
    let item = Authorised {
        label: sender.label.clone(),
        place: sender.place.clone(),
        who: Who::Sender(sender.clone()),
    };
    let verdict = spf_sender_missing(&item, world);
    match verdict.status {
        Status::Pass => Way::Open(format!("SPF ({path})")),
        Status::Fail => Way::Blocked(Box::new(Verdict::not_judged(
            "email/spf-sender-missing",
            &sender.label,
            "SPF does not authorise it",
        ))),
        Status::NotApplicable => Way::Shut("the spec names neither its addresses nor its return path".into()),
        _ => Way::Blocked(Box::new(verdict)),
    }
}

/// Why SPF cannot align: a provider that sends with a return path of its own.
fn foreign_bounces(sender: &Sender, world: &World) -> Option<String> {
    let provider = sender.provider?;
    let own = sender.details.is_some_and(|details| details.return_path.is_some() || !details.ip.is_empty());
    let below = provider.sends_from.is_some() && sender.home != world.domain();
    (provider.kind == Kind::Sending && !own && !below)
        .then(|| format!("its bounces go to a domain of {}, which is not aligned", provider.name))
}

fn not_aligned(sender: &Sender, reasons: &[String], policy: Option<DmarcPolicy>, world: &World) -> Verdict {
    let effect = match policy {
        Some(DmarcPolicy::Reject) => "`p=reject` makes receivers refuse it",
        Some(DmarcPolicy::Quarantine) => "`p=quarantine` makes receivers put it into spam",
        _ => "receivers would refuse it under `p=reject`",
    };
    Verdict::fail(format!("mail of {} fails DMARC by SPF and by DKIM: {effect}", sender.label))
        .expected(format!("SPF or DKIM passes for {} or a name below it", world.domain()))
        .observed(seen::in_full(reasons))
        .label("not aligned")
        .help(cure(sender, world))
}

fn cure(sender: &Sender, world: &World) -> String {
    let (label, domain) = (&sender.label, world.domain());
    let Some(provider) = sender.provider else {
        return format!(
            "let it sign with a key of {domain} (publish `{}` and declare `dkim: [<selector>]` at {label}), or give it a return path below {domain} whose SPF record lists its addresses",
            Wanted::txt(format!("<selector>._domainkey.{domain}"), "v=DKIM1; k=rsa; p=<key>")
        );
    };
    format!(
        "set up DKIM for {domain} in {0}, publish the records that it shows, and write `{{provider: {1}, dkim: [<selector>]}}`{2}",
        console(provider),
        provider.id,
        return_path(provider, domain)
    )
}

/// Where the provider shows the records of a domain.
fn console(provider: &Provider) -> String {
    let menu = provider.console.as_ref().map_or_else(String::new, |menu| format!(" ({menu})"));
    format!("the console of {}{menu}", provider.name)
}

/// The return path that a provider offers, as another cure.
fn return_path(provider: &Provider, domain: &str) -> String {
    let record = provider.return_path.iter().find_map(|record| {
        Some((record.name.literal()?, record.kind.name(), record.values.first()?.literal()?))
    });
    record.map_or_else(String::new, |(name, kind, value)| {
        format!("; or publish `{name}.{domain} {kind} {value}` and write `return_path: {name}`")
    })
}
