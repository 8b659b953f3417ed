//! The block of what could not be told: one for each reason.

use super::causes::grouped;
use super::{Scene, diagnostic, rows};
use crate::check::Status;
use crate::report::Finding;
use crate::report::style::Ink;
use crate::report::text::{Headline, clean, columns, cut, pad, wrap_with};

/// How the model begins the title of what could not be told.
const TITLE_PREFIX: &str = "Could not tell: ";
/// So many checks with one reason are told in sentences; more are listed.
const MOST_SENTENCES: usize = 4;
/// So many are listed where nobody asked for more.
const MOST_CHECKS: usize = 12;

/// A block for each reason.
pub(super) fn blocks(scene: &Scene) -> Vec<Vec<String>> {
    let groups = grouped(scene.causes.printed(Status::Unknown), |finding| reason(&finding.message));
    groups.iter().map(|members| block(scene, members)).collect()
}

/// A message without the questions it was about: a resolver that is down is one reason, not one
/// for each name and type that it was asked for.
fn reason(message: &str) -> String {
    let plain = |part: &str| match part.rsplit_once(" for ") {
        Some((before, question)) if is_question(question) => before.to_owned(),
        _ => part.to_owned(),
    };
    message.split("; ").map(plain).collect::<Vec<_>>().join("; ")
}

/// `shop.test TXT`
fn is_question(text: &str) -> bool {
    let Some((name, kind)) = text.split_once(' ') else { return false };
    !name.is_empty()
        && !kind.is_empty()
        && kind.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
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
    let text = format!("{} things for one reason: {}", checks.len(), clean(&reason(&first.message)));
    let mut lines = headline(scene, &text, "");
    if checks.len() > MOST_SENTENCES {
        lines.extend(listed(scene, checks));
    } else {
        lines.extend(checks.iter().flat_map(|members| sentence(scene, members)));
    }
    lines
}

/// What it is in words, and the subjects below.
fn sentence(scene: &Scene, members: &[&Finding]) -> Vec<String> {
    let Some(first) = members.first() else { return Vec::new() };
    let (claim, check) = (format!("whether {}", claim(&first.title)), clean(&first.check));
    let row = Headline { lead: "", ink: Ink::Dim, text: &claim, right: &check };
    let mut lines = row.lines(4, scene.style);
    lines.extend(wrap_with(&subjects(scene, members), scene.style.columns(), "      ", "      "));
    lines
}

/// One line for each check, and not all of them where nobody asked for more.
fn listed(scene: &Scene, checks: &[Vec<&Finding>]) -> Vec<String> {
    let style = scene.style;
    let most = if style.verbose > 0 { checks.len() } else { MOST_CHECKS };
    let shown: Vec<(String, String)> = checks
        .iter()
        .take(most)
        .filter_map(|members| Some((clean(&members.first()?.check), subjects(scene, members))))
        .collect();
    let wide = shown.iter().map(|(check, _)| columns(check)).max().unwrap_or(0);
    let lines = shown.iter().map(|(check, names)| format!("    {}  {names}", pad(check, wide)));
    let mut lines: Vec<String> = lines.map(|line| cut(&line, style.columns(), style.ellipsis())).collect();
    if checks.len() > most {
        lines.push(format!("    {} {} more with -v", style.ellipsis(), checks.len() - most));
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
