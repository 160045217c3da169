//! One order: an account, the proof that the name leads here, a certificate.

use std::sync::Arc;
use std::time::Duration;

use instant_acme::{
    Account, AuthorizationStatus, ChallengeType, Error, Identifier, NewAccount, NewOrder, Order,
    OrderStatus, RetryPolicy,
};
use rcgen::{CertificateParams, DistinguishedName, KeyPair};
use tokio_rustls::rustls::sign::CertifiedKey;

use super::answering::{Answering, proof};
use super::http::Http;
use super::kept::Kept;
use crate::tls::settings::Wanted;

/// How long each of the authority's own works is waited for (ours).
const PATIENCE: RetryPolicy = RetryPolicy::new().timeout(Duration::from_secs(120));
/// RFC 8555, section 6.7.
const NO_SUCH_ACCOUNT: &str = "urn:ietf:params:acme:error:accountDoesNotExist";

/// Gets a certificate for the wanted name and keeps it.
pub(super) async fn certificate(
    wanted: &Wanted,
    kept: &Kept,
    http: &Http,
    answering: &Answering,
) -> Result<Arc<CertifiedKey>, String> {
    let account = account(wanted, kept, http).await?;
    let names = [Identifier::Dns(wanted.name.clone())];
    let order = account.new_order(&NewOrder::new(&names)).await;
    let mut order = order.map_err(|error| {
        let unknown = |kind: &str| kind == NO_SUCH_ACCOUNT;
        if matches!(&error, Error::Api(problem) if problem.r#type.as_deref().is_some_and(unknown)) {
            kept.forget_account();
        }
        words(error)
    })?;
    prove(&mut order, &wanted.name, answering).await?;
    if order.poll_ready(&PATIENCE).await.map_err(words)? != OrderStatus::Ready {
        return Err(refusal(&mut order).await);
    }
    let key = KeyPair::generate().map_err(|error| error.to_string())?;
    order.finalize_csr(&request(&wanted.name, &key)?).await.map_err(words)?;
    let chain = order.poll_certificate(&PATIENCE).await.map_err(words)?;
    kept.keep_certificate(&chain, &key.serialize_pem())
}

/// The kept account, or a new one, which is kept before it is used.
async fn account(wanted: &Wanted, kept: &Kept, http: &Http) -> Result<Account, String> {
    let builder = Account::builder_with_http(Box::new(http.clone()));
    if let Some(credentials) = kept.account()? {
        return builder.from_credentials(credentials).await.map_err(words);
    }
    let contact: Vec<&str> = wanted.contact.iter().map(String::as_str).collect();
    let new = NewAccount {
        contact: &contact,
        terms_of_service_agreed: true,
        only_return_existing: false,
    };
    let created = builder.create(&new, wanted.directory.clone(), None).await;
    let (account, credentials) = created.map_err(words)?;
    kept.keep_account(&credentials)?;
    Ok(account)
}

/// Shows the proof, then says that it can be looked at.
async fn prove(order: &mut Order, name: &str, answering: &Answering) -> Result<(), String> {
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization.map_err(words)?;
        match authorization.status {
            AuthorizationStatus::Pending => {}
            AuthorizationStatus::Valid => continue,
            other => return Err(format!("the authority says that the name is {other:?}")),
        }
        let mut challenge = authorization
            .challenge(ChallengeType::TlsAlpn01)
            .ok_or("the authority does not offer tls-alpn-01")?;
        let digest = challenge.key_authorization().digest();
        answering.proof.put(proof(name, digest.as_ref())?);
        challenge.set_ready().await.map_err(words)?;
    }
    Ok(())
}

/// Why the authority was not convinced.
async fn refusal(order: &mut Order) -> String {
    let mut authorizations = order.authorizations();
    while let Some(Ok(mut authorization)) = authorizations.next().await {
        let Ok(state) = authorization.refresh().await else { continue };
        if let Some(problem) = state.challenges.iter().find_map(|it| it.error.as_ref()) {
            return problem.to_string();
        }
    }
    "the authority refused and did not say why".to_owned()
}

/// The certificate signing request, with the name alone.
fn request(name: &str, key: &KeyPair) -> Result<Vec<u8>, String> {
    let failed = |error: rcgen::Error| error.to_string();
    let mut params = CertificateParams::new([name.to_owned()]).map_err(failed)?;
    params.distinguished_name = DistinguishedName::new();
    Ok(params.serialize_request(key).map_err(failed)?.der().to_vec())
}

fn words(error: Error) -> String {
    error.to_string()
}
