//! Where a step works: state in, ops and effects out.

use std::collections::HashMap;
use std::sync::Arc;

use exchange::bucket::NumberLimit;
use exchange::conversation::{
    Conversation, Decision, DeliveryIds, Event, PairLimit, Refusal, step,
};
use exchange::delivery::{End, Kind, Owed};
use exchange::fact::{Fact, Recorded};
use exchange::id::{AssistantId, ConversationId, ItemId, PersonId, Seq};
use exchange::limits;
use exchange::message::{Author, Content, Failure, Message};
use exchange::number::Number;
use exchange::time::Millis;
use store::Op;
use store::row::{Answer, AssistantRow, Item, ItemKind, Settled};

use super::cache::Cache;
use super::settings::Settings;
use super::{Effect, StepError};
use crate::clock::Clock;
use crate::deliver::Carried;
use crate::directory::Directory;

/// The writer's desk: one step works here at a time.
pub struct Desk {
    writer: Box<dyn store::Writer>,
    directory: Arc<Directory>,
    clock: Clock,
    batch: u64,
    ids: DeliveryIds,
    cache: Cache,
    ops: Vec<Op>,
    effects: Vec<Effect>,
    /// What the running step has changed, for taking it back.
    undo: Vec<(ConversationId, Option<Conversation>)>,
    client_keys: HashMap<(ConversationId, String), Seq>,
    numbers: HashMap<AssistantId, NumberLimit>,
    inbound: HashMap<ConversationId, PairLimit>,
    owed: HashMap<AssistantId, i64>,
    /// Changes of `owed` that count once the batch is on disk.
    owed_changes: Vec<(AssistantId, i64)>,
    settings: Settings,
}

impl Desk {
    pub(super) fn new(
        mut writer: Box<dyn store::Writer>,
        directory: Arc<Directory>,
        clock: Clock,
    ) -> Result<Self, store::Error> {
        let batch = writer.last_batch()?;
        let ids = DeliveryIds::after(writer.read().last_delivery()?);
        Ok(Self {
            writer,
            directory,
            clock,
            batch,
            ids,
            cache: Cache::default(),
            ops: Vec::new(),
            effects: Vec::new(),
            undo: Vec::new(),
            client_keys: HashMap::new(),
            numbers: HashMap::new(),
            inbound: HashMap::new(),
            owed: HashMap::new(),
            owed_changes: Vec::new(),
            settings: Settings::default(),
        })
    }

    /// Now.
    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    pub(super) fn monotonic_us(&self) -> u64 {
        self.clock.monotonic_us()
    }

    /// All assistants.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Reads what is committed.
    pub fn read(&self) -> &dyn store::Reader {
        self.writer.read()
    }

    /// Puts something down to be written.
    pub fn put(&mut self, op: Op) {
        self.ops.push(op);
    }

