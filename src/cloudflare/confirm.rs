//! From a plan to a plan that may be applied. There is no other way than through here: what is applied was
//! agreed to, and no rail keeps it back.

use miette::Diagnostic;

use super::plan::{Action, Plan, Rail};
use super::saved::Saved;

/// A plan that somebody agreed to.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfirmedPlan(Saved);

/// How one agrees to a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// A plain yes: nothing is lost, and what changes is ours.
    Yes,
    /// The zone's name, typed: something goes, or something changes that was not ours.
    Name,
}

/// Why a plan is not applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Diagnostic)]
pub enum NotConfirmed {
    /// A rail.
    #[error("the plan is not applied as it is: {}", words(.0))]
    #[diagnostic(code(apply::refused), help("{}", options(.0)))]
    Blocked(Vec<(Rail, String)>),
    /// Nobody is there to ask.
    #[error("nobody can be asked: standard input is no terminal")]
    #[diagnostic(
        code(apply::nobody),
        help(
            "review a plan first (`launch-ready plan --out plan.json`), then `launch-ready apply plan.json --yes`"
        )
    )]
    Nobody,
}

fn words(rails: &[(Rail, String)]) -> String {
    rails.iter().map(|(_, message)| message.as_str()).collect::<Vec<_>>().join("; ")
}

fn options(rails: &[(Rail, String)]) -> String {
    let mut names: Vec<String> =
        rails.iter().map(|(rail, _)| format!("--allow {}", rail_name(*rail))).collect();
    names.dedup();
    format!("change the spec, or, where that is meant, plan again with {}", names.join(" "))
}

/// A rail as `--allow` takes it.
pub fn rail_name(rail: Rail) -> String {
    clap::ValueEnum::to_possible_value(&rail).map(|value| value.get_name().to_owned()).unwrap_or_default()
}

impl ConfirmedPlan {
    /// A plan that `--yes` agrees to.
    ///
    /// # Errors
    ///
    /// Where a rail keeps it back.
    pub fn by_option(plan: Saved) -> Result<Self, NotConfirmed> {
        not_blocked(&plan.plan)?;
        Ok(Self(plan))
    }

    /// A plan that a person is asked about: `ask` says what is to be typed and returns what was; `None` where
    /// nobody can be asked. `Ok(None)` where the answer is no.
    ///
    /// # Errors
    ///
    /// Where a rail keeps it back, or nobody can be asked.
    pub fn by_person(
        plan: Saved,
        ask: impl FnOnce(Consent) -> Option<String>,
    ) -> Result<Option<Self>, NotConfirmed> {
        not_blocked(&plan.plan)?;
        let consent = Consent::for_plan(&plan.plan);
        let answer = ask(consent).ok_or(NotConfirmed::Nobody)?;
        let agrees = match consent {
            Consent::Yes => ["y", "yes"].contains(&answer.trim().to_ascii_lowercase().as_str()),
            Consent::Name => answer.trim() == plan.plan.zone.name.as_str(),
        };
        Ok(agrees.then_some(Self(plan)))
    }

    /// A plan that was agreed to before, and whose apply was cut off.
    pub(super) fn again(plan: Saved) -> Self {
        Self(plan)
    }

    /// What was agreed to.
    pub fn plan(&self) -> &Saved {
        &self.0
    }
}

impl Consent {
    /// What a plan needs.
    fn for_plan(plan: &Plan) -> Self {
        let costs = plan.changes.iter().any(|change| change.action == Action::Delete || change.adopts)
            || plan.refusals.iter().any(|refusal| refusal.lifted);
        if costs { Self::Name } else { Self::Yes }
    }
}

fn not_blocked(plan: &Plan) -> Result<(), NotConfirmed> {
    let rails: Vec<_> = plan.blocked().map(|refusal| (refusal.rail, refusal.message.clone())).collect();
    if rails.is_empty() { Ok(()) } else { Err(NotConfirmed::Blocked(rails)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudflare::plan::{Read, Refusal, ZoneFacts};
    use crate::cloudflare::saved::SpecHash;

    fn saved(refusals: Vec<Refusal>) -> Saved {
        let zone = ZoneFacts {
            id: "0".repeat(32),
            name: "shop.test".into(),
            account: ("1".repeat(32), "Shop".into()),
            plan: "free".into(),
            status: "active".into(),
            name_servers: Vec::new(),
        };
        let plan = Plan { zone, changes: Vec::new(), refusals, left: Vec::new(), read: Read::default() };
        let spec = SpecHash { path: "launch-ready.yaml".into(), sha256: "ab".into() };
        Saved::of(spec, plan, Vec::new(), "token-id".into(), jiff::Timestamp::UNIX_EPOCH)
    }

    fn refusal(lifted: bool) -> Refusal {
        Refusal { rail: Rail::MxDeletion, message: "the last MX of shop.test would go".into(), lifted }
    }

    #[test]
    fn a_rail_keeps_a_plan_back_whoever_agrees() {
        let error = ConfirmedPlan::by_option(saved(vec![refusal(false)])).expect_err("a refusal");
        assert!(error.to_string().contains("the last MX"), "{error}");
        let help = error.help().expect("help").to_string();
        assert!(help.ends_with("plan again with --allow mx-deletion"), "{help}");
        let asked = ConfirmedPlan::by_person(saved(vec![refusal(false)]), |_| Some("shop.test".into()));
        assert_eq!(asked, Err(error));
    }

    #[test]
    fn a_plain_yes_is_enough_where_nothing_is_lost() {
        let asked = |answer: &str| {
            ConfirmedPlan::by_person(saved(Vec::new()), |consent| {
                assert_eq!(consent, Consent::Yes);
                Some(answer.into())
            })
        };
        assert!(matches!(asked("y\n"), Ok(Some(_))));
        assert!(matches!(asked("Yes"), Ok(Some(_))));
        assert!(matches!(asked("\n"), Ok(None)));
        assert!(matches!(asked("no"), Ok(None)));
    }

    #[test]
    fn where_a_rail_was_lifted_the_name_is_typed() {
        let asked = |answer: &str| {
            ConfirmedPlan::by_person(saved(vec![refusal(true)]), |consent| {
                assert_eq!(consent, Consent::Name);
                Some(answer.into())
            })
        };
        assert!(matches!(asked("yes"), Ok(None)));
        assert!(matches!(asked("shop.test\n"), Ok(Some(_))));
    }

    #[test]
    fn nobody_agrees_where_nobody_can_be_asked() {
        assert_eq!(ConfirmedPlan::by_person(saved(Vec::new()), |_| None), Err(NotConfirmed::Nobody));
    }
}
