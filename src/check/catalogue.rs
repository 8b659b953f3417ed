//! The list of all checks: the one line that each check has here joins its page and its judge.

use std::sync::LazyLock;

use super::page::Page;
use super::spec::{Mention, Text};
use super::{Verdict, World, cloudflare, dns, domain, email, http, secrets, spec, tls, webhooks};
use crate::item::{
    Asked, Authorised, Changing, CrossOrigin, DeclaredUrl, Endpoint, EnvSpot, Exchanger, Host, MailAddress,
    Name, ProxyState, Record, RecordSet, Redirect, Scanned, Selector, Sender, ServedItem, Start, Variable,
    Waiver, Webhook, Zone, ZonePath, ZoneSetting,
};

/// What a check looks at, and the function that judges it.
#[derive(Debug, Clone, Copy)]
pub enum Judge {
    /// The launched domain.
    Domain(fn(&World) -> Verdict),
    /// Each host.
    Host(fn(&Host, &World) -> Verdict),
    /// Each host and each declared alias.
    Name(fn(&Name, &World) -> Verdict),
    /// Each declared record.
    Record(fn(&Record, &World) -> Verdict),
    /// The records of each name and type whose text is read.
    RecordSet(fn(&RecordSet, &World) -> Verdict),
    /// Each name that the spec owns records at.
    Owner(fn(&Name, &World) -> Verdict),
    /// Each record set that the cutover will change.
    Changing(fn(&Changing, &World) -> Verdict),
    /// Each zone that holds names of the product.
    Zone(fn(&Zone, &World) -> Verdict),
    /// Each redirect that must happen.
    Redirect(fn(&Redirect, &World) -> Verdict),
    /// Each URL from which redirects are followed.
    Start(fn(&Start, &World) -> Verdict),
    /// Each host that is asked over HTTP.
    Asked(fn(&Asked, &World) -> Verdict),
    /// Each URL whose status is declared.
    Url(fn(&DeclaredUrl, &World) -> Verdict),
    /// Each endpoint.
    Endpoint(fn(&Endpoint, &World) -> Verdict),
    /// Each URL that scripts of other origins may call.
    CrossOrigin(fn(&CrossOrigin, &World) -> Verdict),
    /// Each declared sender.
    Sender(fn(&Sender, &World) -> Verdict),
    /// Everything that SPF must authorise.
    Authorised(fn(&Authorised, &World) -> Verdict),
    /// Each host of the domain's MX records.
    Exchanger(fn(&Exchanger, &World) -> Verdict),
    /// Each address of an exchanger of one's own, and of a declared sender.
    MailAddress(fn(&MailAddress, &World) -> Verdict),
    /// Each DKIM selector.
    Selector(fn(&Selector, &World) -> Verdict),
    /// Each endpoint that receives events.
    Webhook(fn(&Webhook, &World) -> Verdict),
    /// Each declared variable.
    Variable(fn(&Variable, &World) -> Verdict),
    /// Each declared variable, and each other one that was found to be a secret in an exposed name.
    Exposable(fn(&Variable, &World) -> Verdict),
    /// Each place where files are read, and each secret that was found there.
    ScannedFiles(fn(&Scanned, &World) -> Verdict),
    /// The Git history, and each secret that was found there.
    ScannedHistory(fn(&Scanned, &World) -> Verdict),
    /// Each environment file that Git tracks.
    EnvFile(fn(&EnvSpot, &World) -> Verdict),
    /// Each site whose files are read, or each secret in them.
    Served(fn(&ServedItem, &World) -> Verdict),
    /// The zone at Cloudflare.
    CloudflareZone(fn(&World) -> Verdict),
    /// Each zone setting that the spec speaks of.
    ZoneSetting(fn(&ZoneSetting, &World) -> Verdict),
    /// Each mode of the zone that is for a moment.
    ZoneMode(fn(&ZoneSetting, &World) -> Verdict),
    /// Each declared rate limit.
    RateLimit(fn(&ZonePath, &World) -> Verdict),
    /// Each path that machines call.
    MachinePath(fn(&ZonePath, &World) -> Verdict),
    /// The records whose proxy state matters.
    ProxyState(fn(&ProxyState, &World) -> Verdict),
    /// Each URL that stands in the spec.
    Mention(fn(&Mention, &World) -> Verdict),
    /// Each text that stands in the spec.
    Text(fn(&Text, &World) -> Verdict),
    /// Each waiver, after all other checks.
    Waiver(fn(&Waiver, &World) -> Verdict),
}

