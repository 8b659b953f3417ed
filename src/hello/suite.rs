//! The suites that are asked for, by their names at IANA (the registry "TLS Cipher Suites").

use super::{Offer, Version};

/// A cipher suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suite {
    /// As it stands on the wire.
    pub code: u16,
    /// As IANA calls it.
    pub name: &'static str,
}

/// What makes a suite one to refuse, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weakness {
    /// Nothing is encrypted.
    Null,
    /// The server shows no certificate.
    Anonymous,
    /// Keys were made short for export in the 1990s.
    Export,
    /// Keys of 56 bits.
    Des,
    /// Its output gives the text away (RFC 7465).
    Rc4,
    /// Blocks of 64 bits (Sweet32).
    TripleDes,
    /// Whoever has the certificate's key later reads what was recorded.
    NoForwardSecrecy,
    /// Browsers no longer speak it.
    Dhe,
    /// Encryption that is authenticated in the wrong order.
    Cbc,
}

impl Weakness {
    /// That of a suite by its name; `None` for those of today.
    pub fn of(name: &str) -> Option<Self> {
        let signs: [(&str, Self); 9] = [
            ("_anon_", Self::Anonymous),
            ("_EXPORT_", Self::Export),
            ("_NULL_", Self::Null),
            ("_RC4_", Self::Rc4),
            ("_3DES_", Self::TripleDes),
            ("_DES_", Self::Des),
            ("TLS_RSA_", Self::NoForwardSecrecy),
            ("TLS_DHE_", Self::Dhe),
            ("_CBC_", Self::Cbc),
        ];
        signs.into_iter().find(|(sign, _)| name.contains(sign)).map(|(_, weakness)| weakness)
    }
}

/// The suites of an offer.
pub(super) fn offered(offer: Offer) -> Vec<Suite> {
    let families: &[&[Suite]] = match offer {
        Offer::Ssl3 | Offer::Tls10 | Offer::Tls11 => return old(offer.version()),
        Offer::Modern => &[MODERN],
        Offer::Cbc => &[CBC],
        Offer::Dhe => &[DHE],
        Offer::StaticRsa => &[STATIC_RSA],
        Offer::Broken => &[TRIPLE_DES, RC4, DES, EXPORT, ANONYMOUS, NULL],
        Offer::TripleDes => &[TRIPLE_DES],
        Offer::Rc4 => &[RC4],
        Offer::Des => &[DES],
        Offer::Export => &[EXPORT],
        Offer::Anonymous => &[ANONYMOUS],
        Offer::Null => &[NULL],
    };
    families.concat()
}

/// Every suite that versions before TLS 1.2 know: those with SHA-2 or authenticated encryption came
/// with it. SSLv3 has no way to agree on a curve.
fn old(version: Version) -> Vec<Suite> {
    let all = [CBC, DHE, STATIC_RSA, TRIPLE_DES, RC4, DES, EXPORT, ANONYMOUS, NULL].concat();
    let is_old = |suite: &Suite| suite.name.ends_with("_SHA") || suite.name.ends_with("_MD5");
    let has_curve = |suite: &Suite| suite.name.contains("_ECDH");
    all.into_iter().filter(|suite| is_old(suite) && (version > Version::Ssl3 || !has_curve(suite))).collect()
}

const fn suite(code: u16, name: &'static str) -> Suite {
    Suite { code, name }
}

