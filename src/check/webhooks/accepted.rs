//! What an endpoint takes and must refuse.

use super::answer::{Answer, Call};
use super::effect;
use super::trial::{Trial, idle};
use crate::check::{Status, Verdict, World, seen};
use crate::item::Webhook;
use crate::webhook::Attempt;

/// Events whose signature somebody made who does not hold the secret.
const FORGED: &[Attempt] = &[
    Attempt::WrongKey,
    Attempt::EmptySignature,
    Attempt::GarbledSignature,
    Attempt::LongSignature,
    Attempt::TestSecret,
    Attempt::HandshakeWrong,
];
/// Those of them that a check of the signature would have refused, so that there is none.
const UNCHECKED: &[Attempt] =
    &[Attempt::WrongKey, Attempt::EmptySignature, Attempt::GarbledSignature, Attempt::LongSignature];

/// What must be refused, and what came of it.
struct Tally<'w> {
    /// What was taken, as facts: `a body without a signature: 200`.
    taken: Vec<(Attempt, String)>,
    /// What was refused.
    refused: Vec<Call<'w>>,
    /// The verdict where nothing is known of something, and nothing was taken.
    open: Option<Box<Verdict>>,
}

impl<'w> Tally<'w> {
    fn of(trial: &Trial<'_, 'w>, attempts: &[Attempt]) -> Self {
        let mut tally = Self { taken: Vec::new(), refused: Vec::new(), open: None };
        for attempt in attempts {
            if let Some(call) = trial.call(*attempt) {
                tally.count(*attempt, call, trial);
            }
            let acted = effect::appeared(trial, *attempt);
            tally.taken.extend(acted.facts.into_iter().map(|fact| (*attempt, fact)));
            tally.open = tally.open.take().or(acted.open);
        }
        tally
    }

    fn count(&mut self, attempt: Attempt, call: Call<'w>, trial: &Trial) {
        match (attempt, call.answer()) {
            // A stranger's handshake is taken where it gets the answer that it wants.
            (Attempt::HandshakeWrong, Answer::Accepted(posted)) if posted.right == Some(true) => {
                self.taken.push((
                    attempt,
                    format!("{}: {}, with the right answer", call.what, posted.answer.status),
                ));
            }
            (Attempt::HandshakeWrong, Answer::Accepted(_) | Answer::Broken(_) | Answer::Redirected(_)) => {
                self.refused.push(call);
            }
            (_, Answer::Accepted(_)) => self.taken.push((attempt, call.fact())),
            (_, Answer::Refused(_)) => self.refused.push(call),
            // Over plain HTTP there need not be anything.
            (
                Attempt::Plain,
                Answer::Broken(_) | Answer::Redirected(_) | Answer::Edge(..) | Answer::Failed(_),
            ) => {}
            _ => self.open = self.open.take().or_else(|| call.open(trial)),
        }
    }

    fn took(&self, attempt: Attempt) -> bool {
        self.taken.iter().any(|(taken, _)| *taken == attempt)
    }

