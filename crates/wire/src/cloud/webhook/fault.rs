//! Why messages fail, in the platform's words (reference 15.3).

use exchange::message::Failure;

/// An error in a webhook: without `(#code)`, with a link to the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The platform's code.
    pub code: u32,
    /// `title`, and `message` too.
    pub title: &'static str,
    /// `error_data.details`.
    pub details: &'static str,
}

/// Why a message did not arrive, in the platform's words (reference 15.3).
pub fn fault(failure: Failure) -> Fault {
    let (code, title, details) = match failure {
        Failure::WindowClosed => (
            131_047,
            "Re-engagement message",
            "Message failed to send because more than 24 hours have passed since the customer \
             last replied to this number.",
        ),
        Failure::Undelivered | Failure::Stopped => (
            131_026,
            "Message undeliverable",
            "Message failed to send because the person can no longer be reached by this number.",
        ),
        Failure::MediaUnreachable => (
            131_053,
            "Media upload error",
            "Downloading media from weblink failed. The page of deliveries has the reason.",
        ),
        Failure::MediaUnfit => (
            131_053,
            "Media upload error",
            "The file at the link is too large, or its type is not one that can be sent so.",
        ),
        Failure::MarketingStopped => (
            131_050,
            "Unable to deliver the message. This recipient has chosen to stop receiving \
             marketing messages from this business",
            "The person stopped marketing messages: write when they write, or with a template \
             of another category.",
        ),
        Failure::Blocked => (
            130_403,
            "Message failed to send because this business has blocked the user",
            "The person is on this number's block list: unblock them first.",
        ),
        Failure::TemplateStopped => {
            (132_015, "Template is paused", "The template may not be sent any more.")
        }
    };
    Fault { code, title, details }
}
