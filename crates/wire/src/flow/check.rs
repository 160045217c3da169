//! What is wrong with Flow JSON, found when it is uploaded (reference 8: `validation_errors`).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::expression::CONDITION_BYTES;

/// The largest Flow JSON, bytes (Cloud API: 10 MB; here as much as a call may carry).
pub const JSON_BYTES: usize = exchange::limits::BODY_BYTES;
/// Screens, and components of one screen (Cloud API: 50 components; screens are ours).
const SCREENS: usize = 50;
const COMPONENTS: usize = 50;
/// How deep components nest (`Form`, `If`, `Switch`).
const DEPTH: usize = 6;

/// Components that a screen can show, and what each must have.
const KNOWN: &[(&str, &[&str])] = &[
    ("TextHeading", &["text"]),
    ("TextSubheading", &["text"]),
    ("TextBody", &["text"]),
    ("TextCaption", &["text"]),
    ("RichText", &["text"]),
    ("TextInput", &["name", "label"]),
    ("TextArea", &["name", "label"]),
    ("CheckboxGroup", &["name", "data-source"]),
    ("ChipsSelector", &["name", "data-source", "label"]),
    ("RadioButtonsGroup", &["name", "data-source"]),
    ("Dropdown", &["name", "data-source", "label"]),
    ("OptIn", &["name", "label"]),
    ("DatePicker", &["name", "label"]),
    ("CalendarPicker", &["name", "label"]),
    ("EmbeddedLink", &["text", "on-click-action"]),
    ("NavigationList", &["name", "list-items"]),
    ("Image", &["src"]),
    ("Footer", &["label", "on-click-action"]),
    ("Form", &["children"]),
    ("If", &["condition", "then"]),
    ("Switch", &["value", "cases"]),
];

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The platform's word for this kind of mistake.
    pub error: &'static str,
    /// In words.
    pub message: String,
    /// Where: `screens[0].layout`.
    pub path: String,
    /// Line, from 1; 0 when it has no place of its own.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
}

impl Problem {
    /// As the platform writes it.
    pub fn to_json(&self) -> Value {
        json!({
            "error": self.error,
            "error_type": if self.error == "INVALID_JSON" { "JSON_ERROR" } else { "FLOW_JSON_ERROR" },
            "message": self.message,
            "line_start": self.line, "line_end": self.line,
            "column_start": self.column, "column_end": self.column,
            "pointers": [{
                "line_start": self.line, "line_end": self.line,
                "column_start": self.column, "column_end": self.column, "path": self.path,
            }],
        })
    }
}

/// Everything that is wrong, at most fifty things.
pub fn check(json: &str) -> Vec<Problem> {
    let mut found = Findings { json, problems: Vec::new() };
    if json.len() > JSON_BYTES {
        let message = format!("Flow JSON must be at most {JSON_BYTES} bytes long.");
        found.add("INVALID_PROPERTY_VALUE", "", message);
        return found.problems;
    }
    match serde_json::from_str::<Value>(json) {
        Ok(Value::Object(all)) => found.whole(&all),
        Ok(_) => found.add("INVALID_PROPERTY_TYPE", "", "Flow JSON must be an object.".into()),
        Err(error) => found.problems.push(Problem {
            error: "INVALID_JSON",
            message: format!("It is not valid JSON: {error}."),
            path: String::new(),
            line: error.line(),
            column: error.column(),
        }),
    }
    found.problems.truncate(50);
    found.problems
}

struct Findings<'a> {
    json: &'a str,
    problems: Vec<Problem>,
}

