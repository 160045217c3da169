//! The settings of a number: what its provider may change beside where webhooks go (reference 5).
//!
//! Kept as one item per number. Every rule that counts tries is here; a refusal still changes
//! what is counted, so the caller keeps the number whatever came of it.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::assistant::is_web_address;
use crate::limits;
use crate::message::Invalid;
use crate::time::Millis;

#[cfg(test)]
mod tests;

/// The settings of a number. The default is a number as registration makes it: registered,
/// verified, without a PIN.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Number {
    /// What the profile says where it differs from the card.
    pub profile: Profile,
    /// Since when it is not registered; `None` while it is.
    pub deregistered: Option<Millis>,
    /// SHA-256 of the two-step PIN, hexadecimal.
    pub pin: Option<String>,
    /// Wrong PINs since the last right one.
    pub wrong_pins: Vec<Millis>,
    /// When it was registered or deregistered lately.
    pub registrations: Vec<Millis>,
    /// The code that proves whose number it is, until it is used.
    pub code: Option<Code>,
    /// When codes were asked for lately.
    pub codes: Vec<Millis>,
    /// When a code was last given back.
    pub verified: Option<Millis>,
    /// When its name was changed lately.
    pub names: Vec<Millis>,
    /// The name last asked for, and whether it was taken.
    pub new_name: Option<(String, bool)>,
    /// Settings of calls, JSON of an object.
    pub calling: Option<String>,
    /// The shop.
    pub commerce: Commerce,
    /// Conversational components.
    pub automation: Automation,
    /// The RSA public key that flows are encrypted with, PEM.
    pub encryption_key: Option<String>,
    /// Not found by searching (`search_visibility`).
    pub hidden: bool,
    /// What the account is called instead of the provider's name.
    pub account_name: Option<String>,
    /// The account's time zone, of the platform's list.
    pub timezone: Option<u32>,
    /// Whether insights into templates were asked for (for good).
    pub insights: bool,
}

/// A business profile; what is absent is as on the card.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "the fields are the platform's")]
pub struct Profile {
    pub about: Option<String>,
    pub address: Option<String>,
    pub description: Option<String>,
    pub email: Option<String>,
    pub websites: Option<Vec<String>>,
    pub vertical: Option<String>,
    /// An http(s) address of its picture here.
    pub picture: Option<String>,
}

/// The shop's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commerce {
    /// People can put together an order.
    pub cart: bool,
    /// The catalogue is shown.
    pub visible: bool,
}

impl Default for Commerce {
    fn default() -> Self {
        Self { cart: true, visible: false }
    }
}

/// Conversational components: what people are offered before they write.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Automation {
    /// The assistant is told when a person opens the chat for the first time.
    pub welcome: bool,
    /// Questions to tap.
    pub prompts: Vec<String>,
    /// Commands: name without the slash, description.
    pub commands: Vec<(String, String)>,
}

/// A code that proves whose number it is: shown on the provider's own page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// Six digits.
    pub digits: String,
    /// When it was made.
    pub at: Millis,
    /// Wrong tries at it.
    pub wrong: u32,
}

/// Why a number's setting was not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberRefusal {
    /// Not this PIN.
    #[error("wrong PIN")]
    WrongPin,
    /// Wait this long (ms) before the next try.
    #[error("PIN guessed too fast")]
    TooFast(i64),
    /// Too many wrong PINs; wait this long (ms).
    #[error("too many wrong PINs")]
    TooManyGuesses(i64),
    /// The proof of whose number it is has expired.
    #[error("the number is to be verified again")]
    Unverified,
    /// Registered and deregistered too often; wait this long (ms).
    #[error("too many registrations")]
    TooManyRegistrations(i64),
    /// The number is not registered.
    #[error("the number is not registered")]
    NotRegistered,
    /// Too many codes; wait this long (ms).
    #[error("too many codes")]
    TooManyCodes(i64),
    /// Not this code, or none was asked for, or it is too old.
    #[error("wrong code")]
    WrongCode,
    /// Renamed too often; wait this long (ms).
    #[error("too many names")]
    TooManyNames(i64),
}

use NumberRefusal as No;

/// Counts one more in a sliding stretch of time, at most `most`; else how long to wait.
fn count(times: &mut Vec<Millis>, most: usize, span_ms: i64, now: Millis) -> Result<(), i64> {
    times.retain(|at| now.since(*at) < span_ms);
    if let Some(first) = times.first().filter(|_| times.len() >= most) {
        return Err((span_ms - now.since(*first)).max(1));
    }
    times.push(now);
    Ok(())
}

