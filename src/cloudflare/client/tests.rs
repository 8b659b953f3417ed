//! The client against a server that fails in every way, on real sockets.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use serde_json::json;

use super::super::endpoint::Id;
use super::*;
use crate::probe::{Settings, Silent};

const TOKEN: &str = "cfut_0123456789abcdef0123456789";

/// What the server does with a request.
#[derive(Clone)]
enum Deed {
    /// An answer: the status, further fields, the body.
    Answer(u16, &'static str, String),
    /// It reads the request and closes the connection.
    Cut,
    /// It sends half of an answer.
    Half,
    /// It says nothing for a while.
    Hang,
}

fn ok(result: &Value) -> Deed {
    Deed::Answer(200, "", json!({"success": true, "errors": [], "result": result}).to_string())
}

fn refused(status: u16, code: i64, message: &str) -> Deed {
    let errors = json!([{"code": code, "message": message}]);
    Deed::Answer(status, "", json!({"success": false, "errors": errors, "result": null}).to_string())
}

/// A server with a script, one deed for each request; the last one is for all that follow.
struct Api {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    settings: Settings,
}

impl Api {
    fn new(script: Vec<Deed>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
        let address = listener.local_addr().expect("an address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let script = Arc::new(script);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (seen, script) = (Arc::clone(&seen), Arc::clone(&script));
                thread::spawn(move || serve(stream, &seen, &script));
            }
        });
        let settings = Settings { retries: 2, timeout: Duration::from_secs(5), ..Settings::default() };
        Self { address, requests, settings }
    }

    async fn client(&self) -> Client<'_> {
        let base = format!("http://{}/client/v4", self.address).parse().expect("a URL");
        let at = Timestamp::UNIX_EPOCH;
        Client::open(&self.settings, &Silent, at, &base, &Secret::new(TOKEN)).await.expect("a client")
    }

    fn count(&self) -> usize {
        self.requests.lock().expect("requests").len()
    }

    fn first(&self) -> String {
        self.requests.lock().expect("requests")[0].clone()
    }
}

/// Serves one connection: request after request.
fn serve(mut stream: TcpStream, seen: &Mutex<Vec<String>>, script: &[Deed]) {
    let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
    while let Some(request) = request(&mut reader) {
        let deed = {
            let mut seen = seen.lock().expect("requests");
            seen.push(request);
            script[(seen.len() - 1).min(script.len() - 1)].clone()
        };
        match deed {
            Deed::Cut => return,
            Deed::Hang => thread::sleep(Duration::from_secs(2)),
            Deed::Half => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"result\":");
                return;
            }
            Deed::Answer(status, fields, body) => {
                let head = format!("HTTP/1.1 {status} X\r\n{fields}content-length: {}\r\n\r\n", body.len());
                let _ = stream.write_all(head.as_bytes());
                let _ = stream.write_all(body.as_bytes());
            }
        }
    }
}

/// A request's head and body.
fn request(reader: &mut impl BufRead) -> Option<String> {
    let mut text = String::new();
    while !text.ends_with("\r\n\r\n") {
        if reader.read_line(&mut text).ok()? == 0 {
            return None;
        }
    }
    let lower = text.to_ascii_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some(text + &String::from_utf8_lossy(&body))
}

fn zone() -> Id {
    Id::new("0123456789abcdef0123456789abcdef").expect("an id")
}

/// What comes of a question, and how often it was asked.
async fn read(script: Vec<Deed>) -> (Result<Reply, Failure>, usize) {
    let api = Api::new(script);
    let outcome = api.client().await.read(&Question::Settings(&zone())).await;
    (outcome, api.count())
}

/// What comes of a change, and how often it was sent.
async fn write(script: Vec<Deed>) -> (Result<Reply, Failure>, usize) {
    let api = Api::new(script);
    let (zone, body) = (zone(), json!({"value": "strict"}));
    let outcome = api.client().await.write(&Order::Setting(&zone, "ssl", &body)).await;
    (outcome, api.count())
}

