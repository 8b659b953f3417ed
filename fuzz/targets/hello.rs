use launch_ready::hello::{Answer, Offer, Outcome, Reader, client_hello};

/// Bytes of one answer that are read.
const MOST: usize = 128 * 1024;

pub(crate) fn hello(data: &[u8]) {
    let [choice, piece, answer @ ..] = data else { return };
    let offers = [&Offer::FIRST[..], &Offer::BROKEN].concat();
    let offer = offers[usize::from(*choice) % offers.len()];
    let whole = read(offer, answer, usize::MAX);
    assert_eq!(read(offer, answer, usize::from(*piece) + 1), whole);
    let size: usize = whole.chain.iter().map(Vec::len).sum();
    assert!(whole.chain.len() <= 16 && size <= answer.len().min(MOST));
    assert!(whole.chain.is_empty() || matches!(whole.outcome, Outcome::Chose { .. }), "{whole:?}");
    names(offer, answer);
}

/// In pieces of this size.
fn read(offer: Offer, bytes: &[u8], piece: usize) -> Answer {
    let mut reader = Reader::new(offer);
    bytes.chunks(piece).find_map(|piece| reader.take(piece)).unwrap_or_else(|| reader.end())
}

/// Any host can be asked for: the lengths of what is sent are right.
fn names(offer: Offer, bytes: &[u8]) {
    let host = super::text(&bytes[..bytes.len().min(255)]);
    let hello = client_hello(offer, &host, &[0; 32]);
    assert_eq!(usize::from(u16::from_be_bytes([hello[3], hello[4]])), hello.len() - 5);
}
