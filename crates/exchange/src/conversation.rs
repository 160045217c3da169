//! A conversation of one person with one assistant, and its one `step`.

use serde::{Deserialize, Serialize};

use crate::assistant::{Automation, Card};
use crate::bucket::Bucket;
use crate::consent::{self, Consented, State};
use crate::delivery::{End, Kind, Owed};
use crate::fact::Fact;
use crate::id::{AssistantId, ConversationId, DeliveryId, PersonId, Seq};
use crate::limits;
use crate::media::MediaId;
use crate::message::{Author, Content, Extra, Failure, Invalid, Message, NoticeKind};
use crate::time::Millis;

mod speak;

/// How far each side has received and read what the other wrote. Each mark only grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Marks {
    /// The assistant's endpoint has taken the person's messages up to here.
    pub assistant_received: Seq,
    /// The assistant has marked them read up to here.
    pub assistant_read: Seq,
    /// A device of the person has the assistant's messages up to here.
    pub person_received: Seq,
    /// The person has seen them up to here.
    pub person_read: Seq,
}

/// One message per six seconds to one person, 45 at once borrowed from later (Cloud API).
pub type PairLimit = Bucket<{ limits::PAIR_INTERVAL_MS * 1000 }, { limits::PAIR_BURST }>;

/// The state of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Which one; also the pseudonym the assistant sees.
    pub id: ConversationId,
    /// Whose.
    pub person: PersonId,
    /// With whom.
    pub assistant: AssistantId,
    /// The name the person gave this assistant; empty by default.
    pub display_name: String,
    /// Consent.
    pub consent: State,
    /// The notice it was given for (hexadecimal SHA-256).
    pub notice_sha256: String,
    /// When it was first agreed to.
    pub since: Millis,
    /// The person's last message: opens the 24-hour window.
    pub last_inbound: Option<Millis>,
    /// Receipts.
    pub marks: Marks,
    /// The last message's place.
    pub last_seq: Seq,
    /// The pair limit.
    pub pair: PairLimit,
    /// What each side has said about the other beyond messages.
    pub wishes: Wishes,
}

/// What each side has said about the other beyond messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wishes {
    /// The assistant does not take this person's messages (`block_users`).
    pub blocked: bool,
    /// The person wants no marketing templates (reference 13, `user_preferences`).
    pub no_marketing: bool,
    /// Until when the assistant may call; `Millis(i64::MAX)`: for good.
    pub calls_until: Option<Millis>,
}

impl Conversation {
    /// A conversation that begins with this agreement: `step` with [`Event::Agrees`] follows.
    pub fn new(id: ConversationId, person: PersonId, assistant: AssistantId, at: Millis) -> Self {
        Self {
            id,
            person,
            assistant,
            display_name: String::new(),
            consent: State::Withdrawn,
            notice_sha256: String::new(),
            since: at,
            last_inbound: None,
            marks: Marks::default(),
            last_seq: Seq(0),
            pair: PairLimit::default(),
            wishes: Wishes::default(),
        }
    }

    /// Until when the assistant may write freely; `None` if the person has not written.
    pub fn window_until(&self) -> Option<Millis> {
        self.last_inbound.map(|at| at + limits::WINDOW_MS)
    }

    fn consented(&self) -> Result<Consented, Refusal> {
        Consented::of(self.consent, self.id, self.assistant).ok_or(Refusal::NotConsented)
    }

    fn known(&self, seq: Option<Seq>) -> Result<(), Refusal> {
        match seq {
            Some(seq) if seq == Seq(0) || seq > self.last_seq => Err(Refusal::UnknownMessage),
            _ => Ok(()),
        }
    }

    fn room(&self) -> Result<(), Refusal> {
        if self.last_seq.0 >= limits::MESSAGES_PER_CONVERSATION {
            return Err(Refusal::Full);
        }
        Ok(())
    }
}

/// Makes delivery ids: time-ordered, growing, never the same twice.
#[derive(Debug, Default)]
pub struct DeliveryIds(u64);

