//! QR codes and short links of a number (reference 5, `message_qrdls`).

use exchange::id::ItemId;
use exchange::limits;
use serde_json::{Value, json};

use super::error::GraphError;
use super::fields::{NodeType, asked};
use super::params::Params;

const QR: NodeType = NodeType {
    name: "WhatsAppBusinessQRDL",
    known: &["creation_time"],
    default: &["code", "prefilled_message", "deep_link_url"],
};

const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// The code of an item: its number in 36 digits and letters, so that a link leads to it.
pub fn code(id: ItemId) -> String {
    let (mut rest, mut text) = (id.0, Vec::new());
    while rest > 0 {
        text.push(char::from(DIGITS[(rest % 36) as usize]));
        rest /= 36;
    }
    text.iter().rev().collect()
}

/// The item of a code.
pub fn item(code: &str) -> Option<ItemId> {
    let sound = (1..=12).contains(&code.len()) && code.bytes().all(|b| DIGITS.contains(&b));
    if sound { u64::from_str_radix(code, 36).ok().map(ItemId) } else { None }
}

/// How the picture is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    /// Lines.
    Svg,
    /// Dots.
    Png,
}

impl Picture {
    /// The end of its address.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
        }
    }

    /// From its name, in either case.
    pub fn read(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().as_str() {
            "SVG" => Some(Self::Svg),
            "PNG" => Some(Self::Png),
            _ => None,
        }
    }
}

/// What is asked of `POST /{phone}/message_qrdls`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Which is changed; `None`: a new one.
    pub code: Option<String>,
    /// 1-140 characters.
    pub words: String,
    /// The picture wanted with the answer.
    pub picture: Option<Picture>,
}

/// Reads `POST /{phone}/message_qrdls`.
///
/// # Errors
/// 100: something is missing or wrong.
pub fn wanted(params: &Params) -> Result<Wanted, GraphError> {
    let words = params.required("prefilled_message")?.into_owned();
    if words.chars().count() > limits::QR_CHARS {
        let rule = format!("must be at most {} characters long.", limits::QR_CHARS);
        return Err(GraphError::parameter("prefilled_message", &rule));
    }
    let picture = match params.text("generate_qr_image")? {
        None => None,
        Some(name) => Some(Picture::read(&name).ok_or_else(|| {
            GraphError::parameter("generate_qr_image", "must be one of {SVG, PNG}.")
        })?),
    };
    let code = params.text("code")?.map(|code| code.into_owned());
    Ok(Wanted { code, words, picture })
}

/// A code as the answer to a change.
pub fn made(origin: &str, code: &str, words: &str, picture: Option<Picture>) -> Value {
    let mut value = json!({
        "code": code,
        "prefilled_message": words,
        "deep_link_url": format!("{origin}/m/{code}"),
    });
    if let Some(picture) = picture {
        value["qr_image_url"] = format!("{origin}/m/{code}.{}", picture.suffix()).into();
    }
    value
}

/// A code with the fields asked for; the picture's form as in `qr_image_url.format(SVG)`.
///
/// # Errors
/// 100 for a field that none has, or a picture that is neither form.
pub fn node(origin: &str, code: &str, words: &str, params: &Params) -> Result<Value, GraphError> {
    let fields = asked(params)?;
    let image = fields.iter().flatten().find(|field| field.name == "qr_image_url");
    let form = image.and_then(|field| field.call("format")).unwrap_or("PNG");
    let picture = Picture::read(form.trim_matches(['"', '\'']))
        .ok_or_else(|| GraphError::parameter("format", "must be one of {SVG, PNG}."))?;
    let mut all = made(origin, code, words, Some(picture));
    all["id"] = Value::Null;
    QR.select(&all, fields.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn query(text: &str) -> Params {
        Params::of(Some(text), None, b"").unwrap()
    }

    #[test]
    fn a_code_is_asked_for_and_shown() {
        let it = wanted(&query("prefilled_message=Hi+there&generate_qr_image=svg")).unwrap();
        assert_eq!((it.words.as_str(), it.picture), ("Hi there", Some(Picture::Svg)));
        for bad in ["", "prefilled_message=x&generate_qr_image=GIF"] {
            assert_eq!(wanted(&query(bad)).unwrap_err().code, 100, "{bad}");
        }
        let long = format!("prefilled_message={}", "x".repeat(141));
        assert_eq!(wanted(&query(&long)).unwrap_err().code, 100);
        let origin = "https://x.example";
        let plain = node(origin, "AB", "Hi", &Params::default()).unwrap();
        assert_eq!(
            plain,
            json!({"code": "AB", "prefilled_message": "Hi", "deep_link_url": "https://x.example/m/AB"})
        );
        let svg = node(origin, "AB", "Hi", &query("fields=qr_image_url.format(SVG)")).unwrap();
        assert_eq!(svg, json!({"qr_image_url": "https://x.example/m/AB.svg"}));
        assert!(node(origin, "AB", "Hi", &query("fields=qr_image_url.format(GIF)")).is_err());
    }

    proptest! {
        #[test]
        fn codes_lead_back(bits in any::<u64>(), text in ".{0,14}") {
            let id = ItemId::from_random(bits);
            prop_assert_eq!(item(&code(id)), Some(id));
            let _ = item(&text);
        }
    }
}
