//! Reads again what a step touches, just before it is sent and wherever nobody knows what came of it.

use serde_json::Value;

use crate::cloudflare::client::Client;
use crate::cloudflare::endpoint::{Id, Phase, Question};
use crate::cloudflare::failure::Failure;
use crate::cloudflare::step::{Live, Request, Step};
use crate::observed::ApiObject;

/// Most pages of records that are read.
const MOST_PAGES: u32 = 1000;
/// The API's code for a phase that has no ruleset.
const NO_ENTRYPOINT: i64 = 10_003;

/// What some steps touch, each thing read once.
///
/// # Errors
///
/// Where something cannot be read.
pub(crate) async fn read(client: &Client<'_>, zone: &Id, steps: &[&Step]) -> Result<Live, Failure> {
    let mut live = Live::default();
    for step in steps {
        match &step.request {
            Request::Records(_) if live.records.is_none() => {
                live.records = Some(records(client, zone).await?)
            }
            Request::Setting(id, _) if !live.settings.contains_key(id) => {
                let setting = client.read(&Question::Setting(zone, id)).await?;
                live.settings.insert(id.clone(), object(setting.result)?);
            }
            Request::Dnssec(_) if live.dnssec.is_none() => {
                live.dnssec = Some(object(client.read(&Question::Dnssec(zone)).await?.result)?);
            }
            Request::Rules(phase, _) if !live.phases.contains_key(phase) => {
                live.phases.insert(phase.clone(), ruleset(client, zone, phase).await?);
            }
            _ => {}
        }
    }
    Ok(live)
}

async fn records(client: &Client<'_>, zone: &Id) -> Result<Vec<ApiObject>, Failure> {
    let mut all = Vec::new();
    for page in 1..=MOST_PAGES {
        let reply = client.read(&Question::Records { zone, page }).await?;
        let Value::Array(list) = reply.result else {
            return Err(Failure::Garbled("the list of records is no list".into()));
        };
        all.extend(list.into_iter().map(object).collect::<Result<Vec<_>, _>>()?);
        let pages = reply.info.as_ref().and_then(|info| info.get("total_pages")).and_then(Value::as_u64);
        if u64::from(page) >= pages.unwrap_or(1) {
            return Ok(all);
        }
    }
    Err(Failure::Garbled(format!("the list of records has more than {MOST_PAGES} pages")))
}

async fn ruleset(client: &Client<'_>, zone: &Id, phase: &str) -> Result<Option<ApiObject>, Failure> {
    match client.read(&Question::Entrypoint(zone, known(phase)?)).await {
        Ok(reply) => object(reply.result).map(Some),
        Err(Failure::Refused(refused)) if refused.status == 404 || refused.has(NO_ENTRYPOINT) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// A phase by its name in a plan.
///
/// # Errors
///
/// Where it is none that this program writes.
pub(super) fn known(phase: &str) -> Result<Phase, Failure> {
    Phase::find(phase).ok_or_else(|| Failure::NotSent(format!("{phase} is no phase that is known here")))
}

/// A result that must be an object.
///
/// # Errors
///
/// Where it is something else.
pub(super) fn object(value: Value) -> Result<ApiObject, Failure> {
    match value {
        Value::Object(members) => Ok(ApiObject(members)),
        _ => Err(Failure::Garbled("what should be an object is none".into())),
    }
}
