//! DKIM keys (RFC 6376 section 3.6).

use super::{Mail, declared_too};
use crate::check::{Verdict, World, seen};
use crate::item::Selector;
use crate::mail;
use crate::observed::Remote;

pub(in crate::check) fn dkim_missing(selector: &Selector, world: &World) -> Verdict {
    let answer = match seen::dns(&selector.name, "TXT", world) {
        Ok(answer) => answer,
        Err(verdict) => return *verdict,
    };
    if answer.values("TXT").any(|text| mail::is_dkim_key(text.as_str())) {
        return Verdict::pass("a key is published");
    }
    if let Some(verdict) = declared_too(&selector.name, "TXT", mail::is_dkim_key, world) {
        return verdict;
    }
    let texts = answer.values("TXT").count();
    let (what, observed) = match (texts, answer.nxdomain) {
        (0, true) => (format!("{} does not exist", selector.name), "NXDOMAIN"),
        (0, false) => (format!("{} has no TXT record", selector.name), "no TXT record"),
        _ => (
            format!("the TXT record at {} is no DKIM key", selector.name),
            "a TXT record without a key in `p=`",
        ),
    };
    Verdict::fail(format!("{what}: mail signed with selector {} fails DKIM", Remote::new(&selector.selector)))
        .expected("a TXT record with `p=`")
        .observed(observed)
        .label("no key there")
        .help(dkim_help(selector, world))
}

fn dkim_help(selector: &Selector, world: &World) -> String {
    let Mail::Declared(settings) = Mail::of(world) else { return String::new() };
    let declared =
        settings.dkim.iter().find(|key| key.selector.value.eq_ignore_ascii_case(&selector.selector));
    let name = &selector.name;
    match declared {
        Some(key) if key.cname.is_some() => {
            let target = key.cname.as_ref().map_or("", |cname| cname.value.0.as_str());
            format!("publish `{name} CNAME {target}` (DNS only, not proxied)")
        }
        Some(key) if key.key.is_some() => {
            let text = key.key.as_ref().map_or("", |key| key.value.as_str());
            format!("publish `{name} TXT \"{}\"`", Remote::new(text))
        }
        _ => format!(
            "copy the key from the sender's console and publish `{name} TXT \"v=DKIM1; k=rsa; p=<key>\"`, or the CNAME that it gives for that name (DNS only, not proxied); then ask `dig {name} TXT`"
        ),
    }
}
