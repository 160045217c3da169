//! Interactive messages (reference 3.3).

use std::borrow::Cow;

use exchange::content::parts::{
    AddressForm, Button, FlowName, FlowStart, Header, Row, SavedAddress, Section,
};
use exchange::message::Content;
use serde_json::Value;

use super::cards;
use super::simple::{self, texts};
use super::{Members, items, member, needed, object, string};
use crate::cloud::error::{GraphError, shortened};
use crate::cloud::params::{Params, as_object};

pub(super) fn read(params: &Params) -> Result<Content, GraphError> {
    let it = params.object("interactive")?.ok_or_else(|| GraphError::required("interactive"))?;
    let kind = string(&it, "type", "interactive['type']")?
        .ok_or_else(|| GraphError::required("interactive['type']"))?;
    if !KNOWN.contains(&kind.as_str()) {
        let rule = "must be one of {BUTTON, CTA_URL, FLOW, LIST, PRODUCT, PRODUCT_LIST, …}.";
        let details = format!("interactive.type was \"{}\".", shortened(&kind));
        return Err(GraphError::parameter("interactive['type']", rule).details(details));
    }
    let action = object(&it, "action", "interactive['action']")?
        .ok_or_else(|| GraphError::missing_part("interactive.action"))?;
    let frame = Frame { header: header(&it, "interactive")?, footer: words(&it, "footer")? };
    let body = words(&it, "body")?;
    // The two that may do without a body.
    let said = || body.clone().ok_or_else(|| GraphError::missing_part("interactive.body.text"));
    match kind.as_str() {
        "button" | "list" | "cta_url" | "flow" | "address_message" => {
            framed(&kind, frame, said()?, &action)
        }
        "location_request_message" => Ok(Content::LocationRequest { body: said()? }),
        "request_contact_info" => Ok(Content::ContactRequest { body: said()? }),
        "call_permission_request" => {
            Ok(Content::CallPermissionRequest { body: body.unwrap_or_default() })
        }
        "carousel" => cards::carousel(said()?, &action),
        "product" => {
            let catalog = cards::catalog(&action, "interactive['action']")?;
            let product = cards::product(&action, catalog, "interactive['action']")?;
            let body = body.unwrap_or_default();
            Ok(Content::ProductItem { body, footer: frame.footer, product })
        }
        "product_list" => {
            let sections = cards::products(&action)?;
            let Frame { header, footer } = frame;
            Ok(Content::ProductList { header, body: said()?, footer, sections })
        }
        "catalog_message" => cards::whole(said()?, frame.footer, &action),
        // `order_details`, `order_status`, `voice_call`.
        other => Err(refused(other)),
    }
}

const KNOWN: [&str; 15] = [
    "address_message",
    "button",
    "call_permission_request",
    "carousel",
    "catalog_message",
    "cta_url",
    "flow",
    "list",
    "location_request_message",
    "order_details",
    "order_status",
    "product",
    "product_list",
    "request_contact_info",
    "voice_call",
];

/// What stands around a body.
struct Frame {
    header: Option<Header>,
    footer: Option<String>,
}

/// Payments and calls are not carried, and the platform has an error for those who may not.
fn refused(kind: &str) -> GraphError {
    if kind == "voice_call" {
        return GraphError::calling_not_enabled();
    }
    GraphError::payments_not_accepted()
}

fn framed(
    kind: &str,
    Frame { header, footer }: Frame,
    body: String,
    action: &Members,
) -> Result<Content, GraphError> {
    match kind {
        "button" => Ok(Content::Buttons { header, body, footer, buttons: buttons(action)? }),
        "list" => {
            let button = string(action, "button", "interactive['action']['button']")?
                .ok_or_else(|| GraphError::missing_part("interactive.action.button"))?;
            Ok(Content::List { header, body, footer, button, sections: sections(action)? })
        }
        "cta_url" => {
            let parameters = parameters(action)?;
            let path = "interactive.action.parameters";
            let label = needed(&parameters, "display_text", &format!("{path}.display_text"))?;
            let url = needed(&parameters, "url", &format!("{path}.url"))?;
            Ok(Content::CtaUrl { header, body, footer, label, url })
        }
        "flow" => Ok(Content::Flow { header, body, footer, flow: flow(action)? }),
        _ => Ok(Content::AddressRequest { header, body, footer, form: address(action)? }),
    }
}

fn parameters<'a>(action: &'a Members) -> Result<Cow<'a, Members>, GraphError> {
    object(action, "parameters", "interactive['action']['parameters']")?
        .ok_or_else(|| GraphError::missing_part("interactive.action.parameters"))
}

fn flow(action: &Members) -> Result<FlowStart, GraphError> {
    let it = parameters(action)?;
    let path = |name: &str| format!("interactive.action.parameters.{name}");
    let part = |name: &str| string(&it, name, &path(name));
    let flow = match (part("flow_id")?, part("flow_name")?) {
        (Some(id), _) => FlowName::Id(id.parse().map_err(|_| {
            GraphError::invalid_value(format!("{}: is no flow's id.", path("flow_id")))
        })?),
        (None, Some(name)) => FlowName::Name(name),
        (None, None) => return Err(GraphError::missing_part(&path("flow_id"))),
    };
    let exchange = match part("flow_action")?.as_deref() {
        None | Some("navigate") => false,
        Some("data_exchange") => true,
        Some(_) => {
            let rule = "must be one of {NAVIGATE, DATA_EXCHANGE}.";
            return Err(GraphError::parameter(&path("flow_action"), rule));
        }
    };
    let draft = part("mode")?.is_some_and(|mode| mode.eq_ignore_ascii_case("draft"));
    let payload = object(&it, "flow_action_payload", &path("flow_action_payload"))?;
    let payload = payload.unwrap_or_default();
    let screen = string(&payload, "screen", &path("flow_action_payload.screen"))?;
    let data = object(&payload, "data", &path("flow_action_payload.data"))?
        .map(|data| Value::Object(data.into_owned()).to_string());
    Ok(FlowStart {
        flow,
        label: needed(&it, "flow_cta", &path("flow_cta"))?,
        token: part("flow_token")?,
        draft,
        exchange,
        screen,
        data,
    })
}

