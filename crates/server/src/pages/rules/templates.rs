//! The rules by which templates are approved: whoever keeps them is, at once.

use exchange::limits;
use maud::{Markup, html};

use super::numbers::span;

/// The rules of templates.
pub(super) fn section() -> Markup {
    html! {
        section.stack {
            h2 #templates { "Templates" }
            p {
                "A template that keeps these rules is approved the moment it is created or \
                 changed; one that breaks a rule is refused, and the answer says which. Nobody \
                 reads templates, and nobody rates them."
            }
            ul {
                li { "Name: small letters, digits and _, at most " (limits::TEMPLATE_NAME_CHARS) ". A name has one template in each language. Language: a code of the platform's list." }
                li { "Body: at most " (limits::TEMPLATE_BODY_CHARS) " characters, " (limits::TEMPLATE_OFFER_BODY_CHARS) " with an offer, " (limits::CARD_BODY_CHARS) " in a card. Header and footer: " (limits::HEADER_FOOTER_CHARS) "; a header may have one variable, a footer none. A header's picture, film or document has a sample that was uploaded." }
                li { "Variables are numbered from 1 without a gap, or named in small letters; each has an example; none stands at the beginning or the end of the body, no two stand side by side, and there are more words than variables." }
                li { "Buttons: at most " (limits::TEMPLATE_BUTTONS) ", of " (limits::TEMPLATE_BUTTON_CHARS) " characters; quick replies together; at most " (limits::TEMPLATE_URL_BUTTONS) " addresses, one telephone number, one code to copy." }
                li { "A carousel has " (limits::CARDS.start()) " to " (limits::CARDS.end()) " cards of one make. One-time codes have the exchange's own words, the same for all." }
                li { "At most " (limits::TEMPLATES_PER_HOUR) " new templates an hour and " (limits::ITEMS) " in all; each may be changed once in " (span(limits::TEMPLATE_EDITS.1)) " and " (limits::TEMPLATE_EDITS.0) " times in 30 days." }
                li { "Templates may be sent when the 24 hours are over, to people who have agreed and not stopped; promotional ones not to people who stopped those." }
            }
        }
    }
}
