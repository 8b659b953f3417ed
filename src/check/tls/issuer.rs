//! Whether a declared authority issued the certificate.

use super::{chain, whole};
use crate::authority::{Authority, organisation};
use crate::check::{Verdict, World, seen};
use crate::item::Host;
use crate::observed::{Certificate, Path};
use crate::spec::{Located, Place};

pub(in crate::check) fn certificate_issuer_differs(host: &Host, world: &World) -> Verdict {
    let declared = world.document.spec.tls.as_ref().map_or(&[][..], |tls| &tls.issuers);
    let Some(first) = declared.first() else {
        return Verdict::not_applicable("the spec declares no issuers (`tls.issuers`)");
    };
    whole(host, world, |handshake| {
        let Some(leaf) = handshake.chain.first() else {
            return Verdict::unknown("the server sent no certificate");
        };
        // Who issued it is known without the rest of the chain.
        if handshake.path != Path::Incomplete
            && let Some(verdict) = chain::astray(host, handshake.path)
        {
            return verdict;
        }
        compared(host, leaf, declared)
            .unwrap_or_else(|issuer| Verdict::pass(format!("issued by {issuer}")))
            .at(Place::new("tls.issuers[0]", first.span))
    })
}

/// The failure, or the issuer where it is a declared one.
fn compared(host: &Host, leaf: &Certificate, declared: &[Located<String>]) -> Result<Verdict, String> {
    let issuer = organisation_of(leaf);
    if declared.iter().any(|wanted| is_same(&wanted.value, &issuer)) {
        return Err(seen::cut(&issuer));
    }
    let names: Vec<String> = declared.iter().map(|wanted| wanted.value.clone()).collect();
    let issuer = seen::cut(&issuer);
    Ok(Verdict::fail(format!("the certificate of {} was issued by {issuer}, which the spec does not declare", host.name))
        .expected(format!("issued by {}", in_words(&names)))
        .observed(issuer.clone())
        .label("another issuer")
        .help(format!(
            "find out who ordered the certificate; if it is right, add `{issuer}` to `tls.issuers`, otherwise have one issued by {} and look for the other in the Certificate Transparency logs (crt.sh)",
            in_words(&names)
        )))
}

fn in_words(names: &[String]) -> String {
    match names {
        [] | [_] => seen::listed(names),
        [first @ .., last] => format!("{} or {}", seen::listed(first), seen::cut(last)),
    }
}

/// The organisation that issued a certificate, or whatever the issuer is called.
fn organisation_of(leaf: &Certificate) -> String {
    let field = leaf.issuer_organisation.as_ref().map(ToString::to_string);
    field.or_else(|| organisation(leaf.issuer.as_str())).unwrap_or_else(|| leaf.issuer.to_string())
}

/// Equal but for case, or two names of one authority.
fn is_same(declared: &str, issuer: &str) -> bool {
    let declared = declared.trim();
    let known = Authority::of_organisation(declared).or_else(|| Authority::of_caa_name(declared));
    let theirs = Authority::of_organisation(issuer);
    declared.eq_ignore_ascii_case(issuer)
        || known.zip(theirs).is_some_and(|(known, theirs)| known.name == theirs.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn organisations_are_compared_as_a_whole() {
        assert!(is_same("Let's Encrypt", "Let's Encrypt"));
        assert!(is_same("let's encrypt", "Let's Encrypt"));
        assert!(is_same("letsencrypt.org", "Let's Encrypt"));
        assert!(is_same("GoDaddy.com, Inc.", "GoDaddy.com, Inc."));
        assert!(is_same("Lab CA", "Lab CA"));
        assert!(!is_same("Lab", "Lab CA"));
        assert!(!is_same("Let's Encrypt", "DigiCert Inc"));
    }

    #[test]
    fn the_field_goes_before_the_line() {
        let leaf = Certificate {
            issuer: "CN=x, O=Not Me".into(),
            issuer_organisation: Some("Me, Inc.".into()),
            ..Certificate::default()
        };
        assert_eq!(organisation_of(&leaf), "Me, Inc.");
        assert_eq!(organisation_of(&Certificate { issuer_organisation: None, ..leaf }), "Not Me");
    }
}
