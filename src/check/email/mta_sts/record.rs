//! The record at `_mta-sts`.

use super::{Fault, Texts, broken};
use crate::check::World;
use crate::check::faults::part;
use crate::mail::mta_sts::{Record, record_name};
use crate::wanted;

/// What is wrong with the texts at the record's name.
pub(super) fn faults(texts: &Texts, world: &World) -> Vec<Fault> {
    let name = record_name(world.domain());
    let publish = format!("publish `{}`", wanted::policy::mta_sts_record(world));
    match (texts.records.as_slice(), texts.meant.as_slice()) {
        ([record], _) => of_record(record, &name, &publish),
        ([], [text]) => of_record(text, &name, &publish),
        ([], several) | (several, _) => vec![several_of(several.len(), &name, &publish)],
    }
}

fn several_of(count: usize, name: &str, publish: &str) -> Fault {
    broken(
        format!("{name} has {count} MTA-STS records, so senders act as if there were none"),
        "one record",
        format!("{count} records"),
        format!("{publish} and delete the others"),
    )
}

fn of_record(record: &str, name: &str, help: &str) -> Vec<Fault> {
    let fault = |error: &crate::mail::mta_sts::SyntaxError| {
        let part = part(record, &error.span);
        let breaks = error.kind.breaks();
        let effect = if breaks { "so senders take it for none" } else { "of which senders take the first" };
        Fault {
            mild: !breaks,
            ..broken(
                format!("the record at {name} has {} ({part}), {effect}", error.kind),
                "`v=STSv1; id=` and 1 to 32 letters and digits",
                part,
                help.to_owned(),
            )
        }
    };
    Record::read(record).errors.iter().map(fault).collect()
}
