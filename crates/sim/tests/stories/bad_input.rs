//! Every odd spelling of a Cloud API call either works or is refused in words that help; a
//! refusal stores nothing and tells nothing about anybody else.

use bytes::Bytes;
use exchange::id::Seq;
use hyper::{Method, header};
use serde_json::{Value, json};
use sim::http::{Answer, Call};
use sim::journal::Entry;
use sim::{Assistant, Chat, Person, World};
use wire::cloud::id::Wamid;

/// Birch with Ana, and Alder with Bo: whatever Birch's calls do, Alder and Bo see nothing of it.
struct Scene {
    world: World,
    birch: Assistant,
    alder: Assistant,
    ana: Person,
    bo: Person,
    chat: Chat,
    foreign: Chat,
    heard: String,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let (birch, alder) = (world.assistant("Birch").await, world.assistant("Alder").await);
        let (ana, bo) = (world.person().await, world.person().await);
        let (chat, foreign) = (ana.chooses(&birch).await, bo.chooses(&alder).await);
        chat.says("hi Birch").await;
        foreign.says("a secret of Bo").await;
        let heard = birch.hears("hi Birch").await["id"].as_str().expect("an id").to_owned();
        alder.hears("a secret of Bo").await;
        world.rests().await;
        Self { world, birch, alder, ana, bo, chat, foreign, heard }
    }

    /// Everything that is stored and can be seen, and all that was delivered.
    async fn stored(&self) -> Vec<Value> {
        vec![
            self.ana.exports().await,
            self.bo.exports().await,
            json!(self.birch.deliveries("").await),
            json!(self.alder.deliveries("").await),
            self.world.http().get("/assistants.json").send().await.json(),
            json!([self.birch.endpoint().kept().len(), self.alder.endpoint().kept().len()]),
        ]
    }

    fn path(&self) -> String {
        format!("/v25.0/{}/messages", self.birch.id())
    }

    fn post(&self, path: &str) -> Call<'_> {
        self.world.http().post(path).bearer(&self.birch.token())
    }

    fn text(&self, body: &str) -> Value {
        json!({"messaging_product": "whatsapp", "to": self.chat.wa_id(), "text": {"body": body}})
    }

    /// A good message with one member replaced.
    fn with(&self, member: &str, value: Value) -> Value {
        let mut body = self.text("x");
        body[member] = value;
        body
    }

    /// Each body is refused with 400 and its code, and leaves nothing.
    async fn all_refused(&self, rows: Vec<(&str, Value, i64)>) {
        let before = self.stored().await;
        for (name, body, code) in rows {
            let answer = self.post(&self.path()).json(&body).send().await;
            self.refused(name, answer, 400, code).await;
            assert_eq!(self.stored().await, before, "{name} left something");
        }
        self.world.all_is_well().await;
    }

    /// What must not stand in an answer to Birch.
    fn secrets(&self) -> Vec<String> {
        let card = self.alder.card();
        let own = |name: &str| card[name].as_str().expect("text").to_owned();
        vec![
            own("access_token"),
            own("app_secret"),
            own("waba_id"),
            own("app_id"),
            self.alder.endpoint().url().to_owned(),
            "Alder".to_owned(),
            "a secret of Bo".to_owned(),
        ]
    }

    /// Refused in Graph's words with this code; nothing stored, nothing told.
    async fn refused(&self, name: &str, answer: Answer, status: u16, code: i64) {
        let text = answer.text();
        assert_eq!((answer.status, answer.code()), (status, code), "{name}: {text}");
        let error = &answer.json()["error"];
        let told = |field: &str| error[field].as_str().unwrap_or_default().to_owned();
        assert!(!told("message").is_empty() && !told("type").is_empty(), "{name}: {text}");
        assert!(told("fbtrace_id").starts_with('A') && told("fbtrace_id").len() == 23, "{name}");
        let details = error["error_data"]["details"].as_str().unwrap_or_default();
        let says_what_to_do = !details.is_empty() || told("message").contains("must");
        assert!(says_what_to_do || told("message").contains("required"), "{name}: {text}");
        let all = format!("{:?}\n{text}", answer.headers);
        for secret in self.secrets() {
            assert!(!all.contains(&secret), "{name} tells {secret}: {all}");
        }
    }

    /// Accepted; the person sees exactly this text.
    async fn works(&self, name: &str, answer: Answer, body: &str) {
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
        let json = answer.json();
        let wamid = json["messages"][0]["id"].as_str().unwrap_or_else(|| panic!("{name}: {json}"));
        let (conversation, seq) = sim::assistant::place(wamid);
        assert_eq!(conversation, self.chat.conversation(), "{name}");
        let entry = Entry::Sent { conversation, seq, text: Some(body.to_owned()) };
        self.world.ground().journal.note(entry);
        let shown = self.chat.messages().await;
        let last = shown.last().expect("messages");
        assert_eq!((&last["seq"], &last["text"]["body"]), (&json!(seq), &json!(body)), "{name}");
        self.world.advance(6_000);
    }
}

