//! Registration, PINs, codes, profiles.

use super::*;
use crate::time::{DAY_MS, HOUR_MS};

const NOW: Millis = Millis(1_781_510_400_000);

#[test]
fn the_first_pin_is_set_and_later_ones_must_be_the_same() {
    let mut number = Number::default();
    assert!(number.is_registered() && number.is_verified(NOW));
    assert_eq!(number.register("123456", NOW), Ok(()));
    assert_eq!(number.register("654321", NOW), Err(No::WrongPin));
    assert_eq!(number.register("123456", NOW), Ok(()));
    assert!(!serde_json::to_string(&number).unwrap().contains("123456"), "kept in the clear");
}

#[test]
fn wrong_pins_become_slow_and_then_stop() {
    let mut number = Number::default();
    number.register("123456", NOW).unwrap();
    let mut now = NOW;
    for _ in 0..limits::PIN_QUICK_GUESSES {
        assert_eq!(number.register("000000", now), Err(No::WrongPin));
    }
    assert_eq!(number.register("123456", now), Err(No::TooFast(limits::PIN_PAUSE_MS)));
    for _ in limits::PIN_QUICK_GUESSES..limits::PIN_GUESSES {
        now = now + limits::PIN_PAUSE_MS;
        assert_eq!(number.register("000000", now), Err(No::WrongPin));
    }
    let right = number.register("123456", now + limits::PIN_PAUSE_MS);
    assert!(matches!(right, Err(No::TooManyGuesses(_))), "{right:?}");
    assert_eq!(number.register("123456", now + limits::PIN_LOCK_MS), Ok(()));
}

#[test]
fn ten_registrations_in_three_days_and_no_more() {
    let mut number = Number::default();
    for _ in 0..5 {
        number.deregister(NOW).unwrap();
        assert_eq!(number.deregister(NOW), Err(No::NotRegistered));
        number.register("123456", NOW).unwrap();
    }
    assert_eq!(number.deregister(NOW), Err(No::TooManyRegistrations(72 * HOUR_MS)));
    assert!(number.is_registered());
    assert_eq!(number.deregister(NOW + 72 * HOUR_MS), Ok(()));
}

#[test]
fn a_number_out_of_service_is_to_be_verified_again_after_two_weeks() {
    let mut number = Number::default();
    number.deregister(NOW).unwrap();
    let later = NOW + 14 * DAY_MS;
    assert!(number.is_verified(later + -1) && !number.is_verified(later));
    assert_eq!(number.register("123456", later), Err(No::Unverified));
    assert_eq!(number.verify_code("123456", later), Err(No::WrongCode), "none was asked for");
    number.request_code(1_000_042, later).unwrap();
    assert_eq!(number.shown_code(later), Some("000042"));
    assert_eq!(number.verify_code("000043", later), Err(No::WrongCode));
    assert_eq!(number.verify_code("000-042", later), Ok(()));
    assert_eq!(number.verify_code("000042", later), Err(No::WrongCode), "used up");
    assert_eq!(number.register("123456", later), Ok(()));
}

#[test]
fn codes_run_out_and_are_counted() {
    let mut number = Number::default();
    number.request_code(7, NOW).unwrap();
    assert_eq!(number.verify_code("000007", NOW + limits::CODE_MS), Err(No::WrongCode));
    for _ in 1..limits::CODES {
        number.request_code(7, NOW).unwrap();
    }
    assert_eq!(number.request_code(7, NOW), Err(No::TooManyCodes(72 * HOUR_MS)));
    for _ in 0..10 {
        assert_eq!(number.verify_code("1", NOW), Err(No::WrongCode));
    }
    assert_eq!(number.verify_code("000007", NOW), Err(No::WrongCode), "void after ten");
}

#[test]
fn profiles_and_components_keep_their_limits() {
    assert_eq!(Profile::default().check(), Ok(()));
    let broken: [fn(&mut Profile); 7] = [
        |p| p.about = Some("x".repeat(140)),
        |p| p.about = Some(" ".into()),
        |p| p.address = Some("x".repeat(257)),
        |p| p.description = Some("x".repeat(513)),
        |p| p.email = Some("nobody".into()),
        |p| p.websites = Some(vec!["ftp://x.example".into()]),
        |p| p.vertical = Some("BAKERY".into()),
    ];
    for breakage in broken {
        let mut profile = Profile::default();
        breakage(&mut profile);
        assert!(profile.check().is_err(), "{profile:?}");
    }
    let one = |name: &str| Automation {
        commands: vec![(name.into(), "Does it".into())],
        prompts: vec!["Hi?".into()],
        welcome: true,
    };
    assert_eq!(one("help").check(), Ok(()));
    assert!(one("two words").check().is_err() && one(&"x".repeat(33)).check().is_err());
    let many = Automation { prompts: vec!["x".into(); 5], ..Automation::default() };
    assert!(many.check().is_err());
}

#[test]
fn calls_are_enabled_only_when_it_says_so() {
    let mut number = Number::default();
    assert!(!number.calls_enabled());
    number.calling = Some(r#"{"status":"ENABLED"}"#.into());
    assert!(number.calls_enabled());
}
