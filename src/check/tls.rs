//! Judges of `tls/*`: every fault of a certificate is judged on its own facts, so that one fault
//! does not hide another.

pub(super) mod addresses;
pub(super) mod chain;
pub(super) mod client;
pub(super) mod issuer;
pub(super) mod lifetime;
pub(super) mod revoked;
mod spoken;
pub(super) mod strength;
pub(super) mod suite;
pub(super) mod trust;
pub(super) mod version;

use std::net::IpAddr;

use jiff::SignedDuration;
use url::Url;

use super::{Status, Verdict, World, blame, seen};
use crate::item::Host;
use crate::observed::{Certificate, ClientCertificate, Failure, FailureKind, Handshake, Path, Remote, Seen};
use crate::spec::Place;
use crate::spec::registrable::is_registry_suffix;

pub(super) use spoken::unspoken;

pub(super) fn unreachable(host: &Host, world: &World) -> Verdict {
    let failed = host.root("https").and_then(|url| match world.observed.tls(&url) {
        Some(Seen::Failed(failure)) if failure.kind != FailureKind::NoAddress => Some(failure),
        _ => None,
    });
    if failed.is_some()
        && let Some(verdict) = blame::elsewhere(&host.name, world)
    {
        return verdict;
    }
    if let Some(verdict) = host.root("https").and_then(|url| unspoken(&host.name, &url, world)) {
        return verdict;
    }
    if let Some(failure) = failed {
        return Verdict::fail(format!("{} offers no TLS on port 443: {}", host.name, failure.detail))
            .expected("a TLS handshake on port 443")
            .observed(failure.detail.as_str())
            .label("no TLS here")
            .help(connect_help(&host.name, failure));
    }
    match seen::handshake(host, world) {
        Ok(handshake) if handshake.client_certificate == ClientCertificate::Required => {
            client::first(&host.name)
        }
        Ok(handshake) if handshake.version.is_empty() => Verdict::pass("the TLS handshake succeeds"),
        Ok(handshake) => {
            let one_of = addresses::speaking(host, world);
            Verdict::pass(format!("speaks TLS {}{one_of}", Remote::new(&handshake.version)))
        }
        Err(verdict) => *verdict,
    }
}

/// Why clients refuse the certificate of a URL that no `tls/*` check speaks about: another port
/// of a host, or a host that the spec does not declare.
pub(super) fn refused(url: &Url, world: &World) -> Option<String> {
    let name = url.host_str()?;
    let judged = url.port_or_known_default() == Some(443) && seen::is_host(name, world);
    if url.scheme() != "https" || judged {
        return None;
    }
    certificate_fault(url, world)
}

/// Why clients refuse the certificate of a URL.
pub(super) fn certificate_fault(url: &Url, world: &World) -> Option<String> {
    let name = url.host_str()?;
    let Some(Seen::Answer(handshake)) = world.observed.tls(url) else { return None };
    let leaf = handshake.chain.first()?;
    let why = match handshake.path {
        Path::Malformed => "cannot be read".to_owned(),
        Path::SelfSigned => "is self-signed".to_owned(),
        Path::Incomplete => "comes without its intermediate".to_owned(),
        Path::Untrusted => "leads to no trusted root".to_owned(),
        Path::Trusted if world.at > leaf.not_after => format!("expired on {}", seen::day(leaf.not_after)),
        Path::Trusted if world.at < leaf.not_before => {
            format!("is not valid before {}", seen::day(leaf.not_before))
        }
        Path::Trusted if chain::lapsed(handshake, world).is_some() => {
            "comes with an intermediate that has ended".to_owned()
        }
        Path::Trusted if !leaf.names.iter().any(|own| covers(own.as_str(), name)) => {
            format!("is for {}", shown_names(leaf))
        }
        Path::Trusted => return None,
    };
    Some(why)
}

