//! What a message names by id is looked up before the rules see it: files, and later whatever
//! else providers keep here.

use exchange::conversation::Refusal;
use exchange::id::AssistantId;
use exchange::media::Source;
use exchange::message::Content;

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
