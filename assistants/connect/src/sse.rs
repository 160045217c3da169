//! Server-sent events, read as the bytes come; pure.

/// An event longer than this is refused.
const MAX_EVENT: usize = 256 * 1024;

/// The stream holds something that is no event of a bearable size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// What has come of the present line and event.
#[derive(Debug, Default)]
pub(crate) struct Events {
    line: Vec<u8>,
    data: String,
    has_data: bool,
    after_return: bool,
}

impl Events {
    /// Takes the next bytes and returns the data of the events they completed.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Result<Vec<String>, TooLong> {
        let mut complete = Vec::new();
        for &byte in bytes {
            // A line ends with CR, LF or both; the LF after a CR ends nothing more.
            let second = std::mem::replace(&mut self.after_return, byte == b'\r') && byte == b'\n';
            match byte {
                _ if second => {}
                b'\r' | b'\n' => complete.extend(self.end_line()),
                _ if self.line.len() + self.data.len() >= MAX_EVENT => return Err(TooLong),
                _ => self.line.push(byte),
            }
        }
        Ok(complete)
    }

    fn end_line(&mut self) -> Option<String> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            let complete = std::mem::take(&mut self.has_data);
            let data = std::mem::take(&mut self.data);
            return complete.then_some(data);
        }
        let line = String::from_utf8_lossy(&line);
        // Other fields, and comments (which begin with a colon), tell us nothing.
        if let Some(value) = line.strip_prefix("data:") {
            if std::mem::replace(&mut self.has_data, true) {
                self.data.push('\n');
            }
            self.data.push_str(value.strip_prefix(' ').unwrap_or(value));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn events_comments_and_line_ends() {
        let mut events = Events::default();
        let text =
            ": hello\r\n\r\ndata: a\n\nevent: x\ndata:b\rdata: c\r\rid: 1\n\ndata: é\n\nrest";
        assert_eq!(events.feed(text.as_bytes()).unwrap(), ["a", "b\nc", "é"]);
    }

    #[test]
    fn an_endless_line_is_refused() {
        let mut events = Events::default();
        let fed = (0..300).try_for_each(|_| events.feed(&[b'x'; 1024]).map(|_| ()));
        assert_eq!(fed, Err(TooLong));
    }

    proptest! {
        #[test]
        fn where_the_bytes_are_cut_does_not_matter(
            lines in prop::collection::vec("(data: ?\\PC{0,12}|:\\PC{0,5}|)", 0..20),
            end in prop_oneof![Just("\n"), Just("\r\n"), Just("\r")],
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        ) {
            let text = lines.join(end) + end + end;
            let whole = Events::default().feed(text.as_bytes()).unwrap();
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len())).collect();
            cuts.sort_unstable();
            let (mut events, mut pieces, mut at) = (Events::default(), Vec::new(), 0);
            for cut in cuts.into_iter().chain([text.len()]) {
                pieces.extend(events.feed(&text.as_bytes()[at..cut]).unwrap());
                at = cut;
            }
            prop_assert_eq!(pieces, whole);
        }
    }
}
