//! The suite that is the contract's other half.
