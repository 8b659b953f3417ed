//! The kinds of certificates that the lab issues.

/// How long a certificate is valid in all, in days.
const LIFETIME: i64 = 90;

/// What a server's certificate is like. `Cert::good()`, changed by what follows it.
#[derive(Clone, Debug)]
pub struct Cert {
    names: Option<Vec<String>>,
    wildcard: bool,
    pub(super) begins: i64,
    pub(super) ends: i64,
    pub(super) signer: Signer,
    pub(super) chain: Chain,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signer {
    Intermediate,
    Itself,
    Stranger,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chain {
    Whole,
    LeafOnly,
    LeafWithAia,
}

impl Cert {
    /// For the host's own name, valid since 30 days and for 60 more, sent with its intermediate.
    pub fn good() -> Self {
        Self {
            names: None,
            wildcard: false,
            begins: -30,
            ends: 60,
            signer: Signer::Intermediate,
            chain: Chain::Whole,
        }
    }

    /// For these names instead of the host's; a name with `*.` is a wildcard.
    pub fn names<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.names = Some(names.into_iter().map(str::to_owned).collect());
        self
    }

    /// For a name that is not the host's.
    pub fn other_name(self) -> Self {
        self.names(["other.invalid"])
    }

    /// For every name beside the host's: `*.shop.test` for `www.shop.test`.
    pub fn wildcard(mut self) -> Self {
        self.wildcard = true;
        self
    }

    /// Ended so many days ago.
    pub fn expired(self, days: i64) -> Self {
        self.expiring(-days)
    }

    /// Ends in so many days.
    pub fn expiring(mut self, days: i64) -> Self {
        (self.begins, self.ends) = (days - LIFETIME, days);
        self
    }

    /// Begins in so many days.
    pub fn not_yet_valid(mut self, days: i64) -> Self {
        (self.begins, self.ends) = (days, days + LIFETIME);
        self
    }

    /// Signed by its own key.
    pub fn self_signed(mut self) -> Self {
        (self.signer, self.chain) = (Signer::Itself, Chain::LeafOnly);
        self
    }

    /// From a whole chain whose root nobody trusts.
    pub fn untrusted(mut self) -> Self {
        self.signer = Signer::Stranger;
        self
    }

    /// Sent without its intermediate.
    pub fn incomplete(mut self) -> Self {
        self.chain = Chain::LeafOnly;
        self
    }

    /// Sent without its intermediate, but saying where that is: the lab serves it there.
    pub fn incomplete_with_aia(mut self) -> Self {
        self.chain = Chain::LeafWithAia;
        self
    }

    /// Whether clients are told to fetch the intermediate.
    pub fn uses_aia(&self) -> bool {
        self.chain == Chain::LeafWithAia
    }

    /// The names it is for when that host sends it.
    pub(super) fn names_for(&self, host: &str) -> Vec<String> {
        let beside = || host.split_once('.').map_or(host.to_owned(), |(_, parent)| format!("*.{parent}"));
        match &self.names {
            Some(names) => names.clone(),
            None if self.wildcard => vec![beside()],
            None => vec![host.to_owned()],
        }
    }
}
