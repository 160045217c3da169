//! Full-text search over the sections, ranked by BM25 (SQLite's FTS5, in memory).
//!
//! The rank alone cannot say "I do not know": it compares sections with each other, not with
//! the question. So a section must also *cover* the question: the words found in it, weighted
//! by how rare they are, must make up most of the question's weight. A word that is nowhere in
//! the articles weighs most, so a question about something else is not answered. Among those
//! that cover enough, the one whose heading is most like the question comes first.

use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, Result, params};

use crate::Section;

/// Words of a question that are looked at.
const MAX_WORDS: usize = 24;
/// The share of the question's weight that a section must cover.
const ENOUGH: f64 = 0.6;
/// Sections looked at for one question.
const CANDIDATES: usize = 8;

/// Words that say nothing about what is asked.
const STOP_WORDS: &[&str] = &[
    "a", "about", "all", "am", "an", "and", "any", "are", "as", "at", "be", "been", "by", "can",
    "could", "did", "do", "does", "for", "from", "get", "had", "has", "have", "he", "hello",
    "help", "hey", "hi", "how", "i", "if", "in", "into", "is", "it", "its", "just", "like", "ll",
    "me", "my", "need", "no", "not", "of", "on", "or", "our", "please", "re", "s", "she", "should",
    "so", "some", "t", "tell", "thank", "thanks", "that", "the", "their", "them", "then", "there",
    "these", "they", "this", "those", "to", "up", "us", "ve", "want", "was", "we", "were", "what",
    "when", "where", "which", "while", "who", "why", "will", "with", "would", "yes", "you", "your",
];

/// A section that answers a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The section.
    pub section: Section,
    /// The share of the question's weight that it covers, 0 to 1.
    pub coverage: f64,
}

/// The articles, ready to be searched.
#[derive(Debug)]
pub struct Index(Mutex<Connection>);

impl Index {
    /// Indexes the sections.
    pub fn new(sections: &[Section]) -> Result<Self> {
        let db = Connection::open_in_memory()?;
        // Porter's stemmer, so that "exporting" finds "export".
        db.execute_batch(
            "CREATE VIRTUAL TABLE section USING fts5
               (title, heading, body, tokenize = 'porter unicode61 remove_diacritics 2')",
        )?;
        let mut insert =
            db.prepare("INSERT INTO section (title, heading, body) VALUES (?, ?, ?)")?;
        for section in sections {
            insert.execute(params![section.title, section.heading, section.body])?;
        }
        drop(insert);
        Ok(Self(Mutex::new(db)))
    }

    /// The titles of the articles.
    pub fn titles(&self) -> Result<Vec<String>> {
        let db = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut query =
            db.prepare("SELECT title FROM section GROUP BY title ORDER BY min(rowid)")?;
        query.query_map([], |row| row.get(0))?.collect()
    }

    /// The sections that answer the question, best first; none when nothing covers enough.
    pub fn search(&self, question: &str) -> Result<Vec<Found>> {
        let words = words(question);
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let db = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let weights = weights(&db, &words)?;
        let whole: f64 = weights.iter().sum();
        let mut found = Vec::new();
        for (rowid, section) in candidates(&db, &words)? {
            let (mut covered, mut in_heading) = (0.0, 0.0);
            for (word, weight) in words.iter().zip(&weights) {
                covered += if contains(&db, rowid, word)? { *weight } else { 0.0 };
                let heading = format!("heading : {word}");
                in_heading += if contains(&db, rowid, &heading)? { *weight } else { 0.0 };
            }
            let coverage = covered / whole;
            if coverage >= ENOUGH {
                let heading: f64 = weights_of(&db, &section.heading)?;
                // How alike question and heading are: 1 when they say the same.
                let likeness = 2.0 * in_heading / (whole + heading);
                found.push((coverage + likeness, Found { section, coverage }));
            }
        }
        // Candidates come by rank; a stable sort keeps that order among equals.
        found.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        Ok(found.into_iter().map(|(_, found)| found).collect())
    }
}

fn weights_of(db: &Connection, text: &str) -> Result<f64> {
    Ok(weights(db, &words(text))?.iter().sum())
}