fn digest(pin: &str) -> String {
    hex::encode(Sha256::digest(pin.as_bytes()))
}

/// Whether it is a PIN: six digits (reference 5).
pub fn is_pin(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit())
}

impl Number {
    /// Whether it can send.
    pub fn is_registered(&self) -> bool {
        self.deregistered.is_none()
    }

    /// Whether the proof of whose number it is holds: always while it is registered, and for two
    /// weeks beyond the last proof otherwise.
    pub fn is_verified(&self, now: Millis) -> bool {
        let last = self.deregistered.max(self.verified);
        self.is_registered() || last.is_some_and(|at| now.since(at) < limits::VERIFIED_MS)
    }

    fn check_pin(&mut self, pin: &str, now: Millis) -> Result<(), No> {
        let Some(kept) = &self.pin else { return Ok(()) };
        self.wrong_pins.retain(|at| now.since(*at) < limits::PIN_LOCK_MS);
        if let Some(last) = self.wrong_pins.last() {
            let since = now.since(*last);
            if self.wrong_pins.len() >= limits::PIN_GUESSES {
                return Err(No::TooManyGuesses(limits::PIN_LOCK_MS - since));
            }
            let fast = self.wrong_pins.len() >= limits::PIN_QUICK_GUESSES;
            if fast && since < limits::PIN_PAUSE_MS {
                return Err(No::TooFast(limits::PIN_PAUSE_MS - since));
            }
        }
        if *kept != digest(pin) {
            self.wrong_pins.push(now);
            return Err(No::WrongPin);
        }
        self.wrong_pins.clear();
        Ok(())
    }

    /// Registers with a PIN (`/register`): the first one is set, later ones must be the same.
    ///
    /// # Errors
    /// [`NumberRefusal`]; tries are counted.
    pub fn register(&mut self, pin: &str, now: Millis) -> Result<(), No> {
        if !self.is_verified(now) {
            return Err(No::Unverified);
        }
        self.check_pin(pin, now)?;
        self.count_registration(now)?;
        self.pin = Some(digest(pin));
        self.deregistered = None;
        Ok(())
    }

    /// Takes the number out of service (`/deregister`).
    ///
    /// # Errors
    /// When it is not in service, or too often.
    pub fn deregister(&mut self, now: Millis) -> Result<(), No> {
        if !self.is_registered() {
            return Err(No::NotRegistered);
        }
        self.count_registration(now)?;
        self.deregistered = Some(now);
        Ok(())
    }

    fn count_registration(&mut self, now: Millis) -> Result<(), No> {
        count(&mut self.registrations, limits::REGISTRATIONS, limits::REGISTRATIONS_MS, now)
            .map_err(No::TooManyRegistrations)
    }

    /// Sets the two-step PIN. Returns whether it is another one.
    ///
    /// # Errors
    /// When the number is not registered.
    pub fn set_pin(&mut self, pin: &str) -> Result<bool, No> {
        if !self.is_registered() {
            return Err(No::NotRegistered);
        }
        self.wrong_pins.clear();
        Ok(self.pin.replace(digest(pin)) != self.pin)
    }

    /// Makes a code; `random` is drawn by the caller.
    ///
    /// # Errors
    /// Too often.
    pub fn request_code(&mut self, random: u64, now: Millis) -> Result<(), No> {
        count(&mut self.codes, limits::CODES, limits::REGISTRATIONS_MS, now)
            .map_err(No::TooManyCodes)?;
        self.code = Some(Code { digits: format!("{:06}", random % 1_000_000), at: now, wrong: 0 });
        Ok(())
    }

    /// The code that is to be shown to the provider.
    pub fn shown_code(&self, now: Millis) -> Option<&str> {
        let good = |code: &&Code| now.since(code.at) < limits::CODE_MS && code.wrong < 10;
        self.code.as_ref().filter(good).map(|code| code.digits.as_str())
    }

    /// Takes the code back; dashes and spaces do not count.
    ///
    /// # Errors
    /// Not this one. After ten wrong ones the code is void.
    pub fn verify_code(&mut self, said: &str, now: Millis) -> Result<(), No> {
        let said: String = said.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
        let right = self.shown_code(now).is_some_and(|code| code == said);
        if !right {
            if let Some(code) = &mut self.code {
                code.wrong = code.wrong.saturating_add(1);
            }
            return Err(No::WrongCode);
        }
        self.code = None;
        self.verified = Some(now);
        self.wrong_pins.clear();
        Ok(())
    }

