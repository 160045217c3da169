//! TLS: only for names and authorities that are trusted.

use std::sync::Arc;

use exchange::delivery::outcome::Outcome;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use server::clock::Clock;
use server::egress::{Egress, EgressOptions, Target};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::sink::{LONG, OK, SHORT, Sink, answered, egress, post, read_request};

/// An endpoint with a certificate for `name`, and the PEM of who signed it.
async fn secure(name: &str) -> (Sink, String) {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new([name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &ca).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let sink = Sink::new(move |stream: TcpStream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            while read_request(&mut stream).await.is_some() {
                stream.write_all(OK.as_bytes()).await.unwrap();
            }
        }
    })
    .await;
    (sink, ca.pem())
}

fn trusting(pem: &str) -> Egress {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, pem).unwrap();
    let options =
        EgressOptions { allow_private: true, extra_ca: Some(path), ..EgressOptions::default() };
    Egress::new(&options, Clock::system()).unwrap()
}

fn https(sink: &Sink) -> Target {
    Target::parse(&format!("https://{}/hook", sink.at)).unwrap()
}

#[tokio::test]
async fn only_a_trusted_authority_counts() {
    let (sink, ca) = secure("127.0.0.1").await;
    let stranger = Outcome::Unreachable("its certificate is not trusted");
    assert_eq!(post(&egress(), &https(&sink), LONG).await, stranger);
    let trusting = trusting(&ca);
    for _ in 0..2 {
        assert_eq!(post(&trusting, &https(&sink), LONG).await, answered(200));
    }
    assert_eq!(sink.connections(), 2, "the refused one and one that was used twice");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_trusted() {
    let (sink, ca) = secure("other.example").await;
    let outcome = post(&trusting(&ca), &https(&sink), LONG).await;
    assert_eq!(outcome, Outcome::Unreachable("its certificate is not trusted"));
}

#[tokio::test]
async fn an_endpoint_without_tls_fails_in_time() {
    let egress = egress();
    let rude = Sink::new(|mut stream: TcpStream| async move {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        std::future::pending().await
    })
    .await;
    let slammed = Sink::new(|stream: TcpStream| async move { drop(stream) }).await;
    assert_eq!(post(&egress, &https(&rude), LONG).await, Outcome::Unreachable("TLS failed"));
    let outcome = post(&egress, &https(&slammed), LONG).await;
    assert_eq!(outcome, Outcome::Unreachable("the connection closed during TLS"));
    let silent = Sink::new(|stream: TcpStream| async move {
        let _kept = stream;
        std::future::pending().await
    })
    .await;
    assert_eq!(post(&egress, &https(&silent), SHORT).await, Outcome::TimedOut);
}

#[test]
fn a_file_without_certificates_refuses_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    for text in
        [None, Some(""), Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    {
        if let Some(text) = text {
            std::fs::write(&path, text).unwrap();
        }
        let options = EgressOptions { extra_ca: Some(path.clone()), ..EgressOptions::default() };
        let error = Egress::new(&options, Clock::system()).unwrap_err();
        assert!(error.to_string().contains("ca.pem"), "{error}");
    }
}
