//! The columns of the feature matrix, each with a name, a scope and, for some, a window.

use std::sync::OnceLock;

/// Which documents fill a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Text and HTML.
    Both,
    /// HTML only; 0 in text.
    Html,
}

macro_rules! columns {
    ($($variant:ident $name:literal $scope:ident $windowed:literal $doc:literal;)*) => {
        /// A column that is filled once for each block.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u16)]
        pub enum Column { $(#[doc = $doc] $variant),* }

        impl Column {
            /// Every column, in matrix order.
            pub const ALL: &'static [Column] = &[$(Column::$variant),*];

            /// The column's name in models and explanations.
            pub fn name(self) -> &'static str {
                match self { $(Column::$variant => $name),* }
            }

            /// Which documents fill the column.
            pub const fn scope(self) -> Scope {
                match self { $(Column::$variant => Scope::$scope),* }
            }

            /// Whether the classifier also sees the column of the neighbouring blocks.
            pub const fn is_windowed(self) -> bool {
                match self { $(Column::$variant => $windowed),* }
            }
        }
    };
}

columns! {
    // Shallow text (Kohlschütter et al. 2010 and after).
    Words "words" Both true "Words, logarithm.";
    Chars "chars" Both false "Characters, logarithm.";
    TextDensity "text_density" Both true "Words a line when wrapped at 80 characters, the last line left out.";
    WordLength "word_length" Both false "Mean letters and digits a word.";
    LongestWord "longest_word" Both false "Characters of the longest word.";
    Sentences "sentences" Both false "Sentence-ending marks, logarithm.";
    SentenceWords "sentence_words" Both false "Words for each sentence-ending mark.";
    UpperShare "upper_share" Both false "Share of upper-case letters.";
    CapitalisedShare "capitalised_share" Both true "Share of words that start with a capital.";
    DigitShare "digit_share" Both true "Share of digits.";
    NumberShare "number_share" Both false "Share of words that are numbers.";
    PunctuationShare "punctuation_share" Both false "Share of punctuation.";
    CommaShare "comma_share" Both false "Commas for each word.";
    Currency "currency" Both true "Currency symbols.";
    Percent "percent" Both false "Percent signs.";
    Separators "separators" Both false "Bars, bullets, chevrons for each word.";
    Braces "braces" Both false "Brackets, braces, equals signs for each word.";
    Quotes "quotes" Both false "Quotation marks.";
    Questions "questions" Both false "Question marks.";
    Exclamations "exclamations" Both false "Exclamation marks.";
    Colons "colons" Both false "Colons.";
    Slashes "slashes" Both false "Slashes for each word.";
    AtSigns "at_signs" Both false "At and number signs.";
    Years "years" Both false "Numbers that can be a year.";
    EndsSentence "ends_sentence" Both true "Ends like a sentence.";
    EndsEllipsis "ends_ellipsis" Both false "Ends in an ellipsis.";
    EndsColon "ends_colon" Both false "Ends in a colon.";
    EndsMark "ends_mark" Both false "Ends in an arrow, bar or other separator.";
    StartsLower "starts_lower" Both false "Starts with a lower-case letter.";
    StartsDigit "starts_digit" Both false "Starts with a digit.";
    StartsMark "starts_mark" Both false "Starts with neither letter nor digit.";
    UnspacedShare "unspaced_share" Both false "Share of letters of scripts without spaces.";
    LatinShare "latin_share" Both false "Share of Latin letters.";
    // Position.
    Position "position" Both false "Blocks before, as a share.";
    WordPosition "word_position" Both false "Words before, as a share.";
    BlocksBefore "blocks_before" Both false "Blocks before, logarithm.";
    BlocksAfter "blocks_after" Both false "Blocks after, logarithm.";
    WordsBefore "words_before" Both false "Words before, logarithm.";
    WordsAfter "words_after" Both false "Words after, logarithm.";
    // Repetition.
    Repeats "repeats" Both true "Blocks with the same text, logarithm.";
    IsRepeat "is_repeat" Both false "An earlier block has the same text.";
    // Page.
    PageBlocks "page_blocks" Both false "Blocks, logarithm.";
    PageWords "page_words" Both false "Words, logarithm.";
    PageMeanWords "page_mean_words" Both false "Words a block.";
    PageLongShare "page_long_share" Both false "Share of the words that stand in long blocks.";
    PageLongest "page_longest" Both false "Words of the longest block, logarithm.";
    // Neighbourhood.
    LongBefore "long_before" Both false "Blocks back to the last long block, logarithm.";
    LongAfter "long_after" Both false "Blocks on to the next long block, logarithm.";
    SmoothWords "smooth_words" Both false "Words of the blocks within eight places, near ones count more, logarithm.";
    ShortRun "short_run" Both false "Length of the run of short blocks around, logarithm.";
    ShortRunWords "short_run_words" Both false "Mean words in that run.";
    // Word evidence: log-odds of a linear model over sub-words.
    WordContent "word_content" Both true "Content.";
    WordPaywall "word_paywall" Both true "The paywall group.";
    WordMeterNotice "word_meter_notice" Both true "Meter notice.";
    WordSubscribePrompt "word_subscribe_prompt" Both true "Subscribe prompt.";
    WordPricingTier "word_pricing_tier" Both true "Pricing tier.";
    WordPlanBenefits "word_plan_benefits" Both true "Plan benefits.";
    WordLoginPrompt "word_login_prompt" Both true "Login prompt.";
    WordNewsletter "word_newsletter" Both true "Newsletter.";
    WordConsent "word_consent" Both false "Consent.";
    WordNavigation "word_navigation" Both false "Navigation.";
    WordRelated "word_related" Both false "Related.";
    WordShare "word_share" Both false "Share.";
    WordAd "word_ad" Both false "Advertising.";
    WordMetadata "word_metadata" Both false "Metadata.";
    WordComment "word_comment" Both false "Comment.";
    WordLegal "word_legal" Both false "Legal.";
    WordOther "word_other" Both false "Other.";
    SmoothContent "smooth_content" Both false "Content evidence of the blocks within eight places, weighed by words.";
    SmoothPaywall "smooth_paywall" Both false "Paywall evidence of the blocks within eight places.";
    NearPaywall "near_paywall" Both false "Paywall evidence of the blocks within two places.";
    NearSubscribe "near_subscribe" Both false "Subscribe evidence of the blocks within five places.";
    NearPricing "near_pricing" Both false "Pricing evidence of the blocks within five places.";
    NearBenefits "near_benefits" Both false "Benefits evidence of the blocks within five places.";
    NearLogin "near_login" Both false "Login evidence of the blocks within five places.";
    NearNewsletter "near_newsletter" Both false "Newsletter evidence of the blocks within five places.";
    NearNavigation "near_navigation" Both false "Navigation evidence of the blocks within five places.";
    PagePaywall "page_paywall" Both false "Mean paywall evidence of the page.";
    // What a first classifier of the paywall group said: log-odds (two stages, after Vogels et al. 2018).
    First "first" Both true "Paywall group, first pass.";
    FirstNext "first_next" Both false "First pass of the blocks within two places.";
    FirstRun "first_run" Both false "First pass of the blocks within six places.";
    FirstPart "first_part" Both false "First pass of the blocks within fifteen places.";
    FirstPage "first_page" Both false "First pass, mean of the page.";
    // What a first classifier of content said: log-odds, means weighed by the root of the words.
    FirstContent "first_content" Both true "Content, first pass.";
    FirstContentNext "first_content_next" Both false "Content of the blocks within two places, first pass.";
    FirstContentRun "first_content_run" Both false "Content of the blocks within six places, first pass.";
    FirstContentPart "first_content_part" Both false "Content of the blocks within fifteen places, first pass.";
    FirstContentPage "first_content_page" Both false "Content of the page, first pass.";
    FirstContentShare "first_content_share" Both false "Share of the page's words that are content, first pass.";
    FirstContentRank "first_content_rank" Both false "Content, first pass, below the mean of the page's surest blocks.";
    FirstContentAbove "first_content_above" Both false "Share of the page's content that stands above, first pass.";
    FirstContentPath "first_content_path" Html false "Content of the blocks with the same path, first pass.";
    FirstContentBoxPath "first_content_box_path" Html false "Content of the blocks whose second container has the same path, first pass.";
    PaywallAbove "paywall_above" Both false "Strongest paywall evidence in the twenty blocks before.";
    PageContent "page_content" Both false "Content evidence of the page, weighed by words.";
    // Links and tags.
    LinkDensity "link_density" Html true "Share of characters inside links.";
    Links "links" Html false "Links that start in the block.";
    InlineTags "inline_tags" Html false "Inline elements that start in the block.";
    EmphasisShare "emphasis_share" Html false "Share of characters in emphasis.";
    Heading "heading" Html true "Heading level; 0 outside headings.";
    IsParagraph "is_paragraph" Html true "In a `p`.";
    IsListItem "is_list_item" Html true "In an `li`.";
    IsCell "is_cell" Html false "In a table cell.";
    IsDefinition "is_definition" Html false "In a `dt` or `dd`.";
    IsDiv "is_div" Html false "Directly in a `div`.";
    ListDepth "list_depth" Html false "Open lists.";
    TableDepth "table_depth" Html false "Open tables.";
    Depth "depth" Html false "Open elements.";
    InNav "in_nav" Html false "In `nav`.";
    InHeader "in_header" Html false "In `header`.";
    InFooter "in_footer" Html false "In `footer`.";
    InAside "in_aside" Html false "In `aside`.";
    InMain "in_main" Html false "In `main`.";
    InArticle "in_article" Html false "In `article`.";
    InForm "in_form" Html false "In `form`.";
    InFigure "in_figure" Html false "In `figure`.";
    InQuote "in_quote" Html false "In `blockquote`.";
    InPre "in_pre" Html false "In `pre`.";
    InControl "in_control" Html false "In a button or a menu.";
    InDialog "in_dialog" Html false "In a dialog.";
    InNoscript "in_noscript" Html false "In `noscript`.";
    IsHidden "is_hidden" Html false "Hidden.";
    // Enclosing containers, the nearest block-level element first (CETD, Sun et al. 2011).
    Box1Chars "box1_chars" Html false "Characters in the first container, logarithm.";
    Box1Density "box1_density" Html false "Its characters for each element, logarithm.";
    Box1Links "box1_links" Html false "Its link density.";
    Box2Chars "box2_chars" Html false "Characters in the second container, logarithm.";
    Box2Density "box2_density" Html false "Its characters for each element, logarithm.";
    Box2Links "box2_links" Html false "Its link density.";
    Box3Chars "box3_chars" Html false "Characters in the third container, logarithm.";
    Box3Density "box3_density" Html false "Its characters for each element, logarithm.";
    Box3Links "box3_links" Html false "Its link density.";
    Box4Chars "box4_chars" Html false "Characters in the fourth container, logarithm.";
    Box4Density "box4_density" Html false "Its characters for each element, logarithm.";
    Box4Links "box4_links" Html false "Its link density.";
    Box2Share "box2_share" Html false "Share of the page's characters in the second container.";
    Box4Share "box4_share" Html false "Share of the page's characters in the fourth container.";
    Box2Children "box2_children" Html false "Child elements of the second container, logarithm.";
    // The container that looks most like an article's body.
    BestInside "best_inside" Html false "Inside the best container.";
    BestRatio "best_ratio" Html false "Best score among the block's containers, as a share of the page's best.";
    BestShared "best_shared" Html false "Share of the best container's ancestors that also enclose the block.";
    BestDistance "best_distance" Html false "Levels from the block up to an ancestor of the best container.";
    BestSide "best_side" Html false "Before (-1), inside (0) or after (1) the best container.";
    // Blocks with the same path of tags and classes.
    PathBlocks "path_blocks" Html false "Blocks with the same path, logarithm.";
    PathWords "path_words" Html false "Their mean words.";
    PathLinks "path_links" Html false "Their link density.";
    PathShare "path_share" Html false "Their share of the page's words.";
    BoxPathBlocks "box_path_blocks" Html false "Containers with the same path as the second container, logarithm.";
    BoxPathShare "box_path_share" Html false "Their share of the page's words.";
    SamePathBefore "same_path_before" Html false "The block before has the same path.";
    SamePathAfter "same_path_after" Html false "The block after has the same path.";
    // Headings above.
    SinceHeading "since_heading" Html false "Blocks since the last heading, logarithm.";
    HeadingAbove "heading_above" Html false "Level of that heading.";
    SinceH1 "since_h1" Html false "Blocks since the first h1, logarithm; negative before it.";
    // Agreement with what the page says about itself.
    TitleShare "title_share" Html false "Share of the block's words that the title has.";
    TitleCover "title_cover" Html false "Share of the title's words that the block has.";
    DescriptionShare "description_share" Html false "Share of the block's words that the description has.";
    DescriptionCover "description_cover" Html false "Share of the description's words that the block has.";
    BodyShare "body_share" Html false "Share of the block's word pairs that JSON-LD's body has; -1 without one.";
    // Attribute evidence: log-odds of a linear model over class, id and role words.
    AttributeContent "attribute_content" Html true "Content.";
    AttributePaywall "attribute_paywall" Html false "The paywall group.";
    SmoothAttribute "smooth_attribute" Html false "Content evidence of the blocks within eight places.";
    PageAttribute "page_attribute" Html false "Content evidence of the page, weighed by words.";
    AttributeRank "attribute_rank" Html false "Content evidence above the page's.";
}

/// Columns in the matrix.
pub const N_COLUMNS: usize = Column::ALL.len();

/// Where each column stands in a row of the matrix.
const PLACES: [u16; N_COLUMNS] = places();

impl Column {
    /// Where the column stands in a row of the matrix: what a classifier reads together stands together.
    pub const fn place(self) -> usize {
        PLACES[self as usize] as usize
    }

    /// Windowed columns first, and those of text in the middle: what HTML's and text's classifiers see of the block and of
    /// each neighbour is one run of places.
    const fn group(self) -> u8 {
        match (self.is_windowed(), self.scope()) {
            (true, Scope::Html) => 0,
            (true, Scope::Both) => 1,
            (false, Scope::Both) => 2,
            (false, Scope::Html) => 3,
        }
    }
}

const fn places() -> [u16; N_COLUMNS] {
    let mut places = [0; N_COLUMNS];
    let (mut group, mut next) = (0, 0);
    while group < 4 {
        let mut at = 0;
        while at < N_COLUMNS {
            if Column::ALL[at].group() == group {
                places[at] = next;
                next += 1;
            }
            at += 1;
        }
        group += 1;
    }
    places
}
/// How many neighbours on each side the classifier sees.
pub const WINDOW: usize = 3;

/// A column of the block itself (`offset` 0) or of a neighbour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The column.
    pub column: Column,
    /// Which block: -3…3.
    pub offset: i8,
}