    /// Counts a change of name.
    ///
    /// # Errors
    /// Too often.
    pub fn rename(&mut self, now: Millis) -> Result<(), No> {
        count(&mut self.names, limits::RENAMES, limits::RENAMES_MS, now).map_err(No::TooManyNames)
    }

    /// Whether calls were enabled.
    pub fn calls_enabled(&self) -> bool {
        let calling = self.calling.as_deref().unwrap_or("{}");
        let calling: serde_json::Value = serde_json::from_str(calling).unwrap_or_default();
        calling["status"] == "ENABLED"
    }
}

fn within(field: &'static str, text: Option<&String>, most: usize) -> Result<(), Invalid> {
    match text {
        Some(text) if text.chars().count() > most => {
            Err(Invalid::new(field, format!("must be at most {most} characters long")))
        }
        _ => Ok(()),
    }
}

/// The platform's lines of business (reference 5).
pub const VERTICALS: [&str; 25] = [
    "OTHER",
    "AUTO",
    "BEAUTY",
    "APPAREL",
    "EDU",
    "ENTERTAIN",
    "EVENT_PLAN",
    "FINANCE",
    "GROCERY",
    "GOVT",
    "HOTEL",
    "HEALTH",
    "NONPROFIT",
    "PROF_SERVICES",
    "RETAIL",
    "TRAVEL",
    "RESTAURANT",
    "ALCOHOL",
    "ONLINE_GAMBLING",
    "PHYSICAL_GAMBLING",
    "OTC_DRUGS",
    "UNDEFINED",
    "NOT_A_BIZ",
    "MATRIMONY_SERVICE",
    "",
];

impl Profile {
    /// Checks every member (reference 5).
    ///
    /// # Errors
    /// The first that breaks its rule.
    pub fn check(&self) -> Result<(), Invalid> {
        within("about", self.about.as_ref(), 139)?;
        within("address", self.address.as_ref(), 256)?;
        within("description", self.description.as_ref(), 512)?;
        within("email", self.email.as_ref(), 128)?;
        if self.about.as_deref().is_some_and(|about| about.trim().is_empty()) {
            return Err(Invalid::new("about", "must be 1 to 139 characters long"));
        }
        if self.email.as_deref().is_some_and(|email| !email.is_empty() && !is_email(email)) {
            return Err(Invalid::new("email", "must be an email address"));
        }
        let sites = self.websites.as_deref().unwrap_or_default();
        if sites.len() > 2 || !sites.iter().all(|site| is_web_address(site, 256)) {
            let rule = "must be at most 2 http or https addresses of at most 256 characters";
            return Err(Invalid::new("websites", rule));
        }
        match self.vertical.as_deref() {
            Some(vertical) if !VERTICALS.contains(&vertical) => {
                let all = VERTICALS.map(|one| if one.is_empty() { "\"\"" } else { one });
                Err(Invalid::new("vertical", format!("must be one of {{{}}}", all.join(", "))))
            }
            _ => Ok(()),
        }
    }
}

fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    !name.is_empty()
        && host.contains('.')
        && !host.contains('@')
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

impl Automation {
    /// Checks what is offered (reference 5: 4 prompts of 80 characters, 30 commands of 32 and 256).
    ///
    /// # Errors
    /// The first that breaks its rule.
    pub fn check(&self) -> Result<(), Invalid> {
        let width = |text: &str, most| (1..=most).contains(&text.chars().count());
        if self.prompts.len() > 4 || !self.prompts.iter().all(|prompt| width(prompt, 80)) {
            return Err(Invalid::new("prompts", "must be at most 4 texts of 1 to 80 characters"));
        }
        let sound = |(name, words): &(String, String)| {
            width(name, 32) && width(words, 256) && !name.chars().any(char::is_whitespace)
        };
        if self.commands.len() > 30 || !self.commands.iter().all(sound) {
            let rule = "must be at most 30 commands with a command_name of 1 to 32 characters \
                        without spaces and a command_description of 1 to 256";
            return Err(Invalid::new("commands", rule));
        }
        Ok(())
    }
}

impl NumberRefusal {
    /// How long to wait, if waiting helps.
    pub fn wait_ms(self) -> Option<i64> {
        match self {
            Self::TooFast(ms)
            | Self::TooManyGuesses(ms)
            | Self::TooManyRegistrations(ms)
            | Self::TooManyCodes(ms)
            | Self::TooManyNames(ms) => Some(ms.max(1)),
            Self::WrongPin | Self::Unverified | Self::NotRegistered | Self::WrongCode => None,
        }
    }
}
