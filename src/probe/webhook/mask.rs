//! Takes secrets out of what came back: an endpoint may repeat what it was sent, or what it knows.

use crate::secret::Secret;

/// What stands in the place of a secret.
const MASK: &[u8] = b"***";
/// Shorter values are no secrets, and to look for them would spoil every text.
const SHORTEST: usize = 6;

/// The secrets of a run, as they may come back.
#[derive(Default)]
pub(super) struct Mask {
    /// Longest first: one may hold another.
    values: Vec<Vec<u8>>,
}

impl Mask {
    /// Looks for these.
    pub(super) fn new(secrets: impl IntoIterator<Item = Secret>) -> Self {
        let mut values: Vec<Vec<u8>> = Vec::new();
        for secret in secrets {
            let value = secret.expose().trim();
            // `whsec_MfKQ9r8G...`, `Bearer ...`, `user:password`: the part behind is the secret itself.
            let parts = value.rsplit(['_', ' ', ':']).next().into_iter().chain([value]);
            values.extend(parts.map(|part| part.as_bytes().to_vec()));
        }
        values.retain(|value| value.len() >= SHORTEST);
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        values.dedup();
        Self { values }
    }

    /// The text without them, and whether there were any.
    pub(super) fn taken_out(&self, text: &[u8]) -> (Vec<u8>, bool) {
        let mut clean = Vec::with_capacity(text.len());
        let (mut rest, mut found) = (text, false);
        while let Some(first) = rest.first() {
            if let Some(value) = self.values.iter().find(|value| rest.starts_with(value)) {
                clean.extend_from_slice(MASK);
                rest = &rest[value.len()..];
                found = true;
            } else {
                clean.push(*first);
                rest = &rest[1..];
            }
        }
        (clean, found)
    }

    /// A text without them.
    pub(super) fn text(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.taken_out(text.as_bytes()).0).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found_whole_and_without_their_prefix() {
        let mask = Mask::new([
            Secret::new("whsec_MfKQ9r8GKYqrTwjU"),
            Secret::new("Bearer adm1n-t0ken"),
            Secret::new("abc"),
        ]);
        let (clean, found) = mask.taken_out(b"expected MfKQ9r8GKYqrTwjU of whsec_MfKQ9r8GKYqrTwjU, abc");
        assert_eq!((String::from_utf8_lossy(&clean).as_ref(), found), ("expected *** of ***, abc", true));
        assert_eq!(mask.text("adm1n-t0ken, Bearer adm1n-t0ken"), "***, ***");
        assert_eq!(mask.taken_out(b"fine"), (b"fine".to_vec(), false));
    }
}
