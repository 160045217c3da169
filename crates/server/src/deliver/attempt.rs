//! One try: find what is to be said, sign it, send it.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use exchange::consent::Consented;
use exchange::delivery::outcome::Outcome;
use exchange::delivery::{Kind, Owed};
use exchange::id::{ItemId, Seq};
use exchange::limits;
use exchange::message::{Author, Content, Failure, Message};
use serde_json::Value;
use store::Reader;
use store::row::ItemKind;
use wire::cloud::media;
use wire::cloud::webhook::{self, Contact, Metadata, Status};

use super::{Means, Withdrawn};
use crate::directory::Entry;
use crate::egress::Target;
use crate::sandbox::door::Letter;

/// What a body is made from.
struct Said {
    message: Arc<Message>,
    name: String,
    /// Who wrote the message it refers to.
    referred: Author,
}

pub(super) async fn attempt(
    means: &Means,
    job: &Owed,
    with: Option<(Arc<Message>, String)>,
) -> Result<Outcome, Withdrawn> {
    let Some(entry) = means.directory.get(job.assistant) else { return Err(Withdrawn) };
    if job.kind == Kind::Event {
        return event(means, &entry, job).await;
    }
    let preference = matches!(job.kind, Kind::MarketingStopped | Kind::MarketingResumed);
    if preference && !entry.takes("user_preferences") {
        return Err(Withdrawn);
    }
    let said = match with.filter(|(message, _)| refers_to(message).is_none()) {
        Some((message, name)) => Said { message, name, referred: Author::Person },
        None => match load(means, *job).await {
            Ok(said) => said.ok_or(Withdrawn)?,
            Err(error) => {
                tracing::error!(%error, "what is owed could not be read");
                return Ok(Outcome::Unreachable("the exchange could not read its store"));
            }
        },
    };
    if job.kind == Kind::Fetch {
        return super::fetch::fetch(means, job, &said.message).await;
    }
    let Some(body) = body(means, &entry, job, &said) else { return Err(Withdrawn) };
    let Some(target) = &entry.target else {
        return Ok(Outcome::Unreachable("no verified callback is subscribed to messages"));
    };
    Ok(post(means, &entry, target, job, body).await)
}

/// Why a file could not be fetched, once that has been given up.
pub(super) fn reason(job: &Owed, outcome: &Outcome) -> Option<Failure> {
    let unfit = matches!(outcome, Outcome::Unfit(_));
    (job.kind == Kind::Fetch).then_some(if unfit {
        Failure::MediaUnfit
    } else {
        Failure::MediaUnreachable
    })
}

/// What an account is told about itself.
async fn event(means: &Means, entry: &Arc<Entry>, job: &Owed) -> Result<Outcome, Withdrawn> {
    let id = ItemId(job.id.0);
    let found = means.readers.read(move |reader| reader.item(ItemKind::Event, id)).await;
    let item = match found {
        Ok(item) => item.ok_or(Withdrawn)?,
        Err(error) => {
            tracing::error!(%error, "what is owed could not be read");
            return Ok(Outcome::Unreachable("the exchange could not read its store"));
        }
    };
    let change: Value = serde_json::from_str(&item.body).map_err(|_| Withdrawn)?;
    let field = change["field"].as_str().unwrap_or_default();
    let body = webhook::event(entry.row.account, job.at, field, &change["value"]);
    let Some(target) = &entry.app_target else {
        return Ok(Outcome::Unreachable("the app has no verified callback"));
    };
    Ok(post(means, entry, target, job, body).await)
}

async fn post(
    means: &Means,
    entry: &Arc<Entry>,
    target: &Target,
    job: &Owed,
    body: Vec<u8>,
) -> Outcome {
    let limit = Duration::from_millis(limits::WEBHOOK_TIMEOUT_MS.unsigned_abs());
    let signatures =
        [(SIGNATURE, entry.signer.header(&body)), (LEGACY, entry.legacy.header(&body))];
    let headers = signatures
        .into_iter()
        .filter_map(|(name, value)| Some((name, HeaderValue::try_from(value).ok()?)));
    if let Some(sandbox) = &means.sandbox {
        let (entry, target, headers) = (entry.clone(), target.clone(), headers.collect());
        let letter = Letter { entry, target, headers, body: body.into() };
        return sandbox.post(means, job, letter).await;
    }
    means.egress.post(target, headers, body.into(), limit).await.0
}

const SIGNATURE: HeaderName = HeaderName::from_static("x-hub-signature-256");
const LEGACY: HeaderName = HeaderName::from_static("x-hub-signature");

/// The message that a message quotes or reacts to.
fn refers_to(message: &Message) -> Option<Seq> {
    match &message.content {
        Content::Reaction { target, .. } => Some(*target),
        _ => message.context,
    }
}

fn body(means: &Means, entry: &Entry, job: &Owed, said: &Said) -> Option<Vec<u8>> {
    let row = &entry.row;
    let phone_number_id = row.listens_to.unwrap_or(row.id);
    let meta = Metadata { account: row.account, number: row.number, phone_number_id };
    let contact = Contact { conversation: job.conversation, name: &said.name };
    if job.kind == Kind::Message {
        let until = means.clock.now() + limits::MEDIA_URL_MS;
        let url = |id| media::url(&means.origin, &means.media_key, id, until, "webhook");
        return webhook::message(&meta, &contact, &said.message, said.referred, &url);
    }
    let status = Status {
        seq: job.seq,
        kind: job.kind,
        at: job.at,
        opaque: said.message.opaque.as_deref(),
        failure: said.message.failed,
        category: said.message.content.category(),
    };
    webhook::status(&meta, &contact, &status, &format!("{}/rules", means.origin))
}

/// Reads back what was not carried along. `None` when consent is no longer given, or all of it
/// is gone: only a consented conversation yields anything.
async fn load(means: &Means, job: Owed) -> Result<Option<Said>, store::Error> {
    means
        .readers
        .read(move |reader| {
            let Some(found) = reader.conversation(job.conversation)? else { return Ok(None) };
            if Consented::of(found.consent, found.id, found.assistant).is_none() {
                return Ok(None);
            }
            let Some(message) = one(reader, &job, job.seq)? else { return Ok(None) };
            let referred = match refers_to(&message) {
                Some(seq) => one(reader, &job, seq)?.map_or(Author::Exchange, |m| m.author),
                None => Author::Person,
            };
            let name = found.display_name;
            Ok(Some(Said { message: Arc::new(message), name, referred }))
        })
        .await
}

fn one(reader: &dyn Reader, job: &Owed, seq: Seq) -> Result<Option<Message>, store::Error> {
    let after = Seq(seq.0.saturating_sub(1));
    Ok(reader.messages(job.conversation, after, seq.next(), 1, false)?.pop())
}
