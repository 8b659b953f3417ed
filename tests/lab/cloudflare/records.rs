//! The endpoints of DNS records: one at a time, and in batches.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::record;
use super::reply::{Answer, Refused, done, page_of, refused};
use super::routes::{Asked, number};
use super::world::{Plan, World, ZoneData};

/// How many records one page has if nobody says.
const USUAL: usize = 100;
/// The largest page.
const MOST: usize = 5_000_000;

/// What the query says beside filters.
const MANNERS: [&str; 6] = ["page", "per_page", "order", "direction", "match", "include_shadow_metadata"];

/// The list, as the filters and the page want it.
pub(super) fn list(zone: &ZoneData, asked: &Asked<'_>) -> Answer {
    let found: Vec<Value> = zone.records.iter().filter(|record| fits(record, asked.query)).cloned().collect();
    let size = number(asked, "per_page", USUAL)?;
    if !(1..=MOST).contains(&size) {
        return Err(refused(400, 1004, "per_page is out of bounds"));
    }
    Ok(page_of(&found, number(asked, "page", 1)?.max(1), size))
}

/// Whether a record passes all filters, or with `match=any` one of them. Nothing passes one that the lab does not
/// know.
fn fits(record: &Value, query: &BTreeMap<String, String>) -> bool {
    let text = |field: &str| record[field].as_str().unwrap_or_default().to_lowercase();
    let filter = |(filter, wanted): (&String, &String)| {
        let wanted = wanted.to_lowercase();
        let (field, how) = filter.split_once('.').unwrap_or((filter, "exact"));
        match (field, how) {
            ("type" | "name" | "content" | "comment", "exact") => text(field) == wanted,
            ("name" | "content" | "comment", "contains") => text(field).contains(&wanted),
            ("name" | "content" | "comment", "startswith") => text(field).starts_with(&wanted),
            ("name" | "content" | "comment", "endswith") => text(field).ends_with(&wanted),
            ("comment", "present") => !record["comment"].is_null(),
            ("comment", "absent") => record["comment"].is_null(),
            ("proxied", _) => record["proxied"].as_bool() == wanted.parse().ok(),
            _ => false,
        }
    };
    let filters: Vec<_> = query.iter().filter(|(name, _)| !MANNERS.contains(&name.as_str())).collect();
    if filters.is_empty() || query.get("match").is_none_or(|how| how == "all") {
        return filters.into_iter().all(filter);
    }
    filters.into_iter().any(filter)
}

/// One record.
pub(super) fn get(zone: &ZoneData, id: &str) -> Answer {
    Ok(done(zone.records[position(zone, id)?].clone()))
}

fn position(zone: &ZoneData, id: &str) -> Result<usize, Refused> {
    let missing = || refused(404, 81044, "Record does not exist.");
    zone.records.iter().position(|record| record["id"] == id).ok_or_else(missing)
}

/// The same, refused where somebody else manages the record.
fn own_position(zone: &ZoneData, id: &str) -> Result<usize, Refused> {
    let at = position(zone, id)?;
    if zone.records[at]["meta"]["read_only"] == true {
        let text = "This record is managed by Email Routing. Disable Email Routing to modify it.";
        return Err(refused(400, 1046, text));
    }
    Ok(at)
}

/// Refuses what cannot stand beside the other records of its name.
fn can_stand(zone: &ZoneData, record: &Map<String, Value>, own: Option<&str>) -> Result<(), Refused> {
    let kind = record["type"].as_str().unwrap_or_default();
    let others = zone.records.iter().filter(|other| other["name"] == record["name"]);
    let others: Vec<&Value> = others.filter(|other| own.is_none_or(|own| other["id"] != own)).collect();
    let any = |kinds: &[&str]| others.iter().any(|other| kinds.iter().any(|kind| other["type"] == **kind));
    let same = |other: &&&Value| {
        ["type", "content", "data"].iter().all(|field| {
            other.get(*field).unwrap_or(&Value::Null) == record.get(*field).unwrap_or(&Value::Null)
        })
    };
    let apex = record["name"] == zone.name.as_str();
    if others.iter().any(|other| same(&other)) {
        return Err(refused(400, 81058, "An identical record already exists."));
    }
    match kind {
        "CNAME" if any(&["A", "AAAA", "CNAME"]) => {
            Err(refused(400, 81053, "An A, AAAA, or CNAME record with that host already exists."))
        }
        "A" | "AAAA" if any(&["CNAME"]) => {
            Err(refused(400, 81054, "A CNAME record with that host already exists."))
        }
        "NS" if !apex && others.iter().any(|other| other["type"] != "NS" && other["type"] != "DS") => {
            Err(refused(400, 81055, "A non-NS record with that host already exists."))
        }
        kind if !["NS", "DS"].contains(&kind) && !apex && any(&["NS"]) => {
            Err(refused(400, 81056, "NS records with that host already exist."))
        }
        "MX" if apex && zone.email_routing && own.is_none() => {
            let text =
                "This zone is managed by Email Routing. Disable Email Routing to add/modify MX records.";
            Err(refused(403, 890_190, text))
        }
        _ => Ok(()),
    }
}

