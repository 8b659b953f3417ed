//! Looks behind an endpoint: whether an event had its effect, and how often.

use hyper::header::{HeaderName, HeaderValue};
use serde_json::Value;
use url::Url;

use super::mask::Mask;
use super::variables;
use crate::observed::{Counted, Seen};
use crate::probe::http::{Answer, Question};
use crate::probe::problem::{Problem, seen};
use crate::probe::session::Session;
use crate::spec::model::WebhookEffect;
use crate::webhook::{Escape, Event};
use crate::{excerpt, json_path};

/// True where what is declared was there.
pub(super) fn holds(counted: &Seen<Counted>) -> bool {
    matches!(counted, Seen::Answer(counted) if counted.holds)
}

/// One effect, as it is looked for by one event.
pub(super) struct Effect<'a> {
    /// What is declared.
    pub(super) declared: &'a WebhookEffect,
    /// The event by which it is looked for.
    pub(super) event: &'a Event,
}

impl Effect<'_> {
    /// What is there now; `before` is how many there were.
    pub(super) async fn look(&self, session: &Session<'_>, mask: &Mask, before: usize) -> Seen<Counted> {
        let answer = self.ask(session).await;
        match seen(answer) {
            Seen::Answer(answer) => Seen::Answer(self.counted(&answer, mask, before)),
            Seen::Failed(mut failure) => {
                failure.detail = mask.text(failure.detail.as_str()).into();
                Seen::Failed(failure)
            }
            Seen::Unobserved(reason) => Seen::Unobserved(mask.text(reason.as_str()).into()),
        }
    }

    /// True where there is more than there should be: that does not go away by waiting.
    pub(super) fn is_over(&self, counted: &Seen<Counted>, before: usize) -> bool {
        let wanted = self.declared.json.as_ref().and_then(|json| json.count.as_ref());
        match (counted, wanted) {
            (Seen::Answer(Counted { count: Some(count), .. }), Some(wanted)) => {
                *count > before.saturating_add(usize::try_from(wanted.value).unwrap_or(usize::MAX))
            }
            _ => false,
        }
    }

    async fn ask(&self, session: &Session<'_>) -> Result<Answer, Problem> {
        let cannot = |why: String| Problem::Unobserved(why);
        let text = self.event.fill(&self.declared.url, Escape::Url).map_err(cannot)?;
        let url = Url::parse(&text).map_err(|error| cannot(format!("the effect's URL is none: {error}")))?;
        let mut headers = Vec::new();
        for (name, value) in &self.declared.headers.0 {
            let value = variables::filled(value, &session.settings.environment).map_err(cannot)?;
            let name: HeaderName =
                name.parse().map_err(|_| cannot(format!("`{}` is no name of a header", name.value)))?;
            let mut value = HeaderValue::from_str(value.expose())
                .map_err(|_| cannot(format!("the value of `{name}` cannot stand in a header")))?;
            value.set_sensitive(true);
            headers.push((name, value));
        }
        let question = Question { headers, ..Question::get(&url) };
        session.ask_verified(&question, session.settings.timeout).await
    }

    fn counted(&self, answer: &Answer, mask: &Mask, before: usize) -> Counted {
        let status = answer.exchange.status;
        let excerpt = excerpt::of(&mask.taken_out(&answer.body).0);
        let nothing = Counted { status, count: None, holds: false, not_json: None, excerpt };
        let is_good = (200..300).contains(&status);
        let Some(wanted) = &self.declared.json else { return Counted { holds: is_good, ..nothing } };
        let value: Value = match serde_json::from_slice(&answer.body) {
            Ok(value) => value,
            Err(error) => return Counted { not_json: Some(error.to_string().into()), ..nothing },
        };
        let Ok(path) = json_path::parse(&wanted.path.value.0) else { return nothing };
        let found = json_path::find(&path, &value);
        // Where how many more there are is what counts, a path may lead to the number itself.
        let grows = self.declared.counts_on();
        let number = match found.values.as_slice() {
            [one] if grows => one.as_u64().and_then(|number| usize::try_from(number).ok()),
            _ => None,
        };
        let count = number.unwrap_or(found.count);
        let least = wanted.count.as_ref().map(|count| usize::try_from(count.value).unwrap_or(usize::MAX));
        let enough = match least {
            Some(wanted) => count == before.saturating_add(wanted),
            None => count > before,
        };
        let equal = wanted
            .equals
            .as_ref()
            .is_none_or(|text| found.values.iter().all(|value| json_path::as_text(value) == text.value));
        Counted { count: Some(count), holds: is_good && enough && equal, ..nothing }
    }
}
