//! What a rule of each phase may be, by plan, and whether its expression can be one.

use serde_json::Value;

use super::reply::{Refused, refused};
use super::world::Plan;

/// The ruleset that every plan has.
pub(super) const FREE_MANAGED: &str = "77454fe2d30c4220b5701f6fdfb893ba";
/// The rulesets of the paid plans: Cloudflare's own, OWASP's, exposed credentials.
pub(super) const PAID_MANAGED: [(&str, &str); 3] = [
    ("efb7b8c949ac4650a09736fc376e9aee", "Cloudflare Managed Ruleset"),
    ("4814384a9e5d4991b9815dcfc25d2f1f", "Cloudflare OWASP Core Ruleset"),
    ("c2e184081120413c86c3ab7e14069605", "Cloudflare Exposed Credentials Check Ruleset"),
];

const GUARDS: &[&str] = &["block", "challenge", "js_challenge", "managed_challenge", "skip", "log"];

/// A phase: its actions, and how many rules the four plans have.
pub(super) const PHASES: [(&str, &[&str], [usize; 4]); 5] = [
    ("http_request_dynamic_redirect", &["redirect"], [10, 25, 50, 300]),
    ("http_request_cache_settings", &["set_cache_settings"], [10, 25, 50, 300]),
    ("http_request_firewall_managed", &["execute", "skip"], [5, 20, 50, 100]),
    ("http_request_firewall_custom", GUARDS, [5, 20, 100, 1000]),
    ("http_ratelimit", GUARDS, [1, 2, 5, 100]),
];

/// Refuses a list of rules that the phase or the plan does not have.
pub(super) fn check(phase: &str, plan: Plan, rules: &[Value]) -> Result<(), Refused> {
    let Some((_, actions, most)) = PHASES.iter().find(|(own, ..)| *own == phase) else {
        return Err(refused(400, 20115, format!("unknown phase \"{phase}\"")));
    };
    let most = plan.of(*most);
    if rules.len() > most {
        let text = format!(
            "exceeded the maximum number of rules in the phase {phase}: {} out of {most}",
            rules.len()
        );
        return Err(refused(400, 20217, text));
    }
    for (at, rule) in rules.iter().enumerate() {
        let action = rule["action"].as_str().unwrap_or_default();
        if !actions.contains(&action) {
            return Err(at_rule(
                at,
                "action",
                20115,
                format!("the action \"{action}\" is not of the phase {phase}"),
            ));
        }
        let expression = rule["expression"].as_str().unwrap_or_default();
        if let Some(wrong) = mistake(expression) {
            let text = format!("\"{expression}\" is not a valid value for expression because {wrong}");
            return Err(at_rule(at, "expression", 20127, text));
        }
        parameters(at, rule, action)?;
        entitled(at, rule, phase, plan, expression)?;
    }
    let refs: Vec<&str> = rules.iter().filter_map(|rule| rule["ref"].as_str()).collect();
    let twice = refs.iter().enumerate().find(|(at, own)| refs[..*at].contains(own));
    twice.map_or(Ok(()), |(_, own)| Err(refused(400, 20129, format!("the ref \"{own}\" is there twice"))))
}

fn at_rule(at: usize, field: &str, code: i64, text: String) -> Refused {
    let mut refused = refused(400, code, text);
    refused.errors[0]["source"] = serde_json::json!({ "pointer": format!("/rules/{at}/{field}") });
    refused
}

/// The parameters without which an action means nothing.
fn parameters(at: usize, rule: &Value, action: &str) -> Result<(), Refused> {
    let given = &rule["action_parameters"];
    let complete = match action {
        "redirect" => given["from_value"]["target_url"].is_object() || given["from_list"].is_object(),
        "execute" => given["id"].is_string(),
        "set_cache_settings" | "skip" => given.as_object().is_some_and(|given| !given.is_empty()),
        _ => true,
    };
    let target = &given["from_value"]["target_url"]["expression"];
    let wrong = target.as_str().and_then(mistake);
    match wrong {
        Some(wrong) => {
            Err(at_rule(at, "action_parameters", 20127, format!("the target is not valid because {wrong}")))
        }
        None if !complete => Err(at_rule(
            at,
            "action_parameters",
            20120,
            format!("the action \"{action}\" lacks its parameters"),
        )),
        None => Ok(()),
    }
}

/// What the plan does not include.
fn entitled(at: usize, rule: &Value, phase: &str, plan: Plan, expression: &str) -> Result<(), Refused> {
    let given = &rule["action_parameters"];
    let texts = [Some(expression), given["from_value"]["target_url"]["expression"].as_str()];
    let regex =
        texts.into_iter().flatten().any(|text| text.contains(" matches ") || text.contains("regex_replace("));
    let limit = &rule["ratelimit"];
    let paid = |id: &str| PAID_MANAGED.iter().any(|(own, _)| *own == id);
    let lacks = if regex && plan < Plan::Business {
        "use of regular expressions"
    } else if rule["action"] == "log" && plan < Plan::Enterprise {
        "the action log"
    } else if phase == "http_ratelimit" && !limit.is_object() {
        return Err(at_rule(at, "ratelimit", 20120, "the rule has no rate limit".to_owned()));
    } else if phase == "http_ratelimit" && plan == Plan::Free && limit["period"] != 10 {
        "this period"
    } else if phase == "http_ratelimit" && plan == Plan::Free && limit["mitigation_timeout"] != 10 {
        "this mitigation timeout"
    } else if rule["action"] == "execute" && plan < Plan::Pro && given["id"].as_str().is_some_and(paid) {
        "this managed ruleset"
    } else if rule["action"] == "execute"
        && !given["id"].as_str().is_some_and(|id| id == FREE_MANAGED || paid(id))
    {
        return Err(at_rule(at, "action_parameters/id", 20120, "there is no such ruleset".to_owned()));
    } else {
        return Ok(());
    };
    Err(at_rule(at, "", 20120, format!("not entitled to {lacks}")))
}

/// What is wrong with an expression at first sight: quotes and brackets, or nothing at all.
pub(super) fn mistake(expression: &str) -> Option<&'static str> {
    let (mut open, mut quoted, mut signs) = (Vec::new(), false, expression.chars());
    while let Some(sign) = signs.next() {
        match sign {
            '\\' if quoted => drop(signs.next()),
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' => open.push(')'),
            '{' => open.push('}'),
            '[' => open.push(']'),
            ')' | '}' | ']' if open.pop() != Some(sign) => return Some("a bracket closes that was not open"),
            _ => {}
        }
    }
    match (expression.trim(), quoted, open.is_empty()) {
        ("", ..) => Some("it is empty"),
        (_, true, _) => Some("a quote is not closed"),
        (_, _, false) => Some("a bracket is not closed"),
        _ => None,
    }
}
