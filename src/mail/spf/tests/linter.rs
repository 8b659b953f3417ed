//! What the linter finds, and where.

use crate::mail::spf::lint::{LintKind, OpenEnd};
use crate::mail::spf::tree::Found;
use crate::mail::spf::{Answers, Kind, Limits, Lint, Tree, lint};

fn tree(dns: &Answers) -> Tree {
    Tree::grow("a.test", dns, Limits::default())
}

/// The findings for a record at a.test, each with the text that it points at.
fn findings(record: &str) -> Vec<(String, String)> {
    let dns = Answers::new().with("a.test", Kind::Txt, record).with("a.test", Kind::A, "192.0.2.1").close();
    let place = |lint: &Lint| lint.span.clone().map_or("", |span| &record[span]).to_owned();
    lint(&tree(&dns)).iter().map(|lint| (lint.kind.to_string(), place(lint))).collect()
}

#[test]
fn each_weakness_is_named_where_it_stands() {
    let cases: &[(&str, &str, &str)] = &[
        ("v=spf1 a -all mx", "`mx` stands after `all` and is never read", "mx"),
        ("v=spf1 a redirect=b.test -all", "`redirect` is ignored beside `all`", "redirect=b.test"),
        ("v=spf1 ptr -all", "`ptr` is slow and unreliable, and must not be used", "ptr"),
        (
            "v=spf1 exists:%{p}.b.test -all",
            "the macro `p` is slow and unreliable, and must not be used",
            "exists:%{p}.b.test",
        ),
        ("v=spf1 a +all", "everybody may send", "+all"),
        ("v=spf1 a ?all", "`?all` says nothing about anybody else", "?all"),
        ("v=spf1 a", "no `all`: nothing is said about anybody else", ""),
        (
            "v=spf1 ip4:10.0.0.0/4 -all",
            "`ip4:10.0.0.0/4` holds more addresses than any sender has",
            "ip4:10.0.0.0/4",
        ),
        ("v=spf1 a +A -all", "`+A` stands there twice", "+A"),
        (
            "v=spf1 ip4=192.0.2.1 -all",
            "`ip4=192.0.2.1` is ignored: mechanisms are written with `:`",
            "ip4=192.0.2.1",
        ),
        ("v=spf1 a v=spf1 -all", "`v=spf1` stands inside the record a second time", "v=spf1"),
        ("v=spf1 a:x..test -all", "`x..test` is not a domain name", "a:x..test"),
        ("v=spf1 include:b.test -all", "b.test has no SPF record", "include:b.test"),
        ("v=spf1 redirect=b.test", "b.test has no SPF record", "redirect=b.test"),
        ("v=spf1 include:a.test -all", "the record leads back to a.test", "include:a.test"),
        ("v=spf1 exp=b.test -all", "b.test has 0 texts, and an explanation is one", "exp=b.test"),
        ("v=spf1 moo -all", "`moo` is not a mechanism", "moo"),
    ];
    for (record, kind, place) in cases {
        assert_eq!(findings(record), [((*kind).to_owned(), (*place).to_owned())], "{record}");
    }
    assert_eq!(findings("v=spf1 a ip4:192.0.2.0/24 -all"), []);
    assert_eq!(findings("v=spf1 a -ip4:10.0.0.0/4 ~all"), []);
    assert_eq!(findings("other"), [("there is no SPF record".to_owned(), String::new())]);
    let texts: Vec<String> = findings("\"v=spf1 -all\"").into_iter().map(|(text, _)| text).collect();
    assert_eq!(texts, ["`\\\"v=spf1 -all\\\"` is no SPF record", "there is no SPF record"]);
}

#[test]
fn long_records_are_measured() {
    let record = format!("v=spf1 {}-all", "ip4:192.0.2.100/30 ip4:198.51.100.1/31 ".repeat(12));
    let kinds = lint(&tree(&Answers::new().with("a.test", Kind::Txt, &record)));
    assert!(kinds.iter().any(|lint| lint.kind == LintKind::Long { bytes: record.len() }));
}

