//! What is tried on an endpoint: what it must refuse, and the handshakes.

use std::fmt;
use std::str::FromStr;

/// Declares the attempts, in the order in which they are made.
macro_rules! attempts {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $what:literal;)*) => {
        /// A request that a sound endpoint refuses, or a handshake.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Attempt {
            $($(#[$doc])* $name,)*
        }

        impl Attempt {
            /// All of them, in the order in which they are made.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// What recordings call it; fixed for ever.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }

            /// What was sent, for messages.
            pub fn what(self) -> &'static str {
                match self {
                    $(Self::$name => $what,)*
                }
            }
        }
    };
}

attempts! {
    /// Nothing proves who sends it.
    Unsigned = "unsigned", "a body without a signature";
    /// The signature's place is there, and nothing in it.
    EmptySignature = "empty_signature", "a body with an empty signature";
    /// What stands in the signature's place is none.
    GarbledSignature = "garbled_signature", "a body with a signature that is no signature";
    /// The same, ten kilobytes long.
    LongSignature = "long_signature", "a body with a signature of 10 kB";
    /// Everything is right but the key.
    WrongKey = "wrong_key", "a body that was signed with another key";
    /// The secret is one that everybody knows from the provider's documentation.
    TestSecret = "test_secret", "a body that was signed with the secret of the provider's documentation";
    /// The handshake, with a wrong token or another key.
    HandshakeWrong = "handshake_wrong", "a handshake with a wrong token";
    /// The handshake as the provider does it.
    HandshakeRight = "handshake_right", "the provider's handshake";
    /// Somebody opens the URL.
    Get = "get", "a GET request";
    /// The body without a signature, without TLS.
    Plain = "plain", "a body without a signature, over http://";
    /// Signed rightly, too long ago.
    Stale = "stale", "an event that was signed too long ago";
    /// Changed after it was signed.
    Tampered = "tampered", "an event that was changed after it was signed";
    /// Written differently after it was signed.
    Reserialised = "reserialised", "an event whose JSON was written anew after it was signed";
}

impl Attempt {
    /// True where a sound endpoint refuses it.
    pub fn is_refusal(self) -> bool {
        self != Self::HandshakeRight
    }

    /// True where it takes the secret to try it.
    pub fn needs_secret(self) -> bool {
        matches!(self, Self::Stale | Self::Tampered | Self::Reserialised)
    }

    /// True for what carries a signature that does not fit, rather than none.
    pub fn is_forged(self) -> bool {
        use Attempt::{
            EmptySignature, GarbledSignature, HandshakeWrong, LongSignature, TestSecret, WrongKey,
        };
        matches!(
            self,
            EmptySignature | GarbledSignature | LongSignature | WrongKey | TestSecret | HandshakeWrong
        )
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Attempt {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = Self::ALL.iter().find(|attempt| attempt.name() == name);
        known.copied().ok_or_else(|| format!("`{name}` is no attempt"))
    }
}

#[cfg(test)]
mod tests {
    use super::Attempt;

    #[test]
    fn names_lead_back_to_their_attempt() {
        for attempt in Attempt::ALL {
            assert_eq!(attempt.name().parse(), Ok(*attempt));
        }
        assert!("nothing".parse::<Attempt>().is_err());
    }

    #[test]
    fn what_is_forged_must_be_refused() {
        assert!(
            Attempt::ALL.iter().filter(|attempt| attempt.is_forged()).all(|attempt| attempt.is_refusal())
        );
    }
}
