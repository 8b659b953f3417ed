//! What a client says first (RFC 5246 section 7.4.1.2).

use super::{Offer, Version};

/// Random bytes of one `ClientHello`.
pub type Entropy = [u8; 32];

/// "I know secure renegotiation" for those who read no extensions (RFC 5746 section 3.3); servers that
/// insist on it would refuse everything otherwise.
const RENEGOTIATION: u16 = 0x00ff;
/// Some load balancers never answer a hello between these sizes (RFC 7685).
const HANGS: std::ops::Range<usize> = 256..512;

/// One record with a `ClientHello` that makes an offer to `host`. SSLv3 knows no extensions, and so
/// cannot name the host; signature algorithms are a matter of TLS 1.2.
pub fn client_hello(offer: Offer, host: &str, random: &Entropy) -> Vec<u8> {
    let version = offer.version();
    let mut body = version.code().to_be_bytes().to_vec();
    body.extend(random);
    // No session to resume.
    body.push(0);
    let suites = offer.suites().into_iter().map(|suite| suite.code).chain([RENEGOTIATION]);
    body.extend(long(&suites.flat_map(u16::to_be_bytes).collect::<Vec<u8>>()));
    // No compression.
    body.extend([1, 0]);
    if version > Version::Ssl3 {
        let mut extensions = extensions(version, host);
        let size = 4 + body.len() + 2 + extensions.len();
        if HANGS.contains(&size) {
            let padding = vec![0; (HANGS.end - size).saturating_sub(4)];
            extensions.extend(extension(21, &padding));
        }
        body.extend(long(&extensions));
    }
    let message = [&[1], &length(body.len(), 3)[..], &body].concat();
    // Old servers look at the record's version first; later ones accept TLS 1.0 there from everybody
    // (RFC 5246 appendix E.1).
    let outer = version.min(Version::Tls10).code().to_be_bytes();
    [&[22], &outer[..], &long(&message)].concat()
}

fn extensions(version: Version, host: &str) -> Vec<u8> {
    let name = [&[0], &long(host.as_bytes())[..]].concat();
    let groups: Vec<u8> = GROUPS.iter().flat_map(|group| group.to_be_bytes()).collect();
    let mut all = extension(0, &long(&name));
    all.extend(extension(10, &long(&groups)));
    // Uncompressed points (RFC 8422 section 5.1.2).
    all.extend(extension(11, &[1, 0]));
    // The extended master secret (RFC 7627), on which some servers insist.
    all.extend(extension(23, &[]));
    if version == Version::Tls12 {
        let schemes: Vec<u8> = SCHEMES.iter().flat_map(|scheme| scheme.to_be_bytes()).collect();
        all.extend(extension(13, &long(&schemes)));
    }
    all
}

/// X25519, P-256, P-384, P-521; then P-224 and P-192, by which no key should be agreed on: up to TLS 1.2
/// a server shows a certificate on a curve only to who lists that curve (RFC 8422 section 5.1.1).
const GROUPS: [u16; 6] = [29, 23, 24, 25, 21, 19];
/// Everything that servers sign with, SHA-1 and DSA last (RFC 8446 section 4.2.3).
const SCHEMES: [u16; 16] = [
    0x0403, 0x0503, 0x0603, 0x0807, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0303, 0x0301, 0x0203,
    0x0201, 0x0402, 0x0202,
];

fn extension(number: u16, content: &[u8]) -> Vec<u8> {
    [&number.to_be_bytes(), &long(content)[..]].concat()
}

/// The content behind a length of two bytes; nothing here is longer than that can say.
fn long(content: &[u8]) -> Vec<u8> {
    [&length(content.len(), 2)[..], content].concat()
}

/// A length in the last `bytes` bytes of it.
fn length(count: usize, bytes: usize) -> Vec<u8> {
    let all = count.to_be_bytes();
    all[all.len() - bytes..].to_vec()
}
