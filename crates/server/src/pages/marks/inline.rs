//! Marks within lines. A mark opens after a non-word and before a non-space, and closes after a
//! non-space and before a non-word, on the same line.

use super::Inline;

/// Marks within lines. `within` are the marks already open.
pub(super) fn inline(text: &str, within: &str) -> Vec<Inline> {
    let mut out = Vec::new();
    // Up to where a mark is known to have no end, so that no text takes long to read.
    let mut barren = [0usize; 4];
    let (mut plain, mut at) = (0, 0);
    while let Some(next) = text[at..].chars().next() {
        let found = match next {
            '`' => code(text, at, &mut barren[3]),
            'h' | 'H' | 'w' | 'W' => link(text, at),
            '*' => marked(text, at, within, &mut barren[0]),
            '_' => marked(text, at, within, &mut barren[1]),
            '~' => marked(text, at, within, &mut barren[2]),
            _ => None,
        };
        let Some((piece, end)) = found else {
            at += next.len_utf8();
            continue;
        };
        if at > plain {
            out.push(Inline::Text(text[plain..at].to_owned()));
        }
        out.push(piece);
        (plain, at) = (end, end);
    }
    if text.len() > plain {
        out.push(Inline::Text(text[plain..].to_owned()));
    }
    out
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end)
}

fn follows_word(text: &str, at: usize) -> bool {
    text[..at].chars().next_back().is_some_and(char::is_alphanumeric)
}

fn code(text: &str, at: usize, barren: &mut usize) -> Option<(Inline, usize)> {
    if at < *barren {
        return None;
    }
    let fence = if text[at..].starts_with("```") { "```" } else { "`" };
    let (open, end) = (at + fence.len(), line_end(text, at));
    let Some(close) = text[open..end.max(open)].find(fence).map(|close| open + close) else {
        *barren = if fence == "`" { end } else { open };
        return None;
    };
    let inner = &text[open..close];
    (!inner.trim().is_empty()).then(|| (Inline::Code(inner.to_owned()), close + fence.len()))
}

fn marked(text: &str, at: usize, within: &str, barren: &mut usize) -> Option<(Inline, usize)> {
    let mark = text[at..].chars().next()?;
    if within.contains(mark) || at < *barren || follows_word(text, at) {
        return None;
    }
    let (open, end) = (at + 1, line_end(text, at));
    let first = text[open..].chars().next()?;
    if first.is_whitespace() || first == mark {
        return None;
    }
    for (close, _) in text[open..end].match_indices(mark).map(|(close, m)| (open + close, m)) {
        let spaced = text[..close].chars().next_back().is_some_and(char::is_whitespace);
        let in_word = text[close + 1..].chars().next().is_some_and(char::is_alphanumeric);
        if !spaced && !in_word {
            let inner = inline(&text[open..close], &format!("{within}{mark}"));
            return Some((Inline::Marked(mark, inner), close + 1));
        }
    }
    *barren = end;
    None
}

/// An http(s) address, or one that begins with `www.`.
fn link(text: &str, at: usize) -> Option<(Inline, usize)> {
    let lower = |most: usize| -> String {
        text[at..].chars().take(most).map(|c| c.to_ascii_lowercase()).collect()
    };
    let scheme = ["https://", "http://", "www."].into_iter().find(|s| lower(s.len()) == **s)?;
    if follows_word(text, at) {
        return None;
    }
    let ends = |c: char| c.is_whitespace() || "<>\"`".contains(c);
    let end = text[at..].find(ends).map_or(text.len(), |end| at + end);
    let shown = trimmed(&text[at..end]);
    let rest = if scheme == "www." { shown } else { shown.get(scheme.len()..)? };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let name = host.split(':').next().unwrap_or_default();
    let sound = name.len() > 1
        && !name.starts_with('.')
        && !name.ends_with('.')
        && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:".contains(c));
    let href = if scheme == "www." { format!("https://{shown}") } else { shown.to_owned() };
    sound.then(|| (Inline::Link { href, text: shown.to_owned() }, at + shown.len()))
}

/// The full stop after an address is not part of it; a bracket is, if it was opened inside.
fn trimmed(mut shown: &str) -> &str {
    while let Some(last) = shown.chars().next_back() {
        let opened = shown.matches('(').count() >= shown.matches(')').count();
        let is_outside = ".,;:!?'\"*_~]}…".contains(last) || (last == ')' && !opened);
        if !is_outside {
            break;
        }
        shown = &shown[..shown.len() - last.len_utf8()];
    }
    shown
}
