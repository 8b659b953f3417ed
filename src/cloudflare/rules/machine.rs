//! Paths that programs call: nothing that tells programs from people stands before them.
//!
//! One rule, the first of its phase, skips what challenges. It does not skip the managed rules of the firewall
//! nor the rate limits, which block what they know to be bad whoever sends it. Custom rules of somebody else's
//! are skipped only where one of them would challenge such a path and none may block it: blocking may be meant.

use serde_json::json;

use super::super::endpoint::Phase;
use super::super::failing::{Judged, promise};
use super::super::permission::Resource;
use super::super::plan::{Context, Origin, Promise, Reason};
use super::super::{proxied, settings};
use super::compare;
use super::language::{Asked, Pattern, matches};
use super::wish::{Requests, Wish, rule};
use crate::observed::{ApiObject, Remote, Seen};
use crate::spec::{Located, Place};

const REFERENCE: &str = "launch-ready:machine-paths";
/// Longest expression that the API takes, in characters.
const LONGEST: usize = 4096;
/// What stands outside the rules and challenges or bars by what a browser would do: the browser integrity
/// check, hotlink protection, the security level, blocked user agents.
const PRODUCTS: [&str; 4] = ["bic", "hot", "securityLevel", "uaBlock"];

/// What `cloudflare.machine_paths` asks for.
pub(super) fn asked(context: Context<'_, '_>, judged: &Judged) -> Requests {
    let mut requests = Requests::default();
    let section = context.world.document.spec.cloudflare.as_ref();
    let paths = section.map_or(&[][..], |section| &section.value.machine_paths);
    let Some(first) = paths.first() else { return requests };
    let spec = Origin::at(&Place::new("cloudflare.machine_paths", first.span), context.world.document);
    let patterns: Vec<Pattern> = paths.iter().filter_map(|path| Pattern::new(path)).collect();
    let expression = patterns.iter().map(Pattern::expression).collect::<Vec<_>>().join(" or ");
    if expression.chars().count() > LONGEST {
        let message =
            format!("the rule would be longer than {LONGEST} characters: write fewer paths, with `*`");
        requests.leave(Phase::Custom, REFERENCE, Reason::Needs, message, &spec);
        return requests;
    }
    let fought = bots(context);
    if let Some((reason, message)) = &fought {
        requests.leave(Phase::Custom, REFERENCE, *reason, message.clone(), &spec);
    }
    let others = Others::of(&patterns, context);
    if let (Some(challenging), Some(blocking)) = (&others.challenging, &others.blocking) {
        let message = format!(
            "the custom rule `{challenging}` challenges such a path, and skipping it would skip `{blocking}` too: except the paths from it by hand"
        );
        requests.leave(Phase::Custom, REFERENCE, Reason::Foreign, message, &spec);
    }
    let skips = others.challenging.is_some() && others.blocking.is_none();
    let mut parameters = json!({ "products": PRODUCTS });
    // On the free plan there is no Super Bot Fight Mode.
    if context.live.plan.as_str() != "free" {
        parameters["phases"] = json!(["http_request_sbfm"]);
    }
    if skips {
        parameters["ruleset"] = json!("current");
    }
    let mut rule =
        rule(REFERENCE, "Programs call these paths: never challenged", &expression, "skip", Some(parameters));
    // The API's default for such rules, said so that it stays the same.
    rule.0.insert("logging".to_owned(), json!({ "enabled": true }));
    requests.wishes.push(Wish {
        reference: REFERENCE.to_owned(),
        rule,
        spec,
        promises: if fought.is_some() { Vec::new() } else { promises(paths, &patterns, context, judged) },
        sample: None,
        why: others
            .challenging
            .filter(|_| skips)
            .map(|rule| format!("the custom rule `{rule}` would challenge them")),
    });
    requests
}

/// Why a rule alone does not keep bots' enemies away.
fn bots(context: Context<'_, '_>) -> Option<(Reason, String)> {
    match &context.live.bots {
        Seen::Answer(bots) if bots.flag("fight_mode") == Some(true) => Some((
            Reason::Plan,
            "Bot Fight Mode is on, and no rule can skip it: switch it off (Security > Settings > Bot traffic), or take a plan with Super Bot Fight Mode, which the rule skips".to_owned(),
        )),
        Seen::Answer(_) => None,
        _ => Some((Reason::Unread, settings::without(Resource::Bots, "whether Bot Fight Mode is on, which no rule can skip,"))),
    }
}

/// Custom rules of somebody else's that may be about such a path.
struct Others {
    /// One that may challenge.
    challenging: Option<Remote>,
    /// One that may block.
    blocking: Option<Remote>,
}

impl Others {
    fn of(patterns: &[Pattern], context: Context<'_, '_>) -> Self {
        let foreign = compare::foreign(Phase::Custom, context);
        let hosts: Vec<String> = proxied::hosts(context).iter().map(|host| host.name.clone()).collect();
        let samples: Vec<Asked> = hosts
            .iter()
            .flat_map(|host| {
                patterns.iter().map(|path| Asked { secure: true, host: host.clone(), path: path.sample() })
            })
            .collect();
        // Not surely about something else.
        let may = |rule: &&ApiObject| {
            let expression = rule.text("expression").unwrap_or_default();
            super::is_on(rule) && samples.iter().any(|asked| matches(expression, asked) != Some(false))
        };
        let first = |actions: &[&str]| {
            let mut own =
                foreign.iter().filter(|rule| rule.text("action").is_some_and(|a| actions.contains(&a)));
            own.find(|rule| may(rule)).map(name)
        };
        Self {
            challenging: first(&["challenge", "js_challenge", "managed_challenge"]),
            blocking: first(&["block"]),
        }
    }
}

/// How people call a rule.
fn name(rule: &ApiObject) -> Remote {
    let described = rule.shown("description").filter(|text| !text.as_str().is_empty());
    described.or_else(|| rule.shown("expression")).unwrap_or_default()
}

fn promises(
    paths: &[Located<String>],
    patterns: &[Pattern],
    context: Context<'_, '_>,
    judged: &Judged,
) -> Vec<Promise> {
    let own = paths.iter().map(|path| promise("cloudflare/machine-blocked", path));
    let is_freed = |url: &url::Url| {
        url.host_str().is_some_and(|host| proxied::after(host, context))
            && patterns.iter().any(|pattern| pattern.covers(url.path()))
    };
    let hooks = context.world.items.webhooks.iter().filter(|webhook| is_freed(&webhook.url));
    own.chain(hooks.filter_map(|webhook| judged.promise("webhooks/challenged", webhook.name))).collect()
}
