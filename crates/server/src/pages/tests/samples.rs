//! One of every page, with the same words wherever somebody else's text stands.

use std::collections::BTreeMap;

use exchange::assistant::{Automation, Card};
use exchange::consent::State;
use exchange::content::parts::Header;
use exchange::conversation::Marks;
use exchange::delivery::{End, Kind};
use exchange::id::{AccountId, AppId, AssistantId, ConversationId, DeliveryId, Seq};
use exchange::message::{Author, Button, Content, Failure, Message, NoticeKind, Row, Section};
use exchange::time::{DAY_MS, MINUTE_MS, Millis};

use super::super::forms::FieldError;
use super::super::{
    account, assistants, chats, choose, consent, deliveries, error, home, providers, registered,
    rules, sandbox,
};

const NOW: Millis = Millis(1_795_458_005_000);

/// A card whose every free field says `text`.
pub(super) fn card(text: &str) -> Card {
    Card {
        name: text.into(),
        purpose: text.into(),
        details: text.into(),
        provider: text.into(),
        country: "BE".into(),
        data_location: text.into(),
        retention: text.into(),
        trains: true,
        automation: Automation::Automated,
        human_contact: text.into(),
        privacy_policy: format!("javascript:{text}"),
    }
}

/// Every page by name.
pub(super) fn all(text: &str) -> Vec<(&'static str, String)> {
    let mut pages = of_people(text);
    pages.extend(messenger(text));
    pages.extend(of_providers(text));
    pages.extend(of_all(text));
    pages.push(("sandbox", of_sandbox(text)));
    pages
}

fn of_people(text: &str) -> Vec<(&'static str, String)> {
    let (card, other) = (card(text), super::card("Alder"));
    let offers = [(1, &card), (2, &other)].map(|(id, card)| choose::Offer {
        id: AssistantId(id),
        card,
        listed: NOW,
        agreed: id == 1,
    });
    let choose = |offers, nothing_chosen| {
        let view = choose::Choose { showing: 17, offers, opened_by: Some(text), nothing_chosen };
        choose::page(&view).into_string()
    };
    let consent = consent::Consent {
        assistant: AssistantId(1),
        card: &card,
        done: 0,
        next: &[AssistantId(2)],
        display_name: text,
        problem: Some(consent::Problem::DisplayName(text)),
    };
    let agreement = |chat, given| account::Agreement {
        chat: ConversationId::from_random(chat),
        card: &card,
        given,
        at: NOW,
        display_name: text,
    };
    let agreements = [agreement(1, true), agreement(2, false)];
    let account = account::Account { since: NOW, passkeys: 2, agreements: &agreements };
    let home = home::Home { sign_in: home::SignIn::Ways { local: true, passkeys: true } };
    vec![
        ("home", home::page(&home).into_string()),
        ("choose", choose(&offers[..], true)),
        ("nothing listed", choose(&[], false)),
        ("consent", consent::page(&consent).into_string()),
        ("account", account::page(&account).into_string()),
        ("deleted", account::deleted().into_string()),
    ]
}

/// A conversation with every kind of content.
pub(in super::super) fn messages(text: &str) -> Vec<Message> {
    let t = || text.to_owned();
    let buttons = [("a", "Yes"), ("b", text)]
        .map(|(id, title)| Button { id: id.into(), title: title.into() });
    let row = Row { id: t(), title: t(), description: Some(t()) };
    let section = Section { title: Some(t()), rows: vec![row] };
    let said = [
        (Author::Exchange, None, Content::Notice { kind: NoticeKind::Ai, text: t() }),
        (Author::Person, None, Content::Text { body: t(), preview_url: false }),
        (
            Author::Assistant,
            Some(2),
            Content::Buttons {
                header: Some(Header::Text(t())),
                body: t(),
                footer: Some(t()),
                buttons: buttons.to_vec(),
            },
        ),
        (Author::Person, Some(3), Content::ButtonReply { id: "b".into(), title: t() }),
        (
            Author::Assistant,
            Some(99),
            Content::List {
                header: None,
                body: t(),
                footer: None,
                button: t(),
                sections: vec![section],
            },
        ),
        (Author::Person, None, Content::Reaction { target: Seq(3), emoji: "👍".into() }),
        (Author::Assistant, None, Content::Reaction { target: Seq(2), emoji: "🙂".into() }),
        (Author::Assistant, None, Content::Withheld),
        (
            Author::Person,
            Some(5),
            Content::ListReply { id: "x".into(), title: t(), description: Some(t()) },
        ),
        (Author::Person, None, Content::Text { body: t(), preview_url: false }),
    ];
    let message = |(place, (author, context, content)): (usize, (_, Option<u32>, _))| {
        let seq = u32::try_from(place).unwrap_or(0) + 1;
        let failed = (seq == 10).then_some(Failure::Undelivered);
        let at = NOW - DAY_MS + i64::from(seq) * MINUTE_MS;
        Message {
            seq: Seq(seq),
            author,
            at,
            context: context.map(Seq),
            content,
            opaque: None,
            failed,
            extra: None,
        }
    };
    said.into_iter().enumerate().map(message).collect()
}

