//! What can be read: the number, the account, the profile (reference 5 and 7).

use exchange::assistant::Card;
use exchange::id::{AccountId, AssistantId, ItemId};
use exchange::number::Number;
use exchange::time::{DAY_MS, Millis};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::error::GraphError;
use super::fields::{NodeType, asked};
use super::id::number_pretty;
use super::number::automation_value;
use super::params::Params;
use super::subscription::{SubscribedApp, subscribed_apps_value};
use crate::ascii;

const PHONE: NodeType = NodeType {
    name: "WhatsAppBusinessPhoneNumber",
    known: &[
        "certificate",
        "conversational_automation",
        "country_code",
        "country_dial_code",
        "eligibility_for_api_business_global_search",
        "host_platform",
        "messaging_limit_tier",
        "new_certificate",
        "new_display_name",
        "new_name_status",
        "official_business_account",
        "search_visibility",
        "unified_cert_status",
        "username",
        "whatsapp_business_manager_messaging_limit",
    ],
    default: &[
        "verified_name",
        "code_verification_status",
        "display_phone_number",
        "quality_rating",
        "platform_type",
        "throughput",
        "webhook_configuration",
    ],
};

const ACCOUNT: NodeType = NodeType {
    name: "WhatsAppBusinessAccount",
    known: &[
        "analytics",
        "auth_international_rate_eligibility",
        "conversation_analytics",
        "currency",
        "degrees_of_freedom_spec",
        "disable_marketing_messages_on_cloud_api",
        "marketing_messages_lite_api_status",
        "marketing_messages_onboarding_status",
        "message_template_namespace",
        "message_templates",
        "on_behalf_of_business_info",
        "owner_business_info",
        "pricing_analytics",
        "primary_business_location",
        "primary_funding_id",
        "purchase_order_number",
        "whatsapp_business_manager_messaging_limit",
    ],
    default: &["name", "timezone_id", "message_template_namespace"],
};

const PROFILE: NodeType = NodeType {
    name: "WhatsAppBusinessProfile",
    known: &["address", "email", "id", "profile_picture_url", "websites"],
    default: &["messaging_product"],
};

/// Everything that can be told about an assistant's number and account.
#[derive(Debug, Clone, Copy)]
pub struct Business<'a> {
    /// The number's id.
    pub phone_number_id: AssistantId,
    /// The number, in digits.
    pub number: u64,
    /// The account.
    pub account: AccountId,
    /// The assistant's card.
    pub card: &'a Card,
    /// Registered since.
    pub since: Millis,
    /// The app's callback.
    pub callback: Option<&'a str>,
    /// The account's override.
    pub account_override: Option<&'a str>,
    /// The number's override.
    pub number_override: Option<&'a str>,
    /// The app subscribed to the account.
    pub subscribed: Option<SubscribedApp<'a>>,
    /// The number's settings.
    pub settings: &'a Number,
    /// Now.
    pub now: Millis,
}

