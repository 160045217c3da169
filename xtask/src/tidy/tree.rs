//! The files of the repository as the checks see them: what git tracks, and what it would track.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use super::rust::RustFile;

/// One file: path from the root with `/`, its bytes, its text when it is UTF-8.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) text: Option<String>,
}

impl File {
    /// The text, or nothing for a binary file.
    pub(crate) fn text(&self) -> &str {
        self.text.as_deref().unwrap_or("")
    }

    /// The lines with their numbers, from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text().lines().enumerate().map(|(i, line)| (i + 1, line))
    }

    /// The name without its folders.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The ending without the dot, or nothing.
    pub(crate) fn extension(&self) -> &str {
        self.name().rsplit_once('.').map_or("", |(_, ending)| ending)
    }

    /// Made by others and kept as it came.
    pub(crate) fn is_vendored(&self) -> bool {
        super::vendor::FOLDERS.iter().any(|folder| self.path.starts_with(folder))
    }

    /// Recorded payloads: other people's words, kept as they came.
    pub(crate) fn is_recorded(&self) -> bool {
        self.path.split('/').any(|part| part == "testdata" || part == "snapshots")
    }

    /// Written by a tool.
    pub(crate) fn is_lock(&self) -> bool {
        matches!(self.name(), "Cargo.lock" | "package-lock.json")
    }

    /// Source code of ours that the size rules count.
    pub(crate) fn is_source(&self) -> bool {
        matches!(self.extension(), "rs" | "js" | "mjs" | "ts" | "css" | "py" | "sh" | "sql")
            && !self.is_vendored()
            && !self.is_recorded()
    }
}

/// All files, and every Rust file parsed once.
pub(crate) struct Tree {
    pub(crate) files: Vec<File>,
    parsed: BTreeMap<String, Result<RustFile, (usize, String)>>,
}

impl Tree {
    /// Reads what git tracks under `root`, and new files that it does not ignore.
    pub(crate) fn read(root: &Path) -> Result<Self, String> {
        let output = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()
            .map_err(|e| format!("git ls-files does not start: {e}"))?;
        if !output.status.success() {
            return Err(format!("git ls-files: {}", String::from_utf8_lossy(&output.stderr)));
        }
        let listing = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut paths: Vec<&str> = listing.split('\0').filter(|path| !path.is_empty()).collect();
        paths.sort_unstable();
        paths.dedup();
        let mut files = Vec::new();
        for path in paths {
            // A file deleted in the work tree is still in git's list.
            if let Ok(bytes) = std::fs::read(root.join(path)) {
                files.push((path.to_owned(), bytes));
            }
        }
        Ok(Self::new(files))
    }

    /// A tree of the given files, for the checks' own tests as well.
    pub(crate) fn new(files: Vec<(String, Vec<u8>)>) -> Self {
        let files: Vec<File> = files
            .into_iter()
            .map(|(path, bytes)| {
                let text = String::from_utf8(bytes.clone()).ok();
                File { path, bytes, text }
            })
            .collect();
        let parsed = files
            .iter()
            .filter(|file| file.extension() == "rs" && !file.is_recorded())
            .map(|file| (file.path.clone(), RustFile::parse(file.text())))
            .collect();
        Self { files, parsed }
    }

    /// The file at `path`.
    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Is there a file, or a folder with a file in it, at `path`?
    pub(crate) fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        path.is_empty() || self.files.iter().any(|f| f.path == path || f.path.starts_with(&folder))
    }

    /// Every Rust file that parses.
    pub(crate) fn rust(&self) -> impl Iterator<Item = (&File, &RustFile)> {
        self.files.iter().filter_map(|file| {
            let parsed = self.parsed.get(&file.path)?.as_ref().ok()?;
            Some((file, parsed))
        })
    }

    /// Every Rust file that does not parse: path, line, reason.
    pub(crate) fn unparsed(&self) -> impl Iterator<Item = (&str, usize, &str)> {
        self.parsed.iter().filter_map(|(path, result)| {
            let (line, reason) = result.as_ref().err()?;
            Some((path.as_str(), *line, reason.as_str()))
        })
    }
}

#[cfg(test)]
pub(crate) fn sample(files: &[(&str, &str)]) -> Tree {
    Tree::new(files.iter().map(|(p, t)| ((*p).to_owned(), t.as_bytes().to_vec())).collect())
}
