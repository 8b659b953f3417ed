//! What the section `webhooks` may get wrong.

use std::collections::BTreeMap;

use super::{error, shown};
use crate::spec::load::SpecError;
use crate::spec::model::{Spec, Webhook, WebhookEffect, WebhookTests};
use crate::spec::shown::secret_kind;
use crate::spec::{Located, Span};
use crate::webhook::provider;

fn all(spec: &Spec) -> impl Iterator<Item = &Webhook> {
    spec.webhooks.iter().flat_map(|webhooks| &webhooks.value)
}

/// Reports and recordings tell webhooks by their names.
pub(super) fn names(spec: &Spec, errors: &mut Vec<SpecError>) {
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    for name in all(spec).map(|webhook| &webhook.name) {
        if let Some(earlier) = first.insert(&name.value, name.span) {
            let message = format!("two webhooks are named `{}`", shown(name));
            let mut found = error(message, "again here", name.span, "give each a name of its own");
            found.related = Some((earlier, "first here".into()));
            errors.push(found);
        }
    }
}

/// How events are signed is known of a provider, or said by `custom`.
pub(super) fn schemes(spec: &Spec, errors: &mut Vec<SpecError>) {
    for webhook in all(spec) {
        if let Some(name) = webhook.provider.as_ref().filter(|name| provider::find(name).is_none()) {
            let help = provider::nearest(name).unwrap_or_else(|| {
                let known: Vec<&str> = provider::all().iter().map(|provider| provider.id.as_str()).collect();
                format!("write one of {}; or say how it signs: `custom: {{...}}`", known.join(", "))
            });
            let message = format!("nothing is known of a webhook provider `{}`", shown(name));
            errors.push(
                SpecError::new("spec/unknown-provider", message, "not a known provider", name.span)
                    .help(help),
            );
        }
        let Some(custom) = &webhook.custom else { continue };
        if let Some(named) = &webhook.provider {
            errors.push(error(
                "`provider` and `custom` both say how events are signed".into(),
                "and here",
                named.span,
                "keep one of them",
            ));
        }
        errors.extend(
            custom.value.fault().map(|fault| {
                error(fault.message, fault.label, fault.span.unwrap_or(custom.span), fault.help)
            }),
        );
    }
}

/// What a test needs.
pub(super) fn tests(spec: &Spec, errors: &mut Vec<SpecError>) {
    for webhook in all(spec) {
        let delivers = webhook.test.as_ref().filter(|test| test.value == WebhookTests::Deliveries);
        if let Some(test) = delivers {
            let missing = match (&webhook.secret, webhook.provider.is_some() || webhook.custom.is_some()) {
                (_, false) => Some("`provider`, or `custom`: nobody knows how to sign"),
                (None, true) => Some("`secret`: the NAME of the variable that holds the signing secret"),
                (Some(_), true) => None,
            };
            errors.extend(missing.map(|missing| {
                error(
                    "signed test events cannot be made".into(),
                    "needs more",
                    test.span,
                    format!("add {missing}"),
                )
            }));
        }
    }
}

/// Where effects are read.
pub(super) fn effects(spec: &Spec, errors: &mut Vec<SpecError>) {
    for effect in all(spec).flat_map(|webhook| webhook.effect.iter().chain(&webhook.effects)) {
        errors.extend(url_fault(effect));
        for (name, value) in &effect.headers.0 {
            if name.parse::<hyper::header::HeaderName>().is_err() {
                let message = format!("`{}` is no name of a header", shown(name));
                errors.push(error(message, "not a header", name.span, "write it like `Authorization`"));
            }
            // So has a key.
            if value.contains(|c: char| c.is_control()) && secret_kind(value).is_none() {
                errors.push(error(
                    "a header has one line".into(),
                    "more than one line",
                    value.span,
                    "write it on one line",
                ));
            }
        }
        let on = |key: &Option<Located<bool>>| key.as_ref().is_some_and(|key| key.value);
        if let Some(before) = effect.before.as_ref().filter(|_| on(&effect.before) && on(&effect.absent)) {
            errors.push(error(
                "what must not appear is not counted".into(),
                "`before` beside `absent`",
                before.span,
                "keep one of them",
            ));
        }
        if let (true, None, Some(before)) = (on(&effect.before), &effect.json, &effect.before) {
            errors.push(error(
                "`before` counts what `json` finds".into(),
                "nothing to count",
                before.span,
                "add `json: {path: $.members, count: 1}`",
            ));
        }
    }
}

