//! What sites serve, read as it comes in: no body is kept, however long it is.
//!
//! | file | what it finds |
//! |---|---|
//! | `window` | blocks of a text that comes in chunks, with what stands around them |
//! | `development` | addresses of developers' machines, of tunnels to them, and of hosts that are not production |
//! | `link` | other files that a page or a program names |
//! | `map` | what a source map holds |
//! | `inline` | a source map that stands in its program |
//! | `manifest` | the list of a Flutter application's assets |
//! | `reader` | all of that and secrets, in one pass |
//! | `exposed` | files that no site should serve, by what is in them |

mod context;
mod development;
pub mod exposed;
mod inline;
mod link;
mod manifest;
mod map;
mod reader;
mod window;

pub use development::{Development, Purpose, purpose};
pub use link::named_by_page;
pub use map::SourceMap;
pub use reader::{Kind, Look, Read, Reader};
