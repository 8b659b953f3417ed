//! A plan for people at a terminal.

use super::{counted, facts, waits, words};
use crate::cloudflare::plan::{Action, Change, Left, Plan, Refusal};
use crate::report::style::{Ink, Style};
use crate::report::text::{Headline, blanks, clean, columns, wrap, wrap_with};

/// The columns left of a row's word.
const INDENT: usize = 6;
/// The widest word is `before`.
const WORD: usize = 6;

/// The plan as text. `spec` is the file that asks for it; `last` is said at the end, where nothing keeps
/// the plan from being applied.
pub fn render(plan: &Plan, spec: &str, last: &str, style: &Style) -> String {
    let mut blocks =
        vec![wrap(&facts(plan), style.columns() - 2).iter().map(|line| format!("  {line}")).collect()];
    let waits = waits(plan).map(|text| format!("! {text}"));
    blocks.extend(waits.map(|text| wrap_with(&text, style.columns(), "  ", "    ")));
    blocks.extend(plan.changes.iter().map(|change| lines(change, spec, style)));
    blocks.push(plan.left.iter().flat_map(|left| left_lines(left, spec, style)).collect());
    blocks.push(plan.refusals.iter().flat_map(|refusal| refusal_lines(refusal, style)).collect());
    blocks.push(end(plan, last, style));
    let full: Vec<String> = blocks
        .iter()
        .filter(|lines: &&Vec<String>| !lines.is_empty())
        .map(|lines| lines.join("\n"))
        .collect();
    format!("{}\n", full.join("\n\n"))
}

fn lines(change: &Change, spec: &str, style: &Style) -> Vec<String> {
    let lead = format!("{} {:<7}", words::sign(change.action), words::verb(change));
    let place = format!("{}:{}", clean(spec), change.spec.line);
    let ink = match change.action {
        Action::Add => Ink::Pass,
        Action::Change => Ink::Warning,
        Action::Delete => Ink::Error,
    };
    let subject = words::subject(&change.subject);
    let mut lines = Headline { lead: &lead, ink, text: &subject, right: &place }.lines(2, style);
    lines.extend(values(change, style));
    lines.extend(change.why.iter().flat_map(|why| row("why", &clean(why), style)));
    if !change.turns_green.is_empty() {
        lines.extend(row("green", &words::green(change), style));
    }
    lines
}

/// What it is and what it becomes.
fn values(change: &Change, style: &Style) -> Vec<String> {
    let text = |object| words::object(&change.subject, object);
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => {
            let (was, is) = (text(before), text(after));
            if was == is {
                let members = words::differing(before, after).join(", ");
                return row("", &format!("{is} ({members})"), style);
            }
            let (mut lines, after) = (row("before", &was, style), row("after", &is, style));
            lines.extend(after);
            lines
        }
        (Some(one), None) | (None, Some(one)) => row("", &text(one), style),
        (None, None) => Vec::new(),
    }
}

fn row(word: &str, text: &str, style: &Style) -> Vec<String> {
    let lines = wrap(text, style.columns().saturating_sub(INDENT + WORD + 2).max(20));
    let lines = lines.iter().enumerate().map(|(index, line)| {
        let word = if index == 0 { word } else { "" };
        let gap = blanks(WORD + 2 - columns(word));
        format!("{}{}{gap}{line}", blanks(INDENT), style.paint(Ink::Dim, word))
    });
    lines.collect()
}

fn left_lines(left: &Left, spec: &str, style: &Style) -> Vec<String> {
    let subject = words::subject(&left.subject);
    let place = format!("{}:{}", clean(spec), left.spec.line);
    let mut lines =
        Headline { lead: "! left alone  ", ink: Ink::Unknown, text: &subject, right: &place }.lines(2, style);
    lines.extend(row("", &clean(&left.message), style));
    lines
}

fn refusal_lines(refusal: &Refusal, style: &Style) -> Vec<String> {
    let rail = words::rail(refusal.rail);
    let (lead, right) = if refusal.lifted {
        ("! allowed  ", String::new())
    } else {
        ("! refused  ", format!("--allow {rail}"))
    };
    Headline { lead, ink: Ink::Error, text: &clean(&refusal.message), right: &right }.lines(2, style)
}

