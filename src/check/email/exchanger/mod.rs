//! Single mail exchangers: whether they can be reached by their name, and what they show on port 25.

pub(in crate::check) mod certificate;
pub(in crate::check) mod dane;
pub(in crate::check) mod invalid;
pub(in crate::check) mod reach;
pub(in crate::check) mod starttls;

use super::mx;
use crate::check::seen::{self, Judged};
use crate::check::{Status, Verdict, World};
use crate::item::Exchanger;
use crate::observed::{Handshake, Seen, Smtp};

/// A conversation with one address of an exchanger.
#[derive(Debug, Clone, Copy)]
struct Talk<'w> {
    address: &'w str,
    seen: &'w Seen<Smtp>,
}

/// Every conversation of the run.
fn all<'w>(world: &'w World) -> impl Iterator<Item = Talk<'w>> {
    let talk =
        |(key, seen): (&'w String, &'w Seen<Smtp>)| Some(Talk { address: key.split_once(' ')?.1, seen });
    world.observed.smtp.iter().filter_map(talk)
}

/// The conversations with a host, or the verdict where there can be none.
fn talks<'w>(exchanger: &Exchanger, world: &'w World) -> Judged<Vec<Talk<'w>>> {
    if mx::is_unwanted(&exchanger.host, world) {
        let reason = "the host should not be among the domain's mail servers";
        return Err(Box::new(Verdict::not_judged("email/mx-differs", world.domain(), reason)));
    }
    let prefix = format!("{} ", exchanger.host);
    let own = world.observed.smtp.range(prefix.clone()..);
    let own = own.take_while(|(key, _)| key.starts_with(&prefix));
    let own: Vec<Talk> = own.map(|(key, seen)| Talk { address: &key[prefix.len()..], seen }).collect();
    if own.iter().any(|talk| !matches!(talk.seen, Seen::Unobserved(_))) {
        return Ok(own);
    }
    match invalid::obstacle(exchanger, world) {
        Some(verdict) => Err(Box::new(verdict)),
        None if own.is_empty() => Err(Box::new(Verdict::unknown(seen::NOT_OBSERVED))),
        None => Ok(own),
    }
}

/// What was said in the conversations that came about, by address; or the verdict where none did.
fn spoken<'w>(exchanger: &Exchanger, world: &'w World) -> Judged<Vec<(&'w str, &'w Smtp)>> {
    let talks = talks(exchanger, world)?;
    let said = talks.iter().filter_map(|talk| match talk.seen {
        Seen::Answer(smtp) => Some((talk.address, smtp)),
        Seen::Failed(_) | Seen::Unobserved(_) => None,
    });
    let said: Vec<_> = said.collect();
    if !said.is_empty() {
        return Ok(said);
    }
    let reach = reach::smtp_unreachable(exchanger, world);
    let cause =
        Verdict::not_judged("email/smtp-unreachable", &exchanger.host, "the host does not answer SMTP");
    Err(Box::new(if reach.status == Status::Fail { cause } else { reach }))
}

/// The handshakes after STARTTLS, by address; or the verdict where there was none.
fn handshakes<'w>(exchanger: &Exchanger, world: &'w World) -> Judged<Vec<(&'w str, &'w Handshake)>> {
    let said = spoken(exchanger, world)?;
    let shaken = said.iter().filter_map(|(address, smtp)| match &smtp.starttls {
        Some(Seen::Answer(handshake)) => Some((*address, handshake)),
        _ => None,
    });
    let shaken: Vec<_> = shaken.collect();
    if !shaken.is_empty() {
        return Ok(shaken);
    }
    let offered = starttls::starttls_missing(exchanger, world);
    let cause = Verdict::not_judged("email/starttls-missing", &exchanger.host, "STARTTLS does not work");
    Err(Box::new(if offered.status == Status::Fail { cause } else { offered }))
}

/// An address with its port, as messages name it.
fn shown(address: &str) -> String {
    if address.contains(':') { format!("[{address}]:25") } else { format!("{address}:25") }
}
