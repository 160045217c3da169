//! What the help desk says.

use assistant_kit::text::{MAX_BODY, split};
use assistant_kit::{Choice, Content, Outgoing, markdown};
use rusqlite::Result;

use crate::{Found, Index};

const YES: &str = "helpful/yes";
const NO: &str = "helpful/no";
/// Asked as a question when its row is tapped.
const TOPIC: &str = "topic/";

/// The answer to one message.
pub(crate) fn answer(
    index: &Index,
    human: Option<&str>,
    content: &Content,
) -> Result<Vec<Outgoing>> {
    match content {
        Content::Text(question) => ask(index, human, question),
        Content::Choice(id) => match (id.as_str(), id.strip_prefix(TOPIC)) {
            (YES, _) => Ok(vec![Outgoing::Text("Good to hear.".into())]),
            (NO, _) => unhelpful(index, human),
            (_, Some(topic)) => ask(index, human, topic),
            _ => topics(index, "That button is not mine. What would you like to know?"),
        },
        Content::Other(_) => topics(index, "I can read text only. What would you like to know?"),
    }
}

fn ask(index: &Index, human: Option<&str>, question: &str) -> Result<Vec<Outgoing>> {
    let found = index.search(question)?;
    let Some(best) = found.first() else {
        if greets(question) {
            let hello = "Hello. I am an automatic help desk: I search articles and quote them. \
                         Ask me something, or choose a topic.";
            return topics(index, hello);
        }
        let sorry = match human {
            Some(human) => format!(
                "I do not know: none of my articles answers that. You can ask a human: {human}\n\n\
                 These are the topics I know."
            ),
            None => "I do not know: none of my articles answers that. These are the topics I know."
                .to_owned(),
        };
        return topics(index, &sorry);
    };
    Ok(quoted(best, &found[1..]))
}

fn greets(text: &str) -> bool {
    let words = text.to_lowercase();
    let mut words = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.all(|word| matches!(word, "hi" | "hello" | "hey" | "help" | "start" | "good" | "morning"))
}

/// The section in as many messages as it takes, where it is from, and whether it helped.
fn quoted(best: &Found, others: &[Found]) -> Vec<Outgoing> {
    let section = &best.section;
    let heading = if section.heading.is_empty() { &section.title } else { &section.heading };
    let text = format!("## {heading}\n\n{}", section.body);
    let mut says: Vec<Outgoing> = split(&markdown::to_whatsapp(&text), MAX_BODY, MAX_BODY)
        .into_iter()
        .map(Outgoing::Text)
        .collect();
    let mut source = format!("From the article “{}”.", section.title);
    let mut also: Vec<&str> = others.iter().map(|other| &*other.section.title).collect();
    also.retain(|title| *title != section.title);
    also.dedup();
    if !also.is_empty() {
        source = format!("{source} See also: {}.", also[..also.len().min(3)].join("; "));
    }
    says.push(Outgoing::Buttons {
        body: format!("{source}\n\nDid that help?"),
        choices: vec![Choice::new(YES, "Yes"), Choice::new(NO, "No")],
    });
    says
}

fn unhelpful(index: &Index, human: Option<&str>) -> Result<Vec<Outgoing>> {
    match human {
        Some(human) => Ok(vec![Outgoing::Text(format!(
            "I am sorry. You can ask a human: {human}\n\nOr put the question in other words."
        ))]),
        None => topics(index, "I am sorry. Try other words, or choose a topic."),
    }
}

fn topics(index: &Index, body: &str) -> Result<Vec<Outgoing>> {
    let row = |title: String| Choice {
        id: format!("{TOPIC}{}", assistant_kit::text::clip(&title, 150)),
        description: if title.chars().count() > 24 { title.clone() } else { String::new() },
        title,
    };
    let rows = index.titles()?.into_iter().take(10).map(row).collect();
    let sections = vec![assistant_kit::Section { title: "Topics".into(), rows }];
    Ok(vec![Outgoing::List { body: body.to_owned(), button: "Topics".into(), sections }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sections;

    fn say(index: &Index, human: Option<&str>, text: &str) -> Vec<Outgoing> {
        answer(index, human, &Content::Text(text.into())).expect("an answer")
    }

    #[test]
    fn a_long_section_comes_in_several_messages() {
        let long = format!("# Long\n\n## Whales\n\n{}", "Whales are large. ".repeat(500));
        let index = Index::new(&sections("long", &long)).expect("an index");
        let says = say(&index, None, "whales");
        assert_eq!(says.len(), 4);
        for said in &says[..3] {
            let Outgoing::Text(text) = said else { panic!("{said:?}") };
            assert!(assistant_kit::text::length(text) <= MAX_BODY);
        }
    }

    #[test]
    fn every_topic_that_is_offered_is_answered() {
        let index = Index::new(&crate::embedded()).expect("an index");
        let Outgoing::List { sections, .. } = &say(&index, None, "hi")[0] else { panic!() };
        assert_eq!(sections[0].rows.len(), 8);
        for row in &sections[0].rows {
            let says = answer(&index, None, &Content::Choice(row.id.clone())).expect("an answer");
            let Outgoing::Buttons { body, .. } = says.last().expect("something") else {
                panic!("{}: {says:?}", row.title)
            };
            assert!(body.contains(&row.title), "{}: {body}", row.title);
        }
    }

    #[test]
    fn the_human_contact_is_named_where_it_matters() {
        let index = Index::new(&crate::embedded()).expect("an index");
        let human = Some("desk@a.example");
        let Outgoing::List { body, .. } = &say(&index, human, "best pizza in Rome")[0] else {
            panic!()
        };
        assert!(body.contains("I do not know") && body.contains("desk@a.example"));
        let no = answer(&index, human, &Content::Choice(NO.into())).expect("an answer");
        assert!(matches!(&no[0], Outgoing::Text(text) if text.contains("desk@a.example")));
    }
}