/// Wrong recipients, texts and types, with the right token at the right address.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_messages_are_refused_and_leave_nothing() {
    let scene = Scene::new().await;
    let to = scene.chat.wa_id();
    let text = |body: Value| json!({"messaging_product": "whatsapp", "to": to, "text": body});
    let with = |member: &str, value: Value| scene.with(member, value);
    let without = |member: &str| {
        let mut body = scene.text("x");
        body.as_object_mut().expect("an object").remove(member);
        body
    };
    scene
        .all_refused(vec![
            ("an empty object", json!({}), 100),
            ("no product", without("messaging_product"), 100),
            ("another product", with("messaging_product", json!("sms")), 100),
            ("no recipient", without("to"), 100),
            ("an empty recipient", with("to", json!("")), 100),
            ("a word as recipient", with("to", json!("Ana")), 100),
            ("a list as recipient", with("to", json!([to])), 100),
            ("an object as recipient", with("to", json!({"wa_id": to})), 100),
            ("too many digits", with("to", json!("9990000000000012345")), 100),
            ("a user id in to", with("to", json!(format!("ZZ.{to}"))), 100),
            ("a telephone", with("to", json!("+32 2 123 45 67")), 131_026),
            ("a number of nobody", with("to", json!("999000000000001")), 131_026),
            ("somebody else's number", with("to", json!(scene.foreign.wa_id())), 131_026),
            ("the sender", with("to", scene.birch.card()["display_phone_number"].clone()), 131_021),
            ("a group", with("recipient_type", json!("group")), 100),
            ("no text", without("text"), 100),
            ("text as a string", text(json!("hello")), 100),
            ("text as a list", text(json!(["hello"])), 100),
            ("an empty text", text(json!({"body": ""})), 100),
            ("blanks", text(json!({"body": " \n\t "})), 100),
            ("a body as a list", text(json!({"body": ["x"]})), 100),
            ("4097 characters", text(json!({"body": "č".repeat(4097)})), 100),
            ("an unknown type", with("type", json!("telepathy")), 100),
            ("a type as a number", with("type", json!(7)), 100),
            ("an image without one", with("type", json!("image")), 100),
            ("a template without one", with("type", json!("template")), 100),
            ("long opaque data", with("biz_opaque_callback_data", json!("x".repeat(513))), 100),
        ])
        .await;
}

/// Reactions, quotes and receipts that point at nothing; the typing indicator misspelt.
#[tokio::test(flavor = "multi_thread")]
async fn what_points_at_nothing_is_refused() {
    let scene = Scene::new().await;
    let to = scene.chat.wa_id();
    let broken = scene.heard.replace("wamid.H", "wamid.G");
    let mut later = Wamid::decode(&scene.heard).expect("an id");
    later.seq = Seq(99);
    let later = later.encode();
    let react = |to: &str, id: &str, emoji: &str| {
        json!({"messaging_product": "whatsapp", "to": to, "type": "reaction",
            "reaction": {"message_id": id, "emoji": emoji}})
    };
    let read =
        |id: Value| json!({"messaging_product": "whatsapp", "status": "read", "message_id": id});
    let quote = |id: &str| scene.with("context", json!({"message_id": id}));
    let typing = json!({"messaging_product": "whatsapp", "to": to, "status": "typing"});
    scene
        .all_refused(vec![
            ("a reaction to nobody", react("", &scene.heard, "👍"), 100),
            ("a reaction to nothing", react(&to, "", "👍"), 100),
            ("a reaction to a broken id", react(&to, &broken, "👍"), 131_009),
            ("a reaction to a later message", react(&to, &later, "👍"), 131_009),
            ("a reaction to a word", react(&to, "wamid.nonsense", "👍"), 131_009),
            ("a word as reaction", react(&to, &scene.heard, "yes"), 131_009),
            ("a quote of a later message", quote(&later), 131_009),
            ("a quote of a broken id", quote(&broken), 131_009),
            ("a quote of a word", quote("x"), 131_009),
            ("reading a later message", read(json!(later)), 131_009),
            ("reading a broken id", read(json!(broken)), 131_009),
            ("reading a word", read(json!("x")), 131_009),
            ("reading nothing", read(Value::Null), 100),
            ("typing", typing, 100),
            ("typing without product", json!({"to": to, "status": "typing"}), 100),
        ])
        .await;
}