/// The check that finds the certificate or the chain of a host wrong, so that clients refuse it.
pub(super) fn certificate_finding(host: &Host, world: &World) -> Option<&'static str> {
    type Judge = fn(&Host, &World) -> Verdict;
    const JUDGES: &[(&str, Judge)] = &[
        ("tls/certificate-self-signed", trust::certificate_self_signed),
        ("tls/certificate-untrusted", trust::certificate_untrusted),
        ("tls/chain-order", chain::chain_order),
        ("tls/chain-expired", chain::chain_expired),
        ("tls/certificate-expired", certificate_expired),
        ("tls/certificate-not-yet-valid", certificate_not_yet_valid),
        ("tls/certificate-name-mismatch", certificate_name_mismatch),
    ];
    JUDGES.iter().find(|(_, judge)| judge(host, world).status == Status::Fail).map(|(id, _)| *id)
}

fn connect_help(host: &str, failure: &Failure) -> String {
    let advice = match failure.kind {
        FailureKind::Refused => {
            "nothing listens on port 443: start the HTTPS server there (`ss -ltn` on the server lists what listens), or correct the address in DNS"
        }
        FailureKind::TimedOut => {
            "packets to port 443 are dropped: open TCP 443 in the firewall or security group, or correct the address in DNS"
        }
        FailureKind::NoAnswer => "the server accepts the connection but hangs: look at its load and its log",
        FailureKind::NotTls | FailureKind::NotHttp => {
            "what listens on port 443 speaks no TLS: give that listener a certificate (nginx: `listen 443 ssl;`)"
        }
        FailureKind::Alert => {
            "the server refuses the handshake, most often because it has no certificate for this name: add the name there, or wait until the certificate is issued"
        }
        FailureKind::TooLarge => {
            "have a certificate issued with fewer names (a hundred at most, a wildcard, or one certificate for each site), and send its intermediates alone, not a whole store of roots"
        }
        FailureKind::Reset => {
            "the server or a proxy before it cuts the connection: look for the name in its configuration and for the error in its log"
        }
        _ => "look at the server's log",
    };
    format!("{advice}; then try `openssl s_client -connect {host}:443 -servername {host}`")
}

/// Judges the server's own certificate.
fn leaf(host: &Host, world: &World, judge: impl FnOnce(&Certificate) -> Verdict) -> Verdict {
    seen::certificate(host, world).map_or_else(|verdict| *verdict, judge)
}

/// Judges the chain as it was sent.
fn whole(host: &Host, world: &World, judge: impl FnOnce(&Handshake) -> Verdict) -> Verdict {
    match seen::handshake(host, world) {
        Ok(handshake) if chain::begins_wrong(host, handshake).is_some() => chain::order_first(host),
        Ok(handshake) => judge(handshake),
        Err(verdict) => *verdict,
    }
}

pub(super) fn certificate_expired(host: &Host, world: &World) -> Verdict {
    leaf(host, world, |certificate| {
        let end = seen::day(certificate.not_after);
        let left = world.at.duration_until(certificate.not_after);
        if certificate.is_never_valid() {
            return backwards(host, certificate);
        }
        if !left.is_negative() {
            return Verdict::pass(format!("ends in {} ({end})", seen::length(left)));
        }
        Verdict::fail(format!(
            "the certificate of {} expired {} ago ({end}); browsers refuse it",
            host.name,
            seen::length(left)
        ))
        .expected("an end in the future")
        .observed(format!("ended {end}"))
        .label("certificate expired")
        .help(renew(&host.name))
    })
}

/// It ends before it begins, so that it is valid at no time at all.
fn backwards(host: &Host, certificate: &Certificate) -> Verdict {
    let (start, end) = (seen::day(certificate.not_before), seen::day(certificate.not_after));
    Verdict::fail(format!(
        "the certificate of {} ends ({end}) before it begins ({start}): it is never valid",
        host.name
    ))
    .expected("an end behind the start, and in the future")
    .observed(format!("from {start} to {end}"))
    .label("never valid")
    .help("have the certificate issued again: whoever made it swapped its dates")
}

fn renew(host: &str) -> String {
    format!(
        "renew the certificate now and reload the server (`certbot renew --cert-name {host} && nginx -s reload`, or the hosting's console), then find out why the renewal did not run"
    )
}

