//! Reads the product's zone at Cloudflare. What goes wrong says nothing about the product.

use std::rc::Rc;

use futures_util::future::join_all;

use super::outside::Outside;
use super::problem::Problem;
use super::session::Session;
use crate::cloudflare::client::{Client, is_named};
use crate::cloudflare::permission::{Access, minimal_line};
use crate::cloudflare::token::{Account, TokenFault};
use crate::cloudflare::{live, zone};
use crate::item;
use crate::observed::{CloudflareZone, Observed, Seen};
use crate::provider::cloudflare::is_name_server;
use crate::spec::Document;
use crate::spec::model::WordOrList;

/// Origins of one host that are looked at.
const MOST_ORIGINS: usize = 4;

/// The zone, kept in the session; or why it could not be read.
pub(super) type Zone = Result<Rc<CloudflareZone>, Problem>;

/// Reads the zone where the run has a token for it and the product is at Cloudflare.
pub(super) async fn observe(session: &Session<'_>, document: &Document) {
    let Some(account) = &session.settings.cloudflare else { return };
    let names = zone::candidates(document);
    let declared = document.spec.cloudflare.is_some() || account.wanted;
    if matches!(account.token, Err(TokenFault::Missing)) && !declared {
        return;
    }
    if !declared && !is_at_cloudflare(session, document, &names).await {
        return;
    }
    let key = format!("Cloudflare's zone {}", names.first().map_or("", String::as_str));
    let ask = async || {
        let zone = read(session, document, account, &names).await;
        zone.map(Rc::new).map_err(Problem::Unobserved)
    };
    // Kept in the session.
    if let Ok(zone) = session.cloudflare.get(&key, &session.tally, ask).await {
        origins(session, document, &zone).await;
    }
}

/// Visits the addresses behind proxied records: whether they answer who goes past Cloudflare.
async fn origins(session: &Session<'_>, document: &Document, zone: &CloudflareZone) {
    let Seen::Answer(records) = &zone.records else { return };
    let hosts = item::hosts(document, &Observed::new(session.now()));
    let behind =
        hosts.iter().filter_map(|host| Some((host.root("https")?, item::origins(records, &host.name))));
    let visits = behind.flat_map(|(url, origins)| {
        // What stands in for the host's own addresses is not what stands behind the edge.
        origins.into_iter().take(MOST_ORIGINS).map(move |address| {
            let url = url.clone();
            async move { session.visit(&url, address, &[]).await }
        })
    });
    join_all(visits).await;
}

/// True where the spec or the zone itself says that its name servers are Cloudflare's.
async fn is_at_cloudflare(session: &Session<'_>, document: &Document, names: &[String]) -> bool {
    let servers = document.spec.dns.as_ref().and_then(|dns| dns.nameservers.as_ref());
    if matches!(servers.map(|servers| &servers.value), Some(WordOrList::Word(word)) if word == "cloudflare") {
        return true;
    }
    let answers = join_all(names.iter().map(|name| session.dns(name, "NS"))).await;
    let mut hosts = answers.iter().flatten().flat_map(|answer| answer.values("NS"));
    hosts.any(|host| is_name_server(&host.as_str().trim_end_matches('.').to_ascii_lowercase()))
}

async fn read<'s>(
    session: &'s Session<'s>,
    document: &Document,
    account: &Account,
    names: &[String],
) -> Result<CloudflareZone, String> {
    let token = account.token.as_ref().map_err(|fault| told(fault, document))?;
    let outside = Outside::within(session, &account.base, is_named(&account.base)).await;
    let outside = outside.map_err(|error| format!("Cloudflare's API cannot be asked: {error}"))?;
    let client = Client::new(outside, token).map_err(|error| error.to_string())?;
    live::read(&client, names, session.now()).await
}

/// Why there is no token, what to do, and what the token must be allowed to do.
fn told(fault: &TokenFault, document: &Document) -> String {
    let help = miette::Diagnostic::help(fault).map(|help| format!("; {help}")).unwrap_or_default();
    format!("{fault}{help}; it needs {}", minimal_line(document, Access::Read))
}
