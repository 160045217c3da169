//! Every code of the platform that an error can have (reference 15.1-15.4), with its HTTP status
//! and title: for those who want to see how a client bears it. What this exchange raises by
//! itself has constructors of its own (`refusal`).

use super::error::GraphError;

/// Code, HTTP status, title. Where the platform gives no status it is 400.
const CODES: &[(u32, u16, &str)] = &[
    // 15.1
    (0, 401, "We were unable to authenticate the app user."),
    (3, 500, "Capability or permissions issue."),
    (10, 403, "Application does not have permission for this action"),
    (104, 401, "An access token is required to request this resource."),
    (190, 401, "Invalid OAuth access token - Cannot parse access token"),
    (200, 403, "Permissions error"),
    (2500, 400, "An active access token must be used to query information about the current user."),
    // 15.2
    (4, 400, "Application request limit reached"),
    (17, 400, "User request limit reached"),
    (32, 400, "Page request limit reached"),
    (368, 403, "Temporarily blocked for policies violations"),
    (613, 429, "Calls to this api have exceeded the rate limit."),
    (80_007, 400, "Rate limit issues"),
    (130_429, 400, "Rate limit hit"),
    (130_497, 403, "Business account is restricted from messaging users in this country."),
    (131_031, 403, "Business Account locked"),
    (131_048, 400, "Spam rate limit hit"),
    (131_056, 400, "(Business Account, Consumer Account) pair rate limit hit"),
    (131_064, 400, "Messaging limit reached"),
    (133_016, 400, "Account register deregister rate limit exceeded"),
    // 15.3
    (1, 400, "An unknown error has occurred."),
    (2, 503, "Service temporarily unavailable"),
    (33, 400, "Parameter value is not valid"),
    (100, 400, "Invalid parameter"),
    (1026, 400, "Receiver Incapable"),
    (130_403, 400, "Business is blocked by the user"),
    (130_472, 400, "User's number is part of an experiment"),
    (130_501, 400, "Message type is not currently supported"),
    (131_000, 500, "Something went wrong"),
    (131_005, 403, "Access denied"),
    (131_008, 400, "Required parameter is missing"),
    (131_009, 400, "Parameter value is not valid"),
    (131_016, 500, "Service unavailable"),
    (131_021, 400, "Recipient cannot be sender"),
    (131_026, 400, "Message undeliverable"),
    (131_030, 400, "Recipient phone number not in allowed list"),
    (131_035, 400, "Webhook could not be delivered within data retention limit"),
    (131_036, 400, "Payload not found"),
    (
        131_037,
        400,
        "WhatsApp provided number needs display name approval before message can be sent.",
    ),
    (131_042, 400, "Business eligibility payment issue"),
    (131_044, 400, "Business eligibility payment issue"),
    (131_045, 500, "Incorrect certificate"),
    (131_047, 400, "Re-engagement message"),
    (131_049, 400, "This message was not delivered to maintain healthy ecosystem engagement."),
    (131_050, 400, "User has stopped marketing messages"),
    (131_051, 400, "Unsupported message type"),
    (131_052, 400, "Media download error"),
    (131_053, 400, "Media upload error"),
    (131_055, 400, "Method not allowed"),
    (131_057, 500, "Account in maintenance mode"),
    (131_059, 400, "Invalid cursor"),
    (
        131_062,
        400,
        "Business-scoped User ID (BSUID) recipients are not supported for this message.",
    ),
    (131_063, 400, "Marketing templates are disabled on Cloud API"),
    (134_011, 400, "WhatsApp Payments terms of service not accepted"),
    (134_100, 400, "Only marketing messages are supported"),
    (134_101, 400, "Template is still syncing"),
    (134_102, 500, "Template unavailable for use"),
    (135_000, 400, "Generic user error"),
    (137_000, 400, "Recipient identity key hash mismatch"),
    // 15.4
    (803, 404, "Some of the aliases you requested do not exist"),
    (2200, 400, "Callback verification failed"),
    (131_020, 400, "Group cannot have a single member"),
    (131_041, 400, "Group does not exist"),
    (131_201, 206, "Partial success"),
    (131_202, 400, "Duplicate participant"),
    (131_203, 400, "Terms of service not accepted"),
    (131_204, 400, "Too many participants"),
    (131_207, 403, "Group suspended"),
    (131_208, 429, "Group rate limit hit"),
    (131_209, 400, "Group picture ratio"),
    (131_210, 400, "Group picture too small"),
    (131_211, 400, "Group limit reached"),
    (131_212, 400, "Not a participant"),
    (131_213, 400, "No join request"),
    (131_214, 400, "Group creation disabled"),
    (131_215, 400, "Not eligible for groups"),
    (132_000, 400, "Number of parameters does not match the expected number of params"),
    (132_001, 404, "Template name does not exist in the translation"),
    (132_005, 400, "Template hydrated text too long"),
    (132_007, 400, "Template format character policy violated"),
    (132_008, 400, "Template param value invalid"),
    (132_012, 400, "Template parameter format mismatch"),
    (132_015, 400, "Template is paused"),
    (132_016, 400, "Template is disabled"),
    (132_018, 400, "Template validation error"),
    (132_068, 400, "Flow is blocked"),
    (132_069, 400, "Flow is throttled"),
    (133_000, 500, "Incomplete deregistration"),
    (133_004, 503, "Server temporarily unavailable"),
    (133_005, 400, "Two step verification PIN mismatch"),
    (133_006, 400, "Phone number re-verification needed"),
    (133_008, 400, "Too many two step verification PIN guesses"),
    (133_009, 400, "Two step verification PIN guessed too fast"),
    (133_010, 400, "Account not registered"),
    (133_015, 400, "Please wait a few minutes before attempting to register this phone number"),
    (136_024, 400, "Request code error"),
    (138_000, 401, "Calling not enabled"),
    (138_001, 400, "Receiver uncallable"),
    (138_002, 429, "Concurrent calls limit hit"),
    (138_003, 400, "Duplicate call"),
    (138_004, 500, "Connection error"),
    (138_005, 429, "Call rate limit hit"),
    (138_006, 401, "No approved call permission"),
    (138_007, 500, "Connection timeout"),
    (138_009, 400, "Call permission request limit hit"),
    (138_012, 400, "Business initiated calls daily limit hit"),
    (138_013, 400, "Business initiated calling is not available"),
    (138_014, 400, "Calling disabled for quality"),
    (138_015, 400, "Calling cannot be enabled"),
    (138_017, 400, "Permanent permission exists"),
    (138_018, 400, "Calling prerequisites missing"),
    (139_000, 400, "Blocked by integrity"),
    (139_001, 400, "Flow cannot be updated"),
    (139_002, 400, "Flow cannot be published"),
    (139_003, 400, "Flow cannot be deprecated"),
    (139_004, 400, "Flow cannot be deleted"),
    (139_100, 400, "Failed to block or unblock some users"),
    (139_101, 400, "Blocklist limit reached"),
    (139_102, 400, "Blocklist concurrent update"),
    (139_103, 400, "Blocklist internal error"),
    (147_001, 400, "Username unavailable"),
    (147_002, 400, "Username ineligible"),
    (147_003, 400, "Username: Facebook account not linked"),
    (147_004, 400, "Username: Instagram account not linked"),
    (147_005, 400, "Username: transfer required"),
    (200_005, 400, "Template insights unavailable"),
    (200_006, 400, "Template insights cannot be disabled"),
    (200_007, 400, "Template insights not enabled"),
    (1_752_041, 400, "Duplicate onboarding request"),
    (2_593_107, 400, "Synchronization request limit exceeded"),
    (2_593_108, 400, "Synchronization request made outside the allowed time window"),
    (2_593_109, 400, "History sharing was declined"),
];

