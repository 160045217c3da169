//! Files of a chat: added by the person, shown to the person.

use axum::Json;
use axum::extract::{FromRequestParts as _, Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use exchange::consent::State as Consent;
use exchange::conversation::Refusal;
use exchange::id::{AssistantId, ConversationId, PersonId};
use exchange::limits;
use exchange::media::{self as rules, Media, MediaId, MediaKind, Source};
use exchange::message::Content;
use serde::Deserialize;
use serde_json::{Value, json};
use store::Op;
use store::row::MediaRow;

use super::chat_id;
use crate::App;
use crate::engine::{Desk, StepError};
use crate::http::error::HttpError;
use crate::http::files::intake::{self, NoForm};
use crate::http::files::show::show;
use crate::http::graph::media::{checked, checked_file};
use crate::http::session::Person;
use crate::media::{Owner, keep};

/// Nothing of a file may run on our own origin, whatever it is.
const POLICY: &str = "default-src 'none'; sandbox";
/// A file never changes under its id.
const CACHED: &str = "private, max-age=3600";

/// What is said of a file that is the body itself.
#[derive(Debug, Default, Deserialize)]
pub struct Named {
    filename: Option<String>,
}

/// `POST /app/chats/{chat}/media`: the body is the file, or a form with the part `file`.
pub async fn add(
    State(app): State<App>,
    Path(chat): Path<String>,
    Query(named): Query<Named>,
    request: Request,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let person = match Person::from_request_parts(&mut parts, &app).await {
        Ok(Person(person)) => person,
        Err(response) => {
            intake::drop_body(body).await;
            return response;
        }
    };
    let request = Request::from_parts(parts, body);
    let refused = match whose(&app, person, &chat).await {
        Ok((id, assistant)) => match app.people_uploads.take(person.0).await {
            Some(_place) => {
                let kept = take(&app, (id, assistant), named.filename, request).await;
                return kept.map_or_else(HttpError::json, |answer| answer.into_response());
            }
            None => HttpError::too_many("files", limits::UPLOAD_WAIT_MS / 1000),
        },
        Err(error) => error,
    };
    intake::drop_body(request.into_body()).await;
    refused.json()
}

/// The person's own chat with an assistant that they agreed to.
async fn whose(
    app: &App,
    person: PersonId,
    chat: &str,
) -> Result<(ConversationId, AssistantId), HttpError> {
    let id = chat_id(chat)?;
    let found = app.readers.read(move |reader| reader.conversation(id)).await?;
    let found = found.filter(|found| found.person == person).ok_or_else(HttpError::not_found)?;
    if found.consent != Consent::Given {
        return Err(StepError::from(Refusal::NotConsented).into());
    }
    Ok((id, found.assistant))
}

async fn take(
    app: &App,
    (conversation, assistant): (ConversationId, AssistantId),
    name: Option<String>,
    request: Request,
) -> Result<Json<Value>, HttpError> {
    let label = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let label = label.unwrap_or_default().to_owned();
    let broken = |why: NoForm| HttpError::bad(why, "Send the file again.");
    let (file, filename) = if rules::bare_type(&label) == "multipart/form-data" {
        let most = |_: Option<&str>, _: Option<&str>| limits::DOCUMENT_BYTES;
        let form = intake::form(&app.vault, request, most).await.map_err(broken)?;
        let filename = form.file.as_ref().and_then(|file| file.name.clone());
        let given = form.field("type").map(str::to_owned);
        (checked(form, given.as_deref()), filename)
    } else {
        let kind = MediaKind::of_type(&label);
        let most = kind.map_or(limits::DOCUMENT_BYTES, MediaKind::most_bytes);
        let fresh = intake::raw(&app.vault, request.into_body(), most).await.map_err(broken)?;
        (checked_file(fresh, None, Some(&label)), name.as_deref().and_then(intake::bare_name))
    };
    let (fresh, mime) = file.map_err(|error| {
        // The rule in the platform's words is clear enough for a program; pages check before.
        let status = StatusCode::from_u16(error.http).unwrap_or(StatusCode::BAD_REQUEST);
        let hint = "Choose another file. Nothing was stored.";
        HttpError::new(status, error.message.replace("(#100) Param file", "The file"), hint)
    })?;
    let lasts_ms = limits::MEDIA_UNSENT_MS;
    let owner = Owner { assistant, conversation: Some(conversation), filename, lasts_ms };
    let media = keep(app, fresh, &mime, owner).await?;
    Ok(Json(json!({"media": shown(&media)})))
}

fn shown(media: &Media) -> Value {
    json!({
        "id": media.id.to_string(), "mime": media.mime, "sha256": media.sha256,
        "size_bytes": media.size_bytes, "width": media.width, "height": media.height,
    })
}

/// A file that was added, to be sent.
#[derive(Debug, Deserialize)]
pub struct Added {
    id: String,
    kind: MediaKind,
    caption: Option<String>,
    filename: Option<String>,
    #[serde(default)]
    voice: bool,
    /// Found out by a look at its bytes.
    #[serde(skip)]
    animated: bool,
}

impl Added {
    /// Looks whether a sticker moves; before the step, which must not wait for files.
    ///
    /// # Errors
    /// When the store or the file cannot be read.
    pub async fn look(&mut self, app: &App, chat: ConversationId) -> Result<(), HttpError> {
        let (MediaKind::Sticker, Ok(id)) = (self.kind, self.id.parse::<MediaId>()) else {
            return Ok(());
        };
        let row = app.readers.read(move |reader| reader.media(id)).await?;
        if let Some(row) = row.filter(|row| row.conversation == Some(chat)) {
            let head = app.vault.head(&row.blob, 32).await;
            self.animated = rules::is_animated(&head.map_err(|_| HttpError::unavailable())?);
        }
        Ok(())
    }

    /// What is said: the file must have been added to this chat. From now on the assistant can
    /// fetch it for as long as the platform lets it.
    ///
    /// # Errors
    /// [`Refusal::UnknownMedia`].
    pub fn content(self, desk: &mut Desk, chat: ConversationId) -> Result<Content, StepError> {
        let id: MediaId =
            self.id.parse().map_err(|_| StepError::Denied("The file's id is none."))?;
        let (found, now) = (desk.read().media(id)?, desk.now());
        let row = found.filter(|row| row.conversation == Some(chat) && now < row.expires);
        let row = row.ok_or(Refusal::UnknownMedia(id))?;
        let named = self.filename.as_deref().and_then(intake::bare_name);
        let filename = named.or_else(|| row.filename.clone());
        let document = self.kind == MediaKind::Document;
        let content = Content::Media {
            kind: self.kind,
            source: Source::Kept(row.media.clone()),
            caption: self.caption.filter(|caption| !caption.is_empty()),
            filename: filename.filter(|_| document),
            voice: self.voice && self.kind == MediaKind::Audio,
            animated: self.animated,
        };
        desk.put(Op::Media(MediaRow { expires: now + limits::MEDIA_RECEIVED_MS, ..row }));
        Ok(content)
    }
}

/// `GET /app/chats/{chat}/media/{media}`: a file that the chat shows, or that was added to it.
pub async fn file(
    State(app): State<App>,
    Person(person): Person,
    Path((chat, media)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let id = chat_id(&chat)?;
    let media: MediaId = media.parse().map_err(|_| HttpError::not_found())?;
    let look = move |reader: &dyn store::Reader| {
        if reader.conversation(id)?.is_none_or(|found| found.person != person) {
            return Ok(None);
        }
        let row = reader.media(media)?;
        let shows = reader.shows_media(id, media)?;
        Ok(row.filter(|row| shows || row.conversation == Some(id)))
    };
    let row = app.readers.read(look).await?.ok_or_else(HttpError::not_found)?;
    let shown = show(&app.vault, &row, &headers).await.map_err(|_| HttpError::unavailable())?;
    let mut response = shown.ok_or_else(HttpError::not_found)?;
    let fixed = HeaderValue::from_static;
    let dressed = response.headers_mut();
    dressed.insert(header::CONTENT_SECURITY_POLICY, fixed(POLICY));
    dressed.insert(header::CACHE_CONTROL, fixed(CACHED));
    dressed.insert(header::REFERRER_POLICY, fixed("same-origin"));
    if let Ok(value) = HeaderValue::from_str(&disposition(&row)) {
        dressed.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// Pictures, films and sound are shown in the page; everything else is saved.
fn disposition(row: &MediaRow) -> String {
    let kind = MediaKind::of_type(&row.media.mime);
    let how = match kind {
        None | Some(MediaKind::Document) => "attachment",
        Some(_) => "inline",
    };
    let Some(name) = &row.filename else { return how.to_owned() };
    let escaped: String = name
        .bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => (b as char).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("{how}; filename*=UTF-8''{escaped}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use exchange::time::Millis;

    #[test]
    fn only_what_cannot_run_is_shown_in_the_page() {
        let row = |mime: &str, filename: Option<&str>| MediaRow {
            media: Media {
                id: MediaId(1),
                mime: mime.to_owned(),
                sha256: String::new(),
                size_bytes: 1,
                width: None,
                height: None,
            },
            assistant: AssistantId(1),
            conversation: None,
            blob: String::new(),
            filename: filename.map(str::to_owned),
            created: Millis(0),
            expires: Millis(0),
        };
        assert_eq!(disposition(&row("image/png", None)), "inline");
        assert_eq!(disposition(&row("audio/ogg; codecs=opus", None)), "inline");
        for mime in ["text/plain", "application/pdf", "image/svg+xml", "text/html"] {
            assert_eq!(disposition(&row(mime, None)), "attachment", "{mime}");
        }
        let named = disposition(&row("application/pdf", Some("ä \"b\".pdf")));
        assert_eq!(named, "attachment; filename*=UTF-8''%C3%A4%20%22b%22.pdf");
    }
}
