//! `launch-ready init`: what it writes about worlds that the lab serves, and that `check` agrees.
#![expect(clippy::disallowed_methods, reason = "a test reads and writes files of its own")]

use std::path::PathBuf;

use crate::lab::{Builder, Fault, Lab, RSA_2048, Weather, good_key};
use crate::run::{Outcome, check, findings, launch_ready};

fn init(lab: &Lab, options: &[&str]) -> Outcome {
    let mut arguments = vec!["init".to_owned(), "shop.test".into(), "--timeout".into(), "5s".into()];
    arguments.extend(lab.args());
    arguments.extend(options.iter().map(|option| (*option).to_owned()));
    launch_ready(&arguments, "")
}

fn world(describe: impl Fn(&mut Builder)) -> Lab {
    let mut builder = Lab::builder();
    describe(&mut builder);
    builder.start()
}

/// The written spec, without its date.
fn written(lab: &Lab) -> String {
    let outcome = init(lab, &["-"]);
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    assert!(outcome.err.ends_with("next: save it as launch-ready.yaml, then launch-ready check\n"));
    outcome.out
}

/// What fails when the spec is checked against the world that it was written from.
fn failures(lab: &Lab, spec: &str) -> Vec<String> {
    let outcome = check(lab, spec, &["--format", "json"]);
    assert!(outcome.code < 2, "{}\n{spec}", outcome.err);
    findings(&outcome.json(), "fail")
}

/// The lines of a spec that declare something.
fn declared(spec: &str) -> String {
    let lines = spec.lines().filter(|line| !line.trim_start().starts_with('#') && !line.is_empty());
    lines.map(|line| line.split(" # ").next().unwrap_or(line).trim_end().to_owned() + "\n").collect()
}

