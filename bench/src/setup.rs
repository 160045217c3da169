//! Sets the exchange's world up through its public HTTP alone: providers register, people sign
//! in, choose, agree and say hi. Nothing is switched off and nothing is written past the API.

use crate::connection::Connection;
use crate::sink::{Book, VERIFY_TOKEN};
use crate::world::{App, Plan, World};
use crate::{Outcome, clock};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;

/// Registrations, and people, under way at once.
const AT_ONCE: usize = 32;
/// No answer of the set-up takes longer.
const ANSWER: Duration = Duration::from_secs(30);
/// The first messages' webhooks have come by then.
const GREETED: Duration = Duration::from_secs(60);

/// Registers, signs in, chooses, agrees and greets as planned.
pub async fn world(
    address: SocketAddr,
    callback: &str,
    book: &Arc<Book>,
    plan: Plan,
) -> Outcome<World> {
    let apps = register_all(address, callback, book, plan.numbers).await?;
    people(address, &apps, plan).await?;
    let greetings = greetings(book, plan.conversations()).await?;
    let mut people: HashMap<String, BTreeSet<String>> = HashMap::new();
    for (number, person) in greetings {
        people.entry(number).or_default().insert(person);
    }
    let list = |app: &App| -> Outcome<Vec<String>> {
        let wrote = people.get(&app.phone_number_id).map_or(0, BTreeSet::len);
        if wrote != plan.people_per_group {
            let planned = plan.people_per_group;
            return Err(format!(
                "{wrote} people wrote to {}, planned were {planned}",
                app.phone_number_id
            )
            .into());
        }
        Ok(people[&app.phone_number_id].iter().cloned().collect())
    };
    let people = apps.iter().map(list).collect::<Outcome<Vec<_>>>()?;
    Ok(World::new(apps, people))
}

async fn register_all(
    address: SocketAddr,
    callback: &str,
    book: &Arc<Book>,
    count: usize,
) -> Outcome<Vec<App>> {
    // Another run against the same server must not meet its own names.
    let run = clock::unix_seconds() % 0x100_0000;
    let turn = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..AT_ONCE.min(count) {
        let (turn, book, callback) = (Arc::clone(&turn), Arc::clone(book), callback.to_owned());
        tasks.spawn(async move {
            let mut client = Client::open(address).await?;
            let mut apps = Vec::new();
            loop {
                let index = turn.fetch_add(1, Ordering::Relaxed);
                if index >= count {
                    return Ok(apps);
                }
                let app = register(&mut client, &format!("Bench {run:06x} {index:04}"), &callback)
                    .await?;
                book.expect(&app);
                apps.push(app);
            }
        });
    }
    Ok(all(tasks).await?.into_iter().flatten().collect())
}

async fn register(client: &mut Client, name: &str, callback: &str) -> Outcome<App> {
    let form = json!({
        "name": name, "contact_email": "bench@example.org", "purpose": "Measures the exchange",
        "details": "", "provider": "Benchmark", "country": "BE", "data_location": "This machine",
        "retention": "Until the run ends", "trains": false, "automation": "automated",
        "privacy_policy": "http://127.0.0.1/privacy", "callback_url": callback,
        "verify_token": VERIFY_TOKEN,
    });
    let answer = client.post_json("/providers", &form).await?.expect(201)?;
    let made = answer.json()?;
    if made["callback"]["verified"] != Value::Bool(true) {
        return Err(format!(
            "POST /providers: the handshake with the sink failed: {}",
            made["callback"]
        )
        .into());
    }
    let field = |name: &str| -> Outcome<String> {
        let value = made[name].as_str();
        Ok(value.ok_or_else(|| format!("POST /providers answered without {name:?}"))?.to_owned())
    };
    Ok(App {
        phone_number_id: field("phone_number_id")?,
        waba_id: field("waba_id")?,
        token: field("access_token")?,
        secret: field("app_secret")?,
    })
}

/// All people, each with its group's share of the numbers.
async fn people(address: SocketAddr, apps: &[App], plan: Plan) -> Outcome<()> {
    let ids: Arc<Vec<String>> =
        Arc::new(apps.iter().map(|app| app.phone_number_id.clone()).collect());
    let turn = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..AT_ONCE.min(plan.people()) {
        let (turn, ids) = (Arc::clone(&turn), Arc::clone(&ids));
        tasks.spawn(async move {
            let share = plan.numbers_per_person();
            loop {
                let index = turn.fetch_add(1, Ordering::Relaxed);
                if index >= plan.people() {
                    return Ok(());
                }
                let from = (index % plan.groups) * share;
                let mut mine = ids[from..from + share].to_vec();
                // People begin with different assistants: 80 messages a second of one number
                // counts what people write, too.
                mine.rotate_left(index * 7 % share);
                person(address, &mine).await?;
            }
        });
    }
    all(tasks).await.map(|_| ())
}

/// One person: signs in, chooses all, agrees to each and says hi to each.
async fn person(address: SocketAddr, assistants: &[String]) -> Outcome<()> {
    let mut client = Client::open(address).await?;
    let answer = client.post_form("/sign-in/local", "").await?.expect(303)?;
    client.cookie =
        answer.cookie.clone().ok_or("POST /sign-in/local set no cookie strowger_session")?;
    let page = client.get("/choose").await?.expect(200)?;
    let showing = hidden(&page.text(), "showing")
        .ok_or("GET /choose: no hidden input `showing` on the page")?;
    let mut form = format!("showing={showing}");
    for id in assistants {
        form.push_str("&assistant=");
        form.push_str(id);
    }
    form.push_str("&then=continue");
    client.post_form("/choose", &form).await?.expect(303)?;
    for id in assistants {
        let path = format!("/consent/{id}");
        let page = client.get(&path).await?.expect(200)?;
        let notice = hidden(&page.text(), "notice")
            .ok_or_else(|| format!("GET {path}: no hidden input `notice` on the page"))?;
        let form = format!("notice={notice}&answer=agree&display_name=");
        let answer = client.post_form(&path, &form).await?.expect(303)?;
        let chat = chat_of(answer.location.as_deref()).ok_or_else(|| {
            format!("POST {path} led to {:?}, not to /chats/{{chat}}", answer.location)
        })?;
        let hi = json!({"client_id": format!("hi-{chat}"), "type": "text", "text": {"body": "hi"}});
        client.post_json(&format!("/app/chats/{chat}/messages"), &hi).await?.expect(200)?;
    }
    Ok(())
}

