//! `oauth/access_token`, `debug_token` and `me` (reference 2).
//!
//! A provider has one token, a system user's, which does not expire; the app itself has the
//! literal `{app_id}|{app_secret}`.

use exchange::id::{AccountId, AppId, AssistantId};
use exchange::time::Millis;
use serde_json::{Value, json};

use super::error::GraphError;
use super::params::Params;
use crate::ascii;

/// What is asked of `oauth/access_token`. The secret is still to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    /// `client_credentials`: the app's own token.
    ClientCredentials {
        /// `client_id`.
        app: AppId,
        /// `client_secret`.
        secret: String,
    },
    /// `fb_exchange_token`: a longer-lived token for one at hand. Ours do not expire, so the same
    /// one is the answer, if it is good.
    Exchange {
        /// `client_id`.
        app: AppId,
        /// `client_secret`.
        secret: String,
        /// `fb_exchange_token`.
        token: String,
    },
}

/// Reads `GET` or `POST /oauth/access_token`.
///
/// # Errors
/// 100, saying which parameter is missing or wrong; 101 for an id that is no app's.
pub fn grant(params: &Params) -> Result<Grant, GraphError> {
    let app = params.required("client_id")?.parse().map_err(|_| GraphError::bad_app_secret())?;
    let secret = params.required("client_secret")?.into_owned();
    let kind = params.text("grant_type")?;
    match kind.as_deref() {
        Some("client_credentials") => Ok(Grant::ClientCredentials { app, secret }),
        Some("fb_exchange_token") => {
            let token = params.required("fb_exchange_token")?.into_owned();
            Ok(Grant::Exchange { app, secret, token })
        }
        None | Some("authorization_code") => Err(GraphError::parameter(
            "grant_type",
            "must be one of {client_credentials, fb_exchange_token}.",
        )
        .details("There is no sign-up dialog here whose code could be exchanged: register.")),
        Some(_) => {
            let rule = "must be one of {client_credentials, fb_exchange_token}.";
            Err(GraphError::parameter("grant_type", rule))
        }
    }
}

/// The answer with a token.
pub fn granted(token: &str) -> Vec<u8> {
    ascii::to_vec(&json!({"access_token": token, "token_type": "bearer"}))
}

/// The app's own token.
pub fn app_token(app: AppId, secret: &str) -> String {
    format!("{app}|{secret}")
}

/// A token that is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownToken<'a> {
    /// Its app.
    pub app: AppId,
    /// The app's name: the assistant's.
    pub name: &'a str,
    /// Since when.
    pub since: Millis,
    /// Whose it is: the account and the number; `None` for the app's own token.
    pub system_user: Option<(AccountId, AssistantId)>,
}

/// `GET /debug_token`; `None` for a token that is not good, which is an answer and no error.
pub fn debug_token(token: Option<KnownToken<'_>>) -> Vec<u8> {
    let Some(token) = token else {
        let bad = GraphError::bad_token();
        let error = json!({"code": bad.code, "message": bad.message});
        return ascii::to_vec(&json!({"data": {"error": error, "is_valid": false, "scopes": []}}));
    };
    let mut data = json!({
        "app_id": token.app.to_string(),
        "type": if token.system_user.is_some() { "SYSTEM_USER" } else { "APP" },
        "application": token.name,
        "data_access_expires_at": 0,
        "expires_at": 0,
        "is_valid": true,
        "issued_at": token.since.seconds(),
        "scopes": [],
    });
    if let Some((account, user)) = token.system_user {
        const SCOPES: [&str; 2] = ["whatsapp_business_management", "whatsapp_business_messaging"];
        let granular =
            SCOPES.map(|scope| json!({"scope": scope, "target_ids": [account.to_string()]}));
        data["scopes"] = json!(SCOPES);
        data["granular_scopes"] = Value::from(granular.to_vec());
        data["user_id"] = user.to_string().into();
    }
    ascii::to_vec(&json!({ "data": data }))
}

/// `GET /{app}`.
pub fn app_node(app: AppId, name: &str, link: &str) -> Vec<u8> {
    ascii::to_vec(&json!({"id": app.to_string(), "name": name, "link": link}))
}

/// `GET /me`: the system user, who stands for the assistant.
pub fn me(user: AssistantId, name: &str) -> Vec<u8> {
    ascii::to_vec(&json!({"id": user.to_string(), "name": name}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(answer: &[u8]) -> Value {
        serde_json::from_slice(answer).unwrap()
    }

    fn asked(form: &str) -> Result<Grant, GraphError> {
        let form_type = Some("application/x-www-form-urlencoded");
        grant(&Params::of(None, form_type, form.as_bytes())?)
    }

    #[test]
    fn both_grants_are_read() {
        let (app, secret) = (AppId(7), "s".to_owned());
        assert_eq!(
            asked("grant_type=client_credentials&client_id=7&client_secret=s"),
            Ok(Grant::ClientCredentials { app, secret: secret.clone() })
        );
        assert_eq!(
            asked("grant_type=fb_exchange_token&client_id=7&client_secret=s&fb_exchange_token=EAA"),
            Ok(Grant::Exchange { app, secret, token: "EAA".into() })
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        for (form, code, word) in [
            ("", 100, "client_id"),
            ("client_id=7", 100, "client_secret"),
            ("client_id=x&client_secret=s", 101, "client secret"),
            ("client_id=7&client_secret=s&code=AQ", 100, "grant_type"),
            ("client_id=7&client_secret=s&grant_type=password", 100, "grant_type"),
            ("client_id=7&client_secret=s&grant_type=fb_exchange_token", 100, "fb_exchange_token"),
        ] {
            let error = asked(form).unwrap_err();
            assert_eq!(error.code, code, "{form}");
            assert!(error.message.contains(word), "{form}: {error}");
        }
    }

    #[test]
    fn answers_have_the_published_form() {
        assert_eq!(
            granted(&app_token(AppId(7), "s")),
            br#"{"access_token":"7|s","token_type":"bearer"}"#
        );
        let mut token = KnownToken {
            app: AppId(7),
            name: "Birch",
            since: Millis(1_712_099_387_999),
            system_user: Some((AccountId(5), AssistantId(3))),
        };
        let data = &read(&debug_token(Some(token)))["data"];
        assert_eq!(data["type"], "SYSTEM_USER");
        assert_eq!(data["issued_at"], 1_712_099_387);
        assert_eq!(data["is_valid"], true);
        assert_eq!(data["granular_scopes"][1]["target_ids"][0], "5");
        assert_eq!(data["user_id"], "3");
        token.system_user = None;
        assert_eq!(read(&debug_token(Some(token)))["data"]["type"], "APP");
        let bad = &read(&debug_token(None))["data"];
        assert_eq!((&bad["is_valid"], &bad["error"]["code"]), (&json!(false), &json!(190)));
        assert_eq!(read(&me(AssistantId(3), "Birch")), json!({"id": "3", "name": "Birch"}));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(form in "[a-z_=&%0-9]{0,80}") {
            let _ = asked(&form);
            let _ = asked(&format!("client_id=7&client_secret=s&{form}"));
        }
    }
}
