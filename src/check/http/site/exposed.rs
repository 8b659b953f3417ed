//! Whether a server gives away files that are none of the site.

use crate::check::{Verdict, World, seen};
use crate::item::Host;
use crate::observed::Seen;
use crate::served::exposed::{Exposed, PLACES};

pub(in crate::check) fn file_exposed(host: &Host, world: &World) -> Verdict {
    if host.redirect_only {
        return Verdict::not_applicable(format!("{} only redirects", host.name));
    }
    let Some(root) = host.root("https") else { return seen::no_url(host) };
    let found = match world.observed.served.get(&host.name).and_then(|served| served.exposed.as_ref()) {
        Some(Seen::Answer(found)) => found,
        Some(Seen::Failed(failure)) => return seen::unanswered(&root, failure, world),
        Some(Seen::Unobserved(reason)) => return seen::unobserved(&host.name, reason.as_str(), world),
        None => {
            return seen::http(&root, world)
                .err()
                .map_or_else(|| Verdict::unknown(seen::NOT_OBSERVED), |verdict| *verdict);
        }
    };
    if found.is_empty() {
        // A host that lets nobody in has shown nothing.
        if let Err(verdict) = seen::http(&root, world)
            && verdict.message != seen::NOT_OBSERVED
        {
            return *verdict;
        }
        return Verdict::pass(format!("none of {} files that no site should serve is there", PLACES.len()));
    }
    let lines: Vec<String> =
        found.iter().map(|file| format!("{}, {}", seen::shown(&file.url), file.what.words())).collect();
    let is = |what: Exposed| found.iter().any(|file| file.what == what);
    let repository = is(Exposed::GitHead) || is(Exposed::GitConfig);
    let help = if repository {
        "deploy what the build made and not the folder of the repository: with `.git` anybody can load all sources and their history; until then shut `/.git` out (nginx `location ~ /\\. { return 404; }`), and change every secret that was ever committed"
    } else {
        "take the file off the server and shut such paths out (nginx `location ~ /\\. { return 404; }`), then change every secret in it: crawlers ask for these paths within hours"
    };
    Verdict::fail(format!("everybody can load {}", seen::listed(&lines)))
        .expected("404 or 403")
        .observed(seen::listed(&found.iter().map(|file| file.url.path().to_owned()).collect::<Vec<_>>()))
        .label("file is public")
        .help(help)
}
