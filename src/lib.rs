//! `launch-ready` joins a spec, live evidence, a verdict and a fix.
//!
//! ```text
//! spec  ──▶  probe  ──▶  observed  ──▶  check  ──▶  policy  ──▶  report
//! (what     (IO: looks   (plain data:   (pure:      (levels,     (terminal, json, ...)
//!  should    at the       what was       verdicts)   waivers)
//!  be true)  world)       seen)
//! ```
//!
//! Data flows one way. [`cli::run`] is the whole program. Standards that judges read by stand beside
//! the stations, without IO: [`caa`], [`cors`], [`hello`], [`ocsp`], and those of [`mail`] and [`web`];
//! so do [`webhook`], how providers sign their events, [`secrets`], how their keys look, and [`variable`],
//! what values look like. [`cloudflare`] sets right what a spec asks for and an API can change.

mod authority;
pub mod caa;
pub mod check;
pub mod cli;
pub mod cloudflare;
pub mod cors;
mod excerpt;
pub mod exit;
pub mod hello;
mod hex;
pub mod init;
pub mod item;
mod json_path;
pub mod judge;
mod latency;
mod login;
pub mod mail;
pub mod observed;
pub mod ocsp;
mod placed;
pub mod policy;
pub mod private;
pub mod probe;
pub mod provider;
pub mod report;
pub mod secret;
mod secret_file;
pub mod secrets;
pub mod served;
pub mod spec;
mod system;
mod takeover;
pub mod variable;
pub mod wanted;
pub mod web;
pub mod webhook;
