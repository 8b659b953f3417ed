//! MTA-STS, TLS reports, BIMI and domains without mail, on real sockets; and the policy for those who
//! send much.

use crate::checks::{Case, apex, prove, report, sound_mail as mail};
use crate::lab::{Builder, Cert, Lab, MailFault, Response, Weather};
use crate::run::{check, finding, findings};

const STS: &str = "domain: shop.test\nemail: {mta_sts: enforce}";
const REPORTS: &str = "domain: shop.test\nemail: {tls_rpt: [\"mailto:tls@shop.test\"]}";
const POLICY: &str = "version: STSv1\r\nmode: enforce\r\nmx: mail.shop.test\r\nmax_age: 604800\r\n";
const PATH: &str = "/.well-known/mta-sts.txt";

/// The same, with a record of MTA-STS and this answer for its policy.
fn sts(world: &mut Builder, answer: Response) {
    mail(world);
    world.zone("shop.test").txt("_mta-sts", "v=STSv1; id=20261101").a("mta-sts", "203.0.113.10");
    world.site("mta-sts.shop.test").response(PATH, answer);
}

fn served(policy: &str) -> Response {
    Response::new(200, policy).header("Content-Type", "text/plain; charset=utf-8")
}

fn sound(world: &mut Builder) {
    sts(world, served(POLICY));
}

fn broken(world: fn(&mut Builder)) -> Case {
    Case { check: "email/mta-sts-invalid", spec: STS, broken: world, sound }
}

#[test]
fn a_record_of_mta_sts() {
    prove(&[
        Case { check: "email/mta-sts-missing", spec: STS, broken: mail, sound },
        broken(|world| {
            sound(world);
            world.zone("shop.test").without("_mta-sts", "TXT").txt("_mta-sts", "v=STSv1; id=2026-11-01");
        }),
        broken(|world| {
            sound(world);
            world.zone("shop.test").txt("_mta-sts", "v=STSv1; id=2");
        }),
        broken(|world| {
            sound(world);
            world.zone("shop.test").without("_mta-sts", "TXT").txt("_mta-sts", "v=stsv1; id=1");
        }),
    ]);
}

#[test]
fn a_policy_that_is_not_served() {
    prove(&[
        broken(|world| sts(world, Response::new(404, "no"))),
        broken(|world| sts(world, Response::redirect(301, "https://shop.test/mta-sts.txt"))),
        broken(|world| sts(world, Response::new(200, POLICY))),
        broken(|world| sts(world, served(&"x".repeat(70_000)))),
        broken(|world| {
            mail(world);
            world.zone("shop.test").txt("_mta-sts", "v=STSv1; id=20261101");
        }),
        // The user says where to connect; the name is not there all the same.
        broken(|world| {
            sound(world);
            world.zone("shop.test").without("mta-sts", "A");
        }),
        broken(|world| {
            sound(world);
            world.weather("mta-sts.shop.test", 443, Weather::Refused);
        }),
        broken(|world| {
            sound(world);
            world.site("mta-sts.shop.test").cert(Cert::good().expired(2));
        }),
        broken(|world| {
            sound(world);
            world.site("mta-sts.shop.test").cert(Cert::good().other_name());
        }),
        broken(|world| {
            sound(world);
            world.site("mta-sts.shop.test").cert(Cert::good().untrusted());
        }),
    ]);
}

#[test]
fn a_policy_that_does_not_hold() {
    prove(&[
        broken(|world| {
            sts(world, served("version: STSv1\nmode: enforce\nmx: 203.0.113.25\nmax_age: 604800\n"));
        }),
        broken(|world| sts(world, served(&POLICY.replace("enforce", "testing")))),
        broken(|world| sts(world, served(&POLICY.replace("604800", "3600")))),
        broken(|world| sts(world, served(&POLICY.replace("mail.shop.test", "*.shop.test.example")))),
    ]);
    let uncovered = report(STS, |world| sts(world, served(&POLICY.replace("mail.", "*.mail."))));
    let found = finding(&uncovered, "email/mta-sts-invalid", "shop.test");
    assert_eq!((&found["level"], &found["observed"]), (&"error".into(), &"mx: *.mail.shop.test".into()));
}

