//! Reading: the number, its account, its profile, and tokens about themselves.

use std::sync::Arc;

use exchange::number::Number;
use exchange::time::Millis;
use wire::cloud::analytics;
use wire::cloud::auth::{self as tokens, Credential};
use wire::cloud::error::GraphError;
use wire::cloud::node::{Business, business_id};
use wire::cloud::paging;
use wire::cloud::params::Params;
use wire::cloud::subscription::SubscribedApp;
use wire::cloud::token::{self, Grant, KnownToken};

use super::{Answer, Call, auth, business, numbers, shop};
use crate::App;
use crate::directory::Entry;
use crate::http::session::digest;

/// The caller, if `id` is one of its own objects.
fn owner(
    app: &App,
    id: &str,
    call: &Call<'_>,
    is_theirs: impl Fn(&Entry) -> bool,
) -> Result<Arc<Entry>, GraphError> {
    let entry = auth::caller(app, call)?;
    if is_theirs(&entry) {
        return Ok(entry);
    }
    Err(GraphError::unknown_object(&call.method.as_str().to_lowercase(), id))
}

/// The caller, if `id` is its number.
pub fn number(app: &App, id: &str, call: &Call<'_>) -> Result<Arc<Entry>, GraphError> {
    owner(app, id, call, |entry| id.parse() == Ok(entry.row.id))
}

/// The caller, if `id` is its account.
pub fn account(app: &App, id: &str, call: &Call<'_>) -> Result<Arc<Entry>, GraphError> {
    owner(app, id, call, |entry| id.parse() == Ok(entry.row.account))
}

/// The page about an assistant.
pub fn link(origin: &str) -> String {
    format!("{origin}/assistants")
}

fn of<'a>(entry: &'a Entry, settings: &'a Number, link: &'a str, now: Millis) -> Business<'a> {
    let row = &entry.row;
    let url = |callback: &'a Option<store::row::Callback>| {
        callback.as_ref().map(|callback| callback.url.as_str())
    };
    let subscribed = row.subscribed.then_some(SubscribedApp {
        app: row.app,
        name: &row.card.name,
        link,
        override_url: url(&row.account_override),
    });
    Business {
        phone_number_id: row.id,
        number: row.number,
        account: row.account,
        card: &row.card,
        since: row.since,
        callback: url(&row.callback),
        account_override: url(&row.account_override),
        number_override: url(&row.number_override),
        subscribed,
        settings,
        now,
    }
}

/// `GET /{id}`: the caller's number, account or app.
pub async fn node(app: &App, id: &str, call: &Call<'_>) -> Answer {
    if id == "me" {
        let entry = auth::caller(app, call)?;
        return Ok(token::me(entry.row.id, &entry.row.card.name));
    }
    let entry = auth::caller(app, call)?;
    let own = [entry.row.id.0, entry.row.account.0].contains(&id.parse().unwrap_or(0));
    if id.parse() == Ok(business_id(entry.row.account)) {
        return business::edge(app, id, "", call).await;
    }
    if id.parse() == Ok(entry.row.app) {
        let link = link(&app.origin(call.headers));
        return Ok(token::app_node(entry.row.app, &entry.row.card.name, &link));
    }
    if !own {
        let found = shop::node(app, id, call).await?;
        return found.ok_or_else(|| GraphError::unknown_object("get", id));
    }
    let link = link(&app.origin(call.headers));
    let settings = numbers::read(app, entry.row.id).await?;
    let business = of(&entry, &settings, &link, app.clock.now());
    let params = call.params()?;
    if id.parse() == Ok(entry.row.id) {
        return business.phone(&params);
    }
    let more = analytics(app, &entry, &params).await?;
    business.account_with(&params, more)
}

/// What was asked of the account's traffic, among its fields.
async fn analytics(
    app: &App,
    entry: &Entry,
    params: &Params,
) -> Result<Vec<(String, serde_json::Value)>, GraphError> {
    let mut told = Vec::new();
    for (name, query) in analytics::queries(params)? {
        let (id, asked) = (entry.row.id, query.clone());
        let read =
            app.readers.read(move |reader| reader.traffic(id, asked.from, asked.to, asked.step_ms));
        let traffic = read.await.map_err(super::lists::unread)?;
        let counts: Vec<_> = traffic.iter().map(|it| (it.start, it.kind, it.count)).collect();
        let number = wire::cloud::id::number_digits(entry.row.number);
        told.push((name, analytics::answer(&query, &number, &counts)));
    }
    Ok(told)
}

/// `GET /{account}/phone_numbers`
pub async fn phone_numbers(app: &App, id: &str, call: &Call<'_>) -> Answer {
    let entry = account(app, id, call)?;
    let (settings, now) = (numbers::read(app, entry.row.id).await?, app.clock.now());
    let link = link(&app.origin(call.headers));
    of(&entry, &settings, &link, now).phone_numbers(&call.params()?)
}

/// `GET /{business}/owned_whatsapp_business_accounts`: one account to a portfolio.
pub async fn accounts(app: &App, id: &str, entry: &Entry, call: &Call<'_>) -> Answer {
    let (settings, now) = (numbers::read(app, entry.row.id).await?, app.clock.now());
    let link = link(&app.origin(call.headers));
    let node = of(entry, &settings, &link, now).account(&call.params()?)?;
    let node: serde_json::Value =
        serde_json::from_slice(&node).map_err(|_| GraphError::internal())?;
    let asked = paging::asked(&call.params()?)?;
    let key = id.parse().unwrap_or(0);
    let page = paging::page(vec![(key, node)], &asked, &call.address(app), call.query);
    Ok(wire::ascii::to_vec(&page))
}

/// `GET /{number}/whatsapp_business_profile`
pub async fn business_profile(app: &App, id: &str, call: &Call<'_>) -> Answer {
    let entry = number(app, id, call)?;
    let (settings, now) = (numbers::read(app, entry.row.id).await?, app.clock.now());
    let link = link(&app.origin(call.headers));
    of(&entry, &settings, &link, now).profile(&call.params()?)
}

/// `GET|POST /oauth/access_token`
pub fn access_token(app: &App, call: &Call<'_>) -> Answer {
    match token::grant(&call.params()?)? {
        Grant::ClientCredentials { app: id, secret } => {
            let entry = auth::of_app(app, id, &secret).ok_or_else(GraphError::bad_app_secret)?;
            Ok(token::granted(&token::app_token(entry.row.app, &entry.row.app_secret)))
        }
        Grant::Exchange { app: id, secret, token } => {
            let entry = auth::of_app(app, id, &secret).ok_or_else(GraphError::bad_app_secret)?;
            if entry.row.token != digest(&token) {
                return Err(GraphError::bad_token());
            }
            Ok(token::granted(&token))
        }
    }
}

/// `GET /debug_token`
pub fn debug_token(app: &App, call: &Call<'_>) -> Answer {
    let caller = auth::caller(app, call)?;
    let params = call.params()?;
    let asked = params.required("input_token")?;
    let (entry, is_user) = match tokens::credential(&asked) {
        Credential::Token(token) => (app.directory.by_token(&digest(token)), true),
        Credential::App { app: id, secret } => (auth::of_app(app, id, secret), false),
    };
    // A stranger's token is as unknown as none.
    let known = entry.as_ref().filter(|entry| entry.row.id == caller.row.id).map(|entry| {
        let row = &entry.row;
        KnownToken {
            app: row.app,
            name: &row.card.name,
            since: row.since,
            system_user: is_user.then_some((row.account, row.id)),
        }
    });
    Ok(token::debug_token(known))
}
