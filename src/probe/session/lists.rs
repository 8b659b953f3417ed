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

impl Session<'_> {
    /// A list that has not ended, kept under its URL.
    pub(in crate::probe) async fn revocation_list(&self, url: &Url, now: i64) -> Result<Arc<[u8]>, Problem> {
        let file = self.list_file(url);
        let ask = async || {
            let kept = file.as_ref().and_then(|file| system::read_bytes(file, MOST));
            if let Some(kept) = kept.filter(|list| next_list(list).is_some_and(|next| next > now)) {
                return Ok(Arc::from(kept));
            }
            let timeout = self.settings.timeout;
            let get = Get { url, accept: "application/pkix-crl", timeout, limit: MOST, named: false };
            let reply = self.api(get).await?;
            if reply.status != 200 {
                return Err(Problem::Unobserved(format!("{url} answers {}", reply.status)));
            }
            if let Some(file) = file.as_ref().filter(|_| next_list(&reply.body).is_some()) {
                system::keep(file, &reply.body);
            }
            Ok(Arc::from(reply.body))
        };
        self.lists.get(url.as_str(), &self.tally, ask).await
    }

    /// Addresses make poor file names.
    fn list_file(&self, url: &Url) -> Option<PathBuf> {
        let name = hex(&Sha256::digest(url.as_str()));
        self.settings.list_cache.as_ref().map(|folder| folder.join(format!("{name}.crl")))
    }
}
