//! Makes a plan true: one step after the other, each only while the zone is as the plan was made for, each
//! noted before and after. What was sent and not answered is looked at before anything else happens.

mod reading;
mod rules;

use miette::Diagnostic;
use serde_json::Value;

use super::client::{Client, Reply};
use super::confirm::ConfirmedPlan;
use super::endpoint::{Export, Id, Order};
use super::failure::Failure;
use super::folder::{Folder, FolderError};
use super::journal::{Event, Journal};
use super::rollback::Rollback;
use super::step::{Conflict, Live, Request, Standing, Step};
use crate::observed::{ApiObject, Remote};

pub(crate) use reading::read;

/// How often a request is sent again after nobody knew what came of it, and a look said: nothing.
const AGAIN: u32 = 2;

/// Why nothing was begun.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum ApplyError {
    /// The plan names a zone that no zone can be.
    #[error("`{0}` is no id of a zone")]
    #[diagnostic(code(apply::zone), help("make the plan again"))]
    NoZone(Remote),
    /// What is there cannot be read.
    #[error("the zone cannot be read: {0}")]
    #[diagnostic(code(apply::unread), help("{}", .0.cure()))]
    Unread(Failure),
    /// The books cannot be kept.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Folder(#[from] FolderError),
    /// The zone is not as it was when the plan was made.
    #[error("{} changed after the plan was made, and nothing was written", things(.0.len()))]
    #[diagnostic(
        code(apply::stale),
        help(
            "look at what changed, and make the plan again: a plan is applied to the zone that was reviewed"
        )
    )]
    Stale(Vec<Conflict>),
}

fn things(count: usize) -> String {
    if count == 1 { "1 thing".into() } else { format!("{count} things") }
}

/// What came of an apply.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// How many steps were sent.
    pub sent: usize,
    /// How many there was nothing to send for.
    pub skipped: usize,
    /// How many there are.
    pub all: usize,
    /// True where the user interrupted while the last step was on its way: everything is written.
    pub interrupted: bool,
    /// Why it stopped before its end, and at which step.
    pub stopped: Option<(String, Stop)>,
    /// What the user must know although it went on, in sentences without full stop.
    pub notes: Vec<String>,
}

/// Why an apply stopped.
#[derive(Debug, Clone, PartialEq)]
pub enum Stop {
    /// From the keyboard.
    Interrupted,
    /// Somebody else changed what the step touches.
    Elsewhere(Vec<Conflict>),
    /// The API does not do it, or cannot be asked.
    Failed(Failure),
    /// The journal cannot be written.
    Journal(String),
}

/// Who watches an apply.
pub trait Watch {
    /// A step was done: its number from 1, how many there are, and what it is about.
    fn done(&self, number: usize, all: usize, step: &Step, sent: bool);
}

/// An apply that is about to begin, or to go on.
pub struct Apply<'a> {
    client: &'a Client<'a>,
    zone: Id,
    confirmed: &'a ConfirmedPlan,
}

impl<'a> Apply<'a> {
    /// Of a plan that was agreed to.
    ///
    /// # Errors
    ///
    /// Where the plan names no zone.
    pub fn new(client: &'a Client<'a>, confirmed: &'a ConfirmedPlan) -> Result<Self, ApplyError> {
        let facts = &confirmed.plan().plan.zone;
        let zone = Id::new(&facts.id).ok_or_else(|| ApplyError::NoZone(Remote::new(&facts.id)))?;
        Ok(Self { client, zone, confirmed })
    }

