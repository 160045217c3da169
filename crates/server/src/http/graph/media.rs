//! Files of the Cloud API (reference 4): taken in, described, given out, forgotten.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use exchange::id::AssistantId;
use exchange::limits;
use exchange::media::{self as rules, MediaId, MediaKind};
use store::Op;
use store::row::MediaRow;
use wire::cloud::error::GraphError;
use wire::cloud::media::{self as wire_media, upload};
use wire::cloud::params::query_value;
use wire::cloud::path::GraphPath;

use super::{Answer, Call, auth, failed, refuse, respond, uploads};
use crate::App;
use crate::directory::Entry;
use crate::http::files::intake::{self, Form};
use crate::http::files::show::show;
use crate::media::{Fault, Fresh, Owner, keep};

/// A call whose body is a file.
#[derive(Debug)]
pub enum Streamed {
    /// `POST /{phone}/media`: of this number.
    Upload(String),
    /// `POST /{upload:…}`: bytes of this session.
    Piece(String),
}

impl Streamed {
    /// What kind of such a call it is, if it is one.
    pub fn of(path: &GraphPath<'_>, method: &Method) -> Option<Self> {
        match path.segments() {
            [number, "media"] if *method == Method::POST => Some(Self::Upload((*number).into())),
            [session] if *method == Method::POST && uploads::is_session(session) => {
                Some(Self::Piece((*session).into()))
            }
            _ => None,
        }
    }
}

/// Answers a call whose body is a file. The token is looked at before the body.
pub async fn entry(app: &App, what: Streamed, parts: &Parts, request: Request) -> Response {
    let call = Call {
        method: &parts.method,
        path: parts.uri.path(),
        headers: &parts.headers,
        query: parts.uri.query(),
        body: b"",
    };
    let caller = match caller(app, &call) {
        Ok(caller) => caller,
        Err(error) => return refuse_unread(&error, request).await,
    };
    let Some(_place) = app.uploads.take(caller.row.id.0).await else {
        let error = GraphError::app_limit(limits::UPLOAD_WAIT_MS);
        return refuse_unread(&error, request).await;
    };
    let answer = match what {
        Streamed::Upload(number) if number.parse() != Ok(caller.row.id) => {
            return refuse_unread(&GraphError::unknown_object("post", &number), request).await;
        }
        Streamed::Upload(_) => upload(app, &caller, &call, request).await,
        Streamed::Piece(session) => uploads::piece(app, &caller, &session, &call, request).await,
    };
    match answer {
        Ok(answer) => respond(StatusCode::OK, answer),
        Err(error) => refuse(&error),
    }
}

async fn refuse_unread(error: &GraphError, request: Request) -> Response {
    intake::drop_body(request.into_body()).await;
    refuse(error)
}

/// The caller by header or query: the body is not read for it.
fn caller(app: &App, call: &Call<'_>) -> Result<Arc<Entry>, GraphError> {
    let in_query = call.query.is_some_and(|query| query_value(query, "access_token").is_some());
    if !in_query && call.header(header::AUTHORIZATION).is_none() {
        return Err(GraphError::missing_token());
    }
    auth::caller(app, call)
}

/// How large a file may be by what is known before its first byte.
fn most(given: Option<&str>, of_part: Option<&str>) -> u64 {
    let label = upload::label(given, of_part, None).ok();
    let kind = label.and_then(|label| MediaKind::of_type(&label));
    kind.map_or(limits::DOCUMENT_BYTES, MediaKind::most_bytes)
}

/// `POST /{phone}/media`
async fn upload(app: &App, caller: &Entry, call: &Call<'_>, request: Request) -> Answer {
    let label = call.content_type().unwrap_or_default();
    if !rules::bare_type(label).eq_ignore_ascii_case("multipart/form-data") {
        intake::drop_body(request.into_body()).await;
        return Err(upload::not_a_form("The body is a form with the part `file` and its bytes."));
    }
    let form = intake::form(&app.vault, request, most).await.map_err(upload::not_a_form)?;
    let in_query = |name| call.query.and_then(|query| query_value(query, name));
    let product = form.field("messaging_product").map(str::to_owned);
    match product.or_else(|| in_query("messaging_product")).as_deref() {
        Some("whatsapp") => {}
        None | Some("") => return Err(GraphError::required("messaging_product")),
        Some(_) => return Err(GraphError::parameter("messaging_product", "must be \"whatsapp\".")),
    }
    let given = form.field("type").map(str::to_owned).or_else(|| in_query("type"));
    let owner = Owner {
        assistant: caller.row.id,
        conversation: None,
        filename: form.file.as_ref().and_then(|file| file.name.clone()),
        lasts_ms: limits::MEDIA_UPLOADED_MS,
    };
    let (fresh, mime) = checked(form, given.as_deref())?;
    let media = keep(app, fresh, &mime, owner).await.map_err(failed)?;
    Ok(upload::uploaded(media.id))
}

/// The file of a form and its type, if it is one that is taken.
///
/// # Errors
/// 100: what is wrong with it.
pub fn checked(form: Form, given: Option<&str>) -> Result<(Fresh, String), GraphError> {
    let file = form.file.ok_or_else(|| GraphError::required("file"))?;
    checked_file(file.fresh, given, file.label.as_deref())
}