fn end(plan: &Plan, last: &str, style: &Style) -> Vec<String> {
    let text = if plan.is_empty() {
        if plan.left.is_empty() {
            "no changes: the zone is as the spec wants it".to_owned()
        } else {
            "no changes; what is left alone stands above".to_owned()
        }
    } else if plan.blocked().next().is_some() {
        format!("{}. Nothing was written, and `apply` refuses this plan as it is: see above", counted(plan))
    } else {
        format!("{}. {last}", counted(plan))
    };
    let lines = wrap(&text, style.columns() - 2);
    lines.iter().map(|line| format!("  {}", style.paint(Ink::Strong, line))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    const LAST: &str = "Nothing was written. To make them: launch-ready apply";

    fn text(plan: &Plan) -> String {
        render(plan, "launch-ready.yaml", LAST, &Style { width: 90, ..Style::default() })
    }

    #[test]
    fn changes_show_what_was_what_is_and_what_turns_green() {
        insta::assert_snapshot!(text(&fixture::plan()), @r#"
          zone circlegarden.test (free plan, active) of Circle Garden Ltd: 14 records read, 3 not
          ours and left alone; 2 rules read, 2 not ours and left alone

          ~ adopt  TXT circlegarden.test                                      launch-ready.yaml:41
              before  "v=spf1 include:_spf.google.com include:mailgun.org ~all"
              after   "v=spf1 include:_spf.google.com -all"
              green   email/spf-permissive, email/spf-too-many-lookups

          + add    CNAME pm-bounces.circlegarden.test                         launch-ready.yaml:41
                      pm.mtasv.net, DNS only

          + add    CAA circlegarden.test                                      launch-ready.yaml:22
                      0 issue "letsencrypt.org", TTL 300

          ~ change setting ssl                                                launch-ready.yaml:70
              before  flexible
              after   strict

          + add    redirect rule                                               launch-ready.yaml:5
                      https://www.circlegarden.test/* -> https://circlegarden.test/$1 (301)

          - delete A old.circlegarden.test                                    launch-ready.yaml:72
                      192.0.2.1, DNS only

          6 changes, 1 deletion. Nothing was written. To make them: launch-ready apply
        "#);
    }

    #[test]
    fn a_plan_that_is_refused_says_which_option_lifts_it() {
        insta::assert_snapshot!(text(&fixture::refused()), @r#"
          zone circlegarden.test (free plan, active) of Circle Garden Ltd: 14 records read, 3 not
          ours and left alone; 2 rules read, 2 not ours and left alone

          ~ adopt  TXT circlegarden.test                                      launch-ready.yaml:41
              before  "v=spf1 include:_spf.google.com include:mailgun.org ~all"
              after   "v=spf1 include:_spf.google.com -all"
              green   email/spf-permissive, email/spf-too-many-lookups

          ! left alone  MX shop.test                                          launch-ready.yaml:30
                      MX records that are not ours stand there: `--adopt` takes them over

          ! refused  A shop.test would show the origin's address           --allow origin-exposure
          ! allowed  6 of 14 records would change

          1 change, 0 deletions. Nothing was written, and `apply` refuses this plan as it is: see
          above
        "#);
    }

    #[test]
    fn a_pending_zone_names_the_servers_that_the_registrar_needs() {
        let mut plan = fixture::plan();
        plan.zone.status = "pending".into();
        plan.zone.name_servers = vec!["ada.ns.cloudflare.com".into(), "bob.ns.cloudflare.com".into()];
        let text = text(&plan).replace("\n    ", " ");
        let words =
            "until the registrar has the name servers ada.ns.cloudflare.com and bob.ns.cloudflare.com;";
        assert!(text.contains(words), "{text}");
    }

    #[test]
    fn an_empty_plan_is_one_line() {
        let plan = Plan { changes: Vec::new(), ..fixture::plan() };
        assert!(text(&plan).ends_with("no changes: the zone is as the spec wants it\n"));
    }

    #[test]
    fn hostile_texts_move_nothing() {
        let text = text(&fixture::hostile());
        assert!(text.chars().all(|c| c == '\n' || !crate::observed::is_harmful(c)), "{text}");
    }
}
