//! Which permission of a token something needs, as Cloudflare's dashboard names it.

use std::collections::BTreeSet;
use std::fmt;

use super::endpoint::Phase;
use crate::spec::{Document, Located};

/// What a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// Nothing that needs a permission.
    Nothing,
    /// The zone itself.
    Zone,
    /// Records and DNSSEC.
    Dns,
    /// Zone settings.
    Settings,
    /// Single redirects.
    Redirects,
    /// Cache rules.
    Cache,
    /// Rate limits, custom rules and managed rulesets.
    Firewall,
    /// Bot management.
    Bots,
    /// Edge certificates.
    Certificates,
}

impl Resource {
    /// What the rules of a phase need.
    pub const fn of_phase(phase: Phase) -> Self {
        match phase {
            Phase::Redirects => Self::Redirects,
            Phase::Cache => Self::Cache,
            Phase::RateLimits | Phase::Custom | Phase::Managed => Self::Firewall,
        }
    }

    /// The name in the dashboard's list of a zone's permissions.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Nothing => return None,
            Self::Zone => "Zone",
            Self::Dns => "DNS",
            Self::Settings => "Zone Settings",
            Self::Redirects => "Single Redirect",
            Self::Cache => "Cache Rules",
            Self::Firewall => "Zone WAF",
            Self::Bots => "Bot Management",
            Self::Certificates => "SSL and Certificates",
        })
    }
}

/// Whether something is read or changed. Who may edit may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// It is read.
    Read,
    /// It is changed.
    Edit,
}

/// A permission of a token. Shown as in the dashboard: `Zone > DNS > Edit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission {
    /// To what.
    pub resource: Resource,
    /// To do what.
    pub access: Access,
}

impl Permission {
    /// `None` where none is needed.
    pub fn to(resource: Resource, access: Access) -> Option<Self> {
        resource.name().map(|_| Self { resource, access })
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let access = if self.access == Access::Edit { "Edit" } else { "Read" };
        write!(f, "Zone > {} > {access}", self.resource.name().unwrap_or("Zone"))
    }
}

/// The least that a token needs for a spec: to read, or to change what the spec asks for.
pub fn minimal(document: &Document, access: Access) -> Vec<Permission> {
    let read = [Resource::Zone, Resource::Dns, Resource::Settings, Resource::Bots, Resource::Certificates];
    let rules = [Resource::Redirects, Resource::Cache, Resource::Firewall];
    let edited = if access == Access::Edit { edited(document) } else { BTreeSet::new() };
    let of = |resource: Resource| {
        let access = if edited.contains(&resource) { Access::Edit } else { Access::Read };
        Permission::to(resource, access)
    };
    read.into_iter().chain(rules).filter_map(of).collect()
}

/// What a plan for the spec may change.
fn edited(document: &Document) -> BTreeSet<Resource> {
    let spec = &document.spec;
    let cloudflare = spec.cloudflare.as_ref().map(|cloudflare: &Located<_>| &cloudflare.value);
    // Mail alone wants records, and every product has mail or says that it has none.
    let mut edited = BTreeSet::from([Resource::Dns]);
    if spec.tls.is_some() || cloudflare.is_some_and(|cloudflare| !cloudflare.settings.0.is_empty()) {
        edited.insert(Resource::Settings);
    }
    if spec.canonical.is_some() || !spec.redirects.is_empty() {
        edited.insert(Resource::Redirects);
    }
    if cloudflare.is_some_and(|cloudflare| !cloudflare.cache.is_empty()) {
        edited.insert(Resource::Cache);
    }
    let guarded = cloudflare.is_some_and(|cloudflare| {
        cloudflare.waf.is_some() || !cloudflare.rate_limits.is_empty() || !cloudflare.machine_paths.is_empty()
    });
    if guarded {
        edited.insert(Resource::Firewall);
    }
    edited
}
