//! The managed ruleset of the web application firewall.

use serde_json::json;

use super::super::endpoint::Phase;
use super::super::failing::promise;
use super::super::plan::{Context, Origin, Reason};
use super::compare;
use super::wish::{Requests, Wish, rule};
use crate::spec::Place;
use crate::spec::model::Switch;

/// Cloudflare's own ruleset; plans from Pro on have it.
const MANAGED: &str = "efb7b8c949ac4650a09736fc376e9aee";
const REFERENCE: &str = "launch-ready:waf:managed";

/// What `cloudflare.waf` asks for.
pub(super) fn asked(context: Context<'_, '_>) -> Requests {
    let mut requests = Requests::default();
    let section = context.world.document.spec.cloudflare.as_ref();
    let Some(declared) = section.and_then(|section| section.value.waf.as_ref()) else { return requests };
    let spec = Origin::at(&Place::new("cloudflare.waf", declared.span), context.world.document);
    if declared.value == Switch::Off {
        requests.unwanted.push((REFERENCE.to_owned(), spec));
        return requests;
    }
    if context.live.plan.as_str() == "free" {
        let message = "the managed ruleset needs the plan Pro or higher; Cloudflare's free managed ruleset is on by itself, so that nothing is to be done on this plan";
        requests.leave(Phase::Managed, REFERENCE, Reason::Plan, message.to_owned(), &spec);
        return requests;
    }
    let is_deployed = compare::foreign(Phase::Managed, context).iter().any(|rule| {
        rule.text("action") == Some("execute")
            && rule.at("/action_parameters/id").and_then(serde_json::Value::as_str) == Some(MANAGED)
            && super::is_on(rule)
    });
    if is_deployed && !compare::is_there(Phase::Managed, REFERENCE, context) {
        return requests;
    }
    let parameters = json!({ "id": MANAGED });
    let rule = rule(
        REFERENCE,
        "Cloudflare's managed ruleset, on every request",
        "true",
        "execute",
        Some(parameters),
    );
    let promises = vec![promise("cloudflare/waf-off", context.live.name.as_str())];
    requests.wishes.push(Wish {
        reference: REFERENCE.to_owned(),
        rule,
        spec,
        promises,
        sample: None,
        why: None,
    });
    requests
}
