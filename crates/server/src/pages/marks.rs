//! WhatsApp's marks in a text: `*bold*`, `_italic_`, `~struck~`, `` `code` ``, blocks between
//! ```` ``` ````, lists, quotes and addresses. The same reading as `web/lib/marks.js`, so that a
//! message looks the same before and after the scripts have started.

mod inline;
#[cfg(test)]
mod tests;

use maud::{Markup, Render, html};

use inline::inline;

/// Quotes within quotes are read this deep; what is deeper stays as written.
const QUOTE_DEPTH: usize = 2;
/// Digits of a number that can begin a list.
const LIST_DIGITS: usize = 3;

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Inline {
    Text(String),
    Code(String),
    Link { href: String, text: String },
    Marked(char, Vec<Inline>),
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Block {
    Paragraph(Vec<Inline>),
    List { start: Option<u32>, items: Vec<Vec<Inline>> },
    Quote(Vec<Block>),
    Preformatted(String),
}

/// A text with marks, ready to be shown. What somebody wrote is only ever text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marked(Vec<Block>);

impl Marked {
    /// Reads the marks of a text.
    pub(super) fn read(text: &str) -> Self {
        Self(blocks(&text.replace("\r\n", "\n")))
    }

    /// The words alone, on one line: for previews.
    pub(super) fn plain(&self) -> String {
        let words: Vec<String> = self.0.iter().map(block_words).collect();
        words.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Render for Marked {
    fn render(&self) -> Markup {
        html! { @for block in &self.0 { (block) } }
    }
}

impl Render for Block {
    fn render(&self) -> Markup {
        html! {
            @match self {
                Self::Paragraph(pieces) => p dir="auto" { (Pieces(pieces)) },
                Self::List { start: None, items } => ul {
                    @for item in items { li dir="auto" { (Pieces(item)) } }
                },
                Self::List { start: Some(start), items } => ol start=(start) {
                    @for item in items { li dir="auto" { (Pieces(item)) } }
                },
                Self::Quote(inner) => blockquote dir="auto" {
                    @for block in inner { (block) }
                },
                Self::Preformatted(text) => pre tabindex="0" dir="ltr" { code { (text) } },
            }
        }
    }
}

struct Pieces<'a>(&'a [Inline]);

impl Render for Pieces<'_> {
    fn render(&self) -> Markup {
        html! {
            @for piece in self.0 {
                @match piece {
                    Inline::Text(text) => (text),
                    Inline::Code(text) => code { (text) },
                    Inline::Link { href, text } => {
                        a href=(href) rel="noopener noreferrer" target="_blank" { (text) }
                    }
                    Inline::Marked('*', inner) => strong { (Pieces(inner)) },
                    Inline::Marked('_', inner) => em { (Pieces(inner)) },
                    Inline::Marked(_, inner) => s { (Pieces(inner)) },
                }
            }
        }
    }
}

fn block_words(block: &Block) -> String {
    let joined = |items: &[Vec<Inline>]| {
        items.iter().map(|item| inline_words(item)).collect::<Vec<_>>().join(", ")
    };
    match block {
        Block::Paragraph(pieces) => inline_words(pieces),
        Block::List { items, .. } => joined(items),
        Block::Quote(inner) => inner.iter().map(block_words).collect::<Vec<_>>().join(" "),
        Block::Preformatted(text) => text.clone(),
    }
}

fn inline_words(pieces: &[Inline]) -> String {
    let words = |piece: &Inline| match piece {
        Inline::Text(text) | Inline::Code(text) | Inline::Link { text, .. } => text.clone(),
        Inline::Marked(_, inner) => inline_words(inner),
    };
    pieces.iter().map(words).collect()
}

/// Cuts out preformatted blocks; the rest is read by lines.
fn blocks(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let (mut rest, mut from) = (text, 0);
    while let Some(open) = rest[from..].find("```").map(|at| at + from) {
        let Some(close) = rest[open + 3..].find("```").map(|at| at + open + 3) else { break };
        let (inner, after) = (&rest[open + 3..close], close + 3);
        let begins = open == 0 || rest[..open].ends_with('\n');
        let ends = after == rest.len() || rest[after..].starts_with('\n');
        let is_block = inner.contains('\n') || (begins && ends);
        if inner.trim().is_empty() || !is_block {
            from = after;
            continue;
        }
        found.extend(lines(&rest[..open], 0));
        let inner = inner.strip_prefix('\n').unwrap_or(inner);
        let inner = inner.strip_suffix('\n').unwrap_or(inner);
        found.push(Block::Preformatted(inner.to_owned()));
        (rest, from) = (&rest[after..], 0);
    }
    found.extend(lines(rest, 0));
    found
}

/// Blocks being gathered line by line.
#[derive(Default)]
struct Gathered<'a> {
    /// Each with whether an empty line has ended it.
    blocks: Vec<(Block, bool)>,
    paragraph: Vec<&'a str>,
    quoted: Vec<&'a str>,
    depth: usize,
}

