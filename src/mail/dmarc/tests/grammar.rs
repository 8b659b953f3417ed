use super::{errors, lints, record};
use crate::mail::dmarc::{DmarcPolicy, LookAlike, Mode, Psd, Record, is_record, resembles_record};

#[test]
fn records_are_told_from_other_texts() {
    for text in
        ["v=DMARC1", "v=DMARC1;", "v=DMARC1; p=none", "v = DMARC1 ;p=none", "V=DMARC1\t; p=none", "v=DMARC1 "]
    {
        assert!(is_record(text), "{text}");
    }
    for text in [
        "",
        "v",
        "v=dmarc1; p=none",
        "v=DMARC 1",
        "v=DMARC12",
        "v=DMARC1 p=none",
        " v=DMARC1",
        "p=none; v=DMARC1",
    ] {
        assert!(!is_record(text), "{text}");
        assert_eq!(Record::read(text), None);
    }
}

#[test]
fn what_was_meant_as_a_record_is_named() {
    for (text, expected) in [
        (" v=DMARC1; p=none", LookAlike::Before("a space")),
        ("\"v=DMARC1; p=none\"", LookAlike::Before("a quote")),
        ("\u{201c}v=DMARC1; p=none\u{201d}", LookAlike::Before("a quote")),
        ("\u{feff}v=DMARC1; p=none", LookAlike::Before("an invisible character")),
        ("\\u{feff}v=DMARC1; p=none", LookAlike::Before("an invisible character")),
        ("v=dmarc1; p=none", LookAlike::Version("dmarc1".into())),
        ("v=DMARC 1; p=none", LookAlike::Version("DMARC 1".into())),
        ("v=DMARC2; p=none", LookAlike::Version("DMARC2".into())),
        ("v=DMARC; p=none", LookAlike::Version("DMARC".into())),
        ("v:DMARC1; p=none", LookAlike::Version("DMARC1".into())),
        ("v=DMARC1, p=none", LookAlike::Separator),
        ("v=DMARC1 p=none", LookAlike::Separator),
        ("p=none; v=DMARC1", LookAlike::NotFirst),
        ("p=reject; rua=mailto:a@b.test", LookAlike::NoVersion),
    ] {
        assert_eq!(resembles_record(text), Some(expected), "{text}");
    }
    for text in
        ["v=DMARC1; p=none", "v=spf1 -all", "", "v=DKIM1; p=MIGf", "k=rsa; p=", "token=1", "v=BIMI1; l=;"]
    {
        assert_eq!(resembles_record(text), None, "{text}");
    }
}

#[test]
fn every_tag_is_read() {
    let text = "v=DMARC1; p=Reject; sp=quarantine; np=NONE; adkim=s; aspf=r; fo=1:d:s; rua=mailto:a@b.test; ruf=mailto:c@b.test; psd=n; t=y; pct=20; ri=86400; rf=afrf;";
    let read = record(text);
    assert_eq!(read.errors, []);
    assert_eq!(
        (read.p, read.sp, read.np),
        (Some(DmarcPolicy::Reject), Some(DmarcPolicy::Quarantine), Some(DmarcPolicy::None))
    );
    assert_eq!((read.adkim, read.aspf, read.psd), (Mode::Strict, Mode::Relaxed, Psd::No));
    assert_eq!((read.testing, read.percent), (true, Some(20)));
    assert_eq!((read.rua.len(), read.ruf.len(), read.tags.len()), (1, 1, 13));
    assert_eq!(read.to_string(), text);
    let retired: Vec<String> = lints(text).into_iter().map(|(_, part)| part).collect();
    assert_eq!(retired, ["20", "86400", "afrf"]);
}

#[test]
fn every_error_has_its_place() {
    let one_of = |tag: &str, value: &str, allowed: &str| {
        format!("`{tag}={value}` is not valid: `{tag}` takes {allowed}")
    };
    let policies = "none, quarantine or reject";
    for (text, words, part) in [
        ("v=DMARC1; p=rejct", one_of("p", "rejct", policies), "rejct"),
        ("v=DMARC1; p=none; sp=all", one_of("sp", "all", policies), "all"),
        ("v=DMARC1; p=none; np = x", one_of("np", "x", policies), "x"),
        ("v=DMARC1; p=none; adkim=relaxed", one_of("adkim", "relaxed", "r or s"), "relaxed"),
        ("v=DMARC1; p=none; aspf=1", one_of("aspf", "1", "r or s"), "1"),
        ("v=DMARC1; p=none; psd=x", one_of("psd", "x", "y, n or u"), "x"),
        ("v=DMARC1; p=none; t=q", one_of("t", "q", "y or n"), "q"),
        (
            "v=DMARC1; p=none; ruf=mailto:a@b.test; fo=0:1",
            "`fo=0:1` is not valid: `fo` takes 0 or 1, d and s, joined by colons".into(),
            "0:1",
        ),
        ("v=DMARC1; p=none; pct=101", "`pct=101` is no percentage from 0 to 100".into(), "101"),
        ("v=DMARC1; p=none; pct=+5", "`pct=+5` is no percentage from 0 to 100".into(), "+5"),
        ("v=DMARC1; p=none; ri=daily", "`ri=daily` is no number of seconds".into(), "daily"),
        ("v=DMARC1; p=none; ri=4294967296", "`ri=4294967296` is no number of seconds".into(), "4294967296"),
        ("v=DMARC1; p=none; rf=a_b", "`rf=a_b` names no format of reports: `rf` takes afrf".into(), "a_b"),
        ("v=DMARC1; p=none; sp=", "`sp=` has no value".into(), "sp="),
        (
            "v=DMARC1; p=none; P=reject",
            "the tag `p` stands twice: receivers may ignore the whole record".into(),
            "P=reject",
        ),
        ("v=DMARC1; p=none; oops", "`oops` is no tag: a tag is a name, `=` and a value".into(), "oops"),
        ("v=DMARC1; p=none; =x", "`=x` is no tag: a tag is a name, `=` and a value".into(), "=x"),
        (
            "v=DMARC1; p=none rua=mailto:a@b.test",
            "there is no semicolon before `rua=`, so it is part of `p`".into(),
            "p=none rua=mailto:a@b.test",
        ),
        (
            "v=DMARC1; sp=none",
            "there is neither a policy in `p` nor an address in `rua`: receivers ignore the record".into(),
            "v=DMARC1",
        ),
    ] {
        assert_eq!(errors(text), [(words, part.to_owned())], "{text}");
    }
    assert_eq!(record("v=DMARC1; x=é; p=z").errors[0].span, 18..19);
}

