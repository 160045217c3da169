//! The published mechanical rules of templates (reference 6): whoever keeps them is approved.

use super::pattern::{self, Pattern, Piece, pieces};
use super::words::{LANGUAGES, about_codes};
use super::{Fault, Head, Knob, Offer, Parts, Rule, Template, buttons};
use crate::content::Category;
use crate::limits;
use crate::media::MediaKind;

pub(super) type Checked = Result<(), Fault>;

pub(super) fn holds(sound: bool, rule: Rule, words: impl FnOnce() -> String) -> Checked {
    if sound { Ok(()) } else { Err(Fault::new(rule, words())) }
}

pub(super) fn at_most(what: &str, text: &str, most: usize) -> Checked {
    if text.trim().is_empty() {
        return Err(Fault::new(Rule::Missing, format!("{what} must not be empty.")));
    }
    holds(text.chars().count() <= most, Rule::TooLong, || {
        format!("{what} must be at most {most} characters long.")
    })
}

impl Template {
    /// Puts in the words that the platform gives and not the provider: those about one-time
    /// codes. Called before [`Template::check`].
    pub fn settle(&mut self) {
        if self.category != Category::Authentication {
            return;
        }
        let words = about_codes(&self.language);
        let given = self.parts.body.as_ref().map_or("", |body| body.text.as_str());
        let known = given.is_empty() || given == words.body || given == self.code_body(true);
        if known {
            let examples = vec![("1".to_owned(), "123456".to_owned())];
            self.parts.body = Some(Pattern { text: words.body.to_owned(), examples });
        }
        for button in &mut self.parts.buttons {
            if let Knob::Otp { text, autofill, apps, .. } = button {
                if text.is_empty() {
                    words.copy.clone_into(text);
                }
                if autofill.is_none() && !apps.is_empty() {
                    *autofill = Some(words.autofill.to_owned());
                }
            }
        }
    }

    /// The body of an authentication template, as it is shown.
    pub fn code_body(&self, advice: bool) -> String {
        let words = about_codes(&self.language);
        if advice { format!("{} {}", words.body, words.advice) } else { words.body.to_owned() }
    }

    /// The footer as it is shown.
    pub fn footer_words(&self) -> Option<String> {
        let Some(minutes) = self.parts.expires_minutes else { return self.parts.footer.clone() };
        let minutes = minutes.to_string();
        Some(pattern::fill(about_codes(&self.language).expires, |_| Some(&minutes)))
    }

    /// Checks all published rules.
    ///
    /// # Errors
    /// The first that is broken.
    pub fn check(&self) -> Checked {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        holds(!self.name.is_empty() && self.name.bytes().all(plain), Rule::Shape, || {
            "name must consist of lower-case letters, digits and underscores.".to_owned()
        })?;
        at_most("name", &self.name, limits::TEMPLATE_NAME_CHARS)?;
        holds(LANGUAGES.contains(&self.language.as_str()), Rule::Shape, || {
            "language must be a code of the platform's list, such as en_US.".to_owned()
        })?;
        self.check_ttl()?;
        if self.category == Category::Authentication {
            return self.check_codes();
        }
        let parts = &self.parts;
        let codes = parts.advice || parts.expires_minutes.is_some();
        holds(!codes, Rule::Shape, || {
            "add_security_recommendation and code_expiration_minutes are for authentication \
             templates."
                .to_owned()
        })?;
        let most = if parts.offer.is_some() {
            limits::TEMPLATE_OFFER_BODY_CHARS
        } else {
            limits::TEMPLATE_BODY_CHARS
        };
        self.check_parts(parts, most)?;
        buttons::check(parts, self.category)?;
        if let Some(offer) = &parts.offer {
            self.check_offer(offer)?;
        }
        holds(!parts.asks_calls || parts.cards.is_empty(), Rule::Shape, || {
            "A carousel cannot ask for permission to call.".to_owned()
        })?;
        if parts.cards.is_empty() { Ok(()) } else { self.check_cards() }
    }

    fn check_ttl(&self) -> Checked {
        let (least, most) = match self.category {
            Category::Authentication => (30, 900),
            Category::Marketing => (43_200, 2_592_000),
            _ => (30, 43_200),
        };
        let sound = self.ttl_s.is_none_or(|ttl| ttl == -1 || (least..=most).contains(&ttl));
        holds(sound, Rule::Shape, || {
            let category = self.category.name();
            format!("message_send_ttl_seconds of {category} templates: {least} to {most}, or -1.")
        })
    }

