//! Exponential and logarithm as polynomials (Cephes, Moshier 1992), written so that a compiler does several at once.
//! Features and probabilities need no more digits, and the library calls were a tenth of the time of a page.

/// A higher power counts as this one.
const HIGHEST: f32 = 88.0;
/// e to a lower power counts as 0.
const LOWEST: f32 = -87.0;
/// ln 2 in two parts, so that a multiple of it leaves no rounding error behind.
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;
/// Adding it rounds to a whole number, which stands in the lowest bits of the sum.
const ROUNDER: f32 = 12_582_912.0;

/// e to the power of `x`, within 5·10⁻⁷ of it relatively for powers from -87 to 88.
#[inline]
pub(crate) fn exp(power: f32) -> f32 {
    let x = power.clamp(LOWEST, HIGHEST);
    let rounded = x * std::f32::consts::LOG2_E + ROUNDER;
    let twos = rounded - ROUNDER;
    let rest = x - twos * LN_2_HIGH - twos * LN_2_LOW;
    let terms = [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5];
    let series = terms.iter().fold(1.987_569_1e-4, |sum, term| sum * rest + term);
    let scale = (rounded.to_bits().wrapping_sub(ROUNDER.to_bits()).wrapping_add(127)) << 23;
    let result = (series * rest * rest + rest + 1.0) * f32::from_bits(scale);
    if power < LOWEST { 0.0 } else { result }
}

/// Natural logarithm of a positive number, within 3·10⁻⁷ of it or, above 1, relatively.
#[inline]
pub(crate) fn ln(x: f32) -> f32 {
    // The mantissa between √½ and √2, the rest as a power of two.
    let shifted = x.to_bits().wrapping_sub(std::f32::consts::FRAC_1_SQRT_2.to_bits());
    let power = (shifted as i32 >> 23) as f32;
    let mantissa = (shifted & 0x007f_ffff).wrapping_add(std::f32::consts::FRAC_1_SQRT_2.to_bits());
    let rest = f32::from_bits(mantissa) - 1.0;
    let terms = [
        -1.151_461e-1,
        1.167_699_9e-1,
        -1.242_014_1e-1,
        1.424_932_3e-1,
        -1.666_805_8e-1,
        2.000_071_5e-1,
        -2.499_999_4e-1,
        3.333_333e-1,
    ];
    let series = terms.iter().fold(7.037_684e-2, |sum, term| sum * rest + term);
    let square = rest * rest;
    rest + (series * rest * square + power * LN_2_LOW - 0.5 * square) + power * LN_2_HIGH
}

/// Log-odds to a probability.
#[inline]
pub(crate) fn sigmoid(odds: f32) -> f32 {
    1.0 / (1.0 + exp(-odds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_those_of_the_library() {
        for step in -8700..=8800 {
            let x = step as f32 / 100.0;
            assert!((exp(x) / x.exp() - 1.0).abs() < 5e-7, "{x}: {} {}", exp(x), x.exp());
        }
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
        assert!(exp(1e9).is_finite());
    }

    #[test]
    fn logarithms_are_those_of_the_library() {
        for step in 1..200_000 {
            for x in [step as f32 / 1000.0, step as f32, 1e-6 * step as f32] {
                assert!((ln(x) - x.ln()).abs() <= 3e-7 * x.ln().abs().max(1.0), "{x}: {} {}", ln(x), x.ln());
            }
        }
        assert_eq!(ln(1.0), 0.0);
    }
}
