//! Records of the standards, and every kind of fault with its place.

use proptest::prelude::*;

use super::*;

/// RFC 6376 appendix C.
const RFC_6376: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB";
/// RFC 8463 appendix A.2.
const RFC_8463: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
/// RFC 8463 appendix A.2, its RSA key.
const RFC_8463_RSA: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB";
/// Made for these tests with OpenSSL.
const RSA: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDTN2qj7b4Y5c/Z1VaI5+YcptuQWKKqXruDBDsYpoeK1HgaPpYU0Z3XOEyJfMyuam7rF+dn1BtrramD6Zz5s/JrXEBNl/Nn6wE3tAgHgZWLXXwyjzgg6uzQizgHJ2wnNJFSX/wEBmT1wiM7Ro3KaOpgvdTPIx+DHBOSOR5qTQOW8wIDAQAB";
const ED25519: &str = "aXlmrfvylsohp48jjLKtjgg9PmJhx1466YagaYVDDo8=";

/// The kind of the first error, and the text at its place.
fn error(text: &str) -> (SyntaxErrorKind, String) {
    let reading = Record::read(text);
    let first = reading.errors.first().unwrap_or_else(|| panic!("no error in {text}")).clone();
    (first.kind, text[first.span].to_owned())
}

fn key(text: &str) -> Key {
    let record = Record::parse(text).unwrap_or_else(|errors| panic!("{text}: {errors:?}"));
    record.key.unwrap_or_else(|| panic!("no key in {text}"))
}

fn bits(text: &str) -> usize {
    let Key::Rsa(key) = key(text) else { panic!("no RSA key in {text}") };
    key.bits()
}

/// An Ed25519 seed stands right behind a header of 16 bytes, in what an error would quote.
#[test]
fn private_keys_are_seen_and_not_quoted_wherever_they_stand() {
    let seed = "MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
    for text in [
        format!("v=DKIM1; k=ed25519; {seed}"),
        format!("v=DKIM1; k=ed25519; {seed}=; p={ED25519}"),
        format!("v=DKIM1; k={seed}; p={ED25519}"),
        format!("v=DKIM1; h=sha1 {seed}; p={RSA}"),
        format!("v=DKIM1; n={seed}; p={RSA}"),
        format!("v=DKIM1; p=MIG\u{1}{seed}"),
    ] {
        assert!(holds_private_key(&text), "{text}");
        for error in Record::read(&text).errors {
            assert!(!error.to_string().contains("MC4CAQ"), "{error}");
        }
    }
    assert!(!holds_private_key(&format!("v=DKIM1; n=a note; p={RSA}")));
}

#[test]
fn the_keys_of_the_standards_are_read_and_known() {
    for (text, standard) in [
        (format!("v=DKIM1; p={RFC_6376}"), "RFC 6376 appendix C"),
        (format!("v=DKIM1; k=ed25519; p={RFC_8463}"), "RFC 8463 appendix A.2"),
        (format!("v=DKIM1; k=rsa; p={RFC_8463_RSA}"), "RFC 8463 appendix A.2"),
    ] {
        assert_eq!(key(&text).sample(), Some(standard), "{text}");
    }
    assert_eq!(key(&format!("p={RSA}")).sample(), None);
    assert_eq!(Record::parse("p=").map(|record| record.key), Ok(Some(Key::Revoked)));
    assert_eq!(Key::Revoked.sample(), None);
}

#[test]
fn sound_records_have_no_errors() {
    let spread = format!("v=DKIM1; p={} \t{}\r\n {}", &RSA[..20], &RSA[20..100], &RSA[100..]);
    for text in [
        format!("p={RSA}"),
        format!(" v = DKIM1 ;k= rsa ; h=sha1 : sha256; s=email:* ; t=y:s; n=a note; p={RSA} ; "),
        format!("v=DKIM1; x_own=1; K9_=z; s=tlsrpt:email; t=x; h=sha256:sha512; p={RSA};"),
        format!("k=rsa; t=; p={RSA}"),
        spread,
    ] {
        assert_eq!(bits(&text), 1024, "{text}");
    }
    let record = Record::parse(&format!("t=y : s;n=hi;p={RSA}")).expect("a record");
    assert!(record.testing && record.strict && record.note.as_deref() == Some("hi"));
    assert_eq!(record.key_type, Some(KeyType::Rsa));
    assert_eq!(record.without_testing(), format!("t=s; n=hi; p={RSA}"));
    let testing = Record::read(&format!("v=DKIM1; t=y; p={RSA};")).record;
    assert_eq!(testing.without_testing(), format!("v=DKIM1; p={RSA}"));
}

/// The bytes of the RSA key within `RSA`, which is wrapped.
fn bare_rsa() -> String {
    // 22 bytes of wrapping, so that the base64 of the rest begins anew at the next multiple of 3.
    let wrapped = decode(RSA);
    encode(&wrapped[22..])
}