#[tokio::test]
async fn a_request_is_as_cloudflare_describes_it() {
    let api = Api::new(vec![ok(&json!({"id": "ssl", "value": "strict"}))]);
    let (zone, body) = (zone(), json!({"value": "strict"}));
    let client = api.client().await;
    let reply = client.write(&Order::Setting(&zone, "ssl", &body)).await.expect("an answer");
    assert_eq!(reply.result["value"], "strict");
    let sent = api.first();
    assert!(sent.starts_with(&format!("PATCH /client/v4/zones/{zone}/settings/ssl HTTP/1.1\r\n")), "{sent}");
    assert!(sent.contains(&format!("authorization: Bearer {TOKEN}\r\n")), "{sent}");
    assert!(sent.contains("content-type: application/json\r\n"), "{sent}");
    assert!(sent.ends_with("\r\n\r\n{\"value\":\"strict\"}"), "{sent}");
    assert!(!format!("{client:?}").contains(TOKEN));
}

#[tokio::test]
async fn what_only_reads_is_tried_again() {
    let broken = vec![refused(500, 7000, "oops"), Deed::Cut, ok(&json!([]))];
    assert!(matches!(read(broken).await, (Ok(_), 3)));
    assert!(matches!(read(vec![Deed::Half, ok(&json!([]))]).await, (Ok(_), 2)));
    let (outcome, count) = read(vec![refused(503, 7000, "no origin")]).await;
    assert_eq!(count, 3);
    assert_eq!(outcome.expect_err("a failure").to_string(), "127.0.0.1 answers 503 (7000: no origin)");
}

#[tokio::test]
async fn a_change_of_which_nobody_knows_what_came_is_not_sent_again() {
    for deed in [Deed::Cut, Deed::Half, refused(500, 7000, "oops"), Deed::Answer(200, "", "<html>".into())] {
        let (outcome, count) = write(vec![deed, ok(&json!({}))]).await;
        let failure = outcome.expect_err("a failure");
        assert!(matches!(failure, Failure::Ambiguous(_)) && !failure.changed_nothing(), "{failure}");
        assert_eq!(count, 1);
    }
}

#[tokio::test]
async fn a_change_is_not_sent_again_over_a_connection_that_stood_already() {
    let api = Api::new(vec![ok(&json!([])), Deed::Cut, ok(&json!({}))]);
    let client = api.client().await;
    let (zone, body) = (zone(), json!({"value": "strict"}));
    client.read(&Question::Settings(&zone)).await.expect("an answer");
    let outcome = client.write(&Order::Setting(&zone, "ssl", &body)).await;
    assert!(matches!(outcome, Err(Failure::Ambiguous(_))), "{outcome:?}");
    assert_eq!(api.count(), 2);
}

#[tokio::test]
async fn a_change_that_was_not_executed_is_sent_again_when_it_may_be() {
    let begun = Instant::now();
    let limited = Deed::Answer(429, "retry-after: 1\r\n", "{}".into());
    assert!(matches!(write(vec![limited.clone(), ok(&json!({}))]).await, (Ok(_), 2)));
    assert!(begun.elapsed() >= Duration::from_secs(1));
    // A 429 is no attempt: it does not count among the retries.
    let often = vec![Deed::Answer(429, "retry-after: 0\r\n", "{}".into()); 3];
    assert!(matches!(read([often, vec![ok(&json!([]))]].concat()).await, (Ok(_), 4)));
}

#[tokio::test]
async fn a_pause_that_is_longer_than_the_run_waits_is_told_at_once() {
    let (outcome, count) = write(vec![Deed::Answer(429, "retry-after: 300\r\n", "{}".into())]).await;
    let failure = outcome.expect_err("a failure");
    assert_eq!((&failure, count), (&Failure::Limited(Duration::from_mins(5)), 1));
    assert!(failure.changed_nothing() && failure.to_string().contains("only in 5 min"), "{failure}");
}

#[tokio::test]
async fn requests_side_by_side_wait_together() {
    let limited = Deed::Answer(429, "retry-after: 50\r\n", "{}".into());
    let api = Api::new(vec![limited]);
    let client = api.client().await;
    for _ in 0..3 {
        client.hold(Duration::from_secs(50)).expect("patience");
    }
    assert!(client.patience.get() > Duration::from_secs(69), "{:?}", client.patience.get());
    assert_eq!(client.hold(Duration::from_mins(3)), Err(Failure::Limited(Duration::from_mins(3))));
}

