//! What a message names by id is looked up before the rules see it: files, flows, and whatever
//! else providers keep here.

use exchange::catalog::{Goods, item_name};
use exchange::content::parts::{FlowName, FlowStart, Product, Rendered, TemplateButton};
use exchange::conversation::Refusal;
use exchange::flow::Flow;
use exchange::id::{AssistantId, ItemId};
use exchange::media::Source;
use exchange::message::{Content, Invalid};
use exchange::template::Status;
use exchange::template::render::Misfit;
use store::row::ItemKind;
use wire::cloud::template::send::TemplateSend;
use wire::flow::Script;

use super::templates_keep::named;
use crate::engine::{Desk, StepError};

/// Files by id become what is known of them.
///
/// # Errors
/// [`Refusal::UnknownMedia`]: not this number's, or expired.
pub fn files(desk: &Desk, assistant: AssistantId, content: &mut Content) -> Result<(), StepError> {
    for (_, source) in content.sources_mut() {
        let Source::Id(id) = *source else { continue };
        let found = desk.read().media(id)?;
        let known = found.filter(|row| row.assistant == assistant && desk.now() < row.expires);
        *source = Source::Kept(known.ok_or(Refusal::UnknownMedia(id))?.media);
    }
    Ok(())
}

/// Flows by name become flows by id; each must be one that can be sent so.
///
/// # Errors
/// [`Refusal::Invalid`]: there is no such flow, or it cannot be sent.
pub fn flows(desk: &Desk, assistant: AssistantId, content: &mut Content) -> Result<(), StepError> {
    match content {
        Content::Flow { flow, .. } => one_flow(desk, assistant, flow),
        Content::Template(it) => it.buttons.iter_mut().try_for_each(|button| match button {
            TemplateButton::Flow { flow } => one_flow(desk, assistant, flow),
            _ => Ok(()),
        }),
        _ => Ok(()),
    }
}

fn one_flow(desk: &Desk, assistant: AssistantId, start: &mut FlowStart) -> Result<(), StepError> {
    let invalid = |rule: &str| {
        let field = "interactive.action.parameters.flow_id";
        StepError::from(Refusal::Invalid(Invalid::new(field, rule)))
    };
    let found = match &start.flow {
        FlowName::Id(id) => desk.read().item(ItemKind::Flow, *id)?,
        FlowName::Name(name) => desk.read().item_named(assistant, ItemKind::Flow, name)?,
    };
    let item = found.filter(|item| item.assistant == assistant);
    let item = item.ok_or_else(|| invalid("is no flow of this account"))?;
    let flow: Flow = serde_json::from_str(&item.body).map_err(|_| StepError::Unavailable)?;
    if !flow.can_be_sent(start.draft) {
        let rule = if start.draft {
            "is not a draft with screens: publish it, or send it with mode published"
        } else {
            "is not published: publish it, or send it with mode draft"
        };
        return Err(invalid(rule));
    }
    let script = Script::read(&flow.json).map_err(|_| invalid("has screens with mistakes"))?;
    if start.screen.as_ref().is_some_and(|screen| script.screen(screen).is_none()) {
        return Err(invalid("has no such screen as flow_action_payload.screen names"));
    }
    start.flow = FlowName::Id(item.id);
    Ok(())
}

/// A template is looked up and filled in.
///
/// # Errors
/// [`StepError::Unavailable`]; within, what does not fit the template.
pub fn template(
    desk: &Desk,
    assistant: AssistantId,
    asked: &TemplateSend,
) -> Result<Result<Rendered, Misfit>, StepError> {
    let found = named(desk.read(), assistant, &asked.name, &asked.language)?;
    let Some((id, template)) = found.filter(|(_, it)| it.status == Status::Approved) else {
        let cut = |text: &str| text.chars().take(80).collect();
        let (name, language) = (cut(&asked.name), cut(&asked.language));
        return Ok(Err(Misfit::Unknown { name, language }));
    };
    let catalogs = desk.read().items(assistant, ItemKind::Catalog, ItemId(0), 1)?;
    let catalog = catalogs.first().map(|item| item.id);
    Ok(template.render(id, &asked.sent, catalog))
}

/// Products by their seller's id become what they are now; a catalogue that is not named is the
/// account's first.
///
/// # Errors
/// 131009 (`Refusal::Invalid`): there is no such product or catalogue of this account.
pub fn products(
    desk: &Desk,
    assistant: AssistantId,
    content: &mut Content,
) -> Result<(), StepError> {
    if let Content::Catalog { catalog, thumbnail, .. } = content {
        let first = desk.read().items(assistant, ItemKind::Catalog, ItemId(0), 1)?.pop();
        let first = first.ok_or_else(|| unknown("catalogue"))?.id;
        *catalog = first;
        if let Some(product) = thumbnail {
            product.catalog = first;
        }
    }
    let named: Vec<&mut Product> = match content {
        Content::ProductItem { product, .. } => vec![product],
        Content::ProductList { sections, .. } => {
            sections.iter_mut().flat_map(|section| &mut section.products).collect()
        }
        Content::Catalog { thumbnail, .. } => thumbnail.iter_mut().collect(),
        Content::Carousel { cards, .. } => {
            cards.iter_mut().filter_map(|card| card.product.as_mut()).collect()
        }
        _ => return Ok(()),
    };
    for product in named {
        let name = item_name(product.catalog, &product.retailer_id);
        let found = desk.read().item_named(assistant, ItemKind::Product, &name)?;
        let goods: Option<Goods> = found.and_then(|item| serde_json::from_str(&item.body).ok());
        *product = goods.ok_or_else(|| unknown(&product.retailer_id))?.product();
    }
    Ok(())
}

fn unknown(what: &str) -> StepError {
    let what: String = what.chars().take(80).collect();
    let rule = format!("there is no {what} in the catalogues of this account");
    Refusal::from(Invalid::new("product_retailer_id", rule)).into()
}
