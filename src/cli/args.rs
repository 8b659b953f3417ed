//! The arguments, as clap types.

mod apply;
mod init;
mod plan;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;

use crate::policy::Level;
use crate::private::Network;
use crate::probe::Connect;
use crate::spec::model::scalar;

pub(super) use apply::{ApplyArgs, Applying, RollbackArgs};
pub(super) use init::InitArgs;
pub(super) use plan::{PlanArgs, PlanFormat, Wishing};

use super::cloudflare::CloudflareArgs;

/// The spec's usual name.
pub(super) const SPEC_NAME: &str = "launch-ready.yaml";

/// Checks a product's launch against one declarative spec, and sets right what Cloudflare can.
#[derive(Debug, Parser)]
#[command(
    name = "launch-ready",
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 ready, 1 not ready, 2 usage or spec error, 3 could not tell, 130 interrupted.\n\
                  First steps: `launch-ready init example.com`, read what it wrote, then `launch-ready check`."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Look at the live world, judge it against the spec, report
    Check(Box<CheckArgs>),
    /// Say which changes at Cloudflare would make the spec true; nothing is written
    Plan(Box<PlanArgs>),
    /// Make the changes of a plan, prove that they came true
    Apply(Box<ApplyArgs>),
    /// Bring back what an apply found
    Rollback(Box<RollbackArgs>),
    /// Look at the live domain and write a commented first spec of what is there
    Init(Box<InitArgs>),
    /// Say what a check means, why it matters and how to fix it; alone: the list
    Explain(ExplainArgs),
    /// Print the spec's JSON Schema
    Schema,
    /// Write shell completions or the man page
    Generate(GenerateArgs),
}

/// Options of every command.
#[derive(Debug, Args)]
pub struct Global {
    /// Say more: -v lists passes, -vv also what did not apply
    #[arg(short, long, action = clap::ArgAction::Count, global = true, conflicts_with = "quiet")]
    pub verbose: u8,
    /// Say only the verdict
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// When to use colour
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true, value_name = "WHEN")]
    pub color: Color,
    /// No progress line
    #[arg(long, global = true)]
    pub no_progress: bool,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

/// `check`
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    after_help = "Examples:\n  \
    launch-ready check\n  \
    launch-ready check --only dns,tls staging.yaml\n  \
    launch-ready check --connect www.example.com=203.0.113.9    # the new server, before DNS is switched\n  \
    launch-ready check --format json --output report.json --record seen.json\n\n\
    Environment:\n  \
    CLOUDFLARE_API_TOKEN          a token that may read the zone: what only Cloudflare knows is judged too\n  \
    LAUNCH_READY_CLOUDFLARE_URL   Cloudflare's API, instead of the public one\n  \
    LAUNCH_READY_RDAP_URL         the RDAP service to ask about the registration, instead of the registry's"
)]
pub struct CheckArgs {
    /// Specs; `-` is standard input. Default: launch-ready.yaml here or in a parent folder
    #[arg(value_name = "SPEC")]
    pub specs: Vec<PathBuf>,

    /// Where to look
    #[command(flatten, next_help_heading = "Where to look")]
    pub reach: Reach,
    /// Trust these DNSSEC keys too, DNSKEY or DS records as in a zone file; those of the root replace
    /// the built-in ones; repeatable
    #[arg(long, help_heading = "Where to look", value_name = "FILE")]
    pub trust_anchor: Vec<PathBuf>,
    /// Read variables from there too, before the environment; the later file before the earlier;
    /// repeatable. Where production's variables are neither there nor here: --skip secrets
    #[arg(long, help_heading = "Where to look", value_name = "FILE")]
    pub env_file: Vec<PathBuf>,
    /// The way to Cloudflare's API
    #[command(flatten, next_help_heading = "Where to look")]
    pub cloudflare: CloudflareArgs,
    /// Keeping what was seen
    #[command(flatten)]
    pub recording: Recording,
    /// What to judge
    #[command(flatten, next_help_heading = "What to judge")]
    pub judging: Judging,
    /// What to write
    #[command(flatten, next_help_heading = "What to write")]
    pub writing: Writing,
    /// Limits
    #[command(flatten, next_help_heading = "Limits")]
    pub limits: Limits,
}

/// Where to look.
#[derive(Debug, Args)]
pub struct Reach {
    /// Recursive resolver to use instead of the system's; repeatable
    #[arg(long, value_name = "ADDR[:PORT]", value_parser = resolver)]
    pub resolver: Vec<SocketAddr>,
    /// Connect there for that host, one address of each family, or for that single address; repeatable
    #[arg(long, value_name = "HOST[:PORT]=ADDR[:PORT]")]
    pub connect: Vec<Connect>,
    /// Trust these roots too; repeatable
    #[arg(long, value_name = "PEM")]
    pub ca_file: Vec<PathBuf>,
    /// Trust this machine's own store of roots too; verdicts then differ between machines
    #[arg(long)]
    pub system_roots: bool,
    /// Private, loopback and documentation addresses are fine; with a list, only those ranges
    #[arg(long, value_name = "CIDR,...", num_args = 0..=1, require_equals = true, value_delimiter = ',')]
    pub allow_private: Option<Vec<Network>>,
}

