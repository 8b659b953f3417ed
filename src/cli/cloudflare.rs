//! The token for Cloudflare's API, and where the API is.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use miette::Diagnostic;

use super::output::read;
use crate::cloudflare::permission::{Access, minimal_line};
use crate::cloudflare::token::{self, Account, TokenFault, URL_VARIABLE, VARIABLE};
use crate::secret::{Environment, Secret};
use crate::spec::Document;
use crate::system;

/// Largest file of a token that is read, in bytes.
const MOST: usize = 64 * 1024;

/// The way to Cloudflare's API.
#[derive(Debug, Args)]
pub struct CloudflareArgs {
    /// Read the token for Cloudflare's API from there instead of `CLOUDFLARE_API_TOKEN`
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{URL_VARIABLE} is no address of Cloudflare's API: {why}")]
#[diagnostic(
    code(usage::cloudflare_url),
    help("set it to the base address, such as https://api.cloudflare.com/client/v4, or unset it")
)]
struct NotAnAddress {
    why: String,
}

/// Why a run that is about the zone cannot begin.
#[derive(Debug, thiserror::Error)]
#[error("{fault}")]
pub(super) struct NoToken {
    fault: TokenFault,
    /// What a token must be allowed.
    needs: String,
}

impl Diagnostic for NoToken {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.fault.code()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        let help = self.fault.help()?;
        Some(Box::new(format!("{help}; it needs {}", self.needs)))
    }
}

/// The account, for a run that is about the zone: without a token it cannot begin.
pub(super) fn about_the_zone(
    account: Account,
    document: &Document,
    access: Access,
) -> Result<Account, NoToken> {
    match account.token {
        Err(fault) => Err(NoToken { fault, needs: minimal_line(document, access) }),
        Ok(token) => Ok(Account { token: Ok(token), wanted: true, ..account }),
    }
}

/// The token of the command line, else of the environment. A file that was named must hold one; what else is
/// wrong with the token matters only to who needs it.
pub(super) fn account(
    arguments: &CloudflareArgs,
    environment: &Environment,
    err: &mut dyn Write,
) -> miette::Result<Account> {
    // Of the process alone: a file of variables must not say where the token goes.
    let elsewhere = system::variable(URL_VARIABLE).filter(|text| !text.is_empty());
    let base = token::base(elsewhere.as_deref()).map_err(|why| NotAnAddress { why })?;
    let token = match &arguments.token_file {
        Some(path) => Ok(of_file(path, err)?),
        None => match environment.get(VARIABLE) {
            Some(text) => token::accept(text.expose(), VARIABLE),
            None => Err(TokenFault::Missing),
        },
    };
    Ok(Account { base, token, wanted: false })
}

fn of_file(path: &Path, err: &mut dyn Write) -> miette::Result<Secret> {
    let text = read(path, MOST, "--token-file takes a file that holds the token alone")?;
    let shown = path.display().to_string();
    let token = token::accept(&text, &shown)?;
    if system::is_readable_by_others(path) {
        // A closed pipe is the reader's choice.
        let _ = writeln!(err, "warning: other users of this machine can read {shown}: chmod 600 {shown}");
    }
    Ok(token)
}
