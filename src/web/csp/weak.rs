//! How much a policy still lets through, graded as MDN's HTTP Observatory and Google's CSP Evaluator do.

use std::fmt;

use super::lint::is_nonce_or_hash;
use super::{Directive, Policy};

/// Something that every policy of a page lets through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Weakness {
    /// Neither `script-src` nor `default-src`: any script runs.
    AllScripts,
    /// `'unsafe-inline'` without a nonce, a hash or `'strict-dynamic'`.
    InlineScripts,
    /// `'unsafe-eval'`.
    Eval,
    /// A source that is no restriction, as it is written: `*`, `https:`, `data:`.
    AnyScript(String),
    /// Scripts over plain HTTP, from the source as it is written.
    InsecureScript(String),
    /// Plug-ins from anywhere: no `object-src` and no `default-src`, or one that is no restriction.
    Objects,
    /// Scripts are told by nonces or hashes, and `<base>` may send their relative addresses elsewhere.
    Base,
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AllScripts => f.write_str("neither script-src nor default-src, so any script runs"),
            Self::InlineScripts => f.write_str("'unsafe-inline' for scripts without a nonce or hash"),
            Self::Eval => f.write_str("'unsafe-eval' for scripts"),
            Self::AnyScript(source) => write!(f, "scripts from `{source}`, which is no restriction"),
            Self::InsecureScript(source) => write!(f, "scripts over plain HTTP, from `{source}`"),
            Self::Objects => f.write_str("plug-ins from anywhere, without an object-src that restricts them"),
            Self::Base => f.write_str("no base-uri, although scripts are told by nonce or hash"),
        }
    }
}

/// Sources that are no restriction, in lower case.
const ANYWHERE: [&str; 10] =
    ["*", "http:", "https:", "ftp:", "data:", "*:*", "http://*", "https://*", "http://*.*", "https://*.*"];

/// What all of the policies let through; one that forbids a thing is enough.
pub fn weaknesses(policies: &[Policy]) -> Vec<Weakness> {
    if policies.is_empty()
        || policies.iter().all(|policy| scripts(policy, "script-src-elem") == Scripts::Free)
    {
        return vec![Weakness::AllScripts];
    }
    let kinds: [fn(&Policy) -> Option<Weakness>; 5] = [inline, eval, any_script, insecure_script, objects];
    let all = |kind: &fn(&Policy) -> Option<Weakness>| {
        let mut found: Option<Weakness> = None;
        for policy in policies {
            let weakness = kind(policy)?;
            // What a policy names is told rather than that another says nothing.
            if found.as_ref().is_none_or(is_vague) {
                found = Some(weakness);
            }
        }
        found
    };
    let mut found: Vec<Weakness> = kinds.iter().filter_map(all).collect();
    found.extend(base(policies));
    found
}

/// A place holder: the policy says nothing about the thing.
fn is_vague(weakness: &Weakness) -> bool {
    matches!(weakness, Weakness::AnyScript(source) | Weakness::InsecureScript(source) if source == "*")
}

/// True where one of the policies says who may show the page in a frame, and that is not everybody.
pub fn restricts_frames(policies: &[Policy]) -> bool {
    let ancestors = policies.iter().filter_map(|policy| policy.directive("frame-ancestors"));
    ancestors.into_iter().any(|directive| anywhere(directive).is_none())
}

/// What governs scripts.
#[derive(Debug, PartialEq, Eq)]
enum Scripts<'p> {
    /// Nothing does.
    Free,
    /// None run.
    Never,
    /// These sources.
    From(&'p Directive),
}

fn scripts<'p>(policy: &'p Policy, kind: &str) -> Scripts<'p> {
    if policy.directive("sandbox").is_some_and(|sandbox| !sandbox.has("allow-scripts")) {
        return Scripts::Never;
    }
    policy.governing(&[kind, "script-src", "default-src"]).map_or(Scripts::Free, Scripts::From)
}

/// A source that is no restriction.
fn anywhere(directive: &Directive) -> Option<&str> {
    let sources = directive.values.iter().map(String::as_str);
    sources.into_iter().find(|source| ANYWHERE.iter().any(|known| source.eq_ignore_ascii_case(known)))
}

fn is_told_by_nonce_or_hash(directive: &Directive) -> bool {
    directive.values.iter().any(|value| is_nonce_or_hash(value))
}

/// Elements and handlers, each by its own directive (section 6.7.3.2).
fn inline(policy: &Policy) -> Option<Weakness> {
    let allows = |kind| match scripts(policy, kind) {
        Scripts::Free => true,
        Scripts::Never => false,
        Scripts::From(directive) => {
            directive.has("'unsafe-inline'")
                && !directive.has("'strict-dynamic'")
                && !is_told_by_nonce_or_hash(directive)
        }
    };
    ["script-src-elem", "script-src-attr"].into_iter().any(allows).then_some(Weakness::InlineScripts)
}

fn eval(policy: &Policy) -> Option<Weakness> {
    match scripts(policy, "script-src") {
        Scripts::Free => Some(Weakness::Eval),
        Scripts::From(directive) if directive.has("'unsafe-eval'") => Some(Weakness::Eval),
        _ => None,
    }
}