/// Keeping what was seen.
#[derive(Debug, Args)]
pub struct Recording {
    /// Keep what was observed
    #[arg(long, value_name = "FILE", conflicts_with = "replay")]
    pub record: Option<PathBuf>,
    /// Judge what was observed earlier, without a network
    #[arg(long, value_name = "FILE")]
    pub replay: Option<PathBuf>,
}

/// What to judge.
#[derive(Debug, Args)]
pub struct Judging {
    /// Judge only these check ids or areas
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = check_or_area)]
    pub only: Vec<String>,
    /// Leave these check ids or areas out
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = check_or_area)]
    pub skip: Vec<String>,
    /// baseline, strict, bulk-sender or a policy file; overrides the spec's
    #[arg(long, value_name = "NAME")]
    pub policy: Option<String>,
    /// From which level a finding makes the run "not ready"
    #[arg(long, value_name = "LEVEL", default_value = "error", value_parser = level)]
    pub fail_on: Level,
    /// Judge as of that time
    #[arg(long, value_name = "DATETIME", value_parser = scalar::moment)]
    pub at: Option<Timestamp>,
    /// Waivers accept nothing
    #[arg(long)]
    pub no_waivers: bool,
}

/// What to write.
#[derive(Debug, Args)]
pub struct Writing {
    /// Format on standard output
    #[arg(long, value_enum, default_value_t = Format::Human, value_name = "FORMAT")]
    pub format: Format,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write another format to a file as well; repeatable
    #[arg(long, value_name = "FORMAT=FILE")]
    pub also: Vec<Also>,
}

/// Limits of looking.
#[derive(Debug, Args)]
pub struct Limits {
    /// For each request
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = duration)]
    pub timeout: Duration,
    /// For the whole run
    #[arg(long, value_name = "DURATION", default_value = "2m", value_parser = duration)]
    pub deadline: Duration,
    /// Repeats after a time-out, a 5xx or a 429; a connection that is cut is tried once more
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(0..=10))]
    pub retries: u32,
    /// Requests at once
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub concurrency: u16,
}

/// A format of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Human,
    /// For programs: launch-ready/report/v1
    Json,
}

/// A second format and its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Also {
    /// The format.
    pub format: Format,
    /// The file.
    pub file: PathBuf,
}

impl std::str::FromStr for Also {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (format, file) = text.split_once('=').ok_or("write it like json=report.json")?;
        let format = Format::from_str(format, true)
            .map_err(|_| format!("`{format}` is not a format: human or json"))?;
        Ok(Self { format, file: file.into() })
    }
}

/// `explain`
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The check's id, for example dns/cname-dangling
    pub check: Option<String>,
}

/// `generate`
#[derive(Debug, Args)]
pub struct GenerateArgs {
    /// What to write.
    #[command(subcommand)]
    pub what: Generated,
}

/// What can be generated.
#[derive(Debug, Subcommand)]
pub enum Generated {
    /// Completions for a shell, to standard output
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// The man page, to standard output
    Man,
}

fn resolver(text: &str) -> Result<SocketAddr, String> {
    let plain = text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, 53));
    plain.or_else(|_| text.parse()).map_err(|_| {
        "write an address, with a port where it is not 53: 192.0.2.53 or [2001:db8::53]:5353".into()
    })
}

fn duration(text: &str) -> Result<Duration, String> {
    match scalar::period(text)? {
        Duration::ZERO => Err("a limit of nothing lets nothing happen".into()),
        some => Ok(some),
    }
}

fn level(text: &str) -> Result<Level, String> {
    match text {
        "error" => Ok(Level::Error),
        "warning" => Ok(Level::Warning),
        "info" => Ok(Level::Info),
        _ => Err("write error, warning or info".into()),
    }
}

fn check_or_area(text: &str) -> Result<String, String> {
    let catalogue = &crate::check::CATALOGUE;
    if catalogue.iter().any(|check| check.id == text || check.area() == text) {
        return Ok(text.to_owned());
    }
    let known = catalogue.iter().flat_map(|check| [check.id, check.area()]);
    let help = crate::spec::did_you_mean(text, known);
    Err(help.unwrap_or_else(|| {
        "`launch-ready explain` lists the checks; areas are the parts before the slash".into()
    }))
}
