//! The neutral screen.

use std::collections::BTreeSet;

use serde_json::json;
use sim::World;

#[tokio::test(flavor = "multi_thread")]
async fn the_order_is_drawn_for_each_showing_and_nothing_is_ticked() {
    let world = World::new().await;
    let mut all = BTreeSet::new();
    for name in ["Alder", "Birch", "Cedar", "Elm", "Fir"] {
        all.insert(world.assistant(name).await.id().to_owned());
    }
    let ana = world.person().await;
    let (mut orders, mut numbers, mut firsts) = (BTreeSet::new(), Vec::new(), BTreeSet::new());
    for _ in 0..20 {
        let (showing, order) = ana.looks_at_the_choice().await;
        assert_eq!(order.iter().cloned().collect::<BTreeSet<_>>(), all);
        numbers.push(showing.parse::<u64>().expect("a number"));
        firsts.insert(order[0].clone());
        orders.insert(order);
    }
    // 20 draws of 120 orders: fewer than 10 different ones has a chance below 10^-9.
    assert!(orders.len() >= 10, "{} orders", orders.len());
    assert!(firsts.len() >= 3, "{firsts:?}");
    assert_eq!(numbers, (1..=20).collect::<Vec<_>>(), "showings are numbered without holes");
}

/// A link that names an assistant, and having agreed to one, tick nothing and move nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_and_an_agreement_tick_nothing() {
    let world = World::new().await;
    let (birch, _) = (world.assistant("Birch").await, world.assistant("Alder").await);
    let ana = world.person().await;
    ana.chooses(&birch).await;
    let page = ana.gets(&format!("/choose?assistant={}", birch.id())).await.expect(200).text();
    assert!(!page.contains("checked") && page.contains("It has chosen nothing for you"));
    world.all_is_well().await;
}

/// Continuing without a choice asks again and chooses nobody.
#[tokio::test(flavor = "multi_thread")]
async fn no_choice_is_no_choice() {
    let world = World::new().await;
    world.assistant("Birch").await;
    let ana = world.person().await;
    let page = ana.posts("/choose", &[("then", "continue")]).await.expect(200).text();
    assert!(!page.contains("checked"));
    for nonsense in ["1", "", "-1", "x"] {
        let fields = [("then", "continue"), ("assistant", nonsense)];
        ana.posts("/choose", &fields).await.expect(200);
    }
    assert_eq!(ana.gets("/app/chats").await.json(), json!({"chats": []}));
    world.all_is_well().await;
}

/// The public list is alphabetical and holds only who has answered a handshake.
#[tokio::test(flavor = "multi_thread")]
async fn the_public_list_ranks_nobody() {
    let world = World::new().await;
    for name in ["Fir", "alder", "Birch"] {
        world.assistant(name).await;
    }
    world.registers(|fields| fields["name"] = json!("Unlisted")).await.expect(201);
    let list = world.http().get("/assistants.json").send().await.expect(200).json();
    let names: Vec<_> = list["assistants"].as_array().expect("a list").iter().collect();
    let names: Vec<_> = names.into_iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["alder", "Birch", "Fir"]);
}
