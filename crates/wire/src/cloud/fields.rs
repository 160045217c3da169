//! `fields=a,b{c},d.limit(5)`: which fields of a node are told (reference 1).
//!
//! A field of the platform's that this exchange has nothing to say about is left out, as Graph
//! leaves out what is empty; a name that no such node has is an error.

use serde_json::{Map, Value, json};

use super::error::{GraphError, shortened};
use super::params::Params;

/// A field asked for, and what of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// Its name.
    pub(super) name: String,
    /// What follows it with dots: `limit(5)` is `("limit", "5")`.
    pub(super) calls: Vec<(String, String)>,
    inner: Vec<Field>,
}

impl Field {
    /// The argument of a call, without quotes and brackets.
    pub(super) fn call(&self, name: &str) -> Option<&str> {
        self.calls.iter().find(|(found, _)| found == name).map(|(_, argument)| argument.as_str())
    }
}

/// A field as written: `analytics.start(1).end(2)`.
fn field(text: &str) -> Field {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_u32, 0);
    for (i, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '.' if depth == 0 => {
                parts.push(&text[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    let mut parts = parts.into_iter();
    let name = parts.next().unwrap_or_default();
    let called = |part: &str| {
        let (name, argument) = part.split_once('(')?;
        Some((name.to_owned(), argument.strip_suffix(')')?.to_owned()))
    };
    let own = name.split('(').next().unwrap_or_default().to_owned();
    Field { name: own, calls: parts.filter_map(called).collect(), inner: Vec::new() }
}

/// Fields in one call; more is nobody's need.
const MOST_FIELDS: usize = 200;
/// Braces within braces.
const DEEPEST: usize = 4;

/// Longest field with its calls, in bytes.
const LONGEST: usize = 2000;

/// Reads `a,b{c,d},e.limit(5)`.
fn selection(text: &str) -> Result<Vec<Field>, GraphError> {
    let mut stack: Vec<Vec<Field>> = vec![Vec::new()];
    let (mut name, mut total, mut in_call) = (String::new(), 0, false);
    let wrong = || {
        GraphError::new(400, 2500, "Syntax error in the parameter fields").details(format!(
            "fields was \"{}\"; names separated by commas are expected, as in id,name{{id}}.",
            shortened(text)
        ))
    };
    // A closing comma ends the last name like every other.
    for c in text.chars().chain([',']) {
        match c {
            '(' | ')' if in_call == (c == ')') => {
                in_call = !in_call;
                name.push(c);
            }
            _ if in_call => name.push(c),
            ',' | '}' | '{' => {
                let top = stack.last_mut().ok_or_else(wrong)?;
                if !name.is_empty() {
                    top.push(field(&name));
                    total += 1;
                    name.clear();
                } else if c == '{' {
                    return Err(wrong());
                }
                if c == '{' {
                    stack.push(Vec::new());
                } else if c == '}' {
                    let inner = stack.pop().unwrap_or_default();
                    let owner = stack.last_mut().and_then(|fields| fields.last_mut());
                    owner.ok_or_else(wrong)?.inner = inner;
                }
            }
            c if c.is_ascii_alphanumeric() || matches!(c, '_' | '.') => name.push(c),
            ' ' => {}
            _ => return Err(wrong()),
        }
        if total > MOST_FIELDS || stack.len() > DEEPEST || name.len() > LONGEST {
            return Err(wrong());
        }
    }
    if in_call || stack.len() != 1 { Err(wrong()) } else { Ok(stack.pop().unwrap_or_default()) }
}

/// `fields`, in either spelling; `None` for the default ones.
pub(super) fn asked(params: &Params) -> Result<Option<Vec<Field>>, GraphError> {
    let Some(text) = params.get("fields") else { return Ok(None) };
    let fields = match text.as_str().filter(|text| !text.trim_start().starts_with('[')) {
        Some(text) => selection(text)?,
        None => selection(&params.list("fields")?.unwrap_or_default().join(","))?,
    };
    Ok(Some(fields).filter(|fields| !fields.is_empty()))
}

/// A kind of node: what it is called, what it can be asked, what it tells unasked.
pub(super) struct NodeType {
    pub(super) name: &'static str,
    pub(super) known: &'static [&'static str],
    pub(super) default: &'static [&'static str],
}

impl NodeType {
    /// The fields asked for, or the default ones; `id` always, where there is one.
    pub(super) fn select(
        &self,
        all: &Value,
        fields: Option<&[Field]>,
    ) -> Result<Value, GraphError> {
        let mut chosen = Map::new();
        let mut take = |name: &str, field: Option<&Field>| {
            if let Some(value) = all.get(name).filter(|value| !value.is_null()) {
                let value = field.map_or_else(|| value.clone(), |field| within(value, field));
                chosen.insert(name.to_owned(), value);
            }
        };
        match fields {
            None => self.default.iter().for_each(|name| take(name, None)),
            Some(fields) => {
                for field in fields {
                    let name = field.name.as_str();
                    if all.get(name).is_none() && !self.known.contains(&name) {
                        return Err(GraphError::nonexisting_field(name, self.name));
                    }
                    take(name, Some(field));
                }
            }
        }
        take("id", None);
        Ok(Value::Object(chosen))
    }
}

/// Of a nested object the parts asked for; of a list's `data` each entry's, as many as its limit
/// lets through.
fn within(value: &Value, field: &Field) -> Value {
    let Some(members) = value.as_object() else { return value.clone() };
    let Some(Value::Array(entries)) = members.get("data") else { return parts(members, field) };
    let limit = field.call("limit").and_then(|limit| limit.trim().parse().ok());
    let cut = |entry: &Value| match entry.as_object() {
        Some(members) => parts(members, field),
        None => entry.clone(),
    };
    let data: Vec<Value> = entries.iter().take(limit.unwrap_or(usize::MAX)).map(cut).collect();
    match members.get("paging").filter(|_| !data.is_empty()) {
        Some(paging) => json!({"data": data, "paging": paging}),
        None => json!({ "data": data }),
    }
}

fn parts(members: &Map<String, Value>, field: &Field) -> Value {
    if field.inner.is_empty() {
        return Value::Object(members.clone());
    }
    let part = |(name, value): (&String, &Value)| {
        let inner = field.inner.iter().find(|inner| inner.name == *name);
        let value = inner.map_or_else(|| value.clone(), |inner| within(value, inner));
        (inner.is_some() || name == "id").then(|| (name.clone(), value))
    };
    Value::Object(members.iter().filter_map(part).collect())
}
