//! Endpoints: what their answers hold, and how long one answer after another takes.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use super::http::{Answer, Question};
use super::problem::{Problem, seen};
use super::session::Session;
use crate::item::Endpoint;
use crate::observed::{Content, Exchange, JsonFound, Remote, Sample, Seen, origin};
use crate::spec::model::JsonExpectation;
use crate::web::edge::Said;
use crate::{excerpt, json_path, latency, login};

/// Values of a `JSONPath` that are kept.
const MOST_VALUES: usize = 3;
/// Once an endpoint cannot keep its budget any more, samples are taken this long and no longer.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// What all endpoints with this URL expect of its body.
pub(super) async fn content(session: &Session<'_>, url: &Url, endpoints: &[Endpoint<'_>]) {
    let wanted: Vec<&Endpoint> =
        endpoints.iter().filter(|endpoint| endpoint.url == *url && endpoint.needs_body()).collect();
    if wanted.is_empty() {
        return;
    }
    let look = |answer: &Answer| looked_through(answer, &wanted);
    // Kept in the session.
    let _ =
        session.contents.get(url.as_str(), &session.tally, async || session.content(url, look).await).await;
}

fn looked_through(answer: &Answer, wanted: &[&Endpoint]) -> Content {
    let (body, exchange) = (answer.body.as_slice(), &answer.exchange);
    let texts = wanted.iter().filter_map(|endpoint| endpoint.declared.contains.as_ref());
    let queries: Vec<&JsonExpectation> =
        wanted.iter().filter_map(|endpoint| endpoint.declared.json.as_ref()).collect();
    let (json, not_json) = match (queries.is_empty(), serde_json::from_slice::<Value>(without_mark(body))) {
        (true, _) => (BTreeMap::new(), None),
        (false, Ok(value)) => (found(&value, &queries), None),
        (false, Err(error)) => (BTreeMap::new(), Some(Remote::from(error.to_string()))),
    };
    Content {
        status: exchange.status,
        bytes: body.len(),
        cut: exchange.body_cut,
        contains: texts.map(|text| (text.value.clone(), holds(body, text.as_bytes()))).collect(),
        json,
        not_json,
        login: login::is_login_page(body),
        excerpt: excerpt::of(body),
    }
}

/// The body without the mark of UTF-8, which JSON must not have and readers may pass over (RFC 8259 section
/// 8.1).
fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

fn holds(body: &[u8], text: &[u8]) -> bool {
    text.is_empty() || body.windows(text.len()).any(|window| window == text)
}

fn found(answer: &Value, queries: &[&JsonExpectation]) -> BTreeMap<String, JsonFound> {
    let mut all: BTreeMap<String, JsonFound> = BTreeMap::new();
    for query in queries {
        let Ok(path) = json_path::parse(&query.path.value.0) else { continue };
        let hits = json_path::find(&path, answer);
        let entry = all.entry(query.path.value.0.clone()).or_default();
        entry.count = hits.count;
        let hidden = query.path.value.0.split(['.', '[', ']', '\'', '"']).any(excerpt::names_secret);
        let shown = |value: &&Value| {
            if hidden { Remote::new("***") } else { Remote::new(&excerpt::shown(&json_path::as_text(value))) }
        };
        entry.values = hits.values.iter().take(MOST_VALUES).map(shown).collect();
        if let Some(wanted) = &query.equals {
            let equal = |value: &&Value| json_path::as_text(value) == wanted.value;
            let all_equal = !hits.values.is_empty() && hits.values.iter().all(equal);
            entry.equals.insert(wanted.value.clone(), all_equal);
        }
    }
    all
}

/// Asks the endpoints of which it matters how long they take: those of one origin one after another, so
/// that none waits for another one.
pub(super) async fn sample(session: &Session<'_>, endpoints: &[Endpoint<'_>]) {
    let mut by_origin: BTreeMap<String, Vec<&Endpoint>> = BTreeMap::new();
    for endpoint in endpoints.iter().filter(|endpoint| endpoint.samples() > 0) {
        by_origin.entry(origin(&endpoint.url)).or_default().push(endpoint);
    }
    let each = by_origin.values().map(async |endpoints| {
        for endpoint in endpoints {
            sample_one(session, endpoint).await;
        }
    });
    join_all(each).await;
}

