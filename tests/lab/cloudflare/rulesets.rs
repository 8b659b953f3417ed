//! Rulesets: one for each phase of a zone, with versions, and rules that keep their ids by `ref`.

use serde_json::{Value, json};

use super::reply::{Answer, Refused, Reply, done, refused};
use super::routes::Asked;
use super::rules::{FREE_MANAGED, PAID_MANAGED, check};
use super::token::Permission as P;
use super::world::{Plan, World, ZoneData};

/// Who may read, and who may write, the rules of a phase.
fn permissions(phase: &str) -> [P; 2] {
    match phase {
        "http_request_dynamic_redirect" => [P::RedirectsRead, P::RedirectsWrite],
        "http_request_cache_settings" => [P::CacheRead, P::CacheWrite],
        _ => [P::WafRead, P::WafWrite],
    }
}

/// All rulesets that the zone has or may use, without their rules.
pub(super) fn list(zone: &ZoneData, asked: &Asked<'_>) -> Answer {
    asked.token.needs(&[P::RedirectsRead, P::CacheRead, P::WafRead])?;
    let bare = |ruleset: &Value| {
        let mut bare = ruleset.clone();
        bare.as_object_mut().map(|fields| fields.remove("rules"));
        bare
    };
    let seen = |ruleset: &&Value| {
        let phase = ruleset["phase"].as_str().unwrap_or_default();
        asked.token.may(&permissions(phase)[..1])
    };
    let own = zone.rulesets.iter().filter(seen).map(bare);
    let all: Vec<Value> = own.chain(managed(zone.plan).iter().filter(seen).map(bare)).collect();
    Ok(done(all))
}

fn managed(plan: Plan) -> Vec<Value> {
    let free = [(FREE_MANAGED, "Cloudflare Managed Free Ruleset")];
    let paid = if plan >= Plan::Pro { &PAID_MANAGED[..] } else { &[] };
    let ruleset = |(id, name): &(&str, &str)| {
        json!({ "id": id, "name": name, "description": "Managed by Cloudflare", "kind": "managed", "version": "7",
            "last_updated": "2026-09-01T00:00:00Z", "phase": "http_request_firewall_managed", "rules": [] })
    };
    free.iter().chain(paid).map(ruleset).collect()
}

/// The ruleset at the entry of a phase; 404 where nobody made one yet.
pub(super) fn entry(zone: &ZoneData, phase: &str, asked: &Asked<'_>) -> Answer {
    asked.token.needs(&permissions(phase)[..1])?;
    let found = zone.rulesets.iter().find(|ruleset| ruleset["phase"] == phase);
    found.map(|ruleset| done(ruleset.clone())).ok_or_else(|| no_entry(phase))
}

fn no_entry(phase: &str) -> Refused {
    refused(404, 10003, format!("could not find entrypoint ruleset in the {phase} phase"))
}

fn no_ruleset(id: &str) -> Refused {
    refused(404, 10003, format!("could not find ruleset {id}"))
}

/// One version of the ruleset of a phase.
pub(super) fn version(zone: &ZoneData, phase: &str, number: &str, asked: &Asked<'_>) -> Answer {
    asked.token.needs(&permissions(phase)[..1])?;
    let is_it = |ruleset: &&Value| ruleset["phase"] == phase && ruleset["version"] == number;
    let found = zone.versions.iter().find(is_it);
    found.cloned().map(done).ok_or_else(|| refused(404, 10003, format!("could not find version {number}")))
}

/// One ruleset by its id.
pub(super) fn get(zone: &ZoneData, id: &str, asked: &Asked<'_>) -> Answer {
    let known = zone.rulesets.iter().cloned().chain(managed(zone.plan)).find(|ruleset| ruleset["id"] == id);
    let found = known.ok_or_else(|| no_ruleset(id))?;
    asked.token.needs(&permissions(found["phase"].as_str().unwrap_or_default())[..1])?;
    Ok(done(found))
}

