//! What a number keeps in lists: blocked people, QR codes (reference 5).

use axum::http::Method;
use exchange::consent::State;
use exchange::conversation::Event;
use exchange::id::{AssistantId, ConversationId, ItemId};
use exchange::limits;
use serde_json::{Value, json};
use store::Op;
use store::row::{Item, ItemKind};
use wire::ascii;
use wire::cloud::blocks::{self, Outcome, Whom};
use wire::cloud::error::GraphError;
use wire::cloud::paging;
use wire::cloud::qr;
use wire::cloud::send::SUCCESS;

use super::{Answer, Call, failed, nodes};
use crate::App;
use crate::clock::random_u64;
use crate::engine::{Desk, StepError};

/// The store's own failure.
pub fn unread(_: store::Error) -> GraphError {
    GraphError::unavailable(2_000)
}

/// `GET|POST|DELETE /{phone}/block_users`
pub async fn block_users(app: &App, id: &str, call: &Call<'_>) -> Answer {
    let entry = nodes::number(app, id, call)?;
    let (id, params) = (entry.row.id, call.params()?);
    if call.method == Method::GET {
        let asked = paging::asked(&params)?;
        let all = app
            .readers
            .read(move |reader| reader.blocked(id, ConversationId::NONE, limits::BLOCKED));
        let all = all.await.map_err(unread)?;
        let entries = all.into_iter().map(|of| (of.get(), of)).collect();
        let page = paging::page_of(entries, &asked, &call.address(app), call.query, blocks::entry);
        return Ok(ascii::to_vec(&page));
    }
    let (whom, block) = (blocks::whom(&params)?, call.method != Method::DELETE);
    let most = app.config.blocked_people;
    let step = move |desk: &mut Desk| {
        if block {
            let already = desk.read().blocked(id, ConversationId::NONE, most)?.len();
            if already + whom.len() > most as usize {
                return Ok(None);
            }
        }
        let one = |whom: Whom| {
            let outcome = set_blocked(desk, id, whom.conversation, block)?;
            Ok((whom, outcome))
        };
        whom.into_iter().map(one).collect::<Result<Vec<_>, StepError>>().map(Some)
    };
    let results = app.engine.step_alone(step).await.map_err(failed)?;
    blocks::answer(&results.ok_or_else(|| GraphError::block_list_full(most))?, block)
}

fn set_blocked(
    desk: &mut Desk,
    id: AssistantId,
    of: Option<ConversationId>,
    block: bool,
) -> Result<Outcome, StepError> {
    let Some(of) = of else { return Ok(Outcome::Unknown) };
    let now = desk.now();
    let known = desk.conversation(of)?;
    let known = known.filter(|it| it.assistant == id && it.consent == State::Given);
    let Some(window) = known.map(|it| it.window_until()) else { return Ok(Outcome::Unknown) };
    if block && window.is_none_or(|until| now >= until) {
        return Ok(Outcome::Silent);
    }
    desk.act(of, Event::AssistantBlocks(block))?;
    Ok(Outcome::Done)
}

fn words(item: &Item) -> String {
    serde_json::from_str(&item.body).unwrap_or_default()
}

/// `GET|POST /{phone}/message_qrdls`
pub async fn qr_codes(app: &App, id: &str, call: &Call<'_>) -> Answer {
    let entry = nodes::number(app, id, call)?;
    let (id, params, origin) = (entry.row.id, call.params()?, app.origin(call.headers));
    if call.method == Method::GET {
        let asked = paging::asked(&params)?;
        let most = u32::try_from(limits::QR_CODES).unwrap_or(u32::MAX);
        let all = app.readers.read(move |reader| reader.items(id, ItemKind::Qr, ItemId(0), most));
        let entries = all.await.map_err(unread)?.into_iter().map(|item| (item.id.0, item));
        // Fields are the same for all: a wrong one is found once, with or without entries.
        qr::node(&origin, "", "", &params)?;
        let show = |item: Item| {
            qr::node(&origin, &item.name, &words(&item), &params).unwrap_or(Value::Null)
        };
        let page = paging::page_of(entries.collect(), &asked, &call.address(app), call.query, show);
        return Ok(ascii::to_vec(&page));
    }
    set_qr_code(app, id, qr::wanted(&params)?, &origin).await
}

/// Makes a code, or changes the words of one.
async fn set_qr_code(app: &App, id: AssistantId, wanted: qr::Wanted, origin: &str) -> Answer {
    let (picture, said) = (wanted.picture, wanted.words.clone());
    let fresh = ItemId::from_random(random_u64());
    let step = move |desk: &mut Desk| {
        let known = match &wanted.code {
            Some(code) => match desk.read().item_named(id, ItemKind::Qr, code)? {
                Some(item) => Some(item.id),
                None => return Ok(Err("unknown")),
            },
            None if desk.read().count_items(id, ItemKind::Qr)? >= limits::QR_CODES => {
                return Ok(Err("full"));
            }
            None => None,
        };
        let item = known.unwrap_or(fresh);
        let body = serde_json::to_string(&wanted.words).map_err(|_| StepError::Unavailable)?;
        let (name, at) = (qr::code(item), desk.now());
        let (kind, assistant) = (ItemKind::Qr, id);
        desk.put(Op::Item(Item { kind, id: item, assistant, name: name.clone(), at, body }));
        Ok(Ok(name))
    };
    match app.engine.step_alone(step).await.map_err(failed)? {
        Ok(code) => Ok(ascii::to_vec(&qr::made(origin, &code, &said, picture))),
        Err("full") => {
            let title = format!("At most {} QR codes can be made", limits::QR_CODES);
            Err(GraphError::new(400, 100, &title).details("Delete one first."))
        }
        Err(_) => Err(GraphError::parameter("code", "must be that of a QR code of this number.")),
    }
}

/// `GET|POST|DELETE /{phone}/message_qrdls/{code}`; reading gives a list of one.
pub async fn qr_code(app: &App, id: &str, code: &str, call: &Call<'_>) -> Answer {
    let entry = nodes::number(app, id, call)?;
    let (id, params, origin) = (entry.row.id, call.params()?, app.origin(call.headers));
    let name = code.to_owned();
    let found = app.readers.read(move |reader| reader.item_named(id, ItemKind::Qr, &name)).await;
    let unknown = || GraphError::unknown_object(&call.method.as_str().to_lowercase(), code);
    let item = found.map_err(unread)?.ok_or_else(unknown)?;
    if call.method == Method::GET {
        let node = qr::node(&origin, code, &words(&item), &params)?;
        return Ok(ascii::to_vec(&json!({ "data": [node] })));
    }
    if call.method == Method::POST {
        // Some clients change a code at its own address.
        let wanted = qr::Wanted { code: Some(code.to_owned()), ..qr::wanted(&params)? };
        return set_qr_code(app, id, wanted, &origin).await;
    }
    let step = move |desk: &mut Desk| {
        desk.put(Op::DropItem(ItemKind::Qr, item.id));
        Ok(())
    };
    app.engine.step_alone(step).await.map_err(failed)?;
    Ok(SUCCESS.to_vec())
}
