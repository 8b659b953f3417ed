//! Whether a site can say that something is not there.

use url::Url;

use super::{for_visitors, front, told_of_front};
use crate::check::{Verdict, World, seen};
use crate::item::Host;
use crate::observed::{Exchange, Page};

pub(in crate::check) fn soft_404(host: &Host, world: &World) -> Verdict {
    if let Err(verdict) = for_visitors(host) {
        return *verdict;
    }
    let Some(url) = host.absent() else { return seen::no_url(host) };
    let exchange = match seen::http(&url, world) {
        Ok(exchange) => exchange,
        Err(verdict) if verdict.because.is_some() => return *verdict,
        Err(verdict) => return told_of_front(host, world).unwrap_or(*verdict),
    };
    if let Some(to) = exchange.location.as_ref().filter(|_| exchange.is_redirect()) {
        return Verdict::pass(format!("a path that is not there leads to {}", seen::shown(to)));
    }
    if !(200..300).contains(&exchange.status) {
        return Verdict::pass(format!("a path that is not there answers {}", exchange.status));
    }
    if host.is_single_page() && is_front(exchange, host, world) {
        return Verdict::pass("every path answers with the one page of the application");
    }
    fault(&url, exchange, host)
}

/// True where the answer is the page that stands at the root.
fn is_front(exchange: &Exchange, host: &Host, world: &World) -> bool {
    let (Some(page), Ok(front)) = (&exchange.page, front(host, world)) else { return false };
    let parts =
        |page: &Page| (page.title.clone(), page.resources.iter().map(|part| part.kind).collect::<Vec<_>>());
    parts(page) == parts(front.page)
}

fn fault(url: &Url, exchange: &Exchange, host: &Host) -> Verdict {
    let status = exchange.status;
    let verdict = Verdict::fail(format!("{} does not exist, and answers {status}", seen::shown(url)))
        .expected("404")
        .observed(status.to_string())
        .label("never says 404")
        .help("answer 404 for what is not there (nginx: `try_files $uri $uri/ =404;`; Next: `notFound()` and `not-found.tsx`; Netlify: a `404.html` and no `/* /index.html 200`)");
    let is_declared = host.details.is_some_and(|details| details.app.is_some());
    if exchange.page.is_none() || is_declared {
        return verdict;
    }
    let help = verdict.help.clone().unwrap_or_default();
    verdict.help(format!("{help}; is it a single-page application that answers every path with its one page? declare it: `app: vite`, `app: flutter-web`, ..."))
}
