//! Webhook receivers of the lab: they verify what comes by the rules of their provider, in code that
//! shares nothing with the product's, act once for each event, and show what they did. Each defect is
//! one method.
//!
//! ```ignore
//! let effects = Receiver::stripe("whsec_...").books_twice().serve(world.site("api.shop.test"), "/hook");
//! // run the product
//! assert_eq!(effects.count(), 2);
//! ```
//!
//! | file | what |
//! |---|---|
//! | `scheme.rs` | who signs how, where an event has its id |
//! | `claim.rs` | what a request says of its signature, and whether that is so |
//! | `answer.rs` | the way of a request through a receiver |
//! | `defect.rs` | what can be wrong with one |
//! | `handshake.rs` | challenges before the first event |
//! | `ledger.rs` | what was booked, and the pages that show it |
//! | `rewrite.rs` | the same JSON in other bytes |

mod answer;
mod claim;
mod defect;
mod handshake;
mod ledger;
mod rewrite;
mod scheme;

use std::sync::Arc;

use super::site::Site;

use defect::Defect;
pub use ledger::Effects;
use scheme::Scheme;

/// One receiver, sound until a defect is named.
#[derive(Clone, Debug)]
pub struct Receiver {
    scheme: Scheme,
    secret: String,
    token: String,
    verify_token: String,
    acts_on: Option<Vec<String>>,
    effects_under: String,
    defects: Vec<Defect>,
}

/// The providers.
impl Receiver {
    fn new(scheme: Scheme, secret: &str) -> Self {
        Self {
            scheme,
            secret: secret.to_owned(),
            token: "admin-token".to_owned(),
            verify_token: "verify-token".to_owned(),
            acts_on: None,
            effects_under: String::new(),
            defects: Vec::new(),
        }
    }

    /// Stripe: `whsec_...`, all of which is the key.
    pub fn stripe(secret: &str) -> Self {
        Self::new(Scheme::Stripe, secret)
    }

    /// GitHub: any text.
    pub fn github(secret: &str) -> Self {
        Self::new(Scheme::GitHub, secret)
    }

    /// Standard Webhooks: `whsec_` and base64.
    pub fn standard_webhooks(secret: &str) -> Self {
        Self::new(Scheme::Standard("webhook"), secret)
    }

    /// Svix: `whsec_` and base64.
    pub fn svix(secret: &str) -> Self {
        Self::new(Scheme::Standard("svix"), secret)
    }

    /// Slack's events, with its `url_verification`.
    pub fn slack(secret: &str) -> Self {
        Self::new(Scheme::Slack, secret)
    }

    /// Meta, with the challenge by GET; the token of that is [`verify_token`](Self::verify_token)'s.
    pub fn meta(secret: &str) -> Self {
        Self::new(Scheme::Meta, secret)
    }

    /// Zoom, with its `endpoint.url_validation`.
    pub fn zoom(secret: &str) -> Self {
        Self::new(Scheme::Zoom, secret)
    }

    /// Shopify.
    pub fn shopify(secret: &str) -> Self {
        Self::new(Scheme::Shopify, secret)
    }

    /// Twilio's form callbacks: the address as it was called is signed too.
    pub fn twilio(secret: &str) -> Self {
        Self::new(Scheme::Twilio, secret)
    }

    /// Mailgun, which signs no body.
    pub fn mailgun(secret: &str) -> Self {
        Self::new(Scheme::Mailgun, secret)
    }

    /// Paddle, whose signatures are old after five seconds.
    pub fn paddle(secret: &str) -> Self {
        Self::new(Scheme::Paddle, secret)
    }

    /// `RevenueCat`: an Authorization header that is compared as it is.
    pub fn revenuecat(secret: &str) -> Self {
        Self::new(Scheme::RevenueCat, secret)
    }

    /// Postmark: `user:password` of Basic authentication.
    pub fn postmark(secret: &str) -> Self {
        Self::new(Scheme::Postmark, secret)
    }
}

/// How a sound receiver is set up.
impl Receiver {
    /// The token that `/members` wants; `admin-token` until said otherwise.
    pub fn token(mut self, token: &str) -> Self {
        token.clone_into(&mut self.token);
        self
    }

    /// The token of Meta's handshake; `verify-token` until said otherwise.
    pub fn verify_token(mut self, token: &str) -> Self {
        token.clone_into(&mut self.verify_token);
        self
    }

    /// The types of events that take effect. Until said otherwise all do but those that no provider has:
    /// `launch_ready.*` and GitHub's `ping`.
    pub fn acts_on(mut self, kinds: &[&str]) -> Self {
        self.acts_on = Some(kinds.iter().map(|kind| (*kind).to_owned()).collect());
        self
    }

    /// Where `/members` and `/count` are: under that path, for sites with several receivers.
    pub fn effects_under(mut self, prefix: &str) -> Self {
        prefix.clone_into(&mut self.effects_under);
        self
    }

    /// Puts the receiver on a site and gives a look into its books.
    pub fn serve(self, site: &mut Site, path: &str) -> Effects {
        let effects = Effects::default();
        let prefix = self.effects_under.clone();
        let (token, shown) = (self.token.clone(), effects.clone());
        site.handler(&format!("{prefix}/members"), move |request| shown.members(request, &token));
        let shown = effects.clone();
        site.handler(&format!("{prefix}/count"), move |_| shown.total());
        let (receiver, books) = (Arc::new(self), effects.clone());
        site.handler(path, move |request| receiver.answer(request, &books));
        effects
    }
}
