//! The table of contents of the exchange.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum::routing::{get, post};
use exchange::limits;
use tower_http::compression::CompressionLayer;

use super::{
    account, assets, chats, choice, flow, graph, links, messenger, people, provider, public,
};
use crate::{App, sandbox};

/// Nothing inline, nothing from elsewhere, in nobody's frame. `blob:`: a picture or a recording
/// is looked at before it is sent.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; \
    manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// All routes, and the sandbox's around them in `strowger dev`.
pub fn router(app: App) -> Router {
    match app.sandbox {
        Some(_) => sandbox::routes::around(table(app.clone()), app),
        None => table(app),
    }
}

/// Every exchange's routes. Whatever is not here is the Cloud API's (`graph::entry`).
pub fn table(app: App) -> Router {
    let people = Router::new()
        .route("/", get(people::home))
        .route("/sign-in/local", post(people::sign_in_local))
        .route("/sign-in/passkey/register/start", post(people::register_start))
        .route("/sign-in/passkey/register/finish", post(people::register_finish))
        .route("/sign-in/passkey/login/start", post(people::login_start))
        .route("/sign-in/passkey/login/finish", post(people::login_finish))
        .route("/sign-out", post(people::sign_out))
        .route("/choose", get(choice::choose).post(choice::chosen))
        .route("/consent/{assistant}", get(choice::consent).post(choice::consented))
        .route("/chats", get(chats::list))
        .route("/chats/{chat}", get(chats::one))
        .route("/chats/{chat}/say", post(chats::say))
        .route("/chats/{chat}/stop", post(account::stop))
        .route("/chats/{chat}/flow/{seq}", get(flow::show).post(flow::press))
        .route("/account", get(account::account))
        .route("/account/export", get(account::export))
        .route("/account/delete", post(account::delete));
    let messenger = Router::new()
        .route("/app/chats", get(messenger::chats))
        .route("/app/chats/{chat}/messages", get(messenger::messages).post(messenger::send::send))
        .route("/app/chats/{chat}/read", post(messenger::read))
        .route("/app/chats/{chat}/played", post(messenger::wishes::played))
        .route("/app/chats/{chat}/preferences", post(messenger::wishes::preferences))
        .route("/app/received", post(messenger::received))
        .route("/app/events", get(messenger::events::events));
    let providers = Router::new()
        .route("/providers", get(provider::form).post(provider::register))
        .route("/providers/{id}/deliveries", get(provider::deliveries).post(provider::sign_in))
        .route("/providers/{id}/deliveries.json", get(provider::deliveries_json))
        .route("/providers/{id}/deliveries/{delivery}/replay", post(provider::replay))
        .route("/providers/deliveries", get(provider::find))
        .route("/providers/{id}/sign-in", post(provider::sign_in))
        .route("/providers/{id}/sign-out", post(provider::sign_out))
        .route("/providers/{id}/callback", post(provider::set_callback))
        .route("/providers/{id}/code", get(provider::code))
        .route("/providers/{id}/apps", post(provider::add_app))
        .route("/providers/{id}/token", post(provider::rotate_token))
        .route("/providers/{id}/secret", post(provider::rotate_secret));
    let public = Router::new()
        .route("/assistants", get(public::assistants))
        .route("/assistants.json", get(public::assistants_json))
        .route("/rules", get(public::rules))
        .route("/health", get(public::health))
        .route("/m/{code}", get(links::open))
        .route("/flows/{flow}/preview", get(flow::preview).post(flow::press_preview))
        .route("/flows/{flow}/flow.json", get(flow::json))
        .route("/assets/{*path}", get(assets::asset));
    Router::new()
        .merge(people)
        .merge(messenger)
        .merge(providers)
        .merge(public)
        .layer(DefaultBodyLimit::max(limits::BODY_BYTES))
        .layer(axum::middleware::map_response(dress))
        .layer(CompressionLayer::new())
        // Not compressed: their length is said, and parts of them can be asked for.
        .route(wire::cloud::media::PATH, get(graph::media::download))
        .route("/app/chats/{chat}/media", post(messenger::media::add))
        .route("/app/chats/{chat}/media/{media}", get(messenger::media::file))
        .route("/", post(graph::entry))
        .fallback(graph::entry)
        .with_state(app)
}

/// Headers of our own pages.
pub(crate) async fn dress(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let fixed = HeaderValue::from_static;
    headers.insert(header::CONTENT_SECURITY_POLICY, fixed(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff"));
    headers.insert(header::REFERRER_POLICY, fixed("same-origin"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, fixed("no-store"));
    }
    response
}
