//! The contract's suite on every engine.

mod common;

mod sqlite {
    store::conformance!(crate::common::SqliteGround::new());
}
