use super::*;
use crate::assistant::tests::card;
use crate::time::{HOUR_MS, SECOND_MS};
use proptest::prelude::*;

fn text(body: &str) -> Content {
    Content::Text { body: body.into(), preview_url: false }
}

fn says(body: &str) -> Event {
    Event::PersonSends { content: text(body), context: None, extra: None }
}

fn replies(body: &str) -> Event {
    Event::AssistantSends { content: text(body), context: None, opaque: None }
}

struct World {
    it: Conversation,
    ids: DeliveryIds,
    now: Millis,
}

impl World {
    fn agreed() -> Self {
        let id = ConversationId::from_random(5);
        let it = Conversation::new(id, PersonId(1), AssistantId(2), Millis(0));
        let mut world = Self { it, ids: DeliveryIds::default(), now: Millis(1_000_000) };
        let decision = world.step(agrees_to(&card("Birch"), String::new())).expect("agreed");
        let notice = decision.message.expect("a notice at the first turn");
        assert!(matches!(notice.content, Content::Notice { kind: NoticeKind::Ai, .. }));
        world
    }

    fn step(&mut self, event: Event) -> Result<Decision, Refusal> {
        step(&mut self.it, event, self.now, &mut self.ids)
    }
}

#[test]
fn nothing_passes_without_consent() {
    let id = ConversationId::from_random(5);
    let it = Conversation::new(id, PersonId(1), AssistantId(2), Millis(0));
    let mut world = World { it, ids: DeliveryIds::default(), now: Millis(0) };
    for event in [says("hi"), replies("hi"), Event::AssistantReads(Seq(1))] {
        assert_eq!(world.step(event), Err(Refusal::NotConsented));
    }
}

#[test]
fn a_word_is_kept_and_owed() {
    let mut world = World::agreed();
    let decision = world.step(says("hi")).expect("consented");
    let message = decision.message.expect("kept");
    assert_eq!((message.seq, message.author), (Seq(2), Author::Person));
    assert_eq!(decision.owed.len(), 1);
    assert_eq!(decision.owed[0].kind, Kind::Message);
}

#[test]
fn the_window_opens_with_the_person_and_closes_after_24_hours() {
    let mut world = World::agreed();
    let early = world.step(replies("buy!")).expect("accepted");
    assert_eq!(early.owed[0].kind, Kind::Failed);
    let kept = early.message.expect("kept");
    assert_eq!((kept.content, kept.failed), (Content::Withheld, Some(Failure::WindowClosed)));
    world.step(says("hi")).expect("consented");
    world.now = world.now + 24 * HOUR_MS - 1;
    assert_eq!(world.step(replies("a")).expect("accepted").owed[0].kind, Kind::Sent);
    world.now = world.now + 1;
    assert_eq!(world.step(replies("b")).expect("accepted").owed[0].kind, Kind::Failed);
}

#[test]
fn the_pair_limit_lets_45_through_and_then_one_in_six_seconds() {
    let mut world = World::agreed();
    world.step(says("hi")).expect("consented");
    for _ in 0..45 {
        world.step(replies("x")).expect("within the burst");
    }
    let before = world.it.clone();
    assert_eq!(world.step(replies("x")), Err(Refusal::PairLimit(6 * SECOND_MS)));
    assert_eq!(world.it, before, "a refusal changes nothing");
    world.now = world.now + 6 * SECOND_MS;
    world.step(replies("x")).expect("one more");
    assert!(world.step(replies("x")).is_err());
}

#[test]
fn stopping_cancels_and_nothing_reaches_the_assistant_afterwards() {
    let mut world = World::agreed();
    world.step(says("hi")).expect("consented");
    world.step(replies("hello")).expect("accepted");
    let decision = world.step(Event::Stops).expect("always possible");
    assert!(decision.cancel);
    assert_eq!(world.step(says("again")), Err(Refusal::NotConsented));
    let seen = world.step(Event::PersonReads { upto: Seq(9), seqs: vec![Seq(3)] });
    assert_eq!(seen.expect("own mark moves").owed, []);
    assert_eq!(world.step(Event::Stops), Ok(Decision::default()));
}

