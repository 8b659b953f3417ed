//! What can be wrong with a receiver: one method each.

use std::time::Duration;

use super::Receiver;

/// What a receiver does that it should not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Defect {
    AcceptsUnsigned,
    AcceptsAnything,
    IgnoresSignature,
    IgnoresAge,
    VerifiesReserialised,
    AcceptsReserialised,
    BooksTwice,
    BooksTwiceConcurrently,
    BooksTheRefused,
    NoEffect,
    LateEffect(Duration),
    Slow(Duration),
    Redirects(u16),
    LeaksTraceback(u16),
    ServerErrorOnGarbage,
    NotFound,
    AnswersGet,
    Challenged,
    RefusesDuplicates,
    EchoesSecret,
    AnswersAnyChallenge,
    RateLimited(usize),
}

/// The defects.
impl Receiver {
    fn with(mut self, defect: Defect) -> Self {
        self.defects.push(defect);
        self
    }

    pub(super) fn has(&self, defect: Defect) -> bool {
        self.defects.contains(&defect)
    }

    /// What a defect says that has something to say.
    pub(super) fn told<T>(&self, read: impl Fn(&Defect) -> Option<T>) -> Option<T> {
        self.defects.iter().find_map(read)
    }

    /// Takes events without a signature, and with an empty one; verifies what is there.
    pub fn accepts_unsigned(self) -> Self {
        self.with(Defect::AcceptsUnsigned)
    }

    /// Takes whatever is posted.
    pub fn accepts_anything(self) -> Self {
        self.with(Defect::AcceptsAnything)
    }

    /// Wants a signature, and does not look at it.
    pub fn ignores_signature(self) -> Self {
        self.with(Defect::IgnoresSignature)
    }

    /// Takes a good signature of any age.
    pub fn ignores_age(self) -> Self {
        self.with(Defect::IgnoresAge)
    }

    /// Verifies `JSON.stringify` of the parsed body: refuses what was written otherwise.
    pub fn verifies_reserialised(self) -> Self {
        self.with(Defect::VerifiesReserialised)
    }

    /// Is content with a signature of the same JSON, compact and with sorted keys.
    pub fn accepts_reserialised(self) -> Self {
        self.with(Defect::AcceptsReserialised)
    }

    /// Acts for each delivery.
    pub fn books_twice(self) -> Self {
        self.with(Defect::BooksTwice)
    }

    /// Looks whether an event is new, acts, and notes it only then: two deliveries at once are both new.
    pub fn books_twice_concurrently(self) -> Self {
        self.with(Defect::BooksTwiceConcurrently)
    }

    /// Acts first and verifies then.
    pub fn books_the_refused(self) -> Self {
        self.with(Defect::BooksTheRefused)
    }

    /// Says yes and does nothing.
    pub fn no_effect(self) -> Self {
        self.with(Defect::NoEffect)
    }

    /// The effect shows so much later.
    pub fn late_effect(self, after: Duration) -> Self {
        self.with(Defect::LateEffect(after))
    }

    /// Takes its time for every answer.
    pub fn slow(self, delay: Duration) -> Self {
        self.with(Defect::Slow(delay))
    }

    /// Leads everybody to the same path with a slash, by 308.
    pub fn redirects(self) -> Self {
        self.redirects_as(308)
    }

    /// The same with another status.
    pub fn redirects_as(self, status: u16) -> Self {
        self.with(Defect::Redirects(status))
    }

    /// Refuses with that status and a traceback of Python.
    pub fn leaks_traceback(self, status: u16) -> Self {
        self.with(Defect::LeaksTraceback(status))
    }

    /// Breaks on a signature that is none.
    pub fn server_error_on_garbage(self) -> Self {
        self.with(Defect::ServerErrorOnGarbage)
    }

    /// There is nothing at this path.
    pub fn not_found(self) -> Self {
        self.with(Defect::NotFound)
    }

    /// Answers a GET with 200.
    pub fn answers_get(self) -> Self {
        self.with(Defect::AnswersGet)
    }

    /// The edge wants a person in front of a browser.
    pub fn challenged(self) -> Self {
        self.with(Defect::Challenged)
    }

    /// Verifies with another secret than its provider signs with.
    pub fn wrong_secret(mut self) -> Self {
        self.scheme.another_secret().clone_into(&mut self.secret);
        self
    }

    /// Answers an event that it knows already with 409.
    pub fn refuses_duplicates(self) -> Self {
        self.with(Defect::RefusesDuplicates)
    }

    /// Says in its refusals which secret it holds.
    pub fn echoes_secret(self) -> Self {
        self.with(Defect::EchoesSecret)
    }

    /// Answers challenges of anybody (Slack, Meta, Zoom).
    pub fn answers_any_challenge(self) -> Self {
        self.with(Defect::AnswersAnyChallenge)
    }

    /// Answers 429 after so many requests.
    pub fn rate_limited(self, after: usize) -> Self {
        self.with(Defect::RateLimited(after))
    }
}
