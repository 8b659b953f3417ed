//! Makes a described world whole: every zone gets name servers, and a parent that delegates it.

use hickory_proto::rr::RecordType;

use super::zone::parents;
use super::zones::Names;

/// The servers of a zone that names none: label and address.
const SERVERS: [(&str, &str); 2] = [("ns1", "203.0.113.53"), ("ns2", "198.51.100.53")];
/// The servers of a zone that exists only to delegate.
const REGISTRY: [(&str, &str); 2] = [("a.nic", "192.0.2.53"), ("b.nic", "198.51.100.54")];

/// Adds what a test need not say. Whatever a test did say about a zone's servers or about its
/// delegation stays as it is.
pub(super) fn complete(names: &mut Names) {
    for origin in names.origins() {
        name_servers(names, &origin, &SERVERS);
        let top = parents(&origin).last().map(str::to_owned);
        if let Some(top) = top.filter(|top| !names.origins().contains(top)) {
            name_servers(names, &top, &REGISTRY);
        }
    }
    for origin in names.origins() {
        delegate(names, &origin);
    }
}

fn name_servers(names: &mut Names, origin: &str, servers: &[(&str, &str)]) {
    let zone = names.zone(origin.trim_end_matches('.'));
    if !zone.has("@", RecordType::NS) {
        for (label, address) in servers {
            zone.ns("@", label).a(label, address);
        }
    }
}

/// The zone above names the zone's servers, with glue where they are below it.
fn delegate(names: &mut Names, origin: &str) {
    let Some(parent) = parents(origin).find(|parent| names.origins().iter().any(|o| o == parent)) else {
        return;
    };
    let parent = parent.to_owned();
    // A DS belongs to the zone above, wherever a test wrote it.
    let signers = names.zone(origin.trim_end_matches('.')).take(origin, RecordType::DS);
    names.zone(parent.trim_end_matches('.')).nodes.entry(origin.to_owned()).or_default().extend(signers);
    let servers = names.data(origin, RecordType::NS);
    if names.zone(parent.trim_end_matches('.')).has(origin, RecordType::NS) {
        return;
    }
    for server in servers {
        let server = format!("{}.", server.trim_end_matches('.'));
        let addresses = [RecordType::A, RecordType::AAAA].map(|kind| (kind, names.data(&server, kind)));
        let zone = names.zone(parent.trim_end_matches('.'));
        zone.ns(origin, &server);
        if server.ends_with(&format!(".{origin}")) {
            for (kind, address) in addresses.iter().flat_map(|(kind, all)| all.iter().map(move |a| (kind, a)))
            {
                zone.glue(&server, &format!("{kind} {address}"));
            }
        }
    }
}