#[test]
fn receipts_are_told_once_each() {
    let mut world = World::agreed();
    world.step(says("hi")).expect("consented");
    world.step(replies("a")).expect("accepted");
    let kinds = |d: Decision| d.owed.iter().map(|o| (o.seq.0, o.kind)).collect::<Vec<_>>();
    let received = Event::PersonReceives { upto: Seq(3), seqs: vec![Seq(3)] };
    assert_eq!(kinds(world.step(received.clone()).expect("ok")), [(3, Kind::Delivered)]);
    assert_eq!(kinds(world.step(received).expect("ok")), []);
    let read = Event::PersonReads { upto: Seq(3), seqs: vec![Seq(3)] };
    assert_eq!(kinds(world.step(read.clone()).expect("ok")), [(3, Kind::Read)]);
    assert_eq!(kinds(world.step(read).expect("ok")), []);
}

#[test]
fn a_message_outside_the_conversation_cannot_be_referred_to() {
    let mut world = World::agreed();
    for seq in [Seq(0), Seq(2)] {
        let reaction = Content::Reaction { target: seq, emoji: "👍".into() };
        let event = Event::PersonSends { content: reaction, context: None, extra: None };
        assert_eq!(world.step(event), Err(Refusal::UnknownMessage));
        assert_eq!(world.step(Event::AssistantReads(seq)), Err(Refusal::UnknownMessage));
    }
}

fn event() -> impl Strategy<Value = Event> {
    let seqs = prop::collection::vec(0u32..12, 0..5);
    prop_oneof![
        3 => Just(says("x")),
        3 => Just(replies("y")),
        1 => Just(Event::Stops),
        1 => Just(agrees_to(&card("Birch"), String::new())),
        1 => (0u32..9).prop_map(|s| Event::AssistantReads(Seq(s))),
        1 => (0u32..9, seqs.clone()).prop_map(|(s, q)| Event::PersonReads {
            upto: Seq(s), seqs: q.into_iter().map(Seq).collect() }),
        1 => (0u32..9, seqs).prop_map(|(s, q)| Event::PersonReceives {
            upto: Seq(s), seqs: q.into_iter().map(Seq).collect() }),
        1 => (0u32..9).prop_map(|s| Event::Settled {
            seq: Seq(s), kind: Kind::Message, end: End::Delivered, reason: None }),
    ]
}

proptest! {
    /// For any history: places are dense, delivery ids grow, marks only grow, a refusal changes
    /// nothing, and whatever is owed was decided while consent was given.
    #[test]
    fn any_history_keeps_the_rules(events in prop::collection::vec((event(), 0i64..20_000), 1..80)) {
        let mut world = World::agreed();
        let (mut last_seq, mut last_id) = (world.it.last_seq, DeliveryId(0));
        for (event, wait) in events {
            world.now = world.now + wait;
            let before = world.it.clone();
            let Ok(decision) = world.step(event) else {
                prop_assert_eq!(&world.it, &before);
                continue;
            };
            if let Some(message) = &decision.message {
                prop_assert_eq!(message.seq, last_seq.next());
                last_seq = message.seq;
            }
            prop_assert_eq!(world.it.last_seq, last_seq);
            for owed in &decision.owed {
                prop_assert!(owed.id > last_id);
                last_id = owed.id;
                prop_assert_eq!(world.it.consent, State::Given);
            }
            let (old, new) = (before.marks, world.it.marks);
            prop_assert!(new.assistant_read >= old.assistant_read);
            prop_assert!(new.assistant_received >= old.assistant_received);
            prop_assert!(new.person_read >= old.person_read);
            prop_assert!(new.person_received >= old.person_received);
        }
    }
}
