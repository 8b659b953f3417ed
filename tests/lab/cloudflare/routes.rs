//! Which address is which endpoint, and what a token needs for it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::export::bind;
use super::parts;
use super::records;
use super::reply::{Answer, Refused, Reply, done, no_route, refused};
use super::rulesets::{self, Change};
use super::settings;
use super::token::{GROUPS, Permission as P, Token, group};
use super::world::World;

/// One request, as far as an endpoint needs it.
pub(super) struct Asked<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a BTreeMap<String, String>,
    pub(super) body: &'a Value,
    pub(super) token: &'a Token,
}

/// A number of the query.
pub(super) fn number(asked: &Asked<'_>, name: &str, usual: usize) -> Result<usize, Refused> {
    let wrong = || refused(400, 1004, format!("{name} must be a number"));
    asked.query.get(name).map_or(Ok(usual), |text| text.parse().map_err(|_| wrong()))
}

/// The token of the request. Who verifies a token is told what is wrong with it; all others are only turned away.
pub(super) fn token(world: &World, header: Option<&str>, path: &str) -> Result<Token, Refused> {
    let verify = path.ends_with("/tokens/verify");
    let Some(header) = header else {
        let text = "Missing X-Auth-Key, X-Auth-Email or Authorization headers";
        return Err(refused(400, 9106, text));
    };
    let secret = header.strip_prefix("Bearer ").filter(|secret| {
        let of_tokens = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        (40..=80).contains(&secret.len()) && secret.bytes().all(of_tokens)
    });
    let Some(secret) = secret else {
        let mut malformed = refused(400, 6003, "Invalid request headers");
        malformed.errors[0]["error_chain"] =
            json!([{ "code": 6111, "message": "Invalid format for Authorization header" }]);
        return Err(malformed);
    };
    let known = world.tokens.iter().find(|token| token.secret() == secret);
    match known {
        // A token of an account is none of a user, and the other way round.
        Some(token) if verify && token.account.is_some() != path.starts_with("/accounts/") => {
            Err(refused(401, 1000, "Invalid API Token"))
        }
        Some(token) if verify || token.status == "active" => Ok(token.clone()),
        _ if verify => Err(refused(401, 1000, "Invalid API Token")),
        _ => Err(refused(401, 1000, "Invalid API Token")),
    }
}

/// Answers as the endpoint of that address does.
pub(super) fn answer(world: &mut World, asked: &Asked<'_>) -> Answer {
    let parts: Vec<&str> = asked.path.trim_matches('/').split('/').collect();
    match (asked.method, &parts[..]) {
        ("GET", ["user", "tokens", "verify"]) => {
            let mut reply = done(asked.token.verified());
            if let Reply::Json(_, envelope) = &mut reply {
                let text = "This API Token is valid and active";
                envelope["messages"] = json!([{ "code": 10000, "message": text, "type": null }]);
            }
            Ok(reply)
        }
        ("GET", ["accounts", account, "tokens", "verify"]) => match &asked.token.account {
            Some(own) if own == account => Ok(done(asked.token.verified())),
            _ => Err(refused(401, 1000, "Invalid API Token")),
        },
        ("GET", ["user", "tokens", "permission_groups"]) => {
            asked.token.needs(&[P::TokensRead])?;
            Ok(done(GROUPS.iter().enumerate().map(|(at, (_, name))| group(at, name)).collect::<Vec<_>>()))
        }
        ("GET", ["user", "tokens", id]) => {
            asked.token.needs(&[P::TokensRead])?;
            let found = world.tokens.iter().find(|token| token.id == *id);
            found.map(|token| done(token.described())).ok_or_else(|| refused(404, 1003, "Token not found"))
        }
        ("GET", ["zones"]) => {
            asked.token.needs(&[P::ZoneRead])?;
            parts::zones(world, asked)
        }
        (_, ["zones", zone, rest @ ..]) => {
            let known = world.zones.iter().find(|own| own.id == *zone);
            if !known.is_some_and(|known| asked.token.sees(&known.name)) {
                return Err(no_route(asked.path));
            }
            of_zone(world, zone, rest, asked)
        }
        _ => Err(no_route(asked.path)),
    }
}

/// What is asked of one zone.
fn of_zone(world: &mut World, id: &str, rest: &[&str], asked: &Asked<'_>) -> Answer {
    match rest {
        ["dns_records", rest @ ..] => of_records(world, id, rest, asked),
        ["rulesets", rest @ ..] => of_rulesets(world, id, rest, asked),
        _ => of_parts(world, id, rest, asked),
    }
}

