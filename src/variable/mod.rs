//! Environment variables: what their names promise, and what their values are. A value is judged into
//! [`VariableFacts`](crate::observed::VariableFacts) at once and dropped.
//!
//! | file | what it does |
//! |---|---|
//! | `kind` | what is known of names: `providers/variables.yaml` |
//! | `form` | whether a value has the form of its kind |
//! | `placeholder` | whether a value is one at all |
//! | `own` | how strong a secret of one's own is |
//! | `lead` | where a URL leads: this machine, a tunnel, staging, a preview |
//! | `dotenv` | reads `.env` files |
//! | `look` | all of that together, for the variables of a spec |

pub mod dotenv;
pub mod form;
pub mod kind;
pub mod lead;
mod look;
mod own;
mod placeholder;

pub use kind::{Kind, exposed_by, kind_of};
pub use look::{Beside, look};
