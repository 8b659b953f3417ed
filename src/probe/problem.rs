//! Why there is no answer, and the words for it.

use std::fmt::Display;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::observed::{Failure, FailureKind, Remote, Seen};

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Problem {
    /// The service itself failed.
    Failed(FailureKind, String),
    /// It could not be observed.
    Unobserved(String),
}

impl Problem {
    /// What an I/O error of the attempt to connect says about the peer.
    pub(super) fn from_connecting(error: &io::Error, peer: SocketAddr) -> Self {
        match Self::from_io(error, peer) {
            Self::Failed(FailureKind::NoAnswer, words) => Self::Failed(FailureKind::TimedOut, words),
            problem => problem,
        }
    }

    /// What an I/O error on a connection that stands says about the peer. `EHOSTUNREACH` and the like may
    /// come from this side of the network as well, so they say nothing about it.
    pub(super) fn from_io(error: &io::Error, peer: SocketAddr) -> Self {
        match error.kind() {
            ErrorKind::ConnectionRefused => {
                Self::Failed(FailureKind::Refused, format!("connection refused by {peer}"))
            }
            ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted => {
                Self::Failed(FailureKind::Reset, format!("connection reset by {peer}"))
            }
            ErrorKind::UnexpectedEof => {
                Self::Failed(FailureKind::Reset, format!("connection closed by {peer} before an answer"))
            }
            ErrorKind::TimedOut => Self::Failed(
                FailureKind::NoAnswer,
                format!("no answer from {peer} before the system gave up on it"),
            ),
            _ => Self::Unobserved(format!("{peer} could not be reached from here: {error}")),
        }
    }

    /// The words alone.
    pub(super) fn words(&self) -> &str {
        match self {
            Self::Failed(_, words) | Self::Unobserved(words) => words,
        }
    }
}

/// The outcome as it stands in the observation.
pub(super) fn seen<T>(outcome: Result<T, Problem>) -> Seen<T> {
    match outcome {
        Ok(answer) => Seen::Answer(answer),
        Err(Problem::Failed(kind, words)) => Seen::Failed(Failure { kind, detail: Remote::from(words) }),
        Err(Problem::Unobserved(words)) => Seen::Unobserved(Remote::from(words)),
    }
}

/// The end of one attempt.
#[derive(Debug, Clone, Copy)]
pub(super) struct Until {
    at: Instant,
    limit: Duration,
}

impl Until {
    /// From now.
    pub(super) fn after(limit: Duration) -> Self {
        Self { at: Instant::now() + limit, limit }
    }

    /// As long again, from now.
    pub(super) fn again(self) -> Self {
        Self::after(self.limit)
    }

    /// Three times as long.
    pub(super) fn extended(self) -> Self {
        Self { at: self.at + self.limit * 2, limit: self.limit * 3 }
    }

    /// When that is.
    pub(super) fn at(self) -> Instant {
        self.at
    }

    /// Waits no longer than that; `stage` says what was waited for: `no answer to the ...`, and
    /// `kind` what its lack is.
    pub(super) async fn wait<F: Future>(
        self,
        kind: FailureKind,
        stage: impl Display,
        future: F,
    ) -> Result<F::Output, Problem> {
        let late = || Problem::Failed(kind, format!("{stage} within {}", span(self.limit)));
        timeout_at(self.at, future).await.map_err(|_| late())
    }
}

/// `10 s`, `2 min`, `300 ms`.
pub(crate) fn span(duration: Duration) -> String {
    let (seconds, rest) = (duration.as_secs(), duration.subsec_millis());
    match (seconds, rest) {
        (0, millis) => format!("{millis} ms"),
        (seconds, 0) if seconds % 60 == 0 => format!("{} min", seconds / 60),
        (seconds, 0) => format!("{seconds} s"),
        (seconds, millis) => format!("{seconds}.{millis:03} s").replace("00 s", " s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_as_people_write_them() {
        let words = |millis| span(Duration::from_millis(millis));
        assert_eq!([words(300), words(10_000), words(120_000)], ["300 ms", "10 s", "2 min"]);
        assert_eq!([words(90_000), words(1_500)], ["90 s", "1.5 s"]);
    }

    #[test]
    fn what_may_be_our_own_fault_is_no_failure_of_the_service() {
        let peer = SocketAddr::from(([203, 0, 113, 10], 443));
        let of = |kind: ErrorKind| Problem::from_io(&kind.into(), peer);
        assert_eq!(
            of(ErrorKind::ConnectionRefused),
            Problem::Failed(FailureKind::Refused, "connection refused by 203.0.113.10:443".into())
        );
        for kind in [ErrorKind::NetworkUnreachable, ErrorKind::HostUnreachable, ErrorKind::AddrNotAvailable] {
            assert!(matches!(of(kind), Problem::Unobserved(_)), "{kind}");
        }
        let connecting = Problem::from_connecting(&ErrorKind::TimedOut.into(), peer);
        assert!(matches!(connecting, Problem::Failed(FailureKind::TimedOut, _)));
        assert!(matches!(of(ErrorKind::TimedOut), Problem::Failed(FailureKind::NoAnswer, _)));
        let too_many_files = io::Error::from_raw_os_error(24);
        assert!(matches!(Problem::from_io(&too_many_files, peer), Problem::Unobserved(_)));
    }
}
