//! Sizes, shares and other numbers as people write them.

use std::time::Duration;

use crate::batch::{RejectLimit, Shard};

/// A share as `0.1%` or `0.001`.
pub(super) fn parse_share(text: &str) -> Result<f64, String> {
    let (number, scale) = match text.trim().strip_suffix('%') {
        Some(number) => (number, 100.0),
        None => (text, 1.0),
    };
    let share = number.trim().parse::<f64>().map_err(|error| error.to_string())? / scale;
    match share {
        0.0..=1.0 => Ok(share),
        1.0..=100.0 if scale == 1.0 => Err(format!("must be from 0% to 100%; write {share}%")),
        _ => Err("must be from 0% to 100%".to_owned()),
    }
}

/// From here on a share of lost words without a sign is taken for a mistake.
const DOUBTFUL_LOSS: f64 = 0.05;

/// A share of words that may be lost. Who writes `0.5` may mean half a percent or half of everything, and one of the two is
/// a disaster.
pub(super) fn parse_loss(text: &str) -> Result<f64, String> {
    let bare = text.trim().parse::<f64>().ok();
    if let Some(number) = bare.filter(|&number| number > DOUBTFUL_LOSS && number < 100.0) {
        let as_fraction = format!("{}% or ", (number * 1e8).round() / 1e6);
        let as_fraction = if number < 1.0 { as_fraction } else { String::new() };
        return Err(format!("it is not clear what is meant; write {as_fraction}{number}%"));
    }
    let share = parse_share(text)?;
    if share < 1.0 { Ok(share) } else { Err("must be below 100%".to_owned()) }
}

/// A number of bytes as `1000000`, `64MB` or `64MiB`.
pub(super) fn parse_bytes(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" | "k" => 1000,
        "mb" | "m" => 1_000_000,
        "gb" | "g" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        unit => return Err(format!("`{unit}` is no unit; use kB, MB, GB, KiB, MiB or GiB")),
    };
    let number: u64 = number.parse().map_err(|_| "must be a number of bytes, such as 64MB".to_owned())?;
    number.checked_mul(factor).ok_or_else(|| "too large".to_owned())
}

pub(super) fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.trim().parse().map_err(|_| "must be a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

pub(super) fn parse_shard(text: &str) -> Result<Shard, String> {
    let parts = text.split_once('/').and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
    match parts {
        Some((index, of)) if index < of => Ok(Shard { index, of }),
        Some((_, of)) if of > 0 => Err(format!("the index counts from 0 to {}", of - 1)),
        _ => Err("must be I/N, such as 0/8 for the first of eight".to_owned()),
    }
}

pub(super) fn parse_reject_limit(text: &str) -> Result<RejectLimit, String> {
    if text.trim().ends_with('%') {
        return parse_share(text).map(RejectLimit::Share);
    }
    text.trim()
        .parse()
        .map(RejectLimit::Count)
        .map_err(|_| "must be a number of records or a share such as 2%".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_percentage_or_a_fraction() {
        assert_eq!(parse_share("0.5%").unwrap(), parse_share("0.005").unwrap());
        assert!(parse_share("120%").is_err() && parse_share("-1%").is_err() && parse_share("few").is_err());
        assert!(parse_share("50").unwrap_err().ends_with("write 50%"));
        assert_eq!((parse_share("100%"), parse_share("1.0")), (Ok(1.0), Ok(1.0)));
    }

    #[test]
    fn a_loss_that_may_be_meant_as_percent_or_as_a_fraction_is_refused() {
        assert_eq!((parse_loss("50%"), parse_loss("0.1%")), (Ok(0.5), Ok(0.001)));
        assert_eq!(
            (parse_loss("0.005"), parse_loss("0.05"), parse_loss("0")),
            (Ok(0.005), Ok(0.05), Ok(0.0))
        );
        assert!(parse_loss("0.5").unwrap_err().contains("write 50% or 0.5%"));
        assert!(parse_loss("0.07").unwrap_err().contains("write 7% or 0.07%"));
        assert!(parse_loss("5").unwrap_err().contains("write 5%"));
        for wrong in ["100%", "200%", "200", "-1", "NaN", "few"] {
            assert!(parse_loss(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_shards_and_limits_are_read_as_people_write_them() {
        assert_eq!(parse_bytes("64MiB"), Ok(64 << 20));
        assert_eq!(parse_bytes("5 GB"), Ok(5_000_000_000));
        assert!(
            parse_bytes("many").is_err() && parse_bytes("5 parsecs").is_err() && parse_bytes("").is_err()
        );
        assert_eq!(parse_shard("2/3"), Ok(Shard { index: 2, of: 3 }));
        assert!(parse_shard("3/3").unwrap_err().contains("from 0 to 2"));
        assert!(parse_shard("1").is_err() && parse_shard("0/0").is_err());
        assert_eq!(parse_reject_limit("2%"), Ok(RejectLimit::Share(0.02)));
        assert_eq!(parse_reject_limit("7"), Ok(RejectLimit::Count(7)));
        assert!(parse_reject_limit("-1").is_err());
    }
}
