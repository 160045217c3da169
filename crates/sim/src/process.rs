//! The real binary as a process of its own, to be killed.
