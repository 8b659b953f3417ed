//! DMARC records as they should be: the domain's own, and the one at another domain that takes its
//! reports.

use super::Wanted;
use crate::check::World;
use crate::item::declared_reports;
use crate::mail::dmarc::{DmarcPolicy, Mailbox, Record, ReportUri, mailbox, record_name};
use crate::spec::model::Dmarc;

/// The policy that the spec declares, or else the policy profile asks for. A domain without mail
/// refuses all that bears its name.
pub(crate) fn goal(world: &World) -> DmarcPolicy {
    if world.document.spec.has_no_mail() {
        return DmarcPolicy::Reject;
    }
    let declared = declared(world).and_then(|dmarc| dmarc.policy.as_ref());
    declared.map_or(world.thresholds.dmarc_policy, |policy| policy.value)
}

/// What the spec says of DMARC.
pub(crate) fn declared<'w>(world: &'w World) -> Option<&'w Dmarc> {
    world.document.spec.mail()?.dmarc.as_ref()
}

/// The policy that names below the domain must have at least, where it has this one.
pub(crate) fn subdomain_goal(world: &World, policy: DmarcPolicy) -> DmarcPolicy {
    let declared = declared(world).and_then(|dmarc| dmarc.subdomain_policy.as_ref());
    declared.map_or(policy, |policy| policy.value)
}

/// The domain's record: what is published (or was meant), with all that must change changed. Retired
/// and broken tags go, and so does test mode. Without a published one, a new record.
pub(crate) fn policy(world: &World, published: Option<&Record>) -> Wanted {
    enforced(world, published, DmarcPolicy::None)
}

/// The same, with at least this policy for the domain and for all names below it.
pub(crate) fn enforced(world: &World, published: Option<&Record>, least: DmarcPolicy) -> Wanted {
    let record = published.map_or_else(Record::default, Record::repaired);
    let goal = goal(world).max(least);
    let p = record.p.map_or(goal, |p| p.max(goal));
    let mut tags = vec![("v".to_owned(), "DMARC1".to_owned()), ("p".to_owned(), p.word().to_owned())];
    let below = subdomain_goal(world, p).max(least);
    let strong = |value: &str| DmarcPolicy::from_word(value).is_some_and(|policy| policy >= below);
    for tag in &record.tags {
        let keep = match tag.name.as_str() {
            "p" | "pct" | "rf" | "ri" => continue,
            "t" => !record.testing,
            "sp" | "np" => strong(&tag.value),
            _ => true,
        };
        if keep {
            tags.push((tag.name.clone(), tag.value.clone()));
        }
    }
    let has = |tags: &[(String, String)], name: &str| tags.iter().any(|(own, _)| own == name);
    // Stricter than declared is left alone in a record that is there already.
    let weak = record.sp.is_some() && !has(&tags, "sp");
    if !has(&tags, "sp") && (p < below || ((weak || published.is_none()) && p != below)) {
        tags.insert(2, ("sp".into(), below.word().into()));
    }
    set(&mut tags, "rua", &reports(world, &record));
    set(&mut tags, "ruf", &list(&record.ruf));
    let text: Vec<String> = tags.iter().map(|(name, value)| format!("{name}={value}")).collect();
    Wanted::txt(record_name(world.domain()), text.join("; "))
}

/// The record by which another domain agrees to take the reports of this one (RFC 9990 section 4).
pub(crate) fn authorisation(of: &str, destination: &str) -> Wanted {
    Wanted::txt(authorisation_name(of, destination), "v=DMARC1;")
}

/// Where that record stands.
pub(crate) fn authorisation_name(of: &str, destination: &str) -> String {
    format!("{of}._report._dmarc.{destination}")
}

/// Replaces a tag in its place, or adds it; without values it goes.
fn set(tags: &mut Vec<(String, String)>, name: &str, values: &[String]) {
    let at = tags.iter().position(|(own, _)| own == name);
    let tag = (name.to_owned(), values.join(","));
    match (at, values.is_empty()) {
        (Some(at), false) => tags[at] = tag,
        (Some(at), true) => drop(tags.remove(at)),
        (None, false) => tags.push(tag),
        (None, true) => {}
    }
}

fn list(uris: &[ReportUri]) -> Vec<String> {
    uris.iter().map(|uri| uri.uri.clone()).collect()
}

/// The published addresses and the declared ones that are not among them. Where there is none, one
/// that is usual, unless the domain has no mail.
fn reports(world: &World, record: &Record) -> Vec<String> {
    let mut all = list(&record.rua);
    for (uri, _) in declared_reports(world.document) {
        if !record.rua.iter().any(|known| known.is_same(uri)) {
            all.push(encoded(uri));
        }
    }
    let mailless = world.document.spec.has_no_mail();
    if record.report_mailboxes().next().is_none()
        && !all.iter().any(|uri| uri.starts_with("mailto:"))
        && !mailless
    {
        all.push(format!("mailto:dmarc@{}", world.domain()));
    }
    all
}

