//! How fast is the store? Prints accepts a second and whole cycles (accept, then settle) a second
//! at several batch sizes, with 10,000 conversations, 200 assistants and bodies of about 300
//! bytes.
//!
//! An accept is what a person's message costs: the message, the conversation's state, the
//! obligation. A settle is what its delivery costs: the obligation gone, the log, the
//! conversation's marks. "Bare" cycles are without the conversation's state.
//!
//! `cargo run --release -p store --example cycles [-- seconds-per-row [directory [batch-size]]]`

use std::collections::VecDeque;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use exchange::consent::Consented;
use exchange::consent::State;
use exchange::conversation::{Conversation, DeliveryIds};
use exchange::delivery::{End, Kind, Owed};
use exchange::id::{AssistantId, ConversationId, DeliveryId, PersonId};
use exchange::message::{Author, Content, Message};
use exchange::time::Millis;
use store::row::{Answer, Settled};
use store::{Op, Store};

const CONVERSATIONS: u64 = 10_000;
const ASSISTANTS: u64 = 200;

struct World {
    store: Store,
    conversations: Vec<Conversation>,
    ids: DeliveryIds,
    now: Millis,
    chance: u64,
}

impl World {
    fn new(dir: &Path) -> Result<Self, store::Error> {
        let mut store = store::sqlite::open(dir)?;
        let (mut chance, now) = (1, Millis(1_800_000_000_000));
        let conversations: Vec<Conversation> = (0..CONVERSATIONS)
            .map(|n| {
                let id = ConversationId::from_random(draw(&mut chance));
                let mut it = Conversation::new(id, PersonId(n), AssistantId(n % ASSISTANTS), now);
                it.consent = State::Given;
                it.notice_sha256 = "0123456789abcdef".repeat(4);
                it
            })
            .collect();
        for some in conversations.chunks(1_000) {
            store.writer.commit(&some.iter().cloned().map(Op::Conversation).collect::<Vec<_>>())?;
        }
        let ids = DeliveryIds::after(DeliveryId(0));
        Ok(Self { store, conversations, ids, now, chance })
    }

    fn accept(&mut self, ops: &mut Vec<Op>) -> Owed {
        self.now = self.now + i64::from(draw(&mut self.chance).is_multiple_of(30));
        let place = (draw(&mut self.chance) % CONVERSATIONS) as usize;
        let it = &mut self.conversations[place];
        it.last_seq = it.last_seq.next();
        it.last_inbound = Some(self.now);
        let length = 200 + (draw(&mut self.chance) % 200) as usize;
        let body = "All work and no play makes a dull exchange. ".chars().cycle().take(length);
        let content = Content::Text { body: body.collect(), preview_url: false };
        let message = Message {
            seq: it.last_seq,
            author: Author::Person,
            at: self.now,
            context: None,
            content,
            opaque: None,
            failed: None,
            extra: None,
        };
        let consented = Consented::of(it.consent, it.id, it.assistant).expect("all consented");
        let id = self.ids.next(self.now);
        let owed = Owed::new(&consented, id, message.seq, Kind::Message, self.now);
        ops.extend([Op::Conversation(it.clone()), Op::Message(it.id, message), Op::Owe(owed)]);
        owed
    }

    fn settle(&mut self, mut owed: Owed, places: &Places, ops: &mut Vec<Op>) {
        owed.attempt = 1;
        let answer = Answer { status: 200, reason: "delivered".to_owned(), duration_ms: 12 };
        ops.push(Op::Settle(Settled { owed, end: End::Delivered, answer, at: self.now }));
        if let Some(it) = places.get(&owed.conversation).map(|n| &mut self.conversations[*n]) {
            it.marks.assistant_received = it.marks.assistant_received.max(owed.seq);
            ops.push(Op::Conversation(it.clone()));
        }
    }
}

type Places = std::collections::HashMap<ConversationId, usize>;

/// SplitMix64.
fn draw(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut bits = *state;
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Accepts,
    Cycles,
    Bare,
}

/// Runs for `time`; each batch has `size` accepts and, in a cycle, as many settles of the batch
/// before.
fn measure(dir: &Path, size: usize, mode: Mode, time: Duration) -> Result<(), store::Error> {
    let mut world = World::new(dir)?;
    let places: Places = world.conversations.iter().enumerate().map(|(n, c)| (c.id, n)).collect();
    let mut open: VecDeque<Owed> = VecDeque::new();
    let (mut done, mut slowest, mut spent) = (0u64, Duration::ZERO, Duration::ZERO);
    let mut batches = 0u32;
    while spent < time {
        let mut ops = Vec::new();
        let settled: Vec<Owed> =
            if mode == Mode::Accepts { Vec::new() } else { open.drain(..).collect() };
        for owed in settled {
            world.settle(owed, &places, &mut ops);
        }
        for _ in 0..size {
            let owed = world.accept(&mut ops);
            open.push_back(owed);
        }
        if mode == Mode::Bare {
            ops.retain(|op| !matches!(op, Op::Conversation(_)));
        }
        #[allow(clippy::disallowed_methods, reason = "this program measures")]
        let start = Instant::now();
        world.store.writer.commit(&ops)?;
        let took = start.elapsed();
        (spent, slowest) = (spent + took, slowest.max(took));
        (done, batches) = (done + size as u64, batches + 1);
    }
    let file = std::fs::metadata(dir.join(store::sqlite::FILE)).map_or(0, |data| data.len());
    println!(
        "{:>6}  {:<7} {:>9.0}/s   {:>6.2} ms a batch, slowest {:>4.0} ms, {:>4} MB for {done}",
        size,
        match mode {
            Mode::Accepts => "accepts",
            Mode::Cycles => "cycles",
            Mode::Bare => "bare",
        },
        done as f64 / spent.as_secs_f64(),
        spent.as_secs_f64() * 1e3 / f64::from(batches),
        slowest.as_secs_f64() * 1e3,
        file >> 20,
    );
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let seconds: f64 = arguments.next().map_or(Ok(5.0), |text| text.parse())?;
    let base = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let only = arguments.next().map(|size| size.parse::<usize>()).transpose()?;
    println!(" batch");
    for size in [1, 16, 256].into_iter().filter(|size| only.is_none_or(|only| only == *size)) {
        for (n, mode) in [Mode::Accepts, Mode::Cycles, Mode::Bare].into_iter().enumerate() {
            let dir = base.join(format!("cycles-{}-{size}-{n}", std::process::id()));
            measure(&dir, size, mode, Duration::from_secs_f64(seconds))?;
            std::fs::remove_dir_all(&dir)?;
        }
    }
    Ok(())
}
