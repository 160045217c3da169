//! Where passkeys work: secure contexts with a name.

use hyper::Uri;
use webauthn_rp::request::{AsciiDomain, RpId};

use super::PasskeyError;

/// An origin as browsers write it, and the id passkeys made there are bound to: its host.
pub(super) struct Origin {
    text: String,
    rp_id: RpId,
}

impl Origin {
    pub(super) fn parse(text: &str) -> Result<Self, PasskeyError> {
        Self::read(text).ok_or_else(|| PasskeyError::Origin(text.to_owned()))
    }

    fn read(text: &str) -> Option<Self> {
        let uri: Uri = text.parse().ok()?;
        let plain = matches!(uri.path(), "" | "/") && uri.query().is_none();
        let authority = uri.authority().filter(|it| plain && !it.as_str().contains('@'))?;
        let host = authority.host().to_ascii_lowercase();
        let (scheme, default_port) = match uri.scheme_str()? {
            "https" => ("https", 443),
            "http" if host == "localhost" => ("http", 80),
            _ => return None,
        };
        let named = host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
        // a last label of digits makes it an address, for which browsers allow no passkeys
        let address = host.rsplit('.').next()?.bytes().all(|b| b.is_ascii_digit());
        if !named || address {
            return None;
        }
        let port: u16 = match authority.as_str()[host.len()..].strip_prefix(':') {
            Some(digits) => digits.parse().ok()?,
            None => default_port,
        };
        let text = if port == default_port {
            format!("{scheme}://{host}")
        } else {
            format!("{scheme}://{host}:{port}")
        };
        let rp_id = RpId::Domain(AsciiDomain::try_from(host).ok()?);
        Some(Self { text, rp_id })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn rp_id(&self) -> &RpId {
        &self.rp_id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secure_names_and_localhost_work_and_nothing_else() {
        for (given, text, rp_id) in [
            ("https://Exchange.Example", "https://exchange.example", "exchange.example"),
            ("https://exchange.example:443/", "https://exchange.example", "exchange.example"),
            ("https://exchange.example:8443", "https://exchange.example:8443", "exchange.example"),
            ("http://localhost:8080", "http://localhost:8080", "localhost"),
            ("http://localhost:80", "http://localhost", "localhost"),
        ] {
            let origin = Origin::parse(given).unwrap();
            assert_eq!((origin.as_str(), origin.rp_id().as_ref()), (text, rp_id));
        }
        for bad in [
            "",
            "exchange.example",
            "http://exchange.example",
            "http://127.0.0.1:8080",
            "https://127.0.0.1",
            "https://[::1]",
            "https://",
            "ftp://localhost",
            "https://a@b.example",
            "https://b.example/path",
            "https://b.example/?q",
            "https://b.example:99999",
            "http://localhost.evil.example",
        ] {
            assert!(Origin::parse(bad).is_err(), "{bad}");
        }
    }
}