/// A declared address as it stands in a list: in ASCII, without a retired size (RFC 9989 section 4.8).
fn encoded(uri: &str) -> String {
    let uri = uri.trim();
    match mailbox(uri) {
        Some(Mailbox { local, domain }) if uri.contains('!') || !uri.is_ascii() => {
            format!("mailto:{}@{domain}", escaped(&local))
        }
        _ => escaped(uri),
    }
}

fn escaped(text: &str) -> String {
    text.replace(',', "%2C").replace('!', "%21").replace(';', "%3B")
}

#[cfg(test)]
mod tests {
    use super::{DmarcPolicy, authorisation, enforced, policy};
    use crate::check::Fixture;
    use crate::mail::dmarc::Record;

    fn wanted(email: &str, published: Option<&str>) -> String {
        let fixture = Fixture::new(&format!("domain: shop.test\n{email}"), "at: 2026-11-22T00:00:00Z")
            .expect("a fixture");
        let record = published.map(|text| Record::read(text).expect("a record"));
        policy(&fixture.world(), record.as_ref()).value
    }

    #[test]
    fn only_what_must_change_is_changed() {
        let strict = "email: {dmarc: {policy: reject, subdomain_policy: quarantine, reports: [\"mailto:d@shop.test\"]}}";
        for (email, published, expected) in [
            ("", None, "v=DMARC1; p=quarantine; rua=mailto:dmarc@shop.test"),
            (strict, None, "v=DMARC1; p=reject; sp=quarantine; rua=mailto:d@shop.test"),
            ("email: none", None, "v=DMARC1; p=reject"),
            (
                strict,
                Some(
                    "v=DMARC1; rua=mailto:a@b.test!10m; p=none; sp=none; adkim=s; x=1; ruf=mailto:c@b.test;",
                ),
                "v=DMARC1; p=reject; sp=quarantine; rua=mailto:a@b.test,mailto:d@shop.test; adkim=s; x=1; ruf=mailto:c@b.test",
            ),
            (
                "",
                Some(
                    "v=DMARC1; p=reject; sp=none; np=reject; t=y; pct=20; ri=86400; rf=afrf; rua=mailto:a@b.test",
                ),
                "v=DMARC1; p=reject; np=reject; rua=mailto:a@b.test",
            ),
            (
                "email: {dmarc: {policy: quarantine}}",
                Some("v=DMARC1; p=reject; t=n; adkim=x; rua=dmarc@shop.test"),
                "v=DMARC1; p=reject; t=n; rua=mailto:dmarc@shop.test",
            ),
            (
                "email: {dmarc: {reports: [\"mailto:a@bücher.test!10m\", \"mailto:b@b.test!1g\"]}}",
                Some("v=DMARC1; p=reject; rua=mailto:b@b.test"),
                "v=DMARC1; p=reject; rua=mailto:b@b.test,mailto:a@xn--bcher-kva.test",
            ),
            ("", Some("v=DMARC1; p=rejct; aspf=x"), "v=DMARC1; p=reject; rua=mailto:dmarc@shop.test"),
            (
                "email: {dmarc: {subdomain_policy: reject}}",
                Some("v=DMARC1; p=none; rua=mailto:a@b.test"),
                "v=DMARC1; p=quarantine; sp=reject; rua=mailto:a@b.test",
            ),
        ] {
            assert_eq!(wanted(email, published), expected, "{email} {published:?}");
        }
        let record = Record::read("v=DMARC1; p=none; sp=none; pct=50; rua=mailto:d@shop.test; adkim=s");
        let fixture = Fixture::new(
            "domain: shop.test\nemail: {dmarc: {policy: none, subdomain_policy: none}}",
            "at: 2026-11-22T00:00:00Z",
        )
        .expect("a fixture");
        let wanted = enforced(&fixture.world(), record.as_ref(), DmarcPolicy::Quarantine);
        assert_eq!(wanted.value, "v=DMARC1; p=quarantine; rua=mailto:d@shop.test; adkim=s");
        assert_eq!(
            authorisation("shop.test", "reports.test").to_string(),
            "shop.test._report._dmarc.reports.test TXT \"v=DMARC1;\""
        );
    }

    proptest::proptest! {
        #[test]
        fn what_is_wanted_is_sound(tags in "[ -~]{0,60}|((p|sp|rua|ruf|t|pct|adkim)=[a-z:@.,%!]{0,12};){0,5}") {
            if let Some(record) = Record::read(&format!("v=DMARC1; {tags}")) {
                let email = "email: {dmarc: {policy: reject, subdomain_policy: reject}}";
                let fixture = Fixture::new(&format!("domain: shop.test\n{email}"), "at: 2026-11-22T00:00:00Z");
                let text = policy(&fixture.expect("a fixture").world(), Some(&record)).value;
                let wanted = Record::read(&text).expect("a record");
                proptest::prop_assert_eq!(&wanted.errors, &[], "{}", text);
                proptest::prop_assert!(wanted.applied() == wanted.policies() && wanted.spared().is_none());
            }
        }
    }
}
