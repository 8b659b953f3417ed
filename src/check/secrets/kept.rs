//! Whether a secret stays one: out of what everybody downloads, in one environment alone, and not for ever.

use jiff::SignedDuration;
use jiff::civil::Date;

use super::{real, seen as looked, where_to};
use crate::check::{Verdict, World, seen};
use crate::item::Variable;
use crate::observed::{Seen, VariableClass, VariableFacts};
use crate::variable::{Kind, exposed_by};

pub(in crate::check) fn variable_public(variable: &Variable, world: &World) -> Verdict {
    let name = &variable.name;
    let Some(exposed) = exposed_by(name) else {
        return Verdict::not_applicable(
            "no build that is known of writes a variable of that name into what it serves",
        );
    };
    let facts = world.observed.variables.as_ref().and_then(|seen| seen.set.get(name));
    let by_value = facts.and_then(|facts| Some((facts.class, facts.what.as_deref()?)));
    let by_name = variable.kind.filter(|kind| kind.sure).map(|kind: &Kind| (kind.class, kind.what.as_str()));
    let what = match by_value.or(by_name) {
        Some((VariableClass::Secret, what)) => what,
        Some((_, what)) => return Verdict::pass(format!("{name} is {what}: everybody may see it")),
        None => return unrecognised(variable, facts, world),
    };
    let bare = name.strip_prefix(&exposed.prefix).unwrap_or(name);
    let seen_as = if by_value.is_some() { "by the form of its value" } else { "by its name" };
    Verdict::fail(format!("{name} is {what}, and {} writes it into what everybody downloads", exposed.by))
        .expected(format!("a name without `{}`, which stays on the server", exposed.prefix))
        .observed(format!("{what}, {seen_as}"))
        .label("everybody sees it")
        .help(format!(
            "revoke the secret if a build with it was ever served; then call it {bare} and use it on the server alone, behind a route of your own{}",
            where_to(variable)
        ))
        .evidence(format!("{}: {}", exposed.prefix, exposed.source))
}

fn unrecognised(variable: &Variable, facts: Option<&VariableFacts>, world: &World) -> Verdict {
    match (facts, real(variable, world)) {
        (Some(_), Ok(_)) => Verdict::pass(format!(
            "the value of {} has the form of no secret that is known of",
            variable.name
        )),
        (_, Err(verdict)) => *verdict,
        (None, Ok(_)) => Verdict::unknown(seen::NOT_OBSERVED),
    }
}

pub(in crate::check) fn variable_shared(variable: &Variable, world: &World) -> Verdict {
    let declared = world.document.spec.secrets.iter().flat_map(|secrets| &secrets.value.compare);
    let files: Vec<&str> = declared.map(|file| file.value.as_str()).collect();
    if files.is_empty() {
        return Verdict::not_applicable(
            "the spec names no other environment to compare with (`secrets.compare`)",
        );
    }
    let facts = match real(variable, world) {
        Ok(facts) => facts,
        Err(verdict) => return *verdict,
    };
    if facts.class != VariableClass::Secret {
        return Verdict::not_applicable("it is no secret: environments may share it");
    }
    let name = &variable.name;
    if !facts.equal_in.is_empty() {
        return shared(variable, facts);
    }
    let unread = files.iter().find_map(|file| match looked(world).ok()?.compared.get(*file) {
        Some(Seen::Answer(_)) => None,
        Some(Seen::Unobserved(why)) => {
            Some(format!("{} could not be read: {why}", crate::observed::Remote::new(file)))
        }
        Some(Seen::Failed(failure)) => Some(failure.detail.as_str().to_owned()),
        None => Some(seen::NOT_OBSERVED.to_owned()),
    });
    match unread {
        Some(why) => Verdict::unknown(why),
        None => Verdict::pass(format!("no value of {} is that of {name}", seen::listed(&owned(&files)))),
    }
}

fn owned(files: &[&str]) -> Vec<String> {
    files.iter().map(|file| crate::observed::Remote::new(file).as_str().to_owned()).collect()
}

fn shared(variable: &Variable, facts: &VariableFacts) -> Verdict {
    let name = &variable.name;
    let places: Vec<String> = facts
        .equal_in
        .iter()
        .map(|(file, other)| {
            let file = crate::observed::Remote::new(file);
            if other.as_str() == name { file.as_str().to_owned() } else { format!("{file} (as {other})") }
        })
        .collect();
    let places = seen::listed(&places);
    Verdict::fail(format!("{name} has the same value in {places}"))
        .expected("a value that only production has")
        .observed(format!("the same value in {places}"))
        .label("shared with another")
        .help(format!(
            "make a new value for production, and leave the old one to the other environment: more people and machines know it than should open production{}",
            where_to(variable)
        ))
}

pub(in crate::check) fn variable_stale(variable: &Variable, world: &World) -> Verdict {
    let Some(details) = variable.details else {
        return Verdict::not_applicable("the spec does not say how often it must be replaced (`rotate`)");
    };
    let Some(rotate) = &details.rotate else {
        return Verdict::not_applicable("the spec does not say how often it must be replaced (`rotate`)");
    };
    let name = &variable.name;
    let Some(rotated) = &details.rotated else {
        return Verdict::unknown("the spec does not say when it was replaced last (`rotated`)")
            .help(format!("write the day under `rotated` of {name}"));
    };
    let (made, today) = (rotated.value.0, world.at.to_zoned(jiff::tz::TimeZone::UTC).date());
    let age = days(made, today);
    let most = i64::try_from(rotate.value.0.as_secs() / 86_400).unwrap_or(i64::MAX);
    if age < 0 {
        return Verdict::unknown(format!(
            "it is said to have been replaced on {made}, which is not over yet"
        ));
    }
    let words = |days: i64| seen::length(SignedDuration::from_hours(days.saturating_mul(24)));
    if age <= most {
        return Verdict::pass(format!("{name} was replaced on {made} and is due in {}", words(most - age)));
    }
    let place = crate::spec::Place::new(variable.place.path.replace(".name", ".rotated"), rotated.span);
    Verdict::fail(format!("{name} was to be replaced every {}, and was last on {made}", words(most)))
        .expected(format!("replaced less than {} ago", words(most)))
        .observed(format!("{} ago", words(age)))
        .label("due")
        .help(format!("make a new value, put it where production runs, revoke the old one, and write the day under `rotated`{}", where_to(variable)))
        .at(place)
}

fn days(from: Date, to: Date) -> i64 {
    let span = from.duration_until(to);
    span.as_hours() / 24
}
