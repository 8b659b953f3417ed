use launch_ready::cloudflare::plan::{Action, Wishes};
use launch_ready::judge::{self, Options};
use launch_ready::observed::{CloudflareZone, Observed, Seen};
use launch_ready::policy::Policy;
use launch_ready::spec::load::parse;

const SPEC: &str = "\
domain: shop.test
cloudflare: {settings: {ssl: strict, always_use_https: \"on\", min_tls_version: \"1.2\"}}
hosts: {apex: {}, www: redirect, api: {}}
redirects: [{from: \"https://www.shop.test/old\", to: \"https://shop.test/\"}]
";

/// A zone as the API shows it: objects of any form under the names that are read.
pub(crate) fn cloudflare_zone(data: &[u8]) {
    let Ok(zone) = serde_json::from_slice::<CloudflareZone>(data) else { return };
    let document = parse("-", SPEC).expect("a spec");
    let mut observed = Observed::new("2026-11-28T12:00:00Z".parse().expect("a time"));
    observed.cloudflare = Some(Seen::Answer(zone));
    let policy = Policy::named("baseline", |_| Err("no files here".into())).expect("a policy");
    let options = Options { only: vec!["cloudflare".into()], ..Options::default() };
    let report = judge::judge(&document, &observed, &policy, &options);
    for wishes in [Wishes::default(), Wishes { adopt: true, prune: true, ..Wishes::default() }] {
        let plan = || judge::plan(&document, &observed, &policy, &options, &wishes, &report);
        let made = plan().expect("a plan for a zone that was read");
        assert_eq!(plan().as_ref(), Some(&made));
        for change in &made.changes {
            assert_eq!(change.before.is_none(), change.action == Action::Add, "{change:?}");
            assert_eq!(change.after.is_none(), change.action == Action::Delete, "{change:?}");
            assert!(wishes.adopt || !change.adopts, "{change:?}");
        }
    }
}
