//! Rules are written all at once, and the API has no way to say "only if nobody else wrote". But it counts the
//! versions of a ruleset and keeps them: where another one came in between, what was written over is put back
//! beside what is ours.

use serde_json::{Map, Value};

use super::reading::{known, object};
use super::{Apply, Stop, note};
use crate::cloudflare::canonical;
use crate::cloudflare::client::Reply;
use crate::cloudflare::endpoint::{Order, Question};
use crate::cloudflare::failure::Failure;
use crate::cloudflare::journal::{Event, Journal};
use crate::cloudflare::plan::{Change, Subject};
use crate::cloudflare::step::{self, Live, Request, Step};
use crate::observed::ApiObject;

/// How often it is tried against somebody who goes on writing.
const MOST: usize = 3;

impl Apply<'_> {
    /// Looks whether somebody wrote between the look and the request. What to tell the user, if anything.
    pub(super) async fn rejoin(
        &self,
        step: &Step,
        live: &Live,
        reply: &Reply,
        journal: &mut Journal,
    ) -> Result<Option<String>, Stop> {
        let Request::Rules(phase, _) = &step.request else { return Ok(None) };
        let seen = live.phases.get(phase).and_then(Option::as_ref);
        let mut read = version(seen);
        let mut written = object(reply.result.clone()).ok().and_then(|ruleset| version(Some(&ruleset)));
        for _ in 0..MOST {
            // Without versions nobody can tell.
            let (Some(from), Some(to)) = (read.or(Some(0)), written) else { return Ok(None) };
            if to <= from + 1 {
                return Ok(None);
            }
            let lost = to - 1;
            let theirs = match self.version_of(phase, lost).await {
                Ok(ruleset) => ruleset,
                Err(failure) => return Ok(Some(unknown(phase, lost, &failure))),
            };
            let before = seen.filter(|_| from > 0);
            if canonical::are_the_same_rules(before, Some(&theirs)) {
                return Ok(None);
            }
            note(journal, Event::Rejoined { step: step.id.clone(), version: lost })?;
            let joined = Value::from(step::merged(phase, Some(&theirs), &self.changes_of(phase)));
            let body = Value::Object(Map::from_iter([("rules".to_owned(), joined)]));
            let order = Order::Entrypoint {
                zone: &self.zone,
                phase: known(phase).map_err(Stop::Failed)?,
                body: &body,
                dry_run: false,
            };
            let reply = self.client.write(&order).await.map_err(Stop::Failed)?;
            read = Some(to);
            written = object(reply.result).ok().and_then(|ruleset| version(Some(&ruleset)));
            if written.is_none_or(|written| written <= to + 1) {
                return Ok(Some(format!(
                    "somebody else changed the rules of {phase} at the same moment: their change was kept beside ours"
                )));
            }
        }
        Ok(Some(format!("somebody else keeps changing the rules of {phase}: look at them in the dashboard")))
    }

    fn changes_of(&self, phase: &str) -> Vec<Change> {
        let all = self.confirmed.plan().plan.changes.iter();
        let is_of_it =
            |change: &&Change| matches!(&change.subject, Subject::Rule { phase: of, .. } if of == phase);
        all.filter(is_of_it).cloned().collect()
    }

    async fn version_of(&self, phase: &str, number: u64) -> Result<ApiObject, Failure> {
        let question = Question::EntrypointVersion(&self.zone, known(phase)?, number);
        object(self.client.read(&question).await?.result)
    }
}

/// The version of a ruleset: Cloudflare writes the number as a text.
fn version(ruleset: Option<&ApiObject>) -> Option<u64> {
    let version = ruleset?.get("version")?;
    version.as_u64().or_else(|| version.as_str()?.parse().ok())
}

fn unknown(phase: &str, version: u64, failure: &Failure) -> String {
    format!(
        "somebody else changed the rules of {phase} at the same moment, and what they changed may be lost: compare version {version} of the ruleset in the dashboard ({failure})"
    )
}