/// A new record; its id and time are given.
pub(super) fn create(zone: &mut ZoneData, given: &Value, id: &str, time: &str) -> Result<Value, Refused> {
    let mut record = record::read(&object(given)?, zone)?;
    can_stand(zone, &record, None)?;
    if zone.records.len() >= zone.plan.of([1000, 3500, 3500, 100_000]) {
        return Err(refused(400, 81045, "The record quota has been exceeded."));
    }
    record.insert("id".to_owned(), json!(id));
    record.insert("created_on".to_owned(), json!(time));
    record.insert("modified_on".to_owned(), json!(time));
    marked(&mut record, None, time);
    zone.records.push(record.into());
    Ok(zone.records.last().cloned().unwrap_or_default())
}

/// Notes when the comment was written.
fn marked(record: &mut Map<String, Value>, before: Option<&Value>, time: &str) {
    if !record["comment"].is_null() {
        let kept = before.filter(|before| before["comment"] == record["comment"]);
        let when = kept.map_or_else(|| json!(time), |before| before["comment_modified_on"].clone());
        record.insert("comment_modified_on".to_owned(), when);
    }
}

/// What stands for a record from now on: all that is given and nothing else, or with `patch` what is given
/// and the rest as it was.
pub(super) fn change(
    zone: &mut ZoneData,
    id: &str,
    given: &Value,
    patch: bool,
    time: &str,
) -> Result<Value, Refused> {
    let at = own_position(zone, id)?;
    let mut whole = object(given)?;
    if patch {
        let mut before = record::as_given(&zone.records[at]);
        if whole.contains_key("content") {
            before.remove("data");
        }
        whole = before.into_iter().chain(whole).collect();
    }
    let mut record = record::read(&whole, zone)?;
    can_stand(zone, &record, Some(id))?;
    let before = zone.records[at].clone();
    record.insert("id".to_owned(), json!(id));
    record.insert("created_on".to_owned(), before["created_on"].clone());
    record.insert("modified_on".to_owned(), json!(time));
    marked(&mut record, Some(&before), time);
    zone.records[at] = record.into();
    Ok(zone.records[at].clone())
}

/// Takes a record out.
pub(super) fn delete(zone: &mut ZoneData, id: &str) -> Result<Value, Refused> {
    let at = own_position(zone, id)?;
    Ok(zone.records.remove(at))
}

fn object(given: &Value) -> Result<Map<String, Value>, Refused> {
    given.as_object().cloned().ok_or_else(|| refused(400, 9207, "Request body is invalid."))
}

/// Many at once, in one transaction: deletes, patches, puts, posts. The first that fails undoes all.
pub(super) fn batch(world: &mut World, zone_id: &str, body: &Value) -> Answer {
    let lists = ["deletes", "patches", "puts", "posts"]
        .map(|list| (list, body[list].as_array().cloned().unwrap_or_default()));
    let count: usize = lists.iter().map(|(_, items)| items.len()).sum();
    let new: Vec<_> = lists[3].1.iter().map(|_| world.new_id()).collect();
    let (mut new, time) = (new.into_iter(), world.tick());
    let Some(zone) = world.zone(zone_id) else { return Err(super::reply::no_route(zone_id)) };
    let most = if zone.plan == Plan::Free { 200 } else { 3500 };
    if count > most {
        let text = format!("A batch of this plan has at most {most} operations, this one has {count}.");
        return Err(refused(400, 9218, text));
    }
    let (mut work, mut results) = (zone.clone(), json!({}));
    for (list, items) in &lists {
        let mut done = Vec::new();
        for item in items {
            let mut given = item.clone();
            let id = given.as_object_mut().and_then(|item| item.remove("id"));
            let id = id.as_ref().and_then(Value::as_str).unwrap_or_default();
            done.push(match *list {
                "deletes" => delete(&mut work, id),
                "patches" => change(&mut work, id, &given, true, &time),
                "puts" => change(&mut work, id, &given, false, &time),
                _ => create(&mut work, &given, &new.next().unwrap_or_default(), &time),
            }?);
        }
        results[*list] = done.into();
    }
    *zone = work;
    Ok(done(results))
}
