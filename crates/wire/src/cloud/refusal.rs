//! One constructor for each Graph error that is raised (reference 15.1-15.3).

use exchange::message::Invalid;

use super::error::{GraphError, Kind, shortened};

/// Who is calling (reference 15.1).
impl GraphError {
    /// 190: the token is not one of ours.
    pub fn bad_token() -> Self {
        Self::bare(401, 190, "Invalid OAuth access token - Cannot parse access token").details(
            "The token is not known here: it was replaced, or it is another exchange's. The \
             provider's page makes a new one.",
        )
    }

    /// 104: there is no token.
    pub fn missing_token() -> Self {
        Self::bare(401, 104, "An access token is required to request this resource.").details(
            "Send the token as the header \"Authorization: Bearer <token>\" or as the parameter \
             access_token.",
        )
    }

    /// 2500: `me` without a token.
    pub fn no_current_user() -> Self {
        let message =
            "An active access token must be used to query information about the current user.";
        Self::bare(400, 2500, message)
    }

    /// 2500: a path that nothing answers to.
    pub fn unknown_path(path: &str) -> Self {
        Self::bare(400, 2500, &format!("Unknown path components: {}", shortened(path)))
            .details("docs/api/cloud.md lists the paths that are served.")
    }

    /// 15: a call that only the app itself may make.
    pub fn app_token_required() -> Self {
        Self::new(400, 15, "This method must be called with an app access_token.")
            .details("The app's token is \"{app_id}|{app_secret}\".")
    }

    /// 10: the token is good, and not for this.
    pub fn permission_denied() -> Self {
        Self::new(403, 10, "Application does not have permission for this action")
            .details("The token belongs to another account than the object in the path.")
    }

    /// 100: `appsecret_proof` was sent and is not that of this token and app.
    pub fn bad_proof() -> Self {
        let message = "Invalid appsecret_proof provided in the API argument";
        Self { kind: Kind::GraphMethodException, ..Self::bare(400, 100, message) }.details(
            "It is the hexadecimal HMAC-SHA256 of the access token, with the app secret as key.",
        )
    }

    /// 101: a wrong pair of app id and secret.
    pub fn bad_app_secret() -> Self {
        Self::bare(400, 101, "Error validating client secret.")
            .details("client_id and client_secret must be those given at registration.")
    }
}

/// What is asked for (reference 15.1, 15.3).
impl GraphError {
    /// 100/33: the object does not exist, is not this token's, or cannot do that. One answer for
    /// all three, so that ids cannot be tried out. `method` as in HTTP, any case.
    pub fn unknown_object(method: &str, id: &str) -> Self {
        let message = format!(
            "Unsupported {} request. Object with ID '{}' does not exist, cannot be loaded due to \
             missing permissions, or does not support this operation",
            method.to_ascii_lowercase(),
            shortened(id)
        );
        let kind = Kind::GraphMethodException;
        Self { subcode: Some(33), kind, ..Self::bare(400, 100, &message) }
            .details("Check the id in the path, and that the token belongs to it.")
    }

    /// 100: a field that this kind of node never has.
    pub fn nonexisting_field(field: &str, node_type: &str) -> Self {
        let field = shortened(field);
        let title =
            format!("Tried accessing nonexisting field ({field}) on node type ({node_type})");
        Self::new(400, 100, &title)
    }

    /// 100: a parameter that is missing; `name` as `text['body']`.
    pub fn required(name: &str) -> Self {
        Self::new(400, 100, &format!("The parameter {name} is required."))
    }

    /// 100: a parameter that is not as it must be; `rule` begins with "must".
    pub fn parameter(name: &str, rule: &str) -> Self {
        Self::new(400, 100, &format!("Param {name} {rule}"))
    }

    /// 131008: a part of a message is missing.
    pub fn missing_part(name: &str) -> Self {
        Self::new(400, 131_008, "Required parameter is missing")
            .details(format!("{name} is missing: add it and send again."))
    }

    /// 131009: a part of a message is not as it must be.
    pub fn invalid_value(details: impl Into<String>) -> Self {
        Self::new(400, 131_009, "Parameter value is not valid").details(details)
    }

    /// 131051: a type that we do not carry yet; `what` as `Messages of type image`.
    pub fn not_carried(what: &str) -> Self {
        Self::new(400, 131_051, "Unsupported message type")
            .details(format!("{what} are not carried by this exchange."))
    }

