//! Asks on behalf of other origins, as browsers do.

use futures_util::future::{join, join_all};
use hyper::Method;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderValue, ORIGIN, VARY,
};
use url::Url;

use super::endpoint::is_barred;
use super::http::Question;
use super::session::Session;
use crate::cors::ASKED_HEADERS;
use crate::item::CrossOrigin;
use crate::observed::{CorsAnswer, Exchange, Remote, cross};

/// Asks a URL for every origin that matters, all at once: a simple GET, and where the answer to it decides
/// anything a preflight.
pub(super) async fn observe(session: &Session<'_>, target: &CrossOrigin) {
    let preflighted = target.preflighted();
    let plain = target.origins().into_iter().map(|origin| ask(session, &target.url, Method::GET, origin));
    let preflights = preflighted.into_iter().map(|origin| ask(session, &target.url, Method::OPTIONS, origin));
    join(join_all(plain), join_all(preflights)).await;
}

async fn ask(session: &Session<'_>, url: &Url, method: Method, origin: &str) {
    let Ok(value) = HeaderValue::from_str(origin) else { return };
    let mut headers = vec![(ORIGIN, value)];
    if method == Method::OPTIONS {
        headers.push((ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static("GET")));
        headers.push((ACCESS_CONTROL_REQUEST_HEADERS, HeaderValue::from_static(ASKED_HEADERS)));
    }
    let key = cross(method.as_str(), url, origin);
    let question = Question { method, headers, ..Question::get(url) };
    let ask = async || session.ask(question).await.map(|answer| facts(&answer.exchange));
    // Kept in the session.
    let _ = session.cors.get(&key, &session.tally, ask).await;
}

fn facts(exchange: &Exchange) -> CorsAnswer {
    CorsAnswer {
        status: exchange.status,
        allow_origin: combined(exchange, ACCESS_CONTROL_ALLOW_ORIGIN.as_str()),
        allow_credentials: combined(exchange, ACCESS_CONTROL_ALLOW_CREDENTIALS.as_str()),
        allow_headers: combined(exchange, ACCESS_CONTROL_ALLOW_HEADERS.as_str()),
        vary: combined(exchange, VARY.as_str()),
        barred: exchange.status == 429 || is_barred(exchange),
    }
}

/// Several fields of a name are one value with commas between (Fetch section 2.2.2, "get").
fn combined(exchange: &Exchange, name: &str) -> Option<Remote> {
    let values: Vec<&str> = exchange.header(name).map(Remote::as_str).collect();
    (!values.is_empty()).then(|| Remote::new(&values.join(", ")))
}
