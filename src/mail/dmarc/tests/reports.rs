use super::{errors, record};
use crate::mail::dmarc::mailbox;

fn fault(uris: &str) -> Option<(String, String)> {
    errors(&format!("v=DMARC1; p=none; rua={uris}")).into_iter().next()
}

#[test]
fn addresses_are_read() {
    let read = record(
        "v=DMARC1; p=none; rua=mailto:dmarc@Shop.test, MAILTO:a%2Bb%21@b%2Etest!10m ,https://x.test/r?a=b;",
    );
    assert_eq!(read.errors, []);
    let all: Vec<String> = read
        .rua
        .iter()
        .map(|uri| {
            let mailbox =
                uri.mailbox.as_ref().map_or("-".into(), |at| format!("{} at {}", at.local, at.domain));
            format!("{} | {mailbox} | {}", uri.uri, uri.size.as_deref().unwrap_or("-"))
        })
        .collect();
    assert_eq!(
        all,
        [
            "mailto:dmarc@Shop.test | dmarc at shop.test | -",
            "MAILTO:a%2Bb%21@b%2Etest | a+b! at b.test | !10m",
            "https://x.test/r?a=b | - | -",
        ]
    );
    let places: Vec<&str> = read.rua.iter().map(|uri| read.text_at(&uri.span)).collect();
    assert_eq!(places[1], "MAILTO:a%2Bb%21@b%2Etest!10m");
    assert_eq!(read.report_mailboxes().count(), 2);
    assert!(read.rua[0].is_same("mailto:Dmarc@shop.TEST") && !read.rua[0].is_same("mailto:dmark@shop.test"));
    assert!(read.rua[2].is_same("https://x.test/r?a=b") && !read.rua[2].is_same("https://x.test/"));
}

#[test]
fn broken_addresses_are_named() {
    for (uris, words, part) in [
        ("a@b.test", "`a@b.test` in `rua` is no URI: write `mailto:a@b.test`", "a@b.test"),
        ("mailto", "`mailto` in `rua` is no URI: write `mailto:` and an address", "mailto"),
        ("mailto:", "`mailto:` in `rua` is no URI: write `mailto:` and an address", "mailto:"),
        ("mailto:a@b.test,c@b.test", "`c@b.test` in `rua` is no URI: write `mailto:c@b.test`", "c@b.test"),
        ("mailto:a@b.test,", "`rua` has an empty entry between its commas", ""),
        ("mailto: a@b.test", "`mailto: a@b.test` in `rua` holds a space, which no URI may hold", " "),
        (
            "mailto:a@b\u{e9}.test",
            "`mailto:a@b\u{e9}.test` in `rua` holds `\\u{e9}`, which no URI may hold",
            "\u{e9}",
        ),
        (
            "mailto:a%b@b.test",
            "`mailto:a%b@b.test` in `rua` holds a `%` without two digits: write `%25`",
            "%",
        ),
        (
            "mailto:a!b@b.test",
            "`mailto:a!b@b.test` in `rua` holds a `!` that begins no size: write `%21`",
            "!",
        ),
        (
            "mailto:a@b.test!10x",
            "`mailto:a@b.test!10x` in `rua` holds a `!` that begins no size: write `%21`",
            "!",
        ),
        ("mailto:b.test", "`mailto:b.test` in `rua` names no mail address", "mailto:b.test"),
        ("mailto://a@b.test", "`mailto://a@b.test` in `rua` names no mail address", "mailto://a@b.test"),
        ("mailto:a@192.0.2.1", "`mailto:a@192.0.2.1` in `rua` names no mail address", "mailto:a@192.0.2.1"),
        (
            "https:/r.test/v1",
            "`https:/r.test/v1` in `rua` names no host: write `https://host.example/path`",
            "https:/r.test/v1",
        ),
        (
            "https://shoptest/x!10m",
            "`https://shoptest/x!10m` in `rua` names no host: write `https://host.example/path`",
            "https://shoptest/x!10m",
        ),
        (
            "https://r.test/#one#two",
            "`https://r.test/#one#two` in `rua` holds a `#` where no URI may hold one",
            "#",
        ),
        ("mailto:a@b@c.test", "`mailto:a@b@c.test` in `rua` names no mail address", "mailto:a@b@c.test"),
        ("mailto:@b.test", "`mailto:@b.test` in `rua` names no mail address", "mailto:@b.test"),
    ] {
        assert_eq!(fault(uris), Some((words.to_owned(), part.to_owned())), "{uris}");
    }
}

#[test]
fn an_address_is_one_address() {
    for good in ["mailto:a@b.test", "mailto:a.b+c@b.test?subject=x", "mailto:%22a%20b%22@b.test"] {
        assert!(mailbox(good).is_some(), "{good}");
    }
    for bad in [
        "mailto:a@b..test",
        "mailto:a b@b.test",
        "https://a@b.test",
        "mailto:%ff@b.test",
        "mailto:a@",
        "a@b.test",
    ] {
        assert_eq!(mailbox(bad), None, "{bad}");
    }
}

proptest::proptest! {
    #[test]
    fn any_uri_can_be_read(text in ".*|mailto:\\PC*|mailto:[a-z%!@.]{0,30}") {
        let _ = (mailbox(&text), fault(&text.replace(';', "")));
    }
}
