//! Whether a protection at the edge keeps the provider's requests away.

use super::answer::{Answer, Call, sender};
use super::reach;
use super::trial::Trial;
use crate::check::{Verdict, World, seen};
use crate::item::Webhook;
use crate::web::edge::Said;

/// Cloudflare's browser integrity check: no matter of the network that asks.
const BROWSER_CHECK: u16 = 1010;

/// What the edge said to a request that a provider might send.
fn kept_out(call: &Call) -> Option<Said> {
    match call.answer() {
        Answer::Edge(_, said @ (Said::Challenge(_) | Said::Refused(_) | Said::Barred(_)))
            if call.ordinary =>
        {
            Some(said)
        }
        _ => None,
    }
}

/// The verdict of other checks where the edge answered the first request in the endpoint's place.
pub(super) fn kept_away(trial: &Trial) -> Option<Verdict> {
    let posts = trial.posts();
    let first = posts.iter().find(|call| call.ordinary && call.posted().is_some())?;
    kept_out(first)?;
    let reason = "the edge keeps programs away from it";
    Some(Verdict::not_judged("webhooks/challenged", trial.webhook.name, reason))
}

pub(in crate::check) fn challenged(webhook: &Webhook, world: &World) -> Verdict {
    let trial = match Trial::of(webhook, world) {
        Ok(trial) => trial,
        Err(verdict) => return *verdict,
    };
    if let Some(verdict) = reach::silent(&trial, world) {
        return verdict;
    }
    let posts = trial.posts();
    let kept: Vec<(&Call, Said)> = posts.iter().filter_map(|call| Some((call, kept_out(call)?))).collect();
    if let Some((_, said)) = kept.first() {
        let ordinary = posts.iter().filter(|call| call.ordinary && call.posted().is_some()).count();
        let verdict = failed(&trial, *said, kept.len(), ordinary);
        return kept.iter().fold(verdict, |verdict, (call, _)| verdict.evidence(call.fact()));
    }
    let mut open = posts.iter().filter(|call| call.ordinary);
    let open = open.find_map(|call| match call.answer() {
        Answer::Unobserved(reason) => Some(trial.lost(call.what, reason.as_str())),
        Answer::Busy(status) => Some(Verdict::unknown(super::answer::busy(status, call.what))),
        _ => None,
    });
    open.unwrap_or_else(|| Verdict::pass("no protection at the edge keeps programs away"))
}

fn failed(trial: &Trial, said: Said, count: usize, of: usize) -> Verdict {
    let url = seen::shown(&trial.webhook.url);
    let how_many = if count == of { String::new() } else { format!(" to {count} of {of} requests") };
    let (seen, label) = match said {
        Said::Challenge(who) => (format!("{who} answers a challenge for browsers{how_many}"), "challenged"),
        Said::Refused(code) => {
            (format!("Cloudflare refuses this client{how_many} (error {code})"), "kept away")
        }
        Said::Barred(error) | Said::Error(error) => (
            format!("a firewall rule at Cloudflare refuses the request{how_many} (error {})", error.number()),
            "kept away",
        ),
    };
    let verdict = Verdict::fail(format!("{url}: {seen}; {} is a program too", sender(trial)))
        .expected("the endpoint's own answer")
        .observed(seen)
        .label(label)
        .help(help(trial, said));
    // Which network is refused may be meant: an endpoint may be open to the provider's addresses alone.
    let by_network = matches!(said, Said::Refused(code) if code != BROWSER_CHECK);
    if by_network { verdict.mild() } else { verdict }
}

fn help(trial: &Trial, said: Said) -> String {
    let path = seen::cut(trial.webhook.url.path());
    let advice = match said {
        Said::Challenge("AWS WAF") => {
            format!("exclude the path {path} from the challenge: a scope-down statement on the AWS WAF rule")
        }
        Said::Challenge("Vercel") => {
            format!(
                "let the path {path} bypass the firewall: a custom rule of Vercel's firewall with the action Bypass"
            )
        }
        Said::Challenge(_) | Said::Refused(BROWSER_CHECK) => format!(
            "add a WAF custom rule at Cloudflare for the path {path} with the action Skip (all managed rules, Super Bot Fight Mode, Browser Integrity Check, Security Level), and turn Under Attack mode off for it; the free plan's Bot Fight Mode cannot be skipped: turn it off"
        ),
        Said::Refused(_) | Said::Barred(_) | Said::Error(_) => format!(
            "see under Security > Events which rule refuses it, and except the path {path}; where the rule lets only the addresses of {} in, nothing is wrong: run from a network that it lets in, or waive this check with that reason",
            sender(trial)
        ),
    };
    match trial.webhook.declared.user_agent.as_ref() {
        Some(_) => advice,
        None => format!(
            "{advice}; `user_agent: provider` shows whether the provider's own User-Agent is let through"
        ),
    }
}
