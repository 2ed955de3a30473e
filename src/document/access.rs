//! The page's verdict: was it behind a wall?

use std::fmt;

use serde::{Deserialize, Serialize};

/// Whether a reader could see the whole page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// The full text is there and no notice limits it.
    Open,
    /// The full text is there although a notice says that access is limited.
    Metered,
    /// The text is cut by a wall: only a teaser is present.
    Gated,
}

impl Access {
    /// Every verdict.
    pub const ALL: [Access; 3] = [Access::Open, Access::Metered, Access::Gated];

    /// The name used in records.
    pub fn name(self) -> &'static str {
        match self {
            Access::Open => "open",
            Access::Metered => "metered",
            Access::Gated => "gated",
        }
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