    /// 100/33 in the words for files: the id is not that of a file of this number, or it has
    /// expired.
    pub fn unknown_media(id: &str) -> Self {
        Self::parameter("id", "is not a valid whatsapp business account media attachment ID")
            .details(format!(
                "There is no file {} of this number: upload it first, or send it by link. Ids \
                 of uploads last 30 days, ids from webhooks 7.",
                shortened(id)
            ))
    }

    /// 138000: nobody here takes calls.
    pub fn calling_not_enabled() -> Self {
        Self::new(401, 138_000, "Calling not enabled")
            .details("This exchange carries no calls: settings and permissions can be kept.")
    }

    /// 134011: payments are not carried.
    pub fn payments_not_accepted() -> Self {
        Self::new(400, 134_011, "WhatsApp Payments terms of service has not been accepted")
            .details("This exchange carries no payments.")
    }

    /// 100: the content breaks a limit (`Content::check`). Codes as the platform gives them: 100
    /// for a text, 131009 for the rest.
    pub fn invalid(invalid: &Invalid) -> Self {
        let Invalid { field, rule } = invalid;
        if *field == "text.body" {
            return Self::parameter("text['body']", &format!("{rule}."));
        }
        Self::invalid_value(format!("{field}: {rule}."))
    }
}

/// What becomes of a message (reference 15.2, 15.3).
impl GraphError {
    /// 131021: to oneself.
    pub fn recipient_is_sender() -> Self {
        Self::new(400, 131_021, "Recipient cannot be sender")
            .details("The recipient is the sending number itself: give the person's wa_id.")
    }

    /// 131026, at once: nobody here has this number, or the person has not agreed to this
    /// assistant. One answer for both, so that numbers cannot be tried out.
    pub fn undeliverable() -> Self {
        Self::new(400, 131_026, "Message undeliverable").details(
            "Nobody who has consented to this assistant has this number. Write only to people who \
             chose the assistant: their number is `from` in the webhook of their message.",
        )
    }

    /// 131056: too many messages to one person.
    pub fn pair_limit(wait_ms: i64) -> Self {
        let title = "(Business Account, Consumer Account) pair rate limit hit";
        let details = format!(
            "Message failed to send because there were too many messages sent from this phone \
             number to the same phone number in a short period of time. Wait {} s.",
            seconds(wait_ms)
        );
        Self { retry_after_ms: Some(wait_ms), ..Self::new(400, 131_056, title) }.details(details)
    }

    /// 130429: too many messages of one number.
    pub fn throughput(wait_ms: i64) -> Self {
        let details = format!(
            "Cloud API message throughput has been reached. Wait {} s, and send at most {} \
             messages a second.",
            seconds(wait_ms),
            exchange::limits::NUMBER_PER_SECOND
        );
        Self { retry_after_ms: Some(wait_ms), ..Self::new(400, 130_429, "Rate limit hit") }
            .details(details)
    }

    /// 4: too many calls of one app.
    pub fn app_limit(wait_ms: i64) -> Self {
        let details = format!("Too many calls of this app. Wait {} s.", seconds(wait_ms));
        let title = "Application request limit reached";
        Self { retry_after_ms: Some(wait_ms), ..Self::new(400, 4, title) }.details(details)
    }

    /// 80007: too many management calls on one account.
    pub fn account_limit(wait_ms: i64) -> Self {
        let details = format!("Too many calls on this account. Wait {} s.", seconds(wait_ms));
        let title = "Rate limit issues";
        Self { retry_after_ms: Some(wait_ms), ..Self::new(400, 80_007, title) }.details(details)
    }

    /// 131000: our own fault; nothing was accepted.
    pub fn internal() -> Self {
        Self::new(500, 131_000, "Something went wrong")
            .details("Nothing was stored. Try again; tell the operator the fbtrace_id if it stays.")
    }

    /// 131016: not now; nothing was accepted.
    pub fn unavailable(wait_ms: i64) -> Self {
        let title = "Service unavailable";
        Self { retry_after_ms: Some(wait_ms), ..Self::new(503, 131_016, title) }
            .details(format!("Nothing was stored. Try again in {} s.", seconds(wait_ms)))
    }

    /// 2200: the handshake failed; `why` as `HTTP Status Code = 404; HTTP Message = Not Found`.
    pub fn handshake_failed(why: &str) -> Self {
        let title = "Callback verification failed with the following errors:";
        Self::new(400, 2200, &format!("{title} {why}")).details(
            "The callback must answer the GET with status 200 and exactly the value of \
             hub.challenge when hub.verify_token is the one given. Nothing was changed.",
        )
    }
}

/// Whole seconds, rounded up, at least one.
fn seconds(wait_ms: i64) -> i64 {
    wait_ms.max(1).saturating_add(999) / 1000
}