impl DeliveryIds {
    /// Continues after the largest id ever stored.
    pub fn after(last: DeliveryId) -> Self {
        Self(last.0)
    }

    /// The next one.
    pub fn next(&mut self, now: Millis) -> DeliveryId {
        let by_time = u64::try_from(now.0).unwrap_or(0) << 20;
        self.0 = by_time.max(self.0 + 1);
        DeliveryId(self.0)
    }
}

/// What happens to a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The person agrees to the notice (for the first time, or again).
    Agrees {
        /// The notice shown.
        notice: String,
        /// What the assistant is called from now on to the assistant; may be empty.
        display_name: String,
        /// What the card declares.
        automation: Automation,
        /// The card's name, for the notice in the chat.
        name: String,
        /// The card's provider, for the notice in the chat.
        provider: String,
    },
    /// The person stops the assistant.
    Stops,
    /// The person writes.
    PersonSends {
        /// What.
        content: Content,
        /// In answer to which message.
        context: Option<Seq>,
        /// What comes beside it.
        extra: Option<Box<Extra>>,
    },
    /// The assistant writes.
    AssistantSends {
        /// What.
        content: Content,
        /// In answer to which message.
        context: Option<Seq>,
        /// `biz_opaque_callback_data`.
        opaque: Option<String>,
    },
    /// All files of the assistant's message have been fetched: its content is now this.
    Fetched {
        /// Which message.
        seq: Seq,
        /// Its content, with kept files alone.
        content: Content,
    },
    /// The assistant takes no more messages of this person, or takes them again.
    AssistantBlocks(bool),
    /// The person wants no marketing templates (`false`), or wants them again.
    PersonTakesMarketing(bool),
    /// The person has played the assistant's voice note.
    PersonPlays(Seq),
    /// The assistant marks the person's messages read up to there.
    AssistantReads(Seq),
    /// A device of the person has everything up to there.
    PersonReceives {
        /// How far.
        upto: Seq,
        /// The assistant's messages after the mark that can have a receipt, ascending.
        seqs: Vec<Seq>,
    },
    /// The person has seen everything up to there.
    PersonReads {
        /// How far.
        upto: Seq,
        /// The assistant's messages after the mark that can have a receipt, ascending.
        seqs: Vec<Seq>,
    },
    /// The provider asks for a delivery once more, with the same message id.
    Replays {
        /// Which message.
        seq: Seq,
        /// What is delivered.
        kind: Kind,
    },
    /// A delivery of this conversation ended.
    Settled {
        /// Which message.
        seq: Seq,
        /// What was delivered.
        kind: Kind,
        /// How it ended.
        end: End,
        /// For a file that could not be fetched: why.
        reason: Option<Failure>,
    },
}

/// What is to be done; saved in one transaction with the new state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decision {
    /// A message to keep.
    pub message: Option<Message>,
    /// Deliveries now owed.
    pub owed: Vec<Owed>,
    /// A message that failed after all.
    pub failed: Option<(Seq, Failure)>,
    /// A message whose content is now complete.
    pub content: Option<(Seq, Content)>,
    /// An event in the consent's history.
    pub consent: Option<consent::Event>,
    /// A fact for the record.
    pub fact: Option<Fact>,
    /// Everything owed for this conversation is taken back.
    pub cancel: bool,
    /// Whether the kept state (not only the messages) changed.
    pub changed: bool,
}

/// Why nothing was done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Consent is not given: for the assistant the person is not there.
    #[error("the person has not consented to this assistant")]
    NotConsented,
    /// Too many messages to one person; wait this long (ms).
    #[error("pair limit, wait {0} ms")]
    PairLimit(i64),
    /// A message it refers to is not in this conversation.
    #[error("the message referred to is not in this conversation")]
    UnknownMessage,
    /// A file that the message names is not there.
    #[error("there is no such file")]
    UnknownMedia(MediaId),
    /// The conversation holds as many messages as it can.
    #[error("the conversation is full")]
    Full,
    /// The assistant takes no messages of this person.
    #[error("the assistant takes no messages of this person")]
    Blocked,
    /// A field breaks its rule.
    #[error("{0}")]
    Invalid(#[from] Invalid),
}

