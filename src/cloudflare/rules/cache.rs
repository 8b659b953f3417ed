//! Cache rules.

use serde_json::json;

use super::super::endpoint::Phase;
use super::super::plan::{Context, Origin, Reason};
use super::language::Pattern;
use super::wish::{Requests, Wish, reference, rule};
use crate::spec::Place;
use crate::spec::model::CacheRule;

/// The shortest time that the edge of a plan keeps something against the origin's word, in seconds
/// (Cloudflare's documentation, "Edge and Browser Cache TTL").
const LEAST: [(&str, u64); 4] = [("free", 7200), ("pro", 3600), ("business", 1), ("enterprise", 1)];

/// What `cloudflare.cache` asks for.
pub(super) fn asked(context: Context<'_, '_>) -> Requests {
    let mut requests = Requests::default();
    let section = context.world.document.spec.cloudflare.as_ref();
    let declared = section.into_iter().flat_map(|section| &section.value.cache).enumerate();
    for (index, declared) in declared {
        let place = Place::new(format!("cloudflare.cache[{index}].path"), declared.path.span);
        let spec = Origin::at(&place, context.world.document);
        let reference = reference("cache", &declared.path);
        match made(declared, &reference, context.live.plan.as_str()) {
            Ok(rule) => {
                requests.wishes.push(Wish {
                    reference,
                    rule,
                    spec,
                    promises: Vec::new(),
                    sample: None,
                    why: None,
                });
            }
            Err((reason, message)) => requests.leave(Phase::Cache, &reference, reason, message, &spec),
        }
    }
    requests
}

fn made(
    declared: &CacheRule,
    reference: &str,
    plan: &str,
) -> Result<crate::observed::ApiObject, (Reason, String)> {
    let path = Pattern::new(&declared.path).ok_or((Reason::Needs, "the path is too long".to_owned()))?;
    let seconds = declared.ttl.value.0.as_secs();
    let least = LEAST.iter().find(|(known, _)| *known == plan).map_or(1, |(_, least)| *least);
    if seconds > 0 && seconds < least {
        return Err((
            Reason::Plan,
            format!(
                "the plan `{plan}` keeps nothing shorter than {least} s: write `ttl: {least}s` or more, or 0s for never"
            ),
        ));
    }
    let (parameters, how) = if seconds == 0 {
        (json!({ "cache": false }), "never cached".to_owned())
    } else {
        let edge = json!({ "mode": "override_origin", "default": seconds });
        (json!({ "cache": true, "edge_ttl": edge }), format!("cached for {seconds} s"))
    };
    let description = format!("{} is {how}", path.as_str());
    Ok(rule(reference, &description, &path.expression(), "set_cache_settings", Some(parameters)))
}
