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
    name: String,
    inner: Vec<Field>,
}

/// Fields in one call; more is nobody's need.
const MOST_FIELDS: usize = 200;
/// Braces within braces.
const DEEPEST: usize = 4;

/// Reads `a,b{c,d},e.limit(5)`. What stands in parentheses is passed over.
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
            '(' if !in_call => in_call = true,
            ')' if in_call => in_call = false,
            _ if in_call => {}
            ',' | '}' | '{' => {
                let top = stack.last_mut().ok_or_else(wrong)?;
                if !name.is_empty() {
                    let plain = name.split('.').next().unwrap_or_default().to_owned();
                    top.push(Field { name: plain, inner: Vec::new() });
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
        if total > MOST_FIELDS || stack.len() > DEEPEST || name.len() > 100 {
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
        let mut take = |name: &str, inner: &[Field]| {
            if let Some(value) = all.get(name).filter(|value| !value.is_null()) {
                chosen.insert(name.to_owned(), within(value, inner));
            }
        };
        match fields {
            None => self.default.iter().for_each(|name| take(name, &[])),
            Some(fields) => {
                for field in fields {
                    let name = field.name.as_str();
                    if all.get(name).is_none() && !self.known.contains(&name) {
                        return Err(GraphError::nonexisting_field(name, self.name));
                    }
                    take(name, &field.inner);
                }
            }
        }
        take("id", &[]);
        Ok(Value::Object(chosen))
    }
}

/// Of a nested object the parts asked for; of a list's `data` each entry's.
fn within(value: &Value, inner: &[Field]) -> Value {
    let Some(members) = value.as_object().filter(|_| !inner.is_empty()) else {
        return value.clone();
    };
    if let Some(Value::Array(entries)) = members.get("data") {
        let data: Vec<Value> = entries.iter().map(|entry| within(entry, inner)).collect();
        return json!({ "data": data });
    }
    let wanted = |name: &str| name == "id" || inner.iter().any(|field| field.name == name);
    let parts = members.iter().filter(|(name, _)| wanted(name));
    Value::Object(parts.map(|(name, value)| (name.clone(), value.clone())).collect())
}
