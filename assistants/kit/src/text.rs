//! Cutting text to the Cloud API's lengths; pure.
//!
//! Lengths are counted in UTF-16 units: the platform does not say what it counts, and no
//! other usual count (characters, graphemes) is ever larger for the same text.

use unicode_segmentation::UnicodeSegmentation;

/// The longest text body (Cloud API reference 3.1).
pub const MAX_BODY: usize = 4096;

const FENCE: &str = "```";
/// Room kept for closing a code block in one piece and opening it again in the next.
const FENCE_ROOM: usize = 2 * (FENCE.len() + 1);

/// The length that is bounded: UTF-16 units.
pub fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// `text` cut to `max` units at a grapheme border, with an ellipsis when something was cut.
pub fn clip(text: &str, max: usize) -> String {
    if length(text) <= max {
        return text.to_owned();
    }
    format!("{}…", &text[..whole_graphemes(text, max.saturating_sub(1))])
}

/// Cuts `text` into pieces of at most `max` units, and where a border allows of at most
/// `prefer`: at a paragraph, else a line, else a sentence, else a word. A code block that is
/// cut is closed and opened again. White space at the cuts is dropped. `max` is at least 32.
pub fn split(text: &str, prefer: usize, max: usize) -> Vec<String> {
    let max = max.max(32) - FENCE_ROOM;
    let prefer = prefer.clamp(1, max);
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    let mut inside_code = false;
    while !rest.is_empty() {
        let at = if length(rest) <= prefer { rest.len() } else { cut(rest, prefer, max) };
        let (piece, after) = rest.split_at(at);
        let opening = if inside_code { "```\n" } else { "" };
        inside_code ^= piece.lines().filter(|line| line.trim() == FENCE).count() % 2 == 1;
        // In code, the indentation of the next line is part of it.
        rest = if inside_code { after.trim_start_matches('\n') } else { after.trim_start() };
        let closing = if inside_code { "\n```" } else { "" };
        let piece = format!("{opening}{}{closing}", piece.trim_end());
        if !piece.trim_matches(['`', '\n', ' ']).is_empty() {
            pieces.push(piece);
        }
        if rest.trim().is_empty() {
            break;
        }
    }
    pieces
}

/// Where to cut: always past the first grapheme and, graphemes permitting, within `max`.
fn cut(text: &str, prefer: usize, max: usize) -> usize {
    let window = &text[..fitting(text, prefer)];
    // A cut in the first quarter would leave a stump of a message.
    let good = |at: &usize| *at > window.len() / 4;
    let paragraph = window.rfind("\n\n").filter(good);
    let line = || window.rfind('\n').filter(good);
    paragraph
        .or_else(line)
        .or_else(|| {
            last_border(text, window.len(), UnicodeSegmentation::split_sentence_bound_indices)
                .filter(good)
        })
        .or_else(|| first_sentence(text, max))
        .or_else(|| {
            last_border(text, fitting(text, max), UnicodeSegmentation::split_word_bound_indices)
        })
        .unwrap_or_else(|| fitting(text, max))
}

/// The last border after the start and not past `limit`, looking only a little further than
/// that so that a very long text is not segmented again for every piece.
fn last_border<'a, I>(text: &'a str, limit: usize, borders: impl Fn(&'a str) -> I) -> Option<usize>
where
    I: Iterator<Item = (usize, &'a str)>,
{
    let near = &text[..fitting(text, length(&text[..limit]) + 64)];
    borders(near).map(|(at, _)| at).take_while(|at| *at <= limit).filter(|at| *at > 0).last()
}

/// The end of the first sentence when it is longer than preferred but still allowed.
fn first_sentence(text: &str, max: usize) -> Option<usize> {
    let window = &text[..fitting(text, max)];
    let first = window.split_sentence_bounds().next()?;
    (first.len() < window.len()).then_some(first.len())
}

/// The largest grapheme border within `max` units.
fn whole_graphemes(text: &str, max: usize) -> usize {
    let mut units = 0;
    let within = |grapheme: &&str| {
        units += length(grapheme);
        units <= max
    };
    text.graphemes(true).take_while(within).map(str::len).sum()
}

/// The same, but at least one character: a single grapheme may be longer than any limit, and
/// cutting has to get on.
fn fitting(text: &str, max: usize) -> usize {
    match whole_graphemes(text, max) {
        0 => {
            let mut units = 0;
            let within = |c: &char| {
                units += c.len_utf16();
                units <= max.max(2)
            };
            text.chars().take_while(within).map(char::len_utf8).sum()
        }
        end => end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bare(text: &str) -> String {
        text.chars().filter(|c| !c.is_whitespace() && *c != '`').collect()
    }

    #[test]
    fn short_text_is_one_piece() {
        assert_eq!(split(" hello \n", 1500, MAX_BODY), ["hello"]);
        assert!(split(" \n ", 1500, MAX_BODY).is_empty());
    }

    #[test]
    fn cuts_at_paragraphs_then_sentences_then_words() {
        let paragraphs = "First part here it is.\n\nSecond part, the longer one.";
        assert_eq!(
            split(paragraphs, 40, 100),
            ["First part here it is.", "Second part, the longer one."]
        );
        let sentences = "One sentence is here. Another one follows. And a third.";
        assert_eq!(
            split(sentences, 45, 100),
            ["One sentence is here. Another one follows.", "And a third."]
        );
        let words = "word ".repeat(40);
        for piece in split(&words, 20, 64) {
            assert!(piece.split(' ').all(|w| w == "word"), "{piece}");
        }
    }

    #[test]
    fn a_long_sentence_is_kept_whole_while_it_fits() {
        let sentence = format!("{}end.", "word ".repeat(20));
        let text = format!("{sentence} Next.");
        assert_eq!(split(&text, 50, 200), [sentence, "Next.".to_owned()]);
    }

    #[test]
    fn a_cut_code_block_is_closed_and_opened_again() {
        let text = "Look:\n```\nfn first() {}\n    fn second() {}\nfn third() {}\n```\nDone.";
        let pieces = split(text, 30, 64);
        assert!(pieces.len() > 1);
        for piece in &pieces {
            assert_eq!(piece.matches(FENCE).count() % 2, 0, "{piece}");
        }
        assert!(pieces.iter().any(|p| p.contains("    fn second")), "{pieces:?}");
    }

    #[test]
    fn clip_keeps_whole_graphemes() {
        assert_eq!(clip("Brussels", 8), "Brussels");
        assert_eq!(clip("Brussels!", 8), "Brussel…");
        assert_eq!(clip("👩‍👩‍👧 family", 6), "…");
    }

    proptest! {
        #[test]
        fn nothing_lost_nothing_too_long(text in "(\\PC|\n|[.] ){0,400}", prefer in 1usize..80, max in 32usize..120) {
            let pieces = split(&text, prefer, max);
            prop_assert_eq!(bare(&pieces.concat()), bare(&text));
            for piece in &pieces {
                prop_assert!(length(piece) <= max, "{} > {}: {:?}", length(piece), max, piece);
                prop_assert!(!piece.trim().is_empty());
            }
        }

        #[test]
        fn clip_obeys_its_limit(text in "\\PC{0,80}", max in 1usize..40) {
            prop_assert!(length(&clip(&text, max)) <= max);
        }
    }
}