#[tokio::test]
async fn an_endless_429_ends() {
    let mut api = Api::new(vec![Deed::Answer(429, "retry-after: 0\r\n", "{}".into())]);
    api.settings.deadline = Duration::from_millis(50);
    let outcome = api.client().await.read(&Question::Networks).await;
    assert!(matches!(outcome, Err(Failure::Limited(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_refusal_names_the_permission_and_hides_the_token() {
    let message = format!("Authentication error for {TOKEN} \u{1b}[31m");
    let (outcome, count) = write(vec![refused(403, 10_000, &message)]).await;
    let failure = outcome.expect_err("a failure");
    assert_eq!(count, 1);
    assert_eq!(
        failure.to_string(),
        "the token lacks the permission Zone > Zone Settings > Edit (403; 10000: Authentication error for *** \\u{1b}[31m)"
    );
    assert!(failure.changed_nothing() && failure.cure().contains("Zone > Zone Settings > Edit"));
    let (outcome, _) = read(vec![refused(403, 9109, "Unauthorized to access requested resource")]).await;
    assert!(outcome.expect_err("a failure").to_string().contains("Zone > Zone Settings > Read"));
}

#[tokio::test]
async fn a_refusal_may_come_as_a_success() {
    let (outcome, _) = write(vec![refused(200, 1007, "Invalid value for zone setting ssl")]).await;
    let Err(Failure::Refused(refused)) = outcome else { panic!("no refusal") };
    assert!(refused.has(1007) && refused.missing().is_none());
}

#[tokio::test]
async fn what_is_wrong_with_a_field_is_told_with_its_place() {
    let body = json!({"success": false, "errors": [{
        "code": 1004, "message": "DNS Validation Error", "source": {"pointer": "/posts/0/content"},
        "error_chain": [{"code": 9005, "message": "Content for A record must be a valid IPv4 address."}]
    }]});
    let (outcome, _) = write(vec![Deed::Answer(400, "", body.to_string())]).await;
    let words = outcome.expect_err("a failure").to_string();
    let expected = "(400; 1004: DNS Validation Error at /posts/0/content; 9005: Content for A record must";
    assert!(words.contains(expected), "{words}");
}

#[tokio::test]
async fn what_is_no_answer_is_not_read() {
    for deed in [
        Deed::Answer(200, "", "<html>".into()),
        Deed::Answer(200, "", "[]".into()),
        Deed::Answer(200, "", format!("{{\"result\": \"{TOKEN}\"}}")),
        Deed::Answer(200, "", "x".repeat(MOST_BYTES + 1)),
        Deed::Answer(302, "location: /elsewhere\r\n", String::new()),
    ] {
        let (outcome, count) = read(vec![deed]).await;
        let failure = outcome.expect_err("a failure");
        assert!(matches!(failure, Failure::Garbled(_)) && !failure.to_string().contains(TOKEN), "{failure}");
        assert_eq!(count, 1);
    }
}

#[tokio::test]
async fn silence_ends_in_time() {
    let mut api = Api::new(vec![Deed::Hang]);
    api.settings = Settings { retries: 0, timeout: Duration::from_millis(50), ..api.settings };
    let failure = api.client().await.read(&Question::Networks).await.expect_err("a failure");
    assert_eq!(failure.to_string(), "no answer from 127.0.0.1 within 50 ms");
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let api = Api::new(Vec::new());
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let base = format!("http://{}/", closed.expect("an address")).parse().expect("a URL");
    let token = Secret::new(TOKEN);
    let client = Client::open(&api.settings, &Silent, Timestamp::UNIX_EPOCH, &base, &token).await;
    let (zone, body) = (zone(), json!({"status": "active"}));
    let outcome = client.expect("a client").write(&Order::Dnssec(&zone, &body)).await;
    let failure = outcome.expect_err("a failure");
    assert!(matches!(failure, Failure::NotSent(_)) && failure.changed_nothing(), "{failure}");
}

#[tokio::test]
async fn the_token_does_not_leave_this_network_in_the_clear() {
    let settings = Settings::default();
    let base = "http://1.1.1.1/client/v4/".parse().expect("a URL");
    let token = Secret::new(TOKEN);
    let error = Client::open(&settings, &Silent, Timestamp::UNIX_EPOCH, &base, &token).await;
    assert!(error.expect_err("an error").to_string().contains("plain HTTP"));
}
