//! The integration tests, in one binary: the real program against the local internet.

#[path = "../lab/mod.rs"]
mod lab;

mod bootstrap;
mod checks;
mod cli;
mod cloudflare_apply;
mod cloudflare_checks;
mod cloudflare_read;
mod corpora;
mod cors;
mod cuts;
mod dnssec;
mod endpoints;
mod files;
mod forms;
mod headers;
mod init;
mod lab_itself;
mod mail_alignment;
mod mail_dkim;
mod mail_dmarc;
mod mail_exchange;
mod mail_policy;
mod mail_spf;
mod names;
mod pages;
mod readme;
mod registered;
mod registration;
mod run;
mod served;
mod signatures;
mod tls_certificates;
mod tls_protocols;
mod values;
mod variables;
mod weather;
mod weather_answers;
mod webhooks;
mod zones;
