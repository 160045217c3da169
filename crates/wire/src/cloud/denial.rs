//! Graph errors of numbers, accounts and what they keep (reference 15.3, 15.4).

use exchange::number::NumberRefusal;

use super::error::{GraphError, Kind, shortened};

fn seconds(wait_ms: i64) -> i64 {
    wait_ms.max(1).saturating_add(999) / 1000
}

impl From<NumberRefusal> for GraphError {
    fn from(refusal: NumberRefusal) -> Self {
        let wait = refusal.wait_ms().map(seconds).unwrap_or_default();
        let (code, title, details) = match refusal {
            NumberRefusal::WrongPin => (
                133_005,
                "Two step verification PIN Mismatch",
                "This is not the number's PIN.".into(),
            ),
            NumberRefusal::TooFast(_) => (
                133_009,
                "Two step verification PIN guessed too fast",
                format!("After several wrong PINs a pause is needed: wait {wait} s."),
            ),
            NumberRefusal::TooManyGuesses(_) => (
                133_008,
                "Too many two step verification PIN guesses",
                format!("Too many wrong PINs: wait {wait} s, or verify the number with a code."),
            ),
            NumberRefusal::Unverified => (
                133_006,
                "Phone number re-verification needed",
                "It has been out of service for more than 14 days: ask for a code with \
                 request_code, give it back with verify_code, then register."
                    .into(),
            ),
            NumberRefusal::TooManyRegistrations(_) => (
                133_016,
                "Account register deregister rate limit exceeded",
                format!("At most 10 in 72 hours. Wait {wait} s."),
            ),
            NumberRefusal::NotRegistered => return Self::not_registered(),
            NumberRefusal::TooManyCodes(_) => {
                (136_024, "Request code error", format!("At most 10 in 72 hours. Wait {wait} s."))
            }
            NumberRefusal::WrongCode => (
                136_025,
                "Verify code error",
                "This is not the code, or it is older than 10 minutes, or none was asked for. The \
                 provider's page shows it after request_code."
                    .into(),
            ),
            NumberRefusal::TooManyNames(_) => (
                100,
                "The display name was changed too often",
                format!("At most 10 times in 30 days. Wait {wait} s."),
            ),
        };
        Self { retry_after_ms: refusal.wait_ms(), ..Self::new(400, code, title) }.details(details)
    }
}

impl GraphError {
    /// 133010: the number is out of service.
    pub fn not_registered() -> Self {
        Self::new(400, 133_010, "Account not registered")
            .details("The number was deregistered. POST /{phone}/register with its PIN first.")
    }

    /// 131059, or 100 before v24: a cursor that no list of ours has given out.
    pub fn bad_cursor(name: &str) -> Self {
        Self::new(400, 131_059, "Invalid cursor")
            .details(format!("{name} must be a cursor of an earlier answer."))
    }

    /// 803: `ids` names something that is not there.
    pub fn unknown_aliases(ids: &str) -> Self {
        let ids = shortened(ids);
        let title = format!("Some of the aliases you requested do not exist: {ids}");
        Self::new(404, 803, &title).details("Check the ids, and that the token belongs to them.")
    }

    /// 139100: not everybody could be blocked or unblocked; `beside` says who.
    pub fn block_failed(beside: String) -> Self {
        Self {
            beside: Some(beside),
            ..Self::new(400, 139_100, "Failed to block/unblock some users")
        }
        .details("block_users.failed_users says whom, and why.")
    }

    /// 139101: the list is full.
    pub fn block_list_full(most: u32) -> Self {
        Self::new(400, 139_101, "Blocklist limit reached")
            .details(format!("At most {most} people can be blocked: unblock somebody first."))
    }

    /// 131215: there are no groups here.
    pub fn no_groups() -> Self {
        Self::new(400, 131_215, "This phone number is not eligible for groups")
            .details("On this exchange a person talks with one assistant at a time.")
    }

    /// 138006: the person has not allowed to be called.
    pub fn no_call_permission() -> Self {
        Self::new(401, 138_006, "No approved call permission from the recipient")
            .details("Ask for it with an interactive message of type call_permission_request.")
    }

    /// 138001: nobody here can be called under this number.
    pub fn uncallable() -> Self {
        Self::new(400, 138_001, "Receiver uncallable")
            .details("Nobody who has consented to this assistant has this number.")
    }

    /// 138013: everything is in order, and this exchange carries no sound.
    pub fn calls_unavailable() -> Self {
        Self::new(400, 138_013, "Business initiated calling is not available")
            .details("This exchange carries no calls; permissions and settings are kept.")
    }

    /// 10: something that nobody can do here, whoever asks.
    pub fn not_here(details: &str) -> Self {
        Self::new(403, 10, "Application does not have permission for this action").details(details)
    }

    /// 100: an account has one number here.
    pub fn one_number() -> Self {
        Self::new(400, 100, "The account cannot have more phone numbers").details(
            "Here an account has one number, which the exchange gives it. Register once more for \
             another number: it is free and takes one request.",
        )
    }

    /// 2500: a version that is not there yet.
    pub fn unknown_version(version: &str) -> Self {
        Self { kind: Kind::OAuthException, ..Self::unknown_path(&format!("/{version}")) }
    }
}
