//! What holds for every page, with plain and with hostile content.

use std::collections::HashSet;

use exchange::assistant::{Automation, Card};

mod samples;

pub(super) use samples::messages;

/// A card that breaks no rule.
pub(super) fn card(name: &str) -> Card {
    Card {
        name: name.into(),
        purpose: "Everyday questions".into(),
        details: String::new(),
        provider: "Birch Works".into(),
        country: "BE".into(),
        data_location: "Belgium".into(),
        retention: "30 days".into(),
        trains: false,
        automation: Automation::Ai,
        human_contact: String::new(),
        privacy_policy: "https://birch.example/privacy".into(),
    }
}

/// How often `part` stands in `text`.
pub(super) fn count(text: &str, part: &str) -> usize {
    text.matches(part).count()
}

/// The words of markup: tags away, entities back.
pub(super) fn text_of(html: &str) -> String {
    let mut text = String::new();
    for piece in html.split('<') {
        text.push_str(piece.split_once('>').map_or(piece, |(_, after)| after));
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// Every value of an attribute, in order.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    html.split(start.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

const HOSTILE: &str = "<script>alert('x')</script>\"'&<img src=x onerror=alert(1)>";

#[test]
fn hostile_text_is_only_ever_text() {
    for (page, html) in samples::all(HOSTILE) {
        for bad in ["<script>alert", "<img src=x", "href=\"javascript:", "style=\"", "<style"] {
            assert!(!html.contains(bad), "{page}: {bad}");
        }
        // An attribute that text has broken out of would stand outside quotes.
        for tag in html.split('<').filter_map(|piece| piece.split('>').next()) {
            let outside: String = tag.split('"').step_by(2).collect();
            assert!(!outside.contains("onerror") && !outside.contains("alert"), "{page}: {tag}");
        }
        if !["home", "rules", "deleted", "nothing listed", "no chats", "new token"].contains(&page)
        {
            assert!(text_of(&html).contains("<script>alert('x')"), "{page}: the text is gone");
        }
    }
}

#[test]
fn every_page_is_one_document_with_one_heading_and_no_inline_code() {
    for (page, html) in samples::all("Birch") {
        assert!(html.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{page}");
        assert_eq!(count(&html, "<h1"), 1, "{page}");
        assert_eq!(count(&html, "<main"), 1, "{page}");
        assert!(html.contains("class=\"skip\""), "{page}");
        for script in html.split("<script").skip(1) {
            assert!(script.starts_with(" type=\"module\" src=\"/assets/"), "{page}: {script:.60}");
            assert!(script.contains("\"></script>"), "{page}");
        }
        for inline in [" style=", " onclick=", " onsubmit=", "=\"javascript:", "http-equiv"] {
            assert!(!html.contains(inline), "{page}: {inline}");
        }
        assert!(html.len() <= 60_000, "{page}: {} bytes", html.len());
    }
}

#[test]
fn headings_are_in_order() {
    for (page, html) in samples::all("Birch") {
        let mut before = 1;
        for (at, _) in html.match_indices("<h") {
            let Some(level) = html[at + 2..].chars().next().and_then(|c| c.to_digit(10)) else {
                continue;
            };
            assert!(level <= before + 1, "{page}: h{before} is followed by h{level}");
            before = level;
        }
    }
}

#[test]
fn ids_are_unique_and_references_hit() {
    for (page, html) in samples::all("Birch") {
        let ids = values(&html, "id");
        let unique: HashSet<&str> = ids.iter().copied().collect();
        assert_eq!(unique.len(), ids.len(), "{page}: {ids:?}");
        let lists = ["aria-describedby", "aria-labelledby", "for"];
        for target in lists.iter().flat_map(|name| values(&html, name)) {
            for id in target.split(' ') {
                assert!(unique.contains(id), "{page}: {id}");
            }
        }
        let local = values(&html, "href").into_iter().filter_map(|href| href.strip_prefix('#'));
        let copied = values(&html, "data-copy").into_iter().filter_map(|id| id.strip_prefix('#'));
        for id in local.chain(copied) {
            assert!(unique.contains(id), "{page}: #{id}");
        }
    }
}

#[test]
fn every_control_has_a_name() {
    for (page, html) in samples::all("Birch") {
        let ids: HashSet<&str> = values(&html, "for").into_iter().collect();
        for tag in ["<input", "<textarea", "<select"] {
            for control in html.split(tag).skip(1) {
                let attributes = control.split('>').next().unwrap_or_default();
                let kind = |kind: &str| attributes.contains(&format!("type=\"{kind}\""));
                // Boxes and circles stand inside their label.
                if kind("hidden") || kind("checkbox") || kind("radio") {
                    continue;
                }
                let id = values(attributes, "id").first().copied().unwrap_or_default();
                assert!(ids.contains(id), "{page}: {attributes}");
            }
        }
        for table in html.split("<table").skip(1) {
            assert!(table.contains("<caption") && table.contains("scope=\"col\""), "{page}");
        }
    }
}

#[test]
fn forms_post_to_our_own_paths() {
    for (page, html) in samples::all("Birch") {
        for action in values(&html, "action") {
            assert!(action.starts_with('/') && !action.starts_with("//"), "{page}: {action}");
        }
        assert_eq!(count(&html, "<form"), count(&html, "method=\"post\""), "{page}");
    }
}
