use crate::mail::dmarc::{Walk, names};

/// Walks over these answers; `?` is one that did not come.
fn walk(domain: &str, answers: &[(&str, &[&str])]) -> Walk {
    Walk::take(domain, &mut |name: &str| {
        let found = answers.iter().find(|(own, _)| *own == name).map_or(&[][..], |(_, texts)| *texts);
        (found != ["?"]).then(|| found.iter().map(|text| (*text).to_owned()).collect())
    })
}

/// The organisational domain, and the domain whose record applies.
fn outcome(domain: &str, answers: &[(&str, &[&str])]) -> (String, String) {
    let walk = walk(domain, answers);
    let organisation = walk.organisational_domain().unwrap_or_else(|error| format!("? {}", error.0));
    let applies = match walk.policy() {
        Ok(Some(applies)) => {
            format!("{}{}", applies.domain, if applies.inherited { " inherited" } else { "" })
        }
        Ok(None) => "-".into(),
        Err(error) => format!("? {}", error.0),
    };
    (organisation, applies)
}

fn both(one: &str, two: &str) -> (String, String) {
    (one.into(), two.into())
}

const P: &[&str] = &["v=DMARC1; p=reject"];
const PSD: &[&str] = &["v=DMARC1; p=reject; psd=y"];
const ORG: &[&str] = &["v=DMARC1; p=reject; psd=n"];
const SILENT: &[&str] = &["?"];

#[test]
fn at_most_eight_names_are_asked() {
    assert_eq!(names("shop.test."), ["shop.test", "test"]);
    assert_eq!(names("Test"), ["test"]);
    assert_eq!(names("a.b.c.d.e.f.g.h").len(), 8);
    assert_eq!(names("a.b.c.d.e.f.g.h")[1], "b.c.d.e.f.g.h");
    // RFC 9989 section 4.10.
    assert_eq!(
        names("a.b.c.d.e.f.g.h.i.j.mail.example.com"),
        [
            "a.b.c.d.e.f.g.h.i.j.mail.example.com",
            "g.h.i.j.mail.example.com",
            "h.i.j.mail.example.com",
            "i.j.mail.example.com",
            "j.mail.example.com",
            "mail.example.com",
            "example.com",
            "com",
        ]
    );
}

#[test]
fn the_examples_of_the_standard_hold() {
    // RFC 9989 section 4.10.2.
    let two: &[(&str, &[&str])] = &[("mail.example.com", P), ("example.com", P)];
    assert_eq!(outcome("a.mail.example.com", two), both("example.com", "example.com inherited"));
    let one: &[(&str, &[&str])] = &[("mail.example.com", ORG), ("example.com", P)];
    assert_eq!(outcome("a.mail.example.com", one), both("mail.example.com", "mail.example.com inherited"));
    let suffix: &[(&str, &[&str])] = &[("com", PSD)];
    assert_eq!(outcome("a.mail.example.com", suffix), both("example.com", "com inherited"));
}

#[test]
fn one_s_own_record_comes_first() {
    assert_eq!(outcome("shop.test", &[("shop.test", P)]), both("shop.test", "shop.test"));
    let both_have: &[(&str, &[&str])] = &[("mail.shop.test", P), ("shop.test", P)];
    assert_eq!(outcome("mail.shop.test", both_have), both("shop.test", "mail.shop.test"));
    assert_eq!(outcome("shop.test", &[]), both("shop.test", "-"));
    assert_eq!(outcome("localhost", &[]), both("localhost", "-"));
    assert_eq!(outcome("test", &[("test", PSD)]), both("test", "test"));
}

