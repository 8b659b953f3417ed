use super::*;

fn told(body: &str) -> Vec<String> {
    leaks(body.as_bytes()).into_iter().map(|leak| leak.what.to_string()).collect()
}

#[test]
fn refusals_tell_nothing() {
    for body in [
        "",
        r#"{"error": "Invalid signature"}"#,
        r#"{"error":{"code":401,"message":"No signatures found matching the expected signature for payload. Are you passing the raw request body you received from Stripe? https://docs.stripe.com/webhooks/signature"}}"#,
        r#"{"statusCode":400,"message":"Timestamp outside the tolerance zone","timestamp":"2026-12-01T08:00:00Z","path":"/webhooks/stripe"}"#,
        "Missing Bearer authorization header",
        "<!doctype html><html><head><title>400 Bad Request</title><script src=\"/app/main.js\"></script></head><body><h1>Bad Request</h1><p>at 12:05:33 (/home/help)</p></body></html>",
        "<html>\r\n<head><title>405 Not Allowed</title></head>\r\n<body>\r\n<center><h1>405 Not Allowed</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>",
        r#"{"received": true, "home": "/home/", "path": "/webhooks", "user": null, "lang": "en"}"#,
        "Webhook Error: Unexpected token 'a', \"%not-a-si\"... is not valid JSON",
        r#"{"timestamp":"2026-12-01T08:00:00.000+00:00","status":405,"error":"Method Not Allowed","path":"/hooks"}"#,
        "Please look at the panicked at-a-glance page",
    ] {
        assert_eq!(told(body), Vec::<String>::new(), "{body}");
    }
}

#[test]
fn stack_traces_are_told_by_their_runtime() {
    for (body, what) in [
        (
            "Traceback (most recent call last):\n  File \"/srv/hooks.py\", line 12, in verify\nValueError: no",
            "Python",
        ),
        (
            r#"{"detail": "Traceback (most recent call last):\n  File \"app.py\", line 3, in <module>\n"}"#,
            "Python",
        ),
        (
            r#"{"error":"x","stack":"Error: no signature\n    at verify (/usr/src/app/hooks.js:12:5)\n    at node:internal/x:1:2"}"#,
            "Node",
        ),
        (
            "<pre>Error: bad<br> &nbsp; &nbsp;at Layer.handle (/app/node_modules/express/lib/router/layer.js:95:5)</pre>",
            "Node",
        ),
        ("Error: bad\n    at C:\\site\\hooks.js:12:5", "Node"),
        ("java.lang.IllegalStateException: no\n\tat test.shop.Hooks.verify(Hooks.java:12)\n", "Java"),
        ("System.Exception: no\n   at Shop.Hooks.Verify(String body) in /src/Hooks.cs:line 12\n", ".NET"),
        ("panic: boom\n\ngoroutine 7 [running]:\nmain.verify(...)\n\t/src/hooks.go:12 +0x1d\n", "Go"),
        ("app/controllers/hooks.rb:12:in 'verify': no signature (RuntimeError)", "Ruby"),
        (
            "<br />\n<b>Fatal error</b>:  Uncaught Exception in /var/www/hooks.php:3 <b>/var/www/hooks.php</b> on line <b>3</b>",
            "PHP",
        ),
        ("Warning: Undefined array key in /var/www/hooks.php on line 12", "PHP"),
        ("thread 'main' panicked at src/hooks.rs:12:5:\nno signature", "Rust"),
    ] {
        let told = told(body);
        assert!(told.iter().any(|told| told.contains(what)), "{body}: {told:?}");
    }
}

#[test]
fn debug_pages_are_told_by_their_framework() {
    let django = "<!DOCTYPE html><html><head><title>ValueError at /hooks</title></head><body><div id=\"explanation\"><p>You're seeing this error because you have <code>DEBUG = True</code> in your Django settings file.</p></div></body></html>";
    assert_eq!(told(django), ["the debug page of Django"]);
}

#[test]
fn paths_databases_environments_and_secrets_are_told() {
    for (body, what) in [
        (
            r#"{"error": "ENOENT: no such file or directory, open '/app/src/hooks.ts'"}"#,
            "the path of a file on the server",
        ),
        (r#"{"error": "cannot read C:\\site\\hooks.php"}"#, "the path of a file on the server"),
        (
            r#"{"error": "duplicate key value violates unique constraint \"events_pkey\""}"#,
            "an error of the database",
        ),
        ("ORA-00001: unique constraint violated", "an error of the database"),
        ("PATH=/usr/bin\nHOME=/root\nNODE_ENV=production\n", "the environment"),
        (r#"{"env":{"PATH":"/usr/bin","HOME":"/root","DATABASE_URL":"x"}}"#, "the environment"),
        (
            r#"{"expected":"whsec_0123456789abcdef0123456789abcdef"}"#,
            "what looks like a webhook signing secret",
        ),
        ("-----BEGIN PRIVATE KEY-----\nMIIE\n", "what looks like a private key"),
    ] {
        let told = told(body);
        assert!(told.iter().any(|told| told == what), "{body}: {told:?}");
    }
}

#[test]
fn what_is_shown_is_short_and_holds_no_secret() {
    let body = "ab: panicked at src/hooks.rs:1:2, token=abcdefghij0123456789\n";
    let found = leaks(body.as_bytes());
    let shown = found[0].shown.as_ref().unwrap().to_string();
    assert!(shown.contains("panicked") && !shown.contains("abcdefghij"), "{shown}");
    let secret = r#"{"expected":"whsec_0123456789abcdef0123456789abcdef"}"#;
    assert_eq!(leaks(secret.as_bytes())[0].shown, None);
}

#[test]
fn a_secret_that_comes_back_is_found() {
    let secret = "It's a \"long\" secret/1";
    assert!(echoes(br#"{"expected":"It's a \"long\" secret\/1"}"#, secret));
    assert!(echoes(b"key It&#39;s a &quot;long&quot; secret/1", secret));
    assert!(!echoes(b"{\"error\":\"Invalid signature\"}", secret));
    assert!(!echoes(b"short words are everywhere", "words"));
}

proptest::proptest! {
    #[test]
    fn any_body_is_looked_at(body in proptest::collection::vec(proptest::arbitrary::any::<u8>(), 0..200), text in "(at |File \"|:1|\\.js|\\.go:|/app/|\\(|\\)|ORA-|#0 |\\PC){0,20}") {
        let _ = (leaks(&body), leaks(text.as_bytes()));
    }
}
