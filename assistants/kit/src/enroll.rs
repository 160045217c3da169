//! Getting listed: register once, remember, subscribe again when the callback moved.

use serde_json::{Value, json};

use crate::account::{Account, Folder};
use crate::clock::random_unit;
use crate::graph::refusal;
use crate::http::{Call, Http, Reply};
use crate::text::clip;
use crate::{Common, Error, Pace};

/// Longest answer read from the exchange.
const MAX_ANSWER: usize = 256 * 1024;
/// The Graph code of a handshake that failed.
const HANDSHAKE_FAILED: u64 = 2200;

/// What people are shown about an assistant before they choose it. Every field is a promise.
#[derive(Clone, Debug)]
pub struct Card {
    /// Name used unless `--name` says otherwise.
    pub name: String,
    /// What it is for, in one line.
    pub purpose: String,
    /// More about it.
    pub details: String,
    /// How long data is kept.
    pub retention: String,
    /// Where data is kept.
    pub data_location: String,
    /// Whether messages are used for training, by us or by whom we give them to.
    pub trains: bool,
    /// `ai`, or `automated` for an automaton without AI.
    pub automation: &'static str,
}

/// The way to the exchange during enrolment.
pub(crate) struct Enrolment<'a> {
    pub(crate) http: &'a Http,
    pub(crate) base: &'a str,
    pub(crate) callback: &'a str,
    pub(crate) folder: &'a Folder,
    pub(crate) pace: Pace,
}

enum Step {
    Done(Value),
    Refused(u16, Value),
}

impl Enrolment<'_> {
    /// Returns an account that the exchange knows and stores it. Waits, without end but never
    /// busily, for an exchange that is not up yet.
    pub(crate) async fn account(
        &self,
        common: &Common,
        card: &Card,
        verify_token: &str,
    ) -> Result<Account, Error> {
        let stored = self.folder.account()?;
        if let Some(account) = stored.clone()
            && self.known(&account).await?
        {
            return Ok(account);
        }
        let request = self.card_json(common, card, verify_token)?;
        let account = self.register(&request).await?;
        if stored.is_some() {
            tracing::warn!("the exchange did not know our credentials; registered anew");
            self.folder.put_aside()?;
        }
        self.folder.keep(&account)?;
        Ok(account)
    }

    async fn known(&self, account: &Account) -> Result<bool, Error> {
        let url = format!("{}/v25.0/{}", self.base, account.phone_number_id);
        match self.insist(&Call::get(&url, Some(&account.access_token))).await? {
            Step::Done(_) => Ok(true),
            Step::Refused(400 | 401 | 403 | 404, _) => Ok(false),
            Step::Refused(status, body) => Err(refusal(status, &body)),
        }
    }

    fn card_json(&self, common: &Common, card: &Card, verify_token: &str) -> Result<Value, Error> {
        let mut body = json!({
            "name": common.name.as_ref().unwrap_or(&card.name),
            "contact_email": common.contact_email,
            "purpose": clip(&card.purpose, 80), "details": clip(&card.details, 400),
            "provider": common.provider, "country": common.country,
            "data_location": clip(&card.data_location, 80),
            "retention": clip(&card.retention, 80),
            "trains": card.trains, "automation": card.automation,
            "privacy_policy": common.policy(self.callback)?,
            "callback_url": self.callback, "verify_token": verify_token,
        });
        if let Some(human) = &common.human_contact {
            body["human_contact"] = json!(human);
        }
        Ok(body)
    }

    async fn register(&self, request: &Value) -> Result<Account, Error> {
        let url = format!("{}/providers", self.base);
        let mut answer = match self.insist(&Call::post(&url, None, request)).await? {
            Step::Done(answer) => answer,
            Step::Refused(status, body) => return Err(refusal(status, &body)),
        };
        if answer["callback"]["verified"] == true {
            answer["verified_callback"] = json!(self.callback);
        }
        serde_json::from_value(answer)
            .map_err(|_| Error::Unreadable("answer to the registration".into()))
    }

    /// Makes the exchange deliver to our present callback, if it does not yet.
    pub(crate) async fn subscribe(&self, account: &mut Account) -> Result<(), Error> {
        if account.verified_callback.as_deref() == Some(self.callback) {
            return Ok(());
        }
        let url = format!("{}/v25.0/{}/subscriptions", self.base, account.app_id);
        let token = format!("{}|{}", account.app_id, account.app_secret);
        let request = json!({
            "object": "whatsapp_business_account", "callback_url": self.callback,
            "verify_token": account.verify_token, "fields": "messages",
        });
        match self.insist(&Call::post(&url, Some(&token), &request)).await? {
            Step::Done(_) => {}
            Step::Refused(status, body) => return Err(refusal(status, &body)),
        }
        account.verified_callback = Some(self.callback.to_owned());
        self.folder.keep(account)
    }

    /// Tries until there is an answer that waiting would not change.
    async fn insist(&self, call: &Call<'_>) -> Result<Step, Error> {
        let mut failure = 0;
        loop {
            let asked = match self.http.call(call, self.pace.call, MAX_ANSWER).await {
                Ok(reply) if !passing(&reply) => {
                    let body = reply.json();
                    return Ok(match reply.status {
                        200..=299 => Step::Done(body),
                        status => Step::Refused(status, body),
                    });
                }
                Ok(reply) => {
                    tracing::warn!(status = reply.status, "the exchange cannot take us yet");
                    reply.retry_after
                }
                Err(error @ crate::HttpError::Malformed) => return Err(error.into()),
                Err(error) => {
                    tracing::warn!(%error, "the exchange is not reached yet");
                    None
                }
            };
            let wait = self.pace.backoff.wait_at_least(failure, random_unit(), asked);
            failure = failure.saturating_add(1);
            tokio::time::sleep(wait).await;
        }
    }
}

fn passing(reply: &Reply) -> bool {
    let code = reply.json()["error"]["code"].as_u64();
    reply.status == 429 || reply.status >= 500 || code == Some(HANDSHAKE_FAILED)
}