pub(super) fn certificate_not_yet_valid(host: &Host, world: &World) -> Verdict {
    leaf(host, world, |certificate| {
        let start = seen::day(certificate.not_before);
        if certificate.is_never_valid() {
            let reason = "its dates are swapped";
            return Verdict::not_judged("tls/certificate-expired", &host.name, reason);
        }
        let wait = world.at.duration_until(certificate.not_before);
        if wait.is_negative() || wait.is_zero() {
            return Verdict::pass(format!("valid since {start}"));
        }
        Verdict::fail(format!(
            "the certificate of {} becomes valid only in {} ({start})",
            host.name,
            seen::length(wait)
        ))
        .expected("a start in the past")
        .observed(format!("starts {start}"))
        .label("not valid yet")
        .help("check the clock of the machine that runs this and of the one that issued the certificate; if both are right, serve the previous certificate until then, or have one issued that is valid now")
    })
}

pub(super) fn certificate_expiring(host: &Host, world: &World) -> Verdict {
    leaf(host, world, |certificate| {
        let left = world.at.duration_until(certificate.not_after);
        if left.is_negative() || certificate.is_never_valid() {
            return Verdict::not_judged("tls/certificate-expired", &host.name, "the certificate has expired");
        }
        if world.at < certificate.not_before {
            let reason = "the certificate is not valid yet";
            return Verdict::not_judged("tls/certificate-not-yet-valid", &host.name, reason);
        }
        let lifetime = certificate.not_before.duration_until(certificate.not_after);
        let limit = Limit::new(world, lifetime);
        let end = seen::day(certificate.not_after);
        if left >= limit.least {
            return Verdict::pass(format!("{} left ({end})", seen::length(left)));
        }
        let verdict = Verdict::fail(format!(
            "the certificate of {} has {} left ({end}), of a lifetime of {}",
            host.name,
            seen::length(left),
            seen::length(lifetime)
        ))
        .expected(format!("at least {} left", seen::length(limit.least)))
        .observed(format!("{} left", seen::length(left)))
        .label("renewal is overdue")
        .help(if limit.least > lifetime {
            "a certificate with so short a lifetime never has that long left: lower `tls.min_remaining`"
                .into()
        } else {
            renew(&host.name)
        });
        match limit.place {
            Some(place) => verdict.at(place),
            None => verdict,
        }
    })
}

/// How long a certificate must still be valid.
struct Limit {
    least: SignedDuration,
    place: Option<Place>,
}

impl Limit {
    /// What the spec declares, or the larger of the policy's two numbers.
    fn new(world: &World, lifetime: SignedDuration) -> Self {
        let signed = |time| SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
        let declared = world.document.spec.tls.as_ref().and_then(|tls| tls.min_remaining.as_ref());
        if let Some(declared) = declared {
            let place = Place::new("tls.min_remaining", declared.span);
            return Self { least: signed(declared.value.0), place: Some(place) };
        }
        let share = lifetime.as_secs_f64() * world.thresholds.certificate_remaining_share;
        let share = SignedDuration::try_from_secs_f64(share).unwrap_or(SignedDuration::ZERO);
        Self { least: share.max(signed(world.thresholds.certificate_remaining)), place: None }
    }
}

pub(super) fn certificate_name_mismatch(host: &Host, world: &World) -> Verdict {
    leaf(host, world, |certificate| {
        if let Some(name) = certificate.names.iter().find(|name| covers(name.as_str(), &host.name)) {
            return Verdict::pass(format!("the certificate covers {name}"));
        }
        let names = shown_names(certificate);
        Verdict::fail(format!("the certificate does not cover {}: {}", host.name, not_for(certificate, host)))
            .expected(host.name.clone())
            .observed(names)
            .label("not in the certificate")
            .help(format!(
                "have a certificate issued that names {0} (`certbot --expand -d {0}` with the other names), or make the server choose the right one for this name; behind Cloudflare, proxy the record and see SSL/TLS > Edge Certificates",
                host.name
            ))
    })
}