fn messenger(text: &str) -> Vec<(&'static str, String)> {
    let (card, messages) = (card(text), messages(text));
    let chat = ConversationId::from_random(0xabcdef);
    let contact =
        |state| chats::Contact { chat, card: &card, state, last: messages.last(), unread: 3 };
    let open = |state| chats::OpenChat {
        chat,
        assistant: AssistantId(1),
        card: &card,
        state,
        messages: &messages,
        marks: Marks { assistant_received: Seq(4), assistant_read: Seq(2), ..Marks::default() },
        window_until: Some(NOW + 30 * MINUTE_MS),
        has_earlier: true,
        has_later: false,
        client_id: "a1b2",
        draft: text,
        problem: Some(text),
    };
    let page = |contacts: &[chats::Contact<'_>], beside| {
        chats::page(&chats::Messenger { contacts, beside, now: NOW }).into_string()
    };
    let (given, stopped) = (State::Given, State::Withdrawn);
    vec![
        ("chat", page(&[contact(given)], chats::Beside::Chat(open(given)))),
        ("stopped chat", page(&[contact(stopped)], chats::Beside::Chat(open(stopped)))),
        ("chats", page(&[contact(given)], chats::Beside::Nothing)),
        ("no chats", page(&[], chats::Beside::Unknown)),
    ]
}

fn of_providers(text: &str) -> Vec<(&'static str, String)> {
    let values: BTreeMap<String, String> = ["name", "details", "provider", "callback_url"]
        .map(|field| (field.to_owned(), text.to_owned()))
        .into();
    let errors = ["name", "trains", "automation"].map(|field| FieldError { field, message: text });
    let register = providers::Register { signed_in: false, values: &values, errors: &errors };
    let done = registered::Registered {
        signed_in: true,
        name: text,
        phone_number_id: AssistantId(1),
        app_id: AppId(2),
        waba_id: AccountId(3),
        app_secret: text,
        display_phone_number: "999012345678",
        access_token: text,
        verify_token: text,
        api_base: text,
        curl: text,
        callback: registered::Callback::Failed(text, text),
    };
    let question =
        deliveries::TokenQuestion { signed_in: false, number: AssistantId(1), problem: Some(text) };
    vec![
        ("providers", providers::page(&register).into_string()),
        ("registered", registered::page(&done).into_string()),
        ("token question", deliveries::token_question(&question).into_string()),
        ("deliveries", log(text)),
        ("new token", deliveries::new_token(false, AssistantId(1), "EAAnew").into_string()),
        ("new secret", deliveries::new_secret(true, AssistantId(1), text).into_string()),
    ]
}

fn log(text: &str) -> String {
    let ends = [None, Some(End::Delivered), Some(End::Dead), Some(End::Cancelled)];
    let rows = ends.map(|end| deliveries::Delivery {
        id: DeliveryId(7),
        kind: Kind::Message,
        wamid: text,
        end,
        attempts: 2,
        answer: Some(500),
        reason: Some(text),
        duration_ms: Some(12),
        created: NOW,
        next_retry: end.is_none().then_some(NOW),
        finished: end.map(|_| NOW),
    });
    let error = FieldError { field: "callback_url", message: text };
    let view = deliveries::Deliveries {
        signed_in: false,
        number: AssistantId(1),
        name: text,
        listed: true,
        filter: deliveries::Filter::Pending,
        rows: &rows,
        older: Some("/providers/1/deliveries?before=7"),
        callback: Some("https://birch.example/hook"),
        callback_problem: Some(deliveries::CallbackProblem {
            url: text,
            verify_token: text,
            error: &error,
        }),
        done: Some(deliveries::Done::NotReplayed(text)),
    };
    deliveries::page(&view).into_string()
}

fn of_sandbox(text: &str) -> String {
    let entry = |good| sandbox::Entry {
        n: 7,
        at: NOW,
        kind: "call".into(),
        what: text.into(),
        outcome: text.into(),
        good,
    };
    let view = sandbox::Sandbox {
        now: NOW,
        ahead: "as everywhere",
        bot: &[("base URL", text.to_owned())],
        callback: Some(text),
        people: &[
            sandbox::Person { name: text, auto: true },
            sandbox::Person { name: "Bob", auto: false },
        ],
        faults: &[(1, text.to_owned(), "once more".to_owned())],
        log: &[entry(None), entry(Some(true)), entry(Some(false))],
        refreshes: true,
        problem: Some(text),
    };
    sandbox::page(&view).into_string()
}

fn of_all(text: &str) -> Vec<(&'static str, String)> {
    let card = card(text);
    let listed = [assistants::Listed { id: AssistantId(1), card: &card, since: NOW }];
    let list = assistants::Assistants { signed_in: false, listed: &listed };
    let keys = [rules::DayKey { day: NOW, commitment: "c".repeat(64), key: Some("k".repeat(64)) }];
    let rules = rules::Rules { signed_in: false, registrations_per_hour: 20, day_keys: &keys };
    let error = error::View { status: 500, message: text, hint: text, signed_in: false };
    vec![
        ("assistants", assistants::page(&list).into_string()),
        ("rules", rules::page(&rules).into_string()),
        ("error", error::page(&error).into_string()),
    ]
}
