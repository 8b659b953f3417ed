//! The smaller parts of a zone: DNSSEC, bots, certificates, and the zone itself.

use serde_json::{Map, Value, json};

use super::reply::{Answer, Refused, done, page_of, refused};
use super::routes::{Asked, number};
use super::token::Token;
use super::world::{ACCOUNT, Plan, World, ZoneData};

/// The ranges of Cloudflare in the lab. All that is proxied is answered from there.
pub(super) const RANGES: [&str; 2] = ["104.16.0.0/13", "2606:4700::/32"];

/// The public list of ranges.
pub(super) fn ips() -> Value {
    json!({ "ipv4_cidrs": [RANGES[0]], "ipv6_cidrs": [RANGES[1]], "etag": "38f79d050aa027e3be3865e495dcc9bc" })
}

/// A zone as the API shows it.
pub(super) fn shown(zone: &ZoneData, token: &Token) -> Value {
    let began = "2026-10-01T00:00:00.000000Z";
    let activated = if zone.status == "active" { json!(began) } else { Value::Null };
    let permissions: &[&str] = if token.may(&[super::token::Permission::DnsWrite]) {
        &["#dns_records:edit", "#dns_records:read", "#zone:read"]
    } else {
        &["#dns_records:read", "#zone:read"]
    };
    let plan = zone.plan.id();
    json!({
        "id": zone.id, "name": zone.name, "status": zone.status, "paused": zone.paused, "type": zone.kind,
        "development_mode": 0, "name_servers": zone.name_servers,
        "original_name_servers": zone.original_name_servers, "original_registrar": null,
        "original_dnshost": null, "modified_on": began, "created_on": began, "activated_on": activated,
        "vanity_name_servers": [], "vanity_name_servers_ips": null, "cname_suffix": null,
        "meta": { "step": 2, "custom_certificate_quota": 0, "page_rule_quota": 3, "phishing_detected": false },
        "owner": { "id": null, "type": "user", "email": null },
        "account": { "id": ACCOUNT, "name": "Lab" }, "tenant": { "id": null, "name": null },
        "tenant_unit": { "id": null }, "permissions": permissions,
        "plan": {
            "id": format!("{:032x}", zone.plan as usize), "name": format!("{} Website", capital(plan)), "price": 0,
            "currency": "USD", "frequency": "", "is_subscribed": true, "can_subscribe": false,
            "legacy_id": plan, "legacy_discount": false, "externally_managed": false,
        },
    })
}

fn capital(word: &str) -> String {
    word[..1].to_ascii_uppercase() + &word[1..]
}

/// The zones that a token sees, by pages.
pub(super) fn zones(world: &World, asked: &Asked<'_>) -> Answer {
    let wanted = |zone: &&ZoneData| {
        let name = asked.query.get("name").map(|name| name.strip_prefix("equal:").unwrap_or(name));
        let status = asked.query.get("status");
        asked.token.sees(&zone.name)
            && name.is_none_or(|name| name.eq_ignore_ascii_case(&zone.name))
            && status.is_none_or(|status| *status == zone.status)
    };
    let found: Vec<Value> = world.zones.iter().filter(wanted).map(|zone| shown(zone, asked.token)).collect();
    let size = number(asked, "per_page", 20)?;
    if !(5..=50).contains(&size) {
        return Err(refused(400, 1003, "per_page must be between 5 and 50"));
    }
    Ok(page_of(&found, number(asked, "page", 1)?.max(1), size))
}

/// DNSSEC in one of its states: `disabled`, `pending`, `active`.
pub(super) fn dnssec(status: &str, zone: &str, time: &str) -> Value {
    if status == "disabled" {
        return json!({ "status": status, "flags": null, "algorithm": null, "key_type": null,
            "digest_type": null, "digest_algorithm": null, "digest": null, "ds": null, "key_tag": null,
            "public_key": null, "modified_on": null });
    }
    let digest = "48E939042E82C22542CB377B580DFDC52A361CEFDC72E7F9107E2B6BD9306A45";
    json!({
        "status": status, "flags": 257, "algorithm": "13", "key_type": "ECDSAP256SHA256", "digest_type": "2",
        "digest_algorithm": "SHA256", "digest": digest, "key_tag": 42,
        "ds": format!("{zone}. 3600 IN DS 42 13 2 {digest}"),
        "public_key": "oXiGYrSTO+LSCJ3mohc8EP+CzF9KxBj8/ydXJ22pKuZP3VAC3/Md/k7xZfz470CoRyZJ6gV6vml07IC3d8xqhA==",
        "modified_on": time,
    })
}

