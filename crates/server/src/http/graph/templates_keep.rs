//! How templates are kept: one item for each name and language.

use exchange::content::parts::FlowName;
use exchange::id::{AssistantId, ConversationId, ItemId};
use exchange::limits;
use exchange::template::{Head, Knob, Template};
use exchange::time::HOUR_MS;
use store::row::{Item, ItemKind};
use store::{Op, Reader};
use wire::cloud::error::GraphError;
use wire::cloud::media::{self, session};
use wire::cloud::template;

use crate::App;
use crate::engine::{Desk, StepError};

/// Items read at once.
const CHUNK: u32 = 500;

/// An item's template; one that cannot be read is a fault of ours, and is not told of.
fn read(item: &Item) -> Option<Template> {
    let found = serde_json::from_str(&item.body);
    if found.is_err() {
        tracing::error!(template = %item.id, "a kept template cannot be read");
    }
    found.ok()
}

/// All templates of an assistant, in order of their ids.
pub fn all(
    reader: &dyn Reader,
    assistant: AssistantId,
) -> Result<Vec<(ItemId, Template)>, store::Error> {
    let (mut all, mut after) = (Vec::new(), ItemId(0));
    loop {
        let items = reader.items(assistant, ItemKind::Template, after, CHUNK)?;
        let Some(last) = items.last() else { return Ok(all) };
        after = last.id;
        all.extend(items.iter().filter_map(|item| Some((item.id, read(item)?))));
    }
}

/// A template of an assistant.
pub fn one(
    reader: &dyn Reader,
    assistant: AssistantId,
    id: ItemId,
) -> Result<Option<Template>, store::Error> {
    let found = reader.item(ItemKind::Template, id)?;
    Ok(found.filter(|item| item.assistant == assistant).and_then(|item| read(&item)))
}

/// A template of an assistant by its name and language.
pub fn named(
    reader: &dyn Reader,
    assistant: AssistantId,
    name: &str,
    language: &str,
) -> Result<Option<(ItemId, Template)>, store::Error> {
    let key = Template::key(name, language);
    let found = reader.item_named(assistant, ItemKind::Template, &key)?;
    Ok(found.and_then(|item| Some((item.id, read(&item)?))))
}

/// Puts a template down.
pub fn put(
    desk: &mut Desk,
    assistant: AssistantId,
    id: ItemId,
    it: &Template,
) -> Result<(), StepError> {
    let body = serde_json::to_string(it).map_err(|_| StepError::Unavailable)?;
    let (name, at) = (Template::key(&it.name, &it.language), desk.now());
    desk.put(Op::Item(Item { kind: ItemKind::Template, id, assistant, name, at, body }));
    Ok(())
}

/// Whether there is room for one more: the name is free in this language, and neither the
/// account's nor the hour's number is reached.
pub fn room(
    desk: &Desk,
    assistant: AssistantId,
    it: &Template,
) -> Result<Result<(), GraphError>, StepError> {
    if named(desk.read(), assistant, &it.name, &it.language)?.is_some() {
        return Ok(Err(template::duplicate(&it.name, &it.language)));
    }
    capacity(desk, assistant, 1)
}

/// Whether so many more may be created.
pub fn capacity(
    desk: &Desk,
    assistant: AssistantId,
    more: usize,
) -> Result<Result<(), GraphError>, StepError> {
    let all = all(desk.read(), assistant)?;
    if all.len() + more > limits::ITEMS {
        return Ok(Err(template::too_many()));
    }
    let now = desk.now();
    let of_hour = all.iter().map(|(_, it)| now.since(it.created)).filter(|age| *age < HOUR_MS);
    let ages: Vec<i64> = of_hour.collect();
    if more > 0 && ages.len() + more > limits::TEMPLATES_PER_HOUR {
        let oldest = ages.into_iter().max().unwrap_or_default();
        return Ok(Err(GraphError::account_limit(HOUR_MS - oldest)));
    }
    Ok(Ok(()))
}

/// Flows of buttons by name become flows by id. `false`: there is no such flow.
pub fn flows(desk: &Desk, assistant: AssistantId, it: &mut Template) -> Result<bool, StepError> {
    for button in &mut it.parts.buttons {
        let Knob::Flow { flow, .. } = button else { continue };
        let found = match flow {
            FlowName::Id(id) => desk.read().item(ItemKind::Flow, *id)?,
            FlowName::Name(name) => desk.read().item_named(assistant, ItemKind::Flow, name)?,
        };
        let Some(found) = found.filter(|item| item.assistant == assistant) else {
            return Ok(false);
        };
        *flow = FlowName::Id(found.id);
    }
    Ok(true)
}

/// Where a header's sample can be seen: for five minutes, with the token, like every file. One
/// that is no longer there has no address.
pub fn sample_url(app: &App, origin: &str, handle: &str) -> String {
    let until = app.clock.now() + limits::MEDIA_URL_MS;
    let id = session::of_handle(&app.media_key, handle);
    id.map_or_else(String::new, |id| media::url(origin, &app.media_key, id, until, "template"))
}

/// The samples of headers: handles of finished uploads.
fn samples(it: &Template) -> impl Iterator<Item = &str> {
    let cards = it.parts.cards.iter();
    std::iter::once(&it.parts).chain(cards).filter_map(|parts| match &parts.header {
        Some(Head::Media { sample, .. }) => Some(sample.as_str()),
        _ => None,
    })
}

/// Samples are files of this number, and are kept from now on: a template may be looked at long
/// after its upload has expired.
pub fn keep_samples(
    desk: &mut Desk,
    key: &[u8; 32],
    assistant: AssistantId,
    it: &Template,
) -> Result<Result<(), GraphError>, StepError> {
    for handle in samples(it) {
        let found = match session::of_handle(key, handle) {
            Some(id) => desk.read().media(id)?,
            None => None,
        };
        let Some(row) = found.filter(|row| row.assistant == assistant) else {
            return Ok(Err(template::unknown_sample(handle)));
        };
        desk.put(Op::UseMedia(ConversationId::NONE, row.media.id));
    }
    Ok(Ok(()))
}