impl Business<'_> {
    /// `GET /{phone}`.
    ///
    /// # Errors
    /// 100 for a field that no number has, 2500 for a selection that cannot be read.
    pub fn phone(&self, params: &Params) -> Result<Vec<u8>, GraphError> {
        Ok(ascii::to_vec(&PHONE.select(&self.phone_value(), asked(params)?.as_deref())?))
    }

    /// `GET /{account}/phone_numbers`: one number to an account.
    ///
    /// # Errors
    /// As for [`Business::phone`]; 131059 for a cursor that is not ours.
    pub fn phone_numbers(&self, params: &Params) -> Result<Vec<u8>, GraphError> {
        let all = self.phone_value();
        let mut node = PHONE.select(&all, asked(params)?.as_deref())?;
        if params.get("fields").is_none() {
            node["last_onboarded_time"] = all["last_onboarded_time"].clone();
        }
        Ok(ascii::to_vec(&page_of_one(node, params)?))
    }

    /// `GET /{account}`.
    ///
    /// # Errors
    /// As for [`Business::phone`].
    pub fn account(&self, params: &Params) -> Result<Vec<u8>, GraphError> {
        self.account_with(params, Vec::new())
    }

    /// The same with fields that are worked out elsewhere (`analytics`).
    ///
    /// # Errors
    /// As for [`Business::phone`].
    pub fn account_with(
        &self,
        params: &Params,
        more: Vec<(String, Value)>,
    ) -> Result<Vec<u8>, GraphError> {
        let mut all = self.account_value();
        for (name, value) in more {
            all[name.as_str()] = value;
        }
        Ok(ascii::to_vec(&ACCOUNT.select(&all, asked(params)?.as_deref())?))
    }

    /// `GET /{phone}/whatsapp_business_profile`: what the card says, in the profile's words.
    ///
    /// # Errors
    /// As for [`Business::phone`].
    pub fn profile(&self, params: &Params) -> Result<Vec<u8>, GraphError> {
        let set = &self.settings.profile;
        let said = |text: Option<&str>| match text {
            None | Some("") => Value::Null,
            Some(text) => text.into(),
        };
        let or = |set: &'_ Option<String>, card: &str| said(set.as_deref().or(Some(card)));
        let websites = set.websites.as_ref().filter(|sites| !sites.is_empty());
        let all = json!({
            "messaging_product": "whatsapp",
            "about": or(&set.about, &self.card.purpose),
            "address": said(set.address.as_deref()),
            "description": or(&set.description, &self.card.details),
            "email": said(set.email.as_deref()),
            "profile_picture_url": said(set.picture.as_deref()),
            "websites": websites,
            "vertical": or(&set.vertical, "OTHER"),
        });
        let mut profile = PROFILE.select(&all, asked(params)?.as_deref())?;
        profile["messaging_product"] = all["messaging_product"].clone();
        Ok(ascii::to_vec(&json!({ "data": [profile] })))
    }

    fn phone_value(&self) -> Value {
        let id = self.phone_number_id.to_string();
        let mut callbacks = Map::new();
        for (whose, url) in [
            ("phone_number", self.number_override),
            ("whatsapp_business_account", self.account_override),
            ("application", self.callback),
        ] {
            if let Some(url) = url {
                callbacks.insert(whose.to_owned(), url.into());
            }
        }
        let callbacks = if callbacks.is_empty() { Value::Null } else { callbacks.into() };
        let set = self.settings;
        let registered = set.is_registered();
        let verified = if set.is_verified(self.now) { "VERIFIED" } else { "EXPIRED" };
        let new_name = set.new_name.as_ref();
        json!({
            "id": id,
            "display_phone_number": number_pretty(self.number),
            "verified_name": self.card.name,
            "name_status": "APPROVED",
            "new_display_name": new_name.map(|(name, _)| name),
            "new_name_status": new_name.map(|(_, ok)| if *ok { "APPROVED" } else { "DECLINED" }),
            "status": if registered { "CONNECTED" } else { "DISCONNECTED" },
            "account_mode": "LIVE",
            "code_verification_status": verified,
            // Nobody rates assistants here.
            "quality_rating": "UNKNOWN",
            "quality_score": {"score": "UNKNOWN"},
            "platform_type": "CLOUD_API",
            "throughput": {"level": "STANDARD"},
            "is_official_business_account": false,
            "is_on_biz_app": false,
            "is_pin_enabled": set.pin.is_some(),
            "is_preverified_number": false,
            "last_onboarded_time": graph_time(self.since),
            "search_visibility": if set.hidden { "NON_VISIBLE" } else { "VISIBLE" },
            "official_business_account": {"oba_status": "NOT_STARTED"},
            "conversational_automation": automation_value(&id, &set.automation),
            // Country code 999 is nobody's: a number of ours is in no country.
            "country_dial_code": "999",
            // Nothing here limits how many people an assistant may write to.
            "messaging_limit_tier": "TIER_UNLIMITED",
            "whatsapp_business_manager_messaging_limit": "TIER_UNLIMITED",
            "webhook_configuration": callbacks,
            "health_status": self.health("PHONE_NUMBER", &id),
        })
    }

    /// Whether messages can be sent: a number out of service sends none.
    fn health(&self, kind: &str, id: &str) -> Value {
        let can = if self.settings.is_registered() { "AVAILABLE" } else { "BLOCKED" };
        let mut entity = json!({"entity_type": kind, "id": id, "can_send_message": can});
        if !self.settings.is_registered() {
            entity["errors"] = json!([{
                "error_code": 133_010,
                "error_description": "The phone number is not registered.",
                "possible_solution": "Register it: POST /{phone}/register with its PIN.",
            }]);
        }
        json!({"can_send_message": can, "entities": [entity]})
    }

    fn account_value(&self) -> Value {
        let (id, set) = (self.account.to_string(), self.settings);
        json!({
            "id": id,
            "name": set.account_name.as_ref().unwrap_or(&self.card.provider),
            // "Unknown" in the platform's list of zones: nobody asks providers for theirs.
            "timezone_id": set.timezone.unwrap_or(0).to_string(),
            "status": "ACTIVE",
            "country": self.card.country,
            "account_review_status": "APPROVED",
            "business_verification_status": "not_verified",
            "ownership_type": "SELF",
            "creation_time": self.since.seconds(),
            "is_enabled_for_insights": set.insights,
            "message_template_namespace": namespace(self.account),
            "owner_business_info": {"id": business_id(self.account).to_string(), "name": self.card.provider},
            "whatsapp_business_manager_messaging_limit": "TIER_UNLIMITED",
            "health_status": self.health("WABA", &id),
            "phone_numbers": {
                "data": [self.phone_value()],
                "paging": {"cursors": {"before": CURSOR, "after": CURSOR}},
            },
            "subscribed_apps": subscribed_apps_value(self.subscribed.as_slice()),
        })
    }
}