/// The wait that throttled callers are told of, ms.
const THROTTLED_MS: i64 = 1_000;

impl GraphError {
    /// The error of a code as the platform gives it; `None` for a code that it does not have.
    pub fn of_code(code: u32) -> Option<Self> {
        let (_, http, title) = CODES.iter().find(|(known, ..)| *known == code)?;
        let error = match code {
            190 => Self::bad_token(),
            104 => Self::missing_token(),
            2500 => Self::no_current_user(),
            0..=2 => Self::bare(*http, code, title),
            _ => Self::new(*http, code, title),
        };
        let wait = error.is_throttling().then_some(THROTTLED_MS);
        Some(Self { retry_after_ms: wait, ..error })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_one_error_of_its_own_shape() {
        let mut seen = std::collections::BTreeSet::new();
        for (code, http, title) in CODES {
            assert!(seen.insert(*code), "{code} twice");
            assert!((200..600).contains(http) && !title.is_empty(), "{code}");
            let error = GraphError::of_code(*code).expect("known");
            assert_eq!((error.code, error.http), (*code, *http));
            let json = String::from_utf8(error.to_json("Atrace")).expect("ASCII");
            assert!(
                json.is_ascii() && json.contains(&format!("\"code\":{code},"))
                    || json.contains(&format!("\"code\":{code}}}")),
                "{json}"
            );
        }
        assert!(GraphError::of_code(7).is_none());
    }

    #[test]
    fn throttling_says_how_long() {
        for code in [4, 80_007, 130_429, 131_056] {
            let error = GraphError::of_code(code).expect("known");
            assert_eq!(error.retry_after_ms, Some(THROTTLED_MS), "{code}");
        }
        assert_eq!(GraphError::of_code(131_047).and_then(|error| error.retry_after_ms), None);
    }
}
