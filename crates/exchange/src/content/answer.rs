//! What a person may answer to a message: only what it offers.

use super::Content;
use super::parts::{Button, CardButton, TemplateButton};

impl Content {
    /// The answer to this question that has `id`: the tap becomes a message of the person. Quick
    /// replies of a template are found by their place: `0`, or `2.0` for the first of the third
    /// card.
    pub fn answer(&self, id: &str) -> Option<Self> {
        match self {
            Self::Buttons { buttons, .. } => {
                buttons.iter().find(|button| button.id == id).map(tapped)
            }
            Self::Carousel { cards, .. } => cards
                .iter()
                .flat_map(|card| &card.buttons)
                .find_map(|button| match button {
                    CardButton::Reply(button) if button.id == id => Some(button),
                    _ => None,
                })
                .map(tapped),
            Self::List { sections, .. } => {
                let row = sections.iter().flat_map(|s| &s.rows).find(|row| row.id == id)?;
                Some(Self::ListReply {
                    id: id.to_owned(),
                    title: row.title.clone(),
                    description: row.description.clone(),
                })
            }
            Self::Template(it) => {
                let (buttons, place) = match id.split_once('.') {
                    Some((card, place)) => {
                        (&it.cards.get(card.parse::<usize>().ok()?)?.buttons, place)
                    }
                    None => (&it.buttons, id),
                };
                match buttons.get(place.parse::<usize>().ok()?)? {
                    TemplateButton::Reply { text, payload } => {
                        Some(Self::TemplateReply { payload: payload.clone(), text: text.clone() })
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether this content of a person answers what `asked` asks for.
    pub fn fits(&self, asked: &Self) -> bool {
        match self {
            Self::Contacts { requested: true, .. } => match asked {
                Self::ContactRequest { .. } => true,
                Self::Template(it) => {
                    it.buttons.iter().any(|b| matches!(b, TemplateButton::Contact { .. }))
                }
                _ => false,
            },
            Self::CallPermissionReply { .. } => match asked {
                Self::Template(it) => it.call_permission,
                other => matches!(other, Self::CallPermissionRequest { .. }),
            },
            Self::FormReply { form: super::FormKind::Address, .. } => {
                matches!(asked, Self::AddressRequest { .. })
            }
            Self::FormReply { form: super::FormKind::Flow, .. } => asked.flow().is_some(),
            _ => true,
        }
    }

    /// The flow that this opens.
    pub fn flow(&self) -> Option<&super::parts::FlowStart> {
        match self {
            Self::Flow { flow, .. } => Some(flow),
            Self::Template(it) => it.buttons.iter().find_map(|button| match button {
                TemplateButton::Flow { flow } => Some(flow),
                _ => None,
            }),
            _ => None,
        }
    }
}

fn tapped(button: &Button) -> Content {
    Content::ButtonReply { id: button.id.clone(), title: button.title.clone() }
}
