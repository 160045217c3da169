use super::*;
use crate::delivery::Kind;
use proptest::prelude::*;
use std::collections::HashSet;

fn owed(id: u64, assistant: u64, conversation: u64, seq: u32, kind: Kind) -> Owed {
    Owed {
        id: DeliveryId(id),
        assistant: AssistantId(assistant),
        conversation: ConversationId::from_random(conversation),
        seq: Seq(seq),
        kind,
        at: Millis(0),
        due: Millis(0),
        attempt: 0,
    }
}

const WELL: Done = Done::Settled { answered: true };

#[test]
fn a_conversation_waits_behind_its_head_and_others_do_not() {
    let mut queue = Queue::default();
    queue.push(owed(1, 1, 1, 1, Kind::Message));
    queue.push(owed(2, 1, 1, 2, Kind::Message));
    queue.push(owed(3, 1, 2, 1, Kind::Message));
    let first = queue.next(Millis(0)).expect("head of conversation 1");
    let other = queue.next(Millis(0)).expect("head of conversation 2");
    assert_eq!((first.id, other.id), (DeliveryId(1), DeliveryId(3)));
    assert_eq!(queue.next(Millis(0)), None);
    queue.done(&first, Done::Again(Millis(1000)));
    assert_eq!(queue.next(Millis(999)), None);
    assert_eq!(queue.next_due(), Some(Millis(1000)));
    let again = queue.next(Millis(1000)).expect("due now");
    assert_eq!((again.id, again.attempt), (DeliveryId(1), 2));
    queue.done(&again, WELL);
    assert_eq!(queue.next(Millis(1000)).map(|o| o.id), Some(DeliveryId(2)));
}

#[test]
fn statuses_never_hold_back_messages() {
    let mut queue = Queue::default();
    for id in 0..50 {
        queue.push(owed(id, 1, 1, id as u32, Kind::Sent));
    }
    while queue.next(Millis(0)).is_some() {}
    queue.push(owed(99, 1, 1, 99, Kind::Message));
    assert_eq!(queue.next(Millis(0)).map(|o| o.id), Some(DeliveryId(99)));
}

#[test]
fn hostile_endpoints_leave_room_for_the_others() {
    let mut queue = Queue::default();
    let mut id = 0;
    for assistant in 0..1000 {
        for conversation in 0..8 {
            id += 1;
            queue.push(owed(id, assistant, assistant * 8 + conversation, 1, Kind::Message));
        }
    }
    // Every endpoint fails once; afterwards they only hold the suspects' share for ever.
    let mut held = 0;
    for round in 0..40_000 {
        let Some(job) = queue.next(Millis(round)) else { break };
        if job.attempt == 1 {
            queue.done(&job, Done::Again(Millis(round + 50_000)));
        } else {
            held += 1;
        }
    }
    while queue.next(Millis(200_000)).is_some() {
        held += 1;
    }
    assert!(held <= limits::IN_FLIGHT_SUSPECT, "{held}");
    queue.push(owed(1_000_000, 5000, 999_999, 1, Kind::Message));
    assert_eq!(queue.next(Millis(200_000)).map(|o| o.assistant), Some(AssistantId(5000)));
}

#[test]
fn what_is_cancelled_is_never_tried_again() {
    let mut queue = Queue::default();
    queue.push(owed(1, 1, 1, 1, Kind::Message));
    queue.push(owed(2, 1, 1, 2, Kind::Message));
    queue.push(owed(3, 1, 2, 1, Kind::Message));
    let first = queue.next(Millis(0)).expect("under way");
    let cancelled = queue.cancel(AssistantId(1), ConversationId::from_random(1));
    assert_eq!(cancelled.iter().map(|o| o.id.0).collect::<Vec<_>>(), [1, 2]);
    queue.done(&first, Done::Again(Millis(5)));
    assert_eq!(queue.next(Millis(10)).map(|o| o.id), Some(DeliveryId(3)));
    assert_eq!(queue.next(Millis(1_000_000)), None);
    assert_eq!(queue.owed_to(AssistantId(1)), 1);
}

#[derive(Debug, Clone)]
enum Act {
    Push(u64, u64, bool),
    Try,
    Finish(usize, u8),
    Wait(u16),
    Cancel(u64, u64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0u64..4, 0u64..3, any::<bool>()).prop_map(|(a, c, m)| Act::Push(a, a * 3 + c, m)),
        6 => Just(Act::Try),
        6 => (any::<usize>(), 0u8..4).prop_map(|(n, how)| Act::Finish(n, how)),
        1 => (1u16..3000).prop_map(Act::Wait),
        1 => (0u64..4, 0u64..3).prop_map(|(a, c)| Act::Cancel(a, a * 3 + c)),
    ]
}

proptest! {
    /// Under any interleaving: nothing lost, nothing invented, one under way per line, order
    /// kept within a line, and in the end everything is settled or cancelled.
    #[test]
    fn nothing_lost_nothing_invented_order_kept(acts in prop::collection::vec(act(), 1..300)) {
        let mut queue = Queue::default();
        let (mut now, mut id) = (Millis(0), 0u64);
        let mut open: HashSet<u64> = HashSet::new();
        let mut under_way: Vec<Owed> = Vec::new();
        let mut settled_up_to: HashMap<(FlowKey, LineKey), u64> = HashMap::new();
        let mut run = |act: Act, queue: &mut Queue| -> Result<bool, TestCaseError> {
            match act {
                Act::Push(assistant, conversation, message) => {
                    id += 1;
                    let kind = if message { Kind::Message } else { Kind::Sent };
                    queue.push(owed(id, assistant, conversation, id as u32 % 5, kind));
                    open.insert(id);
                }
                Act::Try => if let Some(job) = queue.next(now) {
                    prop_assert!(open.contains(&job.id.0));
                    let line = keys(&job);
                    prop_assert!(under_way.iter().all(|o| keys(o) != line || !open.contains(&o.id.0)));
                    prop_assert!(settled_up_to.get(&line).is_none_or(|last| *last < job.id.0));
                    under_way.push(job);
                },
                Act::Finish(n, how) => if !under_way.is_empty() {
                    let job = under_way.swap_remove(n % under_way.len());
                    if how == 0 {
                        queue.done(&job, Done::Again(now + 700));
                    } else {
                        if open.remove(&job.id.0) {
                            settled_up_to.insert(keys(&job), job.id.0);
                        }
                        queue.done(&job, Done::Settled { answered: how > 1 });
                    }
                },
                Act::Wait(ms) => now = now + i64::from(ms),
                Act::Cancel(assistant, conversation) => {
                    let conversation = ConversationId::from_random(conversation);
                    for gone in queue.cancel(AssistantId(assistant), conversation) {
                        prop_assert!(open.remove(&gone.id.0));
                    }
                }
            }
            Ok(open.is_empty() && under_way.is_empty())
        };
        for act in acts {
            run(act, &mut queue)?;
        }
        let mut finished = false;
        for _ in 0..5000 {
            finished = run(Act::Wait(1000), &mut queue)?;
            if finished { break; }
            run(Act::Try, &mut queue)?;
            run(Act::Finish(0, 2), &mut queue)?;
        }
        prop_assert!(finished, "something was lost");
        prop_assert_eq!(queue.in_flight(), 0);
        prop_assert_eq!(queue.suspects_in_flight, 0);
    }
}
