//! As much of HTML as is needed to fill in the exchange's forms.

/// The values of all fields with this name, in order.
pub fn values(page: &str, name: &str) -> Vec<String> {
    let field = format!("name=\"{name}\"");
    let tags = page.split('<').filter_map(|tag| tag.split_once('>').map(|(tag, _)| tag));
    let of_field = tags.filter(|tag| tag.contains(&field));
    of_field
        .filter_map(|tag| {
            let (_, rest) = tag.split_once("value=\"")?;
            rest.split_once('"').map(|(value, _)| value.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_name() {
        let page = "<input type=\"checkbox\" name=\"assistant\" value=\"7\"><p>x</p>\
            <input name=\"assistant\" value=\"8\"><input name=\"showing\" value=\"1\">";
        assert_eq!(values(page, "assistant"), ["7", "8"]);
        assert_eq!(values(page, "showing"), ["1"]);
        assert!(values(page, "other").is_empty());
    }
}