/// Waits until every person's first message has come to the sink.
async fn greetings(book: &Book, expected: usize) -> Outcome<Vec<(String, String)>> {
    let limit = clock::now() + GREETED;
    while book.greeted() < expected {
        if clock::now() > limit {
            let came = book.greeted();
            return Err(format!(
                "{came} of {expected} first messages reached the sink within 60 s"
            )
            .into());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(book.take_greetings())
}

async fn all<T: 'static>(mut tasks: JoinSet<Outcome<T>>) -> Outcome<Vec<T>> {
    let mut values = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        values.push(ended??);
    }
    Ok(values)
}

/// The value of the first `<input>` called `name`.
fn hidden(page: &str, name: &str) -> Option<String> {
    let wanted = format!("name=\"{name}\"");
    page.split("<input").skip(1).find_map(|rest| {
        let tag = rest.split('>').next()?;
        if !tag.contains(&wanted) {
            return None;
        }
        let value = tag.split(" value=\"").nth(1)?.split('"').next()?;
        Some(value.to_owned())
    })
}

/// The chat in a `Location` of `/chats/{chat}`.
fn chat_of(location: Option<&str>) -> Option<String> {
    let rest = location?.split_once("/chats/")?.1;
    let chat = rest.split(['?', '#', '/']).next()?;
    (!chat.is_empty()).then(|| chat.to_owned())
}

struct Client {
    connection: Connection,
    address: SocketAddr,
    cookie: String,
}

struct Answer {
    what: String,
    status: u16,
    location: Option<String>,
    cookie: Option<String>,
    body: Vec<u8>,
}

impl Answer {
    fn expect(self, status: u16) -> Outcome<Self> {
        if self.status == status {
            return Ok(self);
        }
        let text = self.text();
        let shown: String = text.chars().take(600).collect();
        Err(format!("{} answered {} instead of {status}: {shown}", self.what, self.status).into())
    }

    fn json(&self) -> Outcome<Value> {
        serde_json::from_slice(&self.body)
            .map_err(|error| format!("{} answered no JSON: {error}", self.what).into())
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Client {
    async fn open(address: SocketAddr) -> Outcome<Self> {
        let connection = Connection::open(address).await?;
        Ok(Self { connection, address, cookie: String::new() })
    }

    async fn get(&mut self, path: &str) -> Outcome<Answer> {
        self.request("GET", path, "text/html", None).await
    }

    async fn post_json(&mut self, path: &str, body: &Value) -> Outcome<Answer> {
        let body = body.to_string();
        self.request("POST", path, "application/json", Some(("application/json", &body))).await
    }

    async fn post_form(&mut self, path: &str, body: &str) -> Outcome<Answer> {
        let kind = "application/x-www-form-urlencoded";
        self.request("POST", path, "text/html", Some((kind, body))).await
    }

    async fn request(
        &mut self,
        method: &str,
        path: &str,
        accept: &str,
        body: Option<(&str, &str)>,
    ) -> Outcome<Answer> {
        let what = format!("{method} {path}");
        let mut text = format!("{what} HTTP/1.1\r\nhost: {}\r\naccept: {accept}\r\n", self.address);
        if !self.cookie.is_empty() {
            text.push_str(&format!("cookie: {}\r\n", self.cookie));
        }
        match body {
            None => text.push_str("\r\n"),
            Some((kind, body)) => text.push_str(&format!(
                "content-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            )),
        }
        let exchange = self.connection.exchange(text.as_bytes(), |answer| -> Outcome<Answer> {
            let mut cookies = answer.head.all("set-cookie");
            let cookie = cookies.find(|cookie| cookie.starts_with("strowger_session="));
            Ok(Answer {
                what: what.clone(),
                status: answer.head.status()?,
                location: answer.head.get("location").map(str::to_owned),
                cookie: cookie.and_then(|cookie| cookie.split(';').next()).map(str::to_owned),
                body: answer.body.to_vec(),
            })
        });
        match tokio::time::timeout(ANSWER, exchange).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => Err(format!("{what}: {error}").into()),
            Err(_) => Err(format!("{what} was not answered within 30 s").into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_inputs_are_found_in_any_order_of_attributes() {
        let page = r#"<form><input name="csrf" value="x"><input type="hidden" name="showing" value="17">
            <input value="ab12" type="hidden" name="notice"/><input name="empty"></form>"#;
        assert_eq!(hidden(page, "showing").as_deref(), Some("17"));
        assert_eq!(hidden(page, "notice").as_deref(), Some("ab12"));
        assert_eq!(hidden(page, "empty"), None);
        assert_eq!(hidden(page, "other"), None);
    }

    #[test]
    fn the_chat_is_read_from_the_redirect() {
        assert_eq!(chat_of(Some("/chats/0123456789ab")).as_deref(), Some("0123456789ab"));
        assert_eq!(chat_of(Some("/chats/0123456789ab?new=1#end")).as_deref(), Some("0123456789ab"));
        assert_eq!(chat_of(Some("/consent/7")), None);
        assert_eq!(chat_of(None), None);
    }
}
