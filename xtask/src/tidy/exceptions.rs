//! `xtask/tidy-exceptions.toml`: what may break a rule, why, and how far.

use super::Finding;
use super::tree::Tree;

pub(crate) const PATH: &str = "xtask/tidy-exceptions.toml";

/// A longer function or file that is allowed.
#[derive(Debug, Clone)]
pub(crate) struct Longer {
    pub(crate) path: String,
    /// The function; `None` for the whole file.
    pub(crate) name: Option<String>,
    pub(crate) max_lines: usize,
    used: bool,
}

/// A rule that does not hold in one file.
#[derive(Debug, Clone)]
struct Allow {
    rule: String,
    path: String,
    used: bool,
}

/// The whole list.
#[derive(Debug, Default)]
pub(crate) struct Exceptions {
    pub(crate) longer: Vec<Longer>,
    allow: Vec<Allow>,
}

impl Exceptions {
    /// Reads the list from the tree; none is an empty list.
    pub(crate) fn read(tree: &Tree) -> Result<Self, String> {
        Self::parse(tree.file(PATH).map_or("", |file| file.text()))
    }

    /// Parses the list. Every entry needs a reason.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let table: toml::Table = text.parse().map_err(|e| format!("{PATH}: {e}"))?;
        let mut list = Self::default();
        for (kind, entries) in &table {
            let entries =
                entries.as_array().ok_or_else(|| format!("{PATH}: {kind} is not a list"))?;
            for entry in entries {
                list.add(kind, entry)?;
            }
        }
        Ok(list)
    }

    fn add(&mut self, kind: &str, entry: &toml::Value) -> Result<(), String> {
        let text = |key: &str| {
            let value = entry.get(key).and_then(toml::Value::as_str).map(str::trim);
            value
                .filter(|v| !v.is_empty())
                .map(str::to_owned)
                .ok_or_else(|| format!("{PATH}: a {kind} without {key}"))
        };
        text("reason")?;
        let path = text("path")?;
        if kind == "allow" {
            self.allow.push(Allow { rule: text("rule")?, path, used: false });
            return Ok(());
        }
        let max_lines = entry.get("max_lines").and_then(toml::Value::as_integer);
        let max_lines = max_lines.and_then(|n| usize::try_from(n).ok());
        let max_lines = max_lines.ok_or_else(|| format!("{PATH}: {path} without max_lines"))?;
        let name = match kind {
            "function" => Some(text("name")?),
            "file" => None,
            other => return Err(format!("{PATH}: no such kind: {other}")),
        };
        self.longer.push(Longer { path, name, max_lines, used: false });
        Ok(())
    }

    /// The maximum for a function. Of several with one name, the longest one is meant.
    pub(crate) fn function(&mut self, path: &str, name: &str, lines: usize) -> Option<usize> {
        let over = lines > super::size::FUNCTION_LINES;
        let same = |l: &&mut Longer| {
            l.path == path && l.name.as_deref() == Some(name) && (over || !l.used)
        };
        Self::take(self.longer.iter_mut().find(same))
    }

    /// The maximum for a file.
    pub(crate) fn file(&mut self, path: &str, _lines: usize) -> Option<usize> {
        Self::take(self.longer.iter_mut().find(|l| l.path == path && l.name.is_none()))
    }

    fn take(longer: Option<&mut Longer>) -> Option<usize> {
        longer.map(|l| {
            l.used = true;
            l.max_lines
        })
    }

    /// Takes out the findings that are allowed.
    pub(crate) fn apply(&mut self, findings: Vec<Finding>) -> Vec<Finding> {
        let allowed = |f: &Finding, list: &mut Vec<Allow>| {
            let entry = list.iter_mut().find(|a| a.rule == f.rule && a.path == f.path);
            entry.map(|a| a.used = true).is_some()
        };
        findings.into_iter().filter(|f| !allowed(f, &mut self.allow)).collect()
    }

    /// Exceptions that nothing needs any more.
    pub(crate) fn unused(&self) -> Vec<Finding> {
        let gone = |what: String| {
            Finding::new(PATH, 1, "exception", format!("nothing needs it any more: {what}"))
        };
        let longer = self.longer.iter().filter(|l| !l.used);
        let longer =
            longer.map(|l| gone(format!("{} {}", l.path, l.name.as_deref().unwrap_or(""))));
        let allow = self
            .allow
            .iter()
            .filter(|a| !a.used)
            .map(|a| gone(format!("{} in {}", a.rule, a.path)));
        longer.chain(allow).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_without_a_reason_is_refused() {
        assert!(
            Exceptions::parse("[[file]]\npath = \"a.rs\"\nmax_lines = 700\n")
                .unwrap_err()
                .contains("reason")
        );
        assert!(
            Exceptions::parse("[[file]]\npath = \"a.rs\"\nreason = \"r\"\n")
                .unwrap_err()
                .contains("max_lines")
        );
        assert!(
            Exceptions::parse("[[other]]\npath = \"a\"\nmax_lines = 1\nreason = \"r\"\n").is_err()
        );
    }

    #[test]
    fn an_allowance_hides_its_finding_only_and_an_unused_one_is_told() {
        let mut list = Exceptions::parse(
            "[[allow]]\nrule = \"clock\"\npath = \"a.rs\"\nreason = \"r\"\n[[allow]]\nrule = \"clock\"\npath = \"c.rs\"\nreason = \"r\"\n",
        )
        .unwrap();
        let found =
            vec![Finding::new("a.rs", 1, "clock", "x"), Finding::new("b.rs", 1, "clock", "x")];
        let left = list.apply(found);
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].path, "b.rs");
        assert!(list.unused()[0].text.contains("clock in c.rs"));
    }
}
