//! What the section `cloudflare` may get wrong.

use std::collections::BTreeMap;

use super::{error, shown};
use crate::cloudflare::settings::known;
use crate::spec::load::SpecError;
use crate::spec::model::{Cloudflare, Spec, TlsVersion};
use crate::spec::{Located, Span};

/// The shortest and the longest time in which requests are counted, in seconds.
const PERIODS: std::ops::RangeInclusive<u64> = 10..=65_535;

fn section(spec: &Spec) -> Option<&Cloudflare> {
    spec.cloudflare.as_ref().map(|section| &section.value)
}

/// Names and values are those of Cloudflare's API.
pub(super) fn settings(spec: &Spec, errors: &mut Vec<SpecError>) {
    for (id, value) in section(spec).into_iter().flat_map(|section| &section.settings.0) {
        let Some(kind) = known::kind(id) else {
            let message = format!("Cloudflare has no zone setting `{}`", shown(id));
            let help = known::nearest(id).unwrap_or_else(|| {
                "write the id that Cloudflare's API has for it: ssl, min_tls_version, ...".to_owned()
            });
            errors.push(error(message, "not a setting", id.span, help));
            continue;
        };
        if let Some((wanted, meant)) = known::fault(kind, &value.value.0) {
            let message = format!("the setting `{}` cannot be `{}`", id.value, written(&value.value.0));
            let help = meant.unwrap_or_else(|| format!("it must be {wanted}"));
            errors.push(error(message, "not a value of it", value.span, help));
        }
    }
}

fn written(value: &serde_json::Value) -> crate::observed::Remote {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    crate::observed::Remote::new(&crate::spec::shown::shown(&text))
}

/// What `tls` and `cloudflare.settings` both say.
pub(super) fn settings_agree(spec: &Spec, errors: &mut Vec<SpecError>) {
    let Some(tls) = &spec.tls else { return };
    let declared = section(spec).map(|section| &section.settings.0);
    let of = |wanted: &str| declared.into_iter().flatten().find(|(id, _)| id.value == wanted);
    if let (Some(least), Some((id, value))) = (&tls.min_version, of("min_tls_version")) {
        let wanted = match least.value {
            TlsVersion::V1_2 => "1.2",
            TlsVersion::V1_3 => "1.3",
        };
        if value.value.0.as_str().is_some_and(|version| version < wanted) {
            let message = format!("`min_tls_version` is lower than `tls.min_version`, which is {wanted}");
            let help = format!("write \"{wanted}\", or leave the setting out: it follows `tls.min_version`");
            errors.push(twice(message, id, help, least.span));
        }
    }
    if let (Some(hsts), Some((id, _))) = (&tls.hsts, of("security_header")) {
        let at = hsts.max_age.as_ref().map(|age| age.span);
        let at = at.or(hsts.include_subdomains.as_ref().map(|flag| flag.span));
        let at = at.or(hsts.preload.as_ref().map(|flag| flag.span)).unwrap_or_default();
        let message = "`tls.hsts` and `security_header` both say how HSTS is".to_owned();
        errors.push(twice(message, id, "keep `tls.hsts`: the setting follows it".into(), at));
    }
}

fn twice(message: String, at: &Located<String>, help: String, other: Span) -> SpecError {
    let mut found = error(message, "says otherwise", at.span, help);
    found.related = (!other.is_empty()).then(|| (other, "beside this".into()));
    found
}

/// Paths of rules: with `*` for anything.
pub(super) fn paths(spec: &Spec, errors: &mut Vec<SpecError>) {
    let Some(section) = section(spec) else { return };
    let limits = section.rate_limits.iter().map(|limit| &limit.path);
    let cached = section.cache.iter().map(|rule| &rule.path);
    for path in limits.clone().chain(cached.clone()).chain(&section.machine_paths) {
        let fault = if !path.starts_with('/') {
            Some(("does not start with `/`", "write the path alone, without scheme and host"))
        } else if path.contains(['?', '#']) {
            Some(("holds a query", "write the path alone: rules look at nothing else"))
        } else if path.contains("**") {
            Some(("holds `**`", "one `*` stands for anything, `/` included"))
        } else if path.chars().any(char::is_control) {
            Some(("holds a control character", "write it on one line"))
        } else {
            None
        };
        errors.extend(fault.map(|(what, help)| {
            error(format!("the path `{}` {what}", shown(path)), "not a path", path.span, help)
        }));
    }
    once(limits, "rate limits", errors);
    once(cached, "cache rules", errors);
}

