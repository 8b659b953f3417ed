//! Reads a zone through the API, everything at once: what a plan rests on, and what is compared again before a
//! change is made.

use std::collections::BTreeSet;

use futures_util::future::{join, join_all, join3};
use jiff::Timestamp;
use serde_json::Value;

use super::client::{Client, Reply};
use super::endpoint::{Id, Phase, Question};
use super::failure::Failure;
use super::token::{is_of_account, verified};
use super::zone::{self, Found};
use crate::observed::{ApiObject, CloudflareToken, CloudflareZone, Remote, Seen};

/// Most pages of records that are read: a million and a half records.
const MOST_PAGES: u64 = 300;
/// Most pages of certificates.
const MOST_CERTIFICATE_PAGES: u64 = 20;

/// What was read, or why it was not, in a sentence without a full stop.
type Read<T> = Result<T, String>;

/// A failure that leaves nothing to read, and what to do.
fn whole(failure: &Failure) -> String {
    format!("{failure}; {}", failure.cure())
}

/// The zone that has the first of the names that any has. `now` is what the token is judged by.
pub(crate) async fn read(client: &Client<'_>, names: &[String], now: Timestamp) -> Read<CloudflareZone> {
    let (found, count) = join(find(client, names), client.read(&Question::Zones(None))).await;
    let count = count.ok().and_then(|reply| zone::info(reply.info.as_ref(), "total_count"));
    let owner = found.as_ref().ok().and_then(|found| found.first()).and_then(|zone| zone.account.clone());
    let token = verify(client, owner.as_ref(), now).await?;
    let found = found.map_err(|failure| whole(&failure))?;
    match found.as_slice() {
        [] => Err(zone::none(names, count)),
        [one] => Ok(parts(client, one, CloudflareToken { zones: count, ..token }).await),
        [first, ..] => {
            let name = first.object.shown("name").unwrap_or_default();
            Err(zone::several(name.as_str(), &found))
        }
    }
}

