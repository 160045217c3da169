//! `GET /choose`: the neutral choice screen. Equal cards in the drawn order, nothing ticked, both
//! answers alike. What is sent here is the evidence of what was shown.

use exchange::assistant::Card;
use exchange::id::AssistantId;
use exchange::time::Millis;
use maud::{Markup, html};

use super::forms::{FieldError, error_summary};
use super::parts::{avatar, badge, card_facts, facts, name};
use super::{Here, Page, Width, time};

/// One assistant on the choice screen.
#[derive(Debug, Clone, Copy)]
pub struct Offer<'a> {
    /// Which one.
    pub id: AssistantId,
    /// What its provider says.
    pub card: &'a Card,
    /// Since when it is listed.
    pub listed: Millis,
    /// Whether the person's consent to it is given now. Said in words, never by a tick.
    pub agreed: bool,
}

/// The choice screen.
#[derive(Debug, Clone, Copy)]
pub struct Choose<'a> {
    /// The showing's number.
    pub showing: u64,
    /// All listed assistants, in the order drawn for this showing.
    pub offers: &'a [Offer<'a>],
    /// The name of the assistant whose link opened the screen; it changes nothing else.
    pub opened_by: Option<&'a str>,
    /// Whether the person continued without choosing.
    pub nothing_chosen: bool,
}

/// The id of the first card's box: where an error leads to.
const FIRST: &str = "choice-1";

/// The choice screen as markup.
pub fn page(view: &Choose<'_>) -> Markup {
    let shell = Page {
        title: "Choose your assistants",
        signed_in: true,
        here: Here::Choose,
        width: Width::Wide,
        ..Page::default()
    };
    shell.around(&html! {
        @if view.nothing_chosen && !view.offers.is_empty() {
            (error_summary(&[FieldError {
                field: FIRST,
                message: "Nothing is chosen. Choose at least one assistant, or decide later.",
            }]))
        }
        h1 { "Choose your assistants" }
        @if let Some(opener) = view.opened_by {
            p.notice {
                "A link of " (name(opener)) " opened this page. It has chosen nothing for you."
            }
        }
        @if view.offers.is_empty() { (nothing_listed()) } @else { (screen(view)) }
    })
}

fn nothing_listed() -> Markup {
    html! {
        p.lead { "No assistant is listed yet." }
        p {
            "Nothing is wrong. An assistant is listed here as soon as its provider has registered \
             it and its service has answered."
        }
        div.actions {
            a.button href="/chats" { "Go to your chats" }
            a.button href="/providers" { "Register an assistant" }
        }
    }
}

fn screen(view: &Choose<'_>) -> Markup {
    let count = view.offers.len();
    // Said on every card or on none, so that no card has more to it than another.
    let says_agreed = view.offers.iter().any(|offer| offer.agreed);
    html! {
        p.lead { "One, several or none. Nothing is chosen for you; you can change it at any time." }
        form.stack method="post" action="/choose" {
            input type="hidden" name="showing" value=(view.showing);
            fieldset.choices {
                legend {
                    @if count == 1 { "1 assistant" } @else { (count) " assistants, in random order" }
                }
                ul.cards role="list" {
                    @for (place, offer) in view.offers.iter().enumerate() {
                        (card(offer, place + 1, says_agreed))
                    }
                }
            }
            (drawn(view.showing))
            div.actions {
                button.button name="then" value="continue" { "Continue" }
                button.button name="then" value="later" { "Decide later" }
            }
        }
    }
}

fn card(offer: &Offer<'_>, place: usize, says_agreed: bool) -> Markup {
    let Offer { id, card, listed, agreed } = offer;
    let (input, purpose) = (format!("choice-{place}"), format!("purpose-{place}"));
    html! {
        li.choice {
            label.choice-card for=(input) {
                input type="checkbox" id=(input) name="assistant" value=(id)
                    aria-describedby=(purpose);
                (avatar(&card.name))
                span.choice-name { (name(&card.name)) " " (badge(card.automation)) }
                span.choice-provider {
                    "Run by " (name(&card.provider)) ", " (card.country)
                    @if says_agreed {
                        br;
                        @if *agreed { "You talk with this one." } @else { "You do not talk with this one." }
                    }
                }
                span.choice-purpose id=(purpose) lang="" dir="auto" { (card.purpose) }
            }
            details.choice-details {
                summary { "Details" span.visually-hidden { " of " (name(&card.name)) } }
                p.meta { "Given by the provider:" }
                (card_facts(card))
                p.meta { "Known to the exchange:" }
                (facts(&[
                    ("Listed since", time::date(*listed)),
                    ("Number", html! { (id) }),
                ]))
            }
        }
    }
}

