//! Settings of numbers, remembered between steps: every send asks whether its number is in
//! service. Bounded by the number of assistants that send.

use std::collections::HashMap;
use std::sync::Arc;

use exchange::id::{AssistantId, ItemId};
use exchange::number::Number;
use exchange::time::Millis;
use store::Op;
use store::row::{Item, ItemKind};

use super::StepError;

/// Numbers remembered; past it all are read again.
const MOST: usize = 65_536;

#[derive(Default)]
pub(super) struct Settings {
    known: HashMap<AssistantId, Arc<Number>>,
    /// What the running step has replaced.
    before: Vec<(AssistantId, Option<Arc<Number>>)>,
}

impl Settings {
    pub(super) fn get(
        &mut self,
        id: AssistantId,
        reader: &dyn store::Reader,
    ) -> Result<Arc<Number>, StepError> {
        if let Some(known) = self.known.get(&id) {
            return Ok(known.clone());
        }
        let item = reader.item(ItemKind::Number, ItemId(id.0))?;
        let number = match item {
            Some(item) => serde_json::from_str(&item.body).map_err(|error| {
                tracing::error!(%error, "settings of a number cannot be read");
                StepError::Unavailable
            })?,
            None => Number::default(),
        };
        let number = Arc::new(number);
        if self.before.is_empty() && self.known.len() >= MOST {
            self.known.clear();
        }
        self.known.insert(id, number.clone());
        Ok(number)
    }

    pub(super) fn put(
        &mut self,
        id: AssistantId,
        number: Number,
        at: Millis,
    ) -> Result<Op, StepError> {
        let body = serde_json::to_string(&number).map_err(|_| StepError::Unavailable)?;
        let before = self.known.insert(id, Arc::new(number));
        self.before.push((id, before));
        let name = id.to_string();
        Ok(Op::Item(Item {
            kind: ItemKind::Number,
            id: ItemId(id.0),
            assistant: id,
            name,
            at,
            body,
        }))
    }

    pub(super) fn begin(&mut self) {
        self.before.clear();
    }

    pub(super) fn take_back(&mut self) {
        for (id, before) in self.before.drain(..).rev() {
            match before {
                Some(before) => self.known.insert(id, before),
                None => self.known.remove(&id),
            };
        }
    }

    pub(super) fn clear(&mut self) {
        self.known.clear();
        self.before.clear();
    }
}
