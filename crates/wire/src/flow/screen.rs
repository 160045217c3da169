//! What a screen shows: its components with everything filled in.

use serde_json::{Map, Value};

use super::expression::{Scope, plain};
use super::{Members, Script};

/// How large a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// A heading.
    Heading,
    /// A smaller heading.
    Subheading,
    /// Text with WhatsApp's marks.
    Body,
    /// Small print.
    Caption,
}

/// One of several things to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is answered.
    pub id: String,
    /// What is read.
    pub title: String,
    /// More about it; may be empty.
    pub description: String,
    /// Whether it can be chosen.
    pub enabled: bool,
}

/// What a field asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// One line; `kind` is the HTML input type.
    Line {
        /// `text`, `number`, `email`, `password`, `tel`.
        kind: &'static str,
        /// At most so many characters.
        most: Option<u32>,
    },
    /// Several lines.
    Lines {
        /// At most so many characters.
        most: Option<u32>,
    },
    /// A day.
    Date {
        /// Not before, `YYYY-MM-DD`.
        min: Option<String>,
        /// Not after.
        max: Option<String>,
    },
    /// One of several.
    One(Vec<Choice>),
    /// Any of several.
    Many(Vec<Choice>),
    /// Yes or no.
    OptIn,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name in the answer.
    pub name: String,
    /// What is read before it.
    pub label: String,
    /// What is read after it; may be empty.
    pub help: String,
    /// Whether it must be filled in.
    pub required: bool,
    /// Whether it can be.
    pub enabled: bool,
    /// What it asks for.
    pub ask: Ask,
    /// What stands in it.
    pub value: Value,
    /// What was wrong with it; may be empty.
    pub error: String,
}

/// What a screen shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Words.
    Text(Weight, String),
    /// A picture: base64 of its bytes, and its words.
    Image(String, String),
    /// A field.
    Field(Box<Field>),
    /// A button; `action` is its number on this screen.
    Button {
        /// Its words.
        label: String,
        /// Which action.
        action: usize,
        /// Whether it is the screen's main one.
        main: bool,
        /// Whether it can be pressed.
        enabled: bool,
    },
    /// A link to elsewhere.
    Link {
        /// Its words.
        label: String,
        /// http(s) address.
        url: String,
    },
}

/// A screen, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screen {
    /// Its id.
    pub id: String,
    /// Its title; may be empty.
    pub title: String,
    /// What it shows.
    pub parts: Vec<Part>,
    /// Actions, still to be filled in with what is entered.
    pub actions: Vec<Value>,
}

impl Screen {
    /// A screen with its data, what has been entered on it, and what was on earlier ones.
    /// `None` if there is no such screen.
    pub fn of(
        script: &Script,
        id: &str,
        data: &Members,
        form: &Members,
        screens: &Members,
    ) -> Option<Self> {
        let screen = script.screen(id)?;
        // What the flow's author gave as examples stands in where no data came.
        let mut all = examples(&screen["data"]);
        all.extend(data.iter().map(|(name, value)| (name.clone(), value.clone())));
        let scope = Scope { data: &all, form, screens };
        let title = plain(&scope.fill(&screen["title"]));
        let mut it = Self { id: id.to_owned(), title, parts: Vec::new(), actions: Vec::new() };
        let children = screen["layout"]["children"].as_array();
        it.collect(children.map(Vec::as_slice).unwrap_or_default(), &scope, &Filled::default());
        Some(it)
    }

