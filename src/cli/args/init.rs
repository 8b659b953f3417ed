//! The arguments of `init`.

use std::path::PathBuf;

use clap::Args;

use super::{Limits, Reach, SPEC_NAME};
use crate::spec::model::scalar;

/// `init`
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    after_help = "Examples:\n  \
    launch-ready init example.com\n  \
    launch-ready init example.com --output staging.yaml\n  \
    launch-ready init example.com -                # to standard output\n\n\
    It asks DNS for well-known names and opens the web sites that it finds. It changes nothing."
)]
pub struct InitArgs {
    /// The domain that is launched, for example example.com
    #[arg(value_name = "DOMAIN", value_parser = registered)]
    pub domain: String,
    /// `-` in the place of --output: to standard output
    #[arg(value_name = "-", value_parser = ["-"], hide = true, conflicts_with = "output")]
    pub dash: Option<String>,
    /// Where to write, `-` for standard output; a file that exists is never overwritten
    #[arg(long, value_name = "FILE", default_value = SPEC_NAME)]
    pub output: PathBuf,

    /// Where to look
    #[command(flatten, next_help_heading = "Where to look")]
    pub reach: Reach,
    /// Limits
    #[command(flatten, next_help_heading = "Limits")]
    pub limits: Limits,
}

/// A domain below a top-level one: a single label is no product's address.
fn registered(text: &str) -> Result<String, String> {
    let name = scalar::domain_name(text)?;
    if name.contains('.') { Ok(name) } else { Err("write a whole domain: example.com".into()) }
}