const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn decode(text: &str) -> Vec<u8> {
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for digit in text.bytes().filter_map(|byte| DIGITS.iter().position(|digit| *digit == byte)) {
        bits = bits << 6 | u32::try_from(digit).expect("a digit");
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).expect("a byte"));
        }
    }
    bytes
}

fn encode(bytes: &[u8]) -> String {
    let digits = bytes.chunks(3).flat_map(|three| {
        let at = |index: usize| u32::from(three.get(index).copied().unwrap_or_default());
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        let digit = move |shift: u32| DIGITS[usize::try_from(bits >> shift & 63).expect("a digit")];
        let digits = [digit(18), digit(12), digit(6), digit(0)];
        let used = three.len() + 1;
        digits.into_iter().enumerate().map(move |(at, digit)| if at < used { char::from(digit) } else { '=' })
    });
    digits.collect()
}

#[test]
fn a_bare_rsa_key_is_the_same_key() {
    assert_eq!(key(&format!("p={}", bare_rsa())), key(&format!("p={RSA}")));
    let Key::Rsa(rsa) = key(&format!("p={RSA}")) else { panic!("an RSA key") };
    assert_eq!((rsa.exponent(), rsa.modulus().len()), (&[1, 0, 1][..], 128));
    assert_eq!(key(&format!("p={RSA}")).to_string(), "RSA with 1024 bits");
}

#[test]
fn the_algorithm_of_an_rsa_key_has_no_parameters() {
    let wrapped = decode(RSA);
    assert_eq!(wrapped[16..18], [5, 0]);
    for parameters in [[5, 3], [1, 0x40], [4, 0], [0, 0]] {
        let bytes = [&wrapped[..16], &parameters, &wrapped[18..]].concat();
        for kind in ["rsa", "ed25519"] {
            let found = error(&format!("k={kind}; p={}", encode(&bytes))).0;
            assert_eq!(found, SyntaxErrorKind::Parameters, "{parameters:?} {kind}");
        }
    }
    // Without any it is read all the same.
    let absent = [&[0x30, 0x81, wrapped[2] - 2, 0x30, 11][..], &wrapped[5..16], &wrapped[18..]].concat();
    assert_eq!(key(&format!("p={}", encode(&absent))), key(&format!("p={RSA}")));
}

#[test]
fn every_fault_of_the_list_has_its_place() {
    use SyntaxErrorKind as Kind;
    let owned = str::to_owned;
    let good = format!("p={RSA}");
    let cases = [
        (format!("v=DKIM1;; {good}"), Kind::EmptyTag, ";"),
        (format!(" ;{good}"), Kind::EmptyTag, ";"),
        (format!("v=DKIM1; rsa; {good}"), Kind::NoEquals(owned("rsa")), "rsa"),
        (format!("v=DKIM1; 1k=rsa; {good}"), Kind::TagName(owned("1k")), "1k=rsa"),
        (format!("\"v=DKIM1; {good}"), Kind::TagName(owned("\"v")), "\"v=DKIM1"),
        (format!("v=DKIM1; =x; {good}"), Kind::TagName(String::new()), "=x"),
        (format!("{good}; p={ED25519}"), Kind::Duplicate(owned("p")), ""),
        (format!("v=DKIM1; n=schön; {good}"), Kind::Character('ö'), "ö"),
        (format!("v=DKIM2; {good}"), Kind::Version(owned("DKIM2")), "DKIM2"),
        (format!("v=dkim1; {good}"), Kind::Version(owned("dkim1")), "dkim1"),
        (format!("v=; {good}"), Kind::Version(String::new()), ""),
        (format!("k=rsa; v=DKIM1; {good}"), Kind::VersionNotFirst, "v=DKIM1"),
        (format!("k=RSA; {good}"), Kind::KeyType(owned("RSA")), "RSA"),
        (format!("k=dsa; {good}"), Kind::KeyType(owned("dsa")), "dsa"),
        (format!("h=sha1; {good}"), Kind::Sha1Only, "sha1"),
        (format!("h=SHA256; {good}"), Kind::NoSha256(owned("SHA256")), "SHA256"),
        (format!("h=; {good}"), Kind::NoSha256(String::new()), ""),
        (format!("s=tlsrpt : x; {good}"), Kind::NotForMail(owned("tlsrpt : x")), "tlsrpt : x"),
        (owned("v=DKIM1; k=rsa;"), Kind::NoKey(None), ""),
        (format!("v=DKIM1; P={RSA}"), Kind::NoKey(Some(owned("P"))), ""),
        (format!("v=DKIM1; pubkey={RSA}"), Kind::NoKey(Some(owned("pubkey"))), ""),
        (RSA.to_owned(), Kind::BareKey, RSA),
    ];
    for (text, kind, place) in cases {
        let (found, at) = error(&text);
        assert_eq!(found, kind, "{text}");
        if !place.is_empty() {
            assert_eq!(at, place, "{text}");
        }
    }
}