/// A check of the catalogue.
#[derive(Debug)]
pub struct Check {
    /// `area/slug`, fixed for ever.
    pub id: &'static str,
    /// What it looks at and how it judges.
    pub judge: Judge,
    page: LazyLock<Page>,
}

impl Check {
    /// The check's page.
    pub fn page(&self) -> &Page {
        &self.page
    }

    /// The part of the id before the slash.
    pub fn area(&self) -> &'static str {
        self.id.split('/').next().unwrap_or(self.id)
    }

    /// What to say of an id that is no check's: it is close to one, or has not the form of one.
    /// Any other id may be a check of a later version.
    pub(crate) fn mistyped(id: &str) -> Option<String> {
        if Self::find(id).is_some() {
            return None;
        }
        let near = CATALOGUE
            .iter()
            .map(|check| check.id)
            .filter(|known| strsim::damerau_levenshtein(known, id) <= 2);
        crate::spec::did_you_mean(id, near).or_else(|| {
            let help = "a check's id is `area/name`; `launch-ready explain` lists them";
            (!id.contains('/')).then(|| help.to_owned())
        })
    }

    /// The check with this id.
    pub fn find(id: &str) -> Option<&'static Check> {
        CATALOGUE.iter().find(|check| check.id == id)
    }
}

/// A missing page does not compile.
macro_rules! catalogue {
    ($($id:literal => $kind:ident($judge:path),)*) => {
        /// Every check, in the order of the report.
        pub static CATALOGUE: [Check; [$($id),*].len()] = [$(Check {
            id: $id,
            judge: Judge::$kind($judge),
            page: LazyLock::new(|| {
                Page::embedded($id, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/checks/", $id, ".md")))
            }),
        }),*];
    };
}

catalogue! {
    "spec/unknown-host" => Mention(spec::unknown_host),
    "spec/inline-secret" => Text(spec::inline_secret),
    "spec/waiver-expired" => Waiver(spec::waiver_expired),
    "spec/waiver-unmatched" => Waiver(spec::waiver_unmatched),
    "domain/unregistered" => Domain(domain::unregistered),
    "domain/on-hold" => Domain(domain::on_hold),
    "domain/expiring" => Domain(domain::expiring),
    "domain/transfer-unlocked" => Domain(domain::transfer_unlocked),
    "domain/nameservers-differ" => Domain(domain::servers::nameservers_differ),
    "domain/registrar-differs" => Domain(domain::registrar::registrar_differs),
    "dns/nameserver-count" => Zone(dns::zone::nameserver_count),
    "dns/nameserver-lame" => Zone(dns::zone::lame::nameserver_lame),
    "dns/nameservers-disagree" => Zone(dns::zone::disagree::nameservers_disagree),
    "dns/delegation-differs" => Zone(dns::zone::delegation::delegation_differs),
    "dns/zone-transfer-open" => Zone(dns::zone::delegation::zone_transfer_open),
    "dns/record-missing" => Record(dns::record::record_missing),
    "dns/record-differs" => Record(dns::record::record_differs),
    "dns/record-unexpected" => Record(dns::record::record_unexpected),
    "dns/host-unresolved" => Host(dns::host_unresolved),
    "dns/address-private" => Host(dns::address_private),
    "dns/ipv6-broken" => Host(dns::family::ipv6_broken),
    "dns/cname-dangling" => Name(dns::cname_dangling),
    "dns/takeover-possible" => Name(dns::takeover::takeover_possible),
    "dns/cname-conflict" => Owner(dns::conflict::cname_conflict),
    "dns/cname-loop" => Name(dns::cname_loop),
    "dns/wildcard-unintended" => Domain(dns::wildcard::wildcard_unintended),
    "dns/propagation-pending" => Record(dns::record::propagation_pending),
    "dns/ttl-too-long" => Changing(dns::cutover::ttl_too_long),
    "dns/value-malformed" => RecordSet(dns::damage::value_malformed),
    "dns/soa-values" => Zone(dns::zone::soa::soa_values),
    "dns/dnssec-bogus" => Zone(dns::dnssec::dnssec_bogus),
    "dns/dnssec-ds-orphan" => Zone(dns::dnssec::dnssec_ds_orphan),
    "dns/dnssec-ds-missing" => Zone(dns::dnssec::dnssec_ds_missing),
    "dns/dnssec-signature-expiring" => Zone(dns::dnssec::dnssec_signature_expiring),
    "dns/dnssec-unsigned" => Zone(dns::dnssec::dnssec_unsigned),
    "dns/caa-missing" => Domain(dns::caa::caa_missing),
    "dns/caa-forbids-issuer" => Host(dns::caa::issuer::caa_forbids_issuer),
    "tls/unreachable" => Host(tls::unreachable),
    "tls/address-unreachable" => Host(tls::addresses::address_unreachable),
    "tls/client-certificate-required" => Host(tls::client::client_certificate_required),
    "tls/certificate-expired" => Host(tls::certificate_expired),
    "tls/certificate-not-yet-valid" => Host(tls::certificate_not_yet_valid),
    "tls/certificate-expiring" => Host(tls::certificate_expiring),
    "tls/certificate-name-mismatch" => Host(tls::certificate_name_mismatch),
    "tls/certificate-untrusted" => Host(tls::trust::certificate_untrusted),
    "tls/certificate-self-signed" => Host(tls::trust::certificate_self_signed),
    "tls/certificate-revoked" => Host(tls::revoked::certificate_revoked),
    "tls/certificate-weak-key" => Host(tls::strength::certificate_weak_key),
    "tls/certificate-weak-signature" => Host(tls::strength::certificate_weak_signature),
    "tls/certificate-lifetime" => Host(tls::lifetime::certificate_lifetime),
    "tls/certificate-issuer-differs" => Host(tls::issuer::certificate_issuer_differs),
    "tls/chain-incomplete" => Host(tls::chain::chain_incomplete),
    "tls/chain-order" => Host(tls::chain::chain_order),
    "tls/chain-expiring" => Host(tls::chain::chain_expiring),
    "tls/chain-expired" => Host(tls::chain::chain_expired),
    "tls/legacy-version" => Host(tls::version::legacy_version),
    "tls/below-minimum-version" => Host(tls::version::below_minimum_version),
    "tls/weak-cipher" => Host(tls::suite::weak_cipher),
    "tls/no-modern-version" => Host(tls::version::no_modern_version),
    "http/unreachable" => Url(http::unreachable),
    "http/edge-error" => Asked(http::edge::edge_error),
    "http/https-not-forced" => Host(http::plain::https_not_forced),
    "http/redirect-missing" => Redirect(http::redirect::redirect_missing),
    "http/redirect-target-differs" => Redirect(http::redirect::redirect_target_differs),
    "http/redirect-status-differs" => Redirect(http::redirect::redirect_status_differs),
    "http/redirect-loop" => Start(http::redirect::redirect_loop),
    "http/redirect-chain" => Start(http::redirect::redirect_chain),
    "http/canonical-split" => Domain(http::canonical_split),
    "http/status-differs" => Url(http::status_differs),
    "http/body-differs" => Endpoint(http::endpoint::body::body_differs),
    "http/latency" => Endpoint(http::endpoint::samples::latency),
    "http/flaky" => Endpoint(http::endpoint::samples::flaky),
    "http/not-refused" => Endpoint(http::endpoint::refused::not_refused),
    "http/hsts-missing" => Host(http::hsts_missing),
    "http/hsts-weak" => Host(http::hsts::hsts_weak),
    "http/hsts-unsafe" => Host(http::hsts::hsts_unsafe),
    "http/security-headers-missing" => Host(http::guard::security_headers_missing),
    "http/csp-missing" => Host(http::csp::csp_missing),
    "http/csp-weak" => Host(http::csp::csp_weak),
    "http/version-disclosed" => Host(http::version::version_disclosed),
    "http/cookie-flags" => Host(http::cookie::cookie_flags),
    "http/cors-open" => CrossOrigin(http::cors::cors_open),
    "http/cors-origin-missing" => CrossOrigin(http::cors::cors_origin_missing),
    "http/cors-origin-development" => CrossOrigin(http::cors::cors_origin_development),
    "http/mixed-content" => Host(http::site::mixed::mixed_content),
    "http/noindex" => Host(http::site::index::noindex),
    "http/staging-indexable" => Host(http::site::index::staging_indexable),
    "http/soft-404" => Host(http::site::soft::soft_404),
    "http/favicon-missing" => Host(http::site::icon::favicon_missing),
    "http/debug-exposed" => Host(http::site::known::debug_exposed),
    "http/file-exposed" => Host(http::site::exposed::file_exposed),
    "http/source-map-exposed" => Host(http::site::served::source_map_exposed),
    "http/development-url" => Host(http::site::served::development_url),
    "http/entry-cached" => Host(http::site::caching::entry_cached),
    "http/private-response-cached" => Host(http::site::caching::private_response_cached),
    "http/asset-uncached" => Host(http::site::caching::asset_uncached),
    "http/uncompressed" => Host(http::site::transfer::uncompressed),
    "http/placeholder-page" => Host(http::site::known::placeholder_page),
    "http/canonical-link-differs" => Host(http::site::canonical::canonical_link_differs),
    "http/security-txt" => Domain(http::site::security_txt::security_txt),
    "email/mx-missing" => Domain(email::mx::mx_missing),
    "email/mx-differs" => Domain(email::mx::mx_differs),
    "email/mx-invalid" => Exchanger(email::exchanger::invalid::mx_invalid),
    "email/smtp-unreachable" => Exchanger(email::exchanger::reach::smtp_unreachable),
    "email/starttls-missing" => Exchanger(email::exchanger::starttls::starttls_missing),
    "email/starttls-certificate" => Exchanger(email::exchanger::certificate::starttls_certificate),
    "email/reverse-dns" => MailAddress(email::reverse::reverse_dns),
    "email/spf-missing" => Domain(email::spf::spf_missing),
    "email/spf-multiple" => Domain(email::spf::spf_multiple),
    "email/spf-invalid" => Domain(email::spf::spf_invalid),
    "email/spf-loop" => Domain(email::spf::spf_loop),
    "email/spf-too-many-lookups" => Domain(email::spf::spf_too_many_lookups),
    "email/spf-too-many-void-lookups" => Domain(email::spf::spf_too_many_void_lookups),
    "email/spf-permissive" => Domain(email::spf::spf_permissive),
    "email/spf-after-all" => Domain(email::spf::spf_after_all),
    "email/spf-ptr" => Domain(email::spf::spf_ptr),
    "email/spf-sender-missing" => Authorised(email::spf::spf_sender_missing),
    "email/spf-sender-stale" => Domain(email::spf::spf_sender_stale),
    "email/dkim-missing" => Selector(email::dkim::dkim_missing),
    "email/dkim-invalid" => Selector(email::dkim::dkim_invalid),
    "email/dkim-revoked" => Selector(email::dkim::dkim_revoked),
    "email/dkim-weak" => Selector(email::dkim::dkim_weak),
    "email/dkim-testing" => Selector(email::dkim::dkim_testing),
    "email/dkim-differs" => Selector(email::dkim::dkim_differs),
    "email/dmarc-missing" => Domain(email::dmarc::missing::dmarc_missing),
    "email/dmarc-multiple" => Domain(email::dmarc::record::dmarc_multiple),
    "email/dmarc-invalid" => Domain(email::dmarc::record::dmarc_invalid),
    "email/dmarc-policy-weak" => Domain(email::dmarc::policy::dmarc_policy_weak),
    "email/dmarc-subdomain-weak" => Domain(email::dmarc::policy::dmarc_subdomain_weak),
    "email/dmarc-testing" => Domain(email::dmarc::policy::dmarc_testing),
    "email/dmarc-no-reports" => Domain(email::dmarc::reports::dmarc_no_reports),
    "email/dmarc-reports-unauthorised" => Domain(email::dmarc::unauthorised::dmarc_reports_unauthorised),
    "email/dmarc-alignment" => Sender(email::alignment::dmarc_alignment),
    "email/mta-sts-missing" => Domain(email::mta_sts::mta_sts_missing),
    "email/mta-sts-invalid" => Domain(email::mta_sts::mta_sts_invalid),
    "email/tls-rpt-missing" => Domain(email::tls_rpt::tls_rpt_missing),
    "email/tls-rpt-invalid" => Domain(email::tls_rpt::tls_rpt_invalid),
    "email/dane-mismatch" => Exchanger(email::exchanger::dane::dane_mismatch),
    "email/bimi-invalid" => Domain(email::bimi::bimi_invalid),
    "email/parked-spoofable" => Domain(email::parked::parked_spoofable),
    "webhooks/unreachable" => Webhook(webhooks::unreachable),
    "webhooks/redirects" => Webhook(webhooks::redirects),
    "webhooks/challenged" => Webhook(webhooks::challenged),
    "webhooks/method-accepted" => Webhook(webhooks::method_accepted),
    "webhooks/unsigned-accepted" => Webhook(webhooks::unsigned_accepted),
    "webhooks/forged-accepted" => Webhook(webhooks::forged_accepted),
    "webhooks/tampered-accepted" => Webhook(webhooks::tampered_accepted),
    "webhooks/stale-accepted" => Webhook(webhooks::stale_accepted),
    "webhooks/refusal-is-server-error" => Webhook(webhooks::refusal_is_server_error),
    "webhooks/error-leaks-internals" => Webhook(webhooks::error_leaks_internals),
    "webhooks/valid-refused" => Webhook(webhooks::valid_refused),
    "webhooks/slow" => Webhook(webhooks::slow),
    "webhooks/not-idempotent" => Webhook(webhooks::not_idempotent),
    "webhooks/effect-missing" => Webhook(webhooks::effect_missing),
    "webhooks/not-registered" => Webhook(webhooks::registration::missing::not_registered),
    "webhooks/events-differ" => Webhook(webhooks::registration::events::events_differ),
    "webhooks/registration-stale" => Webhook(webhooks::registration::stale::registration_stale),
    "webhooks/deliveries-failing" => Webhook(webhooks::registration::failing::deliveries_failing),
    "secrets/variable-missing" => Variable(secrets::variable_missing),
    "secrets/variable-placeholder" => Variable(secrets::variable_placeholder),
    "secrets/variable-malformed" => Variable(secrets::variable_malformed),
    "secrets/variable-test-mode" => Variable(secrets::variable_test_mode),
    "secrets/variable-development-url" => Variable(secrets::variable_development_url),
    "secrets/variable-public" => Exposable(secrets::variable_public),
    "secrets/variable-shared" => Variable(secrets::variable_shared),
    "secrets/variable-stale" => Variable(secrets::variable_stale),
    "secrets/leaked-in-file" => ScannedFiles(secrets::leaked_in_file),
    "secrets/leaked-in-history" => ScannedHistory(secrets::leaked_in_history),
    "secrets/env-file-committed" => EnvFile(secrets::env_file_committed),
    "secrets/leaked-in-bundle" => Served(secrets::bundle::leaked_in_bundle),
    "cloudflare/zone-inactive" => CloudflareZone(cloudflare::zone_inactive),
    "cloudflare/ssl-mode" => CloudflareZone(cloudflare::ssl_mode),
    "cloudflare/setting-differs" => ZoneSetting(cloudflare::setting_differs),
    "cloudflare/proxy-differs" => ProxyState(cloudflare::proxy_differs),
    "cloudflare/redirect-rule-missing" => Redirect(cloudflare::redirect_rule_missing),
    "cloudflare/waf-off" => CloudflareZone(cloudflare::waf_off),
    "cloudflare/rate-limit-missing" => RateLimit(cloudflare::rate_limit_missing),
    "cloudflare/machine-blocked" => MachinePath(cloudflare::machine_blocked),
    "cloudflare/mode-left-on" => ZoneMode(cloudflare::mode_left_on),
    "cloudflare/origin-exposed" => Host(cloudflare::origin_exposed),
    "cloudflare/certificate-pending" => CloudflareZone(cloudflare::certificate_pending),
    "cloudflare/token-too-broad" => CloudflareZone(cloudflare::token_too_broad),
}
