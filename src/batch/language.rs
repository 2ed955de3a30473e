//! The language of a document: as it declares, else as its text looks.

use whatlang::Lang;

use crate::Detection;
use crate::document::LabelSet;

/// Bytes of text that are looked at.
const LOOKED_AT: usize = 1000;

/// A code of ISO 639: what the record says, else what the page says, else a guess from its content that is reliable.
pub(super) fn language_of(declared: Option<&str>, detection: &Detection<'_>) -> Option<String> {
    let declared = declared.unwrap_or(&detection.document.metadata.language);
    primary_subtag(declared).or_else(|| guess(detection).map(str::to_owned))
}

/// `en` of `en-US`.
fn primary_subtag(tag: &str) -> Option<String> {
    let primary = tag.trim().split(['-', '_']).next()?.to_ascii_lowercase();
    (matches!(primary.len(), 2 | 3) && primary.bytes().all(|byte| byte.is_ascii_lowercase()))
        .then_some(primary)
}

fn guess(detection: &Detection<'_>) -> Option<&'static str> {
    let mut sample = String::with_capacity(LOOKED_AT);
    let content = detection.blocks().filter(|block| LabelSet::CONTENT.contains(block.label));
    for block in content {
        sample.extend(block.text.chars().take(LOOKED_AT - sample.len().min(LOOKED_AT)));
        sample.push(' ');
        if sample.len() >= LOOKED_AT {
            break;
        }
    }
    let info = whatlang::detect(&sample).filter(whatlang::Info::is_reliable)?;
    Some(two_letters(info.lang()))
}

/// The code of two letters, where there is one, so that guesses and declarations are counted together.
fn two_letters(lang: Lang) -> &'static str {
    match lang.code() {
        "afr" => "af",
        "aka" => "ak",
        "amh" => "am",
        "ara" => "ar",
        "aze" => "az",
        "bel" => "be",
        "ben" => "bn",
        "bul" => "bg",
        "cat" => "ca",
        "ces" => "cs",
        "cmn" => "zh",
        "cym" => "cy",
        "dan" => "da",
        "deu" => "de",
        "ell" => "el",
        "eng" => "en",
        "epo" => "eo",
        "est" => "et",
        "fin" => "fi",
        "fra" => "fr",
        "guj" => "gu",
        "heb" => "he",
        "hin" => "hi",
        "hrv" => "hr",
        "hun" => "hu",
        "hye" => "hy",
        "ind" => "id",
        "ita" => "it",
        "jav" => "jv",
        "jpn" => "ja",
        "kan" => "kn",
        "kat" => "ka",
        "khm" => "km",
        "kor" => "ko",
        "lat" => "la",
        "lav" => "lv",
        "lit" => "lt",
        "mal" => "ml",
        "mar" => "mr",
        "mkd" => "mk",
        "mya" => "my",
        "nep" => "ne",
        "nld" => "nl",
        "nob" => "nb",
        "ori" => "or",
        "pan" => "pa",
        "pes" => "fa",
        "pol" => "pl",
        "por" => "pt",
        "ron" => "ro",
        "rus" => "ru",
        "sin" => "si",
        "slk" => "sk",
        "slv" => "sl",
        "sna" => "sn",
        "spa" => "es",
        "srp" => "sr",
        "swe" => "sv",
        "tam" => "ta",
        "tel" => "te",
        "tgl" => "tl",
        "tha" => "th",
        "tuk" => "tk",
        "tur" => "tr",
        "ukr" => "uk",
        "urd" => "ur",
        "uzb" => "uz",
        "vie" => "vi",
        "yid" => "yi",
        "zul" => "zu",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declared_language_is_its_primary_subtag() {
        assert_eq!(primary_subtag(" pt-BR").as_deref(), Some("pt"));
        assert_eq!(primary_subtag("zh_Hans").as_deref(), Some("zh"));
        assert_eq!(primary_subtag("english"), None);
        assert_eq!(primary_subtag(""), None);
    }
}