const MODERN: &[Suite] = &[
    suite(0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
    suite(0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    suite(0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
    suite(0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
    suite(0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
    suite(0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
];

const CBC: &[Suite] = &[
    suite(0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
    suite(0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"),
    suite(0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
    suite(0xc00a, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"),
    suite(0xc027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"),
    suite(0xc028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"),
    suite(0xc023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"),
    suite(0xc024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"),
    suite(0xc076, "TLS_ECDHE_RSA_WITH_CAMELLIA_128_CBC_SHA256"),
    suite(0xc077, "TLS_ECDHE_RSA_WITH_CAMELLIA_256_CBC_SHA384"),
    suite(0xc072, "TLS_ECDHE_ECDSA_WITH_CAMELLIA_128_CBC_SHA256"),
    suite(0xc073, "TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_CBC_SHA384"),
];

const DHE: &[Suite] = &[
    suite(0x009e, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"),
    suite(0x009f, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"),
    suite(0xccaa, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
    suite(0xc09e, "TLS_DHE_RSA_WITH_AES_128_CCM"),
    suite(0xc09f, "TLS_DHE_RSA_WITH_AES_256_CCM"),
    suite(0x00a2, "TLS_DHE_DSS_WITH_AES_128_GCM_SHA256"),
    suite(0x00a3, "TLS_DHE_DSS_WITH_AES_256_GCM_SHA384"),
    suite(0x0067, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256"),
    suite(0x006b, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256"),
    suite(0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"),
    suite(0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA"),
    suite(0x0045, "TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA"),
    suite(0x0088, "TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA"),
    suite(0x0032, "TLS_DHE_DSS_WITH_AES_128_CBC_SHA"),
    suite(0x0038, "TLS_DHE_DSS_WITH_AES_256_CBC_SHA"),
];

const STATIC_RSA: &[Suite] = &[
    suite(0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256"),
    suite(0x009d, "TLS_RSA_WITH_AES_256_GCM_SHA384"),
    suite(0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA"),
    suite(0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA"),
    suite(0x003c, "TLS_RSA_WITH_AES_128_CBC_SHA256"),
    suite(0x003d, "TLS_RSA_WITH_AES_256_CBC_SHA256"),
    suite(0xc09c, "TLS_RSA_WITH_AES_128_CCM"),
    suite(0xc09d, "TLS_RSA_WITH_AES_256_CCM"),
    suite(0x0041, "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA"),
    suite(0x0084, "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA"),
    suite(0x00ba, "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA256"),
    suite(0x00c0, "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA256"),
    suite(0x0096, "TLS_RSA_WITH_SEED_CBC_SHA"),
    suite(0x0007, "TLS_RSA_WITH_IDEA_CBC_SHA"),
];

const TRIPLE_DES: &[Suite] = &[
    suite(0xc012, "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA"),
    suite(0xc008, "TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA"),
    suite(0x0016, "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA"),
    suite(0x0013, "TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA"),
    suite(0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
];

const RC4: &[Suite] = &[
    suite(0xc011, "TLS_ECDHE_RSA_WITH_RC4_128_SHA"),
    suite(0xc007, "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA"),
    suite(0x0005, "TLS_RSA_WITH_RC4_128_SHA"),
    suite(0x0004, "TLS_RSA_WITH_RC4_128_MD5"),
];

const DES: &[Suite] = &[
    suite(0x0015, "TLS_DHE_RSA_WITH_DES_CBC_SHA"),
    suite(0x0012, "TLS_DHE_DSS_WITH_DES_CBC_SHA"),
    suite(0x0009, "TLS_RSA_WITH_DES_CBC_SHA"),
];

const EXPORT: &[Suite] = &[
    suite(0x0014, "TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA"),
    suite(0x0011, "TLS_DHE_DSS_EXPORT_WITH_DES40_CBC_SHA"),
    suite(0x0008, "TLS_RSA_EXPORT_WITH_DES40_CBC_SHA"),
    suite(0x0006, "TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5"),
    suite(0x0003, "TLS_RSA_EXPORT_WITH_RC4_40_MD5"),
];

const ANONYMOUS: &[Suite] = &[
    suite(0x00a7, "TLS_DH_anon_WITH_AES_256_GCM_SHA384"),
    suite(0x00a6, "TLS_DH_anon_WITH_AES_128_GCM_SHA256"),
    suite(0xc019, "TLS_ECDH_anon_WITH_AES_256_CBC_SHA"),
    suite(0xc018, "TLS_ECDH_anon_WITH_AES_128_CBC_SHA"),
    suite(0x006d, "TLS_DH_anon_WITH_AES_256_CBC_SHA256"),
    suite(0x006c, "TLS_DH_anon_WITH_AES_128_CBC_SHA256"),
    suite(0x003a, "TLS_DH_anon_WITH_AES_256_CBC_SHA"),
    suite(0x0034, "TLS_DH_anon_WITH_AES_128_CBC_SHA"),
    suite(0xc017, "TLS_ECDH_anon_WITH_3DES_EDE_CBC_SHA"),
    suite(0x001b, "TLS_DH_anon_WITH_3DES_EDE_CBC_SHA"),
    suite(0xc016, "TLS_ECDH_anon_WITH_RC4_128_SHA"),
    suite(0x0018, "TLS_DH_anon_WITH_RC4_128_MD5"),
    suite(0x001a, "TLS_DH_anon_WITH_DES_CBC_SHA"),
    suite(0x0019, "TLS_DH_anon_EXPORT_WITH_DES40_CBC_SHA"),
    suite(0x0017, "TLS_DH_anon_EXPORT_WITH_RC4_40_MD5"),
    suite(0xc015, "TLS_ECDH_anon_WITH_NULL_SHA"),
];

const NULL: &[Suite] = &[
    suite(0xc010, "TLS_ECDHE_RSA_WITH_NULL_SHA"),
    suite(0xc006, "TLS_ECDHE_ECDSA_WITH_NULL_SHA"),
    suite(0x003b, "TLS_RSA_WITH_NULL_SHA256"),
    suite(0x0002, "TLS_RSA_WITH_NULL_SHA"),
    suite(0x0001, "TLS_RSA_WITH_NULL_MD5"),
];
