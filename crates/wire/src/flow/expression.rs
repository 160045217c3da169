//! References and conditions in Flow JSON: `${data.name}`, `${form.name}`,
//! `${screen.ID.form.name}`, and, for `If`, `==`, `!=`, `<`, `>`, `<=`, `>=`, `!`, `&&`, `||`.

use serde_json::{Number, Value};

use super::Members;

/// The longest condition (ours).
pub(super) const CONDITION_BYTES: usize = 500;

/// What references point into.
pub(super) struct Scope<'a> {
    /// `data` of the screen.
    pub(super) data: &'a Members,
    /// What has been entered on this screen.
    pub(super) form: &'a Members,
    /// What was entered on earlier screens, by screen.
    pub(super) screens: &'a Members,
}

impl Scope<'_> {
    /// A value with its references replaced, to any depth.
    pub(super) fn fill(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => items.iter().map(|item| self.fill(item)).collect(),
            Value::Object(members) => Value::Object(
                members.iter().map(|(name, value)| (name.clone(), self.fill(value))).collect(),
            ),
            other => other.clone(),
        }
    }

    /// A whole reference keeps its type; within a text, or between back quotes, it is written
    /// out.
    fn text(&self, text: &str) -> Value {
        if let Some(path) = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'))
            && !path.contains("${")
        {
            return self.look_up(path);
        }
        if let Some(inner) = text.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')) {
            return self.quoted(inner).into();
        }
        if !text.contains("${") {
            return text.into();
        }
        let (mut filled, mut rest) = (String::new(), text);
        while let Some((before, after)) = rest.split_once("${") {
            filled.push_str(before);
            let Some((path, after)) = after.split_once('}') else {
                rest = after;
                break;
            };
            filled.push_str(&plain(&self.look_up(path)));
            rest = after;
        }
        filled.push_str(rest);
        filled.into()
    }

    /// `'words' ${reference} 'words'`: literals and references, one after the other.
    fn quoted(&self, inner: &str) -> String {
        let mut parser = Parser { rest: inner, scope: self };
        let mut filled = String::new();
        while let Some(value) = parser.operand() {
            filled.push_str(&plain(&value));
        }
        filled
    }

    fn look_up(&self, path: &str) -> Value {
        self.found(path).cloned().unwrap_or_default()
    }

    fn found(&self, path: &str) -> Option<&Value> {
        let mut parts = path.trim().split('.');
        let (root, names): (&Members, Vec<&str>) = match parts.next() {
            Some("data") => (self.data, parts.collect()),
            Some("form") => (self.form, parts.collect()),
            Some("screen") => {
                let names: Vec<&str> = parts.filter(|part| !matches!(*part, "form")).collect();
                (self.screens, names)
            }
            _ => return None,
        };
        let mut names = names.into_iter();
        let first = names.next().and_then(|name| root.get(name));
        names.try_fold(first?, |value, name| match value {
            Value::Array(items) => items.get(name.parse::<usize>().ok()?),
            other => other.get(name),
        })
    }

    /// Whether a condition holds. One that cannot be read does not.
    pub(super) fn holds(&self, condition: &Value) -> bool {
        match condition {
            Value::Bool(flag) => *flag,
            // Longer ones are refused when the flow is uploaded.
            Value::String(text) if text.len() <= CONDITION_BYTES => {
                let inner = text.strip_prefix('`').and_then(|rest| rest.strip_suffix('`'));
                let mut parser = Parser { rest: inner.unwrap_or(text), scope: self };
                parser.either().is_some_and(|value| truth(&value))
            }
            _ => false,
        }
    }
}

/// A value as it is shown.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn truth(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => *flag,
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::Array(items) => !items.is_empty(),
        Value::Object(_) => true,
    }
}

/// Recursive descent over what is left; nesting is bounded by the condition's length.
struct Parser<'a, 'b> {
    rest: &'a str,
    scope: &'b Scope<'b>,
}

impl Parser<'_, '_> {
    fn took(&mut self, sign: &str) -> bool {
        let rest = self.rest.trim_start();
        let found = rest.strip_prefix(sign);
        if let Some(after) = found {
            self.rest = after;
        }
        found.is_some()
    }

    fn either(&mut self) -> Option<Value> {
        let mut value = self.both()?;
        while self.took("||") {
            let next = self.both()?;
            value = Value::Bool(truth(&value) || truth(&next));
        }
        Some(value)
    }

    fn both(&mut self) -> Option<Value> {
        let mut value = self.compared()?;
        while self.took("&&") {
            let next = self.compared()?;
            value = Value::Bool(truth(&value) && truth(&next));
        }
        Some(value)
    }

