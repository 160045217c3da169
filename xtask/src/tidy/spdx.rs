//! SPDX licence expressions: is there a choice that the allow-list permits?

/// Does `expression` offer a licence, or a set of licences, all of which `allowed` takes?
pub(crate) fn permits(expression: &str, allowed: &dyn Fn(&str) -> bool) -> bool {
    // Old manifests write "MIT/Apache-2.0" for a choice.
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let mut parser = Parser { tokens: &tokens, at: 0, allowed };
    let result = parser.any();
    result == Some(true) && parser.at == tokens.len()
}

struct Parser<'a> {
    tokens: &'a [&'a str],
    at: usize,
    allowed: &'a dyn Fn(&str) -> bool,
}

impl Parser<'_> {
    fn next_is(&mut self, word: &str) -> bool {
        let is = self.tokens.get(self.at) == Some(&word);
        self.at += usize::from(is);
        is
    }

    /// `a OR b`
    fn any(&mut self) -> Option<bool> {
        let mut result = self.all()?;
        while self.next_is("OR") {
            result |= self.all()?;
        }
        Some(result)
    }

    /// `a AND b`
    fn all(&mut self) -> Option<bool> {
        let mut result = self.one()?;
        while self.next_is("AND") {
            result &= self.one()?;
        }
        Some(result)
    }

    /// `( … )`, `id`, `id WITH exception`
    fn one(&mut self) -> Option<bool> {
        if self.next_is("(") {
            let result = self.any()?;
            return self.next_is(")").then_some(result);
        }
        let id = *self.tokens.get(self.at)?;
        self.at += 1;
        if !self.next_is("WITH") {
            return Some((self.allowed)(id));
        }
        let exception = self.tokens.get(self.at)?;
        self.at += 1;
        Some((self.allowed)(id) || (self.allowed)(&format!("{id} WITH {exception}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ok(expression: &str) -> bool {
        permits(expression, &|id| matches!(id, "MIT" | "Apache-2.0" | "ISC"))
    }

    #[test]
    fn a_choice_needs_one_and_a_sum_needs_all() {
        for good in [
            "MIT",
            "MIT OR GPL-3.0",
            "GPL-3.0/MIT",
            "MIT AND ISC",
            "(GPL-3.0 OR MIT) AND ISC",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert!(ok(good), "{good}");
        }
        for bad in [
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "",
            "MIT OR",
            "(MIT",
            "MIT ISC",
            "AGPL-3.0 OR (MIT AND GPL-2.0)",
        ] {
            assert!(!ok(bad), "{bad}");
        }
    }
}
