//! The suite that is the contract's other half: what every engine has to pass.
//!
//! An engine's tests say `store::conformance!(ground())`, where `ground()` makes a fresh
//! [`Ground`]; that stamps out one `#[test]` for each case here.

#![allow(clippy::unwrap_used, reason = "a suite of tests")]

mod batches;
mod conversations;
mod deliveries;
mod erasure;
mod records;
pub mod samples;
mod shelf;

pub use batches::*;
pub use conversations::*;
pub use deliveries::*;
pub use erasure::*;
pub use records::*;
pub use shelf::*;

use crate::{Error, Op, Reader, Store};

/// One engine with the data of one test.
pub trait Ground {
    /// Opens the store: a new one the first time, then the same again.
    ///
    /// # Errors
    /// As the engine's own.
    fn open(&self) -> Result<Store, Error>;

    /// Every row of every table as text, bytes in small hexadecimal. The store is closed.
    fn dump(&self) -> Vec<String>;

    /// Makes the store look written by a version that does not exist yet; returns its number.
    /// The store is closed.
    fn age(&self) -> u32;
}

/// Commits a batch that must happen, and looks at what is there then.
fn after<T>(ground: &dyn Ground, ops: &[Op], look: impl FnOnce(&dyn Reader) -> T) -> T {
    let mut store = ground.open().unwrap();
    store.writer.commit(ops).unwrap();
    look(store.writer.read())
}

/// Stamps out the suite: one `#[test]` for each case, each on a fresh ground.
#[macro_export]
macro_rules! conformance {
    ($ground:expr) => {
        $crate::conformance!($ground =>
            a_new_store_is_empty
            what_is_committed_is_read
            a_batch_happens_in_order
            a_batch_that_fails_leaves_nothing
            a_batch_survives_reopening
            a_lost_answer_is_found_again
            there_is_one_writer
            readers_see_whole_batches
            a_newer_schema_is_refused_untouched
            numbers_too_large_are_refused_and_not_found
            people_are_kept
            sessions_end_and_expire
            passkeys_are_found_by_credential_and_by_person
            assistants_are_replaced_whole
            settings_are_replaced
            showings_are_counted
            facts_are_numbered_densely
            consents_keep_their_order
            a_conversation_is_replaced_but_for_what_follows_from_messages
            conversations_come_oldest_first
            the_pair_limit_is_found_again
            messages_come_by_place
            messages_can_fail_later
            receipts_are_for_what_can_have_them
            client_keys_stand_for_messages
            what_is_owed_comes_in_order
            a_retry_replaces_attempt_due_and_answer
            a_settled_delivery_is_logged
            a_delivery_ends_once
            unknown_deliveries_are_harmless
            deliveries_come_newest_first
            the_last_delivery_is_remembered
            pruning_is_bounded_and_exact
            erasing_leaves_no_trace
            erasing_leaves_others_alone
            what_comes_after_an_erasure_leaves_no_trace
            files_are_kept
            files_are_idle_when_expired_and_unseen
            erasing_leaves_files_idle
            items_are_found_by_id_and_name
            wishes_and_blocks_are_kept
            what_a_message_says_is_replaced
            what_is_still_fetched_takes_no_receipt
            events_of_accounts_are_logged
            traffic_is_counted
        );
    };
    ($ground:expr => $($case:ident)+) => {
        $(
            #[test]
            fn $case() {
                $crate::conformance::$case(&$ground);
            }
        )+
    };
}