fn once<'s>(paths: impl Iterator<Item = &'s Located<String>>, what: &str, errors: &mut Vec<SpecError>) {
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    for path in paths {
        if let Some(earlier) = first.insert(&path.value, path.span) {
            let message = format!("two {what} are of the path `{}`", shown(path));
            let mut found = error(message, "again here", path.span, "keep one of them");
            found.related = Some((earlier, "first here".into()));
            errors.push(found);
        }
    }
}

/// Numbers that no plan of Cloudflare takes.
pub(super) fn numbers(spec: &Spec, errors: &mut Vec<SpecError>) {
    let Some(section) = section(spec) else { return };
    for limit in &section.rate_limits {
        let period = limit.period.value.0;
        if period.subsec_nanos() > 0 || !PERIODS.contains(&period.as_secs()) {
            errors.push(error(
                "requests cannot be counted over that time".into(),
                "not a period",
                limit.period.span,
                "write whole seconds from 10s; the free plan has 10s alone, Pro up to 1m, Business up to 10m",
            ));
        }
        if limit.requests.value == 0 {
            let help = "write how many requests are let through in that time";
            errors.push(error("a rate limit of no request".into(), "none at all", limit.requests.span, help));
        }
    }
    for rule in section.cache.iter().filter(|rule| rule.ttl.value.0.subsec_nanos() > 0) {
        errors.push(error(
            "caches count whole seconds".into(),
            "less than a second",
            rule.ttl.span,
            "write whole seconds, or 0s for never",
        ));
    }
}

#[cfg(test)]
mod tests {
    use crate::spec::load;

    fn faults(section: &str) -> Vec<String> {
        match load::parse("s.yaml", &format!("domain: shop.test\n{section}")) {
            Ok(_) => Vec::new(),
            Err(errors) => errors
                .errors
                .iter()
                .map(|error| format!("{} ({})", error.message, error.help.as_deref().unwrap_or_default()))
                .collect(),
        }
    }

    #[test]
    fn settings_are_taken_as_cloudflare_types_them() {
        let text = "cloudflare: {settings: {ssl: strict, always_use_https: \"on\", websockets: off, \
                    min_tls_version: \"1.2\", browser_cache_ttl: 14400, ciphers: [AES128-SHA], \
                    nel: {enabled: true}}}";
        assert_eq!(faults(text), Vec::<String>::new());
    }

    #[test]
    fn a_mistyped_setting_or_value_is_told() {
        let found = faults("cloudflare: {settings: {always_use_http: \"on\", ssl: strikt, http3: \"yes\"}}");
        assert_eq!(
            found,
            [
                "Cloudflare has no zone setting `always_use_http` (did you mean `always_use_https`?)",
                "the setting `ssl` cannot be `strikt` (did you mean `strict`?)",
                "the setting `http3` cannot be `yes` (it must be \"on\" or \"off\")",
            ]
        );
        assert_eq!(faults("cloudflare: {settings: {min_tls_version: 1.2}}").len(), 1);
        assert_eq!(faults("cloudflare: {settings: {browser_cache_ttl: \"1\"}}").len(), 1);
    }

    #[test]
    fn what_tls_says_the_settings_do_not_contradict() {
        let found = faults(
            "tls: {min_version: \"1.3\", hsts: {max_age: 365d}}\ncloudflare: {settings: {min_tls_version: \
             \"1.2\", security_header: {strict_transport_security: {enabled: true}}}}",
        );
        assert_eq!(found.len(), 2, "{found:?}");
        let fine = "tls: {min_version: \"1.2\"}\ncloudflare: {settings: {min_tls_version: \"1.3\"}}";
        assert_eq!(faults(fine), Vec::<String>::new());
    }

    #[test]
    fn rules_have_paths_and_numbers_that_mean_something() {
        let found = faults(
            "cloudflare:\n  rate_limits: [{path: login, requests: 0, period: 5s}]\n  cache: [{path: /a?b, \
             ttl: 1500ms}, {path: /x, ttl: 0s}, {path: /x, ttl: 1h}]\n  machine_paths: [/hooks/**]\n",
        );
        assert_eq!(found.len(), 7, "{found:?}");
    }
}
