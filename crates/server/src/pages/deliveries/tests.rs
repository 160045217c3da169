//! The deliveries page.

use super::super::tests::count;
use super::*;

const NUMBER: AssistantId = AssistantId(7201);

fn row(id: u64, end: Option<End>) -> Delivery<'static> {
    Delivery {
        id: DeliveryId(id),
        kind: Kind::Message,
        wamid: "wamid.X",
        end,
        attempts: 3,
        answer: Some(503),
        reason: Some("answered 503"),
        duration_ms: Some(40),
        created: Millis(0),
        next_retry: None,
        finished: None,
    }
}

fn shown(filter: Filter, rows: &[Delivery<'_>]) -> String {
    page(&Deliveries {
        signed_in: false,
        number: NUMBER,
        name: "Birch",
        listed: false,
        filter,
        rows,
        older: None,
        callback: None,
        callback_problem: None,
        done: None,
    })
    .into_string()
}

#[test]
fn ended_deliveries_can_be_replayed_and_withdrawn_ones_cannot() {
    let rows = [
        row(1, Some(End::Dead)),
        row(2, Some(End::Delivered)),
        row(3, Some(End::Cancelled)),
        row(4, None),
    ];
    let page = shown(Filter::All, &rows);
    assert_eq!(count(&page, "/replay\""), 2);
    assert!(page.contains("action=\"/providers/7201/deliveries/1/replay\""));
    assert!(page.contains("503") && page.contains("40 ms"));
}

#[test]
fn the_filter_in_use_is_marked() {
    let page = shown(Filter::Ended(End::Dead), &[]);
    let current = "href=\"/providers/7201/deliveries?state=dead\" aria-current=\"page\"";
    assert!(page.contains(current), "{page}");
    assert!(page.contains("None of this kind."));
}

#[test]
fn filters_read_back_their_words() {
    for filter in Filter::ALL {
        assert_eq!(Filter::read(filter.word()), Some(filter));
    }
    assert_eq!(Filter::read("lost"), None);
}

#[test]
fn a_token_is_asked_for_without_being_shown() {
    let view = TokenQuestion { signed_in: false, number: NUMBER, problem: None };
    let page = token_question(&view).into_string();
    assert!(
        page.contains("type=\"password\"")
            && page.contains("action=\"/providers/7201/deliveries\"")
    );
}
