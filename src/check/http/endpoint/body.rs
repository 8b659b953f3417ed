//! Whether an endpoint's answer holds what is declared of it.

use crate::check::{Verdict, World, seen};
use crate::excerpt::{self, names_secret};
use crate::item::Endpoint;
use crate::observed::{Content, Exchange, JsonFound, Remote, Seen};
use crate::spec::model::JsonExpectation;
use crate::spec::{Located, Place};

/// What came of one expectation.
enum Outcome {
    /// It is met; a clause without its subject.
    Met(String),
    /// It is not.
    Unmet(Box<Unmet>),
    /// Nobody knows; the reason.
    Untold(String),
}

struct Unmet {
    /// `does not contain ...`
    clause: String,
    expected: String,
    observed: String,
    label: &'static str,
    help: String,
    place: Place,
}

pub(in crate::check) fn body_differs(endpoint: &Endpoint, world: &World) -> Verdict {
    if !endpoint.expects_content() {
        return Verdict::not_applicable("nothing is declared of its content");
    }
    let exchange = match super::right(endpoint, world) {
        Ok(exchange) => exchange,
        Err(verdict) => return *verdict,
    };
    let (mut met, mut unmet, mut untold) = (Vec::new(), Vec::new(), Vec::new());
    for outcome in outcomes(endpoint, exchange, world) {
        match outcome {
            Outcome::Met(clause) => met.push(clause),
            Outcome::Unmet(fault) => unmet.push(*fault),
            Outcome::Untold(reason) => untold.push(reason),
        }
    }
    match (unmet.is_empty(), untold.into_iter().next()) {
        (false, _) => failed(endpoint, &unmet, world),
        (true, Some(reason)) => Verdict::unknown(reason),
        (true, None) => Verdict::pass(seen::in_full(&met)),
    }
}

fn failed(endpoint: &Endpoint, unmet: &[Unmet], world: &World) -> Verdict {
    let all =
        |text: fn(&Unmet) -> &String| seen::listed(&unmet.iter().map(text).cloned().collect::<Vec<_>>());
    let verdict = Verdict::fail(format!("{} {}", seen::shown(&endpoint.url), all(|fault| &fault.clause)))
        .expected(all(|fault| &fault.expected))
        .observed(all(|fault| &fault.observed));
    let verdict = match unmet.first() {
        Some(first) => verdict.label(first.label).help(first.help.clone()).at(first.place.clone()),
        None => verdict,
    };
    match content(endpoint, world) {
        Ok(Content { excerpt: Some(excerpt), .. }) => verdict.evidence(format!("the body begins: {excerpt}")),
        _ => verdict,
    }
}

fn outcomes(endpoint: &Endpoint, exchange: &Exchange, world: &World) -> Vec<Outcome> {
    let declared = endpoint.declared;
    let place = |key: &str, span| Place::new(format!("{}.{key}", endpoint.path), span);
    let headers = declared.headers.0.iter().map(|(name, value)| {
        let place = place(&format!("headers.{}", name.value), value.span);
        header(name, value, exchange, place)
    });
    let mut found: Vec<Outcome> = headers.collect();
    if declared.contains.is_none() && declared.json.is_none() {
        return found;
    }
    let content = match content(endpoint, world) {
        Ok(content) if content.status == exchange.status => content,
        Ok(content) => {
            found.push(Outcome::Untold(format!(
                "its content could not be looked at: another request was answered {}",
                content.status
            )));
            return found;
        }
        Err(reason) => {
            found.push(Outcome::Untold(reason));
            return found;
        }
    };
    found.extend(
        declared
            .contains
            .as_ref()
            .map(|text| contains(text, endpoint, content, place("contains", text.span))),
    );
    found.extend(declared.json.iter().map(|wanted| json(wanted, endpoint, content)));
    found
}

/// What came of looking through its body, or why nobody could.
fn content<'w>(endpoint: &Endpoint, world: &'w World) -> Result<&'w Content, String> {
    match world.observed.contents.get(endpoint.url.as_str()) {
        Some(Seen::Answer(content)) => Ok(content),
        Some(Seen::Failed(failure)) => Err(format!("its content could not be read: {}", failure.detail)),
        Some(Seen::Unobserved(reason)) => Err(reason.to_string()),
        None => Err(seen::NOT_OBSERVED.to_owned()),
    }
}