fn of_records(world: &mut World, id: &str, rest: &[&str], asked: &Asked<'_>) -> Answer {
    let needed = if asked.method == "GET" { P::DnsRead } else { P::DnsWrite };
    asked.token.needs(&[needed])?;
    if (asked.method, rest) == ("POST", &["batch"]) {
        return records::batch(world, id, asked.body);
    }
    let (new, time) = if asked.method == "GET" { Default::default() } else { (world.new_id(), world.tick()) };
    let zone = world.zone(id).ok_or_else(|| no_route(id))?;
    match (asked.method, rest) {
        ("GET", []) => records::list(zone, asked),
        ("POST", []) => records::create(zone, asked.body, &new, &time).map(done),
        ("GET", ["export"]) => Ok(Reply::Text(bind(zone))),
        ("GET", [record]) => records::get(zone, record),
        ("PUT", [record]) => records::change(zone, record, asked.body, false, &time).map(done),
        ("PATCH", [record]) => records::change(zone, record, asked.body, true, &time).map(done),
        ("DELETE", [record]) => records::delete(zone, record).map(|_| done(json!({ "id": record }))),
        _ => Err(no_route(asked.path)),
    }
}

fn of_rulesets(world: &mut World, id: &str, rest: &[&str], asked: &Asked<'_>) -> Answer {
    let zone = world.zone(id).ok_or_else(|| no_route(id))?;
    match (asked.method, rest) {
        ("GET", []) => rulesets::list(zone, asked),
        ("POST", []) => rulesets::create(world, id, asked),
        ("GET", ["phases", phase, "entrypoint"]) => rulesets::entry(zone, phase, asked),
        ("GET", ["phases", phase, "entrypoint", "versions", number]) => {
            rulesets::version(zone, phase, number, asked)
        }
        ("PUT", ["phases", phase, "entrypoint"]) => rulesets::change(world, id, phase, &Change::Put, asked),
        ("GET", [ruleset]) => rulesets::get(zone, ruleset, asked),
        ("DELETE", [ruleset]) => rulesets::delete(world, id, ruleset, asked),
        (method, [ruleset, rules @ ..]) => {
            let phase = rulesets::phase_of(zone, ruleset)?;
            let change = match (method, rules) {
                ("PUT", []) => Change::Put,
                ("POST", ["rules"]) => Change::Add,
                ("PATCH", ["rules", rule]) => Change::Edit(rule),
                ("DELETE", ["rules", rule]) => Change::Remove(rule),
                _ => return Err(no_route(asked.path)),
            };
            rulesets::change(world, id, &phase, &change, asked)
        }
        _ => Err(no_route(asked.path)),
    }
}

fn of_parts(world: &mut World, id: &str, rest: &[&str], asked: &Asked<'_>) -> Answer {
    let reads = asked.method == "GET";
    let needs = |read: P, write: P| asked.token.needs(&[if reads { read } else { write }]);
    match rest {
        [] => asked.token.needs(&[P::ZoneRead, P::DnsRead, P::SettingsRead])?,
        ["settings", ..] => needs(P::SettingsRead, P::SettingsWrite)?,
        ["dnssec"] => needs(P::DnsRead, P::DnsWrite)?,
        ["bot_management"] => needs(P::BotsRead, P::BotsWrite)?,
        ["ssl", ..] => needs(P::SslRead, P::SslWrite)?,
        _ => return Err(no_route(asked.path)),
    }
    let time = if reads { String::new() } else { world.tick() };
    let zone = world.zone(id).ok_or_else(|| no_route(id))?;
    match (asked.method, rest) {
        ("GET", []) => Ok(done(parts::shown(zone, asked.token))),
        ("GET", ["settings"]) => Ok(done(zone.settings.values().cloned().collect::<Vec<_>>())),
        ("GET", ["settings", setting]) => settings::get(zone, setting),
        ("PATCH", ["settings", setting]) => settings::set(zone, setting, asked.body, &time),
        ("GET", ["dnssec"]) => Ok(done(zone.dnssec.clone())),
        ("PATCH", ["dnssec"]) => parts::set_dnssec(zone, asked.body, &time),
        ("GET", ["bot_management"]) => Ok(done(zone.bots.clone())),
        ("PUT", ["bot_management"]) => parts::set_bots(zone, asked.body),
        ("GET", ["ssl", "universal", "settings"]) => Ok(done(zone.universal.clone())),
        ("PATCH", ["ssl", "universal", "settings"]) => parts::set_universal(zone, asked.body).map(done),
        ("GET", ["ssl", "certificate_packs"]) => Ok(done(zone.packs.clone())),
        ("GET", ["ssl", "verification"]) => Ok(done(zone.verification.clone())),
        _ => Err(no_route(asked.path)),
    }
}
