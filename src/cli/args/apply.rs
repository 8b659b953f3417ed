//! The arguments of `apply` and `rollback`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::{Format, Limits, Reach, Wishing, duration};
use crate::cli::cloudflare::CloudflareArgs;

/// `apply`
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    after_help = "Examples:\n  \
    launch-ready apply                              # plans, shows, asks, writes, proves\n  \
    launch-ready plan --out plan.json && launch-ready apply plan.json\n  \
    launch-ready apply --resume                     # goes on where it was cut off\n\n\
    Before the first change a rollback file and a zone file are written to .launch-ready/ beside the spec; every\n\
    request is noted there before and after. A saved plan is applied only while the zone is as it was planned for.\n\n\
    Exit codes: 0 applied, proved and ready; 1 something that was to turn green is still red, or another check\n\
    fails; 2 nothing or not everything was applied, and why is said; 3 could not tell, or resolvers still remember\n\
    what was there; 130 interrupted.\n\n\
    Environment:\n  \
    CLOUDFLARE_API_TOKEN          a token that may edit the zone\n  \
    LAUNCH_READY_CLOUDFLARE_URL   Cloudflare's API, instead of the public one"
)]
pub struct ApplyArgs {
    /// The spec, or a plan that `plan --out` wrote (its name ends in .json). Default: launch-ready.yaml here or in
    /// a parent folder
    #[arg(value_name = "SPEC|PLAN")]
    pub target: Option<PathBuf>,
    /// How it goes on
    #[command(flatten, next_help_heading = "How to apply")]
    pub applying: Applying,
    /// Go on with an apply that was cut off; where none was, begin one
    #[arg(long, help_heading = "How to apply")]
    pub resume: bool,
    /// How long to wait until what was promised comes true
    #[arg(long, help_heading = "How to apply", value_name = "DURATION", default_value = "2m", value_parser = duration)]
    pub wait: Duration,
    /// What it may change
    #[command(flatten, next_help_heading = "What to change")]
    pub wishing: Wishing,
    /// baseline, strict, bulk-sender or a policy file; overrides the spec's
    #[arg(long, help_heading = "What to change", value_name = "NAME")]
    pub policy: Option<String>,
    /// The way to Cloudflare's API
    #[command(flatten, next_help_heading = "Where to look")]
    pub cloudflare: CloudflareArgs,
    /// Where to look
    #[command(flatten, next_help_heading = "Where to look")]
    pub reach: Reach,
    /// Trust these DNSSEC keys too, as `check` does; repeatable
    #[arg(long, help_heading = "Where to look", value_name = "FILE")]
    pub trust_anchor: Vec<PathBuf>,
    /// Format on standard output
    #[arg(long, help_heading = "What to write", value_enum, default_value_t = Format::Human, value_name = "FORMAT")]
    pub format: Format,
    /// Limits
    #[command(flatten, next_help_heading = "Limits")]
    pub limits: Limits,
}

/// How changes are made.
#[derive(Debug, Args)]
pub struct Applying {
    /// Agree to the plan without being asked
    #[arg(long)]
    pub yes: bool,
    /// Keep journal and rollback file there instead of in .launch-ready beside the spec
    #[arg(long, value_name = "DIR")]
    pub journal: Option<PathBuf>,
}

/// `rollback`
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    after_help = "Examples:\n  \
    launch-ready rollback .launch-ready/example.com-20261128T091500Z/rollback.json\n\n\
    Only what the apply changed is put back, and only where it still is as the apply left it. It is a plan like any\n\
    other: shown, asked about, noted, and it can be rolled back itself.\n\n\
    Exit codes: 0 everything is as it was; 1 something was changed again since, and stays; 2 nothing or not\n\
    everything was written, and why is said; 130 interrupted."
)]
pub struct RollbackArgs {
    /// The rollback.json of an apply
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// How it goes on
    #[command(flatten, next_help_heading = "How to apply")]
    pub applying: Applying,
    /// The way to Cloudflare's API
    #[command(flatten, next_help_heading = "Where to look")]
    pub cloudflare: CloudflareArgs,
    /// Where to look
    #[command(flatten, next_help_heading = "Where to look")]
    pub reach: Reach,
    /// Limits
    #[command(flatten, next_help_heading = "Limits")]
    pub limits: Limits,
}
