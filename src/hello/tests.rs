use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const ALL: [Offer; 14] = [
    Offer::Ssl3,
    Offer::Tls10,
    Offer::Tls11,
    Offer::Modern,
    Offer::Cbc,
    Offer::Dhe,
    Offer::StaticRsa,
    Offer::Broken,
    Offer::TripleDes,
    Offer::Rc4,
    Offer::Des,
    Offer::Export,
    Offer::Anonymous,
    Offer::Null,
];

fn record(kind: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("a record").to_be_bytes();
    [&[kind, 3, 1], &length[..], content].concat()
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind], &u32::try_from(body.len()).expect("a message").to_be_bytes()[1..], body].concat()
}

fn server_hello(version: u16, suite: u16, extensions: &[u8]) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    body.extend([7; 32]);
    body.extend([2, 1, 2]);
    body.extend(suite.to_be_bytes());
    body.push(0);
    body.extend(extensions);
    message(2, &body)
}

fn certificates(chain: &[&[u8]]) -> Vec<u8> {
    let long =
        |bytes: &[u8]| [&u32::try_from(bytes.len()).expect("a length").to_be_bytes()[1..], bytes].concat();
    let all: Vec<u8> = chain.iter().flat_map(|der| long(der)).collect();
    message(11, &long(&all))
}

/// What comes of bytes that arrive in pieces of this size.
fn read(offer: Offer, bytes: &[u8], piece: usize) -> Answer {
    let mut reader = Reader::new(offer);
    bytes.chunks(piece.max(1)).find_map(|piece| reader.take(piece)).unwrap_or_else(|| reader.end())
}

fn chose(version: u16, suite: u16, chain: &[&[u8]]) -> Answer {
    let chain = chain.iter().map(|der| der.to_vec()).collect();
    Answer { outcome: Outcome::Chose { version, suite }, chain }
}

fn outcome(bytes: &[u8]) -> Outcome {
    read(Offer::Tls10, bytes, usize::MAX).outcome
}

#[test]
fn sslv3_has_its_own_record_and_no_extensions() {
    let hello = client_hello(Offer::Ssl3, "shop.test", &[9; 32]);
    assert_eq!((&hello[..3], &hello[9..11]), (&[22, 3, 0][..], &[3, 0][..]));
    // Behind the suites there are only the compression methods.
    let suites = usize::from(u16::from_be_bytes([hello[44], hello[45]]));
    assert_eq!(hello[46 + suites..], [1, 0]);
    assert!(!hello.windows(9).any(|window| window == b"shop.test"));
    let curves = Offer::Ssl3.suites().into_iter().filter(|suite| suite.name.contains("ECDH"));
    assert_eq!(curves.count(), 0);
}

/// The extensions of a hello: their numbers and lengths.
fn extensions(hello: &[u8]) -> Vec<(u16, usize)> {
    let word = |at: usize| u16::from_be_bytes([hello[at], hello[at + 1]]);
    let mut at = 46 + usize::from(word(44)) + 2;
    assert_eq!(hello.len(), at + 2 + usize::from(word(at)), "the extensions end the hello");
    at += 2;
    let mut found = Vec::new();
    while at < hello.len() {
        let length = usize::from(word(at + 2));
        found.push((word(at), length));
        at += 4 + length;
    }
    found
}

#[test]
fn later_versions_name_the_host_and_only_tls_1_2_says_what_may_sign() {
    for offer in ALL.into_iter().filter(|offer| *offer != Offer::Ssl3) {
        let hello = client_hello(offer, "shop.test", &[9; 32]);
        assert_eq!(&hello[..3], [22, 3, 1], "{offer:?}");
        assert_eq!(u16::from_be_bytes([hello[9], hello[10]]), offer.version().code());
        assert_eq!(usize::from(u16::from_be_bytes([hello[3], hello[4]])), hello.len() - 5);
        let kinds: Vec<u16> = extensions(&hello).into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(kinds.contains(&13), offer.version() == Version::Tls12, "{offer:?}: {kinds:?}");
        assert_eq!(kinds[..4], [0, 10, 11, 23]);
        assert!(hello.windows(9).any(|window| window == b"shop.test"));
    }
}

#[test]
fn no_hello_has_a_size_at_which_load_balancers_hang() {
    for offer in ALL {
        for length in 1..250 {
            let size = client_hello(offer, &"x".repeat(length), &[9; 32]).len() - 5;
            assert!(!(256..512).contains(&size), "{offer:?} with a name of {length}: {size}");
        }
    }
}

