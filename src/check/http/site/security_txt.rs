//! Whether those who find a security fault know whom to tell.

use super::{file, told_of_front};
use crate::check::{Verdict, World, seen};
use crate::item;
use crate::observed::{Remote, TextFile};
use crate::spec::Place;
use crate::web::page::is_html;
use crate::web::security_txt::{Fault, SecurityTxt};

pub(in crate::check) fn security_txt(world: &World) -> Verdict {
    let hosts = &world.items.hosts;
    let Some(url) = item::security_txt(world.document, hosts) else {
        return Verdict::not_applicable("the spec has no production site");
    };
    let host = url.host_str().unwrap_or_default();
    let host = world.items.host(host);
    let place = host.map(|host| host.place.clone());
    let place = place.unwrap_or_else(|| Place::new("domain", world.document.spec.domain.span));
    let verdict = match file(&url, world) {
        Ok((end, file)) if (200..300).contains(&file.status) => judge(&url, &end, file, world),
        // Where the first page has a finding of its own, that is why the file does not come either.
        other => host.and_then(|host| told_of_front(host, world)).unwrap_or_else(|| match other {
            Ok((end, file)) => judge(&url, &end, file, world),
            Err(verdict) => *verdict,
        }),
    };
    verdict.at(place)
}

fn judge(url: &url::Url, end: &url::Url, file: &TextFile, world: &World) -> Verdict {
    let kind = file.media_type.as_ref().map(Remote::as_str);
    let lines: Vec<String> = file.lines.iter().map(Remote::as_sent).collect();
    let status = file.status;
    if matches!(status, 403 | 429 | 500..=599) {
        return Verdict::unknown(format!("{} answers {status}", seen::shown(end)));
    }
    if !(200..300).contains(&status) {
        return missing(url, &format!("{} answers {status}", seen::shown(end)), world);
    }
    let begins_as_page = lines
        .iter()
        .find(|line| !line.trim().is_empty())
        .is_some_and(|line| line.trim_start().starts_with('<'));
    if is_html(kind, b"") || begins_as_page {
        return missing(url, &format!("{} answers with a web page", seen::shown(end)), world);
    }
    let read = SecurityTxt::read(lines.iter().map(String::as_str));
    let mut faults: Vec<String> = read.faults(world.at).iter().map(words).collect();
    faults.extend(wrong_type(kind));
    if faults.is_empty() {
        let expiry = read.expiry().map(|end| format!(", until {}", seen::day(end)));
        let contact = read.contacts.first().map(|contact| seen::cut(Remote::new(contact).as_str()));
        return Verdict::pass(format!("names {}{}", contact.unwrap_or_default(), expiry.unwrap_or_default()));
    }
    Verdict::fail(format!("{}: {}", seen::shown(end), seen::listed(&faults)))
        .expected("Contact and Expires, as text/plain (RFC 9116)")
        .observed(seen::listed(&faults))
        .label("security.txt is wrong")
        .help(format!(
            "correct {}, and write its renewal into a calendar: {}",
            seen::shown(end),
            example(world)
        ))
}

fn missing(url: &url::Url, observed: &str, world: &World) -> Verdict {
    Verdict::fail(format!("there is no security.txt: {observed}"))
        .expected(url.as_str())
        .observed(observed)
        .label("no security.txt")
        .help(format!(
            "serve {url} as text/plain: {} (Cloudflare: Security > Settings > security.txt)",
            example(world)
        ))
}

/// Two lines that are enough.
fn example(world: &World) -> String {
    let in_ten_months = world.at.checked_add(jiff::SignedDuration::from_hours(300 * 24)).unwrap_or(world.at);
    format!(
        "`Contact: mailto:security@{}` and `Expires: {}T00:00:00Z`",
        world.domain(),
        seen::day(in_ten_months)
    )
}

fn words(fault: &Fault) -> String {
    let quoted = |text: &str| seen::cut(Remote::new(text).as_str());
    match fault {
        Fault::NoContact => "it has no Contact".into(),
        Fault::ContactNoUri(contact) => {
            let scheme = if contact.contains('@') { "mailto:" } else { "https:// or mailto:" };
            format!("the contact `{}` is no URI, it lacks `{scheme}`", quoted(contact))
        }
        Fault::ContactInsecure(contact) => format!("the contact `{}` is plain HTTP", quoted(contact)),
        Fault::NoExpires => "it has no Expires".into(),
        Fault::SeveralExpires => "it has more than one Expires".into(),
        Fault::ExpiresUnreadable(text) => {
            format!("`Expires: {}` is no time like 2027-06-01T00:00:00Z", quoted(text))
        }
        Fault::Expired(end) => format!("it expired on {}", seen::day(*end)),
        Fault::ExpiresLate(end) => format!("it expires only on {}, more than a year ahead", seen::day(*end)),
        Fault::StrangeLine(line) => format!("line {line} is neither a field nor a comment"),
    }
}

/// `text/plain` in UTF-8 (section 3).
fn wrong_type(kind: Option<&str>) -> Option<String> {
    let kind = kind.unwrap_or_default();
    let (essence, parameters) = kind.split_once(';').unwrap_or((kind, ""));
    let charset = parameters.to_ascii_lowercase().replace(['"', ' '], "");
    let is_other = charset.contains("charset=")
        && !["charset=utf-8", "charset=us-ascii"].iter().any(|known| charset.contains(known));
    (!essence.trim().eq_ignore_ascii_case("text/plain") || is_other).then(|| match kind {
        "" => "it has no Content-Type".to_owned(),
        kind => format!("its Content-Type is `{}`", seen::cut(kind)),
    })
}
