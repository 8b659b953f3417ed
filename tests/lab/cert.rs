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
    /// What is odd about it.
    pub(super) oddity: Option<Oddity>,
    /// When the intermediate ends, in days.
    pub(super) intermediate_ends: Option<i64>,
    pub(super) staple: Option<Staple>,
    /// Whether the authority's list has it, where it names one.
    pub(super) listed: Option<bool>,
    pub(super) client: Client,
}

/// What is odd about a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// Its key is RSA with 1024 bits.
    WeakKey,
    /// Its signature claims to be over SHA-1.
    WeakSignature,
    /// It has no names but its common name.
    CommonNameOnly,
    /// It is an authority's (CA:TRUE).
    Authority,
    /// It is for clients.
    ForClients,
    /// It has a critical extension that nobody knows.
    UnknownExtension,
    /// It must not come without a staple.
    MustStaple,
}

/// What the authority says in an OCSP response that comes along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Staple {
    /// All is well.
    Good,
    /// It is revoked.
    Revoked,
    /// It is revoked, says somebody else.
    Forged,
}

/// Whether the server wants a certificate of the client's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// No.
    Unasked,
    /// It asks, and goes on without.
    Asked,
    /// It ends the connection without.
    Required,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signer {
    Intermediate,
    Itself,
    Stranger,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chain {
    /// The certificate and its intermediate.
    Whole,
    /// The certificate alone.
    LeafOnly,
    /// The same, but it says where its issuer is to be had.
    LeafWithAia,
    /// The root behind the intermediate.
    WithRoot,
    /// The root before the intermediate.
    RootFirst,
    /// The intermediate before the certificate.
    Reversed,
    /// The intermediate twice.
    Twice,
    /// A stranger's intermediate behind its own.
    WithStranger,
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
            oddity: None,
            intermediate_ends: None,
            staple: None,
            listed: None,
            client: Client::Unasked,
        }
    }

    /// With something odd about it.
    pub fn odd(mut self, oddity: Oddity) -> Self {
        self.oddity = Some(oddity);
        self
    }

    /// Ends so many days after it began, 30 days ago.
    pub fn lasting(mut self, days: i64) -> Self {
        self.ends = self.begins + days;
        self
    }

    /// Valid from then to then, in days from now.
    pub fn valid(mut self, begins: i64, ends: i64) -> Self {
        (self.begins, self.ends) = (begins, ends);
        self
    }

    /// Sent with an intermediate that ends in so many days.
    pub fn intermediate_ends(mut self, days: i64) -> Self {
        self.intermediate_ends = Some(days);
        self
    }

    /// Sent in another way than its own order.
    pub fn sent(mut self, chain: Chain) -> Self {
        self.chain = chain;
        self
    }

    /// Sent with an OCSP response.
    pub fn stapled(mut self, staple: Staple) -> Self {
        self.staple = Some(staple);
        self
    }

    /// Names the authority's revocation list, which has it or not.
    pub fn listed(mut self, revoked: bool) -> Self {
        self.listed = Some(revoked);
        self
    }

    /// Shown by a server that wants a certificate of the client's.
    pub fn wants_client(mut self, client: Client) -> Self {
        self.client = client;
        self
    }

    /// True where it names the authority's revocation list.
    pub fn names_list(&self) -> bool {
        self.listed.is_some()
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
