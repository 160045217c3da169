//! Every bound of the exchange, in one place, each with its source.
//!
//! "Cloud API" is Meta's WhatsApp Business Platform documentation; "ours" is a choice of this
//! project, the same for every assistant.

use crate::time::{DAY_MS, HOUR_MS, SECOND_MS};

/// Longest text body, in characters (Cloud API, text messages).
pub const TEXT_BODY_CHARS: usize = 4096;
/// Longest body of an interactive message with reply buttons (Cloud API).
pub const BUTTONS_BODY_CHARS: usize = 1024;
/// Longest body of a list message (Cloud API).
pub const LIST_BODY_CHARS: usize = 4096;
/// Longest text header and longest footer (Cloud API).
pub const HEADER_FOOTER_CHARS: usize = 60;
/// Reply buttons in one message (Cloud API).
pub const BUTTONS: usize = 3;
/// Title of a reply button (Cloud API).
pub const BUTTON_TITLE_CHARS: usize = 20;
/// Id of a reply button (Cloud API).
pub const BUTTON_ID_CHARS: usize = 256;
/// Label of the button that opens a list (Cloud API).
pub const LIST_BUTTON_CHARS: usize = 20;
/// Sections of a list (Cloud API).
pub const LIST_SECTIONS: usize = 10;
/// Rows of a list, all sections together (Cloud API).
pub const LIST_ROWS: usize = 10;
/// Title of a list section or row (Cloud API).
pub const LIST_TITLE_CHARS: usize = 24;
/// Id of a list row (Cloud API).
pub const LIST_ROW_ID_CHARS: usize = 200;
/// Description of a list row (Cloud API).
pub const LIST_DESCRIPTION_CHARS: usize = 72;
/// Caption of a picture, a film or a document (Cloud API).
pub const CAPTION_CHARS: usize = 1024;
/// Name of a document (ours: what file systems take).
pub const FILENAME_CHARS: usize = 240;
/// Longest http(s) address in a message (Cloud API, template buttons: 2,000).
pub const URL_CHARS: usize = 2000;
/// Name and address of a place (Cloud API, location messages: 1,000).
pub const PLACE_CHARS: usize = 1000;
/// Contact cards in one message (Cloud API: 257).
pub const CONTACTS: usize = 257;
/// Any one member of a contact card (ours).
pub const CONTACT_CHARS: usize = 512;
/// Label of a button that opens an address (Cloud API).
pub const CTA_CHARS: usize = 20;
/// Label of a button that opens a flow (Cloud API: 20 by the guide, 30 by its OpenAPI).
pub const FLOW_CTA_CHARS: usize = 30;
/// `flow_token` (ours).
pub const FLOW_TOKEN_CHARS: usize = 1024;
/// First data of a flow, bytes of JSON (ours).
pub const FLOW_DATA_BYTES: usize = 64 * 1024;
/// Products in one message, and sections (Cloud API).
pub const PRODUCTS: usize = 30;
/// Cards of a carousel, at least and at most (Cloud API).
pub const CARDS: std::ops::RangeInclusive<usize> = 2..=10;
/// Body of a card (Cloud API).
pub const CARD_BODY_CHARS: usize = 160;
/// Body of a template, filled in (Cloud API: 1,024; the platform's error is 132005).
pub const TEMPLATE_BODY_CHARS: usize = 1024;
/// Name of a template (Cloud API).
pub const TEMPLATE_NAME_CHARS: usize = 512;
/// Body of a template with a limited-time offer (Cloud API).
pub const TEMPLATE_OFFER_BODY_CHARS: usize = 600;
/// Words of a limited-time offer (Cloud API).
pub const TEMPLATE_OFFER_CHARS: usize = 16;
/// Buttons of a template, of a card of one; addresses among them (Cloud API).
pub const TEMPLATE_BUTTONS: usize = 10;
/// Buttons of a card of a template (Cloud API).
pub const TEMPLATE_CARD_BUTTONS: usize = 2;
/// Buttons of a template that open addresses (Cloud API).
pub const TEMPLATE_URL_BUTTONS: usize = 2;
/// Words of a template's button (Cloud API).
pub const TEMPLATE_BUTTON_CHARS: usize = 25;
/// A telephone number on a button (Cloud API).
pub const TEMPLATE_PHONE_CHARS: usize = 20;
/// Payload of a quick reply (Cloud API: 128 by the old guide, 512 by that of carousels).
pub const TEMPLATE_PAYLOAD_CHARS: usize = 512;
/// A one-time code (Cloud API).
pub const CODE_CHARS: usize = 15;
/// A coupon's code (Cloud API: 20 since December 2025).
pub const COUPON_CHARS: usize = 20;
/// Minutes that a one-time code may be good for (Cloud API).
pub const CODE_MINUTES: std::ops::RangeInclusive<u32> = 1..=90;
/// Apps that may take a one-time code (Cloud API).
pub const CODE_APPS: usize = 5;
/// Templates that an account may create in an hour (Cloud API).
pub const TEMPLATES_PER_HOUR: usize = 100;
/// Edits of an approved template in thirty days, and the least time between two (Cloud API).
pub const TEMPLATE_EDITS: (usize, i64) = (10, DAY_MS);
/// Lines of an order (ours).
pub const ORDER_ITEMS: usize = 100;
/// Values of a filled-in form, bytes of JSON (ours).
pub const FORM_REPLY_BYTES: usize = 64 * 1024;
/// Pictures (Cloud API: 5 MB).
pub const IMAGE_BYTES: u64 = 5 * 1024 * 1024;
/// Films (Cloud API: 16 MB).
pub const VIDEO_BYTES: u64 = 16 * 1024 * 1024;
/// Sound (Cloud API: 16 MB).
pub const AUDIO_BYTES: u64 = 16 * 1024 * 1024;
/// Documents (Cloud API: 100 MB).
pub const DOCUMENT_BYTES: u64 = 100 * 1024 * 1024;
/// Stickers that stand still (Cloud API: 100 KB).
pub const STICKER_BYTES: u64 = 100 * 1024;
/// Stickers that move (Cloud API: 500 KB).
pub const STICKER_ANIMATED_BYTES: u64 = 500 * 1024;
/// An uploaded file can be named this long (Cloud API: 30 days).
pub const MEDIA_UPLOADED_MS: i64 = 30 * DAY_MS;
/// A file of a person's message can be fetched by the assistant this long (Cloud API: 7 days).
pub const MEDIA_RECEIVED_MS: i64 = 7 * DAY_MS;
/// A file's address works this long (Cloud API: 5 minutes).
pub const MEDIA_URL_MS: i64 = 5 * 60 * SECOND_MS;
/// A file that a person added and did not send is kept this long (ours).
pub const MEDIA_UNSENT_MS: i64 = DAY_MS;
/// A file fetched from a link is taken again for the same link this long (Cloud API: 10 minutes).
pub const LINK_CACHED_MS: i64 = 600 * SECOND_MS;
/// Links whose files are known (ours).
pub const LINKS_CACHED: usize = 4096;
/// Redirects that are followed when a file is fetched (ours).
pub const LINK_REDIRECTS: usize = 3;
/// Links fetched at once, all assistants together (ours).
pub const FETCHES: usize = 64;
/// Files taken in at once, of all numbers together, and of all people together (ours).
pub const UPLOADS: usize = 128;
/// Files of one number, or of one person, taken in at once; others wait (ours).
pub const UPLOADS_EACH: usize = 8;
/// How long one that has to wait waits (ours).
pub const UPLOAD_WAIT_MS: i64 = 20 * SECOND_MS;
/// A body that is being taken in must go on within this (ours).
pub const UPLOAD_PAUSE_MS: i64 = 30 * SECOND_MS;
/// A resumable upload must have ended by then (ours; the platform says nothing).
pub const UPLOAD_SESSION_MS: i64 = DAY_MS;
/// Resumable uploads of one app that are kept at once (ours).
pub const UPLOAD_SESSIONS: u64 = 1000;
/// Pieces of one resumable upload (ours).
pub const UPLOAD_PIECES: usize = 1000;
/// Waits between the three tries to fetch a file from its link (ours).
pub const FETCH_WAITS_MS: [i64; 2] = [2 * SECOND_MS, 10 * SECOND_MS];
/// A file must have been fetched from its link by then (ours).
pub const FETCH_TIMEOUT_MS: i64 = 60 * SECOND_MS;
/// A person's permission to be called holds this long, unless it is for good (Cloud API: 168
/// hours).
pub const CALL_PERMISSION_MS: i64 = 7 * DAY_MS;
/// Things of one kind that one provider may keep: templates, flows, … (Cloud API: 6,000
/// templates of a verified account; here for everybody).
pub const ITEMS: usize = 6000;
/// `biz_opaque_callback_data` (Cloud API).
pub const OPAQUE_CHARS: usize = 512;
/// A reaction is one emoji; the longest joined sequences stay below this many bytes (ours).
pub const EMOJI_BYTES: usize = 64;
/// A client's own id of a message it sends (ours).
pub const CLIENT_ID_CHARS: usize = 64;
/// The display name a person may give an assistant (ours).
pub const DISPLAY_NAME_CHARS: usize = 60;

