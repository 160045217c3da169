//! The help desk against a stand-in exchange, through the public API alone.

use assistant_kit::Clock;
use assistant_kit::stand_in::{Exchange, Running, options, quick_pace};
use assistant_support::{Options, setup};

#[tokio::test]
async fn answers_from_its_articles_and_says_when_it_cannot() {
    let (mut exchange, dir) = (Exchange::start().await, tempfile::tempdir().expect("a folder"));
    let mut common = options(&exchange, dir.path());
    common.human_contact = Some("desk@a.example".into());
    let options = Options { common, articles: None };
    let setup = setup(options, Clock::system(), quick_pace()).expect("good options");
    let running = Running::start(setup);
    let card = exchange.enrolled().await;
    assert_eq!(card["automation"], "automated");
    assert_eq!(card["human_contact"], "desk@a.example");

    exchange.says("3247", "How do I export my data?").await;
    assert!(
        exchange.text().await.starts_with("*How do I export my data?*\n\nOpen the account page")
    );
    let source = exchange.sent().await;
    let body = source["interactive"]["body"]["text"].as_str().expect("buttons");
    assert!(body.starts_with("From the article “Exporting and deleting your data”."), "{body}");

    exchange.says("3247", "What is the weather in Paris?").await;
    assert!(exchange.text().await.starts_with("I do not know"));
    exchange.chooses("3247", "helpful/no").await;
    assert!(exchange.text().await.contains("desk@a.example"));
    running.stop().await;
}

#[tokio::test]
async fn a_folder_replaces_the_articles() {
    let (mut exchange, dir) = (Exchange::start().await, tempfile::tempdir().expect("a folder"));
    let articles = dir.path().join("articles");
    std::fs::create_dir(&articles).expect("a folder");
    std::fs::write(
        articles.join("tea.md"),
        "# Tea\n\n## How long does tea steep?\n\n**Four** minutes.",
    )
    .expect("an article");
    let options = Options { common: options(&exchange, dir.path()), articles: Some(articles) };
    let running =
        Running::start(setup(options, Clock::system(), quick_pace()).expect("good options"));
    exchange.enrolled().await;
    exchange.says("3247", "how long should tea steep").await;
    assert_eq!(exchange.text().await, "*How long does tea steep?*\n\n*Four* minutes.");
    running.stop().await;
}
