//! Which permission of a token something needs, as Cloudflare's dashboard names it.

use std::collections::BTreeSet;
use std::fmt;

use super::endpoint::Phase;
use crate::item;
use crate::spec::Document;
use crate::spec::model::Cloudflare;

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
    // Whatever a spec says, records and settings may have to follow.
    let mut edited = rules(document);
    edited.extend([Resource::Dns, Resource::Settings]);
    let all: BTreeSet<Resource> = edited.iter().copied().chain(read).collect();
    let of = |resource: Resource| {
        let edits = access == Access::Edit && edited.contains(&resource);
        Permission::to(resource, if edits { Access::Edit } else { Access::Read })
    };
    all.into_iter().filter_map(of).collect()
}

/// The same in one line: `Zone > Zone > Read, Zone > DNS > Edit`.
pub fn minimal_line(document: &Document, access: Access) -> String {
    let all = minimal(document, access).iter().map(Permission::to_string).collect::<Vec<_>>();
    all.join(", ")
}

/// The rules that the spec speaks of.
fn rules(document: &Document) -> BTreeSet<Resource> {
    let cloudflare = document.spec.cloudflare.as_ref().map(|cloudflare| &cloudflare.value);
    let guarded = |cloudflare: &Cloudflare| {
        let paths = [cloudflare.rate_limits.is_empty(), cloudflare.machine_paths.is_empty()];
        cloudflare.waf.is_some() || paths.contains(&false)
    };
    let wanted = [
        (Resource::Redirects, !item::redirects(document).is_empty()),
        (Resource::Cache, cloudflare.is_some_and(|cloudflare| !cloudflare.cache.is_empty())),
        (Resource::Firewall, cloudflare.is_some_and(guarded)),
    ];
    wanted.into_iter().filter(|(_, wanted)| *wanted).map(|(resource, _)| resource).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::load;

    fn needed(spec: &str, access: Access) -> String {
        minimal_line(&load::parse("launch-ready.yaml", spec).expect("a spec"), access)
    }

    #[test]
    fn a_permission_is_named_as_in_the_dashboard() {
        let named = Permission::to(Resource::Redirects, Access::Edit).map(|it| it.to_string());
        assert_eq!(named.as_deref(), Some("Zone > Single Redirect > Edit"));
        assert_eq!(Permission::to(Resource::Nothing, Access::Read), None);
    }

    #[test]
    fn a_token_needs_no_more_than_the_spec_speaks_of() {
        let small = "domain: shop.test\n";
        assert_eq!(
            needed(small, Access::Read),
            "Zone > Zone > Read, Zone > DNS > Read, Zone > Zone Settings > Read, Zone > Bot Management > Read, Zone > SSL and Certificates > Read"
        );
        assert!(needed(small, Access::Edit).contains("Zone > DNS > Edit"));
        assert!(!needed(small, Access::Edit).contains("Single Redirect"));
        let large = "domain: shop.test\ncanonical: apex\ncloudflare: {waf: managed}\n";
        let line = needed(large, Access::Edit);
        assert!(line.contains("Zone > Single Redirect > Edit, Zone > Zone WAF > Edit"), "{line}");
        assert!(line.contains("Zone > Bot Management > Read") && !line.contains("Cache Rules"), "{line}");
    }
}