/// The words that matter, each once, in FTS5's quoting.
fn words(question: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in question.to_lowercase().split(|c: char| !c.is_alphanumeric()) {
        let quoted = format!("\"{word}\"");
        if !word.is_empty() && !STOP_WORDS.contains(&word) && !words.contains(&quoted) {
            words.push(quoted);
        }
        if words.len() == MAX_WORDS {
            break;
        }
    }
    words
}

/// How much each word tells: the rarer, the more (the inverse document frequency of BM25).
fn weights(db: &Connection, words: &[String]) -> Result<Vec<f64>> {
    let all: f64 = db.query_row("SELECT count(*) FROM section", [], |row| row.get(0))?;
    let mut query = db.prepare_cached("SELECT count(*) FROM section WHERE section MATCH ?")?;
    let weight = |word: &String| {
        let with: f64 = query.query_row([word], |row| row.get(0))?;
        Ok((1.0 + (all - with + 0.5) / (with + 0.5)).ln())
    };
    words.iter().map(weight).collect()
}

fn candidates(db: &Connection, words: &[String]) -> Result<Vec<(i64, Section)>> {
    let mut query = db.prepare_cached(
        "SELECT rowid, title, heading, body FROM section WHERE section MATCH ?
         ORDER BY bm25(section, 4.0, 6.0, 1.0) LIMIT ?",
    )?;
    let rows = query.query_map(params![words.join(" OR "), CANDIDATES as i64], |row| {
        let section = Section { title: row.get(1)?, heading: row.get(2)?, body: row.get(3)? };
        Ok((row.get(0)?, section))
    })?;
    rows.collect()
}

fn contains(db: &Connection, rowid: i64, word: &str) -> Result<bool> {
    let mut query =
        db.prepare_cached("SELECT 1 FROM section WHERE section MATCH ? AND rowid = ?")?;
    Ok(query.query_row(params![word, rowid], |_| Ok(())).optional()?.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn index() -> Index {
        Index::new(&crate::embedded()).expect("an index")
    }

    /// The questions people ask, and the heading of the section that answers.
    #[test]
    fn questions_find_their_section() {
        let index = index();
        for (question, heading) in [
            ("How do I export my data?", "How do I export my data?"),
            ("exporting data", "How do I export my data?"),
            ("how can I stop an assistant", "How do I stop an assistant?"),
            ("can i use several assistants", "Can I use several assistants at once?"),
            ("do I have to choose?", "Do I have to choose an assistant?"),
            ("How do I stop an assistant?", "How do I stop an assistant?"),
            ("withdraw consent", "How do I stop an assistant?"),
            ("how do I register a bot?", "How do I register my bot?"),
            (
                "why did I receive the same message twice",
                "Why do I receive the same message twice?",
            ),
            (
                "what happens if my webhook is down",
                "What happens when my webhook fails or is down?",
            ),
            ("what does it cost?", "What does it cost to run a bot?"),
            ("how to check the signature", "How do I check the signature of a webhook?"),
            ("is this a human or a machine?", "Am I talking to a human or a machine?"),
            ("delete my account", "How do I delete my account?"),
            ("in what order are assistants shown", "In what order are the assistants shown?"),
            ("what do you keep about me", "What does this helper keep about me?"),
        ] {
            let found = index.search(question).expect("a search");
            let first = found.first().map(|found| &*found.section.heading);
            assert_eq!(first, Some(heading), "{question}: {found:?}");
        }
    }

    #[test]
    fn what_the_articles_do_not_tell_is_not_answered() {
        let index = index();
        for question in [
            "what is the weather in Paris tomorrow?",
            "who won the football match",
            "write me a poem about the sea",
            "Who won the 1962 chess olympiad?",
            "best pizza recipe",
            "hi",
            "",
            "????",
            "\" OR heading:*",
        ] {
            let found = index.search(question).expect("a search");
            assert!(found.is_empty(), "{question}: {found:?}");
        }
    }

    proptest! {
        #[test]
        fn no_question_breaks_the_query(question in "\\PC{0,120}") {
            let found = index().search(&question).expect("a search");
            prop_assert!(found.iter().all(|f| f.coverage >= ENOUGH && f.coverage <= 1.0 + 1e-9));
        }
    }
}