    /// The fields.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.parts.iter().filter_map(|part| match part {
            Part::Field(field) => Some(&**field),
            _ => None,
        })
    }

    fn collect(&mut self, children: &[Value], scope: &Scope<'_>, filled: &Filled) {
        for child in children {
            let visible = &child["visible"];
            if !visible.is_null() && !scope.holds(&scope.fill(visible)) {
                continue;
            }
            let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
            match child["type"].as_str().unwrap_or_default() {
                "Form" => {
                    let of = |name: &str| scope.fill(&child[name]).as_object().cloned();
                    let filled = Filled {
                        values: of("init-values").unwrap_or_default(),
                        errors: of("error-messages").unwrap_or_default(),
                    };
                    self.collect(&list(&child["children"]), scope, &filled);
                }
                "If" => {
                    let branch = if scope.holds(&child["condition"]) { "then" } else { "else" };
                    self.collect(&list(&child[branch]), scope, filled);
                }
                "Switch" => {
                    let value = plain(&scope.fill(&child["value"]));
                    let cases = &child["cases"];
                    let chosen = cases.get(&value).or_else(|| cases.get("default"));
                    self.collect(&list(chosen.unwrap_or(&Value::Null)), scope, filled);
                }
                kind => self.part(kind, child, scope, filled),
            }
        }
    }

    fn part(&mut self, kind: &str, child: &Value, scope: &Scope<'_>, filled: &Filled) {
        let text = |name: &str| plain(&scope.fill(&child[name]));
        let part = match kind {
            "TextHeading" => Part::Text(Weight::Heading, text("text")),
            "TextSubheading" => Part::Text(Weight::Subheading, text("text")),
            "TextBody" | "RichText" => Part::Text(Weight::Body, lines(&scope.fill(&child["text"]))),
            "TextCaption" => Part::Text(Weight::Caption, lines(&scope.fill(&child["text"]))),
            "Image" => Part::Image(text("src"), text("alt-text")),
            "Footer" | "EmbeddedLink" => {
                let label = if kind == "Footer" { text("label") } else { text("text") };
                let action = &child["on-click-action"];
                if action["name"] == "open_url" {
                    Part::Link { label, url: plain(&scope.fill(&action["url"])) }
                } else {
                    let enabled = flag(&scope.fill(&child["enabled"]), true);
                    self.button(label, action, kind == "Footer", enabled)
                }
            }
            "NavigationList" => {
                let items = scope.fill(&child["list-items"]);
                for item in items.as_array().into_iter().flatten().take(20) {
                    let action = match &item["on-click-action"] {
                        Value::Null => &child["on-click-action"],
                        own => own,
                    };
                    let label = plain(&item["main-content"]["title"]);
                    let button = self.button(label, action, false, true);
                    self.parts.push(button);
                }
                return;
            }
            other => match field(other, child, scope, filled) {
                Some(field) => Part::Field(Box::new(field)),
                None => return,
            },
        };
        self.parts.push(part);
    }

    fn button(&mut self, label: String, action: &Value, main: bool, enabled: bool) -> Part {
        self.actions.push(action.clone());
        Part::Button { label, action: self.actions.len() - 1, main, enabled }
    }
}

#[derive(Default)]
struct Filled {
    values: Members,
    errors: Members,
}

fn examples(data: &Value) -> Members {
    let members = data.as_object().into_iter().flatten();
    members
        .filter_map(|(name, schema)| Some((name.clone(), schema.get("__example__")?.clone())))
        .collect()
}

/// Several lines may be given as a list.
fn lines(value: &Value) -> String {
    match value {
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join("\n"),
        other => plain(other),
    }
}

fn flag(value: &Value, usual: bool) -> bool {
    value.as_bool().unwrap_or(usual)
}

fn number(value: &Value) -> Option<u32> {
    let text = plain(value);
    text.parse().ok().filter(|number| *number > 0)
}

fn field(kind: &str, child: &Value, scope: &Scope<'_>, filled: &Filled) -> Option<Field> {
    let value = |name: &str| scope.fill(&child[name]);
    let day = |name: &str| Some(plain(&value(name))).and_then(|text| as_day(&text));
    let ask = match kind {
        "TextInput" => Ask::Line {
            kind: match child["input-type"].as_str() {
                Some("number") => "number",
                Some("email") => "email",
                Some("password" | "passcode") => "password",
                Some("phone") => "tel",
                _ => "text",
            },
            most: number(&value("max-chars")),
        },
        "TextArea" => Ask::Lines { most: number(&value("max-length")) },
        "DatePicker" | "CalendarPicker" => Ask::Date { min: day("min-date"), max: day("max-date") },
        "RadioButtonsGroup" | "Dropdown" => Ask::One(choices(&value("data-source"))),
        "CheckboxGroup" | "ChipsSelector" => Ask::Many(choices(&value("data-source"))),
        "OptIn" => Ask::OptIn,
        _ => return None,
    };
    let name = child["name"].as_str().unwrap_or_default().to_owned();
    let entered = scope.form.get(&name).cloned();
    let initial = || match value("init-value") {
        Value::Null => filled.values.get(&name).cloned().unwrap_or_default(),
        own => own,
    };
    let error = match value("error-message") {
        Value::Null => filled.errors.get(&name).map(plain).unwrap_or_default(),
        own => plain(&own),
    };
    Some(Field {
        label: plain(&value("label")),
        help: plain(&value("helper-text")),
        required: flag(&value("required"), false),
        enabled: flag(&value("enabled"), true),
        value: entered.unwrap_or_else(initial),
        name,
        ask,
        error,
    })
}

