//! What the section `email` may get wrong.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{error, records, shown};
use crate::mail::dkim;
use crate::provider::email;
use crate::spec::load::SpecError;
use crate::spec::model::scalar::domain_name;
use crate::spec::model::{Email, RecordType, Short, Spec};
use crate::spec::names::{full_name, name_form};
use crate::spec::{Located, Span, did_you_mean, value};

/// The MX records of `dns.records` and those of `email` are the same.
pub(super) fn records_agree(spec: &Spec, errors: &mut Vec<SpecError>) {
    let Some(email) = &spec.email else { return };
    let domain = &spec.domain.value.0;
    let mx =
        records(spec).filter(|r| r.kind.value == RecordType::Mx && full_name(&r.name, domain) == *domain);
    for record in mx {
        for value in record.all_values() {
            let name = name_form(&value::meant(RecordType::Mx, value, domain));
            let contradicts = match &email.value {
                Email::Word(_) => name != ".",
                Email::Full(settings) => match settings.receive.as_ref().map(|receive| &receive.value) {
                    Some(Short::Full(declared)) => !declared.mx.iter().any(|mx| mx.value.0 == name),
                    _ => false,
                },
            };
            if contradicts {
                let message = format!("the MX record names {}, which `email` does not", shown(value));
                let mut found =
                    error(message, "not under `email`", value.span, "make `dns.records` and `email` agree");
                found.related = Some((email.span, "declared here".into()));
                errors.push(found);
            }
        }
    }
}

/// A provider of whom nothing is known cannot be checked.
pub(super) fn providers(spec: &Spec, errors: &mut Vec<SpecError>) {
    let Some(settings) = spec.mail() else { return };
    if let Some(receive) = &settings.receive
        && let Short::Word(word) = &receive.value
        && word != "any"
    {
        let receives = |provider: &&email::Provider| provider.mx.is_some();
        match email::find(word) {
            None => errors.push(unknown(word, receive.span, &receives, "`{mx: [hosts]}`, or `any`")),
            Some(provider) if !receives(&provider) => errors.push(error(
                format!("{} receives no mail", provider.name),
                "only sends",
                receive.span,
                "name who receives: another provider, `{mx: [hosts]}`, or `any`",
            )),
            Some(_) => {}
        }
    }
    for sender in &settings.send {
        let (word, span) = match &sender.value {
            Short::Word(word) => (word.as_str(), sender.span),
            Short::Full(details) => match &details.provider {
                Some(id) => (id.value.as_str(), id.span),
                None => continue,
            },
        };
        if email::find(word).is_none() {
            let cure = "a sender of your own: `{name: shop, ip: [203.0.113.25], dkim: [s1]}`";
            errors.push(unknown(word, span, &|_| true, cure));
        }
    }
}

fn unknown(word: &str, span: Span, meant: &dyn Fn(&&email::Provider) -> bool, otherwise: &str) -> SpecError {
    let known: Vec<&str> =
        email::services().providers.iter().filter(meant).map(|provider| provider.id.as_str()).collect();
    let help = did_you_mean(word, known.iter().copied())
        .unwrap_or_else(|| format!("write one of {}; or {otherwise}", known.join(", ")));
    let message = format!("nothing is known of a mail provider `{}`", shown(word));
    SpecError::new("spec/unknown-provider", message, "not a known provider", span).help(help)
}

/// A selector is what stands before `._domainkey`, and a return path is a name.
pub(super) fn selectors(spec: &Spec, errors: &mut Vec<SpecError>) {
    let Some(settings) = spec.mail() else { return };
    let senders = settings.send.iter().filter_map(|sender| match &sender.value {
        Short::Full(details) => Some(details),
        Short::Word(_) => None,
    });
    let own = senders.clone().flat_map(|details| &details.dkim);
    for selector in own.chain(settings.dkim.iter().map(|key| &key.selector)) {
        errors.extend(selector_fault(selector));
    }
    for path in senders.filter_map(|details| details.return_path.as_ref()) {
        if let Err(why) = domain_name(&full_name(path, &spec.domain.value.0)) {
            let message = format!("`{}` is no return path: {why}", shown(path));
            errors.push(error(
                message,
                "not a name",
                path.span,
                "write its label, `bounces`, or its full name",
            ));
        }
    }
}

fn selector_fault(selector: &Located<String>) -> Option<SpecError> {
    let lower = selector.to_ascii_lowercase();
    if let Some((label, _)) = lower.split_once("._domainkey") {
        let message = format!("`{}` is the name of a record, not a selector", shown(selector));
        let help = format!("write what stands before `._domainkey`: `{}`", shown(label));
        return Some(error(message, "not a selector", selector.span, help));
    }
    let why = domain_name(&lower).err()?;
    let message = format!("`{}` is no selector: {why}", shown(selector));
    Some(error(message, "not a selector", selector.span, "write the label before `._domainkey`: `s1`"))
}

/// A declared key is one that receivers can use: it is what must be published.
pub(super) fn keys(spec: &Spec, errors: &mut Vec<SpecError>) {
    let Some(settings) = spec.mail() else { return };
    for key in settings.dkim.iter().filter_map(|dkim| dkim.key.as_ref()) {
        let fault = match dkim::Record::parse(key.trim()) {
            Ok(record) if record.is_revoked() => Some("its `p=` is empty, which withdraws a key".to_owned()),
            Ok(_) => None,
            // A private key among the faults is the one that matters.
            Err(faults) => {
                let private = faults.iter().find(|fault| fault.kind == dkim::SyntaxErrorKind::PrivateKey);
                private.or(faults.first()).map(|fault| fault.kind.to_string())
            }
        };
        errors.extend(fault.map(|fault| {
            let message = format!("the declared DKIM key cannot be used: {}", shown(&fault));
            let help =
                "write the record as it is to be published: `v=DKIM1; k=rsa; p=<base64 of the public key>`";
            error(message, "not a DKIM key", key.span, help)
        }));
    }
}

/// `email.spf.ip` holds what `ip4:` and `ip6:` take (RFC 7208 section 5.6).
pub(super) fn networks(spec: &Spec, errors: &mut Vec<SpecError>) {
    let networks = spec.mail().and_then(|settings| settings.spf.as_ref());
    for network in networks.into_iter().flat_map(|spf| &spf.ip) {
        if !is_network(network) {
            let message = format!("`{}` is neither an address nor a network", shown(network));
            let help = "write 203.0.113.25, 203.0.113.0/24 or 2001:db8::/32";
            errors.push(error(message, "not an address", network.span, help));
        }
    }
}

fn is_network(text: &str) -> bool {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let most = match (address.parse::<Ipv4Addr>(), address.parse::<Ipv6Addr>()) {
        (Ok(_), _) => 32,
        (_, Ok(_)) => 128,
        _ => return false,
    };
    bits.is_none_or(|bits| bits.parse::<u8>().is_ok_and(|bits| bits <= most))
}
