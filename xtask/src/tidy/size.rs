//! Functions ≤ 70 lines, files ≤ 600, module depth ≤ 3. What is longer stands in the list of
//! exceptions with a reason, and may only shrink.

use super::Finding;
use super::exceptions::Exceptions;
use super::tree::Tree;

pub(crate) const FUNCTION_LINES: usize = 70;
pub(crate) const FILE_LINES: usize = 600;
const MODULE_DEPTH: usize = 3;

/// Lengths of functions and files against the limits and the exceptions.
pub(crate) fn check(tree: &Tree, exceptions: &mut Exceptions) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, rust) in tree.rust() {
        for function in &rust.functions {
            let allowed = exceptions.function(&file.path, &function.name, function.lines());
            findings.extend(judge(
                &file.path,
                function.first_line,
                &function.name,
                allowed,
                function.lines(),
                FUNCTION_LINES,
            ));
        }
    }
    for file in tree.files.iter().filter(|file| file.is_source()) {
        let lines = file.text().lines().count();
        let allowed = exceptions.file(&file.path, lines);
        findings.extend(judge(&file.path, 1, "the file", allowed, lines, FILE_LINES));
    }
    findings
}

fn judge(
    path: &str,
    line: usize,
    what: &str,
    allowed: Option<usize>,
    lines: usize,
    limit: usize,
) -> Option<Finding> {
    let finding = |text: String| Some(Finding::new(path, line, "size", text));
    match allowed {
        None if lines > limit => {
            finding(format!("{what} has {lines} lines, the limit is {limit}: split it"))
        }
        Some(max) if lines <= limit => {
            finding(format!("{what} has {lines} lines now: remove its exception of {max}"))
        }
        Some(max) if lines > max => {
            finding(format!("{what} has {lines} lines, its exception says {max} and may not grow"))
        }
        Some(max) if lines < max => finding(format!(
            "{what} has {lines} lines now: lower its exception of {max} to {lines}"
        )),
        _ => None,
    }
}

/// Module depth: `src/a/b/c.rs` is three deep.
pub(crate) fn depth(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, _) in tree.rust() {
        let Some((_, inside)) = file.path.split_once("src/") else { continue };
        let parts =
            inside.split('/').filter(|p| !matches!(*p, "mod.rs" | "lib.rs" | "main.rs")).count();
        if parts > MODULE_DEPTH {
            let text = format!("the module is {parts} deep, the limit is {MODULE_DEPTH}");
            findings.push(Finding::new(&file.path, 1, "depth", text));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::tree::sample;
    use super::*;

    fn long(lines: usize) -> String {
        format!("fn long() {{\n{}}}\n", "    let _ = 1;\n".repeat(lines - 2))
    }

    fn found(lines: usize, exceptions: &str) -> Vec<String> {
        let tree = sample(&[("a/src/lib.rs", &long(lines))]);
        let mut exceptions = Exceptions::parse(exceptions).unwrap();
        check(&tree, &mut exceptions).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_function_at_the_limit_passes_and_one_line_more_does_not() {
        assert!(found(70, "").is_empty());
        assert!(found(71, "")[0].starts_with("a/src/lib.rs:1: size: long has 71 lines"));
    }

    #[test]
    fn a_file_over_the_limit_is_found() {
        let short = "fn f() {}\n".repeat(601);
        let tree = sample(&[("a/src/lib.rs", &short)]);
        assert_eq!(check(&tree, &mut Exceptions::default()).len(), 1);
        let vendored = sample(&[("web/vendor/lib.js", &short)]);
        assert!(check(&vendored, &mut Exceptions::default()).is_empty());
    }

    #[test]
    fn an_exception_may_neither_be_passed_nor_left_behind() {
        let exception = |max: usize| {
            format!(
                "[[function]]\npath = \"a/src/lib.rs\"\nname = \"long\"\nmax_lines = {max}\nreason = \"a table\"\n"
            )
        };
        assert!(found(80, &exception(80)).is_empty());
        assert!(found(81, &exception(80))[0].contains("may not grow"));
        assert!(found(79, &exception(80))[0].contains("lower its exception of 80 to 79"));
        assert!(found(70, &exception(80))[0].contains("remove its exception"));
    }

    #[test]
    fn a_module_four_deep_is_found() {
        assert!(depth(&sample(&[("c/x/src/a/b/c.rs", "")])).is_empty());
        assert_eq!(depth(&sample(&[("c/x/src/a/b/c/d.rs", "")])).len(), 1);
        assert!(depth(&sample(&[("c/x/src/a/b/c/mod.rs", "")])).is_empty());
    }
}