/// The business portfolio of an account: each account has its own, with an id that follows from
/// the account's.
pub fn business_id(account: AccountId) -> ItemId {
    ItemId::from_random(digest(account, "business"))
}

fn digest(account: AccountId, what: &str) -> u64 {
    let hash = Sha256::digest(format!("{what} of {account}"));
    hash.iter().take(8).fold(0, |all, byte| all << 8 | u64::from(*byte))
}

/// `message_template_namespace`: as the platform writes it, hexadecimal digits in
/// groups.
pub(super) fn namespace(account: AccountId) -> String {
    let hex = format!("{:016x}{:016x}", digest(account, "namespace"), digest(account, "templates"));
    format!("{}_{}_{}_{}_{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// The cursor of the first and only entry, as the platform writes that of place 0.
pub(super) const CURSOR: &str = "MAZDZD";

/// A list with one entry (reference 1): nothing follows it, and nothing comes before it.
fn page_of_one(entry: Value, params: &Params) -> Result<Value, GraphError> {
    for name in ["after", "before"] {
        match params.text(name)?.as_deref() {
            None => {}
            Some(CURSOR) => return Ok(json!({ "data": [] })),
            Some(_) => {
                return Err(GraphError::bad_cursor(name));
            }
        }
    }
    Ok(json!({"data": [entry], "paging": {"cursors": {"before": CURSOR, "after": CURSOR}}}))
}

/// `2026-06-09T12:00:00+0000`, as Graph writes moments.
pub(super) fn graph_time(at: Millis) -> String {
    let rest = at.0.rem_euclid(DAY_MS) / 1000;
    let (hours, minutes, seconds) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{}T{hours:02}:{minutes:02}:{seconds:02}+0000", day(at))
}

/// `2026-06-09`, of a moment in UTC.
pub(crate) fn day(at: Millis) -> String {
    let days = at.0.div_euclid(DAY_MS);
    // Civil date from days since 1970 in the proleptic Gregorian calendar: years are counted from
    // 1 March, so that the leap day comes last.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests;
