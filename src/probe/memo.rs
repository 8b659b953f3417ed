//! Each question is asked once, however many need the answer.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use tokio::sync::OnceCell;

use super::Progress;

/// Answers by question. Whoever asks first does the work, the others wait for it.
pub(super) struct Memo<V> {
    cells: RefCell<BTreeMap<String, Rc<OnceCell<V>>>>,
}

impl<V: Clone> Memo<V> {
    /// Nothing asked yet.
    pub(super) fn new() -> Self {
        Self { cells: RefCell::new(BTreeMap::new()) }
    }

    /// The answer; `ask` runs only where nobody asked before.
    pub(super) async fn get(&self, key: &str, tally: &Tally<'_>, ask: impl AsyncFnOnce() -> V) -> V {
        let known = self.cells.borrow().get(key).cloned();
        let cell = known.unwrap_or_else(|| {
            tally.asked(key);
            let cell = Rc::new(OnceCell::new());
            self.cells.borrow_mut().insert(key.to_owned(), Rc::clone(&cell));
            cell
        });
        let work = || async {
            let answer = Box::pin(ask()).await;
            tally.answered(key);
            answer
        };
        cell.get_or_init(work).await.clone()
    }

    /// Everything that was asked, in the order of the keys; `None` where no answer came.
    pub(super) fn all(&self) -> Vec<(String, Option<V>)> {
        self.cells.borrow().iter().map(|(key, cell)| (key.clone(), cell.get().cloned())).collect()
    }
}

/// Counts questions and answers, for whoever watches the run.
pub(super) struct Tally<'a> {
    asked: Cell<usize>,
    answered: Cell<usize>,
    progress: &'a dyn Progress,
}

impl<'a> Tally<'a> {
    /// Nothing asked yet.
    pub(super) fn new(progress: &'a dyn Progress) -> Self {
        Self { asked: Cell::new(0), answered: Cell::new(0), progress }
    }

    /// Says what the run waits for beside its questions.
    pub(super) fn telling(&self, what: &str) {
        self.progress.waiting(self.asked.get(), self.answered.get(), what);
    }

    fn asked(&self, key: &str) {
        self.asked.set(self.asked.get() + 1);
        self.progress.waiting(self.asked.get(), self.answered.get(), key);
    }

    fn answered(&self, key: &str) {
        self.answered.set(self.answered.get() + 1);
        self.progress.waiting(self.asked.get(), self.answered.get(), key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::Silent;

    #[tokio::test]
    async fn who_asks_at_once_shares_the_work() {
        let (memo, tally, runs) = (Memo::new(), Tally::new(&Silent), Cell::new(0));
        let ask = || async {
            tokio::task::yield_now().await;
            runs.set(runs.get() + 1);
            runs.get()
        };
        let (one, two) = tokio::join!(memo.get("q", &tally, ask), memo.get("q", &tally, ask));
        assert_eq!((one, two, runs.get()), (1, 1, 1));
        assert_eq!(memo.all(), [("q".to_owned(), Some(1))]);
        assert_eq!((tally.asked.get(), tally.answered.get()), (1, 1));
    }

    #[tokio::test]
    async fn what_was_given_up_stays_a_question() {
        let (memo, tally) = (Memo::<u8>::new(), Tally::new(&Silent));
        let never = memo.get("q", &tally, async || std::future::pending().await);
        let _ = tokio::time::timeout(std::time::Duration::from_millis(5), never).await;
        assert_eq!(memo.all(), [("q".to_owned(), None)]);
    }
}