/// A file and its type, if it is one that is taken.
///
/// # Errors
/// 100: what is wrong with it; 131016 when it could not be kept.
pub fn checked_file(
    fresh: Result<Fresh, Fault>,
    given: Option<&str>,
    of_part: Option<&str>,
) -> Result<(Fresh, String), GraphError> {
    let seems = fresh.as_ref().ok().and_then(Fresh::seems);
    let mime = match (upload::label(given, of_part, seems), &fresh) {
        (Ok(mime), _) => mime,
        (Err(_), Err(Fault::TooLong)) => "application/octet-stream".to_owned(),
        (Err(error), _) => return Err(error),
    };
    let fresh = match fresh {
        Ok(fresh) => fresh,
        Err(Fault::TooLong) => return Err(upload::too_large(&mime, most(Some(&mime), None))),
        Err(Fault::Failed) => return Err(GraphError::unavailable(2_000)),
    };
    if fresh.size_bytes == 0 {
        return Err(GraphError::parameter("file", "must not be empty."));
    }
    if !rules::fits(&mime, &fresh.head) {
        return Err(upload::contradicted(&mime, fresh.seems()));
    }
    match rules::most_bytes(&mime, &fresh.head) {
        Some(most) if fresh.size_bytes > most => Err(upload::too_large(&mime, most)),
        _ => Ok((fresh, mime)),
    }
}

/// A file of this number that can still be named.
async fn owned(app: &App, of: AssistantId, id: MediaId) -> Result<Option<MediaRow>, GraphError> {
    let found = app.readers.read(move |reader| reader.media(id)).await;
    let found = found.map_err(|error| {
        tracing::error!(%error, "a file could not be looked up");
        GraphError::unavailable(2_000)
    })?;
    let now = app.clock.now();
    Ok(found.filter(|row| row.assistant == of && now < row.expires))
}

/// Another number's `phone_number_id` leads to nothing.
fn is_of(call: &Call<'_>, caller: &Entry) -> Result<bool, GraphError> {
    let params = call.params()?;
    let number = params.text("phone_number_id")?;
    Ok(number.is_none_or(|number| number.parse() == Ok(caller.row.id)))
}

/// `GET|DELETE /{media}`; `None` when it is no file of the caller's that can be named.
///
/// # Errors
/// Who calls cannot be told; 100/33 with another number's `phone_number_id`; 131016.
pub async fn one(app: &App, id: &str, call: &Call<'_>) -> Result<Option<Vec<u8>>, GraphError> {
    match *call.method {
        Method::GET => node(app, id, call).await,
        Method::DELETE => delete(app, id, call).await,
        _ => Ok(None),
    }
}

async fn node(app: &App, id: &str, call: &Call<'_>) -> Result<Option<Vec<u8>>, GraphError> {
    let Ok(media_id) = id.parse::<MediaId>() else { return Ok(None) };
    let caller = auth::caller(app, call)?;
    let Some(row) = owned(app, caller.row.id, media_id).await? else { return Ok(None) };
    if !is_of(call, &caller)? {
        return Err(GraphError::unknown_object("get", id));
    }
    let until = app.clock.now() + limits::MEDIA_URL_MS;
    let origin = app.origin(call.headers);
    let url = wire_media::url(&origin, &app.media_key, media_id, until, "getMedia");
    Ok(Some(wire_media::node(&row.media, &url)))
}

/// It can be named no more. Conversations that show it keep it.
async fn delete(app: &App, id: &str, call: &Call<'_>) -> Result<Option<Vec<u8>>, GraphError> {
    let Ok(media_id) = id.parse::<MediaId>() else { return Ok(None) };
    let caller = auth::caller(app, call)?;
    let owner = caller.row.id;
    if owned(app, owner, media_id).await?.is_none() {
        return Ok(None);
    }
    if !is_of(call, &caller)? {
        return Err(GraphError::unknown_object("delete", id));
    }
    let step = move |desk: &mut crate::engine::Desk| {
        let (found, now) = (desk.read().media(media_id)?, desk.now());
        if let Some(row) = found.filter(|row| row.assistant == owner && now < row.expires) {
            desk.put(Op::Media(MediaRow { expires: now, ..row }));
        }
        Ok(())
    };
    // Alone: what this batch has kept of the file is committed by then.
    app.engine.step_alone(step).await.map_err(failed)?;
    app.vault.look_for_idle();
    Ok(Some(wire::cloud::send::SUCCESS.to_vec()))
}

/// `GET /whatsapp_business/attachments/`: the bytes. The address alone is not enough.
pub async fn download(
    State(app): State<App>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let call = Call {
        method: &method,
        path: uri.path(),
        headers: &headers,
        query: uri.query(),
        body: b"",
    };
    match bytes(&app, &call).await {
        Ok(mut response) => {
            let private = HeaderValue::from_static("private, no-store");
            response.headers_mut().insert(header::CACHE_CONTROL, private);
            let file = HeaderValue::from_static("attachment");
            response.headers_mut().insert(header::CONTENT_DISPOSITION, file);
            response
        }
        Err(error) => refuse(&error),
    }
}

async fn bytes(app: &App, call: &Call<'_>) -> Result<Response, GraphError> {
    let caller = caller(app, call)?;
    let gone = || {
        GraphError::parameter("url", "is not that of a file of this number, or has expired.")
            .with_http(404)
            .details("A file's address works for five minutes: ask for the file's id again.")
    };
    let part = |name| call.query.and_then(|query| query_value(query, name)).unwrap_or_default();
    let (mid, ext, hash) = (part("mid"), part("ext"), part("hash"));
    let id = wire_media::of_url(&app.media_key, (&mid, &ext, &hash), app.clock.now())
        .map_err(|_| gone())?;
    let row = owned(app, caller.row.id, id).await?.ok_or_else(gone)?;
    let shown = show(&app.vault, &row, call.headers).await;
    shown.map_err(|_| GraphError::unavailable(2_000))?.ok_or_else(gone)
}
