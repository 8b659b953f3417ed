use crate::mail::dmarc::meant;

#[test]
fn slips_are_undone() {
    for (broken, sound) in [
        ("v=DMARC1; p=rejct", "v=DMARC1; p=reject"),
        ("v=DMARC1; polcy=reject; rau=mailto:a@b.test", "v=DMARC1; p=reject; rua=mailto:a@b.test"),
        ("v=DMARC1; p=none rua=mailto:a@b.test", "v=DMARC1; p=none; rua=mailto:a@b.test"),
        ("v=DMARC1; p=none; rua=a@b.test,c@d.test", "v=DMARC1; p=none; rua=mailto:a@b.test,mailto:c@d.test"),
        ("v=DMARC1; p=reject rua=a@b.test; t=y", "v=DMARC1; p=reject; rua=mailto:a@b.test; t=y"),
        ("v=dmarc1; p=none", "v=DMARC1; p=none"),
        ("v=DMARC1 p=none", "v=DMARC1; p=none"),
        ("\"v=DMARC1\\; p=none\"", "v=DMARC1; p=none"),
        ("p=none; v=DMARC1", "v=DMARC1; p=none"),
        ("v:DMARC1; p=none", "v=DMARC1; p=none"),
        ("v=DMARC1; p=none; p=reject", "v=DMARC1; p=none; p=reject"),
        ("v=DMARC1; p=whatever", "v=DMARC1; p=whatever"),
        ("v=DMARC1: p=reject", "v=DMARC1; p=reject"),
        ("v=DMARC1:t=y;p=none", "v=DMARC1; t=y; p=none"),
        ("v=DMARC1.; p=reject", "v=DMARC1; p=reject"),
        ("v=DMARC1:p=reject:rua=mailto:a@b.test", "v=DMARC1; p=reject; rua=mailto:a@b.test"),
        ("v=dmarc1 p=reject", "v=DMARC1; p=reject"),
        ("v:DMARC1 p=reject", "v=DMARC1; p=reject"),
        ("v=DMARC 1, p=reject", "v=DMARC1; p=reject"),
        ("p=reject; v=DMARC1 sp=none", "v=DMARC1; p=reject; sp=none"),
        ("DMARC1; p=reject", "v=DMARC1; p=reject"),
        ("v=DMARC1; /p=reject", "v=DMARC1; p=reject"),
        ("v=DMARC1; p:reject", "v=DMARC1; p=reject"),
        ("v=DMARC1; p=none; rua:mailto:a@b.test", "v=DMARC1; p=none; rua=mailto:a@b.test"),
        ("v=DMARC1; p=none; rua=mailto;a@b.test", "v=DMARC1; p=none; rua=mailto:a@b.test"),
        ("v=DMARC1; p=none; rua=mailto//a@b.test", "v=DMARC1; p=none; rua=mailto:a@b.test"),
        ("v=DMARC1; p=none; rua=mailto://a@b.test", "v=DMARC1; p=none; rua=mailto:a@b.test"),
        ("v=DMARC1; p=none; rua=mailto.x@b.test", "v=DMARC1; p=none; rua=mailto:mailto.x@b.test"),
    ] {
        assert_eq!(meant(broken).map(|record| record.to_string()).as_deref(), Some(sound), "{broken}");
    }
    assert_eq!(meant("v=spf1 -all"), None);
}

/// One that takes seconds for each round was made to keep us busy.
#[test]
fn thousands_of_slips_are_left_alone() {
    let text = format!("v=DMARC1; {}", "sq=1;".repeat(1_500));
    assert!(meant(&text).is_some());
}

proptest::proptest! {
    #[test]
    fn no_separator_weakens_the_policy(
        first in "[:/.|,+*&~_ =-]{1,3}",
        second in "[:/.|, ]{1,2}|;",
        policy in "none|quarantine|reject",
    ) {
        let text = format!("v=DMARC1{first}p={policy}{second}rua=mailto:a@b.test");
        let record = meant(&text).expect("a record");
        let sound = format!("v=DMARC1; p={policy}; rua=mailto:a@b.test");
        proptest::prop_assert_eq!(record.to_string(), sound);
    }

    #[test]
    fn what_is_repaired_stays_as_it_is(text in "\\PC*|v=DMARC1;[ -~]{0,60}|v=?[dD]MARC1?[ -~]{0,40}") {
        if let Some(record) = meant(&text) {
            proptest::prop_assert_eq!(record.repaired(), record);
        }
    }
}