impl Gathered<'_> {
    fn flush(&mut self) {
        if !self.paragraph.is_empty() {
            let text = std::mem::take(&mut self.paragraph).join("\n");
            self.blocks.push((Block::Paragraph(inline(&text, "")), false));
        }
        if !self.quoted.is_empty() {
            let text = std::mem::take(&mut self.quoted).join("\n");
            self.blocks.push((Block::Quote(lines(&text, self.depth + 1)), false));
        }
    }

    /// Numbers go on over an empty line when they count on; bullets do not.
    fn item(&mut self, start: Option<u32>, text: &str) {
        let item = inline(text, "");
        if let Some((Block::List { start: first, items }, ended)) = self.blocks.last_mut() {
            let counts_on = |first: u32| {
                Some(first.saturating_add(u32::try_from(items.len()).unwrap_or(u32::MAX))) == start
            };
            let goes_on = match *first {
                Some(first) => start.is_some() && (!*ended || counts_on(first)),
                None => start.is_none() && !*ended,
            };
            if goes_on {
                items.push(item);
                return;
            }
        }
        self.blocks.push((Block::List { start, items: vec![item] }, false));
    }
}

fn lines(text: &str, depth: usize) -> Vec<Block> {
    let mut gathered = Gathered { depth, ..Gathered::default() };
    for line in text.split('\n') {
        let quote = line.strip_prefix('>').filter(|_| depth < QUOTE_DEPTH);
        if let Some(quote) = quote {
            if !gathered.paragraph.is_empty() {
                gathered.flush();
            }
            gathered.quoted.push(quote.strip_prefix(' ').unwrap_or(quote));
            continue;
        }
        if !gathered.quoted.is_empty() {
            gathered.flush();
        }
        if let Some((start, item)) = list_item(line) {
            gathered.flush();
            gathered.item(start, item);
        } else if line.trim().is_empty() {
            gathered.flush();
            if let Some((_, ended)) = gathered.blocks.last_mut() {
                *ended = true;
            }
        } else {
            gathered.paragraph.push(line);
        }
    }
    gathered.flush();
    gathered.blocks.into_iter().map(|(block, _)| block).collect()
}

/// A list's line: its number if it has one, and its text.
fn list_item(line: &str) -> Option<(Option<u32>, &str)> {
    let text = line.trim_start();
    if line.chars().take_while(|c| c.is_whitespace()).count() > 3 {
        return None;
    }
    let after = |rest: &str| rest.starts_with(char::is_whitespace) && !rest.trim().is_empty();
    if let Some(rest) = text.strip_prefix(['*', '-', '•']).filter(|rest| after(rest)) {
        return Some((None, rest.trim_start()));
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > LIST_DIGITS {
        return None;
    }
    let rest = text[digits..].strip_prefix(['.', ')']).filter(|rest| after(rest))?;
    Some((text[..digits].parse().ok(), rest.trim_start()))
}
