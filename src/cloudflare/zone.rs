//! Finds the product's zone among those that a token sees, and reads what the API says of it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::endpoint::Id;
use crate::observed::{ApiObject, Remote};
use crate::spec::Document;
use crate::spec::registrable::registrable;

/// The names that the zone may have, the likeliest first: the declared one alone; else the domain, and what
/// stands above it up to the name that somebody registered.
pub(crate) fn candidates(document: &Document) -> Vec<String> {
    let spec = &document.spec;
    let declared = spec.cloudflare.as_ref().and_then(|cloudflare| cloudflare.value.zone.as_ref());
    if let Some(zone) = declared {
        return vec![zone.value.0.clone()];
    }
    let domain = spec.domain.value.0.as_str();
    let top = registrable(domain);
    let above = std::iter::successors(Some(domain), |name| {
        let parent = name.split_once('.').map(|(_, parent)| parent);
        parent.filter(|_| top.as_deref().is_some_and(|top| top != *name && name.len() > top.len()))
    });
    above.map(str::to_owned).collect()
}

/// What identifies a zone, and what surrounds it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    /// Its id.
    pub(crate) id: Id,
    /// The account that owns it.
    pub(crate) account: Option<Id>,
    /// What the API says of it.
    pub(crate) object: ApiObject,
}

/// The zones of exactly that name in a list.
pub(crate) fn named(list: &Value, name: &str) -> Vec<Found> {
    let is_it = |zone: &ApiObject| {
        zone.text("name").is_some_and(|own| own.trim_end_matches('.').eq_ignore_ascii_case(name))
    };
    let zones = objects(list).into_iter().filter(is_it);
    let found = zones.filter_map(|object| {
        let account = object.at("/account/id").and_then(Value::as_str).and_then(Id::new);
        Some(Found { id: Id::new(object.text("id")?)?, account, object })
    });
    found.collect()
}

/// Where several accounts have a zone of one name, that is told.
pub(crate) fn several(name: &str, zones: &[Found]) -> String {
    let accounts = zones.iter().map(|zone| account(&zone.object).1.to_string());
    let accounts: Vec<String> = accounts.collect();
    format!(
        "the token sees {} zones called {name}, in the accounts {}: nobody knows which is meant; use a token for one of them",
        zones.len(),
        accounts.join(", ")
    )
}

/// Where no zone has one of the names.
pub(crate) fn none(names: &[String], seen: Option<u64>) -> String {
    let names = names.join(" or ");
    match seen {
        Some(0) => {
            format!("the token sees no zone at all, and {names} is wanted: give it access to that zone")
        }
        Some(1) => format!("the token sees one zone, and it is not called {names}"),
        Some(count) => format!("the token sees {count} zones, none is called {names}"),
        None => format!("the token sees no zone called {names}"),
    }
}

/// The account of a zone: id and name.
pub(crate) fn account(zone: &ApiObject) -> (String, Remote) {
    let text = |pointer| zone.at(pointer).map(crate::observed::shown).unwrap_or_default();
    (text("/account/id").to_string(), text("/account/name"))
}

/// The plan, in one word.
pub(crate) fn plan(zone: &ApiObject) -> Remote {
    let known = ["free", "pro", "business", "enterprise"];
    let text = |pointer| zone.at(pointer).and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    let (legacy, name) = (text("/plan/legacy_id"), text("/plan/name"));
    let word = known.into_iter().find(|word| legacy == *word || name.split(' ').any(|part| part == *word));
    word.map_or_else(|| Remote::new(if legacy.is_empty() { &name } else { &legacy }), Remote::new)
}

/// The objects of a list.
pub(crate) fn objects(list: &Value) -> Vec<ApiObject> {
    let all = list.as_array().into_iter().flatten();
    all.filter_map(|value| value.as_object().cloned().map(ApiObject)).collect()
}

/// Settings by their ids.
pub(crate) fn settings(list: &Value) -> BTreeMap<String, ApiObject> {
    let named = |setting: ApiObject| Some((setting.text("id")?.to_owned(), setting));
    objects(list).into_iter().filter_map(named).collect()
}

/// A number of `result_info`.
pub(crate) fn info(info: Option<&Value>, name: &str) -> Option<u64> {
    info?.get(name)?.as_u64()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::spec::load;

    fn names(spec: &str) -> Vec<String> {
        candidates(&load::parse("launch-ready.yaml", spec).expect("a spec"))
    }

    #[test]
    fn a_zone_is_the_declared_one_or_the_domain_or_above_it() {
        assert_eq!(names("domain: shop.test\n"), ["shop.test"]);
        assert_eq!(names("domain: a.b.shop.co.uk\n"), ["a.b.shop.co.uk", "b.shop.co.uk", "shop.co.uk"]);
        assert_eq!(names("domain: a.shop.test\ncloudflare: {zone: shop.test}\n"), ["shop.test"]);
    }

    #[test]
    fn a_zone_of_another_name_is_not_it() {
        let id = "0123456789abcdef0123456789abcdef";
        let list = json!([
            {"id": id, "name": "shop.test.evil.test", "account": {"id": id}},
            {"id": id, "name": "Shop.test", "account": {"id": "x"}},
            {"id": "../..", "name": "shop.test"},
            "noise"
        ]);
        let found = named(&list, "shop.test");
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].id.as_str(), &found[0].account), (id, &None));
    }

    #[test]
    fn a_plan_is_one_word_whatever_the_api_calls_it() {
        let of = |plan: Value| {
            let zone: ApiObject = serde_json::from_value(json!({"plan": plan})).expect("an object");
            super::plan(&zone).to_string()
        };
        assert_eq!(of(json!({"legacy_id": "free", "name": "Free Website"})), "free");
        assert_eq!(of(json!({"name": "Enterprise Website"})), "enterprise");
        assert_eq!(of(json!({"legacy_id": "partners_x"})), "partners_x");
        assert_eq!(of(Value::Null), "");
    }

    #[test]
    fn what_the_token_sees_instead_is_told() {
        let names = ["shop.test".to_owned()];
        assert_eq!(none(&names, Some(3)), "the token sees 3 zones, none is called shop.test");
        assert_eq!(none(&names, Some(1)), "the token sees one zone, and it is not called shop.test");
    }
}
