//! Names and addresses: what is looked up is checked, and what was checked is connected to.

use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use exchange::delivery::outcome::Outcome;
use server::clock::Clock;
use server::egress::{Egress, EgressOptions, Lookup, Target};

use crate::sink::{LONG, OK, SHORT, Sink, answered, post};

const LOOPBACK: &str = "127.0.0.1";

/// Answers every name with these addresses and counts how often it was asked.
fn fixed(addresses: &[&str]) -> (Lookup, Arc<AtomicUsize>) {
    let addresses: Vec<IpAddr> = addresses.iter().map(|a| a.parse().unwrap()).collect();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let lookup: Lookup = Arc::new(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        let addresses = addresses.clone();
        Box::pin(async move { Ok(addresses) })
    });
    (lookup, asked)
}

fn with(lookup: Lookup, allow_private: bool) -> Egress {
    let options = EgressOptions { allow_private, ..EgressOptions::default() };
    Egress::with_lookup(&options, Clock::system(), lookup).unwrap()
}

fn named(sink: &Sink) -> Target {
    Target::parse(&format!("http://bot.example:{}/hook", sink.at.port())).unwrap()
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused() {
    let sink = Sink::answering(OK).await;
    for inside in [LOOPBACK, "::1", "10.0.0.1", "::ffff:127.0.0.1", "169.254.169.254", "0.0.0.0"] {
        let egress = with(fixed(&[inside]).0, false);
        let outcome = post(&egress, &named(&sink), LONG).await;
        assert_eq!(outcome, Outcome::Forbidden, "{inside}");
        let url = format!("http://bot.example:{}/", sink.at.port());
        let got = egress.get_small(&url, 10, LONG).await;
        assert!(got.unwrap_err().contains("private"), "{inside}");
    }
    assert_eq!(sink.connections(), 0);
}

#[tokio::test]
async fn addresses_are_refused_however_they_are_written() {
    let options = EgressOptions::default();
    let egress = Egress::new(&options, Clock::system()).unwrap();
    let sink = Sink::answering(OK).await;
    for host in [
        LOOPBACK,
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "0.0.0.0",
        "[::]",
        "169.254.169.254",
        "[fe80::1]",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.0.0.1.",
    ] {
        let target = Target::parse(&format!("http://{host}:{}/", sink.at.port())).unwrap();
        let outcome = post(&egress, &target, LONG).await;
        // a resolver may not know the odd spellings at all
        let unknown = Outcome::Unreachable("its name was not found");
        assert!(outcome == Outcome::Forbidden || outcome == unknown, "{host}: {outcome:?}");
    }
    assert_eq!(sink.connections(), 0);
}

#[tokio::test]
async fn metadata_stays_refused_where_private_is_allowed() {
    for inside in ["169.254.169.254", "fe80::1", "fd00:ec2::254", "0.0.0.0", "224.0.0.1"] {
        let egress = with(fixed(&[inside]).0, true);
        let target = Target::parse("http://bot.example/").unwrap();
        assert_eq!(post(&egress, &target, LONG).await, Outcome::Forbidden, "{inside}");
    }
}

#[tokio::test]
async fn only_checked_addresses_are_connected_to() {
    let sink = Sink::answering(OK).await;
    let (lookup, asked) = fixed(&["169.254.169.254", "fe80::1", LOOPBACK]);
    let egress = with(lookup, true);
    assert_eq!(post(&egress, &named(&sink), LONG).await, answered(200));
    assert_eq!((sink.connections(), asked.load(Ordering::SeqCst)), (1, 1));
}

/// A name that changes its address between the check and the connection: there is no such
/// moment, the name is looked up once and the address that was checked is the one connected to.
#[tokio::test]
async fn a_name_that_changes_its_mind_gains_nothing() {
    let sink = Sink::answering(OK).await;
    let answers = Arc::new(Mutex::new(vec!["169.254.169.254", LOOPBACK]));
    let left = answers.clone();
    let lookup: Lookup = Arc::new(move |_| {
        let next = left.lock().unwrap().pop().unwrap();
        Box::pin(async move { Ok(vec![next.parse().unwrap()]) })
    });
    let egress = with(lookup, true);
    assert_eq!(post(&egress, &named(&sink), LONG).await, answered(200));
    assert_eq!(answers.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_dead_address_does_not_hide_a_living_one() {
    let sink = Sink::answering(OK).await;
    // nobody listens at the port on the other loopback addresses
    let egress = with(fixed(&["::1", "127.0.0.9", LOOPBACK]).0, true);
    assert_eq!(post(&egress, &named(&sink), LONG).await, answered(200));
}

#[tokio::test]
async fn a_name_without_addresses_or_without_an_answer() {
    let target = Target::parse("http://bot.example/").unwrap();
    let outcome = post(&with(fixed(&[]).0, true), &target, LONG).await;
    assert_eq!(outcome, Outcome::Unreachable("its name was not found"));
    let silent: Lookup = Arc::new(|_| Box::pin(std::future::pending()));
    assert_eq!(post(&with(silent, true), &target, SHORT).await, Outcome::TimedOut);
}
