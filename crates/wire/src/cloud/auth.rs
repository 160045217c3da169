//! Who is calling: tokens in their three places and two kinds (reference 1 and 2).

use exchange::id::AppId;

/// A token as it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential<'a> {
    /// `{app_id}|{app_secret}`: the app itself.
    App {
        /// Which app.
        app: AppId,
        /// Its secret, still to be compared.
        secret: &'a str,
    },
    /// Any other token: to be looked up.
    Token(&'a str),
}

/// The token of a call. A parameter wins over the header: clients that send both put the app's
/// own token into the parameter and leave their usual one in the header. An empty one counts as
/// none.
pub fn token<'a>(authorization: Option<&'a str>, parameter: Option<&'a str>) -> Option<&'a str> {
    let header = authorization.and_then(|value| {
        let (scheme, token) = value.trim().split_once(' ')?;
        let known = scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("oauth");
        known.then(|| token.trim())
    });
    parameter.map(str::trim).filter(|token| !token.is_empty()).or(header).filter(|t| !t.is_empty())
}

/// What kind of token it is.
pub fn credential(token: &str) -> Credential<'_> {
    match token.split_once('|') {
        Some((app, secret)) => match app.parse() {
            Ok(app) => Credential::App { app, secret },
            Err(_) => Credential::Token(token),
        },
        None => Credential::Token(token),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_where_clients_put_them() {
        for (header, parameter, expected) in [
            (Some("Bearer EAAx"), None, Some("EAAx")),
            (Some("bearer  EAAx "), None, Some("EAAx")),
            (Some("OAuth EAAx"), None, Some("EAAx")),
            (None, Some("EAAx"), Some("EAAx")),
            (Some("Bearer EAAx"), Some("1|s"), Some("1|s")),
            (Some("Bearer EAAx"), Some(""), Some("EAAx")),
            (Some("Bearer "), None, None),
            (Some("Bearer"), None, None),
            (Some("Basic EAAx"), None, None),
            (None, None, None),
        ] {
            assert_eq!(token(header, parameter), expected, "{header:?} {parameter:?}");
        }
    }

    #[test]
    fn app_tokens_are_told_apart() {
        assert_eq!(credential("12|s|x"), Credential::App { app: AppId(12), secret: "s|x" });
        assert_eq!(credential("x|s"), Credential::Token("x|s"));
        assert_eq!(credential("EAAx"), Credential::Token("EAAx"));
    }
}