/// Switches DNSSEC; a zone with keys waits for the DS at its registrar.
pub(super) fn set_dnssec(zone: &mut ZoneData, body: &Value, time: &str) -> Answer {
    let now = zone.dnssec["status"].as_str().unwrap_or_default().to_owned();
    let next = match body["status"].as_str() {
        Some("active") if now == "disabled" => "pending",
        Some("disabled") => "disabled",
        Some("active") | None => now.as_str(),
        Some(_) => return Err(refused(400, 1004, "Invalid value for status")),
    };
    if next != now {
        zone.dnssec = dnssec(next, &zone.name, time);
    }
    Ok(done(zone.dnssec.clone()))
}

/// The members that a plan has of bot management, with what they are at first.
pub(super) fn bots(plan: Plan) -> Value {
    let mut own = json!({
        "enable_js": false, "ai_bots_protection": "disabled", "crawler_protection": "disabled",
        "is_robots_txt_managed": false, "cf_robots_variant": "off", "using_latest_model": true,
    });
    if plan == Plan::Free {
        own["fight_mode"] = json!(false);
    } else {
        own["sbfm_definitely_automated"] = json!("allow");
        own["sbfm_verified_bots"] = json!("allow");
        own["sbfm_static_resource_protection"] = json!(false);
        own["optimize_wordpress"] = json!(false);
    }
    if plan >= Plan::Business {
        own["sbfm_likely_automated"] = json!("allow");
    }
    own
}

/// Changes the members that are given; refuses those of another plan.
pub(super) fn set_bots(zone: &mut ZoneData, body: &Value) -> Answer {
    let own = zone.bots.as_object().cloned().unwrap_or_default();
    let given = body.as_object().cloned().unwrap_or_default();
    if let Some(foreign) = given.keys().find(|key| !own.contains_key(*key)) {
        return Err(refused(403, 10001, format!("{foreign} is not available on the plan of this zone")));
    }
    let same =
        |(key, value): (&String, &Value)| std::mem::discriminant(value) == std::mem::discriminant(&own[key]);
    if !given.iter().all(same) {
        return Err(refused(400, 10002, "invalid value"));
    }
    zone.bots = own.into_iter().chain(given).collect::<Map<_, _>>().into();
    Ok(done(zone.bots.clone()))
}

/// The certificate of a zone and of all names right below it.
pub(super) fn pack(id: &str, zone: &str) -> Value {
    json!({
        "id": id, "type": "universal", "hosts": [zone, format!("*.{zone}")], "status": "active",
        "validation_method": "txt", "validity_days": 90, "certificate_authority": "lets_encrypt",
        "cloudflare_branding": false, "primary_certificate": id, "certificates": [],
    })
}

/// How far the proof of a certificate has come.
pub(super) fn verification(id: &str, zone: &str) -> Value {
    json!({
        "cert_pack_uuid": id, "hostname": zone, "certificate_status": "active", "verification_type": "cname",
        "verification_status": true, "validation_method": "txt", "signature": "ECDSAWithSHA256",
        "brand_check": false, "verification_info": { "record_name": "", "record_target": "" },
    })
}

/// Switches the certificates that cost nothing.
pub(super) fn set_universal(zone: &mut ZoneData, body: &Value) -> Result<Value, Refused> {
    let Some(enabled) = body["enabled"].as_bool() else {
        return Err(refused(400, 1004, "enabled is missing"));
    };
    zone.universal["enabled"] = json!(enabled);
    Ok(zone.universal.clone())
}
