//! Simplifying lines, and cutting land to a window.

use super::topology::{Point, Topology};

/// Fewer points than this make no ring.
const RING: usize = 4;

/// A line with points left out, none of which lies farther than `tolerance` from it (Douglas & Peucker 1973, "Algorithms for the reduction of
/// the number of points required to represent a digitized line or its caricature"). Both ends stay; a closed line keeps at least a triangle.
pub(crate) fn simplified(line: &[Point], tolerance: f64) -> Vec<Point> {
    if line.len() <= 2 {
        return line.to_vec();
    }
    let closed = line.first() == line.last();
    let mut keep = vec![false; line.len()];
    keep[0] = true;
    keep[line.len() - 1] = true;
    let mut open = vec![(0, line.len() - 1)];
    while let Some((from, to)) = open.pop() {
        let mut farthest = (0.0, from);
        for i in from + 1..to {
            let d = distance(line[i], line[from], line[to]);
            if d > farthest.0 {
                farthest = (d, i);
            }
        }
        if farthest.0 > tolerance {
            keep[farthest.1] = true;
            open.extend([(from, farthest.1), (farthest.1, to)]);
        }
    }
    let kept: Vec<Point> = line.iter().zip(&keep).filter(|(_, k)| **k).map(|(p, _)| *p).collect();
    if closed && kept.len() < RING && line.len() >= RING {
        let third = (line.len() - 1) / 3;
        return vec![line[0], line[third.max(1)], line[2 * third.max(1)], line[0]];
    }
    kept
}

/// From a point to a segment. Degrees of longitude are shorter than those of latitude: they are scaled by the cosine of the latitude.
fn distance(p: Point, a: Point, b: Point) -> f64 {
    let scale = a[1].to_radians().cos();
    let flat = |q: Point| [q[0] * scale, q[1]];
    let (p, a, b) = (flat(p), flat(a), flat(b));
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let length = dx * dx + dy * dy;
    let t =
        if length > 0.0 { (((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    (p[0] - a[0] - t * dx).hypot(p[1] - a[1] - t * dy)
}

/// The rings of all areas, cut to a window and simplified.
pub(crate) fn land_within(land: &Topology, window: [f64; 4], tolerance: f64) -> Vec<Vec<Point>> {
    let mut rings = Vec::new();
    for area in &land.areas {
        for ring in land.rings(area) {
            let cut = clipped(&ring, window);
            if cut.len() >= 3 {
                let mut cut = simplified(&cut, tolerance);
                if cut.first() != cut.last() {
                    cut.extend(cut.first().copied());
                }
                if cut.len() >= RING {
                    rings.push(cut);
                }
            }
        }
    }
    rings
}

/// A ring cut to a window (Sutherland & Hodgman 1974, "Reentrant polygon clipping").
fn clipped(ring: &[Point], [west, south, east, north]: [f64; 4]) -> Vec<Point> {
    let mut points = ring.to_vec();
    points.pop();
    for (axis, limit, keep_greater) in
        [(0, west, true), (0, east, false), (1, south, true), (1, north, false)]
    {
        let inside = |p: &Point| if keep_greater { p[axis] >= limit } else { p[axis] <= limit };
        let mut cut = Vec::with_capacity(points.len());
        for (i, p) in points.iter().enumerate() {
            let before = points[(i + points.len() - 1) % points.len()];
            if inside(p) != inside(&before) {
                let t = (limit - before[axis]) / (p[axis] - before[axis]);
                let other = 1 - axis;
                let mut crossing = [limit; 2];
                crossing[other] = before[other] + t * (p[other] - before[other]);
                cut.push(crossing);
            }
            if inside(p) {
                cut.push(*p);
            }
        }
        points = cut;
        if points.is_empty() {
            return points;
        }
    }
    points.extend(points.first().copied());
    points
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_straight_line_needs_two_points_and_a_corner_three() {
        let line: Vec<Point> = (0..10).map(|i| [f64::from(i), 0.0]).collect();
        assert_eq!(simplified(&line, 0.01), [[0.0, 0.0], [9.0, 0.0]]);
        let corner = [[0.0, 0.0], [5.0, 0.0], [5.0, 5.0]];
        assert_eq!(simplified(&corner, 0.01), corner);
    }

    #[test]
    fn a_ring_stays_a_ring() {
        let ring: Vec<Point> = (0..=20)
            .map(|i| f64::from(i % 20) / 20.0 * std::f64::consts::TAU)
            .map(|a| [a.cos() * 0.001, a.sin() * 0.001])
            .collect();
        let kept = simplified(&ring, 1.0);
        assert!(kept.len() >= 4 && kept.first() == kept.last(), "{kept:?}");
    }

    #[test]
    fn land_is_cut_at_the_window() {
        let square = [[-1.0, -1.0], [3.0, -1.0], [3.0, 3.0], [-1.0, 3.0], [-1.0, -1.0]];
        let cut = clipped(&square, [0.0, 0.0, 2.0, 2.0]);
        assert!(cut.iter().all(|p| (0.0..=2.0).contains(&p[0]) && (0.0..=2.0).contains(&p[1])), "{cut:?}");
        assert!(clipped(&square, [5.0, 5.0, 6.0, 6.0]).is_empty());
    }

    proptest! {
        /// No point of the line lies farther from the simplified one than the tolerance.
        #[test]
        fn nothing_lies_beyond_the_tolerance(ys in prop::collection::vec(0.0..1.0_f64, 3..60), tolerance in 0.01..0.3_f64) {
            let line: Vec<Point> = ys.iter().enumerate().map(|(i, y)| [i as f64 * 0.1, *y]).collect();
            let kept = simplified(&line, tolerance);
            for p in &line {
                let nearest = kept.windows(2).map(|s| distance(*p, s[0], s[1])).fold(f64::INFINITY, f64::min);
                prop_assert!(nearest <= tolerance * 1.001);
            }
        }
    }
}
