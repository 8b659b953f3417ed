//! RFC 7208 section 12, rule by rule.

use proptest::prelude::*;

use crate::mail::spf::record::{
    Mechanism, Modifier, Qualifier, Record, SyntaxErrorKind as Kind, is_record, resembles_record,
};

/// The errors of a record, each with the text that it points at.
fn errors(text: &str) -> Vec<(Kind, String)> {
    let reading = Record::read(text);
    reading.errors.into_iter().map(|error| (error.kind, text[error.span].to_owned())).collect()
}

/// The one error of a record.
fn error(text: &str) -> (Kind, String) {
    let mut errors = errors(text);
    assert_eq!(errors.len(), 1, "{text}: {errors:?}");
    errors.remove(0)
}

fn is_sound(text: &str) -> bool {
    errors(text).is_empty()
}

#[test]
fn a_record_begins_with_its_version() {
    for text in ["v=spf1", "V=SPF1 -all", "v=spf1 ", "v=spf1   a  -all  "] {
        assert!(is_record(text) && is_sound(text), "{text}");
    }
    for text in ["v=spf10", "v=spf1\t-all", " v=spf1", "spf1", "", "v=spf", "v=spf€1", "v=spf1-all"] {
        assert!(!is_record(text), "{text}");
        assert_eq!(errors(text).first().map(|(kind, _)| kind), Some(&Kind::Version), "{text}");
    }
}

#[test]
fn what_was_meant_as_a_record_is_recognised() {
    for text in
        [" v=spf1 -all", "v=spf10", "v = spf1 -all", "'v=spf1 -all'", "spf2.0/pra a", "v=spf2", "v=spf1;a"]
    {
        assert!(resembles_record(text), "{text}");
    }
    for text in ["v=spf1 -all", "v=DMARC1; p=none", "", "spf", "my v=spf1 record"] {
        assert!(!resembles_record(text), "{text}");
    }
}

#[test]
fn every_mechanism_is_read() {
    let text = "v=spf1 +all -include:a.test ~a:b.test/24//64 ?mx ptr:c.test ip4:192.0.2.0/24 ip6:2001:db8::/32 exists:%{i}.d.test A//0 MX:e.test";
    let record = Record::parse(text).expect("a record");
    let names: Vec<_> = record.directives().map(|(d, _)| (d.qualifier, d.mechanism.name())).collect();
    let pass = |name| (Qualifier::Pass, name);
    let signed = [(Qualifier::Fail, "include"), (Qualifier::SoftFail, "a"), (Qualifier::Neutral, "mx")];
    let rest = [pass("ptr"), pass("ip4"), pass("ip6"), pass("exists"), pass("a"), pass("mx")];
    assert_eq!(names, [vec![pass("all")], signed.to_vec(), rest.to_vec()].concat());
    let ips = record.directives().filter(|(d, _)| matches!(d.mechanism, Mechanism::Ip4(_, Some(24))));
    assert_eq!(ips.map(|(_, span)| &text[span.clone()]).collect::<Vec<_>>(), ["ip4:192.0.2.0/24"]);
}

#[test]
fn modifiers_are_read() {
    let record =
        Record::parse("v=spf1 Redirect=a.test EXP=%{d}.b.test x-Y_1.z=a%_b empty=").expect("a record");
    let kinds: Vec<_> = record.modifiers().map(|(modifier, _)| modifier.to_string()).collect();
    assert_eq!(kinds, ["redirect=a.test", "exp=%{d}.b.test", "x-Y_1.z=a%_b", "empty="]);
    assert!(record.redirect().is_some() && record.explanation().is_some() && record.all().is_none());
    assert!(record.modifiers().any(|(m, _)| matches!(m, Modifier::Unknown(name, _) if name == "x-Y_1.z")));
}

