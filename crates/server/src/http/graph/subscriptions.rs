//! Where webhooks go: the app's subscription, the account's, and the overrides.

use axum::http::Method;
use wire::cloud::error::GraphError;
use wire::cloud::send::SUCCESS;
use wire::cloud::subscription::{self, NewCallback, Override, SubscribedApp};

use super::{Answer, Call, auth, nodes};
use crate::App;
use crate::http::provider::callback::{self, Which};

/// `GET|POST|DELETE /{app}/subscriptions`
pub async fn of_app(app: &App, id: &str, call: &Call<'_>) -> Answer {
    let entry = auth::app_caller(app, call)?;
    if id.parse() != Ok(entry.row.app) {
        return Err(GraphError::unknown_object(&call.method.as_str().to_lowercase(), id));
    }
    if call.method == Method::GET {
        let kept = entry.row.callback.as_ref();
        return Ok(subscription::subscriptions(
            kept.map(|callback| (callback.url.as_str(), callback.fields.as_str())),
        ));
    }
    let params = call.params()?;
    if call.method == Method::POST {
        let wanted = subscription::subscribe(&params)?;
        let fields = wanted.fields.map(|fields| fields.join(","));
        let NewCallback { url, verify_token } = wanted.callback;
        callback::set(app, entry.row.id, Which::App(fields), &url, &verify_token).await?;
    } else if let Some(fields) = subscription::unsubscribe(&params)? {
        callback::change(app, entry.row.id, move |row| {
            if let Some(kept) = &mut row.callback {
                let stays = |field: &&str| !fields.iter().any(|gone| gone == field);
                let left: Vec<&str> = kept.fields.split(',').filter(stays).collect();
                kept.fields = left.join(",");
            }
        })
        .await?;
    } else {
        callback::clear(app, entry.row.id, Which::App(None)).await?;
    }
    Ok(SUCCESS.to_vec())
}

/// `GET|POST|DELETE /{account}/subscribed_apps`
pub async fn of_account(app: &App, id: &str, call: &Call<'_>) -> Answer {
    let entry = auth::any_caller(app, call)?;
    let row = &entry.row;
    if id.parse() != Ok(row.account) {
        return Err(GraphError::unknown_object(&call.method.as_str().to_lowercase(), id));
    }
    if call.method == Method::GET {
        let link = nodes::link(&app.origin(call.headers));
        let heard = row.listens_to.unwrap_or(row.id);
        let mut apps: Vec<_> = app.directory.get(heard).into_iter().collect();
        apps.extend(app.directory.listeners(heard));
        let subscribed: Vec<SubscribedApp<'_>> = apps
            .iter()
            .map(|entry| &entry.row)
            .filter(|row| row.subscribed)
            .map(|row| SubscribedApp {
                app: row.app,
                name: &row.card.name,
                link: &link,
                override_url: row.account_override.as_ref().map(|callback| callback.url.as_str()),
            })
            .collect();
        return Ok(subscription::subscribed_apps(&subscribed));
    }
    if call.method == Method::DELETE {
        callback::change(app, row.id, |row| {
            row.subscribed = false;
            row.account_override = None;
        })
        .await?;
        return Ok(SUCCESS.to_vec());
    }
    match subscription::account_override(&call.params()?)? {
        Override::Clear => callback::clear(app, row.id, Which::Account).await?,
        Override::Set(NewCallback { url, verify_token }) => {
            callback::set(app, row.id, Which::Account, &url, &verify_token).await?;
        }
    }
    callback::change(app, row.id, |row| row.subscribed = true).await?;
    Ok(SUCCESS.to_vec())
}

/// `POST /{number}`: `webhook_configuration`
pub async fn of_number(app: &App, id: &str, call: &Call<'_>) -> Answer {
    let entry = nodes::number(app, id, call)?;
    match subscription::number_override(&call.params()?)? {
        Override::Clear => callback::clear(app, entry.row.id, Which::Number).await?,
        Override::Set(NewCallback { url, verify_token }) => {
            callback::set(app, entry.row.id, Which::Number, &url, &verify_token).await?;
        }
    }
    Ok(SUCCESS.to_vec())
}
