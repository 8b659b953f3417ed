//! What all commands share that look at the world: settings from options, and a run that the
//! keyboard can stop.

use std::path::{Path, PathBuf};

use miette::{Diagnostic, IntoDiagnostic};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::args::{Limits, Reach};
use super::output::{MAX_SMALL_FILE, Terminal, read};
use super::progress;
use crate::observed::Observed;
use crate::private::PrivateRanges;
use crate::probe::{
    Files, Machine, NotAnAnchor, ProbeError, Progress, Reading, Sending, Settings, TrustAnchors,
};
use crate::secret::Environment;
use crate::spec::model::scalar;
use crate::system;

#[derive(Debug, thiserror::Error, Diagnostic)]
enum LookError {
    #[error("{path} holds no certificate")]
    #[diagnostic(
        code(usage::ca_file),
        help("--ca-file takes root certificates in PEM: -----BEGIN CERTIFICATE-----")
    )]
    NoCertificate { path: String },
    #[error("{path} is not a file of trust anchors: {why}")]
    #[diagnostic(
        code(usage::trust_anchor),
        help("--trust-anchor takes DNSKEY or DS records, one a line: `test. IN DS 12345 13 2 ABCD...`")
    )]
    NoAnchor { path: String, why: NotAnAnchor },
    #[error("LAUNCH_READY_RDAP_URL is no address of an RDAP service: {why}")]
    #[diagnostic(
        code(usage::rdap_url),
        help("set it to the base address, such as https://rdap.example.com/, or unset it")
    )]
    RdapUrl { why: String },
}

/// How the probe looks, by the options.
pub(super) fn settings(
    reach: &Reach,
    trust_anchors: &[PathBuf],
    limits: &Limits,
) -> miette::Result<Settings> {
    let mut extra_roots = Vec::new();
    for path in &reach.ca_file {
        let pem = read(path, MAX_SMALL_FILE, "--ca-file takes a PEM file")?;
        let roots: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes()).filter_map(Result::ok).collect();
        if roots.is_empty() {
            return Err(LookError::NoCertificate { path: path.display().to_string() }.into());
        }
        extra_roots.extend(roots);
    }
    Ok(Settings {
        anchors: anchors(trust_anchors)?,
        resolvers: reach.resolver.clone(),
        connect: reach.connect.clone(),
        extra_roots,
        machine: Machine { roots: system::native_roots, counts: reach.system_roots },
        timeout: limits.timeout,
        deadline: limits.deadline,
        retries: limits.retries,
        concurrency: usize::from(limits.concurrency),
        private: private_ranges(reach),
        only_web: false,
        environment: Environment::reading(system::variable),
        sending: Sending::default(),
        registrations: false,
        cloudflare: None,
        files: Files::No,
        reading: Reading::default(),
        rdap: rdap_url()?,
        revocation_lists: false,
        list_cache: system::cache_folder().map(|folder| folder.join("launch-ready").join("crl")),
        rdap_cache: system::cache_folder().map(|folder| folder.join("launch-ready").join("rdap-dns.json")),
    })
}

/// All files together replace the built-in anchors of the zones that they name.
fn anchors(files: &[PathBuf]) -> miette::Result<TrustAnchors> {
    let files = files.iter().map(|path| anchors_of(path)).collect::<miette::Result<Vec<_>>>()?;
    let built_in = TrustAnchors::default();
    Ok(match files.into_iter().reduce(TrustAnchors::and) {
        Some(own) => built_in.with(own),
        None => built_in,
    })
}

fn anchors_of(path: &Path) -> miette::Result<TrustAnchors> {
    let text = read(path, MAX_SMALL_FILE, "--trust-anchor takes a file of DNSKEY or DS records")?;
    let wrong = |why| LookError::NoAnchor { path: path.display().to_string(), why };
    Ok(TrustAnchors::parse(&text).map_err(wrong)?)
}

/// The RDAP service that the environment names. An empty variable is none.
fn rdap_url() -> Result<Option<url::Url>, LookError> {
    let named = system::variable("LAUNCH_READY_RDAP_URL").filter(|text| !text.is_empty());
    let url = named.map(|text| {
        let has_user = |url: &url::Url| !url.username().is_empty() || url.password().is_some();
        if url::Url::parse(&text).is_ok_and(|url| has_user(&url)) {
            return Err("it holds a user name or a password, which this program does not send".to_owned());
        }
        scalar::web_url(&text)
    });
    url.transpose().map_err(|why| LookError::RdapUrl { why })
}

/// Which non-public addresses are fine, by the options.
pub(super) fn private_ranges(reach: &Reach) -> PrivateRanges {
    match &reach.allow_private {
        None => PrivateRanges::Forbidden,
        Some(networks) if networks.is_empty() => PrivateRanges::Allowed,
        Some(networks) => PrivateRanges::Only(networks.clone()),
    }
}

/// Looks until there is something to judge; `None` where the user interrupted.
pub(super) fn until_interrupted(
    terminal: &Terminal,
    looking: impl AsyncFnOnce(&dyn Progress) -> Result<Observed, ProbeError>,
) -> miette::Result<Option<Observed>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().into_diagnostic()?;
    let progress = progress::line(terminal.progress);
    runtime.block_on(async {
        tokio::select! {
            observed = looking(progress.as_ref()) => Ok(Some(observed?)),
            _ = tokio::signal::ctrl_c() => Ok(None),
        }
    })
}
