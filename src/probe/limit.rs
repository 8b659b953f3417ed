//! How much at once and how often: the only place that waits without having asked.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout, timeout_at};

/// Connections to one origin at once.
const PER_TARGET: usize = 6;
/// Questions to one name server at once: datagrams, each answered from memory.
const PER_NAME_SERVER: usize = 64;
/// Offers to one origin at once: each is two small packets, and all are made at the start.
const PER_OFFERED: usize = 16;
/// The first pause; each next one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The longest pause that a server may ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The longest pause between two looks at what is waited for.
const LONGEST_POLL: Duration = Duration::from_secs(2);

/// Whether an outcome is worth another attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// It stands.
    No,
    /// After a short pause.
    Soon,
    /// The same, but one more attempt is all.
    Once,
    /// After the pause that the server asked for.
    After(Duration),
}

/// Waits, while no run goes on.
pub(crate) async fn wait(pause: Duration) {
    #[expect(clippy::disallowed_methods, reason = "with those of a run, the one place that waits")]
    sleep(pause).await;
}

/// The limits of a run.
pub(super) struct Limits {
    run: Arc<Semaphore>,
    /// The part of the run's room that offers of versions and suites may take: they are many, and a
    /// dead host holds each of them to the end of its time.
    offers: Arc<Semaphore>,
    targets: RefCell<BTreeMap<String, Arc<Semaphore>>>,
    retries: u32,
    deadline: Instant,
}

/// The right to one connection, until it is dropped.
pub(super) struct Permit {
    _target: Option<OwnedSemaphorePermit>,
    _offer: Option<OwnedSemaphorePermit>,
    _run: Option<OwnedSemaphorePermit>,
}

impl Limits {
    /// Limits of a run that begins now.
    pub(super) fn new(concurrency: usize, retries: u32, deadline: Instant) -> Self {
        let room = |permits: usize| Arc::new(Semaphore::new(permits.clamp(1, Semaphore::MAX_PERMITS)));
        let (run, offers) = (room(concurrency), room(concurrency - concurrency / 4));
        Self { run, offers, targets: RefCell::default(), retries, deadline }
    }

    /// Waits until the run has room.
    pub(super) async fn permit(&self) -> Permit {
        Permit { _target: None, _offer: None, _run: Arc::clone(&self.run).acquire_owned().await.ok() }
    }

    /// Waits until an origin, then the run has room: who waits for a busy target holds nothing.
    pub(super) async fn permit_for(&self, origin: &str) -> Permit {
        self.permit_of(origin, PER_TARGET).await
    }

    /// The same for a name server.
    pub(super) async fn permit_to_ask(&self, server: std::net::SocketAddr) -> Permit {
        self.permit_of(&server.to_string(), PER_NAME_SERVER).await
    }

    /// The same for an offer of one version or family of suites.
    pub(super) async fn permit_to_offer(&self, origin: &str) -> Permit {
        let target = self.room_at(&format!("hello {origin}"), PER_OFFERED).await;
        let offer = Arc::clone(&self.offers).acquire_owned().await.ok();
        Permit { _target: target, _offer: offer, ..self.permit().await }
    }

    async fn permit_of(&self, target: &str, most: usize) -> Permit {
        let target = self.room_at(target, most).await;
        Permit { _target: target, ..self.permit().await }
    }

    async fn room_at(&self, target: &str, most: usize) -> Option<OwnedSemaphorePermit> {
        let semaphore = {
            let mut targets = self.targets.borrow_mut();
            let new = || Arc::new(Semaphore::new(most));
            Arc::clone(targets.entry(target.to_owned()).or_insert_with(new))
        };
        semaphore.acquire_owned().await.ok()
    }

    /// Makes a second attempt beside the first where that is still silent after half of its time: a
    /// connection may be lost, and to try again only when the time is over would make silence cost
    /// twice as much. The first of them that succeeds counts; where none does, the first one.
    pub(super) async fn beside<T, E>(
        &self,
        half: Duration,
        mut first: impl Future<Output = Result<T, E>> + Unpin,
        second: impl AsyncFnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        if self.retries == 0 {
            return first.await;
        }
        if let Ok(outcome) = timeout(half, &mut first).await {
            return outcome;
        }
        match select(first, Box::pin(second())).await {
            Either::Left((outcome, _)) | Either::Right((outcome @ Ok(_), _)) => outcome,
            Either::Right((Err(_), first)) => first.await,
        }
    }

    /// Repeats an attempt until `done` says that it is, or the time is over: at first often, then every two
    /// seconds. Returns the last outcome.
    pub(super) async fn polling<T>(
        &self,
        within: Duration,
        mut attempt: impl AsyncFnMut() -> T,
        done: impl Fn(&T) -> bool,
    ) -> T {
        let end = (Instant::now() + within).min(self.deadline);
        let mut pause = FIRST_PAUSE;
        loop {
            let outcome = Box::pin(attempt()).await;
            let now = Instant::now();
            if done(&outcome) || now >= end {
                return outcome;
            }
            #[expect(clippy::disallowed_methods, reason = "with the other one, the one place that waits")]
            sleep(pause.min(end - now)).await;
            pause = (pause * 3 / 2).min(LONGEST_POLL);
        }
    }

    /// Waits, as a server asked for it; false, and at once, where the run would be over by then.
    pub(super) async fn pause(&self, pause: Duration) -> bool {
        if Instant::now() + pause >= self.deadline {
            return false;
        }
        #[expect(clippy::disallowed_methods, reason = "with the other ones, the one place that waits")]
        sleep(pause).await;
        true
    }