async fn sample_one(session: &Session<'_>, endpoint: &Endpoint<'_>) {
    let key = endpoint.url.as_str();
    // What does not answer at all is told by its own finding.
    if session.exchange(&endpoint.url).await.is_err() {
        return;
    }
    // The same URL may stand in two endpoints.
    if session.samples.borrow().contains_key(key) {
        return;
    }
    let (wanted, begun, mut late) = (endpoint.samples(), Instant::now(), 0);
    let budget = endpoint.declared.p95.as_ref().map(|budget| budget.value.0.as_millis());
    for number in 0..=wanted {
        let outcome = session.ask_once(&Question::get(&endpoint.url)).await;
        let sample = taken(outcome);
        let barred = matches!(sample.status, Seen::Answer(429) | Seen::Unobserved(_));
        late += usize::from(number > 0 && budget.is_some_and(|budget| u128::from(sample.millis) > budget));
        session.samples.borrow_mut().entry(key.to_owned()).or_default().push(sample);
        let hopeless = late > latency::may_exceed(wanted) && begun.elapsed() > PATIENCE;
        if barred || hopeless {
            return;
        }
    }
}

fn taken(outcome: Result<Answer, Problem>) -> Sample {
    let millis =
        outcome.as_ref().map_or(0, |answer| u64::try_from(answer.took.as_millis()).unwrap_or(u64::MAX));
    let status = match outcome {
        Ok(answer) if is_barred(&answer.exchange) => {
            Seen::Unobserved("the edge before the service keeps this client out".into())
        }
        outcome => seen(outcome.map(|answer| answer.exchange.status)),
    };
    Sample { millis, status }
}

/// True where the edge before the service keeps this client out.
pub(super) fn is_barred(exchange: &Exchange) -> bool {
    matches!(exchange.edge(), Some(Said::Challenge(_) | Said::Refused(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::load;

    fn content(expectation: &str, body: &str) -> Content {
        let spec = format!("domain: a.test\nendpoints: [{{url: \"https://a.test/\", {expectation}}}]");
        let document = load::parse("-", &spec).expect("a good spec");
        let exchange = Exchange { status: 200, ..Exchange::default() };
        let answer = Answer {
            exchange,
            body: body.into(),
            took: std::time::Duration::ZERO,
            is_whole: true,
            read: None,
        };
        let endpoints = crate::item::endpoints(&document);
        looked_through(&answer, &endpoints.iter().collect::<Vec<_>>())
    }

    #[test]
    fn values_of_secret_names_are_counted_and_compared_but_not_kept() {
        let found = content("json: {path: $.session.token, equals: abc}", r#"{"session": {"token": "abc"}}"#);
        let token = &found.json["$.session.token"];
        assert_eq!((token.count, token.equals["abc"]), (1, true));
        assert_eq!(token.values, [Remote::new("***")]);
        assert!(!found.excerpt.expect("an excerpt").as_str().contains("abc"));
    }

    #[test]
    fn every_value_that_a_path_finds_must_equal() {
        let equal = |body| {
            content("json: {path: \"$[*].ok\", equals: \"true\"}", body).json["$[*].ok"].equals["true"]
        };
        assert!(equal(r#"[{"ok": true}, {"ok": "true"}]"#));
        assert!(!equal(r#"[{"ok": true}, {"ok": false}]"#));
        assert!(!equal("[]"));
    }

    #[test]
    fn what_is_no_json_says_why() {
        assert!(content("json: {path: $}", "<html>").not_json.is_some());
        assert_eq!(content("json: {path: $}", "\u{feff}[1, 2]").json["$"].count, 2);
        assert_eq!(content("contains: x", "<html>").not_json, None);
    }
}
