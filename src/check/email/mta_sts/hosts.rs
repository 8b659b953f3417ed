//! Whether the policy names the hosts that receive the domain's mail.

use super::{Fault, publish};
use crate::check::email::{Mail, cause, real_mx};
use crate::check::seen::{self, Judged};
use crate::check::{Verdict, World};
use crate::mail::mta_sts::{Mode, Policy};
use crate::provider::email;
use crate::spec::model::Short;
use crate::wanted;

/// What came of comparing.
pub(super) struct Looked {
    /// Hosts that senders do not deliver to.
    pub(super) fault: Option<Fault>,
    /// What is said of a policy that holds.
    pub(super) said: String,
}

/// Compares the policy with the MX records.
pub(super) fn look(policy: &Policy, world: &World) -> Judged<Looked> {
    let hosts = real_mx(seen::dns(world.domain(), "MX", world)?);
    if policy.mode == Mode::None {
        return Ok(Looked { fault: None, said: "mode none: MTA-STS is switched off".into() });
    }
    let uncovered: Vec<String> = hosts.iter().filter(|host| !policy.covers(host)).cloned().collect();
    // Hosts that should not be there are the MX records' fault.
    let strangers = uncovered.iter().any(|host| !is_declared(host, world));
    if let Some(check) = cause::of_domain(&["email/mx-differs"], world).filter(|_| strangers) {
        let reason = "the MX records are not the declared ones";
        return Err(Box::new(Verdict::not_judged(check, world.domain(), reason)));
    }
    Ok(Looked { fault: fault(&uncovered, policy, world), said: said(&hosts, policy) })
}

/// True for a host that the spec expects among the MX records.
fn is_declared(host: &str, world: &World) -> bool {
    let Mail::Declared(settings) = Mail::of(world) else { return true };
    match settings.receive.as_ref().map(|receive| &receive.value) {
        Some(Short::Full(receiver)) => receiver.mx.iter().any(|mx| mx.value.0.eq_ignore_ascii_case(host)),
        Some(Short::Word(id)) => {
            email::find(id).is_none_or(|provider| provider.owns_mx(&host.to_ascii_lowercase()))
        }
        None => true,
    }
}

fn fault(uncovered: &[String], policy: &Policy, world: &World) -> Option<Fault> {
    if uncovered.is_empty() {
        return None;
    }
    let (hosts, domain) = (seen::listed(uncovered), world.domain());
    let what = if policy.mode == Mode::Enforce {
        format!(
            "no `mx:` of the MTA-STS policy of {domain} matches {hosts}: senders that follow it deliver nothing there"
        )
    } else {
        format!(
            "no `mx:` of the MTA-STS policy of {domain} matches {hosts}: in mode testing senders only report that"
        )
    };
    let patterns: Vec<String> = policy.mx.iter().map(ToString::to_string).collect();
    Some(Fault {
        what,
        expected: format!("an `mx:` for {hosts}"),
        observed: format!("mx: {}", seen::listed(&patterns)),
        help: publish(
            world,
            wanted::policy::declared_mode(world).map_or(policy.mode, |mode| mode.max(policy.mode)),
        ),
        mild: policy.mode != Mode::Enforce,
    })
}

/// The policy in a line; patterns without a host are no fault, but worth a word.
fn said(hosts: &[String], policy: &Policy) -> String {
    let idle = policy.mx.iter().filter(|pattern| !hosts.iter().any(|host| pattern.matches(host)));
    let idle: Vec<String> = idle.map(|pattern| format!("`mx: {pattern}`")).collect();
    let mode = policy.mode.word();
    let covers = if hosts.is_empty() {
        "the domain has no MX".to_owned()
    } else {
        format!("names {}", seen::listed(hosts))
    };
    let rest = match idle.len() {
        0 => String::new(),
        1 => format!("; {} matches no MX host", idle[0]),
        _ => format!("; {} match no MX host", seen::listed(&idle)),
    };
    let certificates = if policy.mode == Mode::Enforce && !hosts.is_empty() {
        "; whether their certificates are valid is `email/starttls-certificate`"
    } else {
        ""
    };
    format!("mode {mode}, {covers}{rest}{certificates}")
}
