//! Why an attempt means nothing in a scheme.

use super::Sender;
use crate::webhook::attempt::Attempt;
use crate::webhook::scheme::Covers;

impl Sender<'_> {
    /// Why an attempt means nothing for this endpoint; `None` where it does.
    pub fn idle(&self, attempt: Attempt) -> Option<String> {
        let name = self.provider.map_or("this scheme", |provider| provider.name.as_str());
        match attempt {
            Attempt::TestSecret => {
                let published = self.provider.and_then(|provider| provider.secret.published.as_ref());
                published.is_none().then(|| format!("{name} has published no secret"))
            }
            Attempt::HandshakeWrong | Attempt::HandshakeRight => {
                let handshake = self.provider.and_then(|provider| provider.handshake.as_ref());
                handshake.is_none().then(|| format!("{name} asks nothing before it delivers"))
            }
            Attempt::Get => self.provider.and_then(|provider| provider.get_is_used.clone()),
            Attempt::Plain => self.plain_url().err(),
            Attempt::Stale => self.not_forged().or_else(|| self.ageless(name)),
            Attempt::Tampered => self.not_forged().or_else(|| {
                let nothing = self.scheme.covers() == Covers::Nothing;
                nothing.then(|| format!("{name} signs nothing of an event"))
            }),
            Attempt::Reserialised => self.not_forged().or_else(|| self.byteless(name)),
            Attempt::Unsigned
            | Attempt::EmptySignature
            | Attempt::GarbledSignature
            | Attempt::LongSignature
            | Attempt::WrongKey => None,
        }
    }

    /// Why nobody but the provider can make a right signature.
    fn not_forged(&self) -> Option<String> {
        if self.scheme.can_forge() {
            return None;
        }
        let why = self.provider.and_then(|provider| provider.cannot_forge.clone());
        Some(why.unwrap_or_else(|| "only the provider holds the key that signs".into()))
    }

    fn ageless(&self, name: &str) -> Option<String> {
        if !self.scheme.covers_time() {
            return Some(format!("{name} signs no time, so an old delivery is as good as a new one"));
        }
        let limit = self.scheme.tolerance();
        limit.is_none().then(|| format!("{name} names no age at which a delivery is too old"))
    }

    fn byteless(&self, name: &str) -> Option<String> {
        let signs = |what: &str| Some(format!("{name} signs {what}"));
        if let Some(why) = self.provider.and_then(|provider| provider.rewritten.clone()) {
            return Some(why);
        }
        if self.scheme.covers_bytes() {
            return None;
        }
        match self.scheme.covers() {
            Covers::Body => signs("the fields of a form, however they are written"),
            Covers::Token => signs("a token beside the body"),
            Covers::Nothing => signs("nothing of an event"),
        }
    }
}
