//! Whether an exchanger answers on port 25.

use std::net::IpAddr;

use super::{Talk, all, talks};
use crate::check::{Verdict, World, seen};
use crate::item::Exchanger;
use crate::observed::{FailureKind, Remote, Seen};

/// What is said where nothing comes back from port 25.
const HINT: &str =
    "many CI and home networks block port 25: run once from another network, for example from a server";

/// The conversations with a host, by how they went; each in words.
#[derive(Default)]
struct Sorted {
    answered: Vec<String>,
    /// The server's fault.
    bad: Vec<String>,
    /// Nothing came back, which is as likely the fault of the network that this runs in.
    blocked: Vec<String>,
    /// The server does not want to talk to us.
    declined: Vec<String>,
    /// It could not be tried.
    untried: Vec<String>,
}

impl Sorted {
    fn add(&mut self, talk: Talk, world: &World) {
        let (list, words) = match talk.seen {
            Seen::Answer(_) => (&mut self.answered, &Remote::from(talk.address)),
            Seen::Unobserved(reason) => (&mut self.untried, reason),
            Seen::Failed(failure) => {
                let list = match failure.kind {
                    FailureKind::Declined => &mut self.declined,
                    FailureKind::TimedOut if !passes(talk.address, world) => &mut self.blocked,
                    _ => &mut self.bad,
                };
                (list, &failure.detail)
            }
        };
        list.push(words.to_string());
    }
}

/// True where port 25 of some other address of the same family did answer in this run, so that the
/// network lets it pass.
fn passes(address: &str, world: &World) -> bool {
    let is_six = |address: &str| address.parse::<IpAddr>().is_ok_and(|address| address.is_ipv6());
    all(world).filter(|talk| is_six(talk.address) == is_six(address)).any(|talk| match talk.seen {
        Seen::Answer(_) => true,
        Seen::Failed(failure) => matches!(
            failure.kind,
            FailureKind::Declined | FailureKind::NotSmtp | FailureKind::NoAnswer | FailureKind::Reset
        ),
        Seen::Unobserved(_) => false,
    })
}

pub(in crate::check) fn smtp_unreachable(exchanger: &Exchanger, world: &World) -> Verdict {
    let talks = match talks(exchanger, world) {
        Ok(talks) => talks,
        Err(verdict) => return *verdict,
    };
    let mut sorted = Sorted::default();
    for talk in talks {
        sorted.add(talk, world);
    }
    let host = &exchanger.host;
    let Sorted { answered, bad, blocked, declined, untried } = sorted;
    if !bad.is_empty() {
        return failed(host, &bad);
    }
    let open: Vec<String> = blocked.iter().chain(&declined).chain(&untried).cloned().collect();
    match (answered.is_empty(), open.is_empty()) {
        (false, true) => Verdict::pass(format!("answers at {}", seen::listed(&answered))),
        (false, false) => Verdict::pass(format!(
            "answers at {}; of the other addresses nothing is known: {}",
            seen::listed(&answered),
            seen::listed(&open)
        )),
        _ if !blocked.is_empty() => Verdict::unknown(format!("{}; {HINT}", seen::listed(&blocked))),
        _ if !declined.is_empty() => Verdict::unknown(format!(
            "{host} refuses to talk to this network's address: {}; run once from another network",
            seen::listed(&declined)
        )),
        _ => Verdict::unknown(seen::listed(&untried)),
    }
}

fn failed(host: &str, bad: &[String]) -> Verdict {
    let bad = seen::listed(bad);
    Verdict::fail(format!("{host} does not answer SMTP: {bad}"))
        .expected("a greeting that begins with 220, on port 25 of every address")
        .observed(bad)
        .label("no SMTP on port 25")
        .help(format!(
            "start the mail server there and open TCP port 25 in its firewall and at the hosting (many block it until asked), or take the address out of the records of {host}; then try `nc {host} 25`, which must show a line that begins with 220"
        ))
}
