//! RFC 7208 section 7: its own examples (7.4).

use crate::mail::spf::macros::{Letter, MacroString};
use crate::mail::spf::{Answers, Kind, Request, SpfResult, check_host};

/// The example's sender; the address is IPv6 where asked.
fn value(letter: Letter, six: bool) -> Option<String> {
    let nibbles = "2.0.0.1.0.D.B.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.C.B.0.1";
    let text = match letter {
        Letter::Sender => "strong-bad@email.example.com",
        Letter::LocalPart => "strong-bad",
        Letter::SenderDomain | Letter::Domain => "email.example.com",
        Letter::Address if six => nibbles,
        Letter::Address => "192.0.2.3",
        Letter::Family if six => "ip6",
        Letter::Family => "in-addr",
        _ => return None,
    };
    Some(text.to_owned())
}

fn expanded(text: &str, six: bool) -> String {
    let text = MacroString::explanation(text).expect("macros");
    text.expand(&|letter| value(letter, six)).expect("known letters")
}

#[test]
fn the_standards_own_examples() {
    let cases = [
        ("%{s}", "strong-bad@email.example.com"),
        ("%{o}", "email.example.com"),
        ("%{d}", "email.example.com"),
        ("%{d4}", "email.example.com"),
        ("%{d3}", "email.example.com"),
        ("%{d2}", "example.com"),
        ("%{d1}", "com"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{l}", "strong-bad"),
        ("%{l-}", "strong.bad"),
        ("%{lr}", "strong-bad"),
        ("%{lr-}", "bad.strong"),
        ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
        ("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"),
        ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
    ];
    for (text, wanted) in cases {
        assert_eq!(expanded(text, false), wanted, "{text}");
    }
    let zeros = "0.".repeat(20);
    let wanted = format!("1.0.B.C.{zeros}8.B.D.0.1.0.0.2.ip6._spf.example.com");
    assert_eq!(expanded("%{ir}.%{v}._spf.%{d2}", true), wanted);
}

#[test]
fn escapes_and_large_numbers() {
    assert_eq!(expanded("%%%_%-%{S}", false), "% %20strong-bad%40email.example.com");
    assert_eq!(expanded("%{d99999999999999999999}", false), "email.example.com");
    assert_eq!(expanded("%{DR}", false), "com.example.email");
    assert!(MacroString::explanation("one\ntwo").is_err() && MacroString::explanation("%").is_err());
    let unknown = MacroString::explanation("%{h}").expect("a macro");
    assert_eq!(unknown.expand(&|letter| value(letter, false)), None);
}

#[test]
fn explanations_know_receiver_and_time() {
    let dns = Answers::new().with("a.test", Kind::Txt, "v=spf1 -all exp=why.a.test").with(
        "why.a.test",
        Kind::Txt,
        "%{c} at %{r}, %{t}: see %{D}/%{L}",
    );
    let mut request = Request::new("::ffff:192.0.2.1".parse().expect("an address"), "a+b@a.test", "h.test");
    request.receiver = "mx.b.test".into();
    request.time = 1_700_000_000;
    let outcome = check_host(&request, &dns).expect("everything is known");
    assert_eq!(outcome.result, SpfResult::Fail);
    let text = "192.0.2.1 at mx.b.test, 1700000000: see a.test/a%2Bb";
    assert_eq!(outcome.explanation.as_deref(), Some(text));
}
