//! How to tell that a visitor is asked to log in: by where a redirect leads, and by what a page shows.

use url::Url;

/// How parts of a path begin that lead to a login.
const BEGINNINGS: &[&str] = &["login", "log-in", "logon", "signin", "sign-in", "sign_in", "wp-login"];
/// Parts of a path, or the first label of a host, that stand for one.
const WORDS: &[&str] = &[
    "auth",
    "authorize",
    "sso",
    "oauth",
    "oauth2",
    "oidc",
    "openid",
    "saml",
    "saml2",
    "cas",
    "accounts",
    "idp",
    "identity",
];
/// Services that log in on behalf of others.
const PROVIDERS: &[&str] = &[
    "accounts.google.com",
    "login.microsoftonline.com",
    "appleid.apple.com",
    "auth0.com",
    "okta.com",
    "onelogin.com",
    "amazoncognito.com",
    "cloudflareaccess.com",
    "b2clogin.com",
    "clerk.accounts.dev",
    "workos.com",
    "pingidentity.com",
];
/// Names of query fields that say where to go after a login.
const RETURNS: &[&str] = &[
    "next",
    "return",
    "returnto",
    "returnurl",
    "redirect",
    "redirectto",
    "redirecturi",
    "continue",
    "callbackurl",
    "from",
    "rd",
];
/// Most characters that a page shows which asks for a password and nothing else.
const MOST_TEXT: usize = 1_500;

/// True where a redirect from one URL to another one asks for a login.
pub(crate) fn is_login(from: &Url, to: &Url) -> bool {
    let host = to.host_str().unwrap_or_default();
    let is_word =
        |text: &str| WORDS.contains(&text) || BEGINNINGS.iter().any(|start| text.starts_with(start));
    let path = to.path().to_ascii_lowercase();
    let elsewhere = to.host_str() != from.host_str();
    PROVIDERS.iter().any(|provider| crate::spec::names::is_under(host, provider))
        || (elsewhere && host.split('.').next().is_some_and(is_word))
        || path.split('/').any(is_word)
        || returns(from, to)
}

/// True where the query says that the visitor comes back.
fn returns(from: &Url, to: &Url) -> bool {
    from.path() != "/"
        && to.query_pairs().any(|(name, value)| {
            let name = name.to_ascii_lowercase().replace(['_', '-'], "");
            RETURNS.contains(&name.as_str()) && value.contains(from.path())
        })
}

/// True for a page that asks for a password and shows little else.
pub(crate) fn is_login_page(body: &[u8]) -> bool {
    let page = String::from_utf8_lossy(body).to_ascii_lowercase();
    let asks = tags(&page).any(|tag| tag.starts_with("input") && has_type_password(tag));
    asks && text_length(&page) <= MOST_TEXT
}

/// The insides of all tags.
fn tags(page: &str) -> impl Iterator<Item = &str> {
    page.split('<').skip(1).filter_map(|rest| rest.split('>').next())
}

fn has_type_password(tag: &str) -> bool {
    let bare: String = tag.chars().filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'')).collect();
    bare.contains("type=password")
}

/// How many characters of a page are text, scripts and styles left out.
fn text_length(page: &str) -> usize {
    let (mut length, mut hidden) = (0, None);
    for part in page.split('<') {
        let (tag, text) = part.split_once('>').unwrap_or(("", part));
        let name = tag.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
        match hidden {
            Some(open) if tag.strip_prefix('/').is_some_and(|closing| closing.starts_with(open)) => {
                hidden = None;
            }
            Some(_) => continue,
            None if matches!(name, "script" | "style") => hidden = Some(name),
            None => {}
        }
        if hidden.is_none() {
            length += text.split_whitespace().map(|word| word.chars().count()).sum::<usize>();
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads_to_login(to: &str) -> bool {
        let url = |text: &str| Url::parse(text).expect("a URL");
        is_login(&url("https://shop.test/admin"), &url(to))
    }

    #[test]
    fn logins_are_told_by_where_they_are() {
        for login in [
            "https://shop.test/login",
            "https://shop.test/en/Sign-In?x",
            "https://shop.test/users/sign_in",
            "https://auth.shop.test/",
            "https://login.partner.test/start",
            "https://shop.eu.auth0.com/authorize?client_id=1",
            "https://accounts.google.com/o/oauth2/v2/auth",
            "https://shop.test/?next=%2Fadmin",
            "https://shop.test/welcome?return_to=https%3A%2F%2Fshop.test%2Fadmin",
        ] {
            assert!(leads_to_login(login), "{login}");
        }
        for page in [
            "https://shop.test/",
            "https://shop.test/admin/",
            "https://shop.test/admin/dashboard",
            "https://shop.test/authors",
            "https://notauth0.com/",
            "https://shop.test/x?next=2",
        ] {
            assert!(!leads_to_login(page), "{page}");
        }
    }

    #[test]
    fn a_login_page_shows_a_password_field_and_little_else() {
        let form = "<form><INPUT name=u><input TYPE = \"password\" name=p></form>";
        assert!(is_login_page(form.as_bytes()));
        let script = format!("<script>{}</script>{form}", "x ".repeat(4_000));
        assert!(is_login_page(script.as_bytes()));
        let content = format!("<p>{}</p>{form}", "invoice 7 ".repeat(400));
        assert!(!is_login_page(content.as_bytes()));
        assert!(!is_login_page(b"<p>type=password</p>"));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read(body in proptest::collection::vec(proptest::arbitrary::any::<u8>(), 0..200)) {
            let _ = is_login_page(&body);
        }
    }
}
