//! Flows: forms of several screens that providers keep here (reference 8). What their JSON means
//! is `wire::flow`; here is what is kept and which changes are allowed.

use serde::{Deserialize, Serialize};

use crate::time::Millis;

/// Where a flow stands (reference 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Can be changed; sent only as a draft.
    Draft,
    /// Can be sent; its screens never change again.
    Published,
    /// Cannot be sent any more; those sent still open.
    Deprecated,
}

impl Status {
    /// The platform's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Published => "PUBLISHED",
            Self::Deprecated => "DEPRECATED",
        }
    }
}

/// What the platform's flows are for.
pub const CATEGORIES: [&str; 8] = [
    "SIGN_UP",
    "SIGN_IN",
    "APPOINTMENT_BOOKING",
    "LEAD_GENERATION",
    "CONTACT_US",
    "CUSTOMER_SUPPORT",
    "SURVEY",
    "OTHER",
];

/// A flow as kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// Unique for its provider, 1-200 characters.
    pub name: String,
    /// At least one of [`CATEGORIES`].
    pub categories: Vec<String>,
    /// Where it stands.
    pub status: Status,
    /// Where its data come from.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// Its screens: Flow JSON as uploaded; empty before the first upload.
    #[serde(default)]
    pub json: String,
    /// Whether the JSON has problems: it cannot be published then.
    #[serde(default)]
    pub broken: bool,
    /// What the preview's address is proved with; changed to invalidate it.
    pub preview: u64,
    /// Until when the preview works.
    pub preview_until: Millis,
    /// When it was last changed.
    pub updated: Millis,
}

/// Why a flow cannot be changed so (reference 15.4: 139001-139004).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FlowRefusal {
    /// Only drafts can be changed.
    #[error("only drafts can be changed")]
    NotDraft,
    /// Only published flows can be deprecated.
    #[error("only published flows can be deprecated")]
    NotPublished,
    /// It has no screens, or they have problems.
    #[error("its Flow JSON is missing or has validation errors")]
    Broken,
    /// Its screens ask an endpoint, and it has none.
    #[error("its screens need an endpoint: set endpoint_uri, and the number's public key")]
    NoEndpoint,
}

impl Flow {
    /// Publishes it. `asks` is whether its screens ask an endpoint.
    ///
    /// # Errors
    /// [`FlowRefusal`].
    pub fn publish(&mut self, asks: bool, now: Millis) -> Result<(), FlowRefusal> {
        if self.status != Status::Draft {
            return Err(FlowRefusal::NotDraft);
        }
        if self.json.is_empty() || self.broken {
            return Err(FlowRefusal::Broken);
        }
        if asks && self.endpoint.is_none() {
            return Err(FlowRefusal::NoEndpoint);
        }
        (self.status, self.updated) = (Status::Published, now);
        Ok(())
    }

    /// Ends its being sent.
    ///
    /// # Errors
    /// [`FlowRefusal::NotPublished`].
    pub fn deprecate(&mut self, now: Millis) -> Result<(), FlowRefusal> {
        if self.status != Status::Published {
            return Err(FlowRefusal::NotPublished);
        }
        (self.status, self.updated) = (Status::Deprecated, now);
        Ok(())
    }

    /// Whether a message may open it: a draft as a draft, a published one as such.
    pub fn can_be_sent(&self, as_draft: bool) -> bool {
        match self.status {
            Status::Draft => as_draft && !self.json.is_empty() && !self.broken,
            Status::Published => !as_draft,
            Status::Deprecated => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(json: &str) -> Flow {
        Flow {
            name: "book".into(),
            categories: vec!["OTHER".into()],
            status: Status::Draft,
            endpoint: None,
            json: json.into(),
            broken: false,
            preview: 1,
            preview_until: Millis(0),
            updated: Millis(0),
        }
    }

    #[test]
    fn only_a_sound_draft_is_published_and_only_a_published_one_ends() {
        let now = Millis(5);
        assert_eq!(draft("").publish(false, now), Err(FlowRefusal::Broken));
        assert_eq!(draft("{}").publish(true, now), Err(FlowRefusal::NoEndpoint));
        let mut flow = draft("{}");
        assert_eq!(flow.deprecate(now), Err(FlowRefusal::NotPublished));
        assert!(flow.can_be_sent(true) && !flow.can_be_sent(false));
        assert_eq!(flow.publish(false, now), Ok(()));
        assert_eq!(flow.publish(false, now), Err(FlowRefusal::NotDraft));
        assert!(flow.can_be_sent(false) && !flow.can_be_sent(true));
        assert_eq!(flow.deprecate(now), Ok(()));
        assert!(!flow.can_be_sent(false) && !flow.can_be_sent(true));
    }
}