#[test]
fn suites_are_offered_once_and_old_versions_offer_only_what_they_know() {
    for offer in ALL {
        let suites = offer.suites();
        let codes: BTreeSet<u16> = suites.iter().map(|suite| suite.code).collect();
        assert_eq!(codes.len(), suites.len(), "{offer:?}");
        // Some old servers give up on longer lists.
        assert!((3..64).contains(&suites.len()), "{offer:?}: {}", suites.len());
        if Offer::LEGACY.contains(&offer) {
            assert!(!suites.iter().any(|suite| suite.name.contains("SHA256") || suite.name.contains("GCM")));
        }
    }
    let broken: usize = Offer::BROKEN.iter().map(|family| family.suites().len()).sum();
    assert_eq!(Offer::Broken.suites().len(), broken);
}

#[test]
fn suites_are_as_weak_as_their_family() {
    let families = [
        (Offer::Null, Weakness::Null),
        (Offer::Anonymous, Weakness::Anonymous),
        (Offer::Export, Weakness::Export),
        (Offer::Des, Weakness::Des),
        (Offer::Rc4, Weakness::Rc4),
        (Offer::TripleDes, Weakness::TripleDes),
        (Offer::StaticRsa, Weakness::NoForwardSecrecy),
        (Offer::Dhe, Weakness::Dhe),
        (Offer::Cbc, Weakness::Cbc),
    ];
    for (offer, weakness) in families {
        for suite in offer.suites() {
            assert_eq!(Weakness::of(suite.name), Some(weakness), "{}", suite.name);
        }
    }
    assert!(Offer::Modern.suites().iter().all(|suite| Weakness::of(suite.name).is_none()));
}

/// What the TLS library speaks of TLS 1.2 is what is asked for as modern: where one succeeds, so does
/// the other.
#[test]
fn modern_is_what_the_library_speaks() {
    let provider = rustls::crypto::ring::default_provider();
    let spoken = provider.cipher_suites.iter().filter_map(|suite| match suite {
        rustls::SupportedCipherSuite::Tls12(suite) => Some(u16::from(suite.common.suite)),
        rustls::SupportedCipherSuite::Tls13(_) => None,
    });
    let modern = Offer::Modern.suites().into_iter().map(|suite| suite.code);
    assert_eq!(spoken.collect::<BTreeSet<u16>>(), modern.collect());
}

#[test]
fn a_choice_and_the_certificates_behind_it_are_read() {
    let bytes = [
        record(22, &[server_hello(0x0301, 0x002f, &[]), certificates(&[b"leaf", b"issuer"])].concat()),
        record(22, &message(14, &[])),
    ];
    for piece in [1, 2, 5, 7, 1000] {
        let answer = read(Offer::Tls10, &bytes.concat(), piece);
        assert_eq!(answer, chose(0x0301, 0x002f, &[b"leaf", b"issuer"]), "in pieces of {piece}");
    }
}

#[test]
fn messages_may_be_cut_into_records_of_one_byte() {
    let messages = [server_hello(0x0303, 0x003c, &[]), message(22, b"staple"), certificates(&[&[5; 900]])];
    let bytes: Vec<u8> = messages.concat().chunks(1).flat_map(|byte| record(22, byte)).collect();
    assert_eq!(read(Offer::StaticRsa, &bytes, 3), chose(0x0303, 0x003c, &[&[5; 900]]));
}

#[test]
fn anonymous_servers_send_no_certificate_and_others_may_not_either() {
    let bytes = record(22, &server_hello(0x0303, 0x0034, &[]));
    let mut reader = Reader::new(Offer::Anonymous);
    assert_eq!(reader.take(&bytes), Some(chose(0x0303, 0x0034, &[])));
    let bytes = [server_hello(0x0303, 0x003c, &[]), message(14, &[])].concat();
    let mut reader = Reader::new(Offer::StaticRsa);
    assert_eq!(reader.take(&record(22, &bytes)), Some(chose(0x0303, 0x003c, &[])));
}

#[test]
fn a_choice_stands_where_the_certificates_are_cut_or_too_large() {
    let hello = record(22, &server_hello(0x0303, 0x003c, &[]));
    assert_eq!(read(Offer::StaticRsa, &hello, 9), chose(0x0303, 0x003c, &[]));
    let endless = record(22, &[&message(11, &[0; 8])[..], &[1; 16_000]].concat());
    let mut huge = record(22, &[11, 0xa0, 0, 0]);
    huge.extend(std::iter::repeat_n(endless, 20).flatten());
    assert_eq!(read(Offer::StaticRsa, &[hello, huge].concat(), 4096), chose(0x0303, 0x003c, &[]));
}

