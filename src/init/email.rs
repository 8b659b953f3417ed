//! The part `email`: who receives, who sends, and what is published about it.

use super::quote::{cut, declarable, is_name, list, scalar};
use super::senders::{self, Senders};
use super::sheet::Sheet;
use super::sight::Sight;
use super::spf;
use super::spf::Record as SpfRecord;
use crate::mail::dmarc::{DmarcPolicy, Record};
use crate::mail::{self, mta_sts, tls_rpt};
use crate::observed::Seen;
use crate::provider::email::{self, Kind};
use crate::spec::model::scalar::report_uri;

/// Writes the section.
pub(super) fn write(sheet: &mut Sheet, sight: &Sight) {
    let records: Vec<&str> =
        sight.values("@", "TXT").into_iter().filter(|text| mail::spf::is_record(text)).collect();
    let exchangers = sight.values("@", "MX");
    if exchangers == ["."]
        && records.iter().all(|record| record.eq_ignore_ascii_case("v=spf1 -all"))
        && !records.is_empty()
    {
        sheet.seen("email: none", "a null MX, and SPF that lets nobody send");
        return;
    }
    let senders = Senders::of(sight, &records);
    let published = !exchangers.is_empty() || !records.is_empty() || !senders.is_empty();
    if !published && sight.texts("_dmarc").is_empty() {
        sheet.decide("email: none", "nothing about mail is published; none, or who receives and sends");
        return;
    }
    sheet.section("email", |sheet| {
        receive(sheet, &exchangers);
        senders::write(sheet, &senders, mailbox(&exchangers));
        policy(sheet, &records);
        senders::write_keys(sheet, &senders);
        dmarc(sheet, sight);
        mta_sts(sheet, sight);
        reports(sheet, sight);
    });
}

fn mailbox(exchangers: &[&str]) -> Option<&'static email::Provider> {
    email::mailbox_provider(exchangers)
}

fn receive(sheet: &mut Sheet, exchangers: &[&str]) {
    let real: Vec<&str> = exchangers.iter().copied().filter(|host| *host != ".").collect();
    match (mailbox(&real), real.as_slice()) {
        (Some(provider), _) => {
            sheet.seen(&format!("receive: {}", provider.id), &format!("MX of {}", provider.name));
        }
        (None, []) if exchangers.is_empty() => sheet.decide("receive: any", "there is no MX"),
        (None, []) => sheet.decide("receive: any", "a null MX refuses all mail"),
        (None, hosts) if hosts.iter().all(|host| is_name(host)) => {
            sheet.seen(&format!("receive: {{mx: {}}}", list(hosts.iter().copied())), "MX");
        }
        (None, _) => sheet.seen("receive: any", "MX records, some of which are no host names"),
    }
}

/// SPF, as far as the senders above do not say it already.
fn policy(sheet: &mut Sheet, records: &[&str]) {
    let [record] = records else {
        let why = match records.len() {
            0 => "there is no SPF record".to_owned(),
            count => format!("there are {count} SPF records, and receivers take none of them"),
        };
        return sheet.decide("spf: {all: fail}", &why);
    };
    let record = SpfRecord::read(record);
    let mut keys: Vec<String> = record.all.map(|all| format!("all: {all}")).into_iter().collect();
    let unknown: Vec<&str> =
        record.includes.iter().copied().filter(|include| spf::is_unknown(include)).collect();
    if !unknown.is_empty() {
        keys.push(format!("include: {}", list(unknown)));
    }
    if !record.addresses.is_empty() {
        keys.push(format!("ip: {}", list(record.addresses.iter().copied())));
    }
    if !record.others.is_empty() {
        sheet.words(&format!("seen in the SPF record too: {}", cut(&record.others.join(" "))));
    }
    if keys.is_empty() {
        sheet.decide("spf: {all: fail}", "the record does not say that others may not send");
    } else {
        sheet.seen(&format!("spf: {{{}}}", keys.join(", ")), "");
    }
}

/// DMARC (RFC 9989).
fn dmarc(sheet: &mut Sheet, sight: &Sight) {
    let texts = sight.texts("_dmarc");
    let records: Vec<Record> = texts.iter().filter_map(|text| Record::read(text.as_str())).collect();
    let proposal = format!(
        "dmarc: {{policy: reject, reports: {}}}",
        list([format!("mailto:dmarc@{}", sight.domain).as_str()])
    );
    let [record] = records.as_slice() else {
        let why = if records.is_empty() {
            "there is no record"
        } else {
            "there are several records, which receivers ignore"
        };
        return sheet.decide(&proposal, why);
    };
    let mut keys = Vec::new();
    keys.extend(record.p.map(|policy| format!("policy: {}", policy.word())));
    keys.extend(record.sp.map(|policy| format!("subdomain_policy: {}", policy.word())));
    let addresses = quoted(record.rua.iter().map(|entry| entry.uri.as_str()));
    if !addresses.is_empty() {
        keys.push(format!("reports: [{}]", addresses.join(", ")));
    }
    let weak = record.p == Some(DmarcPolicy::None);
    match keys.as_slice() {
        [] => sheet.decide(&proposal, "the record asks for nothing"),
        keys => sheet.seen(
            &format!("dmarc: {{{}}}", keys.join(", ")),
            if weak { "`none` refuses nothing; the goal is reject" } else { "" },
        ),
    }
}

/// Addresses that a spec can hold, quoted.
fn quoted<'a>(addresses: impl Iterator<Item = &'a str>) -> Vec<String> {
    addresses.filter(|uri| report_uri(uri).is_ok()).filter_map(|uri| declarable(uri).ok()).collect()
}

/// MTA-STS (RFC 8461): the record says that there is a policy, the policy says how binding it is.
fn mta_sts(sheet: &mut Sheet, sight: &Sight) {
    let record = sight.texts("_mta-sts").into_iter().any(|text| mta_sts::is_record(text.as_str()));
    let file = mta_sts::policy_url(sight.domain).and_then(|url| sight.observed.files.get(url.as_str()));
    let mode = match file {
        Some(Seen::Answer(file)) => mta_sts::Policy::read(&file.text()).mode,
        _ => None,
    };
    match (record, mode.filter(|mode| *mode != mta_sts::Mode::None)) {
        (true, Some(mode)) => {
            sheet.seen(&format!("mta_sts: {}", mode.word()), "the policy that mta-sts serves");
        }
        (true, None) => sheet.decide("mta_sts: enforce", "there is a record, but no policy that can be read"),
        (false, _) => sheet.decide("mta_sts: testing", "TLS is not asked of those who send here"),
    }
}

/// TLS reports (RFC 8460).
fn reports(sheet: &mut Sheet, sight: &Sight) {
    let texts = sight.texts("_smtp._tls");
    let record = texts.iter().map(|text| text.as_str()).find(|text| tls_rpt::is_record(text));
    let found = record.map(|record| tls_rpt::Record::read(record).rua).unwrap_or_default();
    let addresses = quoted(found.iter().map(AsRef::as_ref));
    if addresses.is_empty() {
        let address = format!("mailto:tls@{}", sight.domain);
        sheet.decide(
            &format!("tls_rpt: [{}]", scalar(&address)),
            "who hears that TLS to the mail servers fails",
        );
    } else {
        sheet.seen(&format!("tls_rpt: [{}]", addresses.join(", ")), "");
    }
}

impl Senders<'_> {
    /// True where the mailbox service is among those that were seen sending.
    pub(super) fn has(&self, provider: &email::Provider) -> bool {
        provider.kind == Kind::Forwarding || self.known.iter().any(|sender| sender.provider.id == provider.id)
    }
}
