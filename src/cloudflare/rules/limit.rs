//! Rate limits.

use serde_json::json;

use super::super::endpoint::Phase;
use super::super::failing::promise;
use super::super::plan::{Context, Origin, Reason};
use super::super::proxied;
use super::compare;
use super::language::{Asked, Pattern, matches};
use super::wish::{Requests, Wish, reference, rule};
use crate::observed::ApiObject;
use crate::spec::Place;
use crate::spec::model::RateLimit;

/// Times over which the API counts, in seconds.
const PERIODS: [u64; 6] = [10, 60, 120, 300, 600, 3600];
/// The longest of each plan (Cloudflare's documentation, "Rate limiting rules"): counting, then blocking.
const LONGEST: [(&str, u64, u64); 4] =
    [("free", 10, 10), ("pro", 60, 3600), ("business", 600, 86_400), ("enterprise", 3600, 86_400)];

/// What `cloudflare.rate_limits` asks for.
pub(super) fn asked(context: Context<'_, '_>) -> Requests {
    let mut requests = Requests::default();
    let section = context.world.document.spec.cloudflare.as_ref();
    let declared = section.into_iter().flat_map(|section| &section.value.rate_limits).enumerate();
    for (index, declared) in declared {
        let place = Place::new(format!("cloudflare.rate_limits[{index}].path"), declared.path.span);
        let spec = Origin::at(&place, context.world.document);
        let reference = reference("rate-limit", &declared.path);
        let Some(path) = Pattern::new(&declared.path) else { continue };
        if is_covered(declared, &path, context) && !compare::is_there(Phase::RateLimits, &reference, context)
        {
            continue;
        }
        match made(declared, &path, &reference, context.live.plan.as_str()) {
            Ok(rule) => {
                let promises = vec![promise("cloudflare/rate-limit-missing", &declared.path)];
                requests.wishes.push(Wish { reference, rule, spec, promises, sample: None, why: None });
            }
            Err(message) => requests.leave(Phase::RateLimits, &reference, Reason::Plan, message, &spec),
        }
    }
    requests
}

fn made(declared: &RateLimit, path: &Pattern, reference: &str, plan: &str) -> Result<ApiObject, String> {
    let period = declared.period.value.0.as_secs();
    let (counting, blocking) = LONGEST
        .iter()
        .find(|(known, ..)| *known == plan)
        .map_or((3600, 86_400), |(_, counting, blocking)| (*counting, *blocking));
    if !PERIODS.contains(&period) || period > counting {
        let fine = PERIODS.iter().filter(|known| **known <= counting).map(|known| format!("{known}s"));
        let fine: Vec<String> = fine.collect();
        return Err(format!(
            "the plan `{plan}` does not count over {period} s: write one of {}",
            fine.join(", ")
        ));
    }
    let requests = declared.requests.value;
    let description = format!("{}: {requests} requests in {period} s", path.as_str());
    let mut rule = rule(reference, &description, &path.expression(), "block", None);
    let limit = json!({
        "characteristics": ["cf.colo.id", "ip.src"],
        "period": period,
        "requests_per_period": requests,
        "mitigation_timeout": period.min(blocking),
    });
    rule.0.insert("ratelimit".to_owned(), limit);
    Ok(rule)
}

/// True where a limit of somebody else's, at least as strict, is about the path on every proxied host.
fn is_covered(declared: &RateLimit, path: &Pattern, context: Context<'_, '_>) -> bool {
    let hosts: Vec<String> = proxied::hosts(context).iter().map(|host| host.name.clone()).collect();
    let sample = |host: &String| Asked { secure: true, host: host.clone(), path: path.sample() };
    let foreign = compare::foreign(Phase::RateLimits, context);
    !hosts.is_empty()
        && hosts.iter().map(sample).all(|asked| {
            foreign.iter().any(|rule| {
                let expression = rule.text("expression").unwrap_or_default();
                super::is_on(rule)
                    && is_as_strict(rule, declared)
                    && matches(expression, &asked) == Some(true)
            })
        })
}

fn is_as_strict(rule: &ApiObject, declared: &RateLimit) -> bool {
    let number = |name: &str| rule.at(&format!("/ratelimit/{name}")).and_then(serde_json::Value::as_u64);
    let (Some(requests), Some(period)) = (number("requests_per_period"), number("period")) else {
        return false;
    };
    let wanted = (u64::from(declared.requests.value), declared.period.value.0.as_secs());
    rule.text("action") != Some("log") && requests.saturating_mul(wanted.1) <= wanted.0.saturating_mul(period)
}
