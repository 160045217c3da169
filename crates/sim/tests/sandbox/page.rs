//! The page works without JavaScript.

use hyper::header;
use serde_json::json;

use crate::bench::Bench;

#[tokio::test(flavor = "multi_thread")]
async fn everything_can_be_done_by_forms() {
    let bench = Bench::new().await;
    let form = |path: &str, fields: &'static [(&'static str, &'static str)]| {
        let path = format!("/sandbox/page/{path}");
        let http = bench.http.clone();
        async move { http.post(&path).form(fields).send().await }
    };
    let back = form("person", &[("name", "Ada <b>")]).await.expect(303);
    assert_eq!(back.header(header::LOCATION), "/sandbox");
    form("say", &[("person", "Ada <b>"), ("text", "by form")]).await.expect(303);
    bench.hears("by form").await;
    form("clock", &[("advance", "25h")]).await.expect(303);
    assert_eq!(bench.get("clock").await["ahead_ms"], 90_000_000);
    bench.post("faults", json!({"on": "webhook", "do": "hold", "times": 0})).await.expect(201);

    let page = bench.http.get("/sandbox?refresh=5").send().await.expect(200);
    assert_eq!(page.header(header::REFRESH), "5");
    assert!(page.header(header::CONTENT_SECURITY_POLICY).contains("default-src 'none'"));
    let page = page.text();
    assert!(page.contains("Ada &lt;b&gt;") && !page.contains("Ada <b>"), "{page}");
    assert!(page.contains("1 d 1 h 0 min ahead"), "{page}");
    assert!(page.contains("hold"), "{page}");

    form("fault", &[("id", "1")]).await.expect(303);
    assert_eq!(bench.get("faults").await["faults"], json!([]));
    let refused = form("clock", &[("advance", "soon")]).await.expect(400).text();
    assert!(refused.contains("is no duration") && refused.contains("role=\"alert\""), "{refused}");
    bench.stops().await;
}
