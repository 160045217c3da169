//! `/m/{code}`: the short links and QR pictures of numbers. A link opens the chat with the words
//! in the composer, or the question of consent first; it changes nothing by itself.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use exchange::consent::State as Consent;
use store::row::{Item, ItemKind};
use wire::cloud::qr::{self, Picture};

use super::error::HttpError;
use super::session::{Person, cookie, set_cookie};
use crate::App;

/// Remembers the link while its reader is asked for consent.
const COOKIE: &str = "strowger_link";
/// For so long.
const REMEMBERED_S: i64 = 600;

/// Where a person who has just agreed goes on: to the link that they came by, if any.
pub fn came_by(headers: &HeaderMap) -> Option<String> {
    let code = cookie(headers, COOKIE)?;
    qr::item(code).map(|_| format!("/m/{code}"))
}

/// `GET /m/{code}`, `/m/{code}.svg`, `/m/{code}.png`
pub async fn open(
    State(app): State<App>,
    Path(code): Path<String>,
    headers: HeaderMap,
    person: Option<Person>,
) -> Result<Response, Response> {
    let signed_in = person.is_some();
    let (plain, picture) = match code.rsplit_once('.') {
        Some((plain, form)) => (plain, Picture::read(form)),
        None => (code.as_str(), None),
    };
    let unknown = || HttpError::not_found().page(signed_in);
    let id = qr::item(plain).ok_or_else(unknown)?;
    let failed = |error: store::Error| HttpError::from(error).page(signed_in);
    let found = app.readers.read(move |reader| reader.item(ItemKind::Qr, id)).await;
    let item = found.map_err(failed)?.ok_or_else(unknown)?;
    if let Some(picture) = picture {
        let target = format!("{}/m/{plain}", app.origin(&headers));
        return Ok(draw(&target, picture));
    }
    let (entry, secure) =
        (app.directory.get(item.assistant), app.origin(&headers).starts_with("https://"));
    let entry = entry.filter(|entry| entry.row.listed.is_some()).ok_or_else(unknown)?;
    let chat = match person {
        None => None,
        Some(Person(person)) => {
            let read = app.readers.read(move |reader| reader.conversations(person));
            let theirs = read.await.map_err(failed)?;
            let own = |of: &&exchange::conversation::Conversation| {
                of.assistant == item.assistant && of.consent == Consent::Given
            };
            theirs.iter().find(own).map(|of| of.id)
        }
    };
    let (to, age_s) = match chat {
        Some(chat) => (format!("/chats/{chat}?text={}", encoded(&item)), 0),
        None => (format!("/consent/{}", entry.row.id), REMEMBERED_S),
    };
    let mut response = Redirect::to(&to).into_response();
    let cookie = set_cookie(COOKIE, plain, "/", age_s, secure);
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

/// The words, for an address.
fn encoded(item: &Item) -> String {
    let words: String = serde_json::from_str(&item.body).unwrap_or_default();
    form_urlencoded::byte_serialize(words.as_bytes()).collect()
}

fn draw(target: &str, picture: Picture) -> Response {
    let Ok(code) = qrcode::QrCode::new(target.as_bytes()) else {
        return HttpError::not_found().page(false);
    };
    let (kind, bytes) = match picture {
        Picture::Svg => {
            let svg =
                code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(400, 400).build();
            ("image/svg+xml", svg.into_bytes())
        }
        Picture::Png => match dots(&code) {
            Ok(bytes) => ("image/png", bytes),
            Err(error) => {
                tracing::error!(%error, "a picture could not be made");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        },
    };
    // The picture follows from the address alone.
    let cache = "public, max-age=86400";
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cache)], bytes).into_response()
}

/// Eight dots to a module and four modules of white around.
fn dots(code: &qrcode::QrCode) -> Result<Vec<u8>, png::EncodingError> {
    const SCALE: usize = 8;
    const QUIET: usize = 4;
    let modules = code.width() + 2 * QUIET;
    let side = modules * SCALE;
    let colors = code.to_colors();
    let dark = |x: usize, y: usize| -> bool {
        let inside = |at: usize| (at / SCALE).checked_sub(QUIET).filter(|at| *at < code.width());
        let place = inside(x).zip(inside(y)).map(|(x, y)| y * code.width() + x);
        place.is_some_and(|place| colors.get(place) == Some(&qrcode::Color::Dark))
    };
    let pixels: Vec<u8> =
        (0..side * side).map(|at| if dark(at % side, at / side) { 0 } else { 255 }).collect();
    let width = u32::try_from(side).unwrap_or(u32::MAX);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, width);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(bytes)
}