/// `YYYY-MM-DD`, also from milliseconds since 1970, as older flows have it.
fn as_day(text: &str) -> Option<String> {
    if let Ok(ms) = text.parse::<i64>() {
        return Some(crate::cloud::node::day(exchange::time::Millis(ms)));
    }
    let shaped = text.len() == 10 && text.split('-').count() == 3;
    shaped.then(|| text.to_owned())
}

fn choices(source: &Value) -> Vec<Choice> {
    let items = source.as_array().into_iter().flatten().take(200);
    items
        .map(|item| Choice {
            id: plain(&item["id"]),
            title: plain(&item["title"]),
            description: plain(&item["description"]),
            enabled: flag(&item["enabled"], true),
        })
        .collect()
}

/// What was entered: by name, as a form sends it (a name may come several times).
pub fn entered(screen: &Screen, pairs: &[(String, String)]) -> Members {
    let mut form = Map::new();
    for field in screen.fields().filter(|field| field.enabled) {
        let mut given = pairs.iter().filter(|(name, _)| *name == field.name).map(|(_, v)| v);
        let value = match &field.ask {
            Ask::Many(choices) => {
                let offered = |id: &&String| choices.iter().any(|c| c.enabled && c.id == **id);
                Value::Array(given.filter(offered).map(|id| id.as_str().into()).collect())
            }
            Ask::OptIn => Value::Bool(given.next().is_some()),
            _ => given.next().map_or(Value::Null, |text| text.as_str().into()),
        };
        form.insert(field.name.clone(), value);
    }
    form
}

/// What is wrong with what was entered: by name, in words.
pub fn wrong(screen: &Screen, form: &Members) -> Vec<(String, String)> {
    let mut wrong = Vec::new();
    for field in screen.fields().filter(|field| field.enabled) {
        let value = form.get(&field.name).unwrap_or(&Value::Null);
        let empty = match value {
            Value::String(text) => text.trim().is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Bool(flag) => !flag,
            _ => true,
        };
        let text = value.as_str().unwrap_or_default();
        let why = match &field.ask {
            _ if empty && field.required => "Please fill this in.".to_owned(),
            _ if empty => continue,
            Ask::Line { most: Some(most), .. } | Ask::Lines { most: Some(most) }
                if text.chars().count() > *most as usize =>
            {
                format!("At most {most} characters.")
            }
            Ask::Line { kind: "number", .. } if text.trim().parse::<f64>().is_err() => {
                "A number is expected.".to_owned()
            }
            Ask::Line { kind: "email", .. } if !text.contains('@') => {
                "An e-mail address is expected.".to_owned()
            }
            Ask::One(choices) if !choices.iter().any(|c| c.enabled && c.id == text) => {
                "Choose one of those shown.".to_owned()
            }
            Ask::Date { min, max } => match day_is_wrong(text, min.as_ref(), max.as_ref()) {
                Some(why) => why,
                None => continue,
            },
            _ => continue,
        };
        wrong.push((field.name.clone(), why));
    }
    wrong
}

fn day_is_wrong(text: &str, min: Option<&String>, max: Option<&String>) -> Option<String> {
    if as_day(text).as_deref() != Some(text) {
        return Some("A date is expected: YYYY-MM-DD.".to_owned());
    }
    // Days of this shape are ordered as texts.
    match (min, max) {
        (Some(min), _) if text < min.as_str() => Some(format!("Not before {min}.")),
        (_, Some(max)) if text > max.as_str() => Some(format!("Not after {max}.")),
        _ => None,
    }
}
