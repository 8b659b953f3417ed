//! The addresses of a `srcset` (HTML standard, "image candidate strings").

/// The address of each candidate.
pub(super) fn addresses(srcset: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = srcset;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() {
            return found;
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        let (address, behind) = rest.split_at(end);
        found.push(address.trim_end_matches(','));
        // Behind the address, up to the next comma, stand its width or density.
        rest =
            if address.ends_with(',') { behind } else { behind.split_once(',').map_or("", |(_, next)| next) };
    }
}

#[cfg(test)]
mod tests {
    use super::addresses;

    #[test]
    fn candidates_are_parted_by_commas_that_are_not_their_own() {
        assert_eq!(addresses("a.png 1x, b.png 2x"), ["a.png", "b.png"]);
        assert_eq!(addresses("a.png, b.png"), ["a.png", "b.png"]);
        assert_eq!(addresses(" /i?w=1,2 480w ,\n/j 2x"), ["/i?w=1,2", "/j"]);
        assert_eq!(addresses(""), Vec::<&str>::new());
        assert_eq!(addresses(" , ,"), Vec::<&str>::new());
    }
}
