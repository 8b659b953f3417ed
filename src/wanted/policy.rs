//! What to publish for MTA-STS, TLS reports, BIMI, and for a domain without mail.

use super::Wanted;
use crate::check::World;
use crate::mail::mta_sts::{self, Mode, MxPattern};
use crate::mail::{bimi, tls_rpt};
use crate::observed::{Remote, Seen};
use crate::provider::email;
use crate::spec::model::{DmarcPolicy, MtaStsMode, Short};

/// How long senders should keep a policy, in seconds: a week.
const MAX_AGE: u64 = 604_800;

/// The mode that the spec declares.
pub fn declared_mode(world: &World) -> Option<Mode> {
    let declared = world.document.spec.mail()?.mta_sts.as_ref()?;
    Some(match declared.value {
        MtaStsMode::Enforce => Mode::Enforce,
        MtaStsMode::Testing => Mode::Testing,
    })
}

/// The record that says that there is a policy of MTA-STS (RFC 8461 section 3.1). Its id is the time of
/// the run, so that it differs from that of the policy before.
pub fn mta_sts_record(world: &World) -> Wanted {
    let id = world.at.strftime("%Y%m%dT%H%M%S");
    Wanted::txt(mta_sts::record_name(world.domain()), format!("v=STSv1; id={id};"))
}

/// The lines of the policy (section 3.2): for the hosts that receive mail now, else for those that the
/// spec declares.
pub fn mta_sts_policy(world: &World, mode: Mode) -> Vec<String> {
    let mut lines = vec!["version: STSv1".to_owned(), format!("mode: {}", mode.word())];
    let hosts = exchangers(world);
    lines.extend(hosts.iter().map(|host| format!("mx: {host}")));
    if hosts.is_empty() {
        lines.push("mx: <your mail server's name>".into());
    }
    let least = world.thresholds.mta_sts_max_age.as_secs();
    let max_age = MAX_AGE.max(least).min(u64::from(mta_sts::policy::MOST_MAX_AGE));
    lines.push(format!("max_age: {max_age}"));
    lines
}

/// Hosts that receive the domain's mail, as patterns, each once.
fn exchangers(world: &World) -> Vec<MxPattern> {
    let live: Vec<&str> = match world.observed.dns(world.domain(), "MX") {
        Some(Seen::Answer(answer)) => answer.values("MX").map(Remote::as_str).collect(),
        _ => Vec::new(),
    };
    let mut found: Vec<MxPattern> = live.into_iter().filter_map(pattern).collect();
    if found.is_empty() {
        found = declared(world);
    }
    found.sort();
    found.dedup();
    found
}

fn pattern(host: &str) -> Option<MxPattern> {
    MxPattern::parse(host.trim_end_matches('.')).ok()
}

fn declared(world: &World) -> Vec<MxPattern> {
    match world
        .document
        .spec
        .mail()
        .and_then(|settings| settings.receive.as_ref())
        .map(|receive| &receive.value)
    {
        Some(Short::Full(receiver)) => receiver.mx.iter().filter_map(|mx| pattern(&mx.value.0)).collect(),
        Some(Short::Word(id)) => {
            let sets = email::find(id).and_then(|provider| provider.mx.as_ref()).map(|mx| &mx.sets);
            let first = sets.and_then(|sets| sets.first()).into_iter().flat_map(|set| &set.hosts);
            first.filter_map(|host| pattern(host.host.literal()?)).collect()
        }
        None => Vec::new(),
    }
}

/// The record that says who hears of TLS that fails (RFC 8460 section 3): the addresses that are
/// published already, and those that the spec declares.
pub fn tls_rpt_record(world: &World, published: &[String]) -> Wanted {
    let declared = world.document.spec.mail().and_then(|settings| settings.tls_rpt.as_ref());
    let declared = declared.into_iter().flat_map(|all| &all.value).map(|uri| tls_rpt::encoded(&uri.value.0));
    let mut addresses: Vec<String> = published.to_vec();
    for address in declared {
        if !addresses.iter().any(|known| known.eq_ignore_ascii_case(&address)) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        addresses.push(format!("mailto:tls@{}", world.domain()));
    }
    Wanted::txt(tls_rpt::record_name(world.domain()), format!("v=TLSRPTv1; rua={}", addresses.join(",")))
}

