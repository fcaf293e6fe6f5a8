//! Ends of a likelihood interval.

/// How far from the estimate, on one side, twice the loss of log likelihood reaches `limit` squared; infinite where it does not within
/// `furthest`. `root` is the square root of twice the loss at a distance: it grows nearly in line with the distance, which the search
/// (a bracket that grows from `step`, then regula falsi, with a bisection after a step that did not halve the bracket) uses.
pub(crate) fn reach(mut root: impl FnMut(f64) -> f64, step: f64, limit: f64, furthest: f64) -> f64 {
    let (mut inner, mut inner_root, mut width) = (0.0, 0.0, step);
    let (mut outer, mut outer_root) = loop {
        let distance = inner + width;
        let found = root(distance);
        if found >= limit {
            break (distance, found);
        }
        (inner, inner_root) = (distance, found);
        width *= 1.5;
        if inner > furthest {
            return f64::INFINITY;
        }
    };
    let mut halve = false;
    for _ in 0..100 {
        let width = outer - inner;
        if width < 1e-9 * outer {
            break;
        }
        // Away from the bracket's ends, so that both of them move.
        let share = if halve || outer_root.is_infinite() {
            0.5
        } else {
            ((limit - inner_root) / (outer_root - inner_root)).clamp(0.02, 0.98)
        };
        let middle = inner + share * width;
        let found = root(middle);
        if (found - limit).abs() < 1e-8 {
            return middle;
        }
        if found < limit {
            (inner, inner_root) = (middle, found)
        } else {
            (outer, outer_root) = (middle, found)
        }
        halve = !halve && outer - inner > 0.5 * width;
    }
    f64::midpoint(inner, outer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_found_on_lines_curves_and_walls_and_not_on_plains() {
        let close =
            |found: f64, expected: f64| assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        close(reach(|d| 2.0 * d, 0.1, 1.96, 100.0), 0.98);
        close(reach(f64::sqrt, 1.0, 1.96, 100.0), 1.96 * 1.96);
        close(reach(|d| d * d * d, 5.0, 8.0, 100.0), 2.0);
        close(reach(|d| if d > 3.0 { f64::INFINITY } else { 0.1 * d }, 1.0, 1.96, 100.0), 3.0);
        close(
            reach(|d| if d < 25.0 { 0.1 } else { (d - 25.0).exp() }, 1.0, 1.96, 100.0),
            25.0 + 1.96_f64.ln(),
        );
        assert_eq!(reach(|d| 1.0 - (-d).exp(), 1.0, 1.96, 30.0), f64::INFINITY);
    }
}
