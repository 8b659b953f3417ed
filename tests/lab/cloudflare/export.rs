//! A zone as a file of BIND.

use std::fmt::Write as _;

use serde_json::Value;

use super::world::ZoneData;

/// The whole zone, sorted by type, with what BIND does not know in comments.
pub(super) fn bind(zone: &ZoneData) -> String {
    let mut text = format!(
        ";;\n;; Domain:     {0}.\n;; Exported:   2026-10-01 00:00:00\n;;\n;; SOA Record\n{0}\t3600\tIN\tSOA\t{1}. \
         dns.cloudflare.com. 1 10000 2400 604800 3600\n\n;; NS Records\n",
        zone.name, zone.name_servers[0]
    );
    for server in &zone.name_servers {
        let _ = writeln!(text, "{}.\t86400\tIN\tNS\t{server}.", zone.name);
    }
    let word = |record: &Value, field: &str| record[field].as_str().unwrap_or_default().to_owned();
    let mut kinds: Vec<String> = zone.records.iter().map(|record| word(record, "type")).collect();
    kinds.sort();
    kinds.dedup();
    for kind in kinds {
        let _ = writeln!(text, "\n;; {kind} Records");
        for record in zone.records.iter().filter(|record| record["type"] == kind.as_str()) {
            let _ = writeln!(text, "{}", line(record, &kind));
        }
    }
    text
}

fn line(record: &Value, kind: &str) -> String {
    let content = record["content"].as_str().unwrap_or_default();
    let content = match kind {
        "CNAME" | "NS" | "PTR" => format!("{content}."),
        "MX" if content == "." => format!("{} .", record["priority"]),
        "MX" | "SRV" => format!("{} {content}.", record["priority"]),
        "URI" => format!("{} {content}", record["priority"]),
        _ => content.to_owned(),
    };
    let name = record["name"].as_str().unwrap_or_default();
    let comment = record["comment"].as_str().map(|comment| format!(" {comment}")).unwrap_or_default();
    let proxied = record["proxied"] == true;
    let tags =
        if record["proxiable"] == true { format!(" cf_tags=cf-proxied:{proxied}") } else { String::new() };
    let end =
        if comment.is_empty() && tags.is_empty() { String::new() } else { format!(" ;{comment}{tags}") };
    format!("{name}.\t{}\tIN\t{kind}\t{content}{end}", record["ttl"])
}
