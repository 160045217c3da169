//! `GET /assistants`: the public list, alphabetical, the same facts about each.

use exchange::assistant::Card;
use exchange::id::AssistantId;
use exchange::time::Millis;
use maud::{Markup, html};

use super::parts::{badge, card_facts, facts, name};
use super::{Page, Width, time};

/// A listed assistant.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    /// Which one.
    pub id: AssistantId,
    /// What its provider says.
    pub card: &'a Card,
    /// Since when it is listed.
    pub since: Millis,
}

/// The public list.
#[derive(Debug, Clone, Copy)]
pub struct Assistants<'a> {
    /// Whether a person is signed in.
    pub signed_in: bool,
    /// All listed assistants, in any order: the page sorts them.
    pub listed: &'a [Listed<'a>],
}

/// By name, then by id: the order of the list and of its JSON.
pub fn alphabetical(a: (&str, AssistantId), b: (&str, AssistantId)) -> std::cmp::Ordering {
    a.0.to_lowercase().cmp(&b.0.to_lowercase()).then(a.1.cmp(&b.1))
}

/// The list as markup.
pub fn page(view: &Assistants<'_>) -> Markup {
    let shell = Page {
        title: "All assistants",
        signed_in: view.signed_in,
        width: Width::Wide,
        json: Some("/assistants.json"),
        ..Page::default()
    };
    let mut listed = view.listed.to_vec();
    listed.sort_by(|a, b| alphabetical((&a.card.name, a.id), (&b.card.name, b.id)));
    shell.around(&html! {
        h1 { "All assistants" }
        @if listed.is_empty() {
            p.lead { "No assistant is listed yet." }
            p { a href="/providers" { "Register one" } ": it works at once." }
        } @else {
            p.lead {
                "In alphabetical order. On the "
                a href="/choose" { "choice screen" }
                " they stand in an order drawn anew each time."
            }
            ul.cards role="list" { @for one in &listed { (card(one)) } }
        }
        p.meta { a href="/assistants.json" { "The same as JSON" } }
    })
}

fn card(one: &Listed<'_>) -> Markup {
    let Listed { id, card, since } = one;
    html! {
        li.card id={ "assistant-" (id) } {
            h2 { (name(&card.name)) }
            p { (badge(card.automation)) }
            p lang="" dir="auto" { (card.purpose) }
            details {
                summary { "Details" span.visually-hidden { " of " (name(&card.name)) } }
                p.meta { "Given by the provider:" }
                (card_facts(card))
                p.meta { "Known to the exchange:" }
                (facts(&[
                    ("Listed since", time::date(*since)),
                    ("Number", html! { (id) }),
                ]))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::card;
    use super::*;

    #[test]
    fn the_order_is_that_of_the_alphabet() {
        let (zinc, alder, birch) = (card("zinc"), card("Alder"), card("birch"));
        let listed = [&zinc, &alder, &birch].map(|card| Listed {
            id: AssistantId(card.name.len() as u64),
            card,
            since: Millis(0),
        });
        let page = page(&Assistants { signed_in: false, listed: &listed }).into_string();
        let place = |name: &str| page.find(&format!("<bdi lang=\"\">{name}</bdi>"));
        assert!(place("Alder") < place("birch") && place("birch") < place("zinc"));
        assert!(place("Alder").is_some());
    }

    #[test]
    fn an_empty_list_is_said_in_words() {
        let page = page(&Assistants { signed_in: false, listed: &[] }).into_string();
        assert!(page.contains("No assistant is listed yet."));
    }
}
