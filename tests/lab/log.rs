//! What the lab was asked, so that tests can count it.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// One question that reached a DNS server of the lab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// In lower case, without the final dot.
    pub name: String,
    /// `A`, `MX`, ...
    pub kind: String,
    /// `udp` or `tcp`.
    pub transport: &'static str,
    /// `resolver`, or the name of the name server that was asked.
    pub server: String,
}

/// One HTTP request that reached the lab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// `http` or `https`.
    pub scheme: &'static str,
    /// `GET`, ...
    pub method: String,
    /// In lower case, without port.
    pub host: String,
    /// As in the request line.
    pub path_and_query: String,
}

/// The lab's diary.
#[derive(Default)]
pub struct Log {
    questions: Mutex<Vec<Question>>,
    requests: Mutex<Vec<Seen>>,
    connections: Mutex<Vec<String>>,
}

fn open<T>(list: &Mutex<T>) -> MutexGuard<'_, T> {
    list.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Log {
    /// Notes a question and says how often that server was asked it before.
    pub fn question(&self, question: Question) -> usize {
        let mut list = open(&self.questions);
        let same = |other: &&Question| {
            (&other.name, &other.kind, &other.server) == (&question.name, &question.kind, &question.server)
        };
        let earlier = list.iter().filter(same).count();
        list.push(question);
        earlier
    }

    /// Notes a request.
    pub fn request(&self, request: Seen) {
        open(&self.requests).push(request);
    }

    /// Notes a TCP connection to `host:port`, or to `*:80` and `*:443` for the shared servers.
    pub fn connection(&self, to: &str) {
        open(&self.connections).push(to.to_owned());
    }

    /// All questions so far.
    pub fn questions(&self) -> Vec<Question> {
        open(&self.questions).clone()
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Seen> {
        open(&self.requests).clone()
    }

    /// All TCP connections so far, but for those of the DNS servers.
    pub fn connections(&self) -> Vec<String> {
        open(&self.connections).clone()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        open(&self.questions).clear();
        open(&self.requests).clear();
        open(&self.connections).clear();
    }
}
