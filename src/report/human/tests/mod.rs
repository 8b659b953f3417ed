mod causes;
mod many;
mod places;
mod reports;
mod safety;

use crate::check::Status;
use crate::policy::Level;
use crate::report::fixture::finding;
use crate::report::{Finding, Style};

fn style(width: usize) -> Style {
    Style { width, ..Style::default() }
}

fn header_missing(host: &str) -> Finding {
    let name = ("http/hsts-missing", host);
    let message = format!("{host} sends no Strict-Transport-Security");
    finding(Status::Fail, Level::Error, name, &message, "circlegarden.test")
}