#[test]
fn reading_goes_on_after_an_error() {
    let all = errors("v=DMARC1; p=rejct; bare; adkim=x; rua=a@b.test,mailto:c@d.test; adkim=s");
    let parts: Vec<&str> = all.iter().map(|(_, part)| part.as_str()).collect();
    assert_eq!(parts, ["rejct", "bare", "x", "a@b.test", "adkim=s"]);
}

#[test]
fn harmless_oddities_are_no_errors() {
    for (text, words, part) in [
        ("v=DMARC1; p=none; foo=1", "receivers ignore the unknown tag `foo`: was `fo` meant?", "foo=1"),
        ("v=DMARC1; p=none; colour=1", "receivers ignore the unknown tag `colour`", "colour=1"),
        ("v=DMARC1; p=none; rau=x", "receivers ignore the unknown tag `rau`: was `rua` meant?", "rau=x"),
        ("v=DMARC1; p=none; polcy=x", "receivers ignore the unknown tag `polcy`: was `p` meant?", "polcy=x"),
        (
            "v=DMARC1; p=none; ASPF=r",
            "the tag `ASPF` is in upper case, which old readers may not take",
            "ASPF=r",
        ),
        ("v=DMARC1; sp=reject; rua=mailto:a@b.test", "there is no `p`, which counts as `p=none`", "v=DMARC1"),
        (
            "v=DMARC1; p=none;; rua=mailto:a@b.test",
            "nothing stands before this semicolon: some receivers refuse the whole record for that",
            ";",
        ),
        (
            "v=DMARC1; p=none; ;",
            "nothing stands before this semicolon: some receivers refuse the whole record for that",
            ";",
        ),
        ("v=DMARC1; p=none; fo=1", "`fo` has no effect without `ruf`", "fo=1"),
        (
            "v=DMARC1; t=n; p=none",
            "`p` stands further back than RFC 7489 wants it, which is right behind `v`",
            "p=none",
        ),
        (
            "v=DMARC1; p=none; rua=mailto:a@b.test!10m",
            "the size `!10m` is retired: reporters ignore it",
            "!10m",
        ),
        (
            "v=DMARC1; p=none; rua=https://b.test/r",
            "receivers need to send reports to `mailto:` only, not to `https:`",
            "https://b.test/r",
        ),
    ] {
        assert_eq!(errors(text), [], "{text}");
        assert_eq!(lints(text), [(words.to_owned(), part.to_owned())], "{text}");
    }
    assert_eq!(record("v=DMARC1; p=none;; ").lints[0].span, 17..18);
    for text in ["v=DMARC1; p=none;", "v=DMARC1;p=none", "v=DMARC1; p=none ; ", "v=DMARC1;\tp=none"] {
        assert_eq!((errors(text), lints(text)), (vec![], vec![]), "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC*|v=DMARC1;(\\PC|[;=,! ]){0,60}", rest in ".*") {
        let _ = resembles_record(&text);
        for text in [text, format!("v=DMARC1; {rest}")] {
            let Some(read) = Record::read(&text) else { continue };
            let _ = (read.policies(), read.applied(), read.spared(), read.is_void());
            for span in read.errors.iter().map(|e| &e.span).chain(read.lints.iter().map(|l| &l.span)) {
                proptest::prop_assert!(text.get(span.clone()).is_some(), "{:?} in {:?}", span, text);
            }
        }
    }

    #[test]
    fn sound_records_have_no_errors(
        p in "none|quarantine|reject",
        space in " ?",
        tags in proptest::sample::subsequence(
            vec!["sp=none", "np=reject", "adkim=s", "aspf=r", "psd=u", "t=n", "pct=100", "rua=mailto:a@b.test",
                "ruf=mailto:%63@b.test,mailto:d@b.test", "x=y"], 0..10),
    ) {
        let text = format!("v=DMARC1;{space}p={p};{space}{}", tags.join(";"));
        let read = record(&text);
        proptest::prop_assert_eq!(&read.errors, &[]);
        proptest::prop_assert_eq!(read.p.map(DmarcPolicy::word), Some(p.as_str()));
        proptest::prop_assert_eq!(read.tags.len(), tags.len() + 1);
    }
}
