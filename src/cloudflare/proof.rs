//! Whether what a plan promised came true: what failed before it is looked for among what fails now.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::plan::{Change, Plan, Promise, Subject};
use crate::check::Status;
use crate::report::Report;
use crate::report::model::{Proof, ProofState};

/// How long a resolver may remember that a name or type is not there, in seconds: the last field of the SOA
/// record that Cloudflare gives its zones (RFC 2308 section 5).
const DENIAL: i64 = 1800;
/// The time to live of records whose own is automatic.
const AUTOMATIC: i64 = 300;

/// What became of each promise, in their order. `written` is when the last request was made.
pub fn proofs(plan: &Plan, report: &Report, written: Timestamp, now: Timestamp) -> Vec<Proof> {
    let mut cached: BTreeMap<&Promise, i64> = BTreeMap::new();
    for change in &plan.changes {
        for promise in &change.turns_green {
            let longest = cached.entry(promise).or_default();
            *longest = remembered(change).max(*longest);
        }
    }
    let passed = now.duration_since(written).as_secs();
    cached.into_iter().map(|(promise, ttl)| proof(promise, report, ttl - passed)).collect()
}

/// For how many seconds resolvers may show what was there before.
fn remembered(change: &Change) -> i64 {
    match (&change.subject, &change.before) {
        (Subject::Record { .. }, None) => DENIAL,
        (Subject::Record { .. }, Some(before)) => {
            let ttl = before.number("ttl").filter(|ttl| *ttl > 1);
            ttl.and_then(|ttl| i64::try_from(ttl).ok()).unwrap_or(AUTOMATIC)
        }
        _ => 0,
    }
}

fn proof(promise: &Promise, report: &Report, left: i64) -> Proof {
    let is_it = |finding: &&crate::report::Finding| {
        finding.check == promise.check && finding.subject == promise.subject
    };
    let finding = report.findings.iter().find(is_it);
    let left = u64::try_from(left).ok().filter(|left| *left > 0);
    let (state, message) = match finding.map(|finding| (finding.status, finding.message.clone())) {
        // What is no longer there to be judged no longer fails.
        None | Some((Status::Pass | Status::NotApplicable, _)) => (ProofState::Proved, None),
        Some((_, message)) if left.is_some() => (ProofState::Pending, Some(message)),
        Some((Status::Unknown, message)) => (ProofState::Unknown, Some(message)),
        Some((Status::Fail | Status::Waived, message)) => (ProofState::NotProved, Some(message)),
    };
    Proof {
        check: promise.check.clone(),
        subject: promise.subject.clone(),
        proved: state == ProofState::Proved,
        state,
        seconds: left.filter(|_| state == ProofState::Pending),
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudflare::plan::{Action, Origin, Read, ZoneFacts};
    use crate::report::VerdictWord;
    use crate::report::fixture;

    fn plan(before: Option<serde_json::Value>) -> Plan {
        let zone = ZoneFacts {
            id: "0".repeat(32),
            name: "shop.test".into(),
            account: ("1".repeat(32), "Shop".into()),
            plan: "free".into(),
            status: "active".into(),
            name_servers: Vec::new(),
        };
        let change = Change {
            subject: Subject::Record { name: "shop.test".into(), kind: "TXT".into() },
            action: Action::Change,
            adopts: false,
            before: before.map(|value| serde_json::from_value(value).expect("an object")),
            after: None,
            spec: Origin { path: "dns".into(), line: 1 },
            why: None,
            turns_green: vec![Promise { check: "email/spf-missing".into(), subject: "shop.test".into() }],
        };
        Plan { zone, changes: vec![change], refusals: Vec::new(), left: Vec::new(), read: Read::default() }
    }

    fn state(before: serde_json::Value, status: Option<Status>, after: i64) -> (ProofState, Option<u64>) {
        let findings = status.map(|status| {
            let mut finding = fixture::hostile(status, "it is not there");
            finding.check = "email/spf-missing".into();
            finding.subject = "shop.test".into();
            finding
        });
        let report = fixture::report(VerdictWord::NotReady, findings.into_iter().collect());
        let written = Timestamp::UNIX_EPOCH;
        let now = written + jiff::SignedDuration::from_secs(after);
        let proof = proofs(&plan(Some(before)), &report, written, now).remove(0);
        assert_eq!(proof.proved, proof.state == ProofState::Proved);
        (proof.state, proof.seconds)
    }

    #[test]
    fn what_no_longer_fails_is_proved() {
        let before = || serde_json::json!({"ttl": 60});
        assert_eq!(state(before(), None, 0), (ProofState::Proved, None));
        assert_eq!(state(before(), Some(Status::Pass), 0), (ProofState::Proved, None));
    }

    #[test]
    fn what_resolvers_may_still_remember_is_pending_and_then_red() {
        let before = || serde_json::json!({"ttl": 60});
        assert_eq!(state(before(), Some(Status::Fail), 20), (ProofState::Pending, Some(40)));
        assert_eq!(state(before(), Some(Status::Fail), 61), (ProofState::NotProved, None));
        assert_eq!(state(before(), Some(Status::Unknown), 61), (ProofState::Unknown, None));
        assert_eq!(
            state(serde_json::json!({"ttl": 1}), Some(Status::Fail), 100),
            (ProofState::Pending, Some(200))
        );
    }
}
