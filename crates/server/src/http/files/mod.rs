//! Files over HTTP, for both sides: bodies taken in as they come, blobs given out as they are
//! read. Neither is ever held whole.

pub mod intake;
pub mod show;
