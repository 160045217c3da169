//! `GET /consent/{assistant}`: one question, the notice, two equal answers.
//!
//! The form comes back to [`path`] with `answer`, `notice` and `display_name`.

use exchange::assistant::Card;
use exchange::consent::{notice, notice_sha256};
use exchange::id::AssistantId;
use exchange::limits;
use maud::{Markup, Render, html};

use super::forms::{Field, FieldError, error_summary};
use super::parts::{badge, facts, name, said, sentence_about, web_link, yes_no};
use super::{Here, Page, Width};

/// What stood in the way of the last answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem<'a> {
    /// The card was changed between showing and answering, so this is another notice.
    NoticeChanged,
    /// The name breaks its rule; what it must be ("must be one line …").
    DisplayName(&'a str),
    /// Neither answer was given.
    NoAnswer,
}

/// The question about one assistant.
#[derive(Debug, Clone, Copy)]
pub struct Consent<'a> {
    /// Which one.
    pub assistant: AssistantId,
    /// What its provider says: the notice is made from it alone.
    pub card: &'a Card,
    /// How many of this choice were answered before.
    pub done: usize,
    /// Those to be asked about afterwards.
    pub next: &'a [AssistantId],
    /// The name typed before; empty at first.
    pub display_name: &'a str,
    /// What stood in the way.
    pub problem: Option<Problem<'a>>,
}

/// Where the question about `assistant` is asked and answered; `next` are asked afterwards.
pub fn path(assistant: AssistantId, done: usize, next: &[AssistantId]) -> String {
    let rest: Vec<String> = next.iter().map(AssistantId::to_string).collect();
    match (done, rest.as_slice()) {
        (0, []) => format!("/consent/{assistant}"),
        (done, []) => format!("/consent/{assistant}?done={done}"),
        (done, rest) => format!("/consent/{assistant}?done={done}&next={}", rest.join(",")),
    }
}

/// The question as markup.
pub fn page(view: &Consent<'_>) -> Markup {
    let Consent { card, done, next, .. } = view;
    let title = format!("May {} receive your messages?", card.name);
    let shell = Page {
        title: &title,
        signed_in: true,
        here: Here::Choose,
        width: Width::Narrow,
        ..Page::default()
    };
    let of = done + 1 + next.len();
    shell.around(&html! {
        (problem(view.problem))
        @if of > 1 { p.meta { (done + 1) " of " (of) } }
        h1 { "May " (name(&card.name)) " receive your messages?" }
        p { (badge(card.automation)) }
        (facts(&[
            ("Run by", html! { (name(&card.provider)) ", " (card.country) }),
            ("For", said(&card.purpose)),
            ("Kept in", said(&card.data_location)),
            ("Kept for", said(&card.retention)),
            ("Used for training", html! { (yes_no(card.trains)) }),
            ("Privacy policy", web_link(&card.privacy_policy)),
        ]))
        (form(view))
    })
}

fn name_problem(problem: Option<Problem<'_>>) -> Option<String> {
    match problem {
        Some(Problem::DisplayName(rule)) => Some(format!("What it may call you {rule}.")),
        _ => None,
    }
}

fn problem(problem: Option<Problem<'_>>) -> Markup {
    let of_name = name_problem(problem);
    let (field, message) = match problem {
        None => return html! {},
        Some(Problem::NoticeChanged) => (
            "notice-text",
            "The provider has changed its facts since you opened this page. Nothing was agreed \
             to; this is how it reads now.",
        ),
        Some(Problem::DisplayName(_)) => ("display_name", of_name.as_deref().unwrap_or_default()),
        Some(Problem::NoAnswer) => ("answers", "Answer with “Agree” or “Not now”."),
    };
    error_summary(&[FieldError { field, message }])
}

