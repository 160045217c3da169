//! Files: both ways with equal hashes, by id and by link, and what becomes of them.

use hyper::header;
use serde_json::{Value, json};
use sim::files::{Given, Place, ogg, pdf, png, sha256};
use sim::{Assistant, Chat, Person, World};
use store::faulty::Fault;

async fn begin(world: &World) -> (Assistant, Person, Chat) {
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    ana.opens_the_messenger().await;
    let chat = ana.chooses(&birch).await;
    chat.says("hi").await;
    birch.hears("hi").await;
    (birch, ana, chat)
}

fn image(of: Value) -> Value {
    json!({"type": "image", "image": of})
}

/// How many files the exchange keeps.
fn blobs(world: &World) -> usize {
    std::fs::read_dir(world.folder().join("media")).expect("a folder").count()
}

async fn until_blobs(world: &World, count: usize) {
    let look = || std::future::ready((blobs(world) == count).then_some(()));
    sim::wait::eventually(&format!("{count} files are kept"), look).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_round_both_ways() {
    let world = World::new().await;
    let (birch, _ana, chat) = begin(&world).await;
    let picture = png(300_000);
    let id = birch.uploads("image/png", &picture).await;
    assert!((15..=16).contains(&id.len()), "{id}");
    assert_eq!(birch.fetches(&id).await.body, picture);
    let sent = birch.sends(&chat.wa_id(), image(json!({"id": id, "caption": "look"}))).await;
    birch.is_told(&sent, "sent").await;
    let shown = chat.shows_file(&sha256(&picture)).await;
    assert_eq!((shown["kind"].clone(), shown["caption"].clone()), (json!("image"), json!("look")));
    let file = chat.file(&id).await.expect(200);
    assert_eq!(file.body, picture);
    assert_eq!(file.header(header::CONTENT_TYPE), "image/png");
    assert_eq!(file.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert_eq!(file.header(header::CONTENT_SECURITY_POLICY), "default-src 'none'; sandbox");

    let voice = ogg(40_000);
    let (_, added) = chat.sends_file("audio", "audio/ogg; codecs=opus", &voice).await;
    let heard = birch.hears_of("it hears the voice", |m| m["type"] == "audio").await;
    assert_eq!(heard["audio"]["id"], added);
    assert_eq!(heard["audio"]["mime_type"], "audio/ogg; codecs=opus");
    assert_eq!(birch.fetches(&added).await.body, voice);
    // The webhook's own address works, too, with the token and not without.
    let url = heard["audio"]["url"].as_str().expect("an address");
    let path = url.strip_prefix(world.http().base()).expect("our own address").to_owned();
    assert_eq!(birch.gets(&path).await.expect(200).body, voice);
    assert_eq!(world.http().get(&path).send().await.status, 401);
    let alder = world.assistant("Alder").await;
    assert_eq!(alder.gets(&path).await.status, 404);
    world.advance(5 * 60_000);
    assert_eq!(birch.gets(&path).await.expect(404).code(), 100);
    birch.fetches(&added).await;
    world.advance(8 * 24 * 3_600_000);
    assert_eq!(birch.gets(&format!("/{added}")).await.expect(400).code(), 100);
    assert_eq!(chat.file(&added).await.expect(200).body, voice, "the person keeps it");
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_belong_to_one_number_until_they_are_deleted() {
    let world = World::new().await;
    let (birch, _ana, chat) = begin(&world).await;
    let alder = world.assistant("Alder").await;
    let id = birch.uploads("application/pdf", &pdf(5_000)).await;
    let path = format!("/v25.0/{id}");
    birch.gets(&format!("{path}?phone_number_id={}", birch.id())).await.expect(200);
    let subcode = |answer: &sim::http::Answer| answer.json()["error"]["error_subcode"].clone();
    for answer in [
        birch.gets(&format!("{path}?phone_number_id={}", alder.id())).await,
        alder.gets(&path).await,
        alder.deletes(&path).await,
    ] {
        assert_eq!((answer.status, answer.code(), subcode(&answer)), (400, 100, json!(33)));
    }
    assert_eq!(birch.deletes(&path).await.expect(200).json(), json!({"success": true}));
    for answer in [birch.gets(&path).await, birch.deletes(&path).await] {
        assert_eq!((answer.status, answer.code(), subcode(&answer)), (400, 100, json!(33)));
    }
    let sent =
        birch.tries(&chat.wa_id(), json!({"type": "document", "document": {"id": id}})).await;
    assert_eq!((sent.status, sent.code()), (400, 100));
    world.advance(11 * 60_000);
    until_blobs(&world, 0).await;
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_taken_is_refused_in_words() {
    let world = World::new().await;
    let (birch, ana, chat) = begin(&world).await;
    for (mime, bytes, words) in [
        ("audio/wav", vec![b'x'; 10], "Received file of type 'audio/wav'."),
        ("image/png", b"%PDF-1.7\nno picture".to_vec(), "its bytes are of type 'application/pdf'"),
        ("image/png", Vec::new(), "must not be empty"),
        ("image/png", png(5 * 1024 * 1024 + 1), "must be at most 5242880 bytes"),
        ("image/webp", b"RIFF\x10\0\0\0WEBPVP8 ".repeat(7_000), "must be at most 102400 bytes"),
    ] {
        let answer = birch.tries_to_upload(mime, &bytes).await;
        assert_eq!((answer.status, answer.code()), (400, 100), "{mime} {}", answer.text());
        let message = answer.json()["error"]["message"].to_string();
        assert!(message.contains(words), "{message}");
        assert_eq!(chat.adds(mime, &bytes).await.status, 400, "{mime}");
    }
    let path = format!("/v25.0/{}/media", birch.id());
    let as_json = birch.posts(&path, &json!({"messaging_product": "whatsapp"})).await;
    assert_eq!((as_json.status, as_json.code()), (400, 100));
    let stranger = world.http().post(&path).bytes("multipart/form-data; boundary=x", "--x--\r\n");
    assert_eq!(stranger.send().await.status, 401);
    let other = world.person().await;
    let foreign = other.dressed(world.http().post(&format!("/app/chats/{}/media", chat.id())));
    assert_eq!(foreign.bytes("image/png", png(100)).send().await.status, 404);
    let what = json!({"type": "media", "media": {"kind": "image", "id": "123456789012345"}});
    assert_eq!(chat.sends(what, "unknown").await.status, 400);
    // What is a picture cannot be sent as a voice note.
    let added = chat.adds("image/png", &png(100)).await.expect(200).json();
    let what = json!({"type": "media", "media": {"kind": "audio", "id": added["media"]["id"]}});
    assert_eq!(chat.sends(what, "wrong").await.status, 400);
    chat.stops().await;
    assert_eq!(chat.adds("image/png", &png(100)).await.status, 409);
    drop(ana);
    until_blobs(&world, 1).await;
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_fetched_once_and_shown() {
    let world = World::new().await;
    let (birch, _ana, chat) = begin(&world).await;
    let (place, picture) = (Place::new().await, png(600_000));
    let file = Given::File("image/png".to_owned(), picture.clone());
    let there = place.gives("/there.png", file);
    let link = place.gives("/moved?x=1", Given::Redirect("/there.png".to_owned()));
    let first = birch.sends(&chat.wa_id(), image(json!({"link": link}))).await;
    chat.shows_file(&sha256(&picture)).await;
    birch.is_told(&first, "sent").await;
    let second = birch.sends(&chat.wa_id(), image(json!({"link": link}))).await;
    birch.is_told(&second, "sent").await;
    assert_eq!((place.asked("/moved?x=1"), place.asked("/there.png")), (1, 1), "known by its link");
    assert_eq!(blobs(&world), 1);
    world.advance(600_000);
    let third = birch.sends(&chat.wa_id(), image(json!({"link": there}))).await;
    birch.is_told(&third, "sent").await;
    let fourth = birch.sends(&chat.wa_id(), image(json!({"link": link}))).await;
    birch.is_told(&fourth, "sent").await;
    assert_eq!(place.asked("/moved?x=1"), 2, "ten minutes later it is asked for again");
    chat.reads().await;
    birch.is_told(&fourth, "read").await;
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_fails_is_told_as_131053() {
    let world = World::new().await;
    let (birch, _ana, chat) = begin(&world).await;
    let place = Place::new().await;
    let gives = |path: &str, kind: &str, bytes: Vec<u8>| {
        place.gives(path, Given::File(kind.to_owned(), bytes))
    };
    let links = [
        place.gives("/gone.png", Given::Status(404)),
        place.gives("/round", Given::Redirect("/round".to_owned())),
        gives("/page.png", "text/html", b"<html>sign in</html>".to_vec()),
        gives("/sound.png", "audio/ogg", ogg(100)),
        gives("/large.png", "image/png", png(5 * 1024 * 1024 + 1)),
        "http://169.254.169.254/latest/meta-data".to_owned(),
    ];
    for link in links {
        let sent = birch.sends(&chat.wa_id(), image(json!({"link": link}))).await;
        let mut tries = 0;
        while birch.statuses(&sent).is_empty() && tries < 3 {
            tries += 1;
            world.rests().await;
            world.advance(13_000);
        }
        let told = birch.is_told(&sent, "failed").await;
        assert_eq!(told["errors"][0]["code"], 131_053, "{link}");
        assert_eq!(birch.statuses(&sent), ["failed"]);
    }
    assert_eq!((place.asked("/gone.png"), place.asked("/round")), (1, 12));
    assert_eq!(blobs(&world), 0);
    world.all_is_well().await;
}

/// Stopped in the middle of a fetch, it is fetched again, and shown once.
#[tokio::test(flavor = "multi_thread")]
async fn a_fetch_survives_a_restart() {
    let mut world = World::new().await;
    let (birch, _ana, chat) = begin(&world).await;
    let (place, picture) = (Place::new().await, png(2_000));
    let link = place.gives("/slow.png", Given::Silence(2_000));
    let sent = birch.sends(&chat.wa_id(), image(json!({"link": link}))).await;
    let asked = || std::future::ready((place.asked("/slow.png") > 0).then_some(()));
    sim::wait::eventually("the link is asked for", asked).await;
    place.gives("/slow.png", Given::File("image/png".to_owned(), picture.clone()));
    world.restart().await;
    chat.shows_file(&sha256(&picture)).await;
    birch.is_told(&sent, "sent").await;
    assert_eq!(birch.statuses(&sent), ["sent"]);
    until_blobs(&world, 1).await;
    world.all_is_well_but_for_repeats().await;
}

/// Both faces of a failed commit: nothing is kept, or all of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_fault_keeps_no_half_of_a_file() {
    let mut world = World::new().await;
    let (birch, _ana, chat) = begin(&world).await;
    world.rests().await;
    world.faults().fail_next(Fault::Before);
    let refused = birch.tries_to_upload("image/png", &png(1_000)).await;
    assert_eq!((refused.status, refused.code()), (503, 131_016), "{}", refused.text());
    until_blobs(&world, 0).await;
    world.faults().fail_next(Fault::After);
    let id = birch.uploads("image/png", &png(1_000)).await;
    assert_eq!(birch.fetches(&id).await.body, png(1_000));
    world.faults().fail_next(Fault::Before);
    assert_eq!(chat.adds("image/png", &png(1_000)).await.status, 503);
    until_blobs(&world, 1).await;
    // What was begun when the exchange ended, and what nothing names, is swept.
    let folder = world.folder().join("media");
    for name in ["ab".repeat(20), format!("{}#1", "cd".repeat(20))] {
        std::fs::write(folder.join(name), b"left over").expect("written");
    }
    world.restart().await;
    until_blobs(&world, 1).await;
    assert_eq!(birch.fetches(&id).await.body, png(1_000));
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn erasure_deletes_the_bytes() {
    let world = World::new().await;
    let (birch, ana, chat) = begin(&world).await;
    let ben = world.person().await;
    let other = ben.chooses(&birch).await;
    let (_, mine) = chat.sends_file("image", "image/png", &png(1_000)).await;
    let (_, theirs) = other.sends_file("image", "image/png", &png(2_000)).await;
    chat.adds("image/png", &png(3_000)).await.expect(200);
    birch.hears_of("it hears both", |m| m["image"]["id"] == mine.as_str()).await;
    birch.hears_of("it hears both", |m| m["image"]["id"] == theirs.as_str()).await;
    assert_eq!(blobs(&world), 3);
    ana.deletes_everything().await;
    until_blobs(&world, 1).await;
    assert_eq!(birch.gets(&format!("/{mine}")).await.status, 400);
    birch.fetches(&theirs).await;
    world.all_is_well().await;
}

/// Bodies without a length, and parts of what is kept.
#[tokio::test(flavor = "multi_thread")]
async fn parts_of_a_file_can_be_asked_for() {
    let world = World::new().await;
    let (birch, _ana, chat) = begin(&world).await;
    let film = [&b"\0\0\0\x18ftypmp42"[..], &png(900_000)].concat();
    let id = birch.uploads("video/mp4", &film).await;
    birch.sends(&chat.wa_id(), json!({"type": "video", "video": {"id": id}})).await;
    chat.shows_file(&sha256(&film)).await;
    let path = format!("/app/chats/{}/media/{id}", chat.id());
    let asks =
        |range: &'static str| _ana.dressed(world.http().get(&path)).with(header::RANGE, range);
    let part = asks("bytes=100-199").send().await.expect(206);
    assert_eq!(part.body, film[100..200]);
    let range = format!("bytes 100-199/{}", film.len());
    assert_eq!(part.header(header::CONTENT_RANGE), range);
    assert_eq!(part.header(header::CONTENT_LENGTH), "100");
    let tail = asks("bytes=-10").send().await.expect(206);
    assert_eq!(tail.body, film[film.len() - 10..]);
    assert_eq!(asks("bytes=99999999-").send().await.status, 416);
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_goes_on_where_it_broke_off() {
    let world = World::new().await;
    let (birch, _ana, _chat) = begin(&world).await;
    let picture = png(50_000);
    let app = birch.card()["app_id"].as_str().expect("an id").to_owned();
    let begins =
        format!("/v25.0/{app}/uploads?file_name=a%2Fb.png&file_length=50000&file_type=image/png");
    let session = birch.posts(&begins, &json!({})).await.expect(200).json();
    let name = session["id"].as_str().expect("a name").to_owned();
    assert!(name.starts_with("upload:") && name.contains("?sig="), "{name}");
    let path = format!("/v25.0/{name}");
    let gives = |offset: usize, upto: usize| {
        let call = world
            .http()
            .post(&path)
            .bytes("application/octet-stream", picture[offset..upto].to_vec());
        let token = format!("OAuth {}", birch.token());
        let offset = offset.to_string();
        let offset_name = header::HeaderName::from_static("file_offset");
        call.with(header::AUTHORIZATION, &token).with(offset_name, &offset).send()
    };
    gives(0, 20_000).await.expect(200);
    assert_eq!(gives(0, 20_000).await.expect(400).code(), 100, "these are there already");
    assert_eq!(birch.gets(&path).await.expect(200).json()["file_offset"], 20_000);
    gives(20_000, 30_000).await.expect(200);
    assert_eq!(blobs(&world), 2);
    let done = gives(30_000, 50_000).await.expect(200).json();
    let handle = done["h"].as_str().expect("a handle");
    assert!(handle.starts_with("4:") && handle.contains(":image/png:"), "{handle}");
    assert_eq!(gives(0, 10).await.expect(200).json(), done, "a lost answer is given again");
    until_blobs(&world, 1).await;
    let alder = world.assistant("Alder").await;
    assert_eq!(alder.gets(&path).await.status, 400);
    assert_eq!(alder.posts(&begins, &json!({})).await.status, 400);
    // One that never ends is forgotten after a day, with its pieces.
    let session = birch.posts(&begins, &json!({})).await.expect(200).json();
    let path = format!("/v25.0/{}", session["id"].as_str().expect("a name"));
    let half = world.http().post(&path).bearer(&birch.token());
    half.bytes("application/octet-stream", picture[..1_000].to_vec()).send().await.expect(200);
    assert_eq!(blobs(&world), 2);
    world.advance(24 * 3_600_000 + 1);
    until_blobs(&world, 1).await;
    assert_eq!(birch.gets(&path).await.status, 400);
    world.all_is_well().await;
}