    /// Puts something down to happen after the commit.
    pub fn then(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Puts a fact down.
    pub fn record(&mut self, fact: Fact) {
        let at = self.now();
        self.ops.push(Op::Fact(Recorded { at, fact }));
    }

    /// Puts an assistant down; requests see it after the commit.
    pub fn put_assistant(&mut self, row: AssistantRow) {
        self.ops.push(Op::Assistant(row.clone()));
        self.effects.push(Effect::Assistant(Box::new(row)));
    }

    /// The settings of a number, this batch included.
    ///
    /// # Errors
    /// [`StepError::Unavailable`] when they cannot be read.
    pub fn number(&mut self, id: AssistantId) -> Result<Arc<Number>, StepError> {
        self.settings.get(id, self.writer.read())
    }

    /// Puts the settings of a number down.
    ///
    /// # Errors
    /// [`StepError::Unavailable`] when JSON cannot be written.
    pub fn put_number(&mut self, id: AssistantId, number: Number) -> Result<(), StepError> {
        let at = self.now();
        self.ops.push(self.settings.put(id, number, at)?);
        Ok(())
    }

    /// A conversation as it is now, with what this batch has changed.
    ///
    /// # Errors
    /// [`StepError::Unavailable`] when it cannot be read.
    pub fn conversation(&mut self, id: ConversationId) -> Result<Option<&Conversation>, StepError> {
        if !self.cache.contains(id)
            && let Some(found) = self.writer.read().conversation(id)?
        {
            self.cache.put(found);
        }
        Ok(self.cache.get(id))
    }

    /// Begins a conversation; [`Desk::act`] with `Agrees` follows.
    pub fn begin(&mut self, conversation: Conversation) {
        self.undo.push((conversation.id, None));
        self.cache.put(conversation);
    }

    /// Forgets a conversation that has been erased.
    pub fn forget(&mut self, id: ConversationId) {
        self.cache.remove(id);
    }

    /// Lets the rules decide on an event in a conversation, and puts down all that follows.
    /// Returns the message kept, if there is one.
    ///
    /// # Errors
    /// [`Refusal::NotConsented`] for an unknown conversation; what the rules refuse.
    pub fn act(
        &mut self,
        id: ConversationId,
        event: Event,
    ) -> Result<Option<Arc<Message>>, StepError> {
        let now = self.now();
        let Some(before) = self.conversation(id)?.cloned() else {
            return Err(Refusal::NotConsented.into());
        };
        let mut after = before.clone();
        let decision = step(&mut after, event, now, &mut self.ids)?;
        self.undo.push((id, Some(before)));
        let kept = self.carry_out(&after, decision, now);
        self.cache.put(after);
        Ok(kept)
    }

    fn carry_out(
        &mut self,
        after: &Conversation,
        decision: Decision,
        now: Millis,
    ) -> Option<Arc<Message>> {
        let (id, person, assistant) = (after.id, after.person, after.assistant);
        if decision.changed {
            self.ops.push(Op::Conversation(after.clone()));
        }
        if let Some(event) = decision.consent {
            self.ops.push(Op::Consent(event));
        }
        if let Some(fact) = decision.fact {
            self.ops.push(Op::Fact(Recorded { at: now, fact }));
        }
        let message = decision.message.map(|message| {
            self.ops.push(Op::Message(id, message.clone()));
            self.use_media(id, &message.content);
            Arc::new(message)
        });
        if let Some((seq, content)) = decision.content {
            self.complete(person, id, seq, content);
        }
        if let Some(message) = &message
            && (message.failed.is_none() || message.author == Author::Person)
            && !message.content.is_pending()
        {
            self.effects.push(Effect::Message(person, id, message.clone(), None));
        }
        if let Some((seq, failure)) = decision.failed {
            self.ops.push(Op::Fail(id, seq, Some(failure)));
        }
        let listeners = self.directory.listeners(assistant);
        for owed in decision.owed {
            let message = message.clone().filter(|m| m.seq == owed.seq);
            for app in listeners.iter().filter(|app| app.target.is_some()) {
                if owed.kind != Kind::Fetch {
                    let owed = Owed { id: self.ids.next(now), assistant: app.row.id, ..owed };
                    self.owe(owed, message.clone(), after, now);
                }
            }
            self.owe(owed, message, after, now);
        }
        if decision.cancel {
            self.effects.push(Effect::Cancel(assistant, id, None));
            for app in &listeners {
                self.effects.push(Effect::Cancel(app.row.id, id, None));
            }
        }
        if decision.changed || decision.failed.is_some() {
            self.effects.push(Effect::Chat(person, id));
        }
        message
    }

    /// Files that a conversation shows are kept as long as it is.
    fn use_media(&mut self, id: ConversationId, content: &Content) {
        for (_, source) in content.sources() {
            if let Some(media) = source.kept() {
                self.ops.push(Op::UseMedia(id, media.id));
            }
        }
    }

    /// All files of a message are there: it is shown.
    fn complete(&mut self, person: PersonId, id: ConversationId, seq: Seq, content: Content) {
        self.use_media(id, &content);
        if let Ok(Some(before)) = self.message(id, seq) {
            let message = Arc::new(Message { content: content.clone(), ..before });
            self.effects.push(Effect::Message(person, id, message, None));
        }
        self.ops.push(Op::Content(id, seq, content));
    }

    /// Tells an account something about itself: a webhook of any field but those about people
    /// (Cloud API webhooks). `value` is JSON. Without a subscription to the field nothing is owed.
    ///
    /// # Errors
    /// [`StepError::Unavailable`] when JSON cannot be written.
    pub fn tell(
        &mut self,
        assistant: AssistantId,
        field: &str,
        value: &serde_json::Value,
    ) -> Result<(), StepError> {
        let mut apps: Vec<_> = self.directory.get(assistant).into_iter().collect();
        apps.extend(self.directory.listeners(assistant));
        for app in apps {
            if app.takes(field) && !self.is_full(app.row.id) {
                self.tell_one(app.row.id, field, value);
            }
        }
        Ok(())
    }

    fn tell_one(&mut self, assistant: AssistantId, field: &str, value: &serde_json::Value) {
        let now = self.now();
        let owed = Owed::event(assistant, self.ids.next(now), now);
        let body = serde_json::json!({"field": field, "value": value}).to_string();
        self.ops.push(Op::Item(Item {
            kind: ItemKind::Event,
            id: ItemId(owed.id.0),
            assistant,
            name: owed.id.to_string(),
            at: now,
            body,
        }));
        self.owed_changes.push((assistant, 1));
        self.ops.push(Op::Owe(owed));
        self.effects.push(Effect::Owed(Carried { owed, with: None }));
    }

    fn owe(&mut self, owed: Owed, message: Option<Arc<Message>>, of: &Conversation, now: Millis) {
        let status = !matches!(owed.kind, Kind::Message | Kind::Fetch);
        if status && self.is_full(owed.assistant) {
            let reason = "the queue of this assistant was full".to_owned();
            let answer = Answer { reason, ..Answer::default() };
            self.ops.push(Op::Settle(Settled { owed, end: End::Dead, answer, at: now }));
            return;
        }
        self.owed_changes.push((owed.assistant, 1));
        self.ops.push(Op::Owe(owed));
        let name = of.display_name.clone();
        self.effects.push(Effect::Owed(Carried { owed, with: message.map(|m| (m, name)) }));
    }

    /// Whether an assistant is owed as much as may be.
    pub fn is_full(&self, assistant: AssistantId) -> bool {
        let most = i64::try_from(limits::OWED_PER_ASSISTANT).unwrap_or(i64::MAX);
        self.owed.get(&assistant).copied().unwrap_or(0) >= most
    }

    /// The id of the delivery that this step has just made owed.
    pub fn last_owed(&self) -> Option<exchange::id::DeliveryId> {
        self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Owed(carried) => Some(carried.owed.id),
            _ => None,
        })
    }

    /// Counts deliveries found owed at the start.
    pub fn count_owed(&mut self, assistant: AssistantId) {
        self.owed_changes.push((assistant, 1));
    }

    /// Ends a delivery: the log, the conversation's marks, the record. `reason` is why a file
    /// could not be fetched.
    ///
    /// # Errors
    /// [`StepError::Unavailable`] when the conversation cannot be read.
    pub fn settle(
        &mut self,
        owed: Owed,
        end: End,
        answer: Answer,
        reason: Option<Failure>,
    ) -> Result<(), StepError> {
        let at = self.now();
        self.owed_changes.push((owed.assistant, -1));
        if end == End::Dead {
            self.record(Fact::DeadLettered {
                assistant: owed.assistant,
                attempts: owed.attempt,
                answer: answer.status,
            });
        }
        self.ops.push(Op::Settle(Settled { owed, end, answer, at }));
        let settled = Event::Settled { seq: owed.seq, kind: owed.kind, end, reason };
        // What becomes of a further app's copy is between it and us.
        let own = self.directory.get(owed.assistant);
        if own.is_some_and(|entry| entry.row.listens_to.is_some()) && owed.kind != Kind::Event {
            return Ok(());
        }
        match owed.kind {
            Kind::Message | Kind::Fetch if self.conversation(owed.conversation)?.is_some() => {
                self.act(owed.conversation, settled)?;
                if owed.kind == Kind::Message && end == End::Delivered {
                    self.arrived_after_all(&owed)?;
                }
            }
            Kind::Event if end == End::Delivered => {
                self.ops.push(Op::DropItem(ItemKind::Event, ItemId(owed.id.0)));
            }
            _ => {}
        }
        Ok(())
    }

    /// A dead letter that was replayed and taken: "Not sent" is no longer true.
    fn arrived_after_all(&mut self, owed: &Owed) -> Result<(), StepError> {
        let message = self.message(owed.conversation, owed.seq)?;
        let Some(mut message) = message.filter(|message| message.failed.is_some()) else {
            return Ok(());
        };
        message.failed = None;
        self.ops.push(Op::Fail(owed.conversation, owed.seq, None));
        let person = self.conversation(owed.conversation)?.map(|of| of.person);
        if let Some(person) = person {
            let message = Arc::new(message);
            self.effects.push(Effect::Message(person, owed.conversation, message, None));
        }
        Ok(())
    }

    /// Counts a message of a number, in or out.
    ///
    /// # Errors
    /// How long to wait, in milliseconds, when the number is past its rate.
    pub fn count(&mut self, assistant: AssistantId) -> Result<(), i64> {
        let now = self.now();
        if self.numbers.len() > 65_536 {
            self.numbers.retain(|_, limit| limit.clone().take(now).is_err());
        }
        self.numbers.entry(assistant).or_default().take(now)
    }

    /// Counts what a person says towards the number's rate (in and out together), and never
    /// refuses it. Of one person no more counts than an assistant may send to one person, so that
    /// nobody can use up a number's rate and silence it for the others.
    pub fn count_inbound(&mut self, of: ConversationId, assistant: AssistantId) {
        let now = self.now();
        if self.inbound.len() > 65_536 {
            self.inbound.clear();
        }
        if self.inbound.entry(of).or_default().take(now).is_ok() {
            let _ = self.count(assistant);
        }
    }

    /// Which message a client's own id stands for, this batch included.
    ///
    /// # Errors
    /// [`StepError::Unavailable`] when it cannot be read.
    pub fn client_key(
        &self,
        conversation: ConversationId,
        key: &str,
    ) -> Result<Option<Seq>, StepError> {
        if let Some(seq) = self.client_keys.get(&(conversation, key.to_owned())) {
            return Ok(Some(*seq));
        }
        Ok(self.writer.read().client_key(conversation, key)?)
    }

    /// Remembers which message a client's own id stands for.
    pub fn put_client_key(&mut self, conversation: ConversationId, key: String, seq: Seq) {
        for effect in self.effects.iter_mut().rev() {
            if let Effect::Message(_, of, message, client_id) = effect
                && *of == conversation
                && message.seq == seq
            {
                *client_id = Some(key.clone());
                break;
            }
        }
        self.client_keys.insert((conversation, key.clone()), seq);
        self.ops.push(Op::ClientKey(conversation, key, seq));
    }

    /// A message that was kept, this batch included.
    ///
    /// # Errors
    /// [`StepError::Unavailable`] when it cannot be read.
    pub fn message(&self, id: ConversationId, seq: Seq) -> Result<Option<Message>, StepError> {
        let here = self.ops.iter().find_map(|op| match op {
            Op::Message(of, message) if *of == id && message.seq == seq => Some(message.clone()),
            _ => None,
        });
        if here.is_some() {
            return Ok(here);
        }
        let (after, before) = (Seq(seq.0.saturating_sub(1)), seq.next());
        Ok(self.read().messages(id, after, before, 1, false)?.pop())
    }

    /// The assistant's messages in a stretch that can have a receipt, this batch included.
    ///
    /// # Errors
    /// [`StepError::Unavailable`] when it cannot be read.
    pub fn receivable(
        &self,
        id: ConversationId,
        after: Seq,
        upto: Seq,
        limit: u32,
    ) -> Result<Vec<Seq>, StepError> {
        let mut seqs = self.read().receivable(id, after, upto, limit)?;
        for op in &self.ops {
            if let Op::Message(of, message) = op
                && *of == id
                && message.seq > after
                && message.seq <= upto
                && message.takes_receipts()
                && seqs.len() < limit as usize
            {
                seqs.push(message.seq);
            }
        }
        Ok(seqs)
    }

    pub(super) fn ops(&self) -> usize {
        self.ops.len()
    }

    /// Runs a step; if it fails, it has not been here.
    pub(super) fn attempt<T>(
        &mut self,
        step: impl FnOnce(&mut Self) -> Result<T, StepError>,
    ) -> Result<T, StepError> {
        let (ops, effects, owed) = (self.ops.len(), self.effects.len(), self.owed_changes.len());
        self.undo.clear();
        self.settings.begin();
        let result = step(self);
        if result.is_err() {
            self.settings.take_back();
            self.ops.truncate(ops);
            self.effects.truncate(effects);
            self.owed_changes.truncate(owed);
            for (id, before) in self.undo.drain(..).rev() {
                match before {
                    Some(before) => self.cache.put(before),
                    None => self.cache.remove(id),
                }
            }
        }
        result
    }

    /// Commits what was put down. `Some` with what is to happen now: it is on disk. `None`:
    /// nothing of it happened, and everything remembered is forgotten and read again.
    pub(super) fn commit(&mut self) -> Option<Vec<Effect>> {
        self.client_keys.clear();
        self.undo.clear();
        let changes = std::mem::take(&mut self.owed_changes);
        let effects = std::mem::take(&mut self.effects);
        let ops = std::mem::take(&mut self.ops);
        if !ops.is_empty() && !self.is_kept(&ops) {
            self.cache.clear();
            self.settings.clear();
            return None;
        }
        for (assistant, change) in changes {
            *self.owed.entry(assistant).or_default() += change;
        }
        self.cache.turn();
        self.ops = ops;
        self.ops.clear();
        Some(effects)
    }

    /// Both faces of an error: it did not happen, or it did and the answer was lost.
    fn is_kept(&mut self, ops: &[Op]) -> bool {
        let error = match self.writer.commit(ops) {
            Ok(batch) => {
                self.batch = batch;
                return true;
            }
            Err(error) => error,
        };
        tracing::error!(%error, ops = ops.len(), "a commit failed");
        for _ in 0..3 {
            if let Ok(batch) = self.writer.last_batch() {
                let happened = batch > self.batch;
                self.batch = batch;
                return happened;
            }
        }
        // Going on would tell somebody something untrue. A restart finds out.
        panic!("the store does not say whether a batch happened; stopping");
    }
}
