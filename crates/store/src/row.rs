//! What is kept, row by row.

use exchange::assistant::Card;
use exchange::delivery::{End, Owed};
use exchange::id::{AccountId, AppId, AssistantId, ConversationId, ItemId, PersonId};
use exchange::media::Media;
use exchange::time::Millis;
use serde::{Deserialize, Serialize};

/// SHA-256 of a secret: secrets that only need to be recognised are kept as their digest.
pub type Digest = [u8; 32];

/// At most this many rows are pruned in one step, so that no step is long.
pub const PRUNE_ROWS: u32 = 2_000;

/// A person: an id and when it began. No name, no address, no number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Which one.
    pub id: PersonId,
    /// Since when.
    pub since: Millis,
    /// The WebAuthn user handle, random; empty for a person without passkeys.
    pub user_handle: Vec<u8>,
}

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Digest of the cookie's secret.
    pub digest: Digest,
    /// Whose.
    pub person: PersonId,
    /// Until when.
    pub expires: Millis,
}

/// A passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// WebAuthn credential id.
    pub credential: Vec<u8>,
    /// Whose.
    pub person: PersonId,
    /// The library's own form of the public key and counters, JSON.
    pub key: String,
}

/// A registered assistant with its provider's app, account and number.
#[derive(Debug, Clone, PartialEq)]
pub struct AssistantRow {
    /// The number's id; also the provider's id (one provider registration, one number).
    pub id: AssistantId,
    /// The app.
    pub app: AppId,
    /// The WhatsApp business account.
    pub account: AccountId,
    /// The number, digits.
    pub number: u64,
    /// What people are told.
    pub card: Card,
    /// Never shown to people.
    pub contact_email: String,
    /// Needed in the clear: it signs every webhook.
    pub app_secret: String,
    /// Digest of the access token.
    pub token: Digest,
    /// Since when.
    pub since: Millis,
    /// Since when it is listed: its first successful handshake.
    pub listed: Option<Millis>,
    /// The app's callback for `whatsapp_business_account`.
    pub callback: Option<Callback>,
    /// Whether the account is subscribed to the app (`subscribed_apps`).
    pub subscribed: bool,
    /// `override_callback_uri` of the account.
    pub account_override: Option<Callback>,
    /// `webhook_configuration` of the number.
    pub number_override: Option<Callback>,
    /// Set for a further app of an account: it is told what this assistant is told, under its own
    /// secret, and has no number, no token and no conversations of its own.
    pub listens_to: Option<AssistantId>,
}

/// A callback whose handshake has succeeded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// http(s) address.
    pub url: String,
    /// The provider's token, sent in handshakes.
    pub verify_token: String,
    /// Subscribed fields, comma-separated; empty for overrides.
    pub fields: String,
}

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// HTTP status; 0 = none.
    pub status: u16,
    /// In words, for the provider.
    pub reason: String,
    /// How long the try took, ms.
    pub duration_ms: u32,
}

/// A delivery that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Which; `attempt` counts all tries.
    pub owed: Owed,
    /// How it ended.
    pub end: End,
    /// The last answer.
    pub answer: Answer,
    /// When.
    pub at: Millis,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// Owed.
    Pending,
    /// Ended.
    Ended(End),
}

/// A delivery as its provider sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// What; `due` is the next try of a pending one, and for an ended one when it ended.
    pub owed: Owed,
    /// Where it stands.
    pub state: DeliveryState,
    /// The last answer, if there was a try.
    pub answer: Option<Answer>,
    /// When it ended.
    pub finished: Option<Millis>,
}

/// A showing of the choice screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Showing {
    /// Consecutive from 1; a gap is a finding.
    pub number: u64,
    /// To whom; never published. `PersonId(0)` once
    /// that person is erased.
    pub person: PersonId,
    /// When.
    pub at: Millis,
    /// The assistants in the order shown.
    pub order: Vec<AssistantId>,
}

/// A file that is kept. Its bytes are a blob outside the store; several rows may name one blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaRow {
    /// What messages say of it.
    pub media: Media,
    /// Whose number may use and fetch it.
    pub assistant: AssistantId,
    /// For what a person sent: the conversation; it is erased with it.
    pub conversation: Option<ConversationId>,
    /// The blob's name.
    pub blob: String,
    /// The name it was given, of documents.
    pub filename: Option<String>,
    /// Since when.
    pub created: Millis,
    /// Until when the assistant may use or fetch it.
    pub expires: Millis,
}

/// What an [`Item`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemKind {
    /// A message template.
    Template,
    /// A flow.
    Flow,
    /// A QR code.
    Qr,
    /// A resumable upload that is under way.
    Upload,
    /// The settings of a number.
    Number,
    /// Something an account is to be told: its id is the delivery's.
    Event,
    /// A catalogue.
    Catalog,
    /// A product of a catalogue.
    Product,
    /// Where a person stands in a flow.
    FlowRun,
}

/// Something that is kept for a provider beside messages, as JSON that the rules read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub kind: ItemKind,
    /// Which; unique among its kind.
    pub id: ItemId,
    /// Whose.
    pub assistant: AssistantId,
    /// What it is found by beside its id; unique among its kind for one assistant.
    pub name: String,
    /// When it was last changed.
    pub at: Millis,
    /// JSON of a type in `exchange`.
    pub body: String,
}

/// What was delivered to an assistant in a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traffic {
    /// Start of the stretch.
    pub start: Millis,
    /// What.
    pub kind: exchange::delivery::Kind,
    /// How many became owed then.
    pub count: u64,
}