#[test]
fn each_breach_is_named_where_it_stands() {
    let owned = str::to_owned;
    let cases: &[(&str, Kind, &str)] = &[
        ("v=spf1 moo -all", Kind::UnknownMechanism(owned("moo")), "moo"),
        ("v=spf1 -all.", Kind::UnknownMechanism(owned("all.")), "all."),
        ("v=spf1 - all", Kind::UnknownMechanism(owned("-")), "-"),
        ("v=spf1 a&b", Kind::UnknownMechanism(owned("a&b")), "a&b"),
        ("v=spf1 redirect:a.test", Kind::WrittenWithColon(owned("redirect")), "redirect"),
        ("v=spf1 all:a.test", Kind::TakesNoValue(owned("all")), ":a.test"),
        ("v=spf1 all/8", Kind::TakesNoValue(owned("all")), "/8"),
        ("v=spf1 include", Kind::NeedsValue(owned("include")), "include"),
        ("v=spf1 ?Exists:", Kind::NeedsValue(owned("exists")), "Exists"),
        ("v=spf1 ptr:", Kind::NeedsValue(owned("ptr")), "ptr"),
        ("v=spf1 a:", Kind::NeedsValue(owned("a")), "a"),
        ("v=spf1 mx:/24", Kind::NeedsValue(owned("mx")), "mx"),
        ("v=spf1 ip4", Kind::NeedsValue(owned("ip4")), "ip4"),
        ("v=spf1 ip6:/64", Kind::NeedsValue(owned("ip6")), "ip6"),
        ("v=spf1 redirect=", Kind::NeedsValue(owned("redirect")), "redirect="),
        ("v=spf1 ptr/0", Kind::TakesNoPrefix(owned("ptr")), "/0"),
        ("v=spf1 include:a.test/24", Kind::TakesNoPrefix(owned("include")), "/24"),
        ("v=spf1 a/33", Kind::Prefix(owned("/33")), "/33"),
        ("v=spf1 a/032", Kind::Prefix(owned("/032")), "/032"),
        ("v=spf1 a//129", Kind::Prefix(owned("//129")), "//129"),
        ("v=spf1 a:b.test/24/64", Kind::Prefix(owned("/24/64")), "/24/64"),
        ("v=spf1 mx/", Kind::Prefix(owned("/")), "/"),
        ("v=spf1 mx/x", Kind::Prefix(owned("/x")), "/x"),
        ("v=spf1 ip4:192.0.2.1//32", Kind::Prefix(owned("//32")), "//32"),
        ("v=spf1 ip4:192.0.2", Kind::Ip4(owned("192.0.2")), "192.0.2"),
        ("v=spf1 ip4:192.0.2.01", Kind::Ip4(owned("192.0.2.01")), "192.0.2.01"),
        ("v=spf1 ip4:192.0.2.1:25", Kind::Ip4(owned("192.0.2.1:25")), "192.0.2.1:25"),
        ("v=spf1 ip6:2001::db8::", Kind::Ip6(owned("2001::db8::")), "2001::db8::"),
        ("v=spf1 a:192.0.2.1", Kind::AddressAsName(owned("192.0.2.1")), "192.0.2.1"),
        ("v=spf1 a:host", Kind::OneLabel(owned("host")), "host"),
        ("v=spf1 mx:a.test~all", Kind::TopLabel(owned("test~all")), "a.test~all"),
        ("v=spf1 -redirect=a.test", Kind::Qualified(owned("redirect")), "-redirect=a.test"),
        ("v=spf1 1up=a", Kind::ModifierName(owned("1up")), "1up=a"),
        ("v=spf1 =a", Kind::ModifierName(String::new()), "=a"),
        ("v=spf1 exp=a.test exp=b.test", Kind::Repeated(owned("exp")), "exp=b.test"),
        ("v=spf1 a:ä.test", Kind::Character('ä'), "ä"),
        ("v=spf1 a\tmx", Kind::Character('\t'), "\t"),
        ("v=spf1 a:%d.test", Kind::Percent, "%"),
        ("v=spf1 a:%{d.test", Kind::MacroUnclosed, "%{d.test"),
        ("v=spf1 a:%{x}.test", Kind::MacroLetter('x'), "%{x}"),
        ("v=spf1 a:%{}.test", Kind::MacroLetter('}'), "%{}"),
        ("v=spf1 exp=%{R}.test", Kind::MacroOnlyInText('R'), "%{R}"),
        ("v=spf1 a:%{d0}.test", Kind::MacroKeepsNothing, "%{d0}"),
        ("v=spf1 x=%{dr.;}", Kind::MacroContent(';'), "%{dr.;}"),
    ];
    for (text, kind, place) in cases {
        assert_eq!(error(text), (kind.clone(), (*place).to_owned()), "{text}");
    }
}

#[test]
fn reading_goes_on_after_an_error() {
    let text = "v=spf1 ipv4:192.0.2.1 include: a:b.test/40//200 ~all redirect= redirect=%{q}.%{y} mx";
    let places: Vec<String> = errors(text).into_iter().map(|(_, place)| place).collect();
    assert_eq!(
        places,
        ["ipv4", "include", "/40", "//200", "redirect=", "redirect=%{q}.%{y}", "%{q}", "%{y}"]
    );
    let record = Record::read(text).record;
    assert_eq!(record.terms().len(), 2);
    assert!(Record::parse(text).is_err_and(|errors| errors.len() == 8));
}

/// Texts that are nearly records, and some that are.
fn nearly_records() -> impl Strategy<Value = String> {
    let word =
        "[-+~?]?(all|include|a|mx|ptr|ip4|ip6|exists|redirect|exp|x|)[:=/]{0,2}[-a-z0-9.:%{}_/äß\t]{0,12}";
    let words = proptest::collection::vec(word, 0..6);
    words.prop_map(|words| format!("v=spf1 {}", words.join(" ")))
}

proptest! {
    #[test]
    fn any_text_can_be_read(text in prop_oneof![any::<String>(), nearly_records()]) {
        let reading = Record::read(&text);
        prop_assert_eq!(reading.record.to_string(), text.as_str());
        for error in &reading.errors {
            let place = text.get(error.span.clone());
            prop_assert!(place.is_some_and(|place| !place.is_empty() || text.is_empty()), "{error:?}");
        }
        prop_assert_eq!(Record::parse(&text).is_ok(), reading.errors.is_empty());
    }

    #[test]
    fn terms_written_out_mean_the_same(text in nearly_records()) {
        for term in Record::read(&text).record.terms() {
            let again = Record::parse(&format!("v=spf1 {}", term.kind)).expect("what was read can be read");
            prop_assert_eq!(again.terms().len(), 1);
            prop_assert_eq!(&again.terms()[0].kind, &term.kind);
        }
    }
}
