//! Where records stand in each other's way: what is compared and changed together.

use crate::mail::{bimi, dmarc, mta_sts, spf, tls_rpt};

/// Records that are compared and changed together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slot {
    /// The addresses or the alias of a name.
    Addresses(String),
    /// The key of a DKIM selector, or the alias that leads to it.
    Selector(String),
    /// The one text of a name that a standard reads.
    Policy(String, Family),
    /// The other texts of a name, which have nothing to do with each other.
    Texts(String),
    /// The records of a name and any other type.
    Others(String, String),
}

/// Texts of which a name has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    Spf,
    Dmarc,
    MtaSts,
    TlsRpt,
    Bimi,
}

impl Family {
    /// The standard that reads a text at a name. A broken record of it counts: it is what must be mended.
    fn of(name: &str, text: &str) -> Option<Self> {
        let first = name.split('.').next().unwrap_or_default();
        match first {
            "_dmarc" if dmarc::is_record(text) || dmarc::resembles_record(text).is_some() => {
                Some(Self::Dmarc)
            }
            "_mta-sts" if mta_sts::is_record(text) || mta_sts::resembles_record(text) => Some(Self::MtaSts),
            "_smtp" if tls_rpt::is_record(text) || tls_rpt::resembles_record(text) => Some(Self::TlsRpt),
            _ if name.contains("._bimi.") && (bimi::is_record(text) || bimi::resembles_record(text)) => {
                Some(Self::Bimi)
            }
            _ if spf::is_record(text) => Some(Self::Spf),
            _ => None,
        }
    }
}

impl Slot {
    /// Where a record of this name and type stands. `text` is that of a TXT.
    pub(super) fn of(name: &str, kind: &str, text: &str) -> Self {
        let name = || name.to_owned();
        match kind {
            "TXT" | "CNAME" | "A" | "AAAA" if name().contains("._domainkey.") => Self::Selector(name()),
            "A" | "AAAA" | "CNAME" => Self::Addresses(name()),
            "TXT" => Family::of(&name(), text)
                .map_or_else(|| Self::Texts(name()), |family| Self::Policy(name(), family)),
            _ => Self::Others(name(), kind.to_owned()),
        }
    }

    /// True where a record that nobody asked for changes what the wanted ones mean: two addresses are
    /// visited in turn, two SPF records are an error. Texts, authorities and keys stand side by side.
    pub(super) fn is_exclusive(&self) -> bool {
        match self {
            Self::Texts(_) => false,
            Self::Others(_, kind) => !["CAA", "DS", "TLSA", "SSHFP"].contains(&kind.as_str()),
            Self::Addresses(_) | Self::Selector(_) | Self::Policy(..) => true,
        }
    }

    /// True where two are worse than none.
    pub(super) fn is_single(&self) -> bool {
        matches!(self, Self::Selector(_) | Self::Policy(..))
    }

    /// The name.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Addresses(name)
            | Self::Selector(name)
            | Self::Policy(name, _)
            | Self::Texts(name)
            | Self::Others(name, _) => name,
        }
    }
}

/// True where records of these types cannot stand at one name: an alias stands alone (RFC 1034 section
/// 3.6.2; the API's codes 81053 and 81054).
pub(super) fn exclude_each_other(one: &str, other: &str) -> bool {
    one != other && [one, other].contains(&"CNAME")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_stand_where_they_are_in_each_others_way() {
        let name = || "shop.test".to_owned();
        assert_eq!(Slot::of("shop.test", "AAAA", ""), Slot::Addresses(name()));
        assert_eq!(Slot::of("shop.test", "TXT", "v=spf1 -all"), Slot::Policy(name(), Family::Spf));
        assert_eq!(Slot::of("shop.test", "TXT", "v=DMARC1; p=none"), Slot::Texts(name()));
        assert_eq!(Slot::of("shop.test", "MX", ""), Slot::Others(name(), "MX".into()));
        let dmarc = Slot::of("_dmarc.shop.test", "TXT", "v=DMARC1; p=none");
        assert_eq!(dmarc, Slot::Policy("_dmarc.shop.test".into(), Family::Dmarc));
        let selector = Slot::Selector("s1._domainkey.shop.test".into());
        for kind in ["TXT", "CNAME"] {
            assert_eq!(Slot::of("s1._domainkey.shop.test", kind, "p=x"), selector);
        }
        assert!(!Slot::of("shop.test", "CAA", "").is_exclusive());
        assert!(exclude_each_other("CNAME", "A") && !exclude_each_other("A", "AAAA"));
    }
}
