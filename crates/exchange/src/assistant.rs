//! An assistant's card, and the published rule about look-alike names.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::message::Invalid;

/// What answers: stated at the first turn and by a lasting badge. Undeclared counts as AI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Automation {
    /// An AI system (AI Act Art. 3(1)).
    #[default]
    Ai,
    /// An automaton without AI.
    Automated,
}

/// What people are told about an assistant before they choose it. Facts given by the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// 1-30 characters.
    pub name: String,
    /// What it is for, 1-80.
    pub purpose: String,
    /// 0-400.
    pub details: String,
    /// Who runs it, 1-60.
    pub provider: String,
    /// ISO 3166-1 alpha-2, capital letters.
    pub country: String,
    /// Where data is kept, 1-80.
    pub data_location: String,
    /// How long, 1-80.
    pub retention: String,
    /// Whether messages are used for training.
    pub trains: bool,
    /// AI, or automated without AI.
    pub automation: Automation,
    /// How to reach a human, ≤ 200; empty if there is none.
    pub human_contact: String,
    /// http(s) address.
    pub privacy_policy: String,
}

fn line(field: &'static str, text: &str, least: usize, most: usize) -> Result<(), Invalid> {
    let length = text.chars().count();
    if text.trim() != text || text.chars().any(char::is_control) {
        return Err(Invalid { field, rule: "must be one line without outer spaces".into() });
    }
    if length < least || length > most {
        return Err(Invalid { field, rule: format!("must be {least} to {most} characters long") });
    }
    Ok(())
}

/// Whether `text` is an http or https address of at most `most` characters with a host.
pub fn is_web_address(text: &str, most: usize) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let sound = |host: &str| !host.is_empty() && !host.contains('@') && !host.starts_with(':');
    text.len() <= most && host.is_some_and(sound) && text.chars().all(|c| c.is_ascii_graphic())
}

impl Card {
    /// Checks every field; the same for everybody, by length and form alone.
    ///
    /// # Errors
    /// The first field that breaks its rule.
    pub fn check(&self) -> Result<(), Invalid> {
        line("name", &self.name, 1, 30)?;
        line("purpose", &self.purpose, 1, 80)?;
        line("details", &self.details.replace(['\n', '\r'], " "), 0, 400)?;
        line("provider", &self.provider, 1, 60)?;
        line("data_location", &self.data_location, 1, 80)?;
        line("retention", &self.retention, 1, 80)?;
        line("human_contact", &self.human_contact, 0, 200)?;
        if self.country.len() != 2 || !self.country.bytes().all(|b| b.is_ascii_uppercase()) {
            let rule = "must be two capital letters (ISO 3166-1), such as BE".into();
            return Err(Invalid { field: "country", rule });
        }
        if !is_web_address(&self.privacy_policy, 500) {
            let rule = "must be an http or https address".into();
            return Err(Invalid { field: "privacy_policy", rule });
        }
        if skeleton(&self.name).is_empty() {
            return Err(Invalid { field: "name", rule: "must hold a letter or a digit".into() });
        }
        Ok(())
    }
}

/// What a name looks like: two names with the same skeleton are look-alikes, and the later one
/// is refused. The published rule: compatibility form (NFKC), lower case, letters that look the
/// same made the same (Unicode TS 39 confusables; `i`, `l` and `1`; `o` and `0`), accents and
/// everything but letters and digits dropped.
pub fn skeleton(name: &str) -> String {
    // Twice, because capitals and small letters are confusable with different ones.
    let once = |text: &str| -> String {
        let whole: String = text.nfkc().collect();
        let plain: String = unicode_security::skeleton(&whole).collect();
        plain.chars().flat_map(char::to_lowercase).collect()
    };
    let same = |c| match c {
        'i' | '1' => 'l',
        '0' => 'o',
        other => other,
    };
    once(&once(name)).nfd().filter(|c| c.is_alphanumeric()).map(same).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A card that breaks no rule.
    pub(crate) fn card(name: &str) -> Card {
        Card {
            name: name.into(),
            purpose: "Helps with everyday questions".into(),
            details: String::new(),
            provider: "Birch Works".into(),
            country: "BE".into(),
            data_location: "Belgium".into(),
            retention: "30 days".into(),
            trains: false,
            automation: Automation::Ai,
            human_contact: String::new(),
            privacy_policy: "https://birch.example/privacy".into(),
        }
    }

    #[test]
    fn look_alikes_share_a_skeleton() {
        for twin in ["birch", "B1rch", "Bírch", "Вirch", "B i r c h!", "Ｂｉｒｃｈ", "BIRCH"]
        {
            assert_eq!(skeleton(twin), skeleton("Birch"), "{twin}");
        }
        assert_ne!(skeleton("Birch"), skeleton("Beech"));
    }

    #[test]
    fn each_field_is_checked() {
        assert_eq!(card("Birch").check(), Ok(()));
        let broken: [fn(&mut Card); 6] = [
            |c| c.name = String::new(),
            |c| c.name = "x".repeat(31),
            |c| c.purpose = "two\nlines".into(),
            |c| c.country = "Be".into(),
            |c| c.privacy_policy = "javascript:alert(1)".into(),
            |c| c.name = "!!!".into(),
        ];
        for breakage in broken {
            let mut card = card("Birch");
            breakage(&mut card);
            assert!(card.check().is_err(), "{card:?}");
        }
    }
}
