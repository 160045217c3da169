//! What the two sides say to each other, and what they say about each other.

use super::{Conversation, Decision, DeliveryIds, Refusal, append};
use crate::delivery::{Kind, Owed};
use crate::id::Seq;
use crate::message::{Author, Content, Extra, Failure};
use crate::time::Millis;

fn target_of(content: &Content) -> Option<Seq> {
    if let Content::Reaction { target, .. } = content { Some(*target) } else { None }
}

pub(super) fn person_sends(
    it: &mut Conversation,
    content: Content,
    context: Option<Seq>,
    extra: Option<Box<Extra>>,
    now: Millis,
    ids: &mut DeliveryIds,
) -> Result<Decision, Refusal> {
    let consented = it.consented()?;
    if it.wishes.blocked {
        return Err(Refusal::Blocked);
    }
    content.check()?;
    it.known(context)?;
    it.known(target_of(&content))?;
    it.room()?;
    it.last_inbound = Some(now);
    if let Content::CallPermissionReply { accepted, until_ms } = &content {
        let until = until_ms.map_or(Millis(i64::MAX), Millis);
        it.wishes.calls_until = accepted.then_some(until);
    }
    let mut message = append(it, Author::Person, content, context, now);
    message.extra = extra;
    let owed = Owed::new(&consented, ids.next(now), message.seq, Kind::Message, now);
    Ok(Decision { message: Some(message), owed: vec![owed], changed: true, ..Decision::default() })
}

/// Why a message that is accepted will not be shown; templates alone may be sent when the window
/// is closed (reference 16).
fn withheld(it: &Conversation, content: &Content, now: Millis) -> Option<Failure> {
    if it.wishes.blocked {
        return Some(Failure::Blocked);
    }
    if let Content::Template(template) = content {
        let marketing = template.category == crate::content::Category::Marketing;
        return (marketing && it.wishes.no_marketing).then_some(Failure::MarketingStopped);
    }
    let open = it.window_until().is_some_and(|until| now < until);
    (!open).then_some(Failure::WindowClosed)
}

pub(super) fn assistant_sends(
    it: &mut Conversation,
    content: Content,
    context: Option<Seq>,
    opaque: Option<String>,
    now: Millis,
    ids: &mut DeliveryIds,
) -> Result<Decision, Refusal> {
    let consented = it.consented()?;
    content.check()?;
    it.known(context)?;
    it.known(target_of(&content))?;
    it.room()?;
    it.pair.take(now).map_err(Refusal::PairLimit)?;
    let failed = withheld(it, &content, now);
    let kind = match &content {
        _ if failed.is_some() => Kind::Failed,
        pending if pending.is_pending() => Kind::Fetch,
        _ => Kind::Sent,
    };
    // What will not be shown is not kept (GDPR Art. 5(1)(c)); the id is, for its status.
    let content = if failed.is_some() { Content::Withheld } else { content };
    let mut message = append(it, Author::Assistant, content, context, now);
    message.opaque = opaque;
    message.failed = failed;
    let owed = Owed::new(&consented, ids.next(now), message.seq, kind, now);
    Ok(Decision { message: Some(message), owed: vec![owed], ..Decision::default() })
}

/// The message can be shown now. What the person's device has received or read beyond it while
/// it was fetched counts for it too: a page that is up to date gets it at once.
pub(super) fn fetched(
    it: &mut Conversation,
    seq: Seq,
    content: Content,
    now: Millis,
    ids: &mut DeliveryIds,
) -> Result<Decision, Refusal> {
    let consented = it.consented()?;
    it.known(Some(seq))?;
    content.check()?;
    let mut owed = vec![Owed::new(&consented, ids.next(now), seq, Kind::Sent, now)];
    for (mark, kind) in
        [(it.marks.person_received, Kind::Delivered), (it.marks.person_read, Kind::Read)]
    {
        if mark >= seq {
            owed.push(Owed::new(&consented, ids.next(now), seq, kind, now));
        }
    }
    Ok(Decision { owed, content: Some((seq, content)), ..Decision::default() })
}

/// The assistant is told (reference 13, `user_preferences`).
pub(super) fn takes_marketing(
    it: &mut Conversation,
    takes: bool,
    now: Millis,
    ids: &mut DeliveryIds,
) -> Decision {
    if it.wishes.no_marketing != takes {
        return Decision::default();
    }
    it.wishes.no_marketing = !takes;
    let kind = if takes { Kind::MarketingResumed } else { Kind::MarketingStopped };
    let told = it.consented().ok();
    let owed = told.map(|consented| Owed::new(&consented, ids.next(now), it.last_seq, kind, now));
    Decision { owed: owed.into_iter().collect(), changed: true, ..Decision::default() }
}