impl Findings<'_> {
    fn add(&mut self, error: &'static str, path: &str, message: String) {
        let (line, column) = place(self.json, path);
        self.problems.push(Problem { error, message, path: path.to_owned(), line, column });
    }

    fn missing(&mut self, path: &str, name: &str) {
        let message = format!("Property '{name}' is required and missing at '{path}'.");
        self.add("REQUIRED_PROPERTY_MISSING", path, message);
    }

    fn whole(&mut self, all: &Map<String, Value>) {
        if !all.get("version").is_some_and(Value::is_string) {
            self.missing("", "version");
        }
        let Some(screens) = all.get("screens").and_then(Value::as_array) else {
            return self.missing("", "screens");
        };
        if screens.is_empty() || screens.len() > SCREENS {
            let message = format!("'screens' must hold 1 to {SCREENS} screens.");
            self.add("INVALID_PROPERTY_VALUE", "screens", message);
        }
        let mut ids = BTreeSet::new();
        for (i, screen) in screens.iter().enumerate() {
            let path = format!("screens[{i}]");
            match screen["id"].as_str() {
                None => self.missing(&path, "id"),
                Some("SUCCESS") => {
                    let message = "SUCCESS is a reserved screen id.".to_owned();
                    self.add("INVALID_PROPERTY_VALUE", &format!("{path}.id"), message);
                }
                Some(id) if !ids.insert(id) => {
                    let message = format!("Screen id '{id}' is used more than once.");
                    self.add("INVALID_PROPERTY_VALUE", &format!("{path}.id"), message);
                }
                Some(_) => {}
            }
        }
        for (i, screen) in screens.iter().enumerate().take(SCREENS) {
            self.screen(&format!("screens[{i}]"), screen, &ids);
        }
        if !screens.iter().any(|screen| screen["terminal"] == true) {
            let message = "At least one screen must be terminal.".to_owned();
            self.add("INVALID_PROPERTY_VALUE", "screens", message);
        }
    }

    fn screen(&mut self, path: &str, screen: &Value, ids: &BTreeSet<&str>) {
        let path = format!("{path}.layout");
        let Some(children) = screen["layout"]["children"].as_array() else {
            return self.missing(&path, "children");
        };
        let mut names = BTreeSet::new();
        let mut count = 0;
        self.components(&path, children, ids, (&mut names, &mut count), 0);
        if count > COMPONENTS {
            let message = format!("A screen may have at most {COMPONENTS} components.");
            self.add("INVALID_PROPERTY_VALUE", &path, message);
        }
    }

    fn components(
        &mut self,
        path: &str,
        children: &[Value],
        ids: &BTreeSet<&str>,
        (names, count): (&mut BTreeSet<String>, &mut usize),
        depth: usize,
    ) {
        if depth > DEPTH {
            let message = format!("Components may nest {DEPTH} deep.");
            return self.add("INVALID_PROPERTY_VALUE", path, message);
        }
        for (i, child) in children.iter().enumerate() {
            *count += 1;
            let path = format!("{path}.children[{i}]");
            self.component(&path, child, ids, names);
            let mut inner: Vec<(String, &Vec<Value>)> = Vec::new();
            for name in ["children", "then", "else"] {
                inner.extend(child[name].as_array().map(|part| (name.to_owned(), part)));
            }
            for (case, part) in child["cases"].as_object().into_iter().flatten() {
                inner.extend(part.as_array().map(|part| (format!("cases.{case}"), part)));
            }
            for (name, part) in inner {
                let path = format!("{path}.{name}");
                self.components(&path, part, ids, (names, count), depth + 1);
            }
        }
    }

    fn component(
        &mut self,
        path: &str,
        child: &Value,
        ids: &BTreeSet<&str>,
        names: &mut BTreeSet<String>,
    ) {
        let kind = child["type"].as_str().unwrap_or_default();
        let Some((_, needed)) = KNOWN.iter().find(|known| known.0 == kind) else {
            let message = format!("Component type '{kind}' is not one that can be shown here.");
            return self.add("INVALID_PROPERTY_VALUE", path, message);
        };
        for name in *needed {
            if child[*name].is_null() {
                self.missing(path, name);
            }
        }
        // Branches of `If` and `Switch` may use one name in each.
        if let Some(name) = child["name"].as_str().filter(|_| kind != "Form") {
            names.insert(name.to_owned());
        }
        if child["condition"].as_str().is_some_and(|text| text.len() > CONDITION_BYTES) {
            let message = format!("A condition may have at most {CONDITION_BYTES} characters.");
            self.add("INVALID_PROPERTY_VALUE", &format!("{path}.condition"), message);
        }
        for name in ["on-click-action", "on-select-action"] {
            if !child[name].is_null() {
                self.action(&format!("{path}.{name}"), &child[name], ids);
            }
        }
    }

    fn action(&mut self, path: &str, action: &Value, ids: &BTreeSet<&str>) {
        match action["name"].as_str() {
            Some("navigate") => {
                let next = action["next"]["name"].as_str().unwrap_or_default();
                if !ids.contains(next) {
                    let message = format!("There is no screen '{next}' to navigate to.");
                    self.add("INVALID_PROPERTY_VALUE", path, message);
                }
            }
            Some("open_url") => {
                if action["url"].as_str().is_none_or(str::is_empty) {
                    self.missing(path, "url");
                }
            }
            Some("complete" | "data_exchange" | "update_data") => {}
            other => {
                let message = format!("Action '{}' is not known.", other.unwrap_or_default());
                self.add("INVALID_PROPERTY_VALUE", path, message);
            }
        }
    }
}

/// Where a path like `screens[0].layout.children[2]` stands in the text: line and column from 1;
/// of the nearest thing around it that is there.
fn place(json: &str, path: &str) -> (usize, usize) {
    let bytes = json.as_bytes();
    let mut at = blank(bytes, 0);
    for step in path.split(['.', '[']).filter(|step| !step.is_empty()) {
        let found = match step.strip_suffix(']') {
            Some(index) => item(bytes, at, index.parse().unwrap_or(0)),
            None => member(bytes, at, step),
        };
        let Some(found) = found else { break };
        at = found;
    }
    let before = &bytes[..at.min(bytes.len())];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    (line, before.len() - start + 1)
}

fn blank(bytes: &[u8], at: usize) -> usize {
    let more = bytes.get(at..).unwrap_or_default();
    at + more.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// The end of the value that begins at `at`; the text is known to be valid JSON.
fn end(bytes: &[u8], at: usize) -> usize {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (i, byte) in bytes.iter().enumerate().skip(at) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => {
                quoted = !quoted;
                if !quoted && depth == 0 {
                    return i + 1;
                }
            }
            _ if quoted => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return i,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return i + 1;
                }
            }
            b',' if depth == 0 => return i,
            _ => {}
        }
    }
    bytes.len()
}

fn item(bytes: &[u8], at: usize, index: usize) -> Option<usize> {
    let mut at = blank(bytes, at.checked_add(1).filter(|_| bytes.get(at) == Some(&b'['))?);
    for _ in 0..index {
        at = blank(bytes, end(bytes, at));
        at = blank(bytes, (bytes.get(at) == Some(&b',')).then_some(at + 1)?);
    }
    (bytes.get(at) != Some(&b']')).then_some(at)
}

fn member(bytes: &[u8], at: usize, name: &str) -> Option<usize> {
    let mut at = blank(bytes, at.checked_add(1).filter(|_| bytes.get(at) == Some(&b'{'))?);
    while bytes.get(at) == Some(&b'"') {
        let close = end(bytes, at);
        let here = bytes.get(at + 1..close - 1) == Some(name.as_bytes());
        at = blank(bytes, blank(bytes, close) + 1);
        if here {
            return Some(at);
        }
        at = blank(bytes, end(bytes, at));
        at = blank(bytes, (bytes.get(at) == Some(&b',')).then_some(at + 1)?);
    }
    None
}
