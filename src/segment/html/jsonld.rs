//! The few JSON-LD properties that later stages ask for.

use serde_json::Value;

use crate::document::Metadata;

/// A larger script is data for a program, not a description of the page.
const MAX_BYTES: usize = 4 << 20;

/// Reads one JSON-LD script into `metadata`. Broken JSON is common and changes nothing.
pub(super) fn read(json: &[u8], metadata: &mut Metadata) {
    if json.len() > MAX_BYTES {
        return;
    }
    let Ok(root) = serde_json::from_slice::<Value>(json.trim_ascii()) else { return };
    let mut open = vec![&root];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(properties) => {
                read_properties(properties, metadata);
                for (name, inner) in properties {
                    // What the page mentions, recommends or is part of is not what the page is.
                    if !matches!(name.as_str(), "mentions" | "isPartOf" | "publisher" | "author" | "hasPart")
                    {
                        open.push(inner);
                    }
                }
            }
            _ => {}
        }
    }
}

fn read_properties(properties: &serde_json::Map<String, Value>, metadata: &mut Metadata) {
    let text = |name: &str| properties.get(name).and_then(Value::as_str).unwrap_or("");
    let is_product = has_type(properties.get("@type"), "Product");
    let body = if is_product { text("description") } else { text("articleBody") };
    if body.len() > metadata.article_body.len() {
        metadata.article_body = body.to_owned();
    }
    let headline = if is_product { text("name") } else { text("headline") };
    if metadata.headline.is_empty() {
        metadata.headline = headline.to_owned();
    }
    if let Some(free) = properties.get("isAccessibleForFree").and_then(as_bool) {
        // One paid part makes the page paid.
        metadata.accessible_for_free = Some(metadata.accessible_for_free.unwrap_or(true) && free);
    }
}

fn has_type(value: Option<&Value>, wanted: &str) -> bool {
    match value {
        Some(Value::String(name)) => name == wanted,
        Some(Value::Array(names)) => names.iter().any(|name| name == wanted),
        _ => false,
    }
}

fn as_bool(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(free) => Some(*free),
        Value::String(word) if word.eq_ignore_ascii_case("true") => Some(true),
        Value::String(word) if word.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata_of(json: &str) -> Metadata {
        let mut metadata = Metadata::default();
        read(json.as_bytes(), &mut metadata);
        metadata
    }

    #[test]
    fn article_properties_are_found_inside_a_graph() {
        let metadata = metadata_of(
            r#"{"@graph":[{"@type":"WebSite"},{"@type":"NewsArticle","headline":"Rates rise",
            "articleBody":"The bank raised rates.","isAccessibleForFree":"False"}]}"#,
        );
        assert_eq!(metadata.headline, "Rates rise");
        assert_eq!(metadata.article_body, "The bank raised rates.");
        assert_eq!(metadata.accessible_for_free, Some(false));
    }

    #[test]
    fn broken_or_endlessly_nested_json_changes_nothing() {
        assert_eq!(metadata_of("{\"headline\": ").headline, "");
        assert_eq!(metadata_of(&"[".repeat(1_000_000)).headline, "");
    }
}