/// Whom a certificate is for, in a clause.
fn not_for(certificate: &Certificate, host: &Host) -> String {
    let names = shown_names(certificate);
    let common = certificate.common_name.as_ref().map(Remote::as_str);
    let wide = |name: &&Remote| name.as_str().strip_prefix("*.").is_some_and(is_registry_suffix);
    if let Some(wide) =
        certificate.names.iter().find(wide).filter(|wide| would_cover(wide.as_str(), &host.name))
    {
        return format!(
            "browsers accept no wildcard for a whole public suffix ({})",
            seen::cut(wide.as_str())
        );
    }
    match common {
        Some(common) if covers(common, &host.name) => format!(
            "only its common name does, which browsers have not read since 2017; its subjectAltName has {names}"
        ),
        _ => format!("it is for {names}"),
    }
}

/// True where a wildcard would cover the host if its reach were no matter.
fn would_cover(pattern: &str, host: &str) -> bool {
    let above = host.split_once('.').map(|(_, above)| above);
    pattern.strip_prefix("*.").zip(above).is_some_and(|(own, above)| own.eq_ignore_ascii_case(above))
}

/// The first names of a certificate; some have hundreds.
pub(super) fn shown_names(certificate: &Certificate) -> String {
    const SHOWN: usize = 5;
    let mut names: Vec<String> = certificate.names.iter().take(SHOWN).map(ToString::to_string).collect();
    if certificate.names.len() > SHOWN {
        names.push(format!("{} more", certificate.names.len() - SHOWN));
    }
    if names.is_empty() { "no name at all".into() } else { seen::listed(&names) }
}

/// RFC 6125 section 6.4: equal, or a wildcard that is the whole left-most label and stands for
/// exactly one.
pub(super) fn covers(pattern: &str, host: &str) -> bool {
    let (pattern, host) = (pattern.trim_end_matches('.'), host.trim_end_matches('.'));
    if pattern.eq_ignore_ascii_case(host) {
        return !pattern.is_empty() && !pattern.contains('*');
    }
    // An address is no name with labels.
    if host.parse::<IpAddr>().is_ok() {
        return false;
    }
    let (Some(parent), Some((label, host_parent))) = (pattern.strip_prefix("*."), host.split_once('.'))
    else {
        return false;
    };
    // `*.test` would cover a whole top-level domain, `*.co.uk` what strangers register.
    !label.is_empty()
        && parent.contains('.')
        && !is_registry_suffix(parent)
        && !parent.contains('*')
        && parent.eq_ignore_ascii_case(host_parent)
}

fn self_signed_first(host: &Host) -> Verdict {
    Verdict::not_judged("tls/certificate-self-signed", &host.name, "the certificate is self-signed")
}

fn unreadable(host: &Host) -> Verdict {
    Verdict::not_judged("tls/certificate-untrusted", &host.name, "the certificate cannot be read")
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn wildcards_stand_for_one_whole_label() {
        assert!(covers("shop.test", "SHOP.test"));
        assert!(covers("*.shop.test", "www.shop.test"));
        for pattern in ["*.shop.test", "*.b.shop.test", "a.*.test", "*.*.test", "w*.shop.test", "*", "", "*."]
        {
            assert!(!covers(pattern, "a.b.c.shop.test"), "{pattern}");
            assert!(!covers(pattern, "shop.test"), "{pattern}");
        }
        assert!(!covers("w*.shop.test", "www.shop.test"));
        assert!(!covers("*.test", "shop.test"));
        assert!(!covers("*.co.uk", "shop.co.uk"));
        assert!(covers("*.github.io", "shop.github.io"));
        assert!(covers("192.0.2.1", "192.0.2.1"));
        assert!(!covers("*.0.2.1", "192.0.2.1"));
        assert!(!covers("", ""));
    }

    proptest::proptest! {
        #[test]
        fn any_name_can_be_compared(pattern in ".*", host in ".*") {
            let _ = covers(&pattern, &host);
        }

        #[test]
        fn a_wildcard_covers_no_deeper_name(label in "[a-z]{1,8}", deeper in "[a-z]{1,8}") {
            let host = format!("{deeper}.{label}.shop.test");
            proptest::prop_assert!(!covers("*.shop.test", &host));
        }
    }
}
