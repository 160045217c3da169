//! Pieces that several pages use.

use exchange::assistant::{Automation, Card, is_web_address};
use maud::{Markup, html};

/// Longest address that becomes a link.
const LINK_CHARS: usize = 500;

/// A name given by a provider, of unknown language and direction.
pub(super) fn name(text: &str) -> Markup {
    html! { bdi lang="" { (text) } }
}

/// A sentence of ours in which names stand as they are: each part that may run in the other
/// direction is isolated, so that the sentence keeps its order. The text stays what it is.
pub(super) fn sentence(text: &str, parts: &[&str]) -> Markup {
    let foreign: Vec<&str> = parts.iter().copied().filter(|part| !part.is_ascii()).collect();
    let next = |rest: &str| {
        let places = foreign.iter().filter_map(|part| Some((rest.find(part)?, part.len())));
        places.min_by_key(|(at, length)| (*at, std::cmp::Reverse(*length)))
    };
    let mut rest = text;
    let mut pieces = Vec::new();
    while let Some((at, length)) = next(rest) {
        pieces.push((&rest[..at], &rest[at..at + length]));
        rest = &rest[at + length..];
    }
    html! {
        @for (ours, theirs) in pieces { (ours) bdi { (theirs) } }
        (rest)
    }
}

/// The same with everything a card gives.
pub(super) fn sentence_about(card: &Card, text: &str) -> Markup {
    let Card { name, purpose, provider, data_location, retention, .. } = card;
    sentence(text, &[name, purpose, provider, data_location, retention])
}

/// A name's first letter in the same box for everyone.
pub(super) fn avatar(name: &str) -> Markup {
    html! {
        span.avatar aria-hidden="true" {
            @if let Some(first) = name.chars().next() { (first) }
        }
    }
}

/// `ai` or `automated`, as the style sheet and the API spell it.
pub(super) fn kind(automation: Automation) -> &'static str {
    match automation {
        Automation::Ai => "ai",
        Automation::Automated => "automated",
    }
}

/// What answers, in words.
pub(super) fn kind_words(automation: Automation) -> &'static str {
    match automation {
        Automation::Ai => "AI assistant",
        Automation::Automated => "Automated assistant, no AI",
    }
}

/// The badge on a card: what answers.
pub(super) fn badge(automation: Automation) -> Markup {
    html! { span.badge data-kind=(kind(automation)) { (kind_words(automation)) } }
}

/// The lasting badge: what answers and who runs it.
pub(super) fn lasting_badge(card: &Card, class: Option<&str>) -> Markup {
    let class = class.map_or("badge".to_owned(), |class| format!("{class} badge"));
    html! {
        span class=(class) data-kind=(kind(card.automation)) {
            (kind_words(card.automation)) " · run by " (name(&card.provider))
        }
    }
}

/// An address as a link if it is one, else as text.
pub(super) fn web_link(address: &str) -> Markup {
    html! {
        @if is_web_address(address, LINK_CHARS) {
            a href=(address) rel="noopener noreferrer" { (address) }
        } @else {
            (address)
        }
    }
}

/// A way to reach a human: an address, a mail address, or plain words.
pub(super) fn contact(text: &str) -> Markup {
    let text = text.trim();
    let mail = |text: &str| {
        let (local, host) = text.split_once('@')?;
        let plain = |part: &str| {
            !part.is_empty()
                && part.chars().all(|c| c.is_ascii_alphanumeric() || "._-+".contains(c))
        };
        (plain(local) && plain(host)).then(|| format!("mailto:{text}"))
    };
    html! {
        @if is_web_address(text, LINK_CHARS) {
            a href=(text) rel="noopener noreferrer" { (text) }
        } @else if let Some(address) = mail(text) {
            a href=(address) { (text) }
        } @else {
            bdi lang="" { (text) }
        }
    }
}

/// "yes" or "no".
pub(super) fn yes_no(yes: bool) -> &'static str {
    if yes { "Yes" } else { "No" }
}

/// Rows of a name and what is to be said about it.
pub(super) fn facts(rows: &[(&str, Markup)]) -> Markup {
    html! {
        dl.facts {
            @for (term, value) in rows {
                div { dt { (term) } dd { (value) } }
            }
        }
    }
}

/// Text of a provider, as a value of [`facts`].
pub(super) fn said(text: &str) -> Markup {
    html! { span lang="" dir="auto" { (text) } }
}

/// All that a provider says about its assistant: the same rows in the same order for every one.
pub(super) fn card_facts(card: &Card) -> Markup {
    let or_none = |text: &str, none: &str| {
        if text.is_empty() {
            html! { (none) }
        } else {
            said(text)
        }
    };
    let human = if card.human_contact.is_empty() {
        html! { "It names none" }
    } else {
        contact(&card.human_contact)
    };
    facts(&[
        ("About it", or_none(&card.details, "It says no more")),
        ("Run by", html! { (name(&card.provider)) ", " (card.country) }),
        ("What answers", html! { (kind_words(card.automation)) }),
        ("Data kept in", said(&card.data_location)),
        ("Kept for", said(&card.retention)),
        ("Used for training", html! { (yes_no(card.trains)) }),
        ("A human", human),
        ("Privacy policy", web_link(&card.privacy_policy)),
    ])
}

/// A value to be copied, shown in one line that can be scrolled by keyboard.
pub(super) fn code(id: &str, what: &str, text: &str) -> Markup {
    html! {
        div.code {
            pre tabindex="0" role="group" aria-label=(what) { code id=(id) { (text) } }
            button.button.quiet.small type="button" data-copy={ "#" (id) } hidden {
                "Copy" span.visually-hidden { " " (what) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_become_links() {
        for bad in ["javascript:alert(1)", "data:text/html,x", "//x.example", "https://a@b"] {
            assert!(!web_link(bad).into_string().contains("href"), "{bad}");
            assert!(!contact(bad).into_string().contains("href"), "{bad}");
        }
        assert!(web_link("https://birch.example/p").into_string().contains("href"));
    }

    #[test]
    fn names_of_the_other_direction_are_isolated_and_the_text_stays() {
        let shown = sentence("مساعد is run by Birch (مساعد ب).", &["مساعد", "Birch", "مساعد ب"]);
        let expected = "<bdi>مساعد</bdi> is run by Birch (<bdi>مساعد ب</bdi>).";
        assert_eq!(shown.into_string(), expected);
    }

    #[test]
    fn a_mail_address_can_be_tapped() {
        let shown = contact("help@birch.example").into_string();
        assert!(shown.contains("mailto:help@birch.example"));
        assert!(!contact("a@b?bcc=everybody@x.example").into_string().contains("mailto"));
    }
}
