//! How a zone is signed: well, or in one of the ways in which that goes wrong.

use hickory_proto::rr::RecordType;

use super::zone::Zone;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// What the parent says of a signed zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parent {
    Right,
    OtherKey,
    Nothing,
}

/// What the zone itself does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Made {
    Well,
    /// With a wrong byte in every signature but that over the keys.
    Spoiled,
    Not,
}

/// How a zone is signed, and what a validating resolver makes of it.
#[derive(Clone, Debug)]
pub struct Signing {
    /// Seconds from the lab's time.
    pub(super) from: i64,
    pub(super) until: i64,
    pub(super) parent: Parent,
    pub(super) made: Made,
    pub(super) anchored: bool,
    pub(super) noticed: bool,
}

impl Signing {
    /// Signed a week ago for three weeks, with a DS at the parent; the resolver vouches.
    pub fn good() -> Self {
        Self {
            from: -7 * DAY,
            until: 14 * DAY,
            parent: Parent::Right,
            made: Made::Well,
            anchored: false,
            noticed: true,
        }
    }

    /// The signatures ended so many days ago.
    pub fn expired(days: i64) -> Self {
        Self { from: -(days + 14) * DAY, until: -days * DAY, ..Self::good() }
    }

    /// The signatures end in so many hours, after two weeks.
    pub fn ends_in(hours: i64) -> Self {
        Self { from: hours * HOUR - 14 * DAY, until: hours * HOUR, ..Self::good() }
    }

    /// Signed a day ago for two days, as by a server that signs each answer.
    pub fn online() -> Self {
        Self { from: -25 * HOUR, until: 25 * HOUR, ..Self::good() }
    }

    /// The DS names a key that the zone has not.
    pub fn wrong_ds() -> Self {
        Self { parent: Parent::OtherKey, ..Self::good() }
    }

    /// A DS at the parent, and nothing signed.
    pub fn orphan_ds() -> Self {
        Self { made: Made::Not, ..Self::good() }
    }

    /// Signed, but the parent says nothing.
    pub fn without_ds() -> Self {
        Self { parent: Parent::Nothing, ..Self::good() }
    }

    /// A byte of every signature but that over the keys is another one.
    pub fn broken_signatures() -> Self {
        Self { made: Made::Spoiled, ..Self::good() }
    }

    /// Its key is a trust anchor of the product.
    pub fn anchored(self) -> Self {
        Self { anchored: true, ..self }
    }

    /// The resolver does not validate: it neither vouches nor refuses.
    pub fn unnoticed(self) -> Self {
        Self { noticed: false, ..self }
    }

    pub(super) fn is_bogus(&self) -> bool {
        let broken = self.until < 0 || self.made != Made::Well;
        self.noticed && self.parent != Parent::Nothing && (broken || self.parent == Parent::OtherKey)
    }
}

impl Zone {
    /// Signs the zone when the world starts.
    pub fn sign(&mut self, signing: Signing) -> &mut Self {
        self.signing = Some(signing);
        self
    }

    /// A byte of the signature over one set of records is another one; a resolver that validates
    /// refuses that set alone.
    pub fn spoil(&mut self, name: &str, kind: &str) -> &mut Self {
        let owner = self.whole(name);
        self.spoiled.push((owner, kind.parse().expect("a record type")));
        self
    }

    /// True where a validating resolver refuses that set although the zone is well.
    pub(super) fn is_refused(&self, owner: &str, kind: RecordType) -> bool {
        let noticed = self.signing.as_ref().is_some_and(|signing| signing.noticed);
        noticed && self.spoils(owner, kind)
    }

    pub(super) fn spoils(&self, owner: &str, kind: RecordType) -> bool {
        self.spoiled.iter().any(|(name, of)| name == owner && *of == kind)
    }
}