#[test]
fn every_fault_of_the_key_has_its_place() {
    use SyntaxErrorKind as Kind;
    let private = encode(&[&[0x30, 0x82, 4, 0xa3, 2, 1, 0, 2, 0x82, 1, 1, 0][..], &[7; 80]].concat());
    let private_8 = encode(
        &[&[0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20][..], &[7; 32]].concat(),
    );
    let wrapped =
        encode(&[&[0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0][..], &[7; 32]].concat());
    let curve = encode(
        &[&[0x30, 0x14, 0x30, 9, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1][..], &[3, 7, 0, 4, 1, 1, 1, 1, 1]]
            .concat(),
    );
    let certificate = encode(&[0x30, 9, 0x30, 7, 0xa0, 3, 2, 1, 2, 2, 0]);
    let rsa = |modulus: u8, exponent: u8| encode(&[0x30, 7, 2, 2, 0, modulus, 2, 1, exponent]);
    let sums = RSA.replace('+', " ");
    let cases = [
        ("rsa", format!("-----BEGIN PUBLIC KEY-----{RSA}-----END PUBLIC KEY-----"), Kind::Pem),
        ("rsa", format!("-----BEGIN RSA PRIVATE KEY-----{RSA}"), Kind::PrivateKey),
        ("rsa", format!("-----BEGIN CERTIFICATE-----{RSA}"), Kind::Certificate),
        ("rsa", private.clone(), Kind::PrivateKey),
        ("ed25519", private_8, Kind::PrivateKey),
        ("ed25519", encode(&[9; 64]), Kind::PrivateKey),
        ("rsa", RSA[..100].to_owned(), Kind::Truncated { got: 75, of: 162, at_limit: false }),
        ("rsa", RSA[..103].to_owned(), Kind::Truncated { got: 77, of: 162, at_limit: false }),
        ("rsa", RSA[..101].to_owned(), Kind::Truncated { got: 75, of: 162, at_limit: false }),
        ("rsa", sums, Kind::PlusLost),
        ("rsa", encode(&[&decode(RSA)[..], &[1, 2]].concat()), Kind::Trailing(2)),
        ("rsa", encode(b"hello, world"), Kind::NotAKey(12)),
        ("rsa", certificate, Kind::Certificate),
        ("rsa", curve, Kind::Algorithm("ECDSA")),
        ("rsa", ED25519.to_owned(), Kind::Mismatch { declared: KeyType::Rsa, found: KeyType::Ed25519 }),
        ("rsa", wrapped.clone(), Kind::Mismatch { declared: KeyType::Rsa, found: KeyType::Ed25519 }),
        ("ed25519", RSA.to_owned(), Kind::Mismatch { declared: KeyType::Ed25519, found: KeyType::Rsa }),
        ("ed25519", wrapped, Kind::WrappedEd25519),
        ("ed25519", encode(&[9; 31]), Kind::Ed25519Length(31)),
        ("rsa", rsa(201, 2), Kind::Exponent),
        ("rsa", rsa(201, 1), Kind::Exponent),
        ("rsa", rsa(200, 3), Kind::Modulus),
    ];
    for (kind, value, wanted) in cases {
        let text = format!("v=DKIM1; k={kind}; p={value}");
        let place = match wanted {
            Kind::Truncated { .. } => "",
            Kind::PlusLost => " ",
            _ => &value,
        };
        assert_eq!(error(&text), (wanted, place.to_owned()), "{text}");
    }
    // A private key is told whatever else is wrong, and whatever type is said.
    let dashed = format!("k=dsa; p={}-{}", &private[..60], &private[60..]);
    assert!(Record::read(&dashed).errors.iter().any(|error| error.kind == SyntaxErrorKind::PrivateKey));
    assert!(begins_private_key(&private) && !begins_private_key(RSA) && !begins_private_key(&bare_rsa()));
}

#[test]
fn faults_of_base64_stand_at_their_character() {
    for (value, kind, at) in [
        ("MIGf\"\"MA0G", SyntaxErrorKind::Base64Character('"'), 4),
        ("MIGf_A0G", SyntaxErrorKind::Base64Character('_'), 4),
        ("<key>", SyntaxErrorKind::Base64Character('<'), 0),
        ("aXlm=aXlm", SyntaxErrorKind::BehindPadding, 5),
        ("aXlmr", SyntaxErrorKind::Base64Cut, 5),
        ("aXlmrQ", SyntaxErrorKind::Base64Padding, 6),
    ] {
        let text = format!("k=ed25519; p={value}");
        let first = Record::read(&text).errors.remove(0);
        assert_eq!((first.kind, first.span.start), (kind, 13 + at), "{text}");
    }
    let unpadded = ED25519.trim_end_matches('=');
    assert_eq!(error(&format!("k=ed25519; p={unpadded}")).0, SyntaxErrorKind::Base64Padding);
}