/// The zones of the first name that has any.
async fn find(client: &Client<'_>, names: &[String]) -> Result<Vec<Found>, Failure> {
    for name in names {
        let reply = client.read(&Question::Zones(Some(name))).await?;
        let found = zone::named(&reply.result, name);
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// Asks whether the token holds. Tokens that an account owns are known to that account alone, which is the one
/// that owns the zone: the token itself does not say which it is.
async fn verify(client: &Client<'_>, owner: Option<&Id>, now: Timestamp) -> Read<CloudflareToken> {
    let of_user = async || client.read(&Question::UserToken).await;
    let of_account = async |owner: &Id| client.read(&Question::AccountToken(owner)).await;
    let answer = match owner {
        Some(owner) if is_of_account(client.token()) => of_account(owner).await,
        _ => match (of_user().await, owner) {
            (Err(Failure::Refused(refused)), Some(owner)) if refused.is_about_the_token() => {
                of_account(owner).await
            }
            (answer, _) => answer,
        },
    };
    let reply = answer.map_err(|failure| whole(&failure))?;
    verified(&object(&reply), now)
}

fn object(reply: &Reply) -> ApiObject {
    reply.result.as_object().cloned().map(ApiObject).unwrap_or_default()
}

/// Everything that a plan may touch, at once.
async fn parts(client: &Client<'_>, found: &Found, token: CloudflareToken) -> CloudflareZone {
    let id = &found.id;
    let (dnssec, settings, bots) = (Question::Dnssec(id), Question::Settings(id), Question::Bots(id));
    let phases = join_all(Phase::ALL.map(|phase| phase_of(client, id, phase)));
    let (records, single, (phases, certificates)) = join3(
        records(client, id),
        join3(client.read(&settings), client.read(&dnssec), client.read(&bots)),
        join(phases, certificates(client, id)),
    )
    .await;
    let (settings, dnssec, bots) = single;
    let zone = &found.object;
    let text = |name| zone.shown(name).unwrap_or_default();
    let servers = zone.get("name_servers").and_then(Value::as_array).into_iter().flatten();
    CloudflareZone {
        id: id.as_str().to_owned(),
        name: Remote::new(&text("name").as_str().trim_end_matches('.').to_ascii_lowercase()),
        status: text("status"),
        paused: zone.flag("paused").unwrap_or_default(),
        kind: text("type"),
        plan: zone::plan(zone),
        account: zone::account(zone),
        name_servers: servers.filter_map(Value::as_str).map(Remote::new).collect(),
        token,
        records: seen(records.map_err(words)),
        settings: seen(settings.map(|reply| zone::settings(&reply.result)).map_err(words)),
        dnssec: seen(dnssec.map(|reply| object(&reply)).map_err(words)),
        phases: phases.into_iter().collect(),
        bots: seen(bots.map(|reply| object(&reply)).map_err(words)),
        certificates: seen(certificates.map_err(words)),
    }
}

fn seen<T>(read: Read<T>) -> Seen<T> {
    match read {
        Ok(answer) => Seen::Answer(answer),
        Err(why) => Seen::Unobserved(Remote::from(why)),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
fn words(failure: Failure) -> String {
    failure.to_string()
}

/// The entry point ruleset of a phase; a phase without one has no rules.
pub(super) async fn ruleset(
    client: &Client<'_>,
    zone: &Id,
    phase: Phase,
) -> Result<Option<ApiObject>, Failure> {
    match client.read(&Question::Entrypoint(zone, phase)).await {
        Ok(reply) => Ok(Some(object(&reply))),
        Err(Failure::Refused(refused)) if refused.status == 404 => Ok(None),
        Err(failure) => Err(failure),
    }
}

async fn phase_of(client: &Client<'_>, zone: &Id, phase: Phase) -> (String, Seen<Option<ApiObject>>) {
    (phase.name().to_owned(), seen(ruleset(client, zone, phase).await.map_err(words)))
}

/// All records. A zone that changes between two pages is read once more: a record that slipped through would
/// look like one that is not there.
pub(super) async fn records(client: &Client<'_>, zone: &Id) -> Result<Vec<ApiObject>, Failure> {
    let page = async |page| client.read(&Question::Records { zone, page }).await;
    let mut read = pages(page, MOST_PAGES).await?;
    if !is_whole(&read) {
        read = pages(page, MOST_PAGES).await?;
    }
    if is_whole(&read) {
        Ok(read.objects)
    } else {
        Err(Failure::Garbled("the zone's records change while they are read".into()))
    }
}

async fn certificates(client: &Client<'_>, zone: &Id) -> Result<Vec<ApiObject>, Failure> {
    let page = async |page| client.read(&Question::Certificates { zone, page }).await;
    pages(page, MOST_CERTIFICATE_PAGES).await.map(|read| read.objects)
}

/// What stands on all pages together.
struct Pages {
    objects: Vec<ApiObject>,
    /// How many there are in all, as the API counted at the end.
    total: Option<u64>,
}

fn is_whole(read: &Pages) -> bool {
    let ids: BTreeSet<Option<&str>> = read.objects.iter().map(|object| object.text("id")).collect();
    let counted = u64::try_from(read.objects.len()).ok();
    ids.len() == read.objects.len() && read.total.is_none_or(|total| Some(total) == counted)
}

/// Reads the first page, then all others at once.
async fn pages(ask: impl AsyncFn(u32) -> Result<Reply, Failure>, most: u64) -> Result<Pages, Failure> {
    let first = ask(1).await?;
    let count = zone::info(first.info.as_ref(), "total_pages").unwrap_or(1);
    if count > most {
        return Err(Failure::Garbled(format!("there are {count} pages, and {most} are read")));
    }
    let count = u32::try_from(count).unwrap_or(1);
    let rest = join_all((2..=count).map(|page| ask(page))).await;
    let rest = rest.into_iter().collect::<Result<Vec<_>, _>>()?;
    let total = rest.last().unwrap_or(&first).info.clone();
    let replies = std::iter::once(&first).chain(&rest);
    Ok(Pages {
        objects: replies.flat_map(|reply| zone::objects(&reply.result)).collect(),
        total: zone::info(total.as_ref(), "total_count"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Pages with so many objects each; the last number is what the API counts in all.
    async fn read(sizes: &[usize], total: usize) -> Result<Pages, Failure> {
        let page = async |page: u32| {
            let at = usize::try_from(page).expect("a small number") - 1;
            let first: usize = sizes[..at].iter().sum();
            let ids = first..first + sizes[at];
            Ok(Reply {
                result: ids.map(|id| json!({"id": id.to_string()})).collect(),
                info: Some(json!({"total_pages": sizes.len(), "total_count": total})),
                messages: Vec::new(),
            })
        };
        pages(page, 3).await
    }

    #[tokio::test]
    async fn all_pages_together_are_the_list() {
        let read = read(&[2, 2, 1], 5).await.expect("pages");
        let ids: Vec<_> = read.objects.iter().filter_map(|object| object.text("id")).collect();
        assert_eq!(ids, ["0", "1", "2", "3", "4"]);
        assert!(is_whole(&read));
    }

    #[tokio::test]
    async fn a_list_that_changed_between_two_pages_is_not_whole() {
        assert!(!is_whole(&read(&[2, 1], 4).await.expect("pages")));
        let mut twice = read(&[2, 2], 4).await.expect("pages");
        twice.objects[2] = twice.objects[1].clone();
        assert!(!is_whole(&twice));
    }

    #[tokio::test]
    async fn an_endless_list_is_not_read() {
        let why = read(&[1, 1, 1, 1], 4).await.err().map(|failure| failure.to_string());
        assert_eq!(why.as_deref(), Some("there are 4 pages, and 3 are read"));
    }
}
