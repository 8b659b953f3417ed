//! Reading specs: places, all errors at once, bombs.

use super::load::{self, SpecErrors};
use super::model::{Email, Short};

fn errors(text: &str) -> SpecErrors {
    match load::parse("launch-ready.yaml", text) {
        Ok(_) => panic!("was accepted:\n{text}"),
        Err(errors) => errors,
    }
}

/// `code: message | the text it points at | help`, one per error.
fn told(text: &str) -> Vec<String> {
    let errors = errors(text).errors;
    let told = errors.iter().map(|error| {
        let at = &text[error.span.start..error.span.end];
        format!("{}: {} | {at} | {}", error.code, error.message, error.help.as_deref().unwrap_or("-"))
    });
    told.collect()
}

#[test]
fn the_domain_alone_is_a_spec() {
    let document = load::parse("-", "domain: Shop.TEST.\n").expect("a good spec");
    assert_eq!(document.spec.domain.value.0, "shop.test");
}

#[test]
fn scalars_carry_their_exact_bytes() {
    let text = "# ä\nproduct: \"Gärtchen\"\ndomain: 'shop.test'\nemail:\n  send:\n    - mailgun\n    - {provider: postmark, dkim: [pm1]}\n";
    let spec = load::parse("-", text).expect("a good spec").spec;
    let at = |span: super::Span| &text[span.start..span.end];
    assert_eq!(at(spec.product.as_ref().expect("a product").span), "\"Gärtchen\"");
    assert_eq!(at(spec.domain.span), "'shop.test'");
    let Some(Email::Full(email)) = spec.email.map(|email| email.value) else { panic!("no email") };
    assert_eq!(at(email.send[0].span), "mailgun");
    let Short::Full(postmark) = &email.send[1].value else { panic!("no mapping") };
    assert_eq!(at(postmark.provider.as_ref().expect("a provider").span), "postmark");
    assert_eq!(at(postmark.dkim[0].span), "pm1");
}

