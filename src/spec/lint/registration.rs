//! What `registration` of a webhook may get wrong.

use super::{error, shown};
use crate::spec::load::SpecError;
use crate::spec::model::{Spec, Webhook, WebhookRegistration};
use crate::spec::{Located, Span};
use crate::webhook::registration::{Registration, is_repository};
use crate::webhook::{self, Provider};

/// The webhooks whose registration is asked for, with the provider that is known of.
fn asked(spec: &Spec) -> impl Iterator<Item = (&Webhook, &WebhookRegistration, Option<&'static Provider>)> {
    let all = spec.webhooks.iter().flat_map(|webhooks| &webhooks.value);
    all.filter_map(|webhook| {
        let registration = webhook.registration.as_ref()?;
        let provider = webhook.provider.as_ref().and_then(|provider| webhook::find(&provider.value));
        Some((webhook, registration, provider))
    })
}

/// Where something is said of how to ask, somebody can be asked.
pub(super) fn asked_of_somebody(spec: &Spec, errors: &mut Vec<SpecError>) {
    for (webhook, registration, provider) in asked(spec) {
        let at = registration.key.as_ref().or(registration.repository.as_ref());
        let span = at.map_or(webhook.name.span, |at| at.span);
        let known = || {
            let known = webhook::all().iter().filter(|provider| provider.registration.is_some());
            let names: Vec<&str> = known.map(|provider| provider.name.as_str()).collect();
            format!("leave `registration` out; those who can be asked are {}", names.join(", "))
        };
        match provider {
            Some(provider) if provider.registration.is_none() => errors.push(error(
                format!("nothing is known of a way to ask {} what it has registered", provider.name),
                "nobody to ask",
                span,
                known(),
            )),
            None if webhook.provider.is_none() => errors.push(error(
                "`registration` needs a `provider` who can be asked".into(),
                "nobody to ask",
                span,
                known(),
            )),
            // A provider of whom nothing is known is an error of its own.
            _ => {}
        }
    }
}

/// A repository is written `owner/name`, where a provider registers by repositories at all.
pub(super) fn repositories(spec: &Spec, errors: &mut Vec<SpecError>) {
    for (_, registration, provider) in asked(spec) {
        let Some(repository) = &registration.repository else { continue };
        errors
            .extend(by_repository(repository, provider.and_then(|provider| provider.registration.as_ref())));
    }
}

fn by_repository(repository: &Located<String>, registration: Option<&Registration>) -> Option<SpecError> {
    let span: Span = repository.span;
    if registration.is_some_and(|registration| !registration.needs_repository()) {
        let message = "this provider does not register webhooks by repository".into();
        return Some(error(message, "not used", span, "leave `repository` out"));
    }
    (!is_repository(&repository.value)).then(|| {
        let bare = repository.value.trim_end_matches(".git").trim_end_matches('/');
        let parts: Vec<&str> = bare.rsplit(['/', ':']).take(2).collect();
        let help = match parts.as_slice() {
            [name, owner] if is_repository(&format!("{owner}/{name}")) => format!("write {owner}/{name}"),
            _ => "write owner/name, as in the address of the repository".into(),
        };
        error(format!("`{}` is no repository", shown(&repository.value)), "not owner/name", span, help)
    })
}

#[cfg(test)]
mod tests {
    use crate::spec::load;

    fn told(webhook: &str) -> Vec<String> {
        let spec = format!(
            "domain: shop.test\nwebhooks: [{{name: hook, url: \"https://shop.test/hook\", {webhook}}}]"
        );
        match load::parse("-", &spec) {
            Ok(_) => Vec::new(),
            Err(errors) => {
                let at = |error: &crate::spec::SpecError| spec[error.span.start..error.span.end].to_owned();
                errors.errors.iter().map(|error| format!("{error} | {}", at(error))).collect()
            }
        }
    }

    #[test]
    fn a_repository_is_owner_and_name() {
        assert!(told("provider: github, registration: {repository: acme/shop.js}").is_empty());
        for wrong in ["acme", "acme/", "/shop", "acme/shop/x", "../etc", "acme/sh op"] {
            let told = told(&format!("provider: github, registration: {{repository: \"{wrong}\"}}"));
            assert_eq!(told.len(), 1, "{wrong}: {told:?}");
            assert!(told[0].contains("is no repository"), "{told:?}");
        }
        let told = told("provider: github, registration: {repository: \"https://github.com/acme/shop.git\"}");
        assert!(told[0].contains("https://github.com/acme/shop.git"), "{told:?}");
    }

    #[test]
    fn what_nobody_uses_is_told() {
        let told_of = |webhook| told(webhook).join("\n");
        assert!(
            told_of("provider: stripe, registration: {repository: acme/shop}")
                .contains("by repository | acme/shop")
        );
        assert!(told_of("provider: zoom, registration: {key: ZOOM_KEY}").contains("to ask Zoom"));
        assert!(told_of("registration: {key: SOME_KEY}").contains("needs a `provider`"));
        assert_eq!(told_of("provider: stripe, registration: {key: STRIPE_KEY}"), "");
    }
}
