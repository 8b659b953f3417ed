//! Where a host is, and a connection to it: its addresses race, the first that answers wins.

use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::{Host, Url};

use super::problem::{Problem, Until};
use crate::item::in_turn;
use crate::observed::{DnsAnswer, FailureKind};

/// Addresses tried for one connection.
const MOST: usize = 4;
/// The head start that an address has before the next one (RFC 8305 calls it connection
/// attempt delay).
const HEAD_START: Duration = Duration::from_millis(50);

/// A host as it is looked up and as TLS names it: an IPv6 address without brackets.
pub(super) fn bare_host(url: &Url) -> String {
    match url.host() {
        Some(Host::Ipv6(address)) => address.to_string(),
        Some(host) => host.to_string(),
        None => String::new(),
    }
}

/// Only where both questions were answered is it known that there is no address. What a resolver
/// refuses says something of the name, and nothing of the service.
pub(super) fn no_address(
    host: &str,
    four: Result<DnsAnswer, Problem>,
    six: Result<DnsAnswer, Problem>,
) -> Problem {
    let answer = match (four, six) {
        (Err(problem), _) | (_, Err(problem)) => return Problem::Unobserved(problem.words().to_owned()),
        (Ok(answer), Ok(_)) => answer,
    };
    let target = answer.of_type("CNAME").last().map(|record| &record.value);
    let words = match (answer.nxdomain, target) {
        (true, None) => format!("{host} does not exist (NXDOMAIN)"),
        (true, Some(target)) => format!("{host} is an alias of {target}, which does not exist (NXDOMAIN)"),
        (false, None) => format!("{host} has no address, neither A nor AAAA"),
        (false, Some(target)) => {
            format!("{host} is an alias of {target}, which has no address, neither A nor AAAA")
        }
    };
    Problem::Failed(FailureKind::NoAddress, words)
}

/// The order in which addresses are tried: IPv6 and IPv4 in turn, at most four.
pub(super) fn order(addresses: &[IpAddr], port: u16) -> Vec<SocketAddr> {
    in_turn(addresses).into_iter().take(MOST).map(|address| SocketAddr::new(address, port)).collect()
}

/// A connection to the first address that accepts one.
pub(super) async fn tcp(addresses: &[SocketAddr], until: Until) -> Result<(TcpStream, SocketAddr), Problem> {
    let mut waiting = addresses.iter().copied().enumerate();
    let mut running = FuturesUnordered::new();
    let mut problems = Vec::new();
    loop {
        running
            .extend(waiting.next().map(|(index, address)| async move { (index, one(address, until).await) }));
        let mut next = pin!(running.next());
        // The last address has no successor to be overtaken by.
        let finished = match waiting.len() {
            0 => next.await,
            _ => match timeout(HEAD_START, &mut next).await {
                Ok(finished) => finished,
                Err(_) => continue,
            },
        };
        match finished {
            Some((_, Ok(connection))) => return Ok(connection),
            Some((index, Err(problem))) => problems.push((index, problem)),
            None => return Err(combined(problems)),
        }
    }
}

async fn one(address: SocketAddr, until: Until) -> Result<(TcpStream, SocketAddr), Problem> {
    let stage = format!("no connection to {address}");
    let connected = until.wait(FailureKind::TimedOut, stage, TcpStream::connect(address)).await?;
    let stream = connected.map_err(|error| Problem::from_connecting(&error, address))?;
    // Small packets must not wait for one another; where it cannot be set it is only slower.
    let _ = stream.set_nodelay(true);
    Ok((stream, address))
}

/// One problem for all. An address that failed is a fault of the service, even where another one
/// could not be tried from here (a machine without IPv6): visitors are sent to both.
fn combined(mut problems: Vec<(usize, Problem)>) -> Problem {
    problems.sort_by_key(|(index, _)| *index);
    let words = problems.iter().map(|(_, problem)| problem.words()).collect::<Vec<_>>().join("; ");
    let failed = problems.iter().find_map(|(_, problem)| match problem {
        Problem::Failed(kind, _) => Some(*kind),
        Problem::Unobserved(_) => None,
    });
    match failed {
        Some(kind) => Problem::Failed(kind, words),
        None if problems.is_empty() => Problem::Unobserved("there is no address to connect to".into()),
        None => Problem::Unobserved(words),
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;
    use crate::probe::tests::closed;

    #[test]
    fn families_take_turns() {
        let addresses: Vec<IpAddr> = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "2001:db8::1"]
            .iter()
            .map(|text| text.parse().expect("an address"))
            .collect();
        let order: Vec<String> = order(&addresses, 443).iter().map(ToString::to_string).collect();
        assert_eq!(order, ["[2001:db8::1]:443", "192.0.2.1:443", "192.0.2.2:443", "192.0.2.3:443"]);
    }

    #[tokio::test]
    async fn a_closed_port_refuses_and_the_next_address_wins() {
        let closed = closed();
        let until = Until::after(Duration::from_secs(5));
        let refused = tcp(&[closed], until).await.expect_err("refused");
        assert_eq!(refused, Problem::Failed(FailureKind::Refused, format!("connection refused by {closed}")));
        let both = tcp(&[closed, closed], until).await.expect_err("refused");
        assert_eq!(both.words(), format!("connection refused by {closed}; connection refused by {closed}"));
        let open = TcpListener::bind("127.0.0.1:0").await.expect("a listener");
        let address = open.local_addr().expect("an address");
        let (_, peer) = tcp(&[closed, address], until).await.expect("a connection");
        assert_eq!(peer, address);
    }

    #[test]
    fn a_service_failed_where_it_failed_at_every_address() {
        let local = Problem::Unobserved("no route".into());
        let refused = Problem::Failed(FailureKind::Refused, "refused".into());
        let mixed = combined(vec![(1, refused.clone()), (0, local.clone())]);
        assert_eq!(mixed, Problem::Failed(FailureKind::Refused, "no route; refused".into()));
        let reset = Problem::Failed(FailureKind::Reset, "reset".into());
        let both = combined(vec![(1, reset), (0, refused.clone())]);
        assert_eq!(both, Problem::Failed(FailureKind::Refused, "refused; reset".into()));
        assert_eq!(combined(vec![(0, local.clone())]), local);
    }
}