/// The value is the whole of a field, or one of its parts.
fn header(name: &Located<String>, value: &Located<String>, exchange: &Exchange, place: Place) -> Outcome {
    let key = name.value.to_ascii_lowercase();
    let sent: Vec<&str> = exchange.header(&key).map(Remote::as_str).collect();
    let wanted = value.value.trim();
    let fits = |field: &&str| {
        let parts = field.split([',', ';']).chain([*field]);
        parts.map(str::trim).any(|part| part.eq_ignore_ascii_case(wanted))
    };
    let expected = format!("{key}: {}", seen::cut(wanted));
    if sent.iter().any(fits) {
        return Outcome::Met(format!("sends `{expected}`"));
    }
    // Values of cookies and the like are nobody's business.
    let hidden = names_secret(&key);
    let observed = match sent.as_slice() {
        [] => format!("no {key}"),
        _ if hidden => format!("another {key} (not shown)"),
        values => format!("{key}: {}", excerpt::shown(&values.join(", "))),
    };
    let clause = match sent.as_slice() {
        [] => format!("sends no `{key}`"),
        _ => format!("sends {}", if hidden { observed.clone() } else { format!("`{observed}`") }),
    };
    Outcome::Unmet(Box::new(Unmet {
        clause,
        expected,
        observed,
        label: "header differs",
        help: format!(
            "send `{key}` as declared, from the service or the proxy before it, or correct the spec"
        ),
        place,
    }))
}

fn contains(text: &Located<String>, endpoint: &Endpoint, content: &Content, place: Place) -> Outcome {
    let shown = seen::cut(Remote::new(&text.value).as_str());
    match content.contains.get(&text.value) {
        Some(true) => Outcome::Met(format!("contains `{shown}`")),
        Some(false) if content.cut => Outcome::Untold(format!(
            "only the first {} bytes of the body were read, and `{shown}` is not among them",
            content.bytes
        )),
        Some(false) => Outcome::Unmet(Box::new(Unmet {
            clause: format!("does not contain `{shown}`"),
            expected: format!("a body with `{shown}`"),
            observed: body(content),
            label: "not in the body",
            help: other_content(endpoint),
            place,
        })),
        None => untold(),
    }
}

/// A recording holds no bodies: only what came of looking for what the spec said then.
fn untold() -> Outcome {
    Outcome::Untold(
        "nobody looked for that when this was recorded: look again, without `--replay`".to_owned(),
    )
}

fn body(content: &Content) -> String {
    match &content.excerpt {
        _ if content.bytes == 0 => "an empty body".to_owned(),
        Some(excerpt) => format!("{excerpt} ({} bytes)", content.bytes),
        None => format!("{} bytes that are no text", content.bytes),
    }
}

fn other_content(endpoint: &Endpoint) -> String {
    format!(
        "deploy what should be there, or correct the spec; look at what comes with `curl -s '{}'`: a login page, a placeholder and the shell of a web app answer 200 too",
        seen::shown(&endpoint.url)
    )
}

fn json(wanted: &JsonExpectation, endpoint: &Endpoint, content: &Content) -> Outcome {
    let path = wanted.path.value.0.as_str();
    let place = |key: &str, span| Place::new(format!("{}.json.{key}", endpoint.path), span);
    let unmet = |clause: String, expected: String, observed: String, place: Place| {
        let (label, help) = ("JSON differs", other_content(endpoint));
        Outcome::Unmet(Box::new(Unmet { clause, expected, observed, label, help, place }))
    };
    if let Some(why) = &content.not_json {
        return if content.cut {
            Outcome::Untold(format!("only the first {} bytes of its JSON were read", content.bytes))
        } else {
            let clause = format!("answers no JSON: {why}");
            unmet(clause, "JSON".to_owned(), body(content), place("path", wanted.path.span))
        };
    }
    let Some(found) = content.json.get(path) else { return untold() };
    if let Some(count) = wanted.count.as_ref().filter(|count| usize::try_from(count.value) != Ok(found.count))
    {
        let clause = format!("has {} at `{path}`, not {}", found.count, count.value);
        let (expected, observed) =
            (format!("{} at {path}", count.value), format!("{} at {path}", found.count));
        return unmet(clause, expected, observed, place("count", count.span));
    }
    let nothing = || {
        let clause = format!("has nothing at `{path}`");
        unmet(clause, format!("a value at {path}"), body(content), place("path", wanted.path.span))
    };
    match &wanted.equals {
        Some(_) if found.values.is_empty() => nothing(),
        None if wanted.count.is_none() && found.values.is_empty() => nothing(),
        None => Outcome::Met(format!("has {} at `{path}`", values(found))),
        Some(text) => match found.equals.get(&text.value) {
            Some(true) => Outcome::Met(format!("has `{}` at `{path}`", seen::cut(&text.value))),
            Some(false) => {
                let clause = format!("has {} at `{path}`, not `{}`", values(found), seen::cut(&text.value));
                let expected = format!("`{}` at {path}", seen::cut(&text.value));
                let observed = format!("{} there", values(found));
                unmet(clause, expected, observed, place("equals", text.span))
            }
            None => untold(),
        },
    }
}

fn values(found: &JsonFound) -> String {
    let shown: Vec<String> = found.values.iter().map(|value| format!("`{value}`")).collect();
    match shown.as_slice() {
        [] => "nothing".to_owned(),
        _ => seen::in_full(&shown),
    }
}
