//! Address forms (reference 3.3, `address_message`): which fields they have, and what is answered.

use std::collections::BTreeMap;

use serde_json::json;

use super::parts::AddressForm;
use super::{Content, FormKind, Invalid};
use crate::limits;

/// A field of an address form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct AddressField {
    /// The platform's name of it.
    pub name: &'static str,
    /// What the person reads.
    pub label: &'static str,
    /// Whether it has to be filled in.
    pub required: bool,
}

const fn field(name: &'static str, label: &'static str, required: bool) -> AddressField {
    AddressField { name, label, required }
}

const INDIA: &[AddressField] = &[
    field("name", "Name", true),
    field("phone_number", "Phone number", true),
    field("in_pin_code", "Pin code", true),
    field("house_number", "Flat or house number", false),
    field("floor_number", "Floor number", false),
    field("tower_number", "Tower number", false),
    field("building_name", "Building or apartment", false),
    field("address", "Address", true),
    field("landmark_area", "Landmark or area", false),
    field("city", "City", true),
    field("state", "State", false),
];

const SINGAPORE: &[AddressField] = &[
    field("name", "Name", true),
    field("phone_number", "Phone number", true),
    field("sg_post_code", "Post code", true),
    field("address", "Address", true),
    field("unit_number", "Unit number", false),
    field("city", "City", false),
];

impl AddressForm {
    /// Its fields, in the order they are asked.
    pub fn fields(&self) -> &'static [AddressField] {
        if self.country == "SG" { SINGAPORE } else { INDIA }
    }

    /// The person's answer: values by field, or the id of an address that was offered.
    ///
    /// # Errors
    /// A needed field that is empty, one that is too long, an address that was not offered.
    pub fn reply(
        &self,
        values: &BTreeMap<String, String>,
        saved: Option<&str>,
    ) -> Result<Content, Invalid> {
        let mut answer = serde_json::Map::new();
        if let Some(id) = saved.filter(|id| !id.is_empty()) {
            let chosen = self.saved.iter().find(|address| address.id == id);
            let chosen =
                chosen.ok_or_else(|| Invalid::new("saved", "is no address of the form"))?;
            answer.insert("saved_address_id".into(), id.into());
            answer.insert("values".into(), json!(chosen.value));
        } else {
            answer.insert("values".into(), json!(self.filled(values)?));
        }
        let response_json = serde_json::Value::Object(answer).to_string();
        Ok(Content::FormReply { form: FormKind::Address, response_json })
    }

    fn filled(
        &self,
        values: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<&'static str, String>, Invalid> {
        let mut filled = BTreeMap::new();
        for field in self.fields() {
            let value = values.get(field.name).map_or("", |value| value.trim());
            if value.is_empty() && field.required {
                return Err(Invalid::new(field.label, "must be filled in"));
            }
            if value.chars().count() > limits::CONTACT_CHARS {
                let rule = format!("must be at most {} characters long", limits::CONTACT_CHARS);
                return Err(Invalid::new(field.label, rule));
            }
            if !value.is_empty() {
                filled.insert(field.name, value.to_owned());
            }
        }
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::super::parts::SavedAddress;
    use super::*;

    fn form() -> AddressForm {
        let value = [("city".to_owned(), "Pune".to_owned())].into();
        let saved = vec![SavedAddress { id: "home".into(), value }];
        AddressForm {
            country: "IN".into(),
            values: BTreeMap::new(),
            saved,
            errors: BTreeMap::new(),
        }
    }

    fn json(content: &Content) -> serde_json::Value {
        let Content::FormReply { form: FormKind::Address, response_json } = content else {
            panic!("not an address: {content:?}")
        };
        serde_json::from_str(response_json).expect("JSON")
    }

    #[test]
    fn an_address_is_made_of_the_fields_of_its_country() {
        let values = ["name", "phone_number", "in_pin_code", "address", "city", "sg_post_code"];
        let mut values: BTreeMap<String, String> =
            values.iter().map(|name| ((*name).to_owned(), " 1 ".to_owned())).collect();
        let reply = json(&form().reply(&values, None).expect("complete"));
        assert_eq!(reply["values"]["in_pin_code"], "1");
        assert!(reply["values"].get("sg_post_code").is_none(), "not a field of it");
        assert!(reply.get("saved_address_id").is_none());
        values.insert("city".into(), "  ".into());
        assert_eq!(form().reply(&values, None).expect_err("no city").field, "City");
        values.insert("city".into(), "x".repeat(limits::CONTACT_CHARS + 1));
        assert!(form().reply(&values, None).is_err());
    }

    #[test]
    fn a_saved_address_is_one_that_was_offered() {
        let reply = json(&form().reply(&BTreeMap::new(), Some("home")).expect("offered"));
        assert_eq!(
            (&reply["saved_address_id"], &reply["values"]["city"]),
            (&json!("home"), &json!("Pune"))
        );
        assert!(form().reply(&BTreeMap::new(), Some("work")).is_err());
    }
}
