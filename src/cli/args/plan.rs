//! The arguments of `plan`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Limits, Reach};
use crate::cli::cloudflare::CloudflareArgs;
use crate::cloudflare::plan::Rail;

/// `plan`
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    after_help = "Examples:\n  \
    launch-ready plan\n  \
    launch-ready plan --out plan.json && launch-ready apply plan.json   # exactly what was reviewed\n  \
    launch-ready plan --exit-code --format markdown                     # for a pull request\n\n\
    It reads and writes nothing but the file of --out. Exit codes: 0 done, with --exit-code 1 where changes are\n\
    pending; 2 usage or spec error; 3 where the zone could not be read.\n\n\
    Environment:\n  \
    CLOUDFLARE_API_TOKEN          a token that may read the zone\n  \
    LAUNCH_READY_CLOUDFLARE_URL   Cloudflare's API, instead of the public one"
)]
pub struct PlanArgs {
    /// The spec; `-` is standard input. Default: launch-ready.yaml here or in a parent folder
    #[arg(value_name = "SPEC")]
    pub spec: Option<PathBuf>,
    /// The way to Cloudflare's API
    #[command(flatten, next_help_heading = "Where to look")]
    pub cloudflare: CloudflareArgs,
    /// Where to look
    #[command(flatten, next_help_heading = "Where to look")]
    pub reach: Reach,
    /// Trust these DNSSEC keys too, as `check` does; repeatable
    #[arg(long, help_heading = "Where to look", value_name = "FILE")]
    pub trust_anchor: Vec<PathBuf>,
    /// What it may change
    #[command(flatten, next_help_heading = "What to change")]
    pub wishing: Wishing,
    /// baseline, strict, bulk-sender or a policy file; overrides the spec's
    #[arg(long, help_heading = "What to change", value_name = "NAME")]
    pub policy: Option<String>,
    /// Keep the plan in this file, for `apply`; nobody else can read it
    #[arg(long, help_heading = "What to write", value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Format on standard output
    #[arg(long, help_heading = "What to write", value_enum, default_value_t = PlanFormat::Human, value_name = "FORMAT")]
    pub format: PlanFormat,
    /// Exit with 1 where changes are pending
    #[arg(long, help_heading = "What to write")]
    pub exit_code: bool,
    /// Limits
    #[command(flatten, next_help_heading = "Limits")]
    pub limits: Limits,
}

/// What a plan may do beyond what is ours.
#[derive(Debug, Clone, Args)]
pub struct Wishing {
    /// Take over records and rules that stand where the spec wants its own
    #[arg(long)]
    pub adopt: bool,
    /// Delete what is ours and no longer wanted, and what stands beside the wanted
    #[arg(long)]
    pub prune: bool,
    /// Lift a rail; repeatable
    #[arg(long, value_enum, value_name = "RAIL")]
    pub allow: Vec<Rail>,
}

/// A format of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// For people
    Human,
    /// For programs: launch-ready/plan/v1, as in the file of --out
    Json,
    /// For a pull request
    Markdown,
}