#[test]
fn the_curves_of_weak_keys_are_offered_last() {
    let groups = [0, 10, 0, 14, 0, 12, 0, 29, 0, 23, 0, 24, 0, 25, 0, 21, 0, 19];
    let hello = client_hello(Offer::Modern, "shop.test", &[1; 32]);
    assert!(hello.windows(groups.len()).any(|window| window == groups), "{hello:?}");
}

#[test]
fn a_choice_in_an_extension_is_the_choice() {
    let extensions = [0, 14, 0, 51, 0, 4, 0, 29, 0, 0, 0, 43, 0, 2, 3, 4];
    let bytes = record(22, &server_hello(0x0303, 0x1301, &extensions));
    assert_eq!(outcome(&bytes), Outcome::Chose { version: 0x0304, suite: 0x1301 });
}

#[test]
fn alerts_end_it_and_warnings_do_not() {
    assert_eq!(outcome(&record(21, &[2, 70])), Outcome::Alert(70));
    assert_eq!(outcome(&record(21, &[1, 0])), Outcome::Closed);
    let warned = [record(21, &[1, 112]), record(22, &server_hello(0x0301, 0x002f, &[]))].concat();
    assert_eq!(outcome(&warned), Outcome::Chose { version: 0x0301, suite: 0x002f });
    let broken = [record(22, &server_hello(0x0301, 0x002f, &[])), record(21, &[2, 80])].concat();
    assert_eq!(outcome(&broken), Outcome::Alert(80));
}

#[test]
fn what_is_not_tls_is_told_apart() {
    assert_eq!(outcome(b"HTTP/1.1 400 Bad Request\r\n\r\n"), Outcome::Strange(Stranger::Http));
    assert_eq!(outcome(b"SSH-2.0-OpenSSH_9.2\r\n"), Outcome::Strange(Stranger::Ssh));
    assert_eq!(outcome(b"SSH-"), Outcome::Strange(Stranger::Ssh));
    assert_eq!(outcome(b"220 mail.shop.test ESMTP\r\n"), Outcome::Strange(Stranger::Unknown));
    assert_eq!(outcome(&[0xff; 40]), Outcome::Strange(Stranger::Unknown));
    assert_eq!(outcome(&record(23, b"data")), Outcome::Strange(Stranger::Unknown));
    assert_eq!(outcome(&record(22, &message(14, &[]))), Outcome::Strange(Stranger::Unknown));
    assert_eq!(outcome(&record(22, &message(2, &[3, 3]))), Outcome::Strange(Stranger::Unknown));
    assert_eq!(outcome(b"no"), Outcome::Strange(Stranger::Unknown));
    for cut in [&[][..], &[22, 3], &record(22, &[2, 0, 0])] {
        assert_eq!(outcome(cut), Outcome::Closed, "{cut:?}");
    }
}

fn offer() -> impl Strategy<Value = Offer> {
    prop::sample::select(ALL.to_vec())
}

/// Bytes that look like an answer, and may break anywhere.
fn answers() -> impl Strategy<Value = Vec<u8>> {
    let some = prop::collection::vec(any::<u8>(), 0..80);
    let piece = prop_oneof![
        some.clone().prop_map(|bytes| record(22, &bytes)),
        some.clone().prop_map(|bytes| record(22, &message(11, &bytes))),
        some.clone().prop_map(|bytes| record(22, &certificates(&[&bytes, b"issuer"]))),
        (any::<u8>(), some.clone()).prop_map(|(kind, bytes)| record(22, &message(kind, &bytes))),
        (any::<u16>(), some.clone())
            .prop_map(|(suite, bytes)| record(22, &server_hello(0x0303, suite, &bytes))),
        (any::<u8>(), any::<u8>()).prop_map(|(level, number)| record(21, &[level, number])),
        some,
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn the_pieces_make_no_difference(offer in offer(), bytes in answers(), piece in 1_usize..60) {
        let whole = read(offer, &bytes, usize::MAX);
        prop_assert_eq!(read(offer, &bytes, piece), whole.clone());
        prop_assert_eq!(read(offer, &bytes, 1), whole);
    }

    #[test]
    fn no_bytes_make_it_panic(offer in offer(), bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(offer, &bytes, 50);
    }

    #[test]
    fn every_name_can_be_asked_for(offer in offer(), host in ".{0,250}") {
        let hello = client_hello(offer, &host, &[1; 32]);
        prop_assert_eq!(usize::from(u16::from_be_bytes([hello[3], hello[4]])), hello.len() - 5);
    }
}
