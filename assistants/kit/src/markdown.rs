//! Markdown into the marks that WhatsApp shows; pure.
//!
//! `**b**` → `*b*`, `*i*` → `_i_`, `~~s~~` → `~s~`, headings → bold, links → `text (url)`;
//! lists, quotes, inline code and code blocks keep their form. Tables become lines with `|`.
//! WhatsApp knows no escapes, so a literal star stays a star and may be read as a mark there.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Deeper nesting is written without more indentation: nobody reads it, and indenting it
/// anew at every level would cost quadratic time.
const MAX_DEPTH: usize = 8;

/// The text as WhatsApp should get it.
pub fn to_whatsapp(markdown: &str) -> String {
    let options =
        Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS;
    let mut writer = Writer { layers: vec![String::new()], ..Writer::default() };
    for event in Parser::new_ext(markdown, options) {
        writer.event(event);
    }
    writer.layers.concat().trim_matches('\n').trim_end().to_owned()
}

#[derive(Default)]
struct Writer {
    /// The text so far; a quote or a list item writes into a layer of its own, which is
    /// indented when it is complete.
    layers: Vec<String>,
    /// The next number of each open list, or none for a bulleted one.
    lists: Vec<Option<u64>>,
    /// Targets of open links and images, with where their text began.
    links: Vec<(String, usize)>,
    bold_depth: usize,
}

