//! Whether a host wants certificates of its visitors.

use url::Url;

use super::unspoken;
use crate::check::{Verdict, World, seen};
use crate::item::Host;
use crate::observed::{ClientCertificate, FailureKind, Seen};

/// How servers answer who brings no certificate: nginx and Apache 400 or 403, nginx within 495 and 496.
const TURNED_AWAY: [u16; 4] = [400, 403, 495, 496];

/// What a host does with visitors who have no certificate.
enum Demand {
    /// It ends the connection, or answers with that status.
    Refuses(String),
    /// It asks, and goes on without.
    Asks,
    /// It does not ask.
    Nothing,
}

impl Demand {
    fn of(root: &Url, asked: ClientCertificate, world: &World) -> Self {
        let answer = world.observed.http(root);
        match (asked, answer) {
            (ClientCertificate::Required, _) => Self::Refuses("ends the handshake".into()),
            (_, Some(Seen::Failed(failure))) if failure.kind == FailureKind::ClientCertificate => {
                Self::Refuses("ends the connection".into())
            }
            (ClientCertificate::No, _) => Self::Nothing,
            (ClientCertificate::Requested, Some(Seen::Answer(answer)))
                if TURNED_AWAY.contains(&answer.status) =>
            {
                Self::Refuses(format!("answers {}", answer.status))
            }
            (ClientCertificate::Requested, _) => Self::Asks,
        }
    }
}

pub(in crate::check) fn client_certificate_required(host: &Host, world: &World) -> Verdict {
    let handshake = match seen::handshake(host, world) {
        Ok(handshake) => handshake,
        Err(verdict) => return *verdict,
    };
    let Some(root) = host.root("https") else { return seen::no_url(host) };
    // Who asks, asks behind the certificates, where nothing was read of such a handshake.
    if let Some(verdict) = unspoken(&host.name, &root, world) {
        return verdict;
    }
    let name = &host.name;
    let help = format!(
        "visitors have no certificate: take `ssl_verify_client` (nginx), `SSLVerifyClient` (Apache) or the mutual TLS of the load balancer or of Cloudflare out for {name}, or limit it to a host of its own that only machines call"
    );
    match Demand::of(&root, handshake.client_certificate, world) {
        Demand::Nothing => Verdict::pass("asks for no client certificate"),
        Demand::Refuses(how) => {
            Verdict::fail(format!("{name} wants a client certificate and {how} without one"))
                .expected("a handshake in which only the server has a certificate")
                .observed(format!("asks for a client certificate, {how}"))
                .label("client certificate wanted")
                .help(help)
        }
        Demand::Asks => {
            Verdict::fail(format!("{name} asks for a client certificate, though it goes on without one; browsers that have one stop and ask their user"))
                .expected("a handshake in which only the server has a certificate")
                .observed("asks for a client certificate")
                .label("client certificate asked")
                .help(help)
                .mild()
        }
    }
}

/// The verdict of other checks on a host that refuses who has no certificate.
pub(in crate::check) fn first(host: &str) -> Verdict {
    Verdict::not_judged("tls/client-certificate-required", host, "the host wants a client certificate")
}

/// The verdict of a check that reads an answer which says no more than that a client certificate is
/// wanted.
pub(in crate::check) fn turned_away(url: &Url, world: &World) -> Option<Verdict> {
    let host = url.host_str().filter(|host| seen::is_host(host, world))?;
    if url.scheme() != "https" || url.port_or_known_default() != Some(443) {
        return None;
    }
    let Some(Seen::Answer(handshake)) = world.observed.tls(url) else { return None };
    let refuses = matches!(Demand::of(url, handshake.client_certificate, world), Demand::Refuses(_));
    let root = world.items.host(host)?.root("https")?;
    (refuses && matches!(Demand::of(&root, handshake.client_certificate, world), Demand::Refuses(_)))
        .then(|| first(host))
}