fn address(action: &Members) -> Result<AddressForm, GraphError> {
    let it = parameters(action)?;
    let path = "interactive.action.parameters";
    let country = needed(&it, "country", &format!("{path}.country"))?;
    let texts = |of: &Members, name: &str| -> Result<_, GraphError> {
        let path = format!("{path}.{name}");
        Ok(object(of, name, &path)?.map(|it| texts(&it, &path)).transpose()?.unwrap_or_default())
    };
    let mut saved = Vec::new();
    if let Some(Value::Array(all)) = member(&it, "saved_addresses") {
        for one in all {
            let one = as_object(one, "saved_addresses")?.unwrap_or_default();
            let id = needed(&one, "id", &format!("{path}.saved_addresses.id"))?;
            saved.push(SavedAddress { id, value: texts(&one, "value")? });
        }
    }
    let (values, errors) = (texts(&it, "values")?, texts(&it, "validation_errors")?);
    Ok(AddressForm { country, values, saved, errors })
}

/// The header of an interactive message or of a card.
pub(super) fn header(it: &Members, whose: &str) -> Result<Option<Header>, GraphError> {
    let path = format!("{whose}['header']");
    let Some(header) = object(it, "header", &path)? else { return Ok(None) };
    let kind = string(&header, "type", &format!("{path}['type']"))?;
    match kind.as_deref() {
        None | Some("text") => {
            Ok(string(&header, "text", "interactive['header']['text']")?.map(Header::Text))
        }
        Some(kind @ ("image" | "video" | "document")) => {
            let path = format!("{path}['{kind}']");
            let media =
                object(&header, kind, &path)?.ok_or_else(|| GraphError::missing_part(&path))?;
            let (source, kind) = (simple::source(&media, &path)?, simple::kind_of(kind));
            let filename = string(&media, "filename", &path)?;
            Ok(Some(Header::Media { kind, source, filename }))
        }
        Some(_) => {
            let rule = "must be one of {DOCUMENT, IMAGE, TEXT, VIDEO}.";
            Err(GraphError::parameter("interactive['header']['type']", rule))
        }
    }
}

/// `{"text":"…"}` under `name`: body and footer.
fn words(it: &Members, name: &str) -> Result<Option<String>, GraphError> {
    let path = format!("interactive['{name}']");
    let Some(part) = object(it, name, &path)? else { return Ok(None) };
    string(&part, "text", &format!("{path}['text']"))
}

fn buttons(action: &Members) -> Result<Vec<Button>, GraphError> {
    let mut buttons = Vec::new();
    for (i, item) in items(action, "buttons", "interactive.action.buttons")?.iter().enumerate() {
        let name = format!("interactive['action']['buttons'][{i}]");
        let button = as_object(item, &name)?.unwrap_or_default();
        let kind = string(&button, "type", &name)?;
        if kind.is_some_and(|kind| kind != "reply") {
            return Err(GraphError::parameter(
                &format!("{name}['type']"),
                "must be one of {REPLY}.",
            ));
        }
        let reply = object(&button, "reply", &format!("{name}['reply']"))?
            .ok_or_else(|| GraphError::missing_part(&format!("{name}['reply']")))?;
        let needed = |part: &str| {
            let path = format!("{name}['reply']['{part}']");
            string(&reply, part, &path)?.ok_or_else(|| GraphError::missing_part(&path))
        };
        buttons.push(Button { id: needed("id")?, title: needed("title")? });
    }
    Ok(buttons)
}

fn sections(action: &Members) -> Result<Vec<Section>, GraphError> {
    let mut sections = Vec::new();
    for (i, item) in items(action, "sections", "interactive.action.sections")?.iter().enumerate() {
        let name = format!("interactive['action']['sections'][{i}]");
        let section = as_object(item, &name)?.unwrap_or_default();
        let title = string(&section, "title", &format!("{name}['title']"))?;
        let mut rows = Vec::new();
        for (j, item) in items(&section, "rows", &format!("{name}['rows']"))?.iter().enumerate() {
            rows.push(row(item, &format!("{name}['rows'][{j}]"))?);
        }
        sections.push(Section { title, rows });
    }
    Ok(sections)
}

fn row(item: &Value, name: &str) -> Result<Row, GraphError> {
    let row = as_object(item, name)?.unwrap_or_default();
    let part = |part: &str| string(&row, part, &format!("{name}['{part}']"));
    let needed = |name_of: &str| {
        part(name_of)?.ok_or_else(|| GraphError::missing_part(&format!("{name}['{name_of}']")))
    };
    Ok(Row { id: needed("id")?, title: needed("title")?, description: part("description")? })
}