    fn check_parts(&self, parts: &Parts, most: usize) -> Checked {
        match &parts.header {
            Some(Head::Text(text)) => check_head(text, self.named)?,
            Some(Head::Media { sample, .. }) if sample.is_empty() => {
                return Err(Fault::new(
                    Rule::Missing,
                    "component of type HEADER is missing expected field(s) (example): give \
                     header_handle, of a resumable upload.",
                ));
            }
            _ => {}
        }
        let body = parts.body.as_ref().ok_or_else(|| {
            Fault::new(Rule::Missing, "A component of type BODY with a text is needed.")
        })?;
        check_body(body, most, self.named)?;
        if let Some(footer) = &parts.footer {
            at_most("The footer", footer, limits::HEADER_FOOTER_CHARS)?;
            let plain = !footer.contains('\n')
                && matches!(pieces(footer).as_deref(), Some([Piece::Words(_)]));
            holds(plain, Rule::Footer, || {
                "The footer must not have variables or line breaks.".to_owned()
            })?;
        }
        Ok(())
    }

    /// Authentication: the words are the platform's, the button hands over the code.
    fn check_codes(&self) -> Checked {
        let parts = &self.parts;
        let own = parts.body.as_ref().map(|body| body.text.as_str());
        holds(own == Some(about_codes(&self.language).body), Rule::Body, || {
            "The words of authentication templates are given: leave text out of BODY.".to_owned()
        })?;
        let footer = parts.footer.is_none() || self.footer_words() == parts.footer;
        holds(footer, Rule::Footer, || {
            "The footer of authentication templates has code_expiration_minutes only.".to_owned()
        })?;
        let others = parts.header.is_some()
            || parts.offer.is_some()
            || parts.asks_calls
            || !parts.cards.is_empty();
        holds(!others, Rule::Shape, || {
            "Authentication templates have BODY, FOOTER and one OTP button only.".to_owned()
        })?;
        let minutes = parts.expires_minutes.unwrap_or(1);
        holds(limits::CODE_MINUTES.contains(&minutes), Rule::Footer, || {
            "code_expiration_minutes must be 1 to 90.".to_owned()
        })?;
        buttons::check_code(&parts.buttons)
    }

    fn check_offer(&self, offer: &Offer) -> Checked {
        at_most("limited_time_offer.text", &offer.text, limits::TEMPLATE_OFFER_CHARS)?;
        let parts = &self.parts;
        let film = matches!(
            parts.header,
            None | Some(Head::Media { kind: MediaKind::Image | MediaKind::Video, .. })
        );
        let buttons =
            parts.buttons.iter().all(|b| matches!(b, Knob::CopyCode { .. } | Knob::Url { .. }));
        let opens = parts.buttons.iter().any(|b| matches!(b, Knob::Url { .. }));
        let alone = parts.footer.is_none() && parts.cards.is_empty() && film;
        let marketing = self.category == Category::Marketing;
        holds(alone && buttons && opens && marketing, Rule::Shape, || {
            "A limited-time offer needs category MARKETING, a URL button, beside it at most a \
             COPY_CODE button, an image or video header or none, and no footer."
                .to_owned()
        })
    }

    fn check_cards(&self) -> Checked {
        let Parts { header, footer, buttons, offer, cards, .. } = &self.parts;
        let bare = header.is_none() && footer.is_none() && buttons.is_empty() && offer.is_none();
        holds(bare && limits::CARDS.contains(&cards.len()), Rule::Shape, || {
            "A carousel has a BODY and two to ten cards, and nothing else.".to_owned()
        })?;
        let first = &cards[0];
        for card in cards {
            let head = match &card.header {
                Some(Head::Media { kind, .. }) => *kind != MediaKind::Document,
                Some(Head::Product) => true,
                _ => false,
            };
            let bare = card.footer.is_none()
                && card.cards.is_empty()
                && card.offer.is_none()
                && !card.asks_calls
                && !card.advice
                && card.expires_minutes.is_none();
            holds(head && bare, Rule::Shape, || {
                "A card has an image, video or product header, perhaps a body, and buttons."
                    .to_owned()
            })?;
            let text = Pattern { text: "card".to_owned(), examples: Vec::new() };
            let body = card.body.clone().unwrap_or(text);
            let whole = Parts { body: Some(body), buttons: Vec::new(), ..card.clone() };
            self.check_parts(&whole, limits::CARD_BODY_CHARS)?;
            buttons::check_card(card)?;
            holds(make(card) == make(first), Rule::Shape, || {
                "All cards must have the same components and kinds of buttons.".to_owned()
            })?;
        }
        Ok(())
    }
}

