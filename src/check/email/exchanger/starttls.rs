//! Whether an exchanger encrypts (RFC 3207).

use super::{shown, spoken};
use crate::check::email::mta_sts;
use crate::check::{Verdict, World, seen};
use crate::item::Exchanger;
use crate::observed::{FailureKind, Seen};

pub(in crate::check) fn starttls_missing(exchanger: &Exchanger, world: &World) -> Verdict {
    let said = match spoken(exchanger, world) {
        Ok(said) => said,
        Err(verdict) => return *verdict,
    };
    let (mut without, mut broken, mut open) = (Vec::new(), Vec::new(), Vec::new());
    let mut kind = None;
    for (address, smtp) in &said {
        match &smtp.starttls {
            None => without.push(shown(address)),
            Some(Seen::Answer(_)) => {}
            Some(Seen::Failed(failure)) => {
                kind.get_or_insert(failure.kind);
                broken.push(failure.detail.to_string());
            }
            Some(Seen::Unobserved(reason)) => open.push(reason.to_string()),
        }
    }
    let host = &exchanger.host;
    let absent = (!without.is_empty()).then(|| format!("{} does not offer it", seen::listed(&without)));
    let faults: Vec<String> = absent.into_iter().chain(broken).collect();
    if !faults.is_empty() {
        return failed(host, &faults, kind, mta_sts::enforced(world));
    }
    if !open.is_empty() {
        return Verdict::unknown(seen::listed(&open));
    }
    Verdict::pass(format!("offers STARTTLS at {}", seen::listed(&addresses(&said))))
}

fn addresses<T>(said: &[(&str, T)]) -> Vec<String> {
    said.iter().map(|(address, _)| shown(address)).collect()
}

fn failed(host: &str, faults: &[String], kind: Option<FailureKind>, enforced: Option<&str>) -> Verdict {
    let cure = match kind {
        None => {
            "switch TLS on in the mail server (Postfix: `smtpd_tls_security_level = may` with `smtpd_tls_chain_files`); a firewall that inspects SMTP may also take the offer out"
        }
        Some(FailureKind::NotSmtp) => {
            "update the mail server, or the proxy before it: it must throw away what it has read when TLS begins"
        }
        Some(_) => {
            "look for the reason in the mail server's log: most often its certificate or key cannot be read, or it speaks no TLS above 1.1"
        }
    };
    let observed = seen::listed(faults);
    let effect = enforced.map(|why| format!("; {why}")).unwrap_or_default();
    Verdict::fail(format!(
        "STARTTLS does not work on {host}, so that mail to it travels in the clear: {observed}{effect}"
    ))
    .demanded_if(enforced.is_some())
    .expected("STARTTLS at every address, with TLS 1.2 or newer")
    .observed(observed)
    .label("mail in the clear")
    .help(format!("{cure}; then try `openssl s_client -connect {host}:25 -starttls smtp -servername {host}`"))
}
