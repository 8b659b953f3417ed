//! As much of DER as it takes to write what the usual tools refuse to.

/// A tag, a length, the content.
pub fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let length = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    let head = match length {
        [] => vec![tag, 0],
        [short] if *short < 128 => vec![tag, *short],
        long => [&[tag, 0x80 | u8::try_from(long.len()).expect("a short length")], long].concat(),
    };
    [&head, content].concat()
}

/// The elements of a content, each whole, with where its own content begins.
pub fn elements(mut bytes: &[u8]) -> Vec<(&[u8], usize)> {
    let mut found = Vec::new();
    while let [_, first, ..] = bytes {
        let digits = if *first < 128 { 0 } else { usize::from(first & 0x7f) };
        let length = bytes[2..2 + digits].iter().fold(0, |length, digit| length << 8 | usize::from(*digit));
        let length = if digits == 0 { usize::from(*first) } else { length };
        let (element, rest) = bytes.split_at(2 + digits + length);
        found.push((element, 2 + digits));
        bytes = rest;
    }
    found
}

/// A signed structure whose parts claim another algorithm of signature than they have.
pub fn algorithm_replaced(signed: &[u8], algorithm: &[u8]) -> Vec<u8> {
    let (outer, start) = elements(signed)[0];
    let parts = elements(&outer[start..]);
    let (inner, start) = parts[0];
    // Version and serial number stand before it.
    let inner: Vec<u8> = elements(&inner[start..])
        .iter()
        .enumerate()
        .flat_map(|(at, (element, _))| if at == 2 { algorithm.to_vec() } else { element.to_vec() })
        .collect();
    der(0x30, &[&der(0x30, &inner), algorithm, parts[2].0].concat())
}
