//! `analytics`, `conversation_analytics` and `pricing_analytics` of an account, from what was
//! really delivered (reference 13). Everything is free here, so every cost is nought.

use exchange::delivery::Kind;
use exchange::time::{DAY_MS, HOUR_MS, Millis};
use serde_json::{Value, json};

use super::error::GraphError;
use super::fields::{Field, asked};
use super::params::Params;

/// Stretches in one answer, at most (ours).
const MOST: i64 = 3000;

/// Which of the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Messages sent and delivered.
    Messages,
    /// What conversations cost.
    Conversations,
    /// What messages cost.
    Pricing,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Which.
    pub which: Which,
    /// From.
    pub from: Millis,
    /// To, not included.
    pub to: Millis,
    /// Length of a stretch.
    pub step_ms: i64,
    /// The granularity as asked.
    granularity: String,
    numbers: Vec<String>,
    by_phone: bool,
}

fn moment(field: &Field, name: &str) -> Result<Millis, GraphError> {
    let text = field.call(name).ok_or_else(|| GraphError::required(name))?;
    let seconds: Option<i64> = text.trim().parse().ok().filter(|s| (0..=9_999_999_999).contains(s));
    seconds
        .map(|seconds| Millis(seconds * 1000))
        .ok_or_else(|| GraphError::parameter(name, "must be a UNIX timestamp."))
}

