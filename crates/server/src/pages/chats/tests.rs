//! The messenger without scripts.

use super::super::tests::{card, count, messages};
use super::*;

const NOW: Millis = Millis(1_795_458_005_000);

struct Scene {
    card: Card,
    messages: Vec<Message>,
    state: State,
    has_later: bool,
    window_until: Option<Millis>,
}

impl Scene {
    fn new() -> Self {
        let card = Card { human_contact: "help@birch.example".into(), ..card("Birch") };
        let messages = messages("Hello");
        Self { card, messages, state: State::Given, has_later: false, window_until: None }
    }

    fn shown(&self) -> String {
        let chat = ConversationId::from_random(0xabcdef);
        let contact = Contact {
            chat,
            card: &self.card,
            state: self.state,
            last: self.messages.last(),
            unread: 2,
        };
        let open = OpenChat {
            chat,
            assistant: AssistantId(1001),
            card: &self.card,
            state: self.state,
            messages: &self.messages,
            marks: Marks { assistant_received: Seq(4), assistant_read: Seq(2), ..Marks::default() },
            window_until: self.window_until,
            has_earlier: true,
            has_later: self.has_later,
            client_id: "c1",
            draft: "",
            problem: None,
        };
        let view = Messenger { contacts: &[contact], beside: Beside::Chat(open), now: NOW };
        page(&view).into_string()
    }
}

#[test]
fn the_badge_lasts_in_the_list_and_in_the_chat() {
    let page = Scene::new().shown();
    let badge = "AI assistant · run by <bdi lang=\"\">Birch Works</bdi>";
    assert_eq!(count(&page, badge), 2, "{page}");
    assert!(page.contains("mailto:help@birch.example"));
    assert!(
        page.contains("<span class=\"visually-hidden\"><bdi lang=\"\">Birch</bdi>, AI assistant: ")
    );
}

#[test]
fn stopping_takes_two_taps_and_no_script() {
    let page = Scene::new().shown();
    let stop = page.split("<details class=\"stop\">").nth(1).unwrap_or_default();
    assert!(
        stop.starts_with("<summary class=\"button quiet small\">Stop</summary><form"),
        "{stop}"
    );
    assert!(stop.contains("action=\"/chats/0000abcdf0/stop\""), "{stop}");
}

#[test]
fn ticks_are_words_too() {
    let page = Scene::new().shown();
    for (seq, word) in [(2, "Read"), (4, "Delivered"), (9, "Sent"), (10, "Not sent")] {
        let row = page.split(&format!("<li class=\"message\" id=\"m{seq}\"")).nth(1);
        let row = row.and_then(|rest| rest.split("</li>").next()).unwrap_or_default();
        assert!(row.contains(&format!("<span class=\"visually-hidden\">{word}</span>")), "{row}");
    }
}

#[test]
fn an_open_question_is_answered_by_a_form_and_an_answered_one_is_not() {
    let mut scene = Scene::new();
    let page = scene.shown();
    assert!(!page.contains("name=\"reply\" value=\"a\""), "answered before");
    assert!(page.contains("data-chosen=\"true\""));
    scene.messages.truncate(3);
    let page = scene.shown();
    assert!(
        page.contains("name=\"reply\" value=\"a\"")
            && page.contains("name=\"context_seq\" value=\"3\"")
    );
    assert!(page.contains("name=\"client_id\" value=\"c1-3\""));
    scene.has_later = true;
    assert!(!scene.shown().contains("name=\"reply\""), "older parts only show");
}

#[test]
fn a_stopped_chat_can_be_read_and_not_written() {
    let mut scene = Scene::new();
    scene.state = State::Withdrawn;
    let page = scene.shown();
    assert!(page.contains("You stopped this assistant. Nothing you write reaches it."));
    for gone in ["<textarea", "/stop\"", "name=\"reply\"", "Try again"] {
        assert!(!page.contains(gone), "{gone}");
    }
    assert!(page.contains("Hello"));
}

#[test]
fn reactions_stand_at_their_message_and_withheld_says_nothing() {
    let page = Scene::new().shown();
    assert_eq!(count(&page, "<p class=\"reactions\">"), 2);
    for seq in [6, 7, 8] {
        assert!(!page.contains(&format!("id=\"m{seq}\"")), "{seq}");
    }
}

#[test]
fn the_window_is_said_late_and_when_it_is_over() {
    let mut scene = Scene::new();
    let said = |scene: &Scene| scene.shown().contains("class=\"window-line meta\"");
    assert!(!said(&scene));
    scene.window_until = Some(NOW + 3 * HOUR_MS);
    assert!(!said(&scene));
    scene.window_until = Some(NOW + HOUR_MS);
    assert!(said(&scene));
    scene.window_until = Some(NOW);
    assert!(scene.shown().contains("can write to you again once you write"));
}

#[test]
fn using_no_assistant_is_fine() {
    let view = Messenger { contacts: &[], beside: Beside::Nothing, now: NOW };
    let page = page(&view).into_string();
    assert!(page.contains("You use no assistant. That is fine"));
    assert!(page.contains("data-chat=\"\"") && page.contains("href=\"/choose\""));
}