/// A mail server that senders cannot verify: they deliver nothing once the policy says enforce.
#[test]
fn a_server_that_cannot_be_verified_is_an_error_where_the_policy_is_enforced() {
    let certificate: fn(&mut Builder) = |world| {
        world.mail_server("mail.shop.test").cert(Cert::good().other_name());
    };
    let clear: fn(&mut Builder) = |world| {
        world.mail_server("mail.shop.test").fault(MailFault::NoStarttls);
    };
    for (id, fault) in [("email/starttls-certificate", certificate), ("email/starttls-missing", clear)] {
        let level = |spec: &str, mode: &str| {
            let mut world = Lab::builder();
            sts(&mut world, served(&POLICY.replace("enforce", mode)));
            fault(&mut world);
            let report = check(&world.start(), spec, &["--format", "json"]).json();
            assert_eq!(findings(&report, "fail"), [format!("{id} mail.shop.test")], "{spec} {mode}");
            let found = finding(&report, id, "mail.shop.test").clone();
            let says = found["message"].as_str().is_some_and(|message| message.contains("says enforce"));
            assert_eq!(says, mode == "enforce", "{found}");
            found["level"].as_str().map(str::to_owned)
        };
        assert_eq!(level("domain: shop.test", "enforce").as_deref(), Some("error"), "{id}");
        assert_eq!(level(STS, "enforce").as_deref(), Some("error"), "{id}");
        assert_eq!(level("domain: shop.test", "testing").as_deref(), Some("warning"), "{id}");
    }
}

/// Who only tests loses no mail yet.
#[test]
fn a_fault_of_a_test_is_a_warning() {
    let spec = "domain: shop.test";
    let report = report(spec, |world| {
        sts(world, served(&POLICY.replace("enforce", "testing").replace("mail.shop.test", "mx.shop.test")));
    });
    let found = finding(&report, "email/mta-sts-invalid", "shop.test");
    assert_eq!((&found["status"], &found["level"]), (&"fail".into(), &"warning".into()));
}

/// What nobody could see is neither good nor bad.
#[test]
fn a_resolver_that_fails_is_no_fault_of_the_policy() {
    let report = report(STS, |world| {
        mail(world);
        world.zone("shop.test").txt("_mta-sts", "v=STSv1; id=20261101").broken(
            "mta-sts",
            "*",
            crate::lab::Fault::Servfail,
        );
    });
    assert_eq!(findings(&report, "fail"), Vec::<String>::new());
    let found = finding(&report, "email/mta-sts-invalid", "shop.test");
    assert_eq!(found["status"], "unknown", "{found}");
}

/// Without a record nothing is fetched, unless the spec asks for it.
#[test]
fn nobody_asks_for_a_policy_without_a_record() {
    let asked = |spec: &str, world: fn(&mut Builder)| {
        let mut builder = Lab::builder();
        world(&mut builder);
        let lab = builder.start();
        check(&lab, spec, &["--format", "json"]);
        lab.log().requests().into_iter().any(|request| request.host == "mta-sts.shop.test")
    };
    let without: fn(&mut Builder) = |world| {
        sound(world);
        world.zone("shop.test").without("_mta-sts", "TXT");
    };
    assert!(!asked("domain: shop.test", without));
    assert!(asked("domain: shop.test", sound));
    assert!(asked(STS, without));
}

#[test]
fn tls_reports() {
    let good: fn(&mut Builder) = |world| {
        mail(world);
        world.zone("shop.test").txt("_smtp._tls", "v=TLSRPTv1; rua=mailto:tls@shop.test");
    };
    let invalid = |broken: fn(&mut Builder)| Case {
        check: "email/tls-rpt-invalid",
        spec: REPORTS,
        broken,
        sound: good,
    };
    prove(&[
        Case { check: "email/tls-rpt-missing", spec: REPORTS, broken: mail, sound: good },
        invalid(|world| {
            mail(world);
            world.zone("shop.test").txt("_smtp._tls", "v=TLSRPTv1; rua=tls@shop.test");
        }),
        invalid(|world| {
            mail(world);
            world.zone("shop.test").txt("_smtp._tls", "v=TLSRPTv1; rua=mailto:other@shop.test");
        }),
        invalid(|world| {
            mail(world);
            let zone = world.zone("shop.test").txt("_smtp._tls", "v=TLSRPTv1; rua=mailto:tls@shop.test");
            zone.txt("_smtp._tls", "v=TLSRPTv1; rua=mailto:tls@shop.test;");
        }),
    ]);
}

const LOGO: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.2\" baseProfile=\"tiny-ps\" viewBox=\"0 0 8 8\"><title>Shop</title><path d=\"M0 0h8v8z\"/></svg>";

/// A domain with a logo that is answered so.
fn logo(world: &mut Builder, record: &str, answer: Response) {
    mail(world);
    world.zone("shop.test").txt("default._bimi", record).a("brand", "203.0.113.10");
    world.site("brand.shop.test").response("/logo.svg", answer);
}

const BIMI: &str = "v=BIMI1; l=https://brand.shop.test/logo.svg; a=https://brand.shop.test/vmc.pem";