/// The customer-service window: free-form messages are let through this long after the
/// person's last message (Cloud API, 24 hours).
pub const WINDOW_MS: i64 = 24 * HOUR_MS;
/// One message in this time to one person, on average (Cloud API pair rate: 1 per 6 s).
pub const PAIR_INTERVAL_MS: i64 = 6 * SECOND_MS;
/// Messages that may be sent to one person at once, borrowing from later (Cloud API: 45).
pub const PAIR_BURST: i64 = 45;
/// Messages a second of one number, in and out together (Cloud API: 80 by default).
pub const NUMBER_PER_SECOND: i64 = 80;
/// How long "writing…" stays without a message (Cloud API: 25 seconds).
pub const TYPING_MS: i64 = 25 * SECOND_MS;
/// Only messages younger than this can be marked read, reacted to or quoted (Cloud API: 30 days).
pub const REFERENCE_AGE_MS: i64 = 30 * DAY_MS;

/// Largest request body on the Cloud API and on our own API, before media (ours; Meta's largest
/// JSON send is a template of some 100 kB).
pub const BODY_BYTES: usize = 256 * 1024;
/// Apps on one account beside its first (ours).
pub const FURTHER_APPS: usize = 4;
/// Callback URL length (Cloud API: 200).
pub const CALLBACK_CHARS: usize = 200;