fn list(field: &Field, name: &str) -> Vec<String> {
    let text = field.call(name).unwrap_or_default();
    let parts = text.split(',').map(|part| part.trim_matches(['[', ']', '"', '\'', ' ', '+']));
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn query(which: Which, field: &Field) -> Result<Query, GraphError> {
    let (from, to) = (moment(field, "start")?, moment(field, "end")?);
    if from >= to {
        return Err(GraphError::parameter("end", "must be after start."));
    }
    let granularity =
        field.call("granularity").ok_or_else(|| GraphError::required("granularity"))?;
    let step_ms = match granularity.to_ascii_uppercase().as_str() {
        "HALF_HOUR" => HOUR_MS / 2,
        "DAY" | "DAILY" => DAY_MS,
        // Months of thirty days.
        "MONTH" | "MONTHLY" => 30 * DAY_MS,
        _ => {
            let rule = "must be one of {HALF_HOUR, DAY, DAILY, MONTH, MONTHLY}.";
            return Err(GraphError::parameter("granularity", rule));
        }
    };
    if to.since(from) / step_ms > MOST {
        return Err(GraphError::parameter("end", "must be nearer to start at this granularity."));
    }
    let dimensions = list(field, "dimensions");
    let unknown = dimensions.iter().find(|one| {
        !matches!(one.to_ascii_uppercase().as_str(), "PHONE" | "COUNTRY" | "TIER" | "PRICING_TYPE")
    });
    if let Some(dimension) = unknown.filter(|_| which == Which::Pricing) {
        return Err(GraphError::parameter(
            "dimensions",
            "must be of {PHONE, COUNTRY, TIER, PRICING_TYPE}.",
        )
        .details(format!("Deliveries are not counted by {dimension} here.")));
    }
    let by_phone = dimensions.iter().any(|one| one.eq_ignore_ascii_case("PHONE"));
    let granularity = granularity.to_owned();
    Ok(Query {
        which,
        from,
        to,
        step_ms,
        granularity,
        numbers: list(field, "phone_numbers"),
        by_phone,
    })
}

/// The questions among the fields of `GET /{account}`.
///
/// # Errors
/// 100: one lacks something or is wrong.
pub fn queries(params: &Params) -> Result<Vec<(String, Query)>, GraphError> {
    let mut found = Vec::new();
    for field in asked(params)?.iter().flatten() {
        let which = match field.name.as_str() {
            "analytics" => Which::Messages,
            "conversation_analytics" => Which::Conversations,
            "pricing_analytics" => Which::Pricing,
            _ => continue,
        };
        found.push((field.name.clone(), query(which, field)?));
    }
    Ok(found)
}

/// The answer to a question. `counts` are (start of the stretch, what, how many).
pub fn answer(query: &Query, number: &str, counts: &[(Millis, Kind, u64)]) -> Value {
    let others = !query.numbers.is_empty()
        && !query
            .numbers
            .iter()
            .any(|asked| asked.chars().filter(char::is_ascii_digit).eq(number.chars()));
    let mut starts: Vec<Millis> = counts.iter().map(|(start, _, _)| *start).collect();
    starts.dedup();
    if others {
        starts.clear();
    }
    let count = |at: Millis, wanted: Kind| -> u64 {
        let of = counts.iter().filter(|(start, kind, _)| *start == at && *kind == wanted);
        of.map(|(_, _, count)| count).sum()
    };
    let point = |start: &Millis| {
        let end = (*start + query.step_ms).min(query.to);
        let (sent, delivered) = (count(*start, Kind::Sent), count(*start, Kind::Delivered));
        let mut point = json!({"start": start.seconds(), "end": end.seconds()});
        match query.which {
            Which::Messages => {
                point["sent"] = sent.into();
                point["delivered"] = delivered.into();
            }
            Which::Conversations => point["cost"] = 0.into(),
            Which::Pricing => {
                point["volume"] = delivered.into();
                point["cost"] = 0.into();
                if query.by_phone {
                    point["phone_number"] = number.into();
                }
            }
        }
        point
    };
    let points: Vec<Value> = starts.iter().map(point).collect();
    match query.which {
        Which::Messages => json!({
            "phone_numbers": [number], "granularity": query.granularity, "data_points": points,
        }),
        _ => json!({"data": [{"data_points": points}]}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(fields: &str) -> Result<Vec<(String, Query)>, GraphError> {
        let mut params = Params::default();
        params.add("fields", fields);
        queries(&params)
    }

    #[test]
    fn questions_are_read_from_dotted_fields() {
        let all =
            of("id,analytics.start(86400).end(259200).granularity(DAY).phone_numbers([\"+1 5\"])");
        let (name, query) = all.unwrap().pop().unwrap();
        assert_eq!(
            (name.as_str(), query.which, query.step_ms),
            ("analytics", Which::Messages, DAY_MS)
        );
        assert_eq!(query.numbers, ["1 5"]);
        assert_eq!(of("id").unwrap(), []);
        for bad in [
            "analytics",
            "analytics.start(5).end(5).granularity(DAY)",
            "analytics.start(5).end(9).granularity(YEAR)",
            "analytics.start(x).end(9).granularity(DAY)",
            "analytics.start(0).end(9999999999).granularity(HALF_HOUR)",
            "pricing_analytics.start(0).end(9).granularity(DAILY).dimensions([PRICING_CATEGORY])",
        ] {
            assert_eq!(of(bad).unwrap_err().code, 100, "{bad}");
        }
    }

    #[test]
    fn answers_are_what_was_counted() {
        let counts = [
            (Millis(0), Kind::Message, 9),
            (Millis(0), Kind::Sent, 3),
            (Millis(0), Kind::Delivered, 2),
            (Millis(DAY_MS), Kind::Sent, 1),
        ];
        let ask = |fields: &str| answer(&of(fields).unwrap()[0].1, "15", &counts);
        let told = ask("analytics.start(0).end(100000).granularity(DAY)");
        assert_eq!(
            told["data_points"],
            json!([{"start": 0, "end": 86400, "sent": 3, "delivered": 2},
                {"start": 86400, "end": 100000, "sent": 1, "delivered": 0}])
        );
        let price =
            ask("pricing_analytics.start(0).end(100000).granularity(DAILY).dimensions([PHONE])");
        let point = &price["data"][0]["data_points"][0];
        assert_eq!(
            (&point["volume"], &point["cost"], &point["phone_number"]),
            (&json!(2), &json!(0), &json!("15"))
        );
        let other = ask("analytics.start(0).end(100000).granularity(DAY).phone_numbers([16])");
        assert_eq!(other["data_points"], json!([]));
    }
}
