//! The rules of templates' buttons (reference 6).

use super::check::{Checked, at_most, holds};
use super::pattern::{self, Piece, pieces};
use super::{Fault, Head, Knob, OtpKind, Parts, Rule};
use crate::content::Category;
use crate::limits;

/// Kinds that may come only so often; the others as often as buttons may.
const MOST: &[(&str, usize)] = &[
    ("URL", limits::TEMPLATE_URL_BUTTONS),
    ("PHONE_NUMBER", 1),
    ("COPY_CODE", 1),
    ("FLOW", 1),
    ("CATALOG", 1),
    ("MPM", 1),
    ("SPM", 1),
    ("REQUEST_CONTACT_INFO", 1),
];
/// Kinds that stand alone.
const ALONE: &[&str] = &["CATALOG", "MPM", "SPM"];

/// The buttons of a template that is not for authentication.
pub(super) fn check(parts: &Parts, category: Category) -> Checked {
    let all = &parts.buttons;
    holds(all.len() <= limits::TEMPLATE_BUTTONS, Rule::Buttons, || {
        "A template has at most ten buttons.".to_owned()
    })?;
    all.iter().try_for_each(check_one)?;
    for (name, most) in MOST {
        let count = all.iter().filter(|button| button.name() == *name).count();
        holds(count <= *most, Rule::Buttons, || {
            format!("A template has at most {most} button(s) of type {name}.")
        })?;
    }
    let kinds: Vec<bool> = all.iter().map(|b| matches!(b, Knob::QuickReply { .. })).collect();
    let turns = kinds.windows(2).filter(|two| two.first() != two.last()).count();
    holds(turns <= 1, Rule::Buttons, || {
        "Quick replies must stand together: before all other buttons, or after them.".to_owned()
    })?;
    let single = all.iter().find(|button| ALONE.contains(&button.name()));
    if let Some(button) = single {
        holds(all.len() == 1 && category == Category::Marketing, Rule::Buttons, || {
            let name = button.name();
            format!("A button of type {name} stands alone, in a MARKETING template.")
        })?;
    }
    let product = matches!(parts.header, Some(Head::Product));
    let opens = all.iter().any(|b| matches!(b, Knob::Product { .. }));
    holds(product == opens, Rule::Buttons, || {
        "A PRODUCT header and an SPM button go together.".to_owned()
    })
}

/// The one button of an authentication template.
pub(super) fn check_code(all: &[Knob]) -> Checked {
    let [Knob::Otp { way, text, apps, terms, .. }] = all else {
        return Err(Fault::new(
            Rule::Buttons,
            "Authentication templates have exactly one button, of type OTP.",
        ));
    };
    at_most("The button's text", text, limits::TEMPLATE_BUTTON_CHARS)?;
    if *way == OtpKind::CopyCode {
        return Ok(());
    }
    let sound = |package: &str, signature: &str| {
        package.contains('.') && package.len() <= 224 && signature.chars().count() == 11
    };
    let count = (1..=limits::CODE_APPS).contains(&apps.len());
    let all = count && apps.iter().all(|app| sound(&app.package, &app.signature));
    holds(all, Rule::Buttons, || {
        "ONE_TAP and ZERO_TAP need one to five supported_apps, each with a package_name and a \
         signature_hash of eleven characters."
            .to_owned()
    })?;
    holds(*terms || *way != OtpKind::ZeroTap, Rule::Buttons, || {
        "ZERO_TAP needs zero_tap_terms_accepted to be true.".to_owned()
    })
}

/// The buttons of a card.
pub(super) fn check_card(card: &Parts) -> Checked {
    let all = &card.buttons;
    holds((1..=limits::TEMPLATE_CARD_BUTTONS).contains(&all.len()), Rule::Buttons, || {
        "A card has one or two buttons.".to_owned()
    })?;
    let product = matches!(card.header, Some(Head::Product));
    let fits = all.iter().all(|button| match button {
        Knob::QuickReply { .. } | Knob::Phone { .. } => !product,
        Knob::Url { .. } => true,
        Knob::Product { .. } => product,
        _ => false,
    });
    holds(fits, Rule::Buttons, || {
        "Buttons of cards are QUICK_REPLY, URL or PHONE_NUMBER; with a product, SPM or URL."
            .to_owned()
    })?;
    all.iter().try_for_each(check_one)
}

fn check_one(button: &Knob) -> Checked {
    at_most("The button's text", button.text(), limits::TEMPLATE_BUTTON_CHARS)?;
    let text = button.text();
    let words = matches!(pieces(text).as_deref(), Some([Piece::Words(_)])) && !text.contains('\n');
    holds(words, Rule::Buttons, || {
        "A button's text must not have variables or line breaks.".to_owned()
    })?;
    match button {
        Knob::Url { url, example, .. } => check_url(url, example.as_deref()),
        Knob::Phone { phone, .. } => {
            let digits = phone.chars().filter(char::is_ascii_digit).count();
            let plain = phone.chars().all(|c| c.is_ascii_digit() || "+-() ".contains(c));
            at_most("phone_number", phone, limits::TEMPLATE_PHONE_CHARS)?;
            holds(plain && digits >= 3, Rule::Buttons, || {
                "phone_number must be a telephone number, such as +32470123456.".to_owned()
            })
        }
        Knob::CopyCode { example, .. } => {
            holds(!example.trim().is_empty(), Rule::Missing, || {
                "component of type BUTTONS is missing expected field(s) (example): the code."
                    .to_owned()
            })?;
            at_most("example", example, limits::COUPON_CHARS)
        }
        Knob::Otp { .. } => {
            Err(Fault::new(Rule::Buttons, "Buttons of type OTP are for AUTHENTICATION templates."))
        }
        _ => Ok(()),
    }
}

fn check_url(url: &str, example: Option<&str>) -> Checked {
    at_most("url", url, limits::URL_CHARS)?;
    let variables = pattern::variables(url);
    let last = variables.is_empty()
        || (variables == ["1"] && url.trim_end().ends_with("}}") && url.matches("{{").count() == 1);
    holds(last && pieces(url).is_some(), Rule::Buttons, || {
        "url can have one variable, {{1}}, at its very end.".to_owned()
    })?;
    let fixed = url.split("{{").next().unwrap_or_default();
    // A variable is not part of the host: whose page it is, is what was approved.
    let rest = fixed.split_once("://").map_or("", |(_, rest)| rest);
    let host = variables.is_empty() || rest.contains(['/', '?', '#']);
    holds(is_web_address(fixed) && host, Rule::Buttons, || {
        "url must be an http or https address, with any variable after the host.".to_owned()
    })?;
    let told = variables.is_empty() || example.is_some_and(|example| !example.trim().is_empty());
    holds(told, Rule::Missing, || {
        "component of type BUTTONS is missing expected field(s) (example): url has a variable."
            .to_owned()
    })
}

/// An absolute http(s) address with a host, without spaces.
pub(super) fn is_web_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    !host.is_empty()
        && !host.starts_with(':')
        && !url.chars().any(|c| c.is_whitespace() || c.is_control())
}
