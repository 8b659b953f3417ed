//! Fetches authorities' revocation lists, once for all certificates that name one, and keeps them on disk
//! until there are new ones.

use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use url::Url;

use super::Session;
use crate::hex::hex;
use crate::probe::api::Get;
use crate::probe::problem::Problem;
use crate::probe::revocation::next_list;
use crate::system;

/// Largest list that is read; those of large authorities have a few megabytes.
const MOST: usize = 16 * 1024 * 1024;

/// A list, and where it comes from.
#[derive(Debug, Clone)]
pub(in crate::probe) struct List {
    /// As it was published.
    pub(in crate::probe) der: Arc<[u8]>,
    /// True where an earlier run fetched it: should it be of no use, there may be a better one by now.
    pub(in crate::probe) kept: bool,
}

impl Session<'_> {
    /// A list that has not ended, kept under its URL.
    pub(in crate::probe) async fn revocation_list(&self, url: &Url, now: i64) -> Result<List, Problem> {
        let ask = async || {
            let kept = self.list_file(url).and_then(|file| system::read_bytes(&file, MOST));
            match kept.filter(|list| next_list(list).is_some_and(|next| next > now)) {
                Some(kept) => Ok(List { der: Arc::from(kept), kept: true }),
                None => self.published_list(url).await,
            }
        };
        self.lists.get(url.as_str(), &self.tally, ask).await
    }

    /// The list that is published now, whatever an earlier run kept.
    pub(in crate::probe) async fn new_revocation_list(&self, url: &Url) -> Result<List, Problem> {
        let key = format!("{url} anew");
        self.lists.get(&key, &self.tally, async || self.published_list(url).await).await
    }

    async fn published_list(&self, url: &Url) -> Result<List, Problem> {
        let timeout = self.settings.timeout;
        let get =
            Get { url, accept: "application/pkix-crl", timeout, limit: MOST, named: false, credential: None };
        let reply = self.api(get).await?;
        if reply.status != 200 {
            return Err(Problem::Unobserved(format!("{url} answers {}", reply.status)));
        }
        if let Some(file) = self.list_file(url).filter(|_| next_list(&reply.body).is_some()) {
            system::keep(&file, &reply.body);
        }
        Ok(List { der: Arc::from(reply.body), kept: false })
    }

    /// Addresses make poor file names.
    fn list_file(&self, url: &Url) -> Option<PathBuf> {
        let name = hex(&Sha256::digest(url.as_str()));
        self.settings.list_cache.as_ref().map(|folder| folder.join(format!("{name}.crl")))
    }
}