impl Writer {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.push(&text);
            }
            Event::Code(code) => self.push(&format!("`{code}`")),
            Event::Html(html) | Event::InlineHtml(html) => self.html(&html),
            Event::SoftBreak | Event::HardBreak => self.push("\n"),
            Event::Rule => self.block("———"),
            Event::TaskListMarker(done) => self.push(if done { "[x] " } else { "[ ] " }),
            Event::FootnoteReference(name) => self.push(&format!("[{name}]")),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::Table(_) | Tag::HtmlBlock => self.gap(),
            Tag::Heading { .. } => {
                self.gap();
                self.bold(true);
            }
            Tag::BlockQuote(_) | Tag::Item => self.layers.push(String::new()),
            Tag::CodeBlock(_) => {
                self.gap();
                self.push("```\n");
            }
            Tag::List(first) => {
                if self.lists.is_empty() {
                    self.gap()
                } else {
                    self.line()
                }
                self.lists.push(first);
            }
            Tag::Emphasis => self.push("_"),
            Tag::Strong => self.bold(true),
            Tag::Strikethrough => self.push("~"),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                let at = self.top().len();
                self.links.push((dest_url.into_string(), at));
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) | TagEnd::Strong => self.bold(false),
            TagEnd::BlockQuote(_) => {
                let quoted = self.layers.pop().unwrap_or_default();
                let quoted = self.prefixed(quoted.trim(), "> ", "> ");
                self.block(&quoted);
            }
            TagEnd::CodeBlock => {
                self.line();
                self.push("```");
            }
            TagEnd::List(_) => {
                self.lists.pop();
            }
            TagEnd::Item => self.item(),
            TagEnd::Emphasis => self.push("_"),
            TagEnd::Strikethrough => self.push("~"),
            TagEnd::Link | TagEnd::Image => self.link(),
            TagEnd::TableHead | TagEnd::TableRow => {
                let row = self.top().trim_end_matches([' ', '|']).len();
                self.top().truncate(row);
                self.push("\n");
            }
            TagEnd::TableCell => self.push(" | "),
            _ => {}
        }
    }

    fn top(&mut self) -> &mut String {
        if self.layers.is_empty() {
            self.layers.push(String::new());
        }
        let last = self.layers.len() - 1;
        &mut self.layers[last]
    }

    fn push(&mut self, text: &str) {
        self.top().push_str(text);
    }

    /// Begins a new line, unless at the start of one.
    fn line(&mut self) {
        let top = self.top();
        if !top.is_empty() && !top.ends_with('\n') {
            top.push('\n');
        }
    }

    /// Leaves an empty line, unless at the start.
    fn gap(&mut self) {
        self.line();
        let top = self.top();
        if !top.is_empty() && !top.ends_with("\n\n") {
            top.push('\n');
        }
    }

    fn block(&mut self, text: &str) {
        self.gap();
        self.push(text);
    }

    /// WhatsApp knows no bold within bold: only the outermost pair is written.
    fn bold(&mut self, on: bool) {
        if !on {
            self.bold_depth = self.bold_depth.saturating_sub(1);
        }
        if self.bold_depth == 0 {
            self.push("*");
        }
        if on {
            self.bold_depth += 1;
        }
    }

    fn html(&mut self, html: &str) {
        let tag = html.trim().to_ascii_lowercase();
        if matches!(tag.as_str(), "<br>" | "<br/>" | "<br />") {
            self.push("\n");
        } else {
            self.push(html);
        }
    }

    fn item(&mut self) {
        let text = self.layers.pop().unwrap_or_default();
        let marker = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            _ => "- ".to_owned(),
        };
        let indent = " ".repeat(marker.len());
        let text = self.prefixed(text.trim(), &marker, &indent);
        self.line();
        self.push(&text);
    }

    fn prefixed(&self, text: &str, first: &str, others: &str) -> String {
        if self.layers.len() > MAX_DEPTH {
            return text.to_owned();
        }
        let mut whole = String::with_capacity(text.len() + first.len());
        for (nth, line) in text.split('\n').enumerate() {
            if nth > 0 {
                whole.push('\n');
            }
            let prefix = if nth == 0 { first } else { others };
            whole.push_str(if line.is_empty() { prefix.trim_end() } else { prefix });
            whole.push_str(line);
        }
        whole
    }

    /// `text (url)`, or the address alone when the text is the address.
    fn link(&mut self) {
        let Some((url, at)) = self.links.pop() else { return };
        let text = self.top().get(at..).unwrap_or_default().trim().to_owned();
        let bare = url.strip_prefix("mailto:").unwrap_or(&url);
        if url.is_empty() || text == bare || text == url {
            return;
        }
        self.push(&if text.is_empty() { url } else { format!(" ({url})") });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_mark() {
        let cases = [
            ("plain words, 2 * 3 = 6", "plain words, 2 * 3 = 6"),
            ("**bold** and __bold__", "*bold* and *bold*"),
            ("*it* and _it_", "_it_ and _it_"),
            ("***both***", "_*both*_"),
            ("~~gone~~", "~gone~"),
            ("# Title\ntext", "*Title*\n\ntext"),
            ("## A **very** big one", "*A very big one*"),
            ("use `a_b` here", "use `a_b` here"),
            ("```rust\nfn a() {}\n  b\n```", "```\nfn a() {}\n  b\n```"),
            ("- a\n- b\n\n  more\n- c", "- a\n- b\n\n  more\n- c"),
            ("* a\n  * b\n    * c", "- a\n  - b\n    - c"),
            ("3. a\n4. b", "3. a\n4. b"),
            ("- [x] done\n- [ ] not", "- [x] done\n- [ ] not"),
            ("see [the page](https://a.example/x)", "see the page (https://a.example/x)"),
            ("<https://a.example>", "https://a.example"),
            ("[https://a.example](https://a.example)", "https://a.example"),
            ("<me@a.example>", "me@a.example"),
            ("![cat](https://a.example/c.png)", "cat (https://a.example/c.png)"),
            ("> wise\n> words", "> wise\n> words"),
            ("a<br>b", "a\nb"),
            ("one\n\ntwo\nlines", "one\n\ntwo\nlines"),
            ("snake_case_name stays", "snake_case_name stays"),
            ("| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n1 | 2"),
            ("x\n\n---\n\ny", "x\n\n———\n\ny"),
        ];
        for (markdown, expected) in cases {
            assert_eq!(to_whatsapp(markdown), expected, "{markdown:?}");
        }
    }

    #[test]
    fn a_list_after_text_and_text_after_a_list() {
        let markdown = "Things:\n\n1. **One**\n   more\n2. Two\n\nDone.";
        assert_eq!(to_whatsapp(markdown), "Things:\n\n1. *One*\n   more\n2. Two\n\nDone.");
    }

    #[test]
    fn an_answer_cut_off_in_the_middle_still_reads() {
        assert_eq!(to_whatsapp("Look:\n```py\nprint(1)"), "Look:\n\n```\nprint(1)\n```");
        assert_eq!(to_whatsapp("this is **bo"), "this is **bo");
    }

    #[test]
    fn deep_nesting_stays_cheap() {
        let deep = format!("{}x", "> ".repeat(5_000));
        assert!(to_whatsapp(&deep).len() < 20_000);
        let deep = format!("{}x", "- ".repeat(5_000));
        assert!(to_whatsapp(&deep).len() < 100_000);
    }

    proptest! {
        #[test]
        fn never_panics(text in "([a-z]{1,8}|[*_~`#>\\[\\]()!|-]{1,3}|[ \n]){0,60}") {
            let _ = to_whatsapp(&text);
        }

        #[test]
        fn plain_words_pass_unchanged(words in prop::collection::vec("[a-zA-Z]{1,10}", 1..20)) {
            let text = words.join(" ");
            prop_assert_eq!(to_whatsapp(&text), text);
        }
    }
}