    /// Repeats an attempt while `again` says so. An outcome in hand is never given up for one
    /// that the deadline would cut off.
    pub(super) async fn retrying<T>(
        &self,
        mut attempt: impl AsyncFnMut() -> T,
        again: impl Fn(&T) -> Again,
    ) -> T {
        // Attempts are large; on the heap, none of them weighs on whoever waits.
        let mut outcome = Box::pin(attempt()).await;
        for tried in 0..self.retries {
            let pause = match again(&outcome) {
                Again::No => return outcome,
                Again::Once if tried > 0 => return outcome,
                Again::Soon | Again::Once => {
                    FIRST_PAUSE.saturating_mul(1 << tried.min(16)).min(LONGEST_PAUSE)
                }
                Again::After(asked) if asked > LONGEST_PAUSE => return outcome,
                Again::After(asked) => asked,
            };
            if Instant::now() + pause >= self.deadline {
                return outcome;
            }
            #[expect(clippy::disallowed_methods, reason = "the one place that waits")]
            sleep(pause).await;
            match timeout_at(self.deadline, Box::pin(attempt())).await {
                Ok(next) => outcome = next,
                Err(_) => return outcome,
            }
        }
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(retries: u32, seconds: u64) -> Limits {
        Limits::new(4, retries, Instant::now() + Duration::from_secs(seconds))
    }

    #[tokio::test]
    async fn it_tries_again_as_often_as_it_may() {
        let mut count = 0;
        let outcome = limits(2, 60)
            .retrying(
                async || {
                    count += 1;
                    count
                },
                |_| Again::After(Duration::ZERO),
            )
            .await;
        assert_eq!((outcome, count), (3, 3));
    }

    #[tokio::test]
    async fn what_is_worth_one_more_attempt_gets_one() {
        let mut count = 0;
        limits(2, 60).retrying(async || count += 1, |()| Again::Once).await;
        assert_eq!(count, 2);
    }

    #[tokio::test]
    async fn polling_ends_when_it_is_done_or_the_time_is_over() {
        let mut count = 0;
        let look = async || {
            count += 1;
            count
        };
        assert_eq!(limits(0, 60).polling(Duration::from_secs(5), look, |count| *count == 2).await, 2);
        let short = Duration::from_millis(5);
        assert_eq!(limits(0, 60).polling(short, async || 7, |_| false).await, 7);
        assert_eq!(limits(0, 0).polling(Duration::from_mins(1), async || 7, |_| false).await, 7);
    }

    #[tokio::test]
    async fn what_stands_is_not_repeated() {
        let mut count = 0;
        limits(2, 60).retrying(async || count += 1, |()| Again::No).await;
        assert_eq!(count, 1);
    }

    #[tokio::test]
    async fn silence_gets_a_second_attempt_beside_it() {
        let half = Duration::from_millis(5);
        let silent = || async {
            std::future::pending::<()>().await;
            Ok::<_, ()>(1)
        };
        assert_eq!(limits(1, 60).beside(half, Box::pin(silent()), async || Ok(2)).await, Ok(2));
        let fast = async { Err::<u8, _>("no") };
        assert_eq!(limits(1, 60).beside(half, Box::pin(fast), async || Ok(2)).await, Err("no"));
        let late = async {
            tokio::time::timeout(half * 4, std::future::pending::<()>()).await.map(|()| 1).map_err(|_| "late")
        };
        assert_eq!(limits(1, 60).beside(half, Box::pin(late), async || Err("too")).await, Err("late"));
        let once = limits(0, 60);
        let never = once.beside(half, Box::pin(silent()), async || Ok(2));
        assert!(tokio::time::timeout(half * 4, never).await.is_err());
    }

    #[tokio::test]
    async fn the_deadline_leaves_the_outcome_in_hand() {
        let begun = Instant::now();
        let mut count = 0;
        let attempt = async || {
            count += 1;
            if count > 1 {
                std::future::pending::<()>().await;
            }
            count
        };
        let limits = Limits::new(1, 5, begun + Duration::from_millis(60));
        assert_eq!(limits.retrying(attempt, |_| Again::After(Duration::from_millis(5))).await, 1);
        assert!(begun.elapsed() < Duration::from_secs(2));
        assert_eq!(self::limits(5, 1).retrying(async || 7, |_| Again::After(LONGEST_PAUSE)).await, 7);
    }

    #[tokio::test]
    async fn offers_leave_room_for_everything_else() {
        let limits = limits(0, 60);
        let mut held = Vec::new();
        for host in ["a", "b", "c"] {
            held.push(limits.permit_to_offer(host).await);
        }
        let short = Duration::from_millis(5);
        assert!(tokio::time::timeout(short, limits.permit_to_offer("d")).await.is_err());
        assert!(tokio::time::timeout(short, limits.permit_for("https://a.test:443")).await.is_ok());
    }

    #[tokio::test]
    async fn a_target_has_six_at_once() {
        let limits = Limits::new(100, 0, Instant::now() + Duration::from_mins(1));
        let mut held = Vec::new();
        for _ in 0..PER_TARGET {
            held.push(limits.permit_for("https://a.test:443").await);
        }
        let wait = |target| tokio::time::timeout(Duration::from_millis(5), limits.permit_for(target));
        assert!(wait("https://a.test:443").await.is_err());
        assert!(wait("https://b.test:443").await.is_ok());
        held.pop();
        assert!(wait("https://a.test:443").await.is_ok());
    }
}