    fn compared(&mut self) -> Option<Value> {
        let left = self.one()?;
        for (sign, wanted) in [
            ("==", Compare::Same),
            ("!=", Compare::Other),
            ("<=", Compare::AtMost),
            (">=", Compare::AtLeast),
            ("<", Compare::Less),
            (">", Compare::More),
        ] {
            if self.took(sign) {
                let right = self.one()?;
                return Some(Value::Bool(wanted.holds(&left, &right)));
            }
        }
        Some(left)
    }

    fn one(&mut self) -> Option<Value> {
        // Loops rather than recurses, so that a row of signs cannot use up the stack.
        let mut turned = None;
        while !self.rest.trim_start().starts_with("!=") && self.took("!") {
            turned = Some(!turned.unwrap_or(false));
        }
        let value = if self.took("(") {
            let inner = self.either()?;
            if !self.took(")") {
                return None;
            }
            inner
        } else {
            self.operand()?
        };
        Some(turned.map_or(value.clone(), |turned| Value::Bool(truth(&value) != turned)))
    }

    fn operand(&mut self) -> Option<Value> {
        let rest = self.rest.trim_start();
        if let Some(after) = rest.strip_prefix("${") {
            let (path, after) = after.split_once('}')?;
            self.rest = after;
            return Some(self.scope.look_up(path));
        }
        if let Some(after) = rest.strip_prefix('\'') {
            let (text, after) = after.split_once('\'')?;
            self.rest = after;
            return Some(text.into());
        }
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-'));
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        let value = match word {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            number => Value::Number(Number::from_f64(number.parse().ok()?)?),
        };
        self.rest = after;
        Some(value)
    }
}

enum Compare {
    Same,
    Other,
    Less,
    More,
    AtMost,
    AtLeast,
}

impl Compare {
    fn holds(&self, left: &Value, right: &Value) -> bool {
        let numbers = left.as_f64().zip(right.as_f64());
        let same = numbers.map_or(left == right, |(left, right)| left == right);
        match self {
            Self::Same => same,
            Self::Other => !same,
            Self::Less => numbers.is_some_and(|(left, right)| left < right),
            Self::More => numbers.is_some_and(|(left, right)| left > right),
            Self::AtMost => numbers.is_some_and(|(left, right)| left <= right),
            Self::AtLeast => numbers.is_some_and(|(left, right)| left >= right),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn with<T>(look: impl FnOnce(&Scope<'_>) -> T) -> T {
        let of = |value: Value| value.as_object().cloned().unwrap();
        let (data, form) =
            (of(json!({"n": 3, "list": [{"id": "a"}], "yes": true})), of(json!({"x": "y"})));
        let screens = of(json!({"ONE": {"name": "Ada"}}));
        look(&Scope { data: &data, form: &form, screens: &screens })
    }

    #[test]
    fn references_keep_their_type_when_they_stand_alone() {
        with(|scope| {
            assert_eq!(scope.fill(&json!("${data.n}")), json!(3));
            assert_eq!(scope.fill(&json!("${data.list}")), json!([{"id": "a"}]));
            assert_eq!(scope.fill(&json!("n is ${data.n}!")), json!("n is 3!"));
            assert_eq!(scope.fill(&json!({"a": ["${form.x}"]})), json!({"a": ["y"]}));
            assert_eq!(scope.fill(&json!("${screen.ONE.form.name}")), json!("Ada"));
            assert_eq!(scope.fill(&json!("`'Hi ' ${screen.ONE.form.name} '.'`")), json!("Hi Ada."));
            assert_eq!(scope.fill(&json!("${data.list.0.id}")), json!("a"));
            assert_eq!(scope.fill(&json!("${nothing.there}")), Value::Null);
        });
    }

    #[test]
    fn conditions_hold_as_they_read() {
        with(|scope| {
            for (condition, holds) in [
                ("${data.n} == 3", true),
                ("${data.n} > 3", false),
                ("(${form.x} == 'y') && !(${data.n} >= 4)", true),
                ("${form.missing}", false),
                ("!${form.missing} || false", true),
                ("${form.x} != 'y'", false),
                ("!!${data.yes}", true),
                ("${data.n} ==", false),
                ("(", false),
            ] {
                assert_eq!(scope.holds(&json!(condition)), holds, "{condition}");
            }
        });
    }

    proptest! {
        #[test]
        fn no_text_does_harm(text in "[ (){}$!&|=<>'`a-z0-9.]{0,200}") {
            with(|scope| {
                let value = Value::String(text.clone());
                let _ = (scope.holds(&value), scope.fill(&value));
            });
        }
    }
}
