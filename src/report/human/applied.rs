//! What an apply changed, and whether that came true.

use crate::cloudflare::plan::Action;
use crate::report::model::{Applied, Proof, ProofState};
use crate::report::style::{Ink, Style};
use crate::report::text::{clean, columns, pad, plural, wrap_with};

/// The changes, the proofs, and where the way back is.
pub(super) fn lines(applied: &Applied, style: &Style) -> Vec<String> {
    let mut lines = vec![format!("  {}", style.paint(Ink::Strong, &head(applied)))];
    let wide = applied.proof.iter().map(|proof| columns(&words(proof))).max().unwrap_or(0);
    for proof in &applied.proof {
        let text = pad(&words(proof), wide);
        let about = format!("{} {}", clean(&proof.check), clean(&proof.subject));
        lines.push(format!("  {}  {about}", style.paint(ink(proof), &text)));
        if let Some(message) = proof.message.as_ref().filter(|_| proof.state != ProofState::Proved) {
            lines.extend(wrap_with(&clean(message), style.columns(), "      ", "      "));
        }
    }
    if applied.remaining > 0 {
        let text = format!(
            "{} would still be made: somebody else writes to this zone, or Cloudflare keeps something in another form",
            plural(applied.remaining, "change")
        );
        lines.extend(wrap_with(&text, style.columns(), "  ", "    "));
    }
    for note in &applied.notes {
        lines.extend(wrap_with(&clean(note), style.columns(), "  ", "    "));
    }
    if let Some(rollback) = &applied.rollback {
        let back = format!("  the way back: launch-ready rollback {}", clean(rollback));
        lines.push(style.paint(Ink::Dim, &back));
    }
    lines
}

fn head(applied: &Applied) -> String {
    let zone = clean(&applied.zone);
    if applied.changes.is_empty() {
        return format!("{zone}: nothing to change");
    }
    let count = |action| applied.changes.iter().filter(|change| change.action == action).count();
    let parts = [(Action::Add, "added"), (Action::Change, "changed"), (Action::Delete, "deleted")];
    let parts = parts.map(|(action, word)| (count(action), word));
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    format!("{zone}: {} in {}", parts.join(", "), plural(applied.steps, "request"))
}

fn words(proof: &Proof) -> String {
    match (proof.state, proof.seconds) {
        (ProofState::Proved, _) => "proved".into(),
        (ProofState::Pending, Some(seconds)) => format!("pending, at most {seconds} s"),
        (ProofState::Pending, None) => "pending".into(),
        (ProofState::NotProved, _) => "not proved".into(),
        (ProofState::Unknown, _) => "could not tell".into(),
    }
}

fn ink(proof: &Proof) -> Ink {
    match proof.state {
        ProofState::Proved => Ink::Pass,
        ProofState::NotProved => Ink::Error,
        ProofState::Pending | ProofState::Unknown => Ink::Unknown,
    }
}