/// Questions that break a rule.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_questions_are_refused() {
    let scene = Scene::new().await;
    let to = scene.chat.wa_id();
    let ask = |interactive: Value| {
        json!({"messaging_product": "whatsapp", "to": to, "type": "interactive",
            "interactive": interactive})
    };
    let buttons = |buttons: Value| {
        ask(json!({"type": "button", "body": {"text": "?"}, "action": {"buttons": buttons}}))
    };
    let button =
        |id: &str, title: &str| json!({"type": "reply", "reply": {"id": id, "title": title}});
    let list = |rows: Value| {
        let action = json!({"button": "Open", "sections": [{"title": "All", "rows": rows}]});
        ask(json!({"type": "list", "body": {"text": "?"}, "action": action}))
    };
    let four: Vec<Value> = ["1", "2", "3", "4"].iter().map(|n| button(n, n)).collect();
    let rows: Vec<Value> = (0..11).map(|n| json!({"id": n.to_string(), "title": "x"})).collect();
    let no_id = json!([{"type": "reply", "reply": {"title": "x"}}]);
    scene
        .all_refused(vec![
            ("no interactive", scene.with("type", json!("interactive")), 100),
            ("no buttons", buttons(json!([])), 131_009),
            ("four buttons", buttons(json!(four)), 131_009),
            ("two alike", buttons(json!([button("1", "1"), button("1", "2")])), 131_009),
            ("a long title", buttons(json!([button("1", &"x".repeat(21))])), 131_009),
            ("a button without id", buttons(no_id), 131_008),
            ("no rows", list(json!([])), 131_009),
            ("eleven rows", list(json!(rows)), 131_009),
            (
                "a flow without one",
                ask(json!({"type": "flow", "body": {"text": "?"}, "action": {}})),
                131_008,
            ),
        ])
        .await;
}

/// Bytes that are no message at all.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_refused_and_leaves_nothing() {
    let scene = Scene::new().await;
    let before = scene.stored().await;
    let whole = scene.text("x").to_string();
    let mut not_utf8 = whole.clone().into_bytes();
    let x = whole.find("\"x\"").expect("the text") + 1;
    not_utf8[x] = 0xff;
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let half = whole[..whole.len() - 2].to_owned();
    let form = "messaging_product=whatsapp&to=%FF%FE&text=%7B%22body%22%3A%22x%22%7D";
    for (name, kind, body) in [
        ("nothing", "application/json", Bytes::new()),
        ("half of it", "application/json", half.into()),
        ("a word", "application/json", "hello".into()),
        ("a list", "application/json", "[]".into()),
        ("a string", "application/json", "\"x\"".into()),
        ("null", "application/json", "null".into()),
        ("not UTF-8", "application/json", not_utf8.into()),
        ("a lone surrogate", "application/json", whole.replace("\"x\"", "\"\\ud800\"").into()),
        ("very deep", "application/json", deep.into()),
        ("a form that is not UTF-8", "application/x-www-form-urlencoded", form.into()),
        ("two bodies", "application/json", format!("{whole}{whole}").into()),
    ] {
        let answer = scene.post(&scene.path()).bytes(kind, body).send().await;
        scene.refused(name, answer, 400, 100).await;
        assert_eq!(scene.stored().await, before, "{name} left something");
    }
    let ten_megabytes = scene.text(&"x".repeat(10_000_000)).to_string();
    let answer = scene.post(&scene.path()).bytes("application/json", ten_megabytes.clone());
    scene.refused("ten megabytes", answer.send().await, 413, 100).await;
    let pieces = ten_megabytes.into_bytes().chunks(65_536).map(Bytes::copy_from_slice).collect();
    let answer = scene.post(&scene.path()).chunked("application/json", pieces);
    scene.refused("ten megabytes in pieces", answer.send().await, 413, 100).await;
    assert_eq!(scene.stored().await, before);
    scene.world.all_is_well().await;
}

