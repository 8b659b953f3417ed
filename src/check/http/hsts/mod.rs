//! Whether HSTS says what it should, and whether every name can live with it.

mod below;
mod weak;

use url::Url;

use crate::check::World;
use crate::observed::Seen;
use crate::spec::model::Hsts;
use crate::web::hsts::Header;

pub(in crate::check) use below::hsts_unsafe;
pub(in crate::check) use weak::hsts_weak;

const FIELD: &str = "strict-transport-security";

/// What the spec declares.
fn declared<'w>(world: &'w World) -> Option<&'w Hsts> {
    world.document.spec.tls.as_ref()?.hsts.as_ref()
}

/// The header that browsers act on: the first, where it can be read.
fn acted_on(url: &Url, world: &World) -> Option<Header> {
    let Some(Seen::Answer(exchange)) = world.observed.http(url) else { return None };
    let first = exchange.header(FIELD).next()?;
    Header::parse(first.as_str()).ok().filter(|header| header.max_age > 0)
}
