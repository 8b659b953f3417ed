//! How long a certificate may be valid.

use jiff::SignedDuration;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

use super::{chain, whole};
use crate::check::{Verdict, World, seen};
use crate::item::Host;
use crate::observed::{Anchor, Certificate, Path};

/// The longest lifetime, in days, of certificates from public authorities by the day from which on it
/// holds: CA/Browser Forum Baseline Requirements, section 6.3.2 (ballots 193, SC-31 and SC-081v3).
const LONGEST: [(Date, i64); 5] = [
    (date(2029, 3, 15), 47),
    (date(2027, 3, 15), 100),
    (date(2026, 3, 15), 200),
    (date(2020, 9, 1), 398),
    (date(2018, 3, 1), 825),
];
/// What Apple's systems accept under any root, for certificates since July 2019 (support.apple.com,
/// article 103769).
const PRIVATE: i64 = 825;

/// The most that a public authority may give to a certificate that begins on that day; `None` for
/// certificates from before all rules.
fn longest(certificate: &Certificate) -> Option<i64> {
    let issued = certificate.not_before.to_zoned(TimeZone::UTC).date();
    LONGEST.iter().find(|(since, _)| issued >= *since).map(|(_, days)| *days)
}

pub(in crate::check) fn certificate_lifetime(host: &Host, world: &World) -> Verdict {
    whole(host, world, |handshake| {
        let Some(leaf) = handshake.chain.first() else {
            return Verdict::unknown("the server sent no certificate");
        };
        // What its authority may give is known without the rest of the chain.
        if handshake.path != Path::Incomplete
            && let Some(verdict) = chain::astray(host, handshake.path)
        {
            return verdict;
        }
        let lifetime = leaf.lifetime();
        let days = |count: i64| SignedDuration::from_hours(24 * count);
        if let Some(most) = longest(leaf).filter(|most| lifetime > days(*most)) {
            let private = handshake.anchor != Anchor::Public && lifetime <= days(PRIVATE);
            return too_long(host, leaf, most, if private { By::Authorities } else { By::Browsers });
        }
        let asked = (world.thresholds.certificate_lifetime.as_secs() / 86_400).cast_signed();
        if lifetime > days(asked) {
            return too_long(host, leaf, asked, By::Policy);
        }
        Verdict::pass(format!("valid for {}", seen::length(lifetime)))
    })
}

/// Who objects to a lifetime.
#[derive(Clone, Copy)]
enum By {
    /// Browsers, whatever the root.
    Browsers,
    /// Only the rules for public authorities.
    Authorities,
    /// The policy of the run.
    Policy,
}

fn too_long(host: &Host, leaf: &Certificate, most: i64, by: By) -> Verdict {
    let shown = seen::length(leaf.lifetime());
    let objection = match by {
        By::Browsers => "browsers refuse that",
        By::Authorities => "browsers accept that from a root of one's own, not from a public authority",
        By::Policy => "the policy asks for less",
    };
    let verdict =
        Verdict::fail(format!("the certificate of {} is valid for {shown}; {objection}", host.name))
            .expected(match by {
                By::Policy => format!("at most {most} days (policy threshold `certificate_lifetime`)"),
                By::Browsers | By::Authorities => {
                    format!("at most {most} days, issued on {}", seen::day(leaf.not_before))
                }
            })
            .observed(shown)
            .label("valid for too long")
            .help(format!(
                "have the certificate issued for at most {most} days and its renewal automated (ACME: 90 days or less)"
            ));
    if matches!(by, By::Authorities) { verdict.mild() } else { verdict }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Status;

    #[test]
    fn the_limit_is_that_of_the_day_of_issue() {
        let of = |day: &str| {
            let not_before = format!("{day}T00:00:00Z").parse().expect("a time");
            longest(&Certificate { not_before, ..Certificate::default() })
        };
        let cases = [
            ("2017-01-01", None),
            ("2018-03-01", Some(825)),
            ("2020-08-31", Some(825)),
            ("2020-09-01", Some(398)),
            ("2026-03-14", Some(398)),
            ("2026-03-15", Some(200)),
            ("2027-03-15", Some(100)),
            ("2030-01-01", Some(47)),
        ];
        for (day, most) in cases {
            assert_eq!(of(day), most, "{day}");
        }
    }

    #[test]
    fn a_policy_may_ask_for_less_than_browsers() {
        let observed = r#"
at: 2026-11-21T12:00:00Z
tls:
  "https://shop.test:443":
    answer:
      version: "1.3"
      path: trusted
      chain:
        - {names: [shop.test], issuer: CN=Example CA, not_before: 2026-02-01T00:00:00Z, not_after: 2027-02-05T00:00:00Z}
"#;
        let mut fixture =
            crate::check::Fixture::new("domain: shop.test\nhosts: {apex: {}}", observed).expect("a fixture");
        let told = |fixture: &crate::check::Fixture| {
            let world = fixture.world();
            let host = world.items.hosts.first().expect("the apex");
            let verdict = certificate_lifetime(host, &world);
            (verdict.status, verdict.message)
        };
        assert_eq!(told(&fixture).0, Status::Pass);
        fixture.thresholds.certificate_lifetime = std::time::Duration::from_hours(366 * 24);
        let (status, message) = told(&fixture);
        assert_eq!(status, Status::Fail);
        assert_eq!(message, "the certificate of shop.test is valid for 369 days; the policy asks for less");
    }
}