#[test]
fn public_suffixes_end_the_walk() {
    // The suffix's own record is for names without a better one.
    let shop: &[(&str, &[&str])] = &[("shop.co.test", P), ("co.test", PSD), ("test", P)];
    assert_eq!(outcome("www.shop.co.test", shop), both("shop.co.test", "shop.co.test inherited"));
    let deep: &[(&str, &[&str])] = &[("a.shop.co.test", P), ("co.test", PSD)];
    assert_eq!(outcome("a.shop.co.test", deep), both("shop.co.test", "a.shop.co.test"));
    assert_eq!(outcome("x.a.shop.co.test", deep), both("shop.co.test", "co.test inherited"));
    assert_eq!(walk("www.shop.co.test", shop).steps.len(), 3);
    // `psd=n` keeps a part of the tree to itself.
    let own: &[(&str, &[&str])] = &[("shop.test", ORG), ("test", P)];
    assert_eq!(outcome("shop.test", own), both("shop.test", "shop.test"));
    assert_eq!(outcome("a.shop.test", own), both("shop.test", "shop.test inherited"));
}

#[test]
fn long_names_skip_their_middle() {
    let name = "a.b.c.d.e.f.g.h.shop.test";
    assert_eq!(names(name).len(), 8);
    let hidden: &[(&str, &[&str])] = &[("c.d.e.f.g.h.shop.test", P)];
    assert_eq!(outcome(name, hidden), both(name, "-"));
    let seen: &[(&str, &[&str])] = &[("d.e.f.g.h.shop.test", P)];
    assert_eq!(outcome(name, seen), both("d.e.f.g.h.shop.test", "d.e.f.g.h.shop.test inherited"));
}

#[test]
fn several_records_are_none() {
    let two: &[&str] = &["v=DMARC1; p=reject", "v=DMARC1; p=none"];
    assert_eq!(outcome("shop.test", &[("shop.test", two)]), both("shop.test", "-"));
    let twice = walk("mail.shop.test", &[("shop.test", two)]);
    assert_eq!(twice.several().map(|(domain, records)| (domain, records.len())), Some(("shop.test", 2)));
    assert!(walk("mail.shop.test", &[("mail.shop.test", P), ("shop.test", two)]).several().is_none());
    // Other texts are no records.
    let mixed: &[&str] = &["v=spf1 -all", "v=DMARC1; p=reject", "v=dmarc1"];
    assert_eq!(outcome("shop.test", &[("shop.test", mixed)]), both("shop.test", "shop.test"));
}

#[test]
fn silence_counts_only_where_it_matters() {
    assert_eq!(outcome("shop.test", &[("shop.test", SILENT)]), both("? shop.test", "? shop.test"));
    let own: &[(&str, &[&str])] = &[("mail.shop.test", P), ("shop.test", SILENT)];
    assert_eq!(outcome("mail.shop.test", own), both("? shop.test", "mail.shop.test"));
    // The walk had ended before the silent name.
    let ended: &[(&str, &[&str])] = &[("mail.shop.test", ORG), ("shop.test", SILENT)];
    assert_eq!(outcome("a.mail.shop.test", ended), both("mail.shop.test", "mail.shop.test inherited"));
    // A silent top-level domain decides nothing right above a record, and much above none.
    let top: &[(&str, &[&str])] = &[("shop.test", P), ("test", SILENT)];
    assert_eq!(outcome("shop.test", top), both("shop.test", "shop.test"));
    assert_eq!(outcome("a.shop.test", top), both("shop.test", "shop.test inherited"));
    assert_eq!(outcome("shop.test", &[("test", SILENT)]), both("? test", "? test"));
    let gap: &[(&str, &[&str])] = &[("a.shop.test", P), ("test", SILENT)];
    assert_eq!(outcome("a.shop.test", gap), both("? test", "a.shop.test"));
}

proptest::proptest! {
    #[test]
    fn any_name_can_be_walked(name in ".{0,40}|([a-c]\\.){0,12}test", psd in "y|n|u") {
        let names = names(&name);
        proptest::prop_assert!((1..=8).contains(&names.len()));
        let text = format!("v=DMARC1; p=none; psd={psd}");
        for answered in 0..names.len() {
            let walk = Walk::take(&name, &mut |asked: &str| {
                Some(if names[answered] == asked { vec![text.clone()] } else { Vec::new() })
            });
            let organisation = walk.organisational_domain().expect("all is known");
            proptest::prop_assert!(names[0].ends_with(&organisation), "{} of {}", organisation, name);
            proptest::prop_assert!(walk.policy().expect("all is known").is_some());
        }
    }
}
