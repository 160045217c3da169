//! Articles: Markdown with a `# Title`, cut into the sections that begin with `## Heading`.

use std::fs;
use std::path::Path;

use assistant_kit::Error;

/// Most articles read from a folder, and the largest one; what is beyond is refused aloud.
const MAX_ARTICLES: usize = 1000;
const MAX_BYTES: u64 = 1024 * 1024;

/// A part of an article that can be an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The article it is from.
    pub title: String,
    /// Its heading; empty for what stands before the first one.
    pub heading: String,
    /// Its text, still Markdown.
    pub body: String,
}

const EMBEDDED: [(&str, &str); 8] = [
    ("choosing-assistants", include_str!("../articles/choosing-assistants.md")),
    ("consent", include_str!("../articles/consent.md")),
    ("stopping-an-assistant", include_str!("../articles/stopping-an-assistant.md")),
    ("exporting-and-deleting", include_str!("../articles/exporting-and-deleting.md")),
    ("what-assistants-see", include_str!("../articles/what-assistants-see.md")),
    ("registering-a-bot", include_str!("../articles/registering-a-bot.md")),
    ("deliveries-and-retries", include_str!("../articles/deliveries-and-retries.md")),
    ("privacy-of-this-helper", include_str!("../articles/privacy-of-this-helper.md")),
];

/// The articles about Strowger that come with the program.
pub fn embedded() -> Vec<Section> {
    EMBEDDED.iter().flat_map(|(name, text)| sections(name, text)).collect()
}

/// The articles (`*.md`) of a folder, in the order of their names.
pub fn from_folder(folder: &Path) -> Result<Vec<Section>, Error> {
    let reading = || format!("read the articles in {}", folder.display());
    let entries = fs::read_dir(folder).map_err(Error::io(reading()))?;
    let mut paths: Vec<_> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(Error::io(reading()))?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    paths.sort();
    if paths.is_empty() || paths.len() > MAX_ARTICLES {
        return Err(Error::Settings(format!(
            "--articles: {} holds {} .md files; 1 to {MAX_ARTICLES} can be used",
            folder.display(),
            paths.len()
        )));
    }
    let mut all = Vec::new();
    for path in paths {
        let size = fs::metadata(&path).map_err(Error::io(reading()))?.len();
        if size > MAX_BYTES {
            return Err(Error::Settings(format!(
                "--articles: {} is larger than {MAX_BYTES} bytes",
                path.display()
            )));
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(&path)
            .map_err(Error::io(format!("read the article {}", path.display())))?;
        all.extend(sections(&name, &text));
    }
    Ok(all)
}

/// Cuts one article; `name` is its title when it has none.
pub fn sections(name: &str, text: &str) -> Vec<Section> {
    let mut title = name.to_owned();
    let mut found = Vec::new();
    let (mut heading, mut body) = (String::new(), String::new());
    let mut in_code = false;
    for line in text.lines() {
        // A hash in a code block is a comment, not a heading.
        in_code ^= line.trim_start().starts_with("```");
        let level = |marks: &str| line.strip_prefix(marks).filter(|_| !in_code).map(str::trim);
        if let Some(text) = level("# ") {
            text.clone_into(&mut title);
        } else if let Some(text) = level("## ") {
            found.push((
                std::mem::replace(&mut heading, text.to_owned()),
                std::mem::take(&mut body),
            ));
        } else {
            body.push_str(line);
            body.push('\n');
        }
    }
    found.push((heading, body));
    let filled = found.into_iter().filter(|(_, body)| !body.trim().is_empty());
    filled
        .map(|(heading, body)| Section {
            title: title.clone(),
            heading,
            body: body.trim().to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_is_cut_at_its_headings() {
        let text = "# T\n\nintro\n\n## A\n\na1\n```\n## no heading\n```\n\n## Empty\n\n## B\nb\n";
        let cut = sections("file", text);
        let read: Vec<(&str, &str)> = cut.iter().map(|s| (&*s.heading, &*s.body)).collect();
        assert_eq!(read, [("", "intro"), ("A", "a1\n```\n## no heading\n```"), ("B", "b")]);
        assert!(cut.iter().all(|section| section.title == "T"));
        assert_eq!(sections("file", "only text")[0].title, "file");
    }

    #[test]
    fn the_embedded_articles_are_whole() {
        let sections = embedded();
        assert!(sections.len() > 20);
        for section in sections {
            assert!(!section.title.contains('-'), "{} has no title line", section.title);
            assert!(section.body.len() < 2000, "{}: {}", section.title, section.heading);
        }
    }

    #[test]
    fn a_folder_without_articles_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        assert!(from_folder(dir.path()).is_err());
        assert!(from_folder(&dir.path().join("missing")).is_err());
        fs::write(dir.path().join("a.md"), "# A\nx").unwrap();
        fs::write(dir.path().join("b.txt"), "not an article").unwrap();
        assert_eq!(from_folder(dir.path()).unwrap().len(), 1);
    }
}
