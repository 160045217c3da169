//! Lists in pages (reference 1): `limit`, `after`, `before`, cursors, and addresses of the
//! neighbouring pages on our own origin, with the caller's own parameters.
//!
//! A cursor says where its entry stands by the entry's own key, so that pages do not shift when
//! others come or go.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::error::GraphError;
use super::params::Params;

/// Entries in a page when nothing is said.
pub const DEFAULT: usize = 25;
/// Entries in a page at most.
pub const MOST: usize = 100;
/// Cursors of ours begin with it, before their encoding.
const MARK: &str = "c:";

/// The part of a list that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// How many, 1-100.
    pub limit: usize,
    /// Behind the entry with this key.
    pub after: Option<u64>,
    /// Before the entry with this key, if `after` is absent.
    pub before: Option<u64>,
    /// Whether `summary` asks how many there are in all.
    pub summary: bool,
}

/// The cursor of an entry.
pub fn cursor(key: u64) -> String {
    URL_SAFE_NO_PAD.encode(format!("{MARK}{key}"))
}

fn key(params: &Params, name: &str) -> Result<Option<u64>, GraphError> {
    let Some(text) = params.text(name)? else { return Ok(None) };
    read(&text).map(Some).ok_or_else(|| GraphError::bad_cursor(name))
}

/// The key in a cursor.
fn read(text: &str) -> Option<u64> {
    let plain = URL_SAFE_NO_PAD.decode(text).ok()?;
    std::str::from_utf8(&plain).ok()?.strip_prefix(MARK)?.parse().ok()
}

/// Reads `limit`, `after` and `before`.
///
/// # Errors
/// 100 for a limit that is no number; 131059 for a cursor that is not ours.
pub fn asked(params: &Params) -> Result<Asked, GraphError> {
    let limit = match params.text("limit")? {
        None => DEFAULT,
        Some(text) => text
            .parse::<usize>()
            .map_err(|_| GraphError::parameter("limit", "must be an integer."))?
            .clamp(1, MOST),
    };
    let after = key(params, "after")?;
    let before = if after.is_some() { None } else { key(params, "before")? };
    let summary = params.text("summary")?;
    let summary = summary.is_some_and(|it| it.contains("total_count") || it == "true" || it == "1");
    Ok(Asked { limit, after, before, summary })
}

/// A list's page from all its entries, which are in ascending order of their keys. `address` is
/// that of this call without its query; the caller's parameters are kept but for the token, which
/// comes again only if it came in the query.
pub fn page(
    entries: Vec<(u64, Value)>,
    asked: &Asked,
    address: &str,
    query: Option<&str>,
) -> Value {
    page_of(entries, asked, address, query, |it| it)
}

/// The same for entries that are written out only when they are on the page.
pub fn page_of<T>(
    entries: Vec<(u64, T)>,
    asked: &Asked,
    address: &str,
    query: Option<&str>,
    show: impl FnMut(T) -> Value,
) -> Value {
    let inside = |key: u64| {
        asked.after.is_none_or(|after| key > after) && asked.before.is_none_or(|end| key < end)
    };
    let first_of_all = entries.first().map(|(key, _)| *key);
    let last_of_all = entries.last().map(|(key, _)| *key);
    let count = entries.len();
    let mut chosen: Vec<(u64, T)> = entries.into_iter().filter(|(key, _)| inside(*key)).collect();
    if asked.before.is_some() {
        let surplus = chosen.len().saturating_sub(asked.limit);
        chosen.drain(..surplus);
    }
    chosen.truncate(asked.limit);
    let ends = chosen.first().map(|(key, _)| *key).zip(chosen.last().map(|(key, _)| *key));
    let shown: Vec<Value> = chosen.into_iter().map(|(_, it)| it).map(show).collect();
    let mut list = json!({ "data": shown });
    if asked.summary {
        list["summary"] = json!({ "total_count": count });
    }
    let Some((first, last)) = ends else { return list };
    let mut paging = json!({"cursors": {"before": cursor(first), "after": cursor(last)}});
    if last_of_all.is_some_and(|end| last < end) {
        paging["next"] = neighbour(address, query, "after", last, asked.limit).into();
    }
    if first_of_all.is_some_and(|start| first > start) {
        paging["previous"] = neighbour(address, query, "before", first, asked.limit).into();
    }
    list["paging"] = paging;
    list
}

fn neighbour(address: &str, query: Option<&str>, name: &str, key: u64, limit: usize) -> String {
    let kept = query.unwrap_or_default().split('&').filter(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        !name.is_empty() && !matches!(name, "after" | "before" | "limit")
    });
    let mut pairs: Vec<String> = kept.map(str::to_owned).collect();
    pairs.push(format!("limit={limit}"));
    pairs.push(format!("{name}={}", cursor(key)));
    format!("{address}?{}", pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn list(keys: &[u64]) -> Vec<(u64, Value)> {
        keys.iter().map(|key| (*key, json!({"id": key.to_string()}))).collect()
    }

    fn query_of(url: &str) -> &str {
        url.split_once('?').unwrap().1
    }

    fn get(keys: &[u64], query: &str) -> Value {
        let asked = asked(&Params::of(Some(query), None, b"").unwrap()).unwrap();
        let address = "https://x.example/v25.0/1/things";
        page(list(keys), &asked, address, Some(query))
    }

    #[test]
    fn an_empty_list_has_no_paging_and_one_page_has_no_neighbours() {
        assert_eq!(get(&[], ""), json!({"data": []}));
        assert_eq!(get(&[7, 8], "limit=1&summary=total_count")["summary"]["total_count"], 2);
        let one = get(&[7], "fields=id");
        assert_eq!(one["paging"].as_object().unwrap().len(), 1);
    }

    #[test]
    fn what_is_asked_is_checked() {
        let of = |query: &str| asked(&Params::of(Some(query), None, b"").unwrap());
        assert_eq!(of("limit=500").unwrap().limit, MOST);
        assert_eq!(of("limit=0").unwrap().limit, 1);
        assert_eq!(of("limit=x").unwrap_err().code, 100);
        for bad in ["after=MAZDZD", "before=!!", "after=Yzp4"] {
            assert_eq!(of(bad).unwrap_err().code, 131_059, "{bad}");
        }
    }

    proptest! {
        /// Following `next` gives everything once in order; `previous` leads back.
        #[test]
        fn following_next_gives_everything_once(count in 0usize..60, limit in 1usize..20) {
            let keys: Vec<u64> = (1..=count as u64).map(|i| i * 3).collect();
            let mut query = format!("access_token=T&fields=id&limit={limit}");
            let mut seen = Vec::new();
            let mut before: Option<Value> = None;
            loop {
                let now = get(&keys, &query);
                let data = now["data"].as_array().unwrap().clone();
                prop_assert!(data.len() <= limit);
                seen.extend(data.iter().map(|it| it["id"].as_str().unwrap().parse::<u64>().unwrap()));
                if let Some(before) = &before {
                    let back = now["paging"]["previous"].as_str().unwrap();
                    prop_assert_eq!(&get(&keys, query_of(back))["data"], &before["data"]);
                }
                let Some(next) = now["paging"]["next"].as_str() else { break };
                prop_assert!(next.starts_with("https://x.example/v25.0/1/things?access_token=T"));
                query = query_of(next).to_owned();
                before = Some(now);
            }
            prop_assert_eq!(seen, keys);
        }
    }
}