/// A good message at the wrong address or with the wrong token.
#[tokio::test(flavor = "multi_thread")]
async fn strangers_are_refused_and_learn_nothing() {
    let scene = Scene::new().await;
    let before = scene.stored().await;
    let (own, body) = (scene.path(), scene.text("x"));
    let foreign = format!("/v25.0/{}/messages", scene.alder.id());
    let birch = scene.birch.token();
    let app = scene.birch.card()["app_id"].as_str().expect("an id").to_owned();
    for (name, path, token, status, code) in [
        ("no token", own.as_str(), "", 401, 104),
        ("a made-up token", &own, "EAAmadeup", 401, 190),
        ("a stranger's token", &own, &scene.alder.token(), 400, 100),
        ("another's number", &foreign, &birch, 400, 100),
        ("nobody's number", "/v25.0/100000000000001/messages", &birch, 400, 100),
        ("a word as number", "/v25.0/me/messages", &birch, 400, 100),
        ("an app with a wrong secret", &own, &format!("{app}|wrong"), 401, 190),
        ("an unknown app", &own, "1|wrong", 401, 190),
    ] {
        let answer = scene.world.http().post(path).bearer(token).json(&body).send().await;
        scene.refused(name, answer, status, code).await;
        assert_eq!(scene.stored().await, before, "{name} left something");
    }
    let foreign_account = scene.alder.card()["waba_id"].as_str().expect("an id").to_owned();
    let own_id = scene.birch.id().to_owned();
    for (name, method, path, code) in [
        ("another's number", Method::GET, format!("/v25.0/{}", scene.alder.id()), 100),
        ("another's account", Method::GET, format!("/{foreign_account}/phone_numbers"), 100),
        ("another's webhooks", Method::DELETE, format!("/{foreign_account}/subscribed_apps"), 100),
        ("a method that is none", Method::DELETE, format!("/v25.0/{own_id}/messages"), 100),
        ("an edge that is none", Method::POST, format!("/v25.0/{own_id}/nonsense"), 100),
        ("a selection that is none", Method::GET, format!("/v25.0/{own_id}?fields=a%7B"), 2500),
    ] {
        let call = scene.world.http().call(method, &path).bearer(&birch);
        let answer = call.json(&json!({})).send().await;
        let text = answer.text();
        assert_eq!((answer.status, answer.code()), (400, code), "{name}: {text}");
        for secret in scene.secrets().iter().filter(|secret| !path.contains(*secret)) {
            assert!(!text.contains(secret), "{name} tells {secret}: {text}");
        }
        assert_eq!(scene.stored().await, before, "{name} left something");
    }
    scene.world.all_is_well().await;
}

/// Every spelling of path, token and body that clients use.
#[tokio::test(flavor = "multi_thread")]
async fn odd_spellings_work() {
    let scene = Scene::new().await;
    let (id, token) = (scene.birch.id().to_owned(), scene.birch.token());
    for (n, path) in [
        format!("/v25.0/{id}/messages"),
        format!("/v13.0/{id}/messages"),
        format!("/v26.0/{id}/messages"),
        format!("/{id}/messages"),
        format!("//v25.0//{id}//messages"),
        format!("/v25.0/{id}/messages/"),
        format!("//{id}/messages//"),
    ]
    .into_iter()
    .enumerate()
    {
        let body = format!("path {n}");
        let answer = scene.post(&path).json(&scene.text(&body)).send().await;
        scene.works(&path, answer, &body).await;
    }
    let http = scene.world.http();
    let path = scene.path();
    let oauth = format!("OAuth {token}");
    for (name, call) in [
        ("OAuth", http.post(&path).with(header::AUTHORIZATION, &oauth)),
        ("token in the query", http.post(&format!("{path}?access_token={token}"))),
        ("tokens in both", http.post(&format!("{path}?access_token={token}")).bearer("EAAother")),
    ] {
        let answer = call.json(&scene.text(name)).send().await;
        scene.works(name, answer, name).await;
    }
    let to = scene.chat.wa_id();
    let user = format!("ZZ.{to}");
    let with_plus = format!("+{to}");
    let spaced = format!("+{} ({}) {}-{}", &to[..3], &to[3..6], &to[6..9], &to[9..]);
    for (name, member, value) in [
        ("plus", "to", json!(with_plus)),
        ("spaces and brackets", "to", json!(spaced)),
        ("a number that is a number", "to", json!(to.parse::<u64>().expect("digits"))),
        ("an unknown member", "fancy", json!({"a": [1, null]})),
        ("nulls", "context", Value::Null),
        ("user id beside", "recipient", json!(user)),
        ("type", "type", json!("text")),
    ] {
        let mut body = scene.text(name);
        body[member] = value;
        scene.works(name, scene.post(&path).json(&body).send().await, name).await;
    }
    let body =
        json!({"messaging_product": "whatsapp", "recipient": user, "text": {"body": "user id"}});
    scene.works("user id", scene.post(&path).json(&body).send().await, "user id").await;
    scene.world.all_is_well().await;
}