/// What must be the same in all cards.
fn make(card: &Parts) -> (Option<&'static str>, bool, Vec<&'static str>) {
    let buttons = card.buttons.iter().map(Knob::name).collect();
    (card.header.as_ref().map(Head::format), card.body.is_some(), buttons)
}

fn check_head(text: &Pattern, named: bool) -> Checked {
    at_most("The header", &text.text, limits::HEADER_FOOTER_CHARS)?;
    let words = |piece: &Piece<'_>| match piece {
        Piece::Words(words) => !words.contains(['\n', '*', '~', '`']) && !has_emoji(words),
        Piece::Variable(_) => true,
    };
    let plain = pieces(&text.text).is_some_and(|found| found.iter().all(words));
    holds(plain, Rule::Header, || {
        "The header must not have line breaks, formatting, emoji or broken variables.".to_owned()
    })?;
    holds(pattern::variables(&text.text).len() <= 1, Rule::Header, || {
        "The header can have one variable at most.".to_owned()
    })?;
    check_variables("HEADER", text, named, Rule::Header)
}

fn has_emoji(text: &str) -> bool {
    text.chars()
        .any(|c| matches!(c, '\u{2600}'..='\u{27bf}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}'))
}

fn check_body(body: &Pattern, most: usize, named: bool) -> Checked {
    at_most("The body", &body.text, most)?;
    let found = pieces(&body.text).ok_or_else(|| {
        Fault::new(Rule::Body, "The body has a variable that is not closed, or badly named.")
    })?;
    let spaces = body.text.contains("     ") || body.text.contains('\t');
    holds(!spaces, Rule::Body, || {
        "The body must not have tabs, or more than four spaces in a row.".to_owned()
    })?;
    let is_variable = |piece: Option<&Piece<'_>>| matches!(piece, Some(Piece::Variable(_)));
    let words = |piece: &&Piece<'_>| !matches!(piece, Piece::Words(text) if text.trim().is_empty());
    let solid: Vec<Piece<'_>> = found.iter().filter(words).copied().collect();
    holds(!is_variable(solid.first()) && !is_variable(solid.last()), Rule::Edge, || {
        "Variables must not stand at the beginning or the end of the body.".to_owned()
    })?;
    let adjacent = solid.windows(2).any(|two| is_variable(two.first()) && is_variable(two.last()));
    holds(!adjacent, Rule::Body, || "Variables must have words between them.".to_owned())?;
    check_variables("BODY", body, named, Rule::Body)?;
    let count = pattern::variables(&body.text).len();
    let enough = count == 0 || pattern::words(&body.text) > count;
    holds(enough, Rule::Ratio, || {
        "The body has too many variables for its length: more words than variables are needed."
            .to_owned()
    })
}

/// Numbers without gaps, or names; and an example for each.
fn check_variables(what: &str, text: &Pattern, named: bool, rule: Rule) -> Checked {
    let mut found = pattern::variables(&text.text);
    let digits = |name: &&str| name.bytes().all(|b| b.is_ascii_digit());
    if named {
        let sound = found.iter().all(|name| name.starts_with(|c: char| c.is_ascii_lowercase()));
        holds(sound, rule, || {
            format!("{what}: variables of NAMED templates are like {{{{order_id}}}}.")
        })?;
    } else {
        let numbers: Vec<String> = (1..=found.len()).map(|n| n.to_string()).collect();
        let all = found.iter().all(digits) && numbers.iter().all(|n| found.contains(&n.as_str()));
        holds(all, rule, || {
            format!(
                "{what}: variables of POSITIONAL templates are {{{{1}}}}, {{{{2}}}}, …, without \
                 gaps; set parameter_format to NAMED for names."
            )
        })?;
    }
    let mut given: Vec<&str> = text.examples.iter().map(|(name, _)| name.as_str()).collect();
    found.sort_unstable();
    given.sort_unstable();
    let told = text.examples.iter().all(|(_, example)| !example.trim().is_empty());
    holds(found == given && told, Rule::Missing, || {
        format!(
            "component of type {what} is missing expected field(s) (example): one example for \
             each variable, {} in all.",
            found.len()
        )
    })
}