fn form(view: &Consent<'_>) -> Markup {
    let text = notice(view.card);
    let name_error = name_problem(view.problem);
    let display_name = Field {
        name: "display_name",
        label: "What it may call you",
        hint: "Stays empty unless you write something.",
        value: view.display_name,
        error: name_error.as_deref(),
        max: Some(limits::DISPLAY_NAME_CHARS),
        ..Field::default()
    };
    html! {
        form.stack method="post" action=(path(view.assistant, view.done, view.next)) data-once {
            input type="hidden" name="notice" value=(notice_sha256(&text));
            section.card aria-labelledby="notice-title" {
                h2 #notice-title { "Notice" }
                p #notice-text { (sentence_about(view.card, &text)) }
            }
            (display_name.render())
            div.actions #answers {
                button.button name="answer" value="agree" { "Agree" }
                button.button name="answer" value="not_now" { "Not now" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{card, text_of};
    use super::*;

    fn view(card: &Card) -> Consent<'_> {
        Consent {
            assistant: AssistantId(1001),
            card,
            done: 0,
            next: &[],
            display_name: "",
            problem: None,
        }
    }

    #[test]
    fn the_notice_stands_there_word_for_word_with_its_hash() {
        let card = card("Birch");
        let page = page(&view(&card)).into_string();
        let words = notice(&card);
        assert!(text_of(&page).contains(&words), "{page}");
        assert!(page.contains(&format!("name=\"notice\" value=\"{}\"", notice_sha256(&words))));
    }

    #[test]
    fn both_answers_have_the_same_weight_and_nothing_is_filled_in() {
        let card = card("Birch");
        let page = page(&view(&card)).into_string();
        let agree = "<button class=\"button\" name=\"answer\" value=\"agree\">Agree</button>";
        let not = "<button class=\"button\" name=\"answer\" value=\"not_now\">Not now</button>";
        assert!(page.contains(agree) && page.contains(not), "{page}");
        assert!(page.contains("name=\"display_name\" type=\"text\" value=\"\""), "{page}");
        for pressure in ["checked", "disabled", "autofocus"] {
            assert!(!page.contains(pressure), "{pressure}");
        }
    }

    /// Words that praise, hurry or worry.
    const STIRRING: &str = "great best enjoy love sorry miss please recommend unfortunately hurry exciting \
        unlock amazing safe trust popular smart easy don't ! benefit improve happy sad \
        worry lose";

    /// EDPB 03/2022: no stirring (emotion, urgency, praise), no overloading (120 words of ours).
    #[test]
    fn the_words_are_plain_and_few() {
        let card = card("Birch");
        let page = page(&view(&card)).into_string();
        let main = page.split("<main").nth(1).and_then(|rest| rest.split("</main>").next());
        let words = text_of(&main.unwrap_or("").replace('<', " <")).to_lowercase();
        for stirring in STIRRING.split_whitespace() {
            assert!(!words.contains(stirring), "{stirring}: {words}");
        }
        let of_the_card = [
            &card.privacy_policy,
            &card.purpose,
            &card.data_location,
            &card.retention,
            &card.provider,
        ];
        let ours = of_the_card
            .iter()
            .fold(words.replace("(be)", ""), |text, part| text.replace(&part.to_lowercase(), ""));
        let is_ours =
            |word: &&str| word.chars().any(char::is_alphanumeric) && !word.starts_with("birch");
        let count = ours.split_whitespace().filter(is_ours).count();
        assert!(count <= 120, "{count}: {ours}");
    }

    #[test]
    fn the_way_through_several_is_counted() {
        let card = card("Birch");
        let next = [AssistantId(3), AssistantId(4)];
        let view = Consent { done: 1, next: &next, ..view(&card) };
        let page = page(&view).into_string();
        assert!(page.contains("2 of 4"), "{page}");
        assert!(page.contains("action=\"/consent/1001?done=1&amp;next=3,4\""), "{page}");
        assert_eq!(path(AssistantId(9), 0, &[]), "/consent/9");
    }

    #[test]
    fn a_problem_leads_to_its_field() {
        let card = card("Birch");
        let problem = Some(Problem::DisplayName("must be one line"));
        let page = page(&Consent { problem, display_name: "x", ..view(&card) }).into_string();
        assert!(page.contains("href=\"#display_name\"") && page.contains("aria-invalid=\"true\""));
        assert!(page.contains("What it may call you must be one line."));
        assert!(page.contains("value=\"x\""));
    }
}