/// `'strict-dynamic'` makes browsers pass over hosts and schemes.
fn any_script(policy: &Policy) -> Option<Weakness> {
    match scripts(policy, "script-src-elem") {
        Scripts::Free => Some(Weakness::AnyScript("*".into())),
        Scripts::From(directive) if !directive.has("'strict-dynamic'") => {
            anywhere(directive).map(|source| Weakness::AnyScript(source.to_owned()))
        }
        _ => None,
    }
}

fn insecure_script(policy: &Policy) -> Option<Weakness> {
    let plain = |source: &&String| {
        let source = source.to_ascii_lowercase();
        let plain = ["http://", "ftp://"].iter().any(|begin| source.starts_with(begin));
        plain && !ANYWHERE.contains(&source.as_str())
    };
    match scripts(policy, "script-src-elem") {
        Scripts::Free => Some(Weakness::InsecureScript("*".into())),
        Scripts::From(directive) if !directive.has("'strict-dynamic'") => {
            directive.values.iter().find(plain).map(|source| Weakness::InsecureScript(source.clone()))
        }
        _ => None,
    }
}

fn objects(policy: &Policy) -> Option<Weakness> {
    let free = match policy.governing(&["object-src", "default-src"]) {
        None => true,
        Some(directive) => anywhere(directive).is_some(),
    };
    free.then_some(Weakness::Objects)
}

fn base(policies: &[Policy]) -> Option<Weakness> {
    let told = |policy: &Policy| match scripts(policy, "script-src-elem") {
        Scripts::From(directive) => is_told_by_nonce_or_hash(directive),
        _ => false,
    };
    let restricted =
        |policy: &Policy| policy.directive("base-uri").is_some_and(|base| anywhere(base).is_none());
    (policies.iter().any(told) && !policies.iter().any(restricted)).then_some(Weakness::Base)
}

#[cfg(test)]
mod tests {
    use super::super::Reading;
    use super::*;

    fn found(text: &str) -> Vec<Weakness> {
        weaknesses(&Reading::of(text).policies)
    }

    #[test]
    fn what_is_let_through_is_named() {
        use Weakness::{AllScripts, AnyScript, Base, Eval, InlineScripts, InsecureScript, Objects};
        let any = |source: &str| AnyScript(source.into());
        for (text, wanted) in [
            ("", vec![AllScripts]),
            ("upgrade-insecure-requests", vec![AllScripts]),
            ("frame-ancestors 'none'; object-src 'none'", vec![AllScripts]),
            ("script-src 'unsafe-inline'", vec![InlineScripts, Objects]),
            ("default-src 'UNSAFE-INLINE'", vec![InlineScripts]),
            ("default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'", vec![InlineScripts, Eval]),
            ("script-src 'none'", vec![Objects]),
            ("default-src 'none'; script-src *", vec![any("*")]),
            ("default-src 'none'; script-src https://*", vec![any("https://*")]),
            ("default-src 'self' HTTPS:", vec![any("HTTPS:"), Objects]),
            ("default-src 'none'; script-src data:", vec![any("data:")]),
            ("default-src 'none'; script-src 'none'; object-src *", vec![Objects]),
            ("default-src http://a.test", vec![InsecureScript("http://a.test".into())]),
            ("default-src 'none'; script-src-attr 'unsafe-inline'", vec![InlineScripts]),
            ("default-src 'none'; script-src-elem 'self'; script-src 'unsafe-eval'", vec![Eval]),
            ("object-src 'none'; script-src 'nonce-a' 'strict-dynamic' https: 'unsafe-inline'", vec![Base]),
            ("object-src 'none'; script-src 'sha256-a='; base-uri *", vec![Base]),
        ] {
            assert_eq!(found(text), wanted, "{text}");
        }
    }

    #[test]
    fn sound_policies_let_nothing_through() {
        for text in [
            "default-src 'self'",
            "default-src 'none'; style-src 'unsafe-inline'; img-src * data:",
            "default-src 'unsafe-inline' *; script-src https://a.test; object-src 'none'",
            "default-src https://a.test;;; ;;;script-src 'none'",
            "object-src 'none'; base-uri 'none'; script-src 'unsafe-inline' 'nonce-abc123'",
            "default-src 'none'; base-uri 'self'; script-src 'strict-dynamic' 'sha256-abc123' https://*",
            "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
            "sandbox; object-src 'none'",
            "default-src",
            "script-src 'unsafe-inline', default-src 'self'",
            "img-src 'none', default-src 'none'",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn frames_are_restricted_by_whoever_is_named() {
        let restricts = |text| restricts_frames(&Reading::of(text).policies);
        assert!(restricts("frame-ancestors 'none'") && restricts("frame-ancestors"));
        assert!(restricts("default-src *; frame-ancestors https://a.test"));
        for text in
            ["default-src 'none'", "frame-ancestors *", "frame-ancestors http:", "frame-ancestors https:"]
        {
            assert!(!restricts(text), "{text}");
        }
    }
}
