//! The block of what could not be told: one for each reason.

use super::causes::grouped;
use super::{Scene, diagnostic, rows};
use crate::check::Status;
use crate::report::Finding;
use crate::report::style::Ink;
use crate::report::text::{Headline, clean, wrap_with};

/// How the model begins the title of what could not be told.
const TITLE_PREFIX: &str = "Could not tell: ";

/// A block for each reason.
pub(super) fn blocks(scene: &Scene) -> Vec<Vec<String>> {
    let groups = grouped(scene.causes.printed(Status::Unknown), |finding| finding.message.as_str());
    groups.iter().map(|members| block(scene, members)).collect()
}

fn block(scene: &Scene, members: &[&Finding]) -> Vec<String> {
    let Some(first) = members.first() else { return Vec::new() };
    let checks = grouped(members.iter().copied(), |finding| finding.check.as_str());
    let mut lines =
        if checks.len() == 1 { one(scene, members, first) } else { several(scene, &checks, first) };
    lines.extend(rows::optional("do", first.help.as_ref(), scene.style));
    lines.extend(diagnostic::evidence(members, scene.style));
    lines.extend(diagnostic::then(scene, members));
    lines
}

fn one(scene: &Scene, members: &[&Finding], first: &Finding) -> Vec<String> {
    let text = format!("whether {}", claim(&first.title));
    let mut lines = headline(scene, &text, &clean(&first.check));
    lines.extend(rows::row("about", &subjects(scene, members), scene.style));
    lines.extend(rows::row("reason", &first.message, scene.style));
    if let [only] = members {
        lines.extend(rows::row("spec", &diagnostic::place(scene, only), scene.style));
    }
    lines
}

fn several(scene: &Scene, checks: &[Vec<&Finding>], first: &Finding) -> Vec<String> {
    let text = format!("{} things for one reason: {}", checks.len(), clean(&first.message));
    let mut lines = headline(scene, &text, "");
    for members in checks {
        let Some(first) = members.first() else { continue };
        let (claim, check) = (format!("whether {}", claim(&first.title)), clean(&first.check));
        let row = Headline { lead: "", ink: Ink::Dim, text: &claim, right: &check };
        lines.extend(row.lines(4, scene.style));
        let names = subjects(scene, members);
        lines.extend(wrap_with(&names, scene.style.columns(), "      ", "      "));
    }
    lines
}

fn headline(scene: &Scene, text: &str, check: &str) -> Vec<String> {
    let lead = format!("{} could not tell ", scene.style.symbol(Status::Unknown));
    Headline { lead: &lead, ink: Ink::Unknown, text, right: check }.lines(2, scene.style)
}

fn subjects(scene: &Scene, members: &[&Finding]) -> String {
    let names: Vec<&str> = members.iter().map(|finding| finding.subject.as_str()).collect();
    rows::names(&names, scene.style)
}

/// The title of a pass as a clause: `The host ...` becomes `the host ...`; names and
/// abbreviations (`SPF`, `launch-ready`) stay as they are.
fn claim(title: &str) -> String {
    let title = clean(title.strip_prefix(TITLE_PREFIX).unwrap_or(title));
    let word = title.split(' ').next().unwrap_or_default();
    let ordinary = word.chars().skip(1).all(char::is_lowercase);
    match title.chars().next().filter(|_| ordinary) {
        Some(first) => format!("{}{}", first.to_lowercase(), &title[first.len_utf8()..]),
        None => title,
    }
}

#[cfg(test)]
mod tests {
    use super::claim;

    #[test]
    fn a_title_becomes_a_clause() {
        assert_eq!(claim("Could not tell: The host resolves"), "the host resolves");
        assert_eq!(claim("Could not tell: SPF is found"), "SPF is found");
        assert_eq!(claim("A record differs"), "a record differs");
        assert_eq!(claim("Übung macht den Meister"), "übung macht den Meister");
        assert_eq!(claim(""), "");
    }
}