/// Every kind of body.
#[tokio::test(flavor = "multi_thread")]
async fn odd_bodies_work() {
    let scene = Scene::new().await;
    let (path, to) = (scene.path(), scene.chat.wa_id());
    let whole = scene.text("chunked").to_string();
    let pieces = whole.as_bytes().chunks(7).map(Bytes::copy_from_slice).collect();
    let answer = scene.post(&path).chunked("application/json", pieces).send().await;
    scene.works("chunked", answer, "chunked").await;

    let form = [
        ("messaging_product", "whatsapp"),
        ("to", to.as_str()),
        ("type", "text"),
        ("text", r#"{"body":"a form"}"#),
    ];
    scene.works("a form", scene.post(&path).form(&form).send().await, "a form").await;
    let mut with_token = form.to_vec();
    let token = scene.birch.token();
    with_token.push(("access_token", &token));
    let answer = scene.world.http().post(&path).form(&with_token).send().await;
    scene.works("a form with the token", answer, "a form").await;

    for kind in ["application/json; charset=utf-8", "text/plain", ""] {
        let call = scene.post(&path).bytes(kind, scene.text(kind).to_string() + "\n");
        if kind.is_empty() {
            let call = scene.post(&path).bytes("application/json", scene.text("bare").to_string());
            scene.works("bare", call.send().await, "bare").await;
            continue;
        }
        scene.works(kind, call.send().await, kind).await;
    }
    let long = "č".repeat(4096);
    let answer = scene.post(&path).json(&scene.text(&long)).send().await;
    scene.works("4096 characters", answer, &long).await;
    let emoji = "👩‍👩‍👧‍👦 \u{0} \u{202e} <script>";
    let answer = scene.post(&path).json(&scene.text(emoji)).send().await;
    scene.works("strange characters", answer, emoji).await;
    scene.world.all_is_well().await;
}

/// The messenger's own JSON is as strict.
#[tokio::test(flavor = "multi_thread")]
async fn a_persons_wrong_messages_are_refused_too() {
    let scene = Scene::new().await;
    let before = scene.stored().await;
    let path = format!("/app/chats/{}/messages", scene.chat.id());
    for (name, body) in [
        ("nothing", json!({})),
        ("no client id", json!({"type": "text", "text": {"body": "x"}})),
        ("an empty client id", json!({"client_id": "", "type": "text", "text": {"body": "x"}})),
        ("a long one", json!({"client_id": "x".repeat(65), "type": "text", "text": {"body": "x"}})),
        ("no text", json!({"client_id": "a", "type": "text"})),
        ("empty", json!({"client_id": "b", "type": "text", "text": {"body": " "}})),
        ("long", json!({"client_id": "c", "type": "text", "text": {"body": "č".repeat(4097)}})),
        ("unknown type", json!({"client_id": "d", "type": "image", "text": {"body": "x"}})),
        ("a buttons message", json!({"client_id": "e", "type": "buttons", "body": "x"})),
        (
            "a quote of nothing",
            json!({"client_id": "f", "type": "text", "text": {"body": "x"}, "context_seq": 99}),
        ),
        (
            "a reaction to nothing",
            json!({"client_id": "g", "type": "reaction", "reaction": {"seq": 0, "emoji": "👍"}}),
        ),
        (
            "a word as reaction",
            json!({"client_id": "h", "type": "reaction", "reaction": {"seq": 2, "emoji": "yes"}}),
        ),
        (
            "a tap on nothing",
            json!({"client_id": "i", "type": "button_reply", "reply": {"id": "x"}, "context_seq": 2}),
        ),
        (
            "a negative place",
            json!({"client_id": "j", "type": "text", "text": {"body": "x"}, "context_seq": -1}),
        ),
    ] {
        let answer = scene.ana.posts_json(&path, &body).await;
        assert!((400..500).contains(&answer.status), "{name}: {}", answer.text());
        assert!(!answer.body.is_empty(), "{name} is not told why");
        assert_eq!(scene.stored().await, before, "{name} left something");
    }
    scene.world.all_is_well().await;
}
