//! What the name of a file says of how long it stays the same.

use url::Url;

/// The names of files that deployments replace in place: what starts an application, and what keeps
/// it up to date.
const ENTRIES: &[&str] = &[
    "index.html",
    "main.dart.js",
    "main.dart.wasm",
    "main.dart.mjs",
    "flutter_bootstrap.js",
    "flutter.js",
    "flutter_service_worker.js",
    "sw.js",
    "service-worker.js",
    "serviceworker.js",
    "service_worker.js",
    "ngsw-worker.js",
    "ngsw.json",
    "firebase-messaging-sw.js",
    "registersw.js",
    "main.js",
    "app.js",
    "bundle.js",
    "index.js",
];

/// The last part of an address's path.
fn file_name(url: &Url) -> &str {
    url.path_segments().and_then(|mut segments| segments.next_back()).unwrap_or_default()
}

/// True for a file that starts an application under a name that stays the same. A query usually holds
/// its version.
pub fn is_entry(url: &Url) -> bool {
    url.query().is_none() && ENTRIES.contains(&file_name(url).to_ascii_lowercase().as_str())
}

/// True where the name holds a hash of the content, so that a change gives it another one:
/// `index-BxJ3k9aQ.js`, `main.3f2a91bc.css`, `app.5d41402abc4b2a76.chunk.js`.
pub fn is_hashed(url: &Url) -> bool {
    let name = file_name(url);
    let Some((stem, ending)) = name.rsplit_once('.') else { return false };
    let is_static =
        matches!(ending.to_ascii_lowercase().as_str(), "js" | "mjs" | "css" | "woff" | "woff2" | "wasm");
    is_static && stem.split('.').any(|part| is_hash(part) || behind_hyphen(part).is_some_and(is_hash))
}

/// What stands behind a name and a hyphen, as bundlers write it; a hash may hold hyphens itself.
fn behind_hyphen(part: &str) -> Option<&str> {
    let tail = part.len().checked_sub(8)?;
    match part.get(tail..) {
        // Rollup and Vite: eight characters of base64url.
        Some(hash) if part[..tail].ends_with('-') => Some(hash),
        _ => part.rsplit_once(['-', '_']).map(|(_, hash)| hash),
    }
}

/// Of digits and letters as no word has them: hexadecimal, or eight characters of base64url or base32
/// (Rollup, Vite, esbuild), or a long hash in both cases.
fn is_hash(text: &str) -> bool {
    let count = |kind: fn(&char) -> bool| text.chars().filter(kind).count();
    let digits = count(char::is_ascii_digit);
    let hexadecimal = text.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
    if text.len() >= 8 && hexadecimal {
        // A date or a number alone is no hash, and neither is a word.
        return digits > 0 && digits < text.len();
    }
    let in_alphabet = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    let inner_capitals = text.chars().skip(1).filter(char::is_ascii_uppercase).count();
    (text.len() == 8 || text.len() >= 16) && in_alphabet && digits > 0 && inner_capitals > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &str) -> Url {
        Url::parse("https://shop.test").and_then(|base| base.join(path)).expect("a URL")
    }

    #[test]
    fn hashes_are_told_from_words_and_versions() {
        for name in [
            "/assets/index-BxJ3k9aQ.js",
            "/assets/index-D_a4-9Qz.css",
            "/static/js/main.3f2a91bc.js",
            "/_next/static/chunks/app-5d41402abc4b2a76.js",
            "/_next/static/css/0fd1a2b3c4d5e6f7.css",
            "/_nuxt/entry.C8xyZ12w.js",
            "/app.5d41402abc4b2a76.chunk.js",
            "/packs/application-908ad41c8d2b4fd5b1.js",
            "/chunk-ABC2DE3F.js",
        ] {
            assert!(is_hashed(&at(name)), "{name}");
        }
        for name in [
            "/main.dart.js",
            "/flutter_bootstrap.js",
            "/jquery-3.7.1.min.js",
            "/js/bootstrap.bundle.min.js",
            "/img/header-20261128.png",
            "/css/header-20261128.css",
            "/js/jquery321.js",
            "/js/analytics-dashboard.js",
            "/css/responsive-navigation.css",
            "/js/internationalisation.js",
            "/polyfills.js?v=5d41402abc4b2a76",
            "/deadbeef",
            "/facade-accede.js",
            "/",
        ] {
            assert!(!is_hashed(&at(name)), "{name}");
        }
    }

    #[test]
    fn entries_have_stable_names() {
        for name in ["/index.html", "/app/main.dart.js", "/sw.js", "/Service-Worker.js"] {
            assert!(is_entry(&at(name)), "{name}");
        }
        for name in ["/", "/main.js?v=3", "/assets/index-BxJ3k9aQ.js", "/jquery.js"] {
            assert!(!is_entry(&at(name)), "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_name_is_both(path in "/[a-zA-Z0-9._-]{0,24}(\\.js|\\.html)?") {
            let url = at(&path);
            proptest::prop_assert!(!(is_entry(&url) && is_hashed(&url)));
        }
    }
}
