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
use crate::cloudflare::rules;
use crate::cloudflare::step::{Live, Request, Step};
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
        let (mut read, mut written) = (seen.cloned(), object(reply.result.clone()).ok());
        let mut note_of_it = None;
        for _ in 0..MOST {
            // Without versions nobody can tell.
            let Some(to) = version(written.as_ref()) else { break };
            let lost = to.saturating_sub(1);
            if lost <= version(read.as_ref()).unwrap_or(0) {
                return Ok(note_of_it);
            }
            let theirs = match self.version_of(phase, lost).await {
                Ok(theirs) => theirs,
                Err(failure) => return Ok(Some(unknown(phase, lost, &failure))),
            };
            if canonical::are_the_same_rules(read.as_ref(), Some(&theirs)) {
                return Ok(note_of_it);
            }
            note(journal, Event::Rejoined { step: step.id.clone(), version: lost })?;
            let now = match self.put_back(phase, &theirs, written.as_ref()).await {
                Ok(now) => now,
                Err(failure) => return Ok(Some(unknown(phase, lost, &failure))),
            };
            note_of_it = Some(format!(
                "somebody else changed the rules of {phase} at the same moment: their change was kept beside ours"
            ));
            (read, written) = (written, Some(now));
        }
        Ok(note_of_it)
    }

    /// Writes the rules of a version that was written over, with our changes in it.
    async fn put_back(
        &self,
        phase: &str,
        theirs: &ApiObject,
        now: Option<&ApiObject>,
    ) -> Result<ApiObject, Failure> {
        let rules = rules::merged(phase, Some(theirs), &self.changes_of(phase));
        // What our request took away is unknown by its id, and comes back by its `ref`.
        let rules = canonical::with_known_ids(rules, now);
        let body = Value::Object(Map::from_iter([("rules".to_owned(), rules.into())]));
        let (zone, phase) = (&self.zone, known(phase)?);
        let reply =
            self.client.write(&Order::Entrypoint { zone, phase, body: &body, dry_run: false }).await?;
        object(reply.result)
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