/// What is asked of the rules of one phase.
pub(super) enum Change<'a> {
    /// All rules anew; the ruleset is made if there is none.
    Put,
    /// One rule more.
    Add,
    /// One rule anew, or moved.
    Edit(&'a str),
    /// One rule less.
    Remove(&'a str),
}

/// The phase of a ruleset of that id.
pub(super) fn phase_of(zone: &ZoneData, id: &str) -> Result<String, Refused> {
    let found = zone.rulesets.iter().find(|ruleset| ruleset["id"] == id).ok_or_else(|| no_ruleset(id))?;
    Ok(found["phase"].as_str().unwrap_or_default().to_owned())
}

/// Changes a phase; with `dry_run=true` it is only looked at whether that could be.
pub(super) fn change(
    world: &mut World,
    zone_id: &str,
    phase: &str,
    change: &Change<'_>,
    asked: &Asked<'_>,
) -> Answer {
    asked.token.needs(&permissions(phase)[1..])?;
    let dry = asked.query.get("dry_run").is_some_and(|dry| dry == "true");
    made(world, zone_id, phase, change, asked.body, dry).map(done)
}

/// All rules of a phase anew, whoever writes them.
pub(super) fn put(world: &mut World, zone_id: &str, phase: &str, body: &Value) -> Result<Value, Refused> {
    made(world, zone_id, phase, &Change::Put, body, false)
}

/// The ruleset after a change; null after a dry run.
fn made(
    world: &mut World,
    zone_id: &str,
    phase: &str,
    change: &Change<'_>,
    body: &Value,
    dry: bool,
) -> Result<Value, Refused> {
    let zone = world.zone(zone_id).ok_or_else(|| super::reply::no_route(zone_id))?;
    let plan = zone.plan;
    let at = zone.rulesets.iter().position(|ruleset| ruleset["phase"] == phase);
    let before = at.map(|at| zone.rulesets[at].clone());
    let old = before.as_ref().and_then(|ruleset| ruleset["rules"].as_array().cloned()).unwrap_or_default();
    let wanted = wanted(change, &old, body)?;
    check(phase, plan, &wanted)?;
    if dry {
        return Ok(Value::Null);
    }
    let time = world.tick();
    let rules: Vec<Value> =
        wanted.into_iter().map(|rule| kept(world, rule, &old, &time)).collect::<Result<_, _>>()?;
    let version =
        before.as_ref().and_then(|own| own["version"].as_str()?.parse::<u64>().ok()).unwrap_or(0) + 1;
    let text = |field: &str, usual: &str| {
        let own = before.as_ref().map(|before| before[field].clone());
        body.get(field).filter(|_| matches!(change, Change::Put)).cloned().or(own).unwrap_or(json!(usual))
    };
    let id = before.as_ref().map_or_else(|| json!(world.new_id()), |before| before["id"].clone());
    let ruleset = json!({
        "id": id, "name": text("name", "default"), "description": text("description", ""), "kind": "zone",
        "version": version.to_string(), "last_updated": time, "phase": phase, "rules": rules,
    });
    let zone = world.zone(zone_id).ok_or_else(|| super::reply::no_route(zone_id))?;
    zone.versions.push(ruleset.clone());
    match at {
        Some(at) => zone.rulesets[at] = ruleset.clone(),
        None => zone.rulesets.push(ruleset.clone()),
    }
    Ok(ruleset)
}

/// The list of rules as it is to be, each as the client gave it or as it was.
fn wanted(change: &Change<'_>, old: &[Value], body: &Value) -> Result<Vec<Value>, Refused> {
    let mut rules = old.to_vec();
    let find = |id: &str| {
        let missing = || refused(404, 10003, format!("could not find rule {id}"));
        old.iter().position(|rule| rule["id"] == id).ok_or_else(missing)
    };
    match change {
        Change::Put => {
            let given = body["rules"].as_array().cloned().unwrap_or_default();
            // An id alone stands for the rule as it is.
            let whole = |rule: Value| match old.iter().find(|own| own["id"] == rule["id"]) {
                Some(own) if rule.as_object().is_some_and(|rule| rule.len() == 1) => own.clone(),
                _ => rule,
            };
            return Ok(given.into_iter().map(whole).collect());
        }
        Change::Add => rules.push(body.clone()),
        Change::Remove(id) => drop(rules.remove(find(id)?)),
        Change::Edit(id) => {
            let at = find(id)?;
            let own = rules[at].clone();
            // Only the place, or all of the rule but its id and its ref.
            if body.as_object().is_some_and(|body| body.keys().any(|key| key != "position")) {
                rules[at] = body.clone();
                rules[at]["id"] = own["id"].clone();
                if body.get("ref").is_none() {
                    rules[at]["ref"] = own["ref"].clone();
                }
            }
            if let Some(position) = body.get("position") {
                let rule = rules.remove(at);
                rules.insert(place(position, &rules)?, rule);
            }
            return Ok(rules);
        }
    }
    if let (Change::Add, Some(position)) = (change, body.get("position")) {
        let rule = rules.pop().unwrap_or_default();
        rules.insert(place(position, &rules)?, rule);
    }
    Ok(rules)
}

fn place(position: &Value, rules: &[Value]) -> Result<usize, Refused> {
    let index = position["index"].as_u64().and_then(|index| usize::try_from(index).ok());
    let of = |field: &str| {
        let id = position[field].as_str()?;
        if id.is_empty() {
            return Some(if field == "before" { 0 } else { rules.len() });
        }
        rules.iter().position(|rule| rule["id"] == id).map(|at| at + usize::from(field == "after"))
    };
    let place = index.map(|index| index.saturating_sub(1).min(rules.len()));
    place.or(of("before")).or(of("after")).ok_or_else(|| refused(400, 20130, "there is no such position"))
}

/// A rule with what the API adds. It keeps its id if it gives that, or the ref, of a rule that was there; its
/// version moves on if it is another rule now.
fn kept(world: &mut World, mut rule: Value, old: &[Value], time: &str) -> Result<Value, Refused> {
    if let Some(fields) = rule.as_object_mut() {
        for ours in ["position", "version", "last_updated"] {
            fields.remove(ours);
        }
    }
    let same = |field: &str| {
        let given = rule[field].as_str()?;
        old.iter().find(|own| own[field] == given)
    };
    let before = same("id").or_else(|| same("ref"));
    if let (None, Some(id)) = (before, rule["id"].as_str()) {
        return Err(refused(400, 20131, format!("there is no rule {id} in this ruleset")));
    }
    let id = before.map_or_else(|| world.new_id(), |own| own["id"].as_str().unwrap_or_default().to_owned());
    rule["id"] = json!(id);
    if rule["ref"].is_null() {
        rule["ref"] = before.map_or_else(|| json!(id), |own| own["ref"].clone());
    }
    if rule["enabled"].is_null() {
        rule["enabled"] = json!(true);
    }
    let number = before.and_then(|own| own["version"].as_str()?.parse::<u64>().ok()).unwrap_or(0);
    let mut unchanged = before.cloned().unwrap_or_default();
    let times = unchanged.as_object_mut().map(|own| (own.remove("version"), own.remove("last_updated")));
    let was = times.and_then(|(_, last)| last).filter(|_| unchanged == rule);
    rule["version"] = json!((number + u64::from(was.is_none())).to_string());
    rule["last_updated"] = was.unwrap_or_else(|| json!(time));
    Ok(rule)
}

/// A new ruleset of a phase that has none.
pub(super) fn create(world: &mut World, zone_id: &str, asked: &Asked<'_>) -> Answer {
    let phase = asked.body["phase"].as_str().unwrap_or_default().to_owned();
    let zone = world.zone(zone_id).ok_or_else(|| super::reply::no_route(zone_id))?;
    if zone.rulesets.iter().any(|ruleset| ruleset["phase"] == phase.as_str()) {
        return Err(refused(400, 20217, format!("a ruleset of the phase {phase} exists already")));
    }
    change(world, zone_id, &phase, &Change::Put, asked)
}

/// Takes a ruleset away.
pub(super) fn delete(world: &mut World, zone_id: &str, id: &str, asked: &Asked<'_>) -> Answer {
    let zone = world.zone(zone_id).ok_or_else(|| super::reply::no_route(zone_id))?;
    let phase = phase_of(zone, id)?;
    asked.token.needs(&permissions(&phase)[1..])?;
    if asked.query.get("dry_run").is_some_and(|dry| dry == "true") {
        return Ok(done(Value::Null));
    }
    zone.rulesets.retain(|ruleset| ruleset["id"] != id);
    Ok(Reply::Empty(204))
}
