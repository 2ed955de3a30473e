//! The word vocabulary, trained with `tokenizers` on the text of the training documents.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use tokenizers::models::wordpiece::{WordPiece, WordPieceTrainer};
use tokenizers::normalizers::replace::ReplacePattern;
use tokenizers::normalizers::{BertNormalizer, Replace, Sequence};
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::{
    AddedToken, DecoderWrapper, NormalizerWrapper, PostProcessorWrapper, PreTokenizerWrapper,
    TokenizerBuilder, TokenizerImpl,
};

use super::Prepared;
use crate::error::{Error, Result};
use crate::features::{CONTINUATION, MAX_WORD_CHARS, UNKNOWN, Vocabulary, joins_words};

/// Text of one document that the vocabulary learns from, in bytes: long pages must not own it.
const BYTES_PER_DOCUMENT: usize = 12_000;
/// Characters that the alphabet keeps; rarer ones make a word unknown.
const ALPHABET: usize = 3_000;
/// A pair of pieces that occurs less often is not joined.
const MIN_FREQUENCY: u64 = 5;

type Library =
    TokenizerImpl<WordPiece, NormalizerWrapper, PreTokenizerWrapper, PostProcessorWrapper, DecoderWrapper>;

/// The library's tokenizer around a word-piece model. [`Vocabulary::encode`] gives the same ids.
pub(super) fn library_tokenizer(model: WordPiece) -> Result<Library> {
    let digits = Replace::new(ReplacePattern::Regex("[0-9]".to_owned()), "0").map_err(Error::training)?;
    let normalizers = vec![BertNormalizer::new(true, true, Some(false), true).into(), digits.into()];
    TokenizerBuilder::default()
        .with_model(model)
        .with_normalizer(Some(Sequence::new(normalizers).into()))
        .with_pre_tokenizer(Some(BertPreTokenizer.into()))
        .with_post_processor(None)
        .with_decoder(None)
        .build()
        .map_err(Error::training)
}

pub(super) fn train(documents: &[&Prepared], size: usize) -> Result<Vocabulary> {
    let model = WordPiece::builder()
        .unk_token(UNKNOWN.to_owned())
        .max_input_chars_per_word(MAX_WORD_CHARS)
        .build()
        .map_err(Error::training)?;
    let mut tokenizer = library_tokenizer(model)?;
    let alphabet = alphabet(documents);
    let mut trainer = WordPieceTrainer::builder()
        .vocab_size(size)
        .min_frequency(MIN_FREQUENCY)
        .limit_alphabet(alphabet.len())
        .continuing_subword_prefix(CONTINUATION.to_owned())
        .special_tokens(first_pieces(&alphabet))
        .initial_alphabet(alphabet.into_iter().collect())
        .show_progress(false)
        .build();
    let texts = documents.iter().filter(|document| !document.is_variant).map(|document| head(&document.text));
    tokenizer.train(&mut trainer, texts).map_err(Error::training)?;
    let mut pieces: Vec<(String, u32)> = tokenizer.get_vocab(true).into_iter().collect();
    pieces.sort_by_key(|(_, id)| *id);
    let pieces: Vec<String> = pieces.into_iter().map(|(piece, _)| piece).collect();
    if pieces.first().map(String::as_str) != Some(UNKNOWN) {
        return Err(Error::Training("the vocabulary does not start with the unknown piece".to_owned()));
    }
    Ok(Vocabulary::from(pieces))
}

/// The most frequent characters. The library would break ties by chance.
fn alphabet(documents: &[&Prepared]) -> Vec<char> {
    let mut counts: BTreeMap<char, u64> = BTreeMap::new();
    for document in documents.iter().filter(|document| !document.is_variant) {
        let letters = head(&document.text).chars().filter(|c| !c.is_whitespace() && !c.is_control());
        let folded = letters.map(|c| if c.is_ascii_digit() { '0' } else { c }).flat_map(char::to_lowercase);
        folded.for_each(|c| *counts.entry(c).or_default() += 1);
    }
    let mut by_count: Vec<(char, u64)> = counts.into_iter().collect();
    by_count.sort_by_key(|&(c, count)| (Reverse(count), c));
    by_count.truncate(ALPHABET);
    let mut alphabet: Vec<char> = by_count.into_iter().map(|(c, _)| c).collect();
    alphabet.sort_unstable();
    alphabet
}

/// The unknown piece, and every letter as the continuation of a word. Left to itself the library numbers the
/// continuations in the order of a hash map, which differs from run to run.
fn first_pieces(alphabet: &[char]) -> Vec<AddedToken> {
    let letters = alphabet.iter().filter(|&&c| joins_words(c));
    let continuations = letters.map(|c| format!("{CONTINUATION}{c}"));
    std::iter::once(UNKNOWN.to_owned())
        .chain(continuations)
        .map(|piece| AddedToken::from(piece, true))
        .collect()
}

fn head(text: &str) -> &str {
    let mut end = text.len().min(BYTES_PER_DOCUMENT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::load;
    use crate::model::train::prepare;

    /// Every line of the repository's datasets, pages included.
    fn documents() -> Vec<Prepared> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets");
        let load = |name: &str| load(&folder.join(name)).unwrap();
        let labelled = [load("text.jsonl"), load("html.jsonl")].concat();
        labelled.iter().flat_map(|document| prepare(document, 1)).collect()
    }

    #[test]
    fn the_compiled_vocabulary_gives_the_librarys_ids_on_every_line() {
        let mut encoder = crate::features::Encoder::default();
        let documents = documents();
        let vocabulary = train(&documents.iter().collect::<Vec<_>>(), 4000).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), vocabulary.pieces().join("\n")).unwrap();
        let model = WordPiece::from_file(&file.path().to_string_lossy())
            .unk_token(UNKNOWN.to_owned())
            .continuing_subword_prefix(CONTINUATION.to_owned())
            .max_input_chars_per_word(MAX_WORD_CHARS)
            .build()
            .unwrap();
        let library = library_tokenizer(model).unwrap();
        let odd = [
            "ＡＢＣ",
            "İstanbul ǅ ß",
            "a\u{0}b\u{200b}c\u{ad}d",
            "👩‍👩‍👧 ½ №5",
            "x\u{301}e\u{fffd}",
            "鿿㐀𠀀ー々〆",
        ];
        let mut compared = 0;
        for line in documents.iter().flat_map(|document| document.text.lines()).chain(odd) {
            let mut ids = Vec::new();
            encoder.encode(&vocabulary, line, &mut ids);
            let expected = library.encode_fast(line, false).unwrap();
            assert_eq!(ids, expected.get_ids(), "{line}");
            compared += ids.len();
        }
        assert!(compared > 10_000);
    }
}
