//! The envelope, and what every error must have.

use exchange::message::Invalid;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn all() -> Vec<GraphError> {
    let invalid = |field| Invalid { field, rule: "must be shorter".into() };
    vec![
        GraphError::bad_token(),
        GraphError::missing_token(),
        GraphError::no_current_user(),
        GraphError::unknown_path("/x"),
        GraphError::app_token_required(),
        GraphError::permission_denied(),
        GraphError::bad_proof(),
        GraphError::bad_app_secret(),
        GraphError::unknown_object("POST", "1"),
        GraphError::nonexisting_field("x", "Y"),
        GraphError::required("to"),
        GraphError::parameter("to", "must be a phone number."),
        GraphError::missing_part("interactive.body"),
        GraphError::invalid_value("x"),
        GraphError::not_carried("Messages of type image"),
        GraphError::invalid(&invalid("text.body")),
        GraphError::invalid(&invalid("interactive.footer.text")),
        GraphError::recipient_is_sender(),
        GraphError::undeliverable(),
        GraphError::pair_limit(5_001),
        GraphError::throughput(1),
        GraphError::app_limit(1),
        GraphError::account_limit(1),
        GraphError::internal(),
        GraphError::unavailable(1_000),
        GraphError::handshake_failed("HTTP Status Code = 404"),
    ]
}

#[test]
fn the_envelope_is_that_of_the_reference() {
    let error = GraphError::pair_limit(5_001);
    let read: Value = serde_json::from_slice(&error.to_json("Az8or2yhqkZfEZ-_4Qn_Bam")).unwrap();
    assert_eq!(
        read,
        json!({"error": {
            "message": "(#131056) (Business Account, Consumer Account) pair rate limit hit",
            "type": "OAuthException",
            "code": 131_056,
            "error_data": {"messaging_product": "whatsapp", "details": "Message failed to send \
                because there were too many messages sent from this phone number to the same phone \
                number in a short period of time. Wait 6 s."},
            "fbtrace_id": "Az8or2yhqkZfEZ-_4Qn_Bam",
        }})
    );
    let unknown = GraphError::unknown_object("GET", "12");
    let read: Value = serde_json::from_slice(&unknown.to_json("A")).unwrap();
    assert_eq!(read["error"]["type"], "GraphMethodException");
    assert_eq!(read["error"]["error_subcode"], 33);
    assert_eq!(
        read["error"]["message"],
        "Unsupported get request. Object with ID '12' does not exist, cannot be loaded due to \
         missing permissions, or does not support this operation"
    );
}

#[test]
fn every_error_is_readable_and_whole() {
    for error in all() {
        let read: Value = serde_json::from_slice(&error.to_json("A")).unwrap();
        assert_eq!(read["error"]["code"], error.code);
        assert!(error.http >= 400 && !error.message.is_empty(), "{error:?}");
        // WhatsApp's own errors say what to do, beside what happened.
        let whatsapp = (130_000..140_000).contains(&error.code);
        assert!(!whatsapp || error.details.is_some(), "{error:?}");
        // Clients key re-authentication on 401, and repeat what is 5xx.
        assert_eq!(error.http == 401, matches!(error.code, 104 | 190), "{error:?}");
        assert_eq!(error.http >= 500, matches!(error.code, 131_000 | 131_016), "{error:?}");
    }
}

#[test]
fn throttling_is_400_and_can_be_429() {
    for error in all().into_iter().filter(GraphError::is_throttling) {
        assert_eq!(error.http, 400);
        assert!(error.retry_after_ms.is_some());
        assert_eq!(error.with_http(429).http, 429);
    }
}

#[test]
fn refusals_become_errors() {
    for (refusal, code) in [
        (Refusal::NotConsented, 131_026),
        (Refusal::PairLimit(1), 131_056),
        (Refusal::UnknownMessage, 131_009),
        (Refusal::Full, 131_026),
        (Refusal::Invalid(Invalid { field: "reaction.emoji", rule: "x".into() }), 131_009),
        (Refusal::Invalid(Invalid { field: "text.body", rule: "x".into() }), 100),
    ] {
        assert_eq!(GraphError::from(&refusal).code, code, "{refusal}");
    }
    let rule = "must be at most 4096 characters long".into();
    let error = GraphError::invalid(&Invalid { field: "text.body", rule });
    assert_eq!(error.message, "(#100) Param text['body'] must be at most 4096 characters long.");
}

#[test]
fn the_header_names_the_fault() {
    assert_eq!(
        GraphError::bad_token().www_authenticate().unwrap(),
        "OAuth \"Facebook Platform\" \"invalid_token\" \"Invalid OAuth access token - Cannot parse \
         access token\""
    );
    let header = GraphError::unknown_path("/\"\r\nX: y\\é").www_authenticate().unwrap();
    assert!(header.contains("\"invalid_request\"") && header.ends_with("/'''X: y''\""), "{header}");
    assert_eq!(GraphError::unknown_object("GET", "1").www_authenticate(), None);
}

#[test]
fn trace_ids_have_the_form_of_the_reference() {
    assert_eq!(trace_id([0xff; 16]), "A_____________________w");
    assert_eq!(trace_id([0; 16]).len(), 23);
}

proptest! {
    #[test]
    fn what_clients_sent_is_quoted_safely(text in ".{0,200}", wait: i64) {
        for error in [
            GraphError::unknown_path(&text),
            GraphError::unknown_object(&text, &text),
            GraphError::nonexisting_field(&text, "X"),
            GraphError::pair_limit(wait),
        ] {
            let body = error.to_json(&text);
            prop_assert!(body.is_ascii());
            serde_json::from_slice::<Value>(&body).unwrap();
            let header = error.www_authenticate().unwrap_or_default();
            prop_assert!(header.bytes().all(|b| (b' '..=b'~').contains(&b)));
            prop_assert!(header.is_empty() || header.matches('"').count() == 6);
        }
    }
}
