//! Who writes to whom: numbers with their credentials, and the people who can be written to.
//!
//! Two limits bound how much one number may send (`crates/exchange/src/limits.rs`, both from the
//! Cloud API): 80 messages a second in and out together, and to one person 45 at once and then
//! one in 6 s. The benchmark switches neither off; it uses enough numbers and people instead,
//! and stops a phase early rather than pass a limit.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Messages a second planned for one number; the limit is 80, the rest is for uneven moments.
pub const PER_NUMBER_RATE: u32 = 64;
/// Messages planned to one person from one number in a whole run; 45 may be sent at once.
pub const PER_PAIR: usize = 40;
/// Assistants one person may speak with (`limits.rs`: `CONVERSATIONS_PER_PERSON`).
pub const PER_PERSON: usize = 200;

/// An assistant's number and credentials, as its registration answered them.
#[derive(Clone, Debug, Default)]
pub struct App {
    /// Digits; stands in the sending path and in `metadata` of every webhook.
    pub phone_number_id: String,
    /// Digits; `entry[0].id` of every webhook.
    pub waba_id: String,
    /// Bearer token.
    pub token: String,
    /// Key of the signatures.
    pub secret: String,
}

/// How many numbers and people a run needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Numbers, divisible by `groups`.
    pub numbers: usize,
    /// People fall into this many groups, each speaking with its own share of the numbers.
    pub groups: usize,
    /// People in each group, so also people per number.
    pub people_per_group: usize,
}

impl Plan {
    /// The smallest world for `messages` in all at no more than `rate` a second.
    pub fn new(messages: u64, rate: u32) -> Self {
        let numbers = (rate.div_ceil(PER_NUMBER_RATE) as usize).max(1);
        let groups = numbers.div_ceil(PER_PERSON);
        let numbers = numbers.next_multiple_of(groups);
        let messages = usize::try_from(messages).unwrap_or(usize::MAX);
        let people_per_group = messages.div_ceil(numbers * PER_PAIR).max(1);
        Self { numbers, groups, people_per_group }
    }

    /// Numbers each person speaks with.
    pub fn numbers_per_person(&self) -> usize {
        self.numbers / self.groups
    }

    /// People in all.
    pub fn people(&self) -> usize {
        self.groups * self.people_per_group
    }

    /// Conversations in all.
    pub fn conversations(&self) -> usize {
        self.numbers * self.people_per_group
    }
}

/// Numbers, and for each the people who wrote to it first.
#[derive(Debug, Default)]
pub struct World {
    apps: Vec<App>,
    people: Vec<Vec<String>>,
    taken: AtomicUsize,
}

impl World {
    /// `people[n]` are those (`wa_id`) whom `apps[n]` may write to, equally many for each.
    pub fn new(apps: Vec<App>, people: Vec<Vec<String>>) -> Self {
        Self { apps, people, taken: AtomicUsize::new(0) }
    }

    /// The made-up world of the floor, the same in both processes.
    pub fn synthetic(numbers: usize, people: usize) -> Self {
        let apps = (0..numbers)
            .map(|index| App {
                phone_number_id: (100_000_000_000_000 + index).to_string(),
                waba_id: (200_000_000_000_000 + index).to_string(),
                token: format!("EAAfloor{index:032}"),
                secret: format!("{index:032x}"),
            })
            .collect();
        let list: Vec<String> =
            (0..people).map(|person| (999_000_000_000_u64 + person as u64).to_string()).collect();
        Self::new(apps, vec![list; numbers])
    }

    /// The numbers.
    pub fn apps(&self) -> &[App] {
        &self.apps
    }

    /// Who sends the next message to whom: numbers take turns, and so do each number's people.
    /// `None` when another message could pass the pair limit.
    pub fn next(&self) -> Option<(&App, &str)> {
        let turn = self.taken.fetch_add(1, Ordering::Relaxed);
        let number = turn % self.apps.len().max(1);
        let round = turn / self.apps.len().max(1);
        let people = self.people.get(number)?;
        if round >= people.len() * PER_PAIR {
            return None;
        }
        Some((&self.apps[number], &people[round % people.len()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn a_plan_stays_inside_every_limit() {
        for (messages, rate) in [(1, 1), (100_000, 10_000), (231_000, 20_000), (900_000, 40_000)] {
            let plan = Plan::new(messages, rate);
            assert!(plan.numbers_per_person() <= PER_PERSON, "{plan:?}");
            assert_eq!(plan.numbers % plan.groups, 0, "{plan:?}");
            assert!(rate as usize <= plan.numbers * 80, "{plan:?}");
            assert!(messages as usize <= plan.conversations() * PER_PAIR, "{plan:?}");
        }
    }

    #[test]
    fn turns_are_even_and_end_before_the_pair_limit() {
        let world = World::synthetic(3, 2);
        let mut sent: HashMap<(String, String), usize> = HashMap::new();
        while let Some((app, to)) = world.next() {
            *sent.entry((app.phone_number_id.clone(), to.to_owned())).or_default() += 1;
        }
        assert_eq!(sent.len(), 6);
        assert!(sent.values().all(|count| *count == PER_PAIR), "{sent:?}");
    }
}
