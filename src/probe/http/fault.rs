//! What an HTTP error says about the peer.

use std::error::Error as _;
use std::net::SocketAddr;

use super::MOST_HEAD;
use crate::observed::FailureKind;
use crate::probe::problem::Problem;
use crate::probe::tls;

/// The problem that an error of hyper is.
pub(super) fn problem(error: &hyper::Error, peer: SocketAddr) -> Problem {
    // hyper asks this by method only of servers.
    if error.is_parse() && error.to_string().contains("too large") {
        let words = format!("the head of the answer from {peer} is larger than {} KiB", MOST_HEAD / 1024);
        return Problem::Failed(FailureKind::TooLarge, words);
    }
    if error.is_parse() {
        return Problem::Failed(FailureKind::NotHttp, format!("what {peer} answered is not HTTP: {error}"));
    }
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            if let Some(alert) = tls::alert(io) {
                let words = format!("{peer} ended the connection with the TLS alert {alert}");
                return Problem::Failed(FailureKind::Alert, words);
            }
            // TLS and HTTP/2 report some of their own errors as I/O errors of kind other.
            if io.kind() != std::io::ErrorKind::Other {
                return Problem::from_io(io, peer);
            }
        }
        cause = inner.source();
    }
    if error.is_incomplete_message() || error.is_closed() || error.is_canceled() {
        return Problem::Failed(FailureKind::Reset, format!("connection closed by {peer} before an answer"));
    }
    let detail = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    // What the peer itself sends to end an HTTP/2 exchange is shown so.
    if detail.contains(" received: ") {
        // Behind the reason may stand the peer's own words, as Rust writes bytes.
        let reason = detail.split(" (b\"").next().unwrap_or(&detail);
        return Problem::Failed(FailureKind::Reset, format!("{peer} ended the HTTP/2 exchange: {reason}"));
    }
    Problem::Failed(FailureKind::NotHttp, format!("what {peer} answered is not HTTP: {detail}"))
}