/// With its placeholders filled in, it must be a URL.
fn url_fault(effect: &WebhookEffect) -> Option<SpecError> {
    let url = &effect.url;
    let mut sample = String::new();
    let mut rest = url.value.as_str();
    while let Some((before, behind)) = rest.split_once("{{") {
        let Some((_, after)) = behind.split_once("}}") else {
            return Some(error(
                "a `{{` is not closed by `}}`".into(),
                "not closed",
                url.span,
                "write `{{ event.id }}`",
            ));
        };
        sample.push_str(before);
        sample.push('x');
        rest = after;
    }
    sample.push_str(rest);
    // A password in it has a finding of its own, which shows nothing of it.
    let has_password = url::Url::parse(&sample).is_ok_and(|url| url.password().is_some());
    let why = crate::spec::model::scalar::web_url(&sample).err().filter(|_| !has_password)?;
    let message = format!("`{}` is no URL: {why}", shown(url));
    Some(error(
        message,
        "not a URL",
        url.span,
        "write `https://api.example.com/members?event={{ event.id }}`",
    ))
}

#[cfg(test)]
mod tests {
    use crate::spec::load::parse;

    /// The errors of a webhook with these keys.
    fn errors(keys: &str) -> Vec<String> {
        let spec =
            format!("domain: shop.test\nwebhooks: [{{name: a, url: \"https://shop.test/hook\", {keys}}}]");
        match parse("-", &spec) {
            Ok(_) => Vec::new(),
            Err(errors) => errors.errors.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn what_makes_sense_is_taken() {
        for keys in [
            "provider: stripe, secret: STRIPE_WEBHOOK_SECRET, test: deliveries, registration: {key: KEY}",
            "custom: {hmac: {hash: sha256, signs: \"{body}\"}, headers: {X-Sig: \"{signature}\"}}",
            "provider: clerk, effect: {url: \"https://shop.test/{{ event.id }}?a={{event.type}}\", json: {path: $.a}, before: true}",
        ] {
            assert_eq!(errors(keys), Vec::<String>::new(), "{keys}");
        }
    }

    #[test]
    fn what_makes_none_is_told() {
        for (keys, told) in [
            ("provider: strype", "nothing is known of a webhook provider `strype`"),
            ("provider: stripe, custom: {headers: {X: \"{secret}\"}}", "`provider` and `custom` both say"),
            ("custom: {headers: {X-Sig: \"{signature}\"}}", ""),
            ("provider: stripe, test: deliveries", "signed test events cannot be made"),
            ("secret: A, test: deliveries", "signed test events cannot be made"),
            ("effect: {url: \"/members\"}", "is no URL"),
            ("effect: {url: \"https://shop.test/{{ event.id }\"}", "a `{{` is not closed"),
            ("effect: {url: \"https://shop.test/\", headers: {\"A B\": x}}", "`A B` is no name of a header"),
            (
                "effect: {url: \"https://shop.test/\", json: {path: $}, before: true, absent: true}",
                "is not counted",
            ),
            ("effect: {url: \"https://shop.test/\", before: true}", "`before` counts what `json` finds"),
        ] {
            let errors = errors(keys);
            assert!(errors.len() == 1 && errors[0].contains(told), "{keys}: {errors:?}");
        }
    }

    #[test]
    fn names_tell_webhooks_apart() {
        let hook = "{name: a, url: \"https://shop.test/hook\"}";
        let errors =
            parse("-", &format!("domain: shop.test\nwebhooks: [{hook}, {hook}]")).expect_err("an error");
        assert_eq!(errors.errors[0].to_string(), "two webhooks are named `a`");
    }
}