/// Decides what an event does: changes `it` and returns what is to be saved and done.
///
/// # Errors
/// A [`Refusal`]; the state is then unchanged.
pub fn step(
    it: &mut Conversation,
    event: Event,
    now: Millis,
    ids: &mut DeliveryIds,
) -> Result<Decision, Refusal> {
    match event {
        Event::Agrees { notice, display_name, automation, name, provider } => {
            agrees(it, notice, display_name, first_words(automation, &name, &provider), now)
        }
        Event::Stops => stops(it, now),
        Event::PersonSends { content, context, extra } => {
            speak::person_sends(it, content, context, extra, now, ids)
        }
        Event::AssistantSends { content, context, opaque } => {
            speak::assistant_sends(it, content, context, opaque, now, ids)
        }
        Event::Fetched { seq, content } => speak::fetched(it, seq, content, now, ids),
        Event::AssistantBlocks(blocked) => {
            it.consented()?;
            let changed = it.wishes.blocked != blocked;
            it.wishes.blocked = blocked;
            Ok(Decision { changed, ..Decision::default() })
        }
        Event::PersonTakesMarketing(takes) => Ok(speak::takes_marketing(it, takes, now, ids)),
        Event::PersonPlays(seq) => {
            it.known(Some(seq))?;
            let Ok(consented) = it.consented() else { return Ok(Decision::default()) };
            let owed = vec![Owed::new(&consented, ids.next(now), seq, Kind::Played, now)];
            Ok(Decision { owed, ..Decision::default() })
        }
        Event::AssistantReads(seq) => {
            it.consented()?;
            it.known(Some(seq))?;
            let marks = &mut it.marks;
            let changed = seq > marks.assistant_read;
            marks.assistant_read = marks.assistant_read.max(seq);
            marks.assistant_received = marks.assistant_received.max(seq);
            Ok(Decision { changed, ..Decision::default() })
        }
        Event::PersonReceives { upto, seqs } => receipts(it, upto, &seqs, false, now, ids),
        Event::PersonReads { upto, seqs } => receipts(it, upto, &seqs, true, now, ids),
        Event::Replays { seq, kind } => {
            let consented = it.consented()?;
            it.known(Some(seq))?;
            let owed = vec![Owed::new(&consented, ids.next(now), seq, kind, now)];
            Ok(Decision { owed, ..Decision::default() })
        }
        Event::Settled { seq, kind, end, reason } => {
            Ok(settled(it, seq, (kind, end, reason), now, ids))
        }
    }
}

/// The notice at the first turn, the same words for every assistant (AI Act Art. 50(1)).
fn first_words(automation: Automation, name: &str, provider: &str) -> (NoticeKind, String) {
    match automation {
        Automation::Ai => (
            NoticeKind::Ai,
            format!("{name} is an AI assistant run by {provider}. You are not talking to a human."),
        ),
        Automation::Automated => (
            NoticeKind::Automated,
            format!(
                "{name} is an automated assistant without AI, run by {provider}. You are not \
                 talking to a human."
            ),
        ),
    }
}

fn append(
    it: &mut Conversation,
    author: Author,
    content: Content,
    context: Option<Seq>,
    now: Millis,
) -> Message {
    it.last_seq = it.last_seq.next();
    Message {
        seq: it.last_seq,
        author,
        at: now,
        context,
        content,
        opaque: None,
        failed: None,
        extra: None,
    }
}

