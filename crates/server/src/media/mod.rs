//! Files: their bytes are blobs in an object store, whatever is known of them is in the store.
//!
//! A blob is written beside its name and gets it when it is whole and on disk. What was begun and
//! never became a row of the store is deleted: at once when that is known, else at the next start.

mod keep;
mod link;
mod places;
mod vault;
mod writing;

pub use keep::{Owner, keep, put};
pub use link::{Fetched, Links};
pub use places::{Place, Places};
pub use vault::{Bytes, Span, Vault};
pub use writing::{Fault, Fresh, Writing};
