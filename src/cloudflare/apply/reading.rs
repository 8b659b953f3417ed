//! Reads again what a step touches, just before it is sent and wherever nobody knows what came of it.

use serde_json::Value;

use crate::cloudflare::client::Client;
use crate::cloudflare::endpoint::{Id, Phase, Question};
use crate::cloudflare::failure::Failure;
use crate::cloudflare::live;
use crate::cloudflare::step::{Live, Request, Step};
use crate::observed::ApiObject;

/// What some steps touch, each thing read once.
///
/// # Errors
///
/// Where something cannot be read.
pub(crate) async fn read(client: &Client<'_>, zone: &Id, steps: &[&Step]) -> Result<Live, Failure> {
    let mut seen = Live::default();
    for step in steps {
        match &step.request {
            Request::Records(_) if seen.records.is_none() => {
                seen.records = Some(live::records(client, zone).await?);
            }
            Request::Setting(id, _) if !seen.settings.contains_key(id) => {
                let setting = client.read(&Question::Setting(zone, id)).await?;
                seen.settings.insert(id.clone(), object(setting.result)?);
            }
            Request::Dnssec(_) if seen.dnssec.is_none() => {
                seen.dnssec = Some(object(client.read(&Question::Dnssec(zone)).await?.result)?);
            }
            Request::Rules(phase, _) if !seen.phases.contains_key(phase) => {
                seen.phases.insert(phase.clone(), live::ruleset(client, zone, known(phase)?).await?);
            }
            _ => {}
        }
    }
    Ok(seen)
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
