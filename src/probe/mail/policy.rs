//! MTA-STS (RFC 8461), TLS reports (RFC 8460) and BIMI.

use futures_util::future::{join, join3};

use crate::mail::{bimi, mta_sts, tls_rpt};
use crate::probe::session::Session;
use crate::spec::Document;

/// The records of the domain, and what they lead to.
pub(super) async fn gather(session: &Session<'_>, document: &Document) {
    let domain = &document.spec.domain.value.0;
    let reports = tls_rpt::record_name(domain);
    let reports = session.dns(&reports, "TXT");
    let _ = join3(policy(session, document, domain), reports, logo(session, domain)).await;
}

/// The record, whether its host is there, and the policy where one is meant to be.
async fn policy(session: &Session<'_>, document: &Document, domain: &str) {
    let (name, host) = (mta_sts::record_name(domain), mta_sts::policy_host(domain));
    let record = session.dns(&name, "TXT");
    let host = join(session.dns(&host, "A"), session.dns(&host, "AAAA"));
    let fetched = async {
        let Some(url) = mta_sts::policy_url(domain) else { return };
        if document.spec.mail().is_some_and(|mail| mail.mta_sts.is_some())
            || texts(session, &name).await.iter().any(|text| is_meant(text))
        {
            // Kept in the session.
            let _ = session.file(&url).await;
        }
    };
    let _ = join3(record, host, fetched).await;
}

fn is_meant(text: &str) -> bool {
    mta_sts::is_record(text) || mta_sts::resembles_record(text)
}

async fn texts(session: &Session<'_>, name: &str) -> Vec<String> {
    let answer = session.dns(name, "TXT").await.unwrap_or_default();
    answer.values("TXT").map(|text| text.as_str().to_owned()).collect()
}

/// The record, and the logo that it names.
async fn logo(session: &Session<'_>, domain: &str) {
    let texts = texts(session, &bimi::record_name(domain)).await;
    let mut records = texts.iter().filter(|text| bimi::is_record(text));
    if let (Some(only), None) = (records.next(), records.next())
        && let Some(url) = bimi::Record::read(only).record.location
    {
        // Kept in the session.
        let _ = session.logo(&url).await;
    }
}