/// What a form leaves that takes no more than one string.
#[test]
fn a_text_cut_at_255_bytes_is_told_so() {
    let long = format!("v=DKIM1; k=rsa; n={}; p={RSA}", "x".repeat(90));
    let cut = &long[..255];
    assert!(matches!(error(cut).0, SyntaxErrorKind::Truncated { at_limit: true, .. }), "{:?}", error(cut));
    assert!(error(cut).0.to_string().ends_with("up to where one string of a TXT record ends"));
}

#[test]
fn reading_goes_on_after_an_error() {
    let text = format!("v=DKIM3;; k=dsa; h=sha1; s=x; t=y; t=s; rsa; p={RSA}");
    let kinds = Record::read(&text).errors.len();
    assert_eq!(kinds, 7, "{:?}", Record::read(&text).errors);
    assert!(Record::parse(&text).is_err_and(|errors| errors.len() == 7));
}

#[test]
fn what_is_only_worth_knowing_is_a_note() {
    let text = format!("v=DKIM1; g=*; T=y; Key=x; x=1; p={RSA}");
    let reading = Record::read(&text);
    assert_eq!(reading.errors, []);
    let lints: Vec<String> = reading.lints.iter().map(|note| note.kind.to_string()).collect();
    assert_eq!(
        lints,
        [
            "`g=` is retired: receivers do not read it (RFC 6376 appendix E)",
            "receivers do not read `T=`: perhaps `t=` is meant",
            "receivers do not read `Key=`: perhaps `p=` is meant"
        ]
    );
    let modulus = [&[0x30, 0x82, 2, 0x8a, 2, 0x82, 2, 0x81, 0][..], &[0xff; 640], &[2, 3, 1, 0, 1]].concat();
    let large = Record::read(&format!("p={}", encode(&modulus)));
    assert_eq!(large.lints[0].kind, LintKind::Large(5120), "{large:?}");
}

#[test]
fn key_records_are_told_from_others() {
    for text in [
        "p=",
        "v=DKIM1",
        "v=DKIM1; k=rsa; pubkey=x",
        "k=rsa; p=MIIB",
        "V=dkim1; P=MIIB",
        "\"v=DKIM1; k=rsa; p=MIIB\"",
        "\u{201c}v=DKIM1\\; k=rsa\\; p=MIIB",
        "v=1; p=MIIB",
        RSA,
    ] {
        assert!(is_record(text), "{text}");
    }
    for text in [
        "",
        "v=spf1 -all",
        "v=DMARC1; p=none",
        "v=TLSRPTv1; rua=mailto:a@b.test",
        "google-site-verification=abc",
        "sp=x",
        "to do",
        "MIIB",
    ] {
        assert!(!is_record(text), "{text}");
    }
}

/// Texts that are nearly records.
fn nearly_records() -> impl Strategy<Value = String> {
    let tag = "(v|k|h|s|t|n|g|p|P|key|)[ =;]{0,2}(DKIM1|rsa|ed25519|sha1|sha256|email|y:s|MIGf[A-Za-z0-9+/ =\"-]{0,40}|ö|)";
    proptest::collection::vec(tag, 0..7).prop_map(|tags| tags.join(";"))
}

proptest! {
    #[test]
    fn any_text_can_be_read(text in prop_oneof![any::<String>(), nearly_records()]) {
        let reading = Record::read(&text);
        prop_assert_eq!(reading.record.to_string(), text.as_str());
        for error in &reading.errors {
            prop_assert!(text.get(error.span.clone()).is_some(), "{error:?}");
        }
        let places: Vec<usize> = reading.errors.iter().map(|error| error.span.start).collect();
        prop_assert!(places.is_sorted());
        prop_assert_eq!(reading.errors.is_empty(), Record::parse(&text).is_ok());
        prop_assert!(!reading.errors.is_empty() || reading.record.key.is_some());
        let _ = (is_record(&text), reading.record.without_testing());
    }

    #[test]
    fn a_key_that_loses_its_end_is_never_whole(length in 1..RSA.len()) {
        let cut = format!("p={}", &RSA[..length]);
        prop_assert!(Record::parse(&cut).is_err());
    }

    #[test]
    fn white_space_within_a_key_says_nothing(at in 0..RSA.len()) {
        let spread = format!("v=DKIM1; p={} {}", &RSA[..at], &RSA[at..]);
        prop_assert_eq!(bits(&spread), 1024);
    }
}
