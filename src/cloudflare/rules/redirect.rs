//! Redirects as single-redirect rules.

use serde_json::{Value, json};
use url::Url;

use super::super::endpoint::Phase;
use super::super::failing::{Judged, promise};
use super::super::plan::{Context, Origin, Promise, Reason};
use super::super::proxied;
use super::language::{Asked, PATH, Pattern, quoted};
use super::wish::{Requests, Wish, reference, rule};
use crate::item::Redirect;
use crate::spec::names::{canonical_name, is_under};

/// Moved for good, as search engines read it.
const STATUS: u16 = 301;
/// Stands for what `*` captured while a target is read as a URL.
const CAPTURED: &str = "launch-ready-captured";
/// The checks that all pass where a redirect happens as declared.
const SOUND: [&str; 3] =
    ["http/redirect-missing", "http/redirect-target-differs", "http/redirect-status-differs"];

/// What the spec asks for, in its order.
pub(super) fn asked(context: Context<'_, '_>, judged: &Judged) -> Requests {
    let mut requests = Requests::default();
    for redirect in &context.world.items.redirects {
        add(redirect, context, judged, &mut requests);
    }
    requests
}

fn add(redirect: &Redirect, context: Context<'_, '_>, judged: &Judged, requests: &mut Requests) {
    let reference = reference("redirect", &redirect.from);
    let happens = SOUND.iter().all(|check| judged.passes(check, &redirect.from));
    if happens && !super::compare::is_there(Phase::Redirects, &reference, context) {
        return;
    }
    let spec = Origin::at(&redirect.place, context.world.document);
    match made(redirect, &reference, context) {
        Ok((rule, sample)) => requests.wishes.push(Wish {
            reference,
            rule,
            spec,
            promises: promises(redirect, context, judged),
            sample: Some(sample),
            why: None,
        }),
        Err((reason, message)) => requests.leave(Phase::Redirects, &reference, reason, message, &spec),
    }
}

/// The rule, and a request that it is about; or why there can be none.
fn made(
    redirect: &Redirect,
    reference: &str,
    context: Context<'_, '_>,
) -> Result<(crate::observed::ApiObject, Asked), (Reason, String)> {
    let needs = |message: String| (Reason::Needs, message);
    let from = Url::parse(&redirect.from).map_err(|_| needs("`from` is no URL".to_owned()))?;
    let host = from.host_str().unwrap_or_default().to_owned();
    if !is_under(&host, context.live.name.as_str()) {
        let zone = &context.live.name;
        return Err(needs(format!("{host} is not in the zone {zone}: whoever serves it must redirect")));
    }
    if from.port().is_some() || from.query().is_some() {
        let what = if from.port().is_some() { "a port" } else { "a query" };
        let cure = "a rule of ours matches host and path, and keeps the query: make this one by hand";
        return Err(needs(format!("`from` has {what}: {cure}")));
    }
    let target = target(redirect, context).ok_or_else(|| {
        needs("`$1` in the host would let anybody choose where it leads: write the host out".to_owned())
    })?;
    if !proxied::after(&host, context) {
        return Err(needs(format!(
            "{host} is not proxied, and a redirect rule sees only what goes through Cloudflare: declare its record with `proxied: true`"
        )));
    }
    let path = Pattern::new(from.path()).ok_or_else(|| needs("the path is too long".to_owned()))?;
    let secure = from.scheme() == "https";
    let scheme = if secure { "ssl" } else { "not ssl" };
    let mut expression = format!("{scheme} and http.host eq {}", quoted(&host));
    if let Some(condition) = path.condition() {
        expression = format!("{expression} and {condition}");
    }
    let parameters = json!({ "from_value": {
        "target_url": target.as_value(&path),
        "status_code": redirect.status.unwrap_or(STATUS),
        "preserve_query_string": true,
    } });
    let description = format!("{} to {}", redirect.from, to(redirect, context));
    let rule = rule(reference, &description, &expression, "redirect", Some(parameters));
    Ok((rule, Asked { secure, host, path: path.sample() }))
}

/// The target as the spec writes it.
fn to(redirect: &Redirect, context: Context<'_, '_>) -> String {
    let spec = &context.world.document.spec;
    let own = spec.redirects.iter().find(|rule| !redirect.implied && rule.from.span == redirect.place.span);
    own.map_or_else(|| format!("https://{}/$1", canonical_name(spec)), |rule| rule.to.value.0.clone())
}

/// Where a rule leads.
enum Target {
    /// Always there.
    Fixed(String),
    /// There, with what was captured between the parts.
    Parts(Vec<String>),
}

fn target(redirect: &Redirect, context: Context<'_, '_>) -> Option<Target> {
    let url = Url::parse(&to(redirect, context).replace("$1", CAPTURED)).ok()?;
    if url.host_str().is_some_and(|host| host.contains(CAPTURED)) {
        return None;
    }
    let text = url.as_str();
    if !text.contains(CAPTURED) {
        return Some(Target::Fixed(text.to_owned()));
    }
    Some(Target::Parts(text.split(CAPTURED).map(str::to_owned).collect()))
}

impl Target {
    fn as_value(&self, path: &Pattern) -> Value {
        match self {
            Self::Fixed(url) => json!({ "value": url }),
            Self::Parts(parts) => match (parts.as_slice(), path.is_everything()) {
                // What every plan has had the longest.
                ([start, end], true) if end.is_empty() && start.ends_with('/') => {
                    let origin = quoted(start.trim_end_matches('/'));
                    json!({ "expression": format!("concat({origin}, {PATH})") })
                }
                _ => {
                    // `$` begins a capture there.
                    let parts: Vec<String> = parts.iter().map(|part| part.replace('$', "$$")).collect();
                    let (pattern, target) = (quoted(&path.wildcard()), quoted(&parts.join("${1}")));
                    json!({ "expression": format!("wildcard_replace({PATH}, {pattern}, {target}, \"s\")") })
                }
            },
        }
    }
}

fn promises(redirect: &Redirect, context: Context<'_, '_>, judged: &Judged) -> Vec<Promise> {
    let domain = context.world.domain();
    let www = format!("www.{domain}");
    let is_of_both = redirect.ask.host_str().is_some_and(|host| host == domain || host == www);
    let is_whole = Url::parse(&redirect.from).is_ok_and(|url| url.path() == "/*");
    let split = (is_of_both && is_whole).then(|| judged.promise("http/canonical-split", domain)).flatten();
    let own = SOUND.iter().filter_map(|check| judged.promise(check, &redirect.from));
    own.chain(split).chain([promise("cloudflare/redirect-rule-missing", &redirect.from)]).collect()
}