fn site(world: &mut Builder, host: &str) {
    world
        .site(host)
        .page("/*", 200, "hello")
        .header_everywhere("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
}

/// A product in the middle of its launch.
fn product(world: &mut Builder) {
    world
        .zone("shop.test")
        .a("@", "203.0.113.10")
        .aaaa("@", "2001:db8::10")
        .a("www", "203.0.113.10")
        .a("api", "203.0.113.11")
        .a("staging", "203.0.113.12")
        .cname("shop", "shops.host.test.")
        .a("mail", "203.0.113.13")
        .mx("@", 1, "aspmx.l.google.com.")
        .mx("@", 5, "alt1.aspmx.l.google.com.")
        .mx("@", 5, "alt2.aspmx.l.google.com.")
        .mx("@", 10, "alt3.aspmx.l.google.com.")
        .mx("@", 10, "alt4.aspmx.l.google.com.")
        .txt("@", "v=spf1 include:_spf.google.com include:spf.own.test ip4:203.0.113.25 ~all")
        .txt("@", "google-site-verification=abc_DEF-123")
        .txt("@", "say \"hi\" # not: a comment \\ *")
        .txt("_dmarc", "v=DMARC1; p=quarantine; rua=mailto:dmarc@shop.test, mailto:x@dmarc.test")
        .txt("google._domainkey", good_key())
        .txt("default._domainkey", good_key())
        .cname("pm-bounces", "pm.mtasv.net.")
        .txt("pm._domainkey", format!("k=rsa; p={RSA_2048}"))
        .txt("_mta-sts", "v=STSv1; id=1")
        .a("mta-sts", "203.0.113.10")
        .txt("_smtp._tls", "v=TLSRPTv1; rua=mailto:tls@shop.test")
        .record("_sip._tls", "SRV 100 1 443 sip.host.test.")
        .caa("@", "issue", "letsencrypt.org")
        .caa("@", "iodef", "mailto:ca@shop.test");
    world.zone("google.com").txt("_spf", "v=spf1 ip4:203.0.113.100 ~all");
    world.zone("own.test").txt("spf", "v=spf1 ip4:203.0.113.101 -all");
    world.zone("host.test").a("shops", "203.0.113.14").a("sip", "203.0.113.15");
    for host in ["aspmx", "alt1.aspmx", "alt2.aspmx", "alt3.aspmx", "alt4.aspmx"] {
        world.zone("l.google.com").a(host, "203.0.113.16");
    }
    world.zone("dmarc.test").mx("@", 10, "mx").a("mx", "203.0.113.16").txt("*._report._dmarc", "v=DMARC1;");
    for host in ["shop.test", "staging.shop.test", "shop.shop.test"] {
        site(world, host);
    }
    world.site("staging.shop.test").header_everywhere("X-Robots-Tag", "noindex");
    world
        .site("api.shop.test")
        .page("/healthz", 200, "ok")
        .header_everywhere("Strict-Transport-Security", "max-age=63072000; includeSubDomains");
    world
        .site("www.shop.test")
        .redirect_all("https://shop.test")
        .header_everywhere("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
    let policy = "version: STSv1\r\nmode: enforce\r\nmx: aspmx.l.google.com\r\nmx: *.aspmx.l.google.com\r\nmax_age: 86400\r\n";
    let host = world.site("mta-sts.shop.test").page("/.well-known/mta-sts.txt", 200, policy);
    host.header("Content-Type", "text/plain");
}

#[test]
fn a_product_is_written_down_whole() {
    let lab = world(product);
    let spec = written(&lab);
    insta::with_settings!({filters => vec![(r"\d{4}-\d\d-\d\d\. Read", "DATE. Read")]}, {
        insta::assert_snapshot!(spec, @r##"
        # yaml-language-server: $schema=./launch-ready.schema.json
        # (for completion in editors: launch-ready schema > launch-ready.schema.json)
        #
        # What shop.test showed on DATE. Read it, then make it say what should be true:
        #   seen       so it is, on that day; delete or correct what should not stay
        #   to decide  only you know; take the `#` away and fill it in, or delete the line

        version: 1
        # product: Shop   # to decide: its name in reports
        domain: shop.test
        # policy: strict  # to decide: asks for more than the baseline
        canonical: apex   # seen: www.shop.test leads there

        hosts:
          apex: {}                         # seen: answers 200
          www: redirect                    # seen: leads to https://shop.test/
          api: {kind: api}                 # seen: answers 404
          shop: {}                         # seen: answers 200
          # mail: {}                       # to decide: resolves, but port 443 is closed
          staging: {environment: staging}  # seen: answers 200
          # app: {pages: [/, /login]}      # to decide: other hosts, and pages that must answer

        dns:
          nameservers: [ns1.shop.test, ns2.shop.test]  # seen: NS
          # dnssec: required                           # to decide: the parent has no DS record
          caa: [letsencrypt.org]                       # seen: CAA
          # cutover: "2026-12-01T08:00:00Z"            # to decide: when records change; TTLs must be short then
          records:
            - {name: apex, type: A, value: 203.0.113.10}                                 # seen
            - {name: apex, type: AAAA, value: "2001:db8::10"}                            # seen
            - {name: apex, type: MX, value: aspmx.l.google.com, priority: 1}             # seen
            - {name: apex, type: MX, value: alt1.aspmx.l.google.com, priority: 5}        # seen
            - {name: apex, type: MX, value: alt2.aspmx.l.google.com, priority: 5}        # seen
            - {name: apex, type: MX, value: alt3.aspmx.l.google.com, priority: 10}       # seen
            - {name: apex, type: MX, value: alt4.aspmx.l.google.com, priority: 10}       # seen
            - {name: apex, type: TXT, value: google-site-verification=abc_DEF-123}       # seen: for Google Workspace
            - {name: apex, type: TXT, value: 'say "hi" # not: a comment \ *'}            # seen
            - {name: apex, type: CAA, value: '0 iodef "mailto:ca@shop.test"'}            # seen
            - {name: apex, type: CAA, value: '0 issue "letsencrypt.org"'}                # seen
            - {name: www, type: A, value: 203.0.113.10}                                  # seen
            - {name: api, type: A, value: 203.0.113.11}                                  # seen
            - {name: shop, type: CNAME, value: shops.host.test}                          # seen
            - {name: mail, type: A, value: 203.0.113.13}                                 # seen
            - {name: staging, type: A, value: 203.0.113.12}                              # seen
            - {name: mta-sts, type: A, value: 203.0.113.10}                              # seen
            - {name: _sip._tls, type: SRV, value: "1 443 sip.host.test", priority: 100}  # seen
            # - {name: news, type: CNAME, value: news.example.net}                       # to decide: records to come

        tls:
          # min_version: "1.2"                             # to decide: the sites spoke 1.3
          # min_remaining: 21d                             # to decide: how long certificates must still be valid
          issuers: ["Lab CA"]                              # seen: in the certificates
          hsts: {max_age: 365d, include_subdomains: true}  # seen: Strict-Transport-Security

        redirects:
          - {from: "https://www.shop.test/*", to: "https://shop.test/$1", status: 301}  # seen
          # - {from: "https://shop.test/old/*", to: "https://shop.test/new/$1"}         # to decide: old addresses

        email:
          receive: google-workspace                                          # seen: MX of Google Workspace
          send:
            - {provider: google-workspace, dkim: [google]}  # seen: SPF, DKIM
            - {provider: postmark, dkim: [pm], return_path: pm-bounces}  # seen: DKIM, return path
            # - {name: newsletter, dkim: [s1]}              # to decide: others; most selectors cannot be guessed
          spf: {all: softfail, include: [spf.own.test], ip: [203.0.113.25]}  # seen
          dkim:
            - {selector: default}                           # seen: a key; to decide: whose? name it under send
          dmarc: {policy: quarantine, reports: ["mailto:dmarc@shop.test", "mailto:x@dmarc.test"]}  # seen
          mta_sts: enforce                                                   # seen: the policy that mta-sts serves
          tls_rpt: ["mailto:tls@shop.test"]                                  # seen

        # to decide: what no look from outside can tell. Take the `#` away where a section is yours

        # endpoints:                       # single URLs, and what they must answer
        #   - {url: "https://api.shop.test/healthz", status: 200, contains: '"ok"', p95: 500ms, samples: 20}
        #   - {url: "https://api.shop.test/admin", refuse_anonymous: true}

        # secrets:                         # names only, never values
        #   variables:
        #     - STRIPE_SECRET_KEY
        #     - {name: SESSION_KEY, min_length: 32, rotate: 180d}
        #   scan: {sites: [apex], paths: [build/web], history: true}

        # webhooks:                        # endpoints that receive events
        #   - name: stripe
        #     url: https://api.shop.test/webhooks/stripe
        #     provider: stripe
        #     secret: STRIPE_WEBHOOK_SECRET  # the name of a variable
        #     events: [checkout.session.completed]

        # monitoring: {config: gatus.yaml, watch: [apex]}

        # handover:                        # who receives the product, and what belongs to it
        #   client: <name of the client>
        #   accounts: [{name: registrar, provider: Example Registrar, owner: ada@shop.test, stored_in: client vault}]
        #   contacts: [{role: on call, name: Ada, reach: ada@shop.test}]
        #   items: [{item: Restore of the backup was tried}]
        "##);
    });
    assert_eq!(failures(&lab, &spec), [] as [&str; 0]);
}

#[test]
fn a_bare_domain_is_a_short_spec() {
    let lab = world(|world| {
        world.zone("shop.test").a("@", "203.0.113.10");
        site(world, "shop.test");
    });
    let spec = written(&lab);
    insta::assert_snapshot!(declared(&spec), @r##"
    version: 1
    domain: shop.test
    canonical: apex
    hosts:
      apex: {}
    dns:
      nameservers: [ns1.shop.test, ns2.shop.test]
      records:
        - {name: apex, type: A, value: 203.0.113.10}
    tls:
      issuers: ["Lab CA"]
      hsts: {max_age: 365d, include_subdomains: true}
    "##);
    assert_eq!(failures(&lab, &spec), [] as [&str; 0]);
}

/// Everything at Cloudflare, `www` is the product's address, a wildcard answers the rest.
fn proxied(world: &mut Builder) {
    world
        .zone("shop.test")
        .ns("@", "ada.ns.cloudflare.com.")
        .ns("@", "bob.ns.cloudflare.com.")
        .a("@", "104.16.1.1")
        .a("www", "104.16.1.2")
        .a("*", "203.0.113.99")
        .a("api", "203.0.113.11")
        .mx("@", 13, "route1.mx.cloudflare.net.")
        .mx("@", 53, "route2.mx.cloudflare.net.")
        .mx("@", 93, "route3.mx.cloudflare.net.")
        .txt("@", "v=spf1 include:_spf.mx.cloudflare.net -all")
        .txt("cf2024-1._domainkey", good_key())
        .txt("_dmarc", "v=DMARC1; p=none; rua=mailto:dmarc@shop.test");
    world.zone("mx.cloudflare.net").txt("_spf", "v=spf1 ip4:203.0.113.100 ~all");
    for host in ["route1", "route2", "route3"] {
        world.zone("mx.cloudflare.net").a(host, "203.0.113.16");
    }
    site(world, "www.shop.test");
    site(world, "api.shop.test");
    world
        .site("shop.test")
        .redirect_all_as(308, "https://www.shop.test")
        .header_everywhere("Strict-Transport-Security", "max-age=31536000");
}

#[test]
fn what_a_proxy_hides_and_what_a_wildcard_answers_is_not_declared() {
    let lab = world(proxied);
    let outcome = init(&lab, &["-", "--allow-private"]);
    let spec = outcome.out;
    insta::assert_snapshot!(declared(&spec), @r##"
    version: 1
    domain: shop.test
    canonical: www
    hosts:
      apex: redirect
      www: {}
      api: {kind: api}
    dns:
      nameservers: cloudflare
      records:
        - {name: apex, type: MX, value: route1.mx.cloudflare.net, priority: 13}
        - {name: apex, type: MX, value: route2.mx.cloudflare.net, priority: 53}
        - {name: apex, type: MX, value: route3.mx.cloudflare.net, priority: 93}
        - {name: api, type: A, value: 203.0.113.11}
        - {name: "*", type: A, value: 203.0.113.99}
    tls:
      issuers: ["Lab CA"]
      hsts: {max_age: 365d}
    redirects:
      - {from: "https://shop.test/*", to: "https://www.shop.test/$1", status: 308}
    email:
      receive: cloudflare-email-routing
      send:
        - {provider: cloudflare-email-routing, dkim: [cf2024-1]}
      spf: {all: fail}
      dmarc: {policy: none, reports: ["mailto:dmarc@shop.test"]}
    "##);
    for hidden in ["apex", "www"] {
        let line = format!("# - {{name: {hidden}, type: A, value: <address of its server>, proxied: true}}");
        assert!(spec.contains(&line), "{spec}");
    }
    assert!(spec.contains("a wildcard: every name that is not published leads there"), "{spec}");
    assert_eq!(failures(&lab, &spec), [] as [&str; 0]);
}

#[test]
fn faults_are_written_down_as_they_are_and_red_in_the_check() {
    let lab = world(|world| {
        world
            .zone("shop.test")
            .a("@", "203.0.113.10")
            .a("www", "203.0.113.10")
            .cname("old", "gone.host.test.")
            .cname("docs", "gone.host.test.")
            .txt("@", "v=spf1 mx ?all")
            .txt("selector1._domainkey", "v=DKIM1; p=")
            .mx("@", 10, "mx1")
            .a("mx1", "203.0.113.20");
        site(world, "shop.test");
        site(world, "www.shop.test");
        world.weather("www.shop.test", 80, Weather::Refused);
    });
    let spec = written(&lab);
    assert!(spec.contains("# canonical: apex"), "{spec}");
    assert!(spec.contains("both names answer"), "{spec}");
    assert!(spec.contains("selector1 is withdrawn"), "{spec}");
    assert!(spec.contains("- {name: mx1, type: A, value: 203.0.113.20}"), "{spec}");
    let failed = failures(&lab, &spec);
    assert_eq!(
        failed,
        [
            "dns/cname-dangling docs.shop.test",
            "http/canonical-split shop.test",
            "email/spf-permissive shop.test",
            "email/dmarc-missing shop.test"
        ]
    );
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn a_file_is_written_once() {
    let lab = world(|world| {
        world.zone("shop.test").a("@", "203.0.113.10");
        site(world, "shop.test");
    });
    let folder = folder();
    let file: PathBuf = folder.path().join("launch-ready.yaml");
    let path = file.to_str().expect("a path");
    let first = init(&lab, &["--output", path]);
    assert_eq!((first.code, first.out.as_str()), (0, ""), "{}", first.err);
    assert_eq!(
        first.err,
        format!("wrote {path}: 1 host, 1 record, 0 senders\nnext: launch-ready check {path}\n")
    );
    let text = std::fs::read_to_string(&file).expect("written");
    let asked = lab.count_questions("shop.test", "SOA");
    let second = init(&lab, &["--output", path]);
    assert_eq!((second.code, second.out.as_str()), (2, ""));
    let words: String = second.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("exists already") && words.contains("--output other.yaml"), "{words}");
    assert_eq!(std::fs::read_to_string(&file).expect("still there"), text);
    assert_eq!(lab.count_questions("shop.test", "SOA"), asked, "nothing is asked for nothing");
}

#[test]
fn a_domain_that_does_not_exist_is_told_from_one_that_nobody_answers_for() {
    let folder = folder();
    let file = folder.path().join("launch-ready.yaml");
    let path = file.to_str().expect("a path");
    let nowhere = init(&world(|_| ()), &["--output", path]);
    assert_eq!((nowhere.code, nowhere.out.as_str()), (1, ""), "{}", nowhere.err);
    assert!(nowhere.err.contains("shop.test does not exist"), "{}", nowhere.err);
    let lab = world(|world| {
        world.zone("shop.test").broken("@", "*", Fault::Servfail);
    });
    let silent = init(&lab, &["--output", path]);
    assert_eq!((silent.code, silent.out.as_str()), (3, ""), "{}", silent.err);
    assert!(silent.err.contains("nothing could be seen of shop.test"), "{}", silent.err);
    assert!(!file.exists());
}

#[test]
fn wrong_calls_say_what_to_do() {
    let run = |arguments: &[&str]| {
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        launch_ready(&arguments, "")
    };
    for (arguments, words) in [
        (&["init"][..], "DOMAIN"),
        (&["init", "https://shop.test/"], "this is a URL; only the name is wanted"),
        (&["init", "shop"], "write a whole domain"),
        (&["init", "203.0.113.10"], "an address is not a name"),
        (&["init", "shop.test", "-", "--output", "x.yaml"], "cannot be used with"),
    ] {
        let outcome = run(arguments);
        assert_eq!((outcome.code, outcome.out.as_str()), (2, ""), "{arguments:?}");
        assert!(outcome.err.contains(words), "{arguments:?}: {}", outcome.err);
    }
}