    fn steps(&self) -> &'a [Step] {
        &self.confirmed.plan().steps
    }

    /// Reads everything that the plan touches, and refuses where any of it changed since.
    ///
    /// # Errors
    ///
    /// Where something cannot be read, or changed.
    pub async fn unchanged(&self) -> Result<Live, ApplyError> {
        let all: Vec<&Step> = self.steps().iter().collect();
        let live = read(self.client, &self.zone, &all).await.map_err(ApplyError::Unread)?;
        let standing: Vec<_> = self.steps().iter().map(|step| (step, step.standing(&live))).collect();
        // It was applied before, as it stands.
        if standing.iter().all(|(_, standing)| *standing == Some(Standing::After)) {
            return Ok(live);
        }
        // What already is as it is wanted was not like that when the plan was made.
        let moved = standing.into_iter().filter(|(_, standing)| *standing != Some(Standing::Before));
        let conflicts: Vec<Conflict> = moved.flat_map(|(step, _)| step.changed(&live)).collect();
        if conflicts.is_empty() { Ok(live) } else { Err(ApplyError::Stale(conflicts)) }
    }

    /// Writes what brings back what was there, before anything is changed.
    ///
    /// # Errors
    ///
    /// Where it cannot be written; then nothing may be changed.
    pub async fn keep(&self, folder: &Folder) -> Result<(), ApplyError> {
        if folder.is_kept() {
            return Ok(());
        }
        let export = self.client.export(&Export(&self.zone)).await.map_err(ApplyError::Unread)?;
        folder.keep(&Rollback::of(self.confirmed.plan()), Some(&export))?;
        Ok(())
    }

    /// Sends what is still to be sent. `known` is what the first step touches, where that was just read.
    /// Between two requests it stops where `interrupt` is ready.
    ///
    /// # Errors
    ///
    /// Where nothing could be begun.
    pub async fn run(
        &self,
        folder: &Folder,
        known: Option<Live>,
        watch: &dyn Watch,
        interrupt: impl Future<Output = ()>,
    ) -> Result<Outcome, ApplyError> {
        let mut journal = folder.journal()?;
        let all = self.steps().len();
        let mut outcome =
            Outcome { sent: 0, skipped: 0, all, interrupted: false, stopped: None, notes: Vec::new() };
        let mut interrupt = std::pin::pin!(interrupt);
        let mut interrupted = false;
        let mut known = known;
        if let Err(why) = journal.add(Event::Begin { steps: all, again: folder.has_begun() }) {
            outcome.stopped = self.steps().first().map(|step| (step.id.clone(), Stop::Journal(why)));
            return Ok(outcome);
        }
        for (index, step) in self.steps().iter().enumerate() {
            if interrupted {
                outcome.stop(step, Stop::Interrupted, &mut journal);
                return Ok(outcome);
            }
            let taken = {
                let taking = self.take(step, known.take(), &mut journal, &mut outcome.notes);
                let mut taking = std::pin::pin!(taking);
                // A request that is on its way is waited for: who leaves it does not know what came of it.
                loop {
                    tokio::select! {
                        biased;
                        taken = &mut taking => break taken,
                        () = &mut interrupt, if !interrupted => interrupted = true,
                    }
                }
            };
            match taken {
                Ok(sent) => {
                    if sent {
                        outcome.sent += 1;
                    } else {
                        outcome.skipped += 1;
                    }
                    watch.done(index + 1, all, step, sent);
                }
                Err(stop) => {
                    outcome.stop(step, stop, &mut journal);
                    return Ok(outcome);
                }
            }
        }
        outcome.interrupted = interrupted;
        if let Err(why) = journal.add(Event::Written) {
            outcome.notes.push(format!("the journal could not be ended: {why}"));
        }
        Ok(outcome)
    }

    /// Takes one step; false where there was nothing to send.
    async fn take(
        &self,
        step: &Step,
        known: Option<Live>,
        journal: &mut Journal,
        notes: &mut Vec<String>,
    ) -> Result<bool, Stop> {
        let mut live = match known {
            Some(live) => live,
            None => self.look(step).await?,
        };
        let mut tried = 0;
        loop {
            match step.standing(&live) {
                Some(Standing::After) => {
                    if tried == 0 {
                        note(journal, Event::Skipped { step: step.id.clone() })?;
                    }
                    return Ok(tried > 0);
                }
                Some(Standing::Before) => {}
                Some(Standing::Elsewhere) | None => return Err(Stop::Elsewhere(step.conflicts(&live))),
            }
            let digest = step.digest().map_err(|error| Stop::Journal(error.to_string()))?;
            note(journal, Event::Sending { step: step.id.clone(), digest })?;
            let failure = match self.send(step).await {
                Ok(reply) => {
                    let ids = ids(&reply.result);
                    note(journal, Event::Sent { step: step.id.clone(), ids })?;
                    notes.extend(self.rejoin(step, &live, &reply, journal).await?);
                    return Ok(true);
                }
                Err(failure) => failure,
            };
            // After a first attempt of which nobody knows, a refusal may mean that it was done.
            if failure.changed_nothing() && tried == 0 {
                return Err(Stop::Failed(failure));
            }
            live = self.look(step).await?;
            let standing = step.standing(&live);
            let done = standing == Some(Standing::After);
            let why = Remote::new(&failure.to_string());
            note(journal, Event::ReadBack { step: step.id.clone(), done, why })?;
            tried += 1;
            if standing == Some(Standing::Before) && (tried > AGAIN || failure.changed_nothing()) {
                return Err(Stop::Failed(failure));
            }
        }
    }

    async fn look(&self, step: &Step) -> Result<Live, Stop> {
        read(self.client, &self.zone, &[step]).await.map_err(Stop::Failed)
    }

    async fn send(&self, step: &Step) -> Result<Reply, Failure> {
        let body = |object: &ApiObject| Value::Object(object.0.clone());
        match &step.request {
            Request::Records(records) => self.client.write(&Order::Records(&self.zone, &body(records))).await,
            Request::Setting(id, value) => {
                self.client.write(&Order::Setting(&self.zone, id, &body(value))).await
            }
            Request::Dnssec(status) => self.client.write(&Order::Dnssec(&self.zone, &body(status))).await,
            Request::Rules(phase, rules) => {
                let phase = reading::known(phase)?;
                let order = Order::Entrypoint { zone: &self.zone, phase, body: &body(rules), dry_run: false };
                self.client.write(&order).await
            }
        }
    }
}

impl Outcome {
    fn stop(&mut self, step: &Step, why: Stop, journal: &mut Journal) {
        // Where the journal cannot be written, the words on the terminal are all there is.
        let words = Remote::new(&why.words());
        let _ = journal.add(Event::Stopped { step: step.id.clone(), why: words });
        self.stopped = Some((step.id.clone(), why));
    }

    /// True where every step is done.
    pub fn is_whole(&self) -> bool {
        self.stopped.is_none()
    }
}

impl Stop {
    /// Why, in a clause.
    pub fn words(&self) -> String {
        match self {
            Self::Interrupted => "interrupted from the keyboard".into(),
            Self::Elsewhere(conflicts) => {
                let subjects: Vec<&str> =
                    conflicts.iter().map(|conflict| conflict.subject.as_str()).collect();
                format!("somebody else changed {} at the same time", subjects.join(", "))
            }
            Self::Failed(failure) => failure.to_string(),
            Self::Journal(why) => format!("the journal cannot be written: {why}"),
        }
    }
}

fn note(journal: &mut Journal, event: Event) -> Result<(), Stop> {
    journal.add(event).map_err(Stop::Journal)
}

/// The ids of what a request made or changed, wherever the answer has them.
fn ids(result: &Value) -> Vec<String> {
    let own = |value: &Value| value.get("id").and_then(Value::as_str).map(str::to_owned);
    let lists = result.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_array());
    let listed = lists.flatten().filter_map(own);
    own(result).into_iter().chain(listed).collect()
}
