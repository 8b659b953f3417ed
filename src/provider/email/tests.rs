use super::*;
use crate::provider::Pattern;
use crate::provider::pattern::allowed;

fn ids(providers: Vec<&Provider>) -> Vec<&str> {
    providers.into_iter().map(|provider| provider.id.as_str()).collect()
}

#[test]
fn the_data_is_read() {
    let services: MailServices = load::embedded(TEXT).expect("readable");
    assert_eq!(services.providers.len(), 20);
    assert!(services.no_mail.is_some() && services.cloudflare.is_some());
    assert_eq!(services.dead_includes.len(), 3);
}

/// Every pattern that names are compared with.
fn name_patterns(provider: &Provider) -> Vec<&Pattern> {
    let mx = provider.mx.iter().flat_map(|mx| {
        mx.hosts.iter().chain(mx.sets.iter().flat_map(|set| set.hosts.iter().map(|host| &host.host)))
    });
    let spf = provider.spf.iter().flat_map(|spf| [&spf.include, &spf.optional, &spf.needless]).flatten();
    let keys = provider.dkim.iter().flat_map(|set| &set.keys);
    let keys = keys.flat_map(|key| std::iter::once(&key.selector).chain(&key.targets));
    let lists = [&provider.return_path, &provider.verification, &provider.tracking, &provider.other];
    let records = lists.into_iter().flatten().flat_map(|record| {
        let values = record.values.iter().filter(|_| record.kind != RecordKind::Txt);
        std::iter::once(&record.name).chain(values)
    });
    mx.chain(spf).chain(keys).chain(records).chain(&provider.unwanted_mx).collect()
}

#[test]
fn names_are_in_lower_case_and_placeholders_are_known() {
    for provider in &services().providers {
        for pattern in name_patterns(provider) {
            let text = pattern.as_str();
            assert_eq!(text, text.to_ascii_lowercase(), "{}", provider.id);
            assert!(!text.ends_with('.') && !text.contains(' ') && !text.is_empty(), "{text}");
            for part in text.split('{').skip(1) {
                let placeholder = part.split('}').next().unwrap_or_default();
                let about = ["domain", "domain_dashed", "selector"].contains(&placeholder);
                assert!(about || allowed(placeholder).is_some(), "{text}");
            }
        }
    }
}

#[test]
fn ids_are_unique_words_and_everything_has_a_source() {
    let mut seen = BTreeSet::new();
    for provider in &services().providers {
        assert!(seen.insert(&provider.id), "{} twice", provider.id);
        assert!(provider.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
        assert!(!provider.sources.is_empty() && !provider.name.is_empty(), "{}", provider.id);
        let receives = matches!(provider.kind, Kind::Mailbox | Kind::Forwarding);
        assert!(!receives || provider.mx.is_some(), "{} receives nothing", provider.id);
    }
}

#[test]
fn every_alias_says_where_it_leads_and_every_set_is_the_services_own() {
    for provider in &services().providers {
        for key in provider.dkim.iter().flat_map(|set| &set.keys) {
            assert_eq!(key.kind == RecordKind::Cname, !key.targets.is_empty(), "{}", provider.id);
        }
        for host in provider.mx.iter().flat_map(|mx| &mx.sets).flat_map(|set| &set.hosts) {
            assert!(provider.owns_mx(host.host.as_str()), "{}", host.host.as_str());
        }
    }
}

#[test]
fn mailboxes_are_told_by_all_their_hosts() {
    let of = |hosts: &[&str]| mailbox_provider(hosts).map(|provider| provider.id.as_str());
    assert_eq!(of(&["aspmx.l.google.com", "alt1.aspmx.l.google.com"]), Some("google-workspace"));
    assert_eq!(of(&["shop-test.mail.protection.outlook.com"]), Some("microsoft-365"));
    assert_eq!(of(&["shop-test.o-v1.mx.microsoft"]), Some("microsoft-365"));
    assert_eq!(of(&["route1.mx.cloudflare.net"]), Some("cloudflare-email-routing"));
    assert_eq!(of(&["aspmx.l.google.com", "mail.shop.test"]), None);
    assert_eq!(of(&["google.com.evil.test"]), None);
    assert_eq!(of(&[]), None);
}

#[test]
fn senders_are_told_by_their_includes() {
    assert_eq!(ids(senders_of_spf(&["_spf.google.com", "spf.mtasv.net"])), ["google-workspace", "postmark"]);
    // Customer.io's include stands below the domain.
    assert_eq!(ids(senders_of_spf(&["mailgun.org"])), ["mailgun"]);
    assert_eq!(ids(senders_of_spf(&["unknown.test"])), [] as [&str; 0]);
}

#[test]
fn senders_are_told_by_their_keys() {
    let of = |selector, target| sender_of_key("shop.test", selector, target).map(|p| p.id.as_str());
    assert_eq!(of("20260901120000pm", None), Some("postmark"));
    assert_eq!(of("google", None), Some("google-workspace"));
    assert_eq!(of("fm1", Some("fm1.shop.test.dkim.fmhosted.com")), Some("fastmail"));
    assert_eq!(of("fm1", Some("fm1.other.test.dkim.fmhosted.com")), None);
    assert_eq!(of("k1", Some("dkim.mcsv.net")), Some("mailchimp"));
    assert_eq!(of("k1", None), None);
    assert_eq!(of("mail", None), None);
    assert_eq!(of("abc", Some("abc.dkim.amazonses.com")), Some("amazon-ses"));
    assert_eq!(of("abc", Some("abd.dkim.amazonses.com")), None);
}

#[test]
fn guesses_are_plain_names() {
    let selectors = selectors();
    assert!(["google", "selector1", "s1", "k2", "pm", "resend"].iter().all(|s| selectors.contains(s)));
    assert!(selectors.iter().all(|selector| !selector.contains('{')) && !selectors.contains("krs"));
    let paths: Vec<&str> = usual_return_paths().map(|(_, name, _)| name).collect();
    assert_eq!(paths, ["pm-bounces", "send", "send", "outbound.intercom"]);
}
