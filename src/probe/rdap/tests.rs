use super::*;

fn reply(status: u16, kind: &str, body: &str) -> Reply {
    let url = Url::parse("https://rdap.test/domain/shop.com").expect("a URL");
    Reply {
        url,
        status,
        kind: kind.to_owned(),
        retry_after: None,
        link: None,
        body: body.as_bytes().to_vec(),
    }
}

fn told(status: u16, kind: &str, body: &str) -> Result<bool, String> {
    read(&reply(status, kind, body), "shop.com", false).map(|found| found.registered)
}

const RDAP: &str = "application/rdap+json";

#[test]
fn the_address_is_made_of_base_and_name() {
    for base in ["https://rdap.test/v1", "https://rdap.test/v1/"] {
        let url = address(&Url::parse(base).expect("a URL"), "xn--bcher-kva.com");
        assert_eq!(url.as_str(), "https://rdap.test/v1/domain/xn--bcher-kva.com");
    }
    let url = address(&Url::parse("http://127.0.0.1:8080").expect("a URL"), "shop.test");
    assert_eq!(url.as_str(), "http://127.0.0.1:8080/domain/shop.test");
}

/// The user's base address may hold a key, and reports are passed on.
#[test]
fn a_report_does_not_hold_the_key_of_the_service() {
    let base = Url::parse("https://rdap.test/v1?key=secret#x").expect("a URL");
    let url = address(&base, "shop.com");
    assert_eq!(url.query(), Some("key=secret"));
    for (status, body) in [(200, r#"{"objectClassName": "domain"}"#), (404, "{}")] {
        let reply = Reply { url: url.clone(), ..reply(status, RDAP, body) };
        let found = read(&reply, "shop.com", true).expect("an answer");
        assert_eq!(found.source.as_str(), "https://rdap.test/v1/domain/shop.com");
    }
}

#[test]
fn only_an_rdap_service_can_say_that_a_name_is_free() {
    assert_eq!(told(200, RDAP, r#"{"objectClassName": "domain"}"#), Ok(true));
    assert_eq!(told(404, RDAP, "{}"), Ok(false));
    assert_eq!(told(404, "application/json", ""), Ok(false));
    assert_eq!(told(404, "", ""), Ok(false));
    assert_eq!(told(404, "text/plain", r#"{"errorCode": 404}"#), Ok(false));
    assert!(told(404, "text/html", "<h1>Not Found</h1>").is_err());
    let page = reply(404, "text/html", "<h1>Not Found</h1>");
    assert_eq!(read(&page, "shop.com", true).map(|found| found.registered), Ok(false));
}

#[test]
fn everything_else_is_could_not_tell() {
    for status in [429, 503] {
        let why = told(status, RDAP, "{}").expect_err("no answer");
        assert!(why.contains("the registry asks to come back later"), "{why}");
    }
    for status in [204, 302, 400, 401, 403, 500, 502] {
        let why = told(status, RDAP, "{}").expect_err("no answer");
        assert!(why.contains(&status.to_string()), "{why}");
    }
    assert!(told(200, "text/html", "<h1>Welcome</h1>").expect_err("no answer").contains("not JSON"));
}