#[test]
fn all_shape_errors_are_told_at_once() {
    let text = "domain: shop.test\ndomian: x\nproduct: [a]\ncanonical: wwww\ntls: {min_version: 1.2, min_remaining: 3 weeks}\ndomain: b.test\nwaivers: [{check: dns/cname-loop, reason: r, owner: o}]\nredirects: [{from: \"ftp://a/\", to: \"https://b/$1\", status: 200}]\nendpoints: [{url: \"https://a.test/\", status: 999, samples: many}]\nhosts: {app: redirects, api: {kind: [x]}}\n";
    insta::assert_snapshot!(told(text).join("\n"), @r#"
    spec/unknown-key: there is no key `domian` at the top | domian | did you mean `domain`?
    spec/wrong-type: `product` must be text, not a list | [a | write text
    spec/wrong-value: `canonical` cannot be `wwww` | wwww | did you mean `www`?
    spec/wrong-value: `min_version` cannot be `1.2` | 1.2 | put it in quotes: "1.2"
    spec/wrong-value: `min_remaining`: `weeks` is not a unit of time: use ms, s, m, h or d | 3 weeks | for example: 21d
    spec/duplicate-key: `domain` is given twice | domain | keep one of them
    spec/missing-key: `waivers[0]` needs `until` | check | a waiver needs an end: `until: 2027-01-31`
    spec/wrong-value: `from`: only http and https URLs can be asked, not `ftp:` | "ftp://a/" | for example: https://www.circlegarden.test/*
    spec/wrong-value: `status` cannot be `200` | 200 | write 301, 302, 303, 307 or 308
    spec/wrong-value: `status` cannot be 999 | 999 | write a number from 100 to 599
    spec/wrong-type: `samples` must be a whole number, not text | many | write a whole number
    spec/wrong-value: `app` cannot be `redirects` | redirects | did you mean `redirect`?
    spec/wrong-type: `kind` must be text, not a list | [x | write text
    "#);
}

#[test]
fn a_bomb_is_refused_and_says_so() {
    let aliases = format!(
        "domain: shop.test\nproduct: &a x\nhandover: {{client: *a, items: [{}]}}\n",
        "*a, ".repeat(2_000)
    );
    let nesting = format!("domain: shop.test\nproduct: {}{}\n", "[".repeat(100), "]".repeat(100));
    let laughs = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n";
    let size = format!("domain: shop.test\nproduct: {}\n", "x".repeat(load::MAX_BYTES));
    for bomb in [aliases.as_str(), nesting.as_str(), laughs, size.as_str()] {
        let errors = errors(bomb).errors;
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(["spec/yaml", "spec/too-large"].contains(&errors[0].code), "{errors:?}");
    }
}

#[test]
fn broken_yaml_points_at_its_place() {
    let broken = [
        "domain: shop.test\nhosts: {apex: {}\nproduct: x\n",
        "",
        "domain: shop.test\n---\ndomain: b.test\n",
        "- a\n",
        "domain: *x\n",
        "domain: \"a\n",
    ];
    let told: Vec<String> = broken.iter().flat_map(|text| told(text)).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    spec/yaml: not readable as YAML: while parsing a flow mapping, did not find expected ',' or '}' |  | indent with spaces, and quote texts that hold `: ` or begin with one of *&!%@`
    spec/wrong-type: a spec is a mapping, not nothing |  | begin with `domain: example.com`
    spec/too-large: the spec is larger than any spec needs to be: Documents { documents: 2 } | --- | a spec is one document of at most 32 levels and 100000 nodes, aliases counted each time
    spec/wrong-type: a spec is a mapping, not a list | - a | begin with `domain: example.com`
    spec/yaml: not readable as YAML: alias references unknown anchor |  | indent with spaces, and quote texts that hold `: ` or begin with one of *&!%@`
    spec/yaml: not readable as YAML: invalid indentation in multiline quoted scalar |  | indent with spaces, and quote texts that hold `: ` or begin with one of *&!%@`
    "#);
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "(domain: shop\\.test\n)?[ -~äß\n\t:{}\\[\\]*&!|>'\"-]{0,200}") {
        if let Err(errors) = load::parse("-", &text) {
            for error in errors.errors {
                proptest::prop_assert!(text.get(error.span.start..error.span.end).is_some(), "{error:?}");
            }
        }
    }
}

#[test]
fn all_contradictions_are_told_at_once() {
    let text = "domain: shop.test
canonical: www
hosts: {apex: {pages: [login]}, \"@\": {}, www: redirect, other.example.test: {}, a.b: {}, api.shop.test: {}}
dns:
  records:
    - {name: apex, type: CNAME, value: host.example.net}
    - {name: apex, type: MX, value: mail.other.net}
    - {name: app, type: CNAME, value: host.example.net}
    - {name: app, type: TXT, value: x}
    - {name: api, type: A, value: 2001:db8::1}
    - {name: api, type: AAAA}
redirects:
  - {from: \"https://shop.test/*\", to: \"https://shop.test/$1\"}
  - {from: \"https://shop.test/a\", to: \"https://shop.test/$1\"}
email: {receive: {mx: [mail.shop.test]}}
waivers:
  - {check: http/hsts-mising, reason: r, owner: o, until: 2027-01-31}
  - {check: dns/dnssec-unsigned, reason: r, owner: o, until: 2027-01-31}
";
    insta::assert_snapshot!(told(text).join("\n"), @r#"
    spec/contradiction: the path `login` does not start with one `/` | login | write /login
    spec/contradiction: the host shop.test is declared twice | "@" | keep one of them
    spec/contradiction: www.shop.test is the canonical host and cannot redirect to itself | redirect | write `canonical: apex`, or give the host a mapping: {}
    spec/contradiction: the host `other.example.test` is not under `shop.test` | other.example.test | one spec describes one domain: write a label, or a full name under shop.test; if `other.example.test` is meant as labels, write `other.example.test.shop.test`
    spec/contradiction: a CNAME cannot stand at the apex | apex | use A and AAAA records, or `proxied: true` where Cloudflare flattens it
    spec/contradiction: shop.test is declared as a CNAME and has a record of type MX too | apex | remove one of them (RFC 1034 section 3.6.2)
    spec/contradiction: an MX record needs a priority | apex | add `priority: 10`
    spec/contradiction: the MX record names mail.other.net, which `email` does not | mail.other.net | make `dns.records` and `email` agree
    spec/contradiction: app.shop.test is declared as a CNAME and has a record of type TXT too | app | remove one of them (RFC 1034 section 3.6.2)
    spec/contradiction: `2001:db8::1` is no value of A | 2001:db8::1 | write an IPv4 address: 203.0.113.10
    spec/contradiction: the AAAA record has no value | api | add `value: ...`
    spec/contradiction: the redirect leads to itself | "https://shop.test/$1" | correct `from` or `to`
    spec/contradiction: `$1` puts back what one `*` in `from` captures | "https://shop.test/$1" | write `*` in `from` and `$1` in `to`
    spec/contradiction: there is no check `http/hsts-mising` | http/hsts-mising | did you mean `http/hsts-missing`?
    "#);
}

#[test]
fn the_examples_are_good_specs() {
    for text in [include_str!("../../examples/minimal.yaml"), include_str!("../../examples/saas.yaml")] {
        if let Err(errors) = load::parse("examples", text) {
            panic!("{:?}", miette::Report::new(errors));
        }
    }
}

/// The full example names every key of the schema, so that nobody has to guess how one is written.
#[test]
fn the_full_example_shows_every_key() {
    let schema = super::schema::json_schema();
    let document = load::parse("-", include_str!("../../examples/saas.yaml")).expect("a good spec");
    let mut keys = std::collections::BTreeSet::new();
    collect_keys(&document.tree, &mut keys);
    // Alternatives of what the example shows.
    let mut elsewhere = vec!["name", "custom", "cname", "include", "ip", "equals"];
    // Terms of webhook schemes: `providers/webhooks` shows each.
    elsewhere.extend(["digest", "ed25519", "ecdsa_p256", "rsa", "jwt_es256", "body_hash"]);
    elsewhere.extend(["strip", "fields", "query", "rotation"]);
    let defs = schema["$defs"].as_object().expect("definitions").values().chain([&schema]);
    for properties in defs.filter_map(|def| def["properties"].as_object()) {
        for key in properties.keys() {
            assert!(
                keys.contains(key) || elsewhere.contains(&key.as_str()),
                "examples/saas.yaml does not show `{key}`"
            );
        }
    }
}

fn collect_keys(node: &super::tree::Node, keys: &mut std::collections::BTreeSet<String>) {
    match &node.kind {
        super::tree::Kind::Map(entries) => {
            for (key, value) in entries {
                keys.insert(key.value.clone());
                collect_keys(value, keys);
            }
        }
        super::tree::Kind::List(nodes) => nodes.iter().for_each(|node| collect_keys(node, keys)),
        _ => {}
    }
}

#[test]
fn addresses_that_would_be_asked_wrongly_are_refused() {
    let text = "domain: shop.test
hosts: {münchen: {pages: [\"//evil.example/x\"]}}
dns: {records: [{name: \"a..b\", type: A, value: 203.0.113.1, ttl: 100000d}, {name: \"*\", type: A, value: 203.0.113.1}]}
redirects: [{from: \"https://*.shop.test/\", to: \"https://shop.test/\"}]
endpoints: [{url: \"https://me:hunter2@shop.test/\"}]
";
    let told = told(text).join("\n");
    assert!(told.contains("`*` stands in the path") && told.contains("no user name or password"), "{told}");
    assert!(told.contains("a TTL is at most"), "{told}");
    let text = "domain: shop.test
hosts: {münchen: {pages: [\"//evil.example/x\"]}}
dns: {records: [{name: \"a..b\", type: A, value: 203.0.113.1}, {name: \"*\", type: A, value: 203.0.113.1}]}
";
    insta::assert_snapshot!(self::told(text).join("\n"), @r#"
    spec/contradiction: the path `//evil.example/x` does not start with one `/` | "//evil.example/x" | write /evil.example/x
    spec/contradiction: `a..b` is no name of a record: each part of a name has 1 to 63 characters | "a..b" | write apex, a label, or a full name
    "#);
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let text = "domain: shop.test
hosts: {www.example.com: {}, 10.113.0.203.in-addr.arpa: {}, api.: {}}
dns:
  records:
    - {name: elsewhere.example.com, type: A, value: 203.0.113.1}
    - {name: _dmarc.other.test, type: TXT, value: x}
    - {name: shop.example.net., type: A, value: 203.0.113.1}
    - {name: _dmarc.news, type: TXT, value: x}
    - {name: api.com.shop.test, type: A, value: 203.0.113.1}
    - {name: 10.113.0.203.in-addr.arpa., type: PTR, value: app}
    - {name: a, type: CNAME, value: \"@\"}
    - {name: b, type: CNAME, value: app}
    - {name: apex, type: HTTPS, value: 1 app port=8443}
    - {name: apex, type: MX, value: mail, priority: 10}
";
    insta::assert_snapshot!(told(text).join("\n"), @r#"
    spec/contradiction: the host `www.example.com` is not under `shop.test` | www.example.com | one spec describes one domain: write a label, or a full name under shop.test; if `www.example.com` is meant as labels, write `www.example.com.shop.test`
    spec/contradiction: the host `10.113.0.203.in-addr.arpa` is not under `shop.test` | 10.113.0.203.in-addr.arpa | one spec describes one domain: write a label, or a full name under shop.test; if `10.113.0.203.in-addr.arpa` is meant as labels, write `10.113.0.203.in-addr.arpa.shop.test`
    spec/contradiction: the record `elsewhere.example.com` is not under `shop.test` | elsewhere.example.com | one spec describes one domain: write a label, or a full name under shop.test; if `elsewhere.example.com` is meant as labels, write `elsewhere.example.com.shop.test`
    spec/contradiction: the record `_dmarc.other.test` is not under `shop.test` | _dmarc.other.test | one spec describes one domain: write a label, or a full name under shop.test; if `_dmarc.other.test` is meant as labels, write `_dmarc.other.test.shop.test`
    spec/contradiction: the record `shop.example.net.` is not under `shop.test` | shop.example.net. | one spec describes one domain: write a label, or a full name under shop.test; if `shop.example.net` is meant as labels, write `shop.example.net.shop.test`
    spec/contradiction: `app` is not a full name: nothing is added to the value of a record | app | write the full name: `app.shop.test`
    spec/contradiction: `app` is not a full name: nothing is added to the value of a record | app | write the full name: `app.shop.test`
    spec/contradiction: `app` is not a full name: nothing is added to the value of a record | 1 app port=8443 | write the full name: `app.shop.test`
    spec/contradiction: `mail` is not a full name: nothing is added to the value of a record | mail | write the full name: `mail.shop.test`
    "#);
}

#[test]
fn an_idn_and_its_ascii_form_are_one_name() {
    let text = "domain: bücher.test
hosts: {app.bücher.test: {}, WWW.xn--bcher-kva.test.: {}}
dns:
  records:
    - {name: \"*.bücher.test\", type: CNAME, value: app.bücher.test}
    - {name: apex, type: MX, value: mail.Bücher.test., priority: 10}
    - {name: apex, type: MX, value: xn--bcher-kva.test, priority: 20}
    - {name: apex, type: MX, value: apex, priority: 30}
email: {receive: {mx: [mail.bücher.test, bücher.test]}}
";
    if let Err(errors) = load::parse("-", text) {
        panic!("{:?}", miette::Report::new(errors));
    }
    assert_eq!(super::names::full_name("*.Bücher", "shop.test"), "*.xn--bcher-kva.shop.test");
    assert_eq!(super::names::full_name("1.2.0.192.IN-ADDR.ARPA.", "shop.test"), "1.2.0.192.in-addr.arpa");
}

#[test]
fn errors_show_no_secret_and_no_escape() {
    let key = format!("sk_live_{}", "a".repeat(24));
    let text = format!(
        "domain: shop.test\n\"{key}\": 1\n\"{key}\": 2\nhosts: {{\"\\e[31mX\": {{bad: 1}}}}\ncanonical: {key}\n"
    );
    let shown = format!("{:?}", miette::Report::new(errors(&text)));
    assert!(!shown.contains(&key), "{shown}");
    let told: String = errors(&text)
        .errors
        .into_iter()
        .map(|error| error.message + &error.help.unwrap_or_default())
        .collect();
    assert!(!told.contains('\u{1b}') && !told.contains(&key), "{told}");
}

#[test]
fn hosts_are_named_as_dns_names_them() {
    assert_eq!(super::names::full_name("MÜNCHEN", "shop.test"), "xn--mnchen-3ya.shop.test");
    assert_eq!(super::names::full_name("@", "shop.test"), "shop.test");
    assert_eq!(super::names::full_name("a.shop.test.", "shop.test"), "a.shop.test");
    assert_eq!(super::names::full_name("*", "shop.test"), "*.shop.test");
    assert_eq!(super::names::full_name("_dmarc", "shop.test"), "_dmarc.shop.test");
}

#[test]
fn mail_providers_and_senders_are_known_or_described() {
    let faults = |email: &str| {
        let spec = format!("domain: shop.test\nemail: {email}\n");
        match crate::spec::load::parse("launch-ready.yaml", &spec) {
            Ok(_) => Vec::new(),
            Err(errors) => errors
                .errors
                .iter()
                .map(|e| format!("{e} ({})", e.help.clone().unwrap_or_default()))
                .collect(),
        }
    };
    assert_eq!(
        faults("{send: [postmrk], receive: any}"),
        ["nothing is known of a mail provider `postmrk` (did you mean `postmark`?)"]
    );
    assert!(faults("{receive: acme-mail}")[0].contains("write one of google-workspace"));
    assert_eq!(
        faults("{receive: postmark}"),
        ["Postmark receives no mail (name who receives: another provider, `{mx: [hosts]}`, or `any`)"]
    );
    assert_eq!(
        faults("{send: [{name: x, dkim: [s1._domainkey.shop.test]}]}"),
        [
            "`s1._domainkey.shop.test` is the name of a record, not a selector (write what stands before `._domainkey`: `s1`)"
        ]
    );
    assert!(faults("{spf: {ip: [203.0.113.0/33]}}")[0].contains("neither an address nor a network"));
    assert!(faults("{send: [{name: x, return_path: 'a..b'}]}")[0].contains("is no return path"));
    let good = "{receive: google-workspace, send: [mailgun, {provider: postmark, dkim: [20260901120000pm], return_path: pm-bounces}], spf: {ip: [203.0.113.25, '2001:db8::/32']}}";
    assert_eq!(faults(good), [] as [&str; 0]);
}

#[test]
fn a_declared_key_is_one_that_can_be_published() {
    let faults = |key: &str| {
        let spec = format!("domain: shop.test\nemail: {{dkim: [{{selector: s1, key: '{key}'}}]}}\n");
        let Err(errors) = load::parse("-", &spec) else { return None };
        let told = errors.errors[0].to_string();
        Some(format!("{told} {:?}", miette::Report::new(errors)))
    };
    assert_eq!(faults(" v=DKIM1; k=ed25519; p=aXlmrfvylsohp48jjLKtjgg9PmJhx1466YagaYVDDo8=; "), None);
    assert!(faults("v=DKIM1; k=rsa; p=MIIB").is_some_and(|text| text.contains("no public key")));
    assert!(faults("v=DKIM1; p=").is_some_and(|text| text.contains("which withdraws a key")));
    let secret = format!("MIIEowIBAAKCAQEA{}", "Secret".repeat(20));
    let told = faults(&format!("p={secret}")).unwrap_or_default();
    assert!(told.contains("PRIVATE key") && !told.contains("SecretSecret"), "{told}");
}