fn agrees(
    it: &mut Conversation,
    notice: String,
    display_name: String,
    (kind, text): (NoticeKind, String),
    now: Millis,
) -> Result<Decision, Refusal> {
    let name = display_name.trim();
    if name.chars().count() > limits::DISPLAY_NAME_CHARS || name.chars().any(char::is_control) {
        let rule = format!("must be one line of at most {} characters", limits::DISPLAY_NAME_CHARS);
        return Err(Refusal::Invalid(Invalid { field: "display_name", rule }));
    }
    it.room()?;
    let again = it.consent == State::Given;
    it.display_name = name.to_owned();
    it.consent = State::Given;
    it.notice_sha256 = consent::notice_sha256(&notice);
    let digest: [u8; 32] =
        sha2::Digest::finalize(<sha2::Sha256 as sha2::Digest>::new_with_prefix(&notice)).into();
    let event = consent::Event {
        conversation: it.id,
        at: now,
        state: State::Given,
        notice_sha256: it.notice_sha256.clone(),
        notice,
    };
    let message =
        (!again).then(|| append(it, Author::Exchange, Content::Notice { kind, text }, None, now));
    let fact = Fact::ConsentGiven { assistant: it.assistant, notice: digest };
    Ok(Decision {
        message,
        consent: Some(event),
        fact: Some(fact),
        changed: true,
        ..Decision::default()
    })
}

fn stops(it: &mut Conversation, now: Millis) -> Result<Decision, Refusal> {
    if it.consent == State::Withdrawn {
        return Ok(Decision::default());
    }
    it.consent = State::Withdrawn;
    let event = consent::Event {
        conversation: it.id,
        at: now,
        state: State::Withdrawn,
        notice_sha256: it.notice_sha256.clone(),
        notice: String::new(),
    };
    let text = "You stopped this assistant. Nothing more reaches it.".to_owned();
    let notice = Content::Notice { kind: NoticeKind::Stopped, text };
    let message = it.room().is_ok().then(|| append(it, Author::Exchange, notice, None, now));
    Ok(Decision {
        message,
        consent: Some(event),
        fact: Some(Fact::ConsentWithdrawn { assistant: it.assistant }),
        cancel: true,
        changed: true,
        ..Decision::default()
    })
}

fn receipts(
    it: &mut Conversation,
    upto: Seq,
    seqs: &[Seq],
    read: bool,
    now: Millis,
    ids: &mut DeliveryIds,
) -> Result<Decision, Refusal> {
    let upto = upto.min(it.last_seq);
    let before = it.marks;
    it.marks.person_received = before.person_received.max(upto);
    if read {
        it.marks.person_read = before.person_read.max(upto);
    }
    let mut decision = Decision { changed: it.marks != before, ..Decision::default() };
    // After withdrawal the person's own marks move on, and the assistant learns nothing of it.
    let Ok(consented) = it.consented() else { return Ok(decision) };
    for seq in seqs.iter().copied().filter(|seq| *seq <= upto) {
        let mut owe = |kind| {
            decision.owed.push(Owed::new(&consented, ids.next(now), seq, kind, now));
        };
        if seq > before.person_received {
            owe(Kind::Delivered);
        }
        if read && seq > before.person_read {
            owe(Kind::Read);
        }
    }
    Ok(decision)
}

fn settled(
    it: &mut Conversation,
    seq: Seq,
    (kind, end, reason): (Kind, End, Option<Failure>),
    now: Millis,
    ids: &mut DeliveryIds,
) -> Decision {
    let mut decision = Decision::default();
    match (kind, end) {
        (Kind::Message, End::Delivered) => {
            decision.changed = seq > it.marks.assistant_received;
            it.marks.assistant_received = it.marks.assistant_received.max(seq);
        }
        (Kind::Message, End::Dead) => decision.failed = Some((seq, Failure::Undelivered)),
        (Kind::Message | Kind::Fetch, End::Cancelled) => {
            decision.failed = Some((seq, Failure::Stopped));
        }
        (Kind::Fetch, End::Dead) => {
            decision.failed = Some((seq, reason.unwrap_or(Failure::MediaUnreachable)));
            if let Ok(consented) = it.consented() {
                decision.owed.push(Owed::new(&consented, ids.next(now), seq, Kind::Failed, now));
            }
        }
        _ => {}
    }
    decision
}

/// The card's part of [`Event::Agrees`].
pub fn agrees_to(card: &Card, display_name: String) -> Event {
    Event::Agrees {
        notice: consent::notice(card),
        display_name,
        automation: card.automation,
        name: card.name.clone(),
        provider: card.provider.clone(),
    }
}

#[cfg(test)]
mod tests;
