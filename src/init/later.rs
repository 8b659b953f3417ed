//! The sections that no look from outside can fill in, as examples in comments.

use super::sheet::Sheet;
use super::web::Site;

/// Writes them.
pub(super) fn write(sheet: &mut Sheet, domain: &str, site: &Site) {
    let api = if site.declares("api") { format!("api.{domain}") } else { domain.to_owned() };
    sheet.blank();
    sheet.words("to decide: what no look from outside can tell. Take the `#` away where a section is yours");
    example(sheet, &endpoints(&api));
    example(sheet, SECRETS);
    example(sheet, &webhooks(&api));
    if site.is_at_cloudflare() {
        example(sheet, CLOUDFLARE);
    }
    example(sheet, MONITORING);
    example(sheet, &handover(domain));
}

/// A section in comments.
fn example(sheet: &mut Sheet, text: &str) {
    sheet.blank();
    for line in text.lines() {
        sheet.verbatim(format!("# {line}").trim_end());
    }
}

fn endpoints(api: &str) -> String {
    format!(
        "endpoints:                       # single URLs, and what they must answer
  - {{url: \"https://{api}/healthz\", status: 200, contains: '\"ok\"', p95: 500ms, samples: 20}}
  - {{url: \"https://{api}/admin\", refuse_anonymous: true}}"
    )
}

const SECRETS: &str = "secrets:                         # names only, never values
  variables:
    - STRIPE_SECRET_KEY
    - {name: SESSION_KEY, min_length: 32, rotate: 180d}
  scan: {sites: [apex], paths: [build/web], history: true}";

fn webhooks(api: &str) -> String {
    format!(
        "webhooks:                        # endpoints that receive events
  - name: stripe
    url: https://{api}/webhooks/stripe
    provider: stripe
    secret: STRIPE_WEBHOOK_SECRET  # the name of a variable
    events: [checkout.session.completed]"
    )
}

const CLOUDFLARE: &str = "cloudflare:                      # what `plan` and `apply` may change
  settings: {ssl: strict, always_use_https: \"on\", min_tls_version: \"1.2\"}";

const MONITORING: &str = "monitoring: {config: gatus.yaml, watch: [apex]}";

fn handover(domain: &str) -> String {
    format!(
        "handover:                        # who receives the product, and what belongs to it
  client: <name of the client>
  accounts: [{{name: registrar, provider: Example Registrar, owner: ada@{domain}, stored_in: client vault}}]
  contacts: [{{role: on call, name: Ada, reach: ada@{domain}}}]
  items: [{{item: Restore of the backup was tried}}]"
    )
}
