//! What a scheme of one's own may get wrong although every field of it is right.

use super::{Placeholder, Scheme, Template};
use crate::spec::{Located, Span};

/// Why a scheme makes no sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemeFault {
    /// What is wrong.
    pub message: String,
    /// Two to four words under the place.
    pub label: &'static str,
    /// The field that is wrong; the whole scheme where one is missing.
    pub span: Option<Span>,
    /// What to do.
    pub help: String,
}

impl SchemeFault {
    fn new(message: impl Into<String>, label: &'static str, span: Option<Span>, help: &str) -> Self {
        Self { message: message.into(), label, span, help: help.to_owned() }
    }
}

impl Scheme {
    /// The first thing that makes no sense in it.
    pub fn fault(&self) -> Option<SchemeFault> {
        let rules: [fn(&Self) -> Option<SchemeFault>; 8] =
            [makers, nothing_sent, unsigned, unmade, other, secret_hashed, own_signature, stamp];
        rules.iter().find_map(|rule| rule(self))
    }

    fn maker_spans(&self) -> Vec<Span> {
        let public = [&self.ed25519, &self.ecdsa_p256, &self.rsa];
        let mut spans: Vec<Span> = public.into_iter().flatten().map(|key| key.span).collect();
        spans.extend(self.hmac.as_ref().map(|hmac| hmac.span));
        spans.extend(self.digest.as_ref().map(|digest| digest.span));
        spans.extend(self.jwt_es256.as_ref().map(|jwt| jwt.span));
        spans
    }

    /// What is sent that holds a placeholder.
    fn sent(&self, placeholder: Placeholder) -> Option<&Located<Template>> {
        self.templates().map(|(_, template)| template).find(|template| template.holds(placeholder))
    }
}

fn makers(scheme: &Scheme) -> Option<SchemeFault> {
    let spans = scheme.maker_spans();
    let second = spans.get(1)?;
    let help = "keep one of `hmac`, `digest`, `ed25519`, `ecdsa_p256`, `rsa` and `jwt_es256`";
    Some(SchemeFault::new("a scheme signs in one way", "a second way", Some(*second), help))
}

fn nothing_sent(scheme: &Scheme) -> Option<SchemeFault> {
    let help = "add `headers: {X-Signature: \"{signature}\"}`, or `fields` for a signature in the body";
    scheme.templates().next().is_none().then(|| {
        SchemeFault::new(
            "the scheme sends no signature: it has no `headers` and no `fields`",
            "sends nothing",
            None,
            help,
        )
    })
}

/// A signature is made, and goes nowhere.
fn unsigned(scheme: &Scheme) -> Option<SchemeFault> {
    let maker = scheme.maker_spans().first().copied();
    if maker.is_some() && scheme.sent(Placeholder::Signature).is_none() {
        let help = "write `{signature}` where it travels: `headers: {X-Signature: \"{signature}\"}`";
        return Some(SchemeFault::new("the signature is sent nowhere", "never sent", maker, help));
    }
    if scheme.is_proven() {
        return None;
    }
    let first = scheme.templates().next().map(|(name, _)| name.span);
    let help = "write `{signature}` with `hmac`, or `{secret}` where the secret itself is sent";
    Some(SchemeFault::new("nothing that is sent proves who sends it", "proves nothing", first, help))
}

/// A signature goes somewhere, and nothing makes it.
fn unmade(scheme: &Scheme) -> Option<SchemeFault> {
    let sent = scheme.sent(Placeholder::Signature)?;
    let help = "add `hmac: {hash: sha256, signs: \"{timestamp}.{body}\", encoding: hex}`";
    let fault =
        || SchemeFault::new("nothing says how `{signature}` is made", "made how?", Some(sent.span), help);
    scheme.maker_spans().is_empty().then(fault)
}

fn other(scheme: &Scheme) -> Option<SchemeFault> {
    if let Some(sent) = scheme.sent(Placeholder::Other) {
        let help = "`{other}` stands in `rotation`, beside `{signature}`";
        return Some(SchemeFault::new(
            "`{other}` is only sent while a secret is replaced",
            "not here",
            Some(sent.span),
            help,
        ));
    }
    let (name, _) = scheme.rotation.0.first()?;
    let both = |p| scheme.rotation.0.iter().any(|(_, template)| template.holds(p));
    let help = "write both, for example \"v1={other},v1={signature}\"";
    (!both(Placeholder::Other) || !both(Placeholder::Signature)).then(|| {
        SchemeFault::new(
            "`rotation` needs `{other}` and `{signature}`",
            "one signature only",
            Some(name.span),
            help,
        )
    })
}

fn secret_hashed(scheme: &Scheme) -> Option<SchemeFault> {
    if let Some(digest) = &scheme.digest
        && !digest.signs.holds(Placeholder::Secret)
    {
        let help = "add `{secret}` where the provider puts it, or use `hmac`";
        let span = Some(digest.signs.span);
        return Some(SchemeFault::new(
            "a hash without the secret proves nothing",
            "no `{secret}`",
            span,
            help,
        ));
    }
    let hmac = scheme.hmac.as_ref()?;
    let proof = hmac.signs.placeholders().find(|p| p.proves())?;
    let message = format!("`{{{}}}` cannot be part of what is signed", proof.word());
    let help = "name what the provider signs: `{body}`, `{timestamp}`, `{id}`, `{url}`";
    Some(SchemeFault::new(message, "not signed", Some(hmac.signs.span), help))
}

/// A body cannot hold the signature over itself.
fn own_signature(scheme: &Scheme) -> Option<SchemeFault> {
    let (_, field) = scheme.fields.0.iter().find(|(_, field)| field.holds(Placeholder::Signature))?;
    let help = "send the signature in a header, or sign something else than `{body}`";
    scheme.covers_body().then(|| {
        SchemeFault::new(
            "a body cannot hold the signature over itself",
            "in the body",
            Some(field.span),
            help,
        )
    })
}

fn stamp(scheme: &Scheme) -> Option<SchemeFault> {
    let used = scheme.signs().is_some_and(|signs| signs.holds(Placeholder::Timestamp));
    let sent = scheme.sent(Placeholder::Timestamp);
    match &scheme.timestamp {
        None if used || sent.is_some() => {
            let signs = scheme.maker_spans().first().copied();
            let span = sent.map(|template| template.span).or(signs);
            let help = "add `timestamp: {unit: s, tolerance: 300s}`";
            Some(SchemeFault::new("nothing says how `{timestamp}` is written", "which unit?", span, help))
        }
        Some(stamp) if used && sent.is_none() && scheme.sent(Placeholder::Now).is_none() => {
            let help = "add `{timestamp}` to a header: who checks the signature must know it";
            Some(SchemeFault::new("the time is signed and not sent", "never sent", Some(stamp.span), help))
        }
        Some(stamp) if stamp.tolerance.is_some() && !scheme.covers_time() => {
            let span = stamp.tolerance.as_ref().map(|tolerance| tolerance.span);
            let help = "add `{timestamp}` to `signs`, or remove `tolerance`";
            Some(SchemeFault::new(
                "an age that is not signed holds nobody back",
                "time is not signed",
                span,
                help,
            ))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