/// The record of a logo, as far as it is known where the logo and its certificate stand.
pub fn bimi_record(world: &World, known: &bimi::Record) -> Wanted {
    let location = known.location.as_ref().map_or("https://<your site>/logo.svg", url::Url::as_str);
    let evidence = known.evidence.as_ref().map(|url| format!("; a={url}")).unwrap_or_default();
    Wanted::txt(bimi::record_name(world.domain()), format!("v=BIMI1; l={location}{evidence}"))
}

/// The null MX of a domain without mail (RFC 7505).
pub fn parked_mx(world: &World) -> Wanted {
    let facts = email::services().no_mail.as_ref();
    let (priority, host) = facts.map_or((0, "."), |facts| (facts.priority, facts.mx.as_str()));
    Wanted::mx(world.domain(), priority, host)
}

/// The SPF record of a domain that nobody sends from.
pub fn parked_spf(world: &World) -> Wanted {
    let facts = email::services().no_mail.as_ref();
    Wanted::txt(world.domain(), facts.map_or("v=spf1 -all", |facts| facts.spf.as_str()))
}

/// The DMARC policy of a domain that nobody sends from.
pub fn parked_policy() -> DmarcPolicy {
    email::services().no_mail.as_ref().map_or(DmarcPolicy::Reject, |facts| facts.dmarc)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Fixture;
    use crate::mail::mta_sts::{Policy, Record};

    fn fixture(email: &str, mx: &str) -> Fixture {
        let spec = format!("domain: shop.test\nemail: {email}\n");
        let observed =
            format!("at: 2026-11-22T00:32:25Z\ndns:\n  shop.test MX: {{answer: {{records: [{mx}]}}}}\n");
        Fixture::new(&spec, &observed).expect("a fixture")
    }

    #[test]
    fn what_is_proposed_is_valid() {
        let live = "{name: shop.test, type: MX, priority: 20, value: mx2.shop.test}, {name: shop.test, type: MX, priority: 10, value: mx1.shop.test}";
        let fixture = fixture("{mta_sts: enforce, tls_rpt: [\"mailto:a!b@shop.test\"]}", live);
        let world = fixture.world();
        let record = mta_sts_record(&world);
        assert_eq!(record.to_string(), "_mta-sts.shop.test TXT \"v=STSv1; id=20261122T003225;\"");
        assert!(Record::parse(&record.value).is_ok());
        assert_eq!(declared_mode(&world), Some(Mode::Enforce));
        let lines = mta_sts_policy(&world, Mode::Enforce);
        assert_eq!(
            lines,
            ["version: STSv1", "mode: enforce", "mx: mx1.shop.test", "mx: mx2.shop.test", "max_age: 604800"]
        );
        assert!(Policy::parse(&lines.join("\n")).is_ok());
        let reports = tls_rpt_record(&world, &["mailto:old@shop.test".into()]);
        assert_eq!(reports.value, "v=TLSRPTv1; rua=mailto:old@shop.test,mailto:a%21b@shop.test");
        assert!(tls_rpt::Record::parse(&reports.value).is_ok());
    }

    #[test]
    fn without_mx_the_declared_hosts_count() {
        let of = |email: &str| mta_sts_policy(&fixture(email, "").world(), Mode::Testing)[2].clone();
        assert_eq!(of("{receive: {mx: [mail.shop.test]}}"), "mx: mail.shop.test");
        assert_eq!(of("{receive: google-workspace}"), "mx: smtp.google.com");
        assert_eq!(of("{receive: any}"), "mx: <your mail server's name>");
    }

    #[test]
    fn a_domain_without_mail_publishes_three_records() {
        let fixture = fixture("none", "");
        let world = fixture.world();
        let dmarc = crate::wanted::enforced_dmarc(&world, None, parked_policy());
        let all = [parked_mx(&world), parked_spf(&world), dmarc].map(|record| record.to_string());
        assert_eq!(
            all,
            [
                "shop.test MX 0 .",
                "shop.test TXT \"v=spf1 -all\"",
                "_dmarc.shop.test TXT \"v=DMARC1; p=reject\""
            ]
        );
    }
}
