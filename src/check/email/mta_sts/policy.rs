//! The policy file.

use url::Url;

use super::{Fault, broken, publish, serve, url};
use crate::check::World;
use crate::check::email::fetched::{self, Kind, Unfetched};
use crate::check::seen::{self, Judged};
use crate::mail::mta_sts::{Mode, Policy, PolicyError};
use crate::observed::{Remote, TextFile};
use crate::wanted;

/// Most errors of a file that are named.
const MOST: usize = 5;

/// What came of looking at the file.
pub(super) struct Looked {
    /// What is wrong with it.
    pub(super) faults: Vec<Fault>,
    /// The policy, where senders can read it.
    pub(super) policy: Option<Policy>,
    /// The lines that are at fault, as they stand.
    pub(super) lines: Vec<String>,
}

impl Looked {
    /// The file is not one that senders take.
    fn refused(fault: Fault) -> Self {
        Self { faults: vec![fault], policy: None, lines: Vec::new() }
    }
}

/// Looks at the file and at what it says beside the hosts.
pub(super) fn look(world: &World) -> Judged<Looked> {
    let url = url(world)?;
    let mode = wanted::policy::declared_mode(world).unwrap_or(Mode::Testing);
    let file = match fetched::from(&url, world.observed.files.get(url.as_str()), world) {
        Ok(file) => file,
        Err(Unfetched::Elsewhere(verdict)) => return Err(verdict),
        Err(Unfetched::Fault { why, kind }) => {
            let what = format!("senders get no policy from {}: {why}", seen::shown(&url));
            let help = cure(kind, &url, &serve(world, mode));
            let fault = broken(what, "a policy over valid HTTPS", why, help);
            return Ok(Looked::refused(fault));
        }
    };
    if let Some(fault) = answer_fault(&url, file, world, mode) {
        return Ok(Looked::refused(fault));
    }
    let help = publish(world, mode);
    match Policy::parse(&file.text()) {
        Ok(policy) => {
            Ok(Looked { faults: of_policy(&policy, world, &help), policy: Some(policy), lines: Vec::new() })
        }
        Err(errors) => {
            let lines = quoted(&errors, file);
            Ok(Looked { lines, ..Looked::refused(unreadable(&url, &errors, help)) })
        }
    }
}

/// What to do where nothing was fetched, the first thing first.
fn cure(kind: Kind, url: &Url, serve: &str) -> String {
    let host = host(url);
    match kind {
        Kind::Name => {
            let name = format!(
                "publish `{host} A <address of the web server that serves the policy>` (or AAAA, or a CNAME to its name)"
            );
            format!("{name}; then {serve}, with a certificate for {host}")
        }
        Kind::Certificate => format!(
            "have a certificate issued for {host} (`certbot certonly -d {host}`) and serve it with its intermediates there; then try `curl -i {}`, which must show the policy",
            seen::shown(url)
        ),
        Kind::Silence | Kind::Server => format!("{serve}, with a certificate for {host}"),
    }
}

fn unreadable(url: &Url, errors: &[PolicyError], help: String) -> Fault {
    let errors: Vec<String> =
        errors.iter().map(|error| Remote::new(&error.to_string()).to_string()).collect();
    let mut told: Vec<String> = errors.iter().take(MOST).cloned().collect();
    told.extend((errors.len() > MOST).then(|| format!("{} more", errors.len() - MOST)));
    let what = format!(
        "senders cannot read the policy at {} and take it for none: {}",
        seen::shown(url),
        seen::listed(&told)
    );
    let first = told.into_iter().next().unwrap_or_default();
    broken(what, "lines `key: value` with version, mode, mx and max_age", seen::cut(&first), help)
}

/// The lines in which errors stand: `line 2: mode enforce`.
fn quoted(errors: &[PolicyError], file: &TextFile) -> Vec<String> {
    let mut numbers: Vec<usize> = errors.iter().map(|error| error.line).collect();
    numbers.dedup();
    let line = |number: usize| {
        let text = file.lines.get(number.checked_sub(1)?)?;
        Some(format!("line {number}: {}", seen::cut(text.as_str())))
    };
    numbers.into_iter().take(MOST).filter_map(line).collect()
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

/// What is wrong with the answer, whatever the file says.
fn answer_fault(url: &Url, file: &TextFile, world: &World, mode: Mode) -> Option<Fault> {
    let at = seen::shown(url);
    let kind = file.media_type.as_ref().map_or("", Remote::as_str);
    let essence = kind.split(';').next().unwrap_or_default().trim();
    let (what, observed) = if let Some(to) = file.location.as_ref().filter(|_| redirects(file.status)) {
        let to = seen::shown(to);
        (
            format!("{at} redirects to {to}, and senders follow no redirect"),
            format!("{} to {to}", file.status),
        )
    } else if file.status != 200 {
        (format!("{at} answers {}, so senders get no policy", file.status), format!("status {}", file.status))
    } else if file.cut {
        let what = format!("{at} breaks off or is larger than 64 KiB, so senders take it for none");
        (what, format!("{} bytes and more", file.bytes))
    } else if !essence.eq_ignore_ascii_case("text/plain") {
        let kind = if essence.is_empty() { "no media type".to_owned() } else { seen::cut(essence) };
        (format!("{at} is sent as {kind} instead of text/plain, so senders may refuse it"), kind)
    } else {
        return None;
    };
    Some(broken(what, "200 with the policy as text/plain", observed, serve(world, mode)))
}

fn redirects(status: u16) -> bool {
    (300..400).contains(&status)
}

/// What a policy that can be read says otherwise than it should.
fn of_policy(policy: &Policy, world: &World, help: &str) -> Vec<Fault> {
    let mut found = Vec::new();
    let domain = world.domain();
    let declared = wanted::policy::declared_mode(world);
    if let Some(declared) = declared.filter(|declared| policy.mode < *declared) {
        let (is, wanted) = (policy.mode.word(), declared.word());
        found.push(broken(
            format!("the MTA-STS policy of {domain} is in mode {is}, although the spec declares {wanted}"),
            &format!("mode: {wanted}"),
            format!("mode: {is}"),
            help.to_owned(),
        ));
    }
    let least = world.thresholds.mta_sts_max_age;
    if policy.mode != Mode::None && policy.lifetime() < least {
        let (is, least) = (policy.max_age, least.as_secs());
        found.push(Fault {
            mild: true,
            ..broken(
                format!("senders keep the MTA-STS policy of {domain} for {is} seconds only (`max_age`), so whoever blocks it for that long is rid of it"),
                &format!("max_age: {least} or more"),
                format!("max_age: {is}"),
                help.to_owned(),
            )
        });
    }
    found
}