fn drawn(text: &str) -> Response {
    Response::new(200, text).header("Content-Type", "image/svg+xml")
}

#[test]
fn logos() {
    let sound: fn(&mut Builder) = |world| logo(world, BIMI, drawn(LOGO));
    let invalid = |broken: fn(&mut Builder)| Case {
        check: "email/bimi-invalid",
        spec: "domain: shop.test",
        broken,
        sound,
    };
    prove(&[
        invalid(|world| logo(world, "v=BIMI1; l=http://brand.shop.test/logo.svg", drawn(LOGO))),
        invalid(|world| logo(world, BIMI, Response::new(404, "no"))),
        invalid(|world| logo(world, BIMI, Response::new(200, LOGO))),
        invalid(|world| logo(world, BIMI, drawn("<html/>"))),
        invalid(|world| logo(world, BIMI, drawn(&LOGO.replace("tiny-ps", "tiny")))),
        invalid(|world| logo(world, BIMI, drawn(&LOGO.replace("<path", "<script/><path")))),
        invalid(|world| logo(world, BIMI, drawn(&LOGO.replace("Shop", &"x".repeat(40_000))))),
        invalid(|world| {
            logo(world, BIMI, drawn(LOGO));
            world.site("brand.shop.test").cert(Cert::good().self_signed());
        }),
        Case {
            check: "email/bimi-invalid",
            spec: "domain: shop.test\nemail: {dmarc: {policy: none}}",
            broken: |world| {
                logo(world, BIMI, drawn(LOGO));
                let zone = world.zone("shop.test").without("_dmarc", "TXT");
                zone.txt("_dmarc", "v=DMARC1; p=none; rua=mailto:d@shop.test");
            },
            sound,
        },
    ]);
}

/// Publishes these records of a domain without mail.
fn parked(world: &mut Builder, mx: bool, spf: Option<&str>, dmarc: Option<&str>) {
    apex(world);
    let zone = world.zone("shop.test");
    if mx {
        zone.mx("@", 0, ".");
    }
    for (name, text) in [("@", spf), ("_dmarc", dmarc)] {
        if let Some(text) = text {
            zone.txt(name, text);
        }
    }
}

const NOBODY: Option<&str> = Some("v=spf1 -all");
const REFUSED: Option<&str> = Some("v=DMARC1; p=reject");

#[test]
fn a_domain_without_mail() {
    let case = |broken: fn(&mut Builder)| Case {
        check: "email/parked-spoofable",
        spec: "domain: shop.test\nemail: none",
        broken,
        sound: |world| parked(world, true, NOBODY, REFUSED),
    };
    prove(&[
        case(apex),
        case(|world| parked(world, false, NOBODY, REFUSED)),
        case(|world| parked(world, true, None, REFUSED)),
        case(|world| parked(world, true, Some("v=spf1 mx -all"), REFUSED)),
        case(|world| parked(world, true, Some("v=spf1 ~all"), REFUSED)),
        case(|world| parked(world, true, NOBODY, None)),
        case(|world| parked(world, true, NOBODY, Some("v=DMARC1; p=quarantine"))),
        case(|world| {
            parked(world, false, NOBODY, REFUSED);
            world.zone("shop.test").mx("@", 10, "mail").a("mail", "203.0.113.25");
        }),
    ]);
}

/// One cause, one red line: what is wrong in a record itself is not said again.
#[test]
fn a_record_that_is_wrong_in_itself_is_said_once() {
    let report = report("domain: shop.test\nemail: none", |world| {
        parked(world, true, Some("v=spf1 +all"), REFUSED);
    });
    assert_eq!(findings(&report, "fail"), ["email/spf-permissive shop.test"]);
    let found = finding(&report, "email/parked-spoofable", "shop.test");
    assert_eq!(found["because"]["check"], "email/spf-permissive", "{found}");
}

#[test]
fn bulk_senders_hear_what_nobody_can_see() {
    let mut world = Lab::builder();
    mail(&mut world);
    let lab = world.start();
    let options = ["--policy", "bulk-sender", "--only", "email"];
    let told = check(&lab, "domain: shop.test", &options);
    assert_eq!(told.code, 0, "{}{}", told.out, told.err);
    assert!(
        told.out.contains("not checked, though policy bulk-sender asks for it:\n    - the share"),
        "{}",
        told.out
    );
    let json = check(&lab, "domain: shop.test", &[&options[..], &["--format", "json"]].concat()).json();
    assert_eq!(
        (&json["policy"], json["not_checked"].as_array().map(Vec::len)),
        (&"bulk-sender".into(), Some(6))
    );
    let baseline = check(&lab, "domain: shop.test", &["--format", "json"]).json();
    assert!(baseline.get("not_checked").is_none());
}
