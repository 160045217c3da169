//! What is used of the quota (reference 1): headers, and what differs by version.

use exchange::id::AccountId;
use serde_json::json;

use super::VERSION;
use super::error::GraphError;
use super::path::Version;

/// The oldest version that is served; calls to older ones are served as it (reference 1).
pub const OLDEST: Version = Version { major: 13, minor: 0 };
/// The newest.
pub const NEWEST: Version = Version { major: 26, minor: 0 };

/// The version that a call is served as.
///
/// # Errors
/// 2500 for one that is not there yet.
pub fn served(named: Option<Version>) -> Result<Version, GraphError> {
    match named {
        None => Ok(VERSION),
        Some(version) if version.major > NEWEST.major => {
            Err(GraphError::unknown_version(&version.to_string()))
        }
        Some(version) => Ok(version.max(OLDEST)),
    }
}

impl GraphError {
    /// As this version says it: subcodes of WhatsApp's own errors went with v16, 131059 came with
    /// v24 (reference 1).
    #[must_use]
    pub fn for_version(mut self, version: Version) -> Self {
        if version.major < 16 && self.code == 130_429 {
            self.subcode = Some(2_494_055);
        }
        if version.major < 24 && self.code == 131_059 {
            let details = self.details.take().unwrap_or_default();
            return Self::new(400, 100, "Invalid parameter").details(details);
        }
        self
    }
}

/// What has been used in this hour, per cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Of the calls.
    pub calls: u32,
    /// Of the time that calls may take.
    pub time: u32,
    /// Minutes until calls are taken again; 0 while they are.
    pub wait_min: u32,
}

/// `x-app-usage`.
pub fn app_header(usage: Usage) -> String {
    let Usage { calls, time, .. } = usage;
    json!({"call_count": calls, "total_cputime": time, "total_time": time}).to_string()
}

/// `x-business-use-case-usage`.
pub fn account_header(account: AccountId, usage: Usage) -> String {
    let Usage { calls, time, wait_min } = usage;
    let one = json!({
        "type": "whatsapp_business_management", "call_count": calls, "total_cputime": time,
        "total_time": time, "estimated_time_to_regain_access": wait_min,
    });
    json!({account.to_string(): [one]}).to_string()
}

/// Whether a GET counts towards the management limit (reference 1).
pub fn counts(segments: &[&str], get: bool) -> bool {
    match segments {
        [_] => get,
        [_, "phone_numbers"] => get,
        [_, "assigned_users" | "message_templates" | "subscribed_apps"] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v(major: u8) -> Version {
        Version { major, minor: 0 }
    }

    #[test]
    fn old_versions_are_served_as_the_oldest_and_later_ones_not_at_all() {
        assert_eq!(served(None), Ok(VERSION));
        assert_eq!((served(Some(v(2))), served(Some(v(26)))), (Ok(OLDEST), Ok(NEWEST)));
        assert_eq!(served(Some(v(27))).unwrap_err().code, 2500);
    }

    #[test]
    fn errors_speak_their_version() {
        let throttled = GraphError::throughput(1000);
        assert_eq!(throttled.clone().for_version(v(15)).subcode, Some(2_494_055));
        assert_eq!(throttled.for_version(v(16)).subcode, None);
        let cursor = GraphError::bad_cursor("after");
        assert_eq!(cursor.clone().for_version(v(23)).code, 100);
        assert_eq!(cursor.for_version(v(24)).code, 131_059);
        let unknown = GraphError::unknown_object("get", "1");
        assert_eq!(unknown.clone().for_version(v(25)), unknown);
    }

    #[test]
    fn usage_is_json_in_a_header() {
        let usage = Usage { calls: 28, time: 1, wait_min: 0 };
        assert_eq!(app_header(usage), r#"{"call_count":28,"total_cputime":1,"total_time":1}"#);
        let told: serde_json::Value =
            serde_json::from_str(&account_header(AccountId(5), usage)).unwrap();
        assert_eq!(told["5"][0]["type"], "whatsapp_business_management");
        assert!(counts(&["1"], true) && counts(&["1", "subscribed_apps"], false));
        assert!(!counts(&["1"], false) && !counts(&["1", "messages"], false));
    }
}
