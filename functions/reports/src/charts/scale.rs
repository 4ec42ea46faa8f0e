//! The end of an axis and its ticks.

/// The ticks of an axis that reaches `most`: from 0 in two to five equal steps of 1, 2 or 5 times a
/// power of ten, the last one at or above `most`.
pub(super) fn ticks(most: i64) -> Vec<i64> {
    let most = most.max(1);
    let mut power = 1_i64;
    loop {
        for factor in [1, 2, 5] {
            let step = power.saturating_mul(factor);
            let steps = most.div_euclid(step) + i64::from(most.rem_euclid(step) > 0);
            if steps <= 4 || power > i64::MAX / 10 {
                return (0..=steps.max(1)).map(|mark| step.saturating_mul(mark)).collect();
            }
        }
        power *= 10;
    }
}

/// A number as a coordinate.
#[expect(clippy::cast_precision_loss, reason = "a coordinate of a picture")]
pub(super) fn coordinate(number: i64) -> f64 {
    number as f64
}

/// A place in a list as a coordinate.
#[expect(clippy::cast_precision_loss, reason = "a coordinate of a picture")]
pub(super) fn index(number: usize) -> f64 {
    number as f64
}

/// A coordinate as text, to a tenth of a pixel.
pub(super) fn px(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// About how wide a text is at the size of the labels; capitals are wider than digits.
pub(super) fn text_width(text: &str) -> f64 {
    index(text.chars().count()) * 7.4
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0, &[0, 1])]
    #[case(3, &[0, 1, 2, 3])]
    #[case(5, &[0, 2, 4, 6])]
    #[case(137, &[0, 50, 100, 150])]
    #[case(1_000, &[0, 500, 1_000])]
    fn an_axis_ends_at_a_round_number(#[case] most: i64, #[case] expected: &[i64]) {
        assert_eq!(ticks(most), expected);
    }

    #[test]
    fn no_number_is_too_large_for_an_axis() {
        assert!(ticks(i64::MAX).len() >= 2);
    }
}
