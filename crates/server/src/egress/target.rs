//! A callback's address, taken apart once, so that a post builds its request from ready parts.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use exchange::limits;
use hyper::Uri;
use hyper::header::HeaderValue;
use tokio_rustls::rustls::pki_types::ServerName;

/// Where to post. Cheap to clone. Shown without its query, which may hold secrets.
#[derive(Clone)]
pub struct Target(Arc<Parts>);

/// The parts of [`Target`], for the other files of this room.
pub(super) struct Parts {
    /// Scheme, host and port: connections are shared by what is equal here.
    pub(super) origin: String,
    /// Host, without the brackets of IPv6.
    pub(super) host: Host,
    pub(super) port: u16,
    /// The name a certificate must be for; none for plain HTTP.
    pub(super) tls: Option<ServerName<'static>>,
    /// Path and query.
    pub(super) path: Uri,
    /// The `Host` header.
    pub(super) host_header: HeaderValue,
    shown: String,
}

/// A name to look up, or an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Host {
    Name(String),
    Address(IpAddr),
}

/// Why a text is no target, in words for the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadTarget(&'static str);

impl Target {
    /// Takes a callback URL: http or https, at most 200 characters, with a host, without user
    /// name or password and without a fragment.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn parse(url: &str) -> Result<Self, BadTarget> {
        if url.chars().count() > limits::CALLBACK_CHARS {
            return Err(BadTarget("an address has at most 200 characters"));
        }
        Self::of_any_length(url)
    }

    /// As [`Target::parse`], for a callback with the handshake's query behind it.
    pub(super) fn of_any_length(url: &str) -> Result<Self, BadTarget> {
        if url.contains('#') {
            return Err(BadTarget("an address has no # in it"));
        }
        let uri: Uri = url.parse().map_err(|_| BadTarget("not an address (URL)"))?;
        let secure = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(BadTarget("an address begins with http:// or https://")),
        };
        let authority = uri.authority().ok_or(BadTarget("an address has a host"))?;
        if authority.as_str().contains('@') {
            return Err(BadTarget("an address has no user name or password"));
        }
        let host = Host::parse(authority.host())?;
        let after_host = &authority.as_str()[authority.host().len()..];
        let default_port = if secure { 443 } else { 80 };
        let port = match after_host.strip_prefix(':') {
            None => default_port,
            Some(digits) => digits
                .parse()
                .ok()
                .filter(|port| *port != 0)
                .ok_or(BadTarget("the port is a number from 1 to 65535"))?,
        };
        Self::from_parts(host, port, (port != default_port, secure), &uri)
    }

    fn from_parts(
        host: Host,
        port: u16,
        (say_port, secure): (bool, bool),
        uri: &Uri,
    ) -> Result<Self, BadTarget> {
        let bad_host = BadTarget("the host is not a name or an address");
        let (text, tls_name) = match &host {
            Host::Name(name) => {
                let name = name.trim_end_matches('.').to_owned();
                (name.clone(), ServerName::try_from(name).ok())
            }
            Host::Address(ip @ IpAddr::V4(v4)) => (v4.to_string(), Some(ServerName::from(*ip))),
            Host::Address(ip @ IpAddr::V6(v6)) => (format!("[{v6}]"), Some(ServerName::from(*ip))),
        };
        let tls = if secure { Some(tls_name.ok_or(bad_host)?) } else { None };
        let host_text = if say_port { format!("{text}:{port}") } else { text.clone() };
        let host_header = HeaderValue::try_from(&host_text).map_err(|_| bad_host)?;
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let path = path.parse().map_err(|_| BadTarget("not an address (URL)"))?;
        let scheme = if secure { "https" } else { "http" };
        let origin = format!("{scheme}://{text}:{port}");
        let shown = format!("{scheme}://{host_text}{}", uri.path());
        Ok(Self(Arc::new(Parts { origin, host, port, tls, path, host_header, shown })))
    }

    /// Can both be called over one connection?
    pub(super) fn same_origin(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.origin == other.0.origin
    }

    pub(super) fn parts(&self) -> &Parts {
        &self.0
    }
}

impl Host {
    fn parse(text: &str) -> Result<Self, BadTarget> {
        if let Some(inside) = text.strip_prefix('[') {
            let address = inside.strip_suffix(']').and_then(|v6| v6.parse().ok());
            return address.map(Self::Address).ok_or(BadTarget("not an IPv6 address"));
        }
        if let Ok(address) = text.parse() {
            return Ok(Self::Address(address));
        }
        let name = text.to_ascii_lowercase();
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        let whole = name.strip_suffix('.').unwrap_or(&name);
        if whole.len() > 253 || !whole.split('.').all(label) {
            return Err(BadTarget("the host is not a name or an address"));
        }
        Ok(Self::Name(name))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.shown)
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({})", self.0.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_an_address_apart() {
        let target = Target::parse("https://Bot.Example:8443/in/x?secret=1").unwrap();
        let parts = target.parts();
        assert_eq!(parts.origin, "https://bot.example:8443");
        assert_eq!((parts.port, parts.host_header.to_str().unwrap()), (8443, "bot.example:8443"));
        assert_eq!(parts.path.to_string(), "/in/x?secret=1");
        assert_eq!(parts.host, Host::Name("bot.example".into()));
        let plain = Target::parse("http://[::1]").unwrap();
        assert_eq!(plain.parts().host_header, "[::1]");
        assert_eq!((plain.parts().port, plain.parts().path.to_string()), (80, "/".to_owned()));
        assert!(plain.parts().tls.is_none() && parts.tls.is_some());
        let same = Target::parse("https://bot.example.:443/?a").unwrap();
        assert_eq!(same.parts().origin, "https://bot.example:443");
        assert_eq!(same.parts().host_header, "bot.example");
    }

    #[test]
    fn the_query_is_never_shown() {
        let target = Target::parse("https://bot.example/in?token=hush").unwrap();
        assert_eq!(target.to_string(), "https://bot.example/in");
        assert!(!format!("{target:?}").contains("hush"));
    }

    #[test]
    fn refuses_what_is_no_callback() {
        let long = format!("http://bot.example/{}", "x".repeat(200));
        for bad in [
            "",
            "bot.example",
            "/in",
            "ftp://bot.example/",
            "file:///etc/passwd",
            "http://",
            "http:///in",
            "http://a b/",
            "http://user@bot.example/",
            "http://u:p@bot.example/",
            "http://bot.example/#x",
            "http://bot.example:0/",
            "http://bot.example:65536/",
            "http://bot.example:/",
            "http://bot..example/",
            "http://.example/",
            "http://[::1%25lo]/",
            "http://[::1",
            "http://bot%2eexample/",
            "http://bö.example/",
            "http://bot.example\\@evil.example/",
            "http://bot.example\r\nX: y/",
            &long,
        ] {
            assert!(Target::parse(bad).is_err(), "{bad:?}");
        }
    }
}
