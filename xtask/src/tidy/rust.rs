//! What the checks need to know of a Rust file: its functions, and which lines are tests.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// A function with a body: its name, first and last line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) first_line: usize,
    pub(crate) last_line: usize,
}

impl Function {
    /// Lines from the signature to the closing brace.
    pub(crate) fn lines(&self) -> usize {
        self.last_line + 1 - self.first_line
    }
}

/// A parsed Rust file.
#[derive(Debug, Default)]
pub(crate) struct RustFile {
    pub(crate) functions: Vec<Function>,
    /// First and last lines of items under `#[cfg(test)]`.
    pub(crate) test_ranges: Vec<(usize, usize)>,
    /// `mod name;`: the name, an explicit `#[path]`, and whether it is under `#[cfg(test)]`.
    pub(crate) modules: Vec<Module>,
}

/// A module that lives in another file.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) name: String,
    pub(crate) path: Option<String>,
    pub(crate) test_only: bool,
}

impl RustFile {
    /// Parses the text; an error is a line and a reason.
    pub(crate) fn parse(text: &str) -> Result<Self, (usize, String)> {
        let file = syn::parse_file(text).map_err(|e| (e.span().start().line, e.to_string()))?;
        let mut found = Self::default();
        found.visit_file(&file);
        Ok(found)
    }

    /// Is this line inside an item under `#[cfg(test)]`?
    pub(crate) fn is_test_line(&self, line: usize) -> bool {
        self.test_ranges.iter().any(|&(first, last)| first <= line && line <= last)
    }

    fn function(&mut self, name: &syn::Ident, signature: Span, body: &syn::Block) {
        self.functions.push(Function {
            name: name.to_string(),
            first_line: signature.start().line,
            last_line: body.brace_token.span.close().end().line,
        });
    }

    fn test_range(&mut self, attributes: &[syn::Attribute], whole: Span) {
        if attributes.iter().any(is_cfg_test) {
            self.test_ranges.push((whole.start().line, whole.end().line));
        }
    }
}

impl<'ast> Visit<'ast> for RustFile {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        match item {
            syn::Item::Fn(f) => self.test_range(&f.attrs, f.span()),
            syn::Item::Impl(i) => self.test_range(&i.attrs, i.span()),
            syn::Item::Use(u) => self.test_range(&u.attrs, u.span()),
            syn::Item::Struct(s) => self.test_range(&s.attrs, s.span()),
            syn::Item::Macro(m) => self.test_range(&m.attrs, m.span()),
            syn::Item::Mod(m) => {
                self.test_range(&m.attrs, m.span());
                if m.content.is_none() {
                    self.modules.push(Module {
                        name: m.ident.to_string(),
                        path: m.attrs.iter().find_map(path_attribute),
                        test_only: m.attrs.iter().any(is_cfg_test),
                    });
                }
            }
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig.ident, item.sig.span(), &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.test_range(&item.attrs, item.span());
        self.function(&item.sig.ident, item.sig.span(), &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(body) = &item.default {
            self.function(&item.sig.ident, item.sig.span(), body);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

/// `#[cfg(test)]`, also inside `any` and `all`, but not `not(test)`.
fn is_cfg_test(attribute: &syn::Attribute) -> bool {
    let syn::Meta::List(list) = &attribute.meta else { return false };
    if !list.path.is_ident("cfg") {
        return false;
    }
    let condition = list.tokens.to_string().replace(' ', "");
    let names_test = condition
        .split(|c: char| !c.is_alphanumeric() && c != '_' && c != '"')
        .any(|word| word == "test");
    names_test && !condition.contains("not(test)")
}

/// `#[path = "…"]`.
fn path_attribute(attribute: &syn::Attribute) -> Option<String> {
    let syn::Meta::NameValue(pair) = &attribute.meta else { return None };
    let syn::Expr::Lit(literal) = &pair.value else { return None };
    match &literal.lit {
        syn::Lit::Str(text) if pair.path.is_ident("path") => Some(text.value()),
        _ => None,
    }
}

/// The files that `module`, declared in the file at `declared_in`, may live in.
pub(crate) fn module_files(declared_in: &str, module: &Module) -> [String; 2] {
    let (folder, name) = declared_in.rsplit_once('/').unwrap_or(("", declared_in));
    let stem = name.trim_end_matches(".rs");
    let base = if matches!(stem, "lib" | "main" | "mod") || folder.ends_with("/tests") {
        folder.to_owned()
    } else {
        format!("{folder}/{stem}")
    };
    match &module.path {
        Some(path) => [format!("{folder}/{path}"), String::new()],
        None => [format!("{base}/{}.rs", module.name), format!("{base}/{}/mod.rs", module.name)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_have_their_lines() {
        let file = RustFile::parse("/// Doc\nfn a(\n) {\n}\nimpl X { fn b() {} }\n").unwrap();
        let found: Vec<_> = file.functions.iter().map(|f| (f.name.as_str(), f.lines())).collect();
        assert_eq!(found, [("a", 3), ("b", 1)]);
    }

    #[test]
    fn test_items_are_found_and_not_test_is_not() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n}\n#[cfg(not(test))]\nfn b() {}\n";
        let file = RustFile::parse(text).unwrap();
        assert_eq!(file.test_ranges, [(2, 4)]);
        assert!(file.is_test_line(3) && !file.is_test_line(6));
    }

    #[test]
    fn a_file_that_does_not_parse_names_the_line() {
        assert_eq!(RustFile::parse("fn a() {}\nfn {").unwrap_err().0, 2);
    }

    #[test]
    fn modules_are_looked_for_where_rust_looks() {
        let file = RustFile::parse("#[cfg(test)]\nmod tests;\n").unwrap();
        let module = &file.modules[0];
        assert!(module.test_only);
        assert_eq!(module_files("a/src/lib.rs", module)[0], "a/src/tests.rs");
        assert_eq!(module_files("a/src/b.rs", module)[0], "a/src/b/tests.rs");
    }
}
