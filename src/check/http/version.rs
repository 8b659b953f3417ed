//! Whether answers name the software's version.

use std::collections::BTreeSet;

use super::page;
use crate::check::{Verdict, World, seen};
use crate::item::Host;
use crate::web::version::{HEADERS, disclosed};

/// What to do, by a word of the header.
const HELP: [(&str, &str); 9] = [
    ("nginx", "nginx: `server_tokens off;`"),
    ("openresty", "OpenResty: `server_tokens off;`"),
    ("apache", "Apache: `ServerTokens Prod` and `ServerSignature Off`"),
    ("php", "PHP: `expose_php = Off` in php.ini"),
    (
        "aspnet",
        "ASP.NET: `<httpRuntime enableVersionHeader=\"false\"/>`, and for MVC `MvcHandler.DisableMvcResponseHeader = true`",
    ),
    ("iis", "IIS: `removeServerHeader=\"true\"` in `<requestFiltering>`"),
    ("drupal", "Drupal: take the X-Generator header out with a response subscriber"),
    ("wordpress", "WordPress: `remove_action('wp_head', 'wp_generator')`"),
    ("gunicorn", "gunicorn: take the header out at the proxy before it"),
];

pub(in crate::check) fn version_disclosed(host: &Host, world: &World) -> Verdict {
    if let Err(verdict) = page::only_production(host) {
        return *verdict;
    }
    let answers = match page::answers(host, world) {
        Ok(answers) => answers,
        Err(verdict) => return *verdict,
    };
    let fields = answers.iter().flat_map(|(_, exchange)| &exchange.headers);
    let named = fields
        .filter(|(name, value)| HEADERS.contains(&name.as_str()) && disclosed(value.as_str()).is_some());
    let told: BTreeSet<String> = named.map(|(name, value)| seen::cut(&format!("{name}: {value}"))).collect();
    if told.is_empty() {
        return Verdict::pass("no answer names a version");
    }
    let told: Vec<String> = told.into_iter().collect();
    Verdict::fail(format!("{} tells the version of its software: {}", host.name, seen::listed(&told)))
        .expected("no version number")
        .observed(seen::listed(&told))
        .label("version disclosed")
        .help(help(&told))
}

fn help(told: &[String]) -> String {
    let all = told.join(" ").to_ascii_lowercase();
    let known = HELP.iter().filter(|(word, _)| all.contains(word));
    let known: Vec<&str> = known.map(|(_, help)| *help).collect();
    if known.is_empty() {
        return "turn the header off in the server, or take it out at the proxy (nginx: `proxy_hide_header NAME;`)".into();
    }
    format!("leave the number out: {}", known.join("; "))
}
