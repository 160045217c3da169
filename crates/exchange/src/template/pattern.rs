//! Texts with variables: `{{1}}`, `{{order_id}}` (reference 6).

use serde::{Deserialize, Serialize};

/// A text with variables, and an example for each.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Pattern {
    /// The text.
    pub text: String,
    /// (variable, example), as they were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<(String, String)>,
}

/// A stretch of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Words.
    Words(&'a str),
    /// A variable's name or number.
    Variable(&'a str),
}

/// Takes a text apart. `None`: braces that are opened and not closed, or an empty variable.
pub fn pieces(text: &str) -> Option<Vec<Piece<'_>>> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, later) = after.split_once("}}")?;
        let name = name.trim();
        let sound = !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !sound {
            return None;
        }
        if !before.is_empty() {
            found.push(Piece::Words(before));
        }
        found.push(Piece::Variable(name));
        rest = later;
    }
    if !rest.is_empty() {
        found.push(Piece::Words(rest));
    }
    Some(found)
}

/// The variables of a text, each once, in the order in which they first come.
pub fn variables(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for piece in pieces(text).unwrap_or_default() {
        if let Piece::Variable(name) = piece
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}

/// The text with every variable replaced by what `value` says; values are not looked into.
pub fn fill<'a>(text: &'a str, value: impl Fn(&str) -> Option<&'a str>) -> String {
    let mut filled = String::with_capacity(text.len());
    for piece in pieces(text).unwrap_or_default() {
        match piece {
            Piece::Words(words) => filled.push_str(words),
            Piece::Variable(name) => filled.push_str(value(name).unwrap_or_default()),
        }
    }
    filled
}

/// How many words stand beside the variables. Scripts without spaces count by the character.
pub fn words(text: &str) -> usize {
    let (mut count, mut inside) = (0, false);
    for piece in pieces(text).unwrap_or_default() {
        let Piece::Words(words) = piece else { continue };
        for c in words.chars() {
            let ideograph = matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{2e80}'..='\u{d7ff}');
            count += usize::from(c.is_alphanumeric() && (ideograph || !inside));
            inside = c.is_alphanumeric() && !ideograph;
        }
        inside = false;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_are_taken_apart() {
        let of = |text| variables(text);
        assert_eq!(of("Hi {{2}}, {{ 1 }} and {{2}}"), ["2", "1"]);
        assert_eq!(of("Hi {{first_name}}"), ["first_name"]);
        for broken in ["{{", "{{}}", "{{a b}}", "{{A}}", "x {{1} y", "{{é}}"] {
            assert_eq!(pieces(broken), None, "{broken}");
        }
        assert_eq!(pieces("}} {1}"), Some(vec![Piece::Words("}} {1}")]));
        assert_eq!(fill("{{a}}-{{b}}!", |name| (name == "a").then_some("{{b}}")), "{{b}}-!");
    }

    #[test]
    fn words_are_counted_in_every_script() {
        assert_eq!(words("Hi {{1}}, it's {{2}}."), 3);
        assert_eq!(words("ご注文{{1}}です"), 5);
        assert_eq!(words(" – {{1}} … "), 0);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_panics(text in "[a-z{}1 ]{0,40}") {
            if let Some(found) = pieces(&text) {
                let again: String = found.iter().map(|piece| match piece {
                    Piece::Words(words) => (*words).to_owned(),
                    Piece::Variable(name) => format!("{{{{{name}}}}}"),
                }).collect();
                prop_assert_eq!(again.replace(' ', ""), text.replace(' ', ""));
            }
        }

        #[test]
        fn values_stand_where_the_variables_were(value in "\\PC{0,20}") {
            prop_assert_eq!(fill("a {{1}} b {{1}}", |_| Some(&value)), format!("a {value} b {value}"));
        }
    }
}