fn drawn(showing: u64) -> Markup {
    html! {
        p.meta {
            "Showing number " (showing) ": its order was drawn by lot, for this showing alone. "
            a href="/rules#order" { "How it is drawn, and how to check it" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{card, count};
    use super::*;
    use exchange::assistant::Automation;

    const LISTED: Millis = Millis(1_795_458_005_000);

    fn shown(offers: &[Offer<'_>], nothing_chosen: bool) -> String {
        let view = Choose { showing: 17, offers, opened_by: Some("Birch"), nothing_chosen };
        page(&view).into_string()
    }

    fn offer(id: u64, card: &Card, agreed: bool) -> Offer<'_> {
        Offer { id: AssistantId(id), card, listed: LISTED, agreed }
    }

    #[test]
    fn nothing_is_ever_ticked() {
        let card = card("Birch");
        for agreed in [true, false] {
            for nothing_chosen in [true, false] {
                let page =
                    shown(&[offer(1, &card, agreed), offer(2, &card, false)], nothing_chosen);
                assert!(!page.contains("checked"), "{page}");
            }
        }
    }

    /// The card with the least to say and the card with the most have the same elements.
    #[test]
    fn every_card_has_the_same_form() {
        let full = Card {
            details: "Much to say".into(),
            human_contact: "call".into(),
            automation: Automation::Automated,
            trains: true,
            ..card("Alder")
        };
        let bare = card("Birch");
        let page = shown(&[offer(1, &full, true), offer(22, &bare, false)], false);
        let cards: Vec<&str> = page.split("<li class=\"choice\">").skip(1).collect();
        for tag in ["<dt>", "<dd>", "<span", "<p", "<br>", "<details", "<summary", "<label"] {
            let inside = |card: &str| count(card.split("</li>").next().unwrap_or(""), tag);
            assert!(inside(cards[0]) > 0, "{tag}");
            if tag != "<span" {
                assert_eq!(inside(cards[0]), inside(cards[1]), "{tag}");
            }
        }
        let terms = |card: &str| -> Vec<String> {
            card.split("<dt>").skip(1).map(|t| t.split('<').next().unwrap_or("").into()).collect()
        };
        assert_eq!(terms(cards[0]), terms(cards[1]));
    }

    #[test]
    fn both_answers_have_the_same_weight() {
        let card = card("Birch");
        let page = shown(&[offer(1, &card, false)], false);
        let go_on = "<button class=\"button\" name=\"then\" value=\"continue\">Continue</button>";
        let later = "<button class=\"button\" name=\"then\" value=\"later\">Decide later</button>";
        assert!(page.contains(go_on) && page.contains(later), "{page}");
        assert!(!page.contains("autofocus") && !page.contains("disabled"));
    }

    #[test]
    fn the_order_is_the_one_given() {
        let (alder, birch) = (card("Alder"), card("Birch"));
        let page = shown(&[offer(2, &birch, false), offer(1, &alder, true)], false);
        let place = |value: &str| page.find(value).unwrap_or(usize::MAX);
        assert!(place("value=\"2\"") < place("value=\"1\""));
        assert!(page.contains("name=\"showing\" value=\"17\"") && page.contains("number 17"));
    }

    #[test]
    fn agreement_is_said_in_words_on_all_cards_or_on_none() {
        let card = card("Birch");
        let page = shown(&[offer(1, &card, true), offer(2, &card, false)], false);
        assert_eq!(count(&page, "You talk with this one."), 1);
        assert_eq!(count(&page, "You do not talk with this one."), 1);
        let page = shown(&[offer(1, &card, false), offer(2, &card, false)], false);
        assert_eq!(count(&page, "talk with this one"), 0);
    }

    #[test]
    fn no_assistant_is_a_state_of_its_own() {
        let page = shown(&[], true);
        assert!(page.contains("No assistant is listed yet"));
        assert!(!page.contains("<form method=\"post\" action=\"/choose\""));
    }
}
