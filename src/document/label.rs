//! The sixteen labels of a block, and sets of them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};

/// What a block of a document is: content, or one of fifteen kinds of chaff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Label {
    /// What a reader came for.
    Content,
    /// Says that access is limited or locked.
    MeterNotice,
    /// Asks to subscribe, join, start a trial, upgrade or donate.
    SubscribePrompt,
    /// Plan names, prices, billing periods, renewal and cancellation terms.
    PricingTier,
    /// What a subscription includes.
    PlanBenefits,
    /// Log in, register, "already a subscriber?", account menus.
    LoginPrompt,
    /// Sign-up for e-mail newsletters, alerts, apps or push messages.
    Newsletter,
    /// Cookies, privacy choices, ad-block notices.
    Consent,
    /// Menus, breadcrumbs, search, pagination, footer link lists.
    Navigation,
    /// Teasers and headlines of other items.
    Related,
    /// Share, follow, print, like and counter buttons.
    Share,
    /// Advertising, sponsored and affiliate text.
    Ad,
    /// Byline, date, credits, tags, author biography.
    Metadata,
    /// Readers' comments and the comment form of an article page.
    Comment,
    /// Copyright, disclaimer, terms, imprint, syndication note.
    Legal,
    /// Anything else: script remains, interface states, placeholders.
    Other,
}

/// Number of labels.
pub const N_LABELS: usize = 16;

impl Label {
    /// Every label, in the order of probabilities in arrays and artifacts.
    pub const ALL: [Label; N_LABELS] = [
        Label::Content,
        Label::MeterNotice,
        Label::SubscribePrompt,
        Label::PricingTier,
        Label::PlanBenefits,
        Label::LoginPrompt,
        Label::Newsletter,
        Label::Consent,
        Label::Navigation,
        Label::Related,
        Label::Share,
        Label::Ad,
        Label::Metadata,
        Label::Comment,
        Label::Legal,
        Label::Other,
    ];

    /// Position in [`Label::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// The name used in records, models and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Label::Content => "content",
            Label::MeterNotice => "meter_notice",
            Label::SubscribePrompt => "subscribe_prompt",
            Label::PricingTier => "pricing_tier",
            Label::PlanBenefits => "plan_benefits",
            Label::LoginPrompt => "login_prompt",
            Label::Newsletter => "newsletter",
            Label::Consent => "consent",
            Label::Navigation => "navigation",
            Label::Related => "related",
            Label::Share => "share",
            Label::Ad => "ad",
            Label::Metadata => "metadata",
            Label::Comment => "comment",
            Label::Legal => "legal",
            Label::Other => "other",
        }
    }

    /// Whether the label is one of the five paywall labels.
    pub fn is_paywall(self) -> bool {
        LabelSet::PAYWALL.contains(self)
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A label name that does not exist.
#[derive(Debug, thiserror::Error)]
#[error("unknown label `{0}`; the labels are {names}", names = Label::ALL.map(Label::name).join(", "))]
pub struct UnknownLabel(pub String);

impl FromStr for Label {
    type Err = UnknownLabel;

    fn from_str(name: &str) -> Result<Self, UnknownLabel> {
        Label::ALL.into_iter().find(|label| label.name() == name).ok_or_else(|| UnknownLabel(name.to_owned()))
    }
}

/// A set of labels: what a labeller allows a block to be. A page whose main content is known but whose chaff is
/// not sorted by kind gives [`LabelSet::CHAFF`] for the blocks outside the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LabelSet(u16);

impl LabelSet {
    /// No label: the block is neither trained on nor scored.
    pub const NONE: LabelSet = LabelSet(0);
    /// Content only.
    pub const CONTENT: LabelSet = LabelSet(1);
    /// Every label but content.
    pub const CHAFF: LabelSet = LabelSet(0xfffe);
    /// Every label.
    pub const ALL: LabelSet = LabelSet(0xffff);
    /// The five paywall labels.
    pub const PAYWALL: LabelSet = LabelSet(0b11_1110);

    /// Whether `label` is in the set.
    pub fn contains(self, label: Label) -> bool {
        self.0 & (1 << label.index()) != 0
    }

    /// The set with `label` added.
    pub fn with(self, label: Label) -> LabelSet {
        LabelSet(self.0 | 1 << label.index())
    }

    /// Summed probability of the set's labels, given that of every label.
    pub fn mass(self, probabilities: &[f32; N_LABELS]) -> f32 {
        Label::ALL
            .into_iter()
            .filter(|&label| self.contains(label))
            .map(|label| probabilities[label.index()])
            .sum()
    }

    /// Whether no label is in the set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The only label of a set of one.
    pub fn single(self) -> Option<Label> {
        (self.0.count_ones() == 1).then(|| Label::ALL[self.0.trailing_zeros() as usize])
    }

    /// Whether the block is content: `None` where the set leaves it open.
    pub fn is_content(self) -> Option<bool> {
        self.is_within(LabelSet::CONTENT)
    }

    /// Whether every label of the set is in `group` (`Some(true)`) or none is; `None` where the set leaves it open.
    pub fn is_within(self, group: LabelSet) -> Option<bool> {
        match self.0 & group.0 {
            _ if self.is_empty() => None,
            0 => Some(false),
            shared if shared == self.0 => Some(true),
            _ => None,
        }
    }

    /// The labels that are not in `other`.
    pub fn without(self, other: LabelSet) -> LabelSet {
        LabelSet(self.0 & !other.0)
    }

    /// The labels of either set.
    pub fn union(self, other: LabelSet) -> LabelSet {
        LabelSet(self.0 | other.0)
    }
}

/// A list of names.
impl Serialize for LabelSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(Label::ALL.into_iter().filter(|&label| self.contains(label)))
    }
}

impl From<Label> for LabelSet {
    fn from(label: Label) -> LabelSet {
        LabelSet::NONE.with(label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_through_parsing_and_serde() {
        for label in Label::ALL {
            assert_eq!(label.name().parse::<Label>().unwrap(), label);
            assert_eq!(serde_json::to_string(&label).unwrap(), format!("\"{}\"", label.name()));
        }
        let error = "banner".parse::<Label>().unwrap_err().to_string();
        assert!(error.contains("`banner`") && error.contains("meter_notice"), "{error}");
    }

    #[test]
    fn a_set_knows_whether_it_decides_content() {
        assert_eq!(LabelSet::CONTENT.is_content(), Some(true));
        assert_eq!(LabelSet::CHAFF.is_content(), Some(false));
        assert_eq!(LabelSet::CONTENT.with(Label::Metadata).is_content(), None);
        assert_eq!(LabelSet::NONE.is_content(), None);
        assert_eq!(LabelSet::from(Label::Share).single(), Some(Label::Share));
        assert_eq!(LabelSet::CHAFF.single(), None);
    }
}