    /// What was taken, as a list.
    fn names(&self) -> String {
        let mut names: Vec<String> = Vec::new();
        for (attempt, _) in &self.taken {
            let name = attempt.what().to_owned();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        seen::in_full(&names)
    }

    fn failed(&self, trial: &Trial, consequence: &str) -> Verdict {
        let url = seen::shown(&trial.webhook.url);
        let facts: Vec<String> = self.taken.iter().map(|(_, fact)| fact.clone()).collect();
        let verdict = Verdict::fail(format!("{url} takes {}{consequence}", self.names()))
            .observed(seen::in_full(&facts));
        let refused = self.refused.iter().map(Call::fact);
        facts.iter().cloned().chain(refused).fold(verdict, Verdict::evidence)
    }

    /// `401 to a signature with another key`, or how many of them.
    fn passed(&self) -> Verdict {
        let verdict = match self.refused.as_slice() {
            [one] => Verdict::pass(format!("refuses {} with {}", one.what, one.outcome())),
            all => Verdict::pass(format!("refuses all {} kinds", all.len())),
        };
        self.refused.iter().map(Call::fact).fold(verdict, Verdict::evidence)
    }

    /// The verdict where nothing that must not was taken.
    fn settled(self, trial: &Trial, attempts: &[Attempt]) -> Verdict {
        match self.open {
            Some(verdict) => *verdict,
            None if self.refused.is_empty() => trial.not_made(attempts),
            None => self.passed(),
        }
    }
}

pub(in crate::check) fn unsigned_accepted(webhook: &Webhook, world: &World) -> Verdict {
    let attempts = &[Attempt::Unsigned, Attempt::Plain];
    if let Some(verdict) = idle(webhook, attempts) {
        return verdict;
    }
    let trial = match Trial::heard(webhook, world) {
        Ok(trial) => trial,
        Err(verdict) => return *verdict,
    };
    let tally = Tally::of(&trial, attempts);
    if tally.taken.is_empty() {
        return tally.settled(&trial, attempts);
    }
    let only_plain = !tally.took(Attempt::Unsigned);
    let help = if only_plain {
        "the server behind port 80 does not check what the one behind HTTPS does: redirect everything there to HTTPS, or close it for this path"
    } else {
        "compute the signature over the raw bytes of the body before anything is parsed, compare it in constant time, and answer 401 where the header is absent or wrong; the provider's library does all three"
    };
    tally
        .failed(&trial, ": anybody who knows the URL can make up events")
        .expected("401, 403 or 400")
        .label("takes anything")
        .help(help)
}

/// The verdict of other checks where the endpoint checks no signature at all.
fn unchecked(webhook: &Webhook, world: &World) -> Option<Verdict> {
    let trial = Trial::heard(webhook, world).ok()?;
    let tally = Tally::of(&trial, &[Attempt::Unsigned]);
    let reason = "it takes what is not signed at all";
    tally
        .took(Attempt::Unsigned)
        .then(|| Verdict::not_judged("webhooks/unsigned-accepted", webhook.name, reason))
}

pub(in crate::check) fn forged_accepted(webhook: &Webhook, world: &World) -> Verdict {
    if let Some(verdict) = idle(webhook, FORGED) {
        return verdict;
    }
    let trial = match Trial::heard(webhook, world) {
        Ok(trial) => trial,
        Err(verdict) => return *verdict,
    };
    if let Some(verdict) = unchecked(webhook, world) {
        return verdict;
    }
    let tally = Tally::of(&trial, FORGED);
    if tally.taken.is_empty() {
        return tally.settled(&trial, FORGED);
    }
    let consequence = if tally.took(Attempt::TestSecret) {
        ": everybody can read that secret in the provider's documentation"
    } else if tally.took(Attempt::HandshakeWrong) && tally.taken.len() == 1 {
        ": it answers the challenge to anybody, so that anybody may subscribe it to an account of theirs"
    } else {
        ": that a signature is there is not enough"
    };
    let help = if UNCHECKED.iter().any(|attempt| tally.took(*attempt)) {
        "compare the signature with the one computed from the secret and the raw body (`hmac.compare_digest`, `crypto.timingSafeEqual`, or the provider's library), treat every error of that as a refusal, and answer 401"
    } else if tally.took(Attempt::TestSecret) {
        "replace the signing secret in production by the one that the provider made for this endpoint"
    } else {
        "compare the handshake's token or signature with the secret before the challenge is sent back, and answer 403 where it differs"
    };
    tally
        .failed(&trial, consequence)
        .expected("401, 403 or 400 to each")
        .label("takes forged events")
        .help(help)
}

/// The verdict of checks that look at what exactly is signed, where a signature is not compared.
fn uncompared(webhook: &Webhook, world: &World) -> Option<Verdict> {
    let trial = Trial::heard(webhook, world).ok()?;
    unchecked(webhook, world).or_else(|| {
        let took_any = !Tally::of(&trial, UNCHECKED).taken.is_empty();
        let reason = "it takes forged signatures";
        took_any.then(|| Verdict::not_judged("webhooks/forged-accepted", webhook.name, reason))
    })
}

/// Judges attempts that are signed with the secret: where the endpoint refuses valid events too, that it
/// refuses these says nothing.
fn signed(
    webhook: &Webhook,
    world: &World,
    attempts: &[Attempt],
    fail: impl FnOnce(&Tally, &Trial) -> Verdict,
) -> Verdict {
    if let Some(verdict) = idle(webhook, attempts) {
        return verdict;
    }
    let trial = match Trial::heard(webhook, world) {
        Ok(trial) => trial,
        Err(verdict) => return *verdict,
    };
    if let Some(verdict) = uncompared(webhook, world) {
        return verdict;
    }
    let tally = Tally::of(&trial, attempts);
    if !tally.taken.is_empty() {
        return fail(&tally, &trial);
    }
    let verdict = tally.settled(&trial, attempts);
    if verdict.status != Status::Pass || trial.takes_valid() {
        return verdict;
    }
    match super::valid_refused(webhook, world).status {
        Status::Fail => {
            let reason = "it refuses valid events too";
            Verdict::not_judged("webhooks/valid-refused", webhook.name, reason)
        }
        _ => verdict.evidence(
            "no valid event was delivered: an endpoint that holds another secret refuses these too",
        ),
    }
}

pub(in crate::check) fn tampered_accepted(webhook: &Webhook, world: &World) -> Verdict {
    signed(webhook, world, &[Attempt::Tampered, Attempt::Reserialised], |tally, trial| {
        let rewritten = !tally.took(Attempt::Tampered);
        let (consequence, help) = if rewritten {
            (
                ": it checks the body that it wrote itself from the parsed JSON, not the one that came",
                "verify the raw bytes (`express.raw`, `request.body` before parsing, `req.rawBody`): what JSON libraries write anew differs from what was sent, so that real events are refused at times and altered ones pass",
            )
        } else {
            (
                ": whoever can repeat a delivery can change what it says",
                "compute the signature over the raw body that came, not over parts of it or over a copy, and use nothing of the body that is not signed",
            )
        };
        tally.failed(trial, consequence).expected("401, 403 or 400").label("takes altered events").help(help)
    })
}

pub(in crate::check) fn stale_accepted(webhook: &Webhook, world: &World) -> Verdict {
    signed(webhook, world, &[Attempt::Stale], |tally, trial| {
        tally
            .failed(trial, ": whoever recorded a delivery can send it again at any time")
            .expected("401, 403 or 400")
            .label("takes old events")
            .help("compare the signed time with the clock and refuse what is older than the provider's tolerance (five minutes for most); the provider's library does it unless the tolerance is set to 0 or very high")
    })
}