impl Slot {
    /// Every slot a classifier for documents with (`html`) or without tags may use, in the order of [`Slot::delta`].
    pub fn all(html: bool) -> Vec<Slot> {
        let visible = |column: &Column| html || column.scope() == Scope::Both;
        let window = WINDOW as i8;
        let own = Column::ALL.iter().copied().filter(visible).map(|column| Slot { column, offset: 0 });
        let neighbours = (-window..=window).filter(|&offset| offset != 0).flat_map(|offset| {
            let windowed = Column::ALL.iter().copied().filter(visible).filter(|column| column.is_windowed());
            windowed.map(move |column| Slot { column, offset })
        });
        let mut slots: Vec<Slot> = own.chain(neighbours).collect();
        slots.sort_by_key(|slot| slot.delta());
        slots
    }

    /// The slots of [`Slot::all`] as runs that lie side by side in the flat matrix: [`Slot::delta`] of the first, and how
    /// many. Computed once.
    pub fn runs(html: bool) -> &'static [(i32, usize)] {
        static RUNS: [OnceLock<Vec<(i32, usize)>>; 2] = [OnceLock::new(), OnceLock::new()];
        RUNS[usize::from(html)].get_or_init(|| {
            let mut runs: Vec<(i32, usize)> = Vec::new();
            for delta in Slot::all(html).into_iter().map(Slot::delta) {
                match runs.last_mut() {
                    Some((start, length)) if *start + *length as i32 == delta => *length += 1,
                    _ => runs.push((delta, 1)),
                }
            }
            runs
        })
    }

    /// The slot's name: the column's, with the offset of a neighbour.
    pub fn name(self) -> String {
        match self.offset {
            0 => self.column.name().to_owned(),
            offset => format!("{}@{offset:+}", self.column.name()),
        }
    }

    /// Distance, in values of the flat matrix, from the block's first value.
    pub fn delta(self) -> i32 {
        i32::from(self.offset) * N_COLUMNS as i32 + self.column.place() as i32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_text_sees_no_tags() {
        let mut names: Vec<String> = Slot::all(true).into_iter().map(Slot::name).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(Slot::all(false).iter().all(|slot| slot.column.scope() == Scope::Both));
        assert!(Slot::all(false).iter().any(|slot| slot.name() == "word_content@-2"));
    }

    #[test]
    fn runs_hold_every_slot_in_its_order() {
        for html in [false, true] {
            let deltas = Slot::runs(html).iter().flat_map(|&(start, length)| start..start + length as i32);
            assert!(deltas.eq(Slot::all(html).into_iter().map(Slot::delta)));
            assert!(Slot::runs(html).len() <= 1 + 2 * WINDOW);
        }
    }
}