/// An endpoint must have answered by then (ours; Cloud API states none, field reports 3-20 s).
pub const WEBHOOK_TIMEOUT_MS: i64 = 10 * SECOND_MS;
/// The synchronous handshake's time limit (field reports: about 6 s).
pub const HANDSHAKE_TIMEOUT_MS: i64 = 6 * SECOND_MS;
/// As much of an endpoint's answer as is read; the rest is dropped with the connection (ours).
pub const WEBHOOK_ANSWER_BYTES: usize = 64 * 1024;
/// Time-outs, 408, 429 and 5xx are tried again for this long (Cloud API overview: 7 days).
pub const RETRY_HORIZON_MS: i64 = 7 * DAY_MS;
/// First wait after a transient failure (ours).
pub const RETRY_FIRST_MS: i64 = SECOND_MS;
/// Longest wait between two tries (ours).
pub const RETRY_LONGEST_MS: i64 = HOUR_MS;
/// Longest `Retry-After` that is obeyed (ours).
pub const RETRY_AFTER_LONGEST_MS: i64 = 6 * HOUR_MS;
/// Waits between the five tries after another 4xx: together under two minutes (ours: one
/// framework answers 400 to every `failed` status for ever).
pub const REFUSED_WAITS_MS: [i64; 4] =
    [2 * SECOND_MS, 8 * SECOND_MS, 25 * SECOND_MS, 60 * SECOND_MS];
/// Deliveries under way at once, all destinations together (ours: open-file limit 1,024 of a
/// plain shell, less what people and providers use).
pub const IN_FLIGHT: usize = 512;
/// Of these, the most that destinations which last failed may use (ours: a quarter).
pub const IN_FLIGHT_SUSPECT: usize = IN_FLIGHT / 4;
/// Deliveries under way at once to one healthy destination, per lane (ours).
pub const IN_FLIGHT_PER_FLOW: u32 = 16;
/// The same for one nobody has heard an answer from yet (ours).
pub const IN_FLIGHT_START: u32 = 4;
/// Deliveries owed to one assistant; past it a person's message is refused with the reason and
/// statuses are dead-lettered (ours).
pub const OWED_PER_ASSISTANT: usize = 100_000;

/// A conversation's messages (ours: the message id carries 32 bits).
pub const MESSAGES_PER_CONVERSATION: u32 = u32::MAX - 16;
/// Assistants that one person may have consented to at once (ours).
pub const CONVERSATIONS_PER_PERSON: usize = 200;
/// Settled deliveries are shown this long (`ux.md` 3.3: 30 days).
pub const DELIVERY_LOG_MS: i64 = 30 * DAY_MS;
/// A session lives this long after it was made (ours).
pub const SESSION_MS: i64 = 90 * DAY_MS;

/// Registrations and deregistrations, and codes asked for, of one number in 72 hours (Cloud API).
pub const REGISTRATIONS: usize = 10;
/// The stretch that they are counted in (Cloud API).
pub const REGISTRATIONS_MS: i64 = 72 * HOUR_MS;
/// Codes asked for in the same stretch (Cloud API).
pub const CODES: usize = 10;
/// A code holds this long (ours).
pub const CODE_MS: i64 = 10 * 60 * SECOND_MS;
/// A number out of service is proved for this long (Cloud API: 14 days).
pub const VERIFIED_MS: i64 = 14 * DAY_MS;
/// Wrong PINs before no more are looked at (ours).
pub const PIN_GUESSES: usize = 10;
/// Wrong PINs that need no pause (ours).
pub const PIN_QUICK_GUESSES: usize = 3;
/// The pause between further ones (ours).
pub const PIN_PAUSE_MS: i64 = 5 * SECOND_MS;
/// How long wrong PINs count (ours).
pub const PIN_LOCK_MS: i64 = HOUR_MS;
/// Changes of a number's name in 30 days (Cloud API).
pub const RENAMES: usize = 10;
/// The stretch that they are counted in (Cloud API).
pub const RENAMES_MS: i64 = 30 * DAY_MS;
/// People that one assistant can block (Cloud API).
pub const BLOCKED: u32 = 64_000;
/// People in one request to block or unblock (ours).
pub const BLOCKED_AT_ONCE: usize = 1000;
/// QR codes of one number (Cloud API).
pub const QR_CODES: u64 = 2000;
/// Words that a QR code puts into the composer (Cloud API).
pub const QR_CHARS: usize = 140;
/// Requests in one batch (Graph API).
pub const BATCH: usize = 50;