#[test]
fn the_budget_is_shown_even_when_it_is_spent() {
    let dns = Answers::new()
        .with("a.test", Kind::Txt, "v=spf1 include:_spf.big.test include:small.test mx a moo ~all")
        .with("a.test", Kind::A, "192.0.2.1")
        .with("a.test", Kind::Aaaa, "2001:db8::1")
        .with("a.test", Kind::Mx, "a.test")
        .with("_spf.big.test", Kind::Txt, "v=spf1 include:one.big.test include:one.big.test ?all")
        .with("one.big.test", Kind::Txt, "v=spf1 exists:%{i}.x.test exists:%{l}.x.test ~all")
        .with("small.test", Kind::Txt, "v=spf1 a:a.test ptr ~all mx");
    let tree = tree(&dns);
    assert_eq!((tree.root.own_lookups(), tree.root.lookups(), tree.needs.len()), (4, 12, 0));
    let lints = lint(&tree);
    let texts: Vec<String> = lints.iter().map(|lint| format!("{} {}", lint.domain, lint.kind)).collect();
    assert_eq!(
        texts,
        [
            "a.test `moo` is not a mechanism",
            "_spf.big.test `include:one.big.test` stands there twice",
            "small.test `ptr` is slow and unreliable, and must not be used",
            "small.test `mx` stands after `all` and is never read",
            "a.test 12 of 10 look-ups: _spf.big.test 7, small.test 3, mx 1, a 1",
        ]
    );
    let own: Vec<bool> = lints.iter().map(|lint| lint.own).collect();
    assert_eq!(own, [true, false, false, false, true]);
}

#[test]
fn near_the_limit_and_void() {
    let dns = Answers::new()
        .with("a.test", Kind::Txt, "v=spf1 a:x.test a:y.test a:z.test mx mx:b.test a a:b.test a:c.test -all")
        .with("a.test", Kind::A, "192.0.2.1")
        .with("b.test", Kind::A, "192.0.2.2")
        .with("c.test", Kind::A, "192.0.2.3")
        .close();
    let kinds: Vec<LintKind> = lint(&tree(&dns)).into_iter().map(|lint| lint.kind).collect();
    assert!(matches!(&kinds[0], LintKind::NearLookupLimit { count: 8, limit: 10, .. }));
    let LintKind::TooManyVoids { v4, v6, limit, names } = &kinds[1] else { panic!("{kinds:?}") };
    assert_eq!((*v4, *v6, *limit, kinds[1].breaks()), (5, 8, 2, true));
    assert_eq!(names.join(" "), "a.test b.test c.test x.test y.test z.test");
}

#[test]
fn whom_an_include_lets_through() {
    let dns = Answers::new()
        .with("a.test", Kind::Txt, "v=spf1 include:b.test -include:b.test redirect=c.test")
        .with("b.test", Kind::Txt, "v=spf1 exp=nobody.reads.test redirect=d.test")
        .with("c.test", Kind::Txt, "v=spf1 redirect=e.test")
        .with("d.test", Kind::Txt, "v=spf1 +all")
        .with("e.test", Kind::Txt, "v=spf1 ?all");
    let lints = lint(&tree(&dns));
    let kinds: Vec<(&str, &LintKind)> = lints.iter().map(|l| (l.domain.as_str(), &l.kind)).collect();
    let everybody = LintKind::IncludesEverybody { target: "b.test".into() };
    assert_eq!(kinds, [("a.test", &everybody), ("e.test", &LintKind::Permissive(OpenEnd::NeutralAll))]);
}

#[test]
fn what_is_not_known_is_not_judged() {
    let dns = Answers::new()
        .with("a.test", Kind::Txt, "v=spf1 include:b.test include:c.test exp=%{i}.a.test -all")
        .failing("b.test", Kind::Txt, "timed out");
    let tree = tree(&dns);
    let needs: Vec<String> = tree.needs.iter().map(ToString::to_string).collect();
    assert_eq!(needs, ["c.test TXT"]);
    assert_eq!(tree.failures.len(), 1);
    let found: Vec<&Found> = tree.root.walk().into_iter().map(|node| &node.found).collect();
    assert!(matches!(found[..], [Found::Record(_), Found::Failed(_), Found::NotAsked]));
    assert_eq!(lint(&tree), []);
}

/// Ten records that each include all ten would be ten billion.
#[test]
fn records_that_include_each_other_end() {
    let includes = (0..9).map(|n| format!("include:{n}.test")).collect::<Vec<_>>().join(" ");
    let names = (0..9).map(|n| format!("{n}.test")).chain(["a.test".to_owned()]);
    let text = format!("v=spf1 {includes} -all");
    let dns = names.fold(Answers::new(), |dns, name| dns.with(&name, Kind::Txt, &text));
    let tree = tree(&dns);
    assert!(tree.root.walk().len() < 2_000);
    let lints = lint(&tree);
    assert!(lints.iter().any(|lint| lint.kind == LintKind::NotFollowed));
    assert!(lints.iter().any(|lint| matches!(lint.kind, LintKind::TooManyLookups { .. })));
}

#[test]
fn the_senders_own_domain_is_known() {
    assert!(
        findings("v=spf1 include:%{o} -all")
            .iter()
            .any(|(what, _)| what == "the record leads back to a.test")
    );
    assert!(
        findings("v=spf1 redirect=%{o}").iter().any(|(what, _)| what == "the record leads back to a.test")
    );
}
