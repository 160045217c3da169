//! What came of one try: a closed list, each knowing whether to try again and what to say.

use crate::limits;

/// The result of one POST to an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The endpoint answered.
    Answered {
        /// HTTP status.
        status: u16,
        /// `Retry-After`, in milliseconds from now.
        retry_after_ms: Option<i64>,
    },
    /// No answer within the time limit.
    TimedOut,
    /// The connection failed or broke.
    Unreachable(&'static str),
    /// The address is one that may not be reached (private, link-local, …).
    Forbidden,
    /// What was fetched is not what it was sent as; in words.
    Unfit(&'static str),
}

/// How an outcome is followed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Any 2xx.
    Delivered,
    /// Time-outs, broken connections, 408, 429, 5xx: again for seven days.
    Transient,
    /// Everything else, redirects and forbidden addresses among it: five tries.
    Refused,
}

impl Outcome {
    /// What to do about it.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Answered { status: 200..=299, .. } => Verdict::Delivered,
            Self::Answered { status: 408 | 429 | 500..=599, .. }
            | Self::TimedOut
            | Self::Unreachable(_) => Verdict::Transient,
            Self::Answered { .. } | Self::Forbidden | Self::Unfit(_) => Verdict::Refused,
        }
    }

    /// The HTTP status, or 0.
    pub fn status(&self) -> u16 {
        if let Self::Answered { status, .. } = self { *status } else { 0 }
    }

    /// In words, for the provider.
    pub fn reason(&self) -> String {
        match self {
            Self::Answered { status: 200..=299, .. } => "delivered".to_owned(),
            Self::Answered { status: status @ 300..=399, .. } => {
                format!("answered {status}; redirects are not followed")
            }
            Self::Answered { status, .. } => format!("answered {status}"),
            Self::TimedOut => {
                format!("no answer within {} s", limits::WEBHOOK_TIMEOUT_MS / 1000)
            }
            Self::Unreachable(why) => format!("could not be reached: {why}"),
            Self::Unfit(why) => format!("was fetched, but {why}"),
            Self::Forbidden => {
                "its address is private or link-local, which this exchange does not call".to_owned()
            }
        }
    }
}
