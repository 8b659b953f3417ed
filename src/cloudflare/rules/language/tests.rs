use proptest::prelude::*;

use super::parse::{Expression, parse};
use super::token::{Token, tokens};
use super::{Asked, Pattern, matches, quoted, same};

fn asked(url: &str) -> Asked {
    let url = url::Url::parse(url).expect("a URL");
    let host = url.host_str().unwrap_or_default().to_owned();
    Asked { secure: url.scheme() == "https", host, path: url.path().to_owned() }
}

#[test]
fn paths_become_conditions_that_every_plan_has() {
    let of = |path: &str| Pattern::new(path).expect("a path").expression();
    assert_eq!(of("/login"), r#"http.request.uri.path eq "/login""#);
    assert_eq!(of("/hooks/*"), r#"starts_with(http.request.uri.path, "/hooks/")"#);
    assert_eq!(of("/*/a"), r#"http.request.uri.path strict wildcard "/*/a""#);
    assert_eq!(of("/a**"), r#"starts_with(http.request.uri.path, "/a")"#);
    assert_eq!(of("/*"), r#"starts_with(http.request.uri.path, "/")"#);
    assert_eq!(of("/straße/\"x"), r#"http.request.uri.path eq "/stra%C3%9Fe/%22x""#);
}

#[test]
fn expressions_of_others_are_understood_as_far_as_a_url_says() {
    let www = asked("https://www.shop.test/old/page");
    for (expression, wanted) in [
        ("true", Some(true)),
        ("ssl", Some(true)),
        ("not ssl", Some(false)),
        (r#"(http.host eq "www.shop.test")"#, Some(true)),
        (r#"http.host == "www.shop.test" && http.request.uri.path contains "/old""#, Some(true)),
        (r#"http.host in {"shop.test" "www.shop.test"}"#, Some(true)),
        (r#"http.request.full_uri wildcard r"https://WWW.shop.test/*""#, Some(true)),
        (r##"http.request.full_uri wildcard r#"https://shop.test/*"#"##, Some(false)),
        (r#"http.request.uri.path strict wildcard "/OLD/*""#, Some(false)),
        (r#"starts_with(lower(http.request.uri.path), "/old/") or ip.src in $office"#, Some(true)),
        (r#"ip.src.country eq "DE" and http.host eq "shop.test""#, Some(false)),
        (r#"ip.src.country eq "DE" and http.host eq "www.shop.test""#, None),
        (r#"http.request.uri.path matches "^/old""#, None),
        ("(ip.src in {192.0.2.0/24 2001:db8::/32})", None),
        (r#"any(http.request.headers["a"][*] == "b")"#, None),
        ("cf.threat_score gt 10 and not ssl", Some(false)),
        ("http.host eq", None),
        ("(((", None),
    ] {
        assert_eq!(matches(expression, &www), wanted, "{expression}");
    }
}

#[test]
fn blanks_and_outer_brackets_make_no_other_rule() {
    assert!(same(r#"( http.host eq "a" )"#, r#"http.host  eq "a""#));
    assert!(!same(r#"(ssl) or (http.host eq "a")"#, r#"ssl) or (http.host eq "a""#));
    assert!(!same(r#"http.host eq "a""#, r#"http.host eq "b""#));
}

proptest! {
    #[test]
    fn no_text_breaks_out_of_its_quotes(text in "\\PC{0,40}|[\"\\\\a*() ]{0,20}") {
        let found = tokens(&format!("http.host eq {} and ssl", quoted(&text))).expect("words");
        prop_assert_eq!(found.len(), 5);
        prop_assert_eq!(&found[2], &Token::Text(text));
    }

    #[test]
    fn no_path_breaks_out_of_its_rule(path in "/(\\PC{0,30}|[\"\\\\a*/() ]{0,20}|.{0,20})") {
        let Some(pattern) = Pattern::new(&path) else { return Ok(()) };
        let expression = pattern.expression();
        let is_one_condition = match parse(&expression) {
            Some(Expression::Compare(_, operator, text)) => match operator.as_str() {
                "eq" => text == pattern.as_str(),
                "strict wildcard" => text == pattern.wildcard(),
                _ => false,
            },
            Some(Expression::Is(super::parse::Value::Call(name, _))) => name == "starts_with",
            _ => false,
        };
        prop_assert!(is_one_condition, "{expression}");
        prop_assert!(pattern.covers(&pattern.sample()), "{expression}");
        prop_assert!(expression.chars().all(|c| c.is_ascii_graphic() || c == ' '), "{expression}");
    }

    #[test]
    fn any_expression_can_be_read(text in "\\PC{0,60}|[a-z.()\"{}\\[\\]!&|=$ ]{0,60}") {
        let _ = matches(&text, &asked("https://shop.test/"));
        prop_assert!(same(&text, &text));
    }
}
